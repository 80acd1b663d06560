//! Personal data: the report holds everything, erasing leaves nothing, and what a law keeps is out of reach until
//! its day.

use std::collections::BTreeSet;

use engagement::interaction::commands::LogInteraction;
use kernel::{ClientId, Clock, Date};
use parties::client::commands::RegisterClient;
use parties::contacts::commands::{AddContact, AddDate, AddFile, ContactFields, DateFields};
use parties::contacts::model::{ContactKind, DateKind, FileKind};
use parties::privacy::commands::EraseClient;
use parties::privacy::model::{Basis, ErasureState};
use parties::privacy::queries;
use serde_json::{Value as Json, json};
use spine::Error;
use spine::approval::Verdict;
use store::verify::{Verdict as Journal, verify};
use store::{Read, Value, params};
use testkit::Bank;

use crate::approvals::{ask, code, decide};
use crate::clients::{FULL, person, register};
use crate::engagement::{add, task};
use crate::merges::call;
use crate::support::{both, changes, force, number};

/// Words that must not be found anywhere after the erasure.
const CANARIES: [&str; 7] = [
    "Щербаков",
    "ЩЕРБАКОВ",
    "79161234567",
    "500100732259",
    "4510123456",
    "канарейка",
    "SCHERBAKOV",
];

/// Every column of every table that holds a canary, but for those of members of staff.
async fn traces(bank: &Bank) -> BTreeSet<String> {
    let mut db = bank.services.reader.clone();
    let mut found = BTreeSet::new();
    for table in store::dump::schema::tables(&mut db).await.unwrap() {
        let names = store::dump::schema::column_names(&mut db, &table.name).await.unwrap();
        let sql = format!("select {} from {}", names.join(", "), table.name);
        for row in db.query(&sql, &[]).await.unwrap() {
            for (name, value) in names.iter().zip(row.into_values()) {
                let text = match &value {
                    Value::Text(text) => text.clone(),
                    Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Value::Null | Value::Int(_) | Value::Id(_) => continue,
                };
                if let Some(word) = CANARIES.iter().find(|word| text.contains(**word)) {
                    found.insert(format!("{}.{name}: {word}", table.name));
                }
            }
        }
    }
    found
}

/// The canaries that stand in the files of an SQLite database after its daily cleaning.
async fn in_files(bank: &Bank) -> Vec<&'static str> {
    let Some(path) = bank.url().strip_prefix("sqlite:") else { return Vec::new() };
    bank.clock.set(bank.clock.now().plus_days(1));
    bank.settle().await;
    let mut bytes = std::fs::read(path).unwrap();
    bytes.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    let holds = |word: &&&str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
    CANARIES.iter().filter(holds).copied().collect()
}

/// A client with something of nearly every kind.
async fn full_client(bank: &Bank) -> ClientId {
    let mut manager = bank.client("manager").await;
    let id: ClientId = register(&mut manager, &bank.form_id(), FULL).await;
    let phone = AddContact {
        client_id: id,
        kind: ContactKind::Messenger,
        fields: ContactFields {
            value: "канарейка".into(),
            label: "Telegram".into(),
            is_main: false,
            source: "clerk".into(),
        },
    };
    bank.execute("manager", &phone).await.unwrap();
    let date = AddDate {
        client_id: id,
        kind: DateKind::Other,
        fields: DateFields {
            title: "канарейка".into(),
            on_date: "2026-12-01".into(),
            yearly: false,
        },
    };
    bank.execute("manager", &date).await.unwrap();
    let file = AddFile::new(id, "канарейка.txt", FileKind::Other, "канарейка\n".into());
    bank.execute("manager", &file).await.unwrap();
    let said = LogInteraction {
        body: "Щербакова просит канарейку".into(),
        ..call(id, "канарейка")
    };
    bank.execute("manager", &said).await.unwrap();
    add(bank, "manager", Some(id), task("позвонить: канарейка", bank.today())).await;
    id
}

pub(crate) fn erase(id: ClientId) -> EraseClient {
    EraseClient {
        client_id: id,
        basis: Basis::Request,
        asked_on: "2026-11-20".parse().unwrap(),
        note: "заявление № 7".into(),
    }
}

/// Erases with two people.
pub(crate) async fn erase_by_two(bank: &Bank, command: &EraseClient) {
    let ctx = bank.as_role("security_officer");
    let waiting = ask(bank, "security_officer", ctx.command_id(), command).await;
    let other = bank.as_role("head_office");
    let decided = decide(&other, bank, waiting.approval_id, Verdict::Approve).await;
    assert_eq!(code(decided), "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_no_law_keeps_is_gone_from_every_table_and_stays_gone() {
    both(async |bank: &Bank| {
        let id = full_client(bank).await;
        let other = person(bank, "manager", ["Ильин", "Пётр", ""]).await;
        bank.settle().await;
        assert!(traces(bank).await.len() > 10);
        erase_by_two(bank, &erase(id)).await;
        bank.settle().await;
        assert_eq!(traces(bank).await, BTreeSet::new());
        assert_eq!(in_files(bank).await, Vec::<&str>::new());
        let act = queries::act(&mut bank.services.reader.clone(), id).await.unwrap().unwrap();
        assert_eq!((act.state, act.kept_until), (ErasureState::Destroyed, None));
        assert!(act.counts["interaction"] == 1 && act.counts["client_identifier"] == 2, "{act:?}");
        let mut browser = bank.client("head_office").await;
        assert_eq!(browser.get(&format!("/clients/{id}")).await.status, 404);
        assert!(!browser.get("/clients").await.ok().contains(&id.to_string()));
        assert!(browser.get(&format!("/clients/{other}")).await.ok().contains("Ильин"));
        // nothing new is written of him, by whichever room
        let again = bank.execute("head_office", &call(id, "снова")).await;
        assert!(matches!(again, Err(Error::NotFound | Error::Refused(_))), "{again:?}");
        let again = ask_again(bank, id).await;
        assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
        let mut db = bank.services.reader.clone();
        let verdict = verify(&mut db).await.unwrap();
        assert!(matches!(verdict, Journal::Whole { .. }), "{verdict:?}");
        assert!(changes(bank, "client").await.iter().any(|c| c == "destroyed"));
    })
    .await;
}

async fn ask_again(bank: &Bank, id: ClientId) -> Result<Option<String>, Error> {
    bank.execute("security_officer", &erase(id)).await
}

async fn feed(bank: &Bank, command: &str, rows: Json) -> spine::import::ImportOutcome {
    let ctx = bank.as_system();
    let batch = json!({ "source": "abs", "rows": rows });
    let answer = bank.services.bus.execute_json(&ctx, ctx.command_id(), command, batch).await;
    serde_json::from_value(answer.unwrap()).unwrap()
}

/// A client of a feed with one account.
async fn client_of_feed(bank: &Bank, closed_on: Option<&str>) -> (ClientId, Json) {
    let row = json!([{ "row": 2, "external_id": "c1", "fields":
        { "party_kind": "person", "last_name": "Щербаков", "first_name": "Ян" } }]);
    feed(bank, "parties.import_clients", row.clone()).await;
    let account = json!({ "number": "40817810000000000018", "currency": "RUB",
        "opened_on": "2020-02-01", "closed_on": closed_on.unwrap_or("") });
    feed(
        bank,
        "parties.import_accounts",
        json!([{ "row": 2, "external_id": "a1", "fields": account }]),
    )
    .await;
    let role = json!({ "account": "a1", "client": "c1", "role": "owner" });
    feed(
        bank,
        "parties.import_account_roles",
        json!([{ "row": 2, "external_id": "d1", "fields": role }]),
    )
    .await;
    let mut db = bank.services.reader.clone();
    let row = db.first("select id from client", &[]).await.unwrap().unwrap();
    (row.one().unwrap(), row_again())
}

fn row_again() -> Json {
    json!([{ "row": 2, "external_id": "c1", "fields":
        { "party_kind": "person", "last_name": "Щербаков", "first_name": "Яков" } }])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_law_keeps_is_sealed_away_until_its_day() {
    both(async |bank: &Bank| {
        let (id, changed) = client_of_feed(bank, None).await;
        if number(bank, "select count(*) from account where closed_on is null").await == 1 {
            let refused = bank.execute("security_officer", &erase(id)).await;
            assert_eq!(code(refused.map(drop)), "erase-open-contract");
            force(bank, "update account set closed_on = '2024-03-10'", &[]).await;
        }
        erase_by_two(bank, &erase(id)).await;
        assert_eq!(traces(bank).await, BTreeSet::new());
        let mut db = bank.services.reader.clone();
        let act = queries::act(&mut db, id).await.unwrap().unwrap();
        let day: Date = "2029-03-10".parse().unwrap();
        assert_eq!((act.state, act.kept_until), (ErasureState::Kept, Some(day)));
        assert!(act.law.contains("115-ФЗ"));
        // whoever may, opens it with a reason; others find no such page
        let place = format!("/admin/erasures/{id}");
        assert_eq!(bank.client("manager").await.get(&place).await.status, 403);
        let mut auditor = bank.client("auditor").await;
        assert!(!auditor.get(&place).await.ok().contains("Щербаков"));
        let silent = auditor
            .post(&format!("{place}/open"), &[("_id", &bank.form_id()), ("reason", " ")])
            .await;
        assert_eq!(silent.status, 422);
        let form = bank.form_id();
        let said = auditor
            .post(&format!("{place}/open"), &[("_id", &form), ("reason", "запрос № 1")])
            .await;
        assert_eq!(said.status, 303, "{}", said.gist());
        let opened = auditor.get(&format!("{place}/archive/{form}")).await.ok();
        assert!(opened.contains("Щербаков") && opened.contains("Owner"), "{opened}");
        let mut second = bank.client("security_officer").await;
        assert_eq!(
            second.get(&format!("{place}/archive/{form}")).await.status,
            303,
            "another's reason"
        );
        assert!(changes(bank, "erasure").await.iter().any(|c| c.contains("запрос № 1")));
        // a feed does not bring him back
        let outcome = feed(bank, "parties.import_clients", changed).await;
        assert_eq!(
            (outcome.rejected.len(), outcome.rejected[0].code.as_str()),
            (1, "client-erased")
        );
        assert_eq!(traces(bank).await, BTreeSet::new());
        // the day before nothing happens, on the day everything goes
        let days = |from: Date, to: Date| i64::from((to - from).get_days());
        let ahead = days(bank.today(), day);
        bank.clock.set(bank.clock.now().plus_days(ahead - 1));
        bank.settle().await;
        assert!(queries::archive(&mut db, id).await.unwrap().is_some());
        bank.clock.set(bank.clock.now().plus_days(1));
        bank.settle().await;
        let act = queries::act(&mut db, id).await.unwrap().unwrap();
        assert_eq!((act.state, act.destroyed_at.is_some()), (ErasureState::Destroyed, true));
        assert!(queries::archive(&mut db, id).await.unwrap().is_none());
        let keys = "select count(*) from data_key where owner_id = $1 and sealed is not null";
        let row = db.first(keys, params![id]).await.unwrap().unwrap();
        assert_eq!(row.one::<i64>().unwrap(), 0);
        let verdict = verify(&mut db).await.unwrap();
        assert!(matches!(verdict, Journal::Whole { .. }), "{verdict:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_contract_only_what_proves_a_consent_is_kept() {
    use parties::contacts::commands::GiveConsent;
    both(async |bank: &Bank| {
        let id = full_client(bank).await;
        let paper = AddFile::new(id, "согласие.txt", FileKind::Consent, "подпись\n".into());
        let paper = bank.execute("manager", &paper).await.unwrap();
        let mut said: GiveConsent = serde_json::from_value(json!({
            "client_id": id, "purpose": "advertising", "channel": "any", "text_version": "2025-09",
            "evidence_kind": "paper", "evidence": "бланк 5"
        }))
        .unwrap();
        said.file_id = Some(paper);
        bank.execute("manager", &said).await.unwrap();
        erase_by_two(bank, &erase(id)).await;
        assert_eq!(traces(bank).await, BTreeSet::new());
        let mut db = bank.services.reader.clone();
        let act = queries::act(&mut db, id).await.unwrap().unwrap();
        assert!(
            act.kept_until == Some(bank.today().saturating_add(jiff::Span::new().years(3))),
            "{act:?}"
        );
        let archive = queries::archive(&mut db, id).await.unwrap().unwrap();
        let tables: Vec<&String> = archive["rows"].as_object().unwrap().keys().collect();
        assert_eq!(tables, ["client", "client_consent", "client_file", "consent_proof"]);
        assert_eq!(archive["rows"]["client_file"].as_array().unwrap().len(), 1);
        assert_eq!(number(bank, "select count(*) from blob").await, 1);
        bank.clock.set(bank.clock.now().plus_days(3 * 366));
        bank.settle().await;
        assert_eq!(number(bank, "select count(*) from blob").await, 0);
        assert!(queries::archive(&mut db, id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_while_he_is_erased_leaves_nothing() {
    both(async |bank: &Bank| {
        for n in 0..8 {
            let name = format!("Канарейкин{}", ["а", "б", "в", "г", "д", "е", "ж", "з"][n]);
            let id = person(bank, "manager", [&name, "Пётр", ""]).await;
            let ctx = bank.as_role("security_officer");
            let waiting = ask(bank, "security_officer", ctx.command_id(), &erase(id)).await;
            let other = bank.as_role("head_office");
            let writing = async {
                let mut done = 0;
                for m in 0..10 {
                    let contact = AddContact {
                        client_id: id,
                        kind: ContactKind::Social,
                        fields: ContactFields {
                            value: format!("https://vk.example/{n}/{m}"),
                            label: String::new(),
                            is_main: false,
                            source: "clerk".into(),
                        },
                    };
                    done += u32::from(bank.execute("head_office", &contact).await.is_ok());
                }
                done
            };
            let erasing = decide(&other, bank, waiting.approval_id, Verdict::Approve);
            let (_, erased) = tokio::join!(writing, erasing);
            assert_eq!(code(erased), "done");
            let mut db = bank.services.reader.clone();
            for table in
                ["client_contact", "client_token", "client_key", "match_key", "field_origin"]
            {
                let sql = format!("select count(*) from {table} where client_id = $1");
                let row = db.first(&sql, params![id]).await.unwrap().unwrap();
                assert_eq!(row.one::<i64>().unwrap(), 0, "{table}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_holds_everything_and_its_giving_is_noted() {
    both(async |bank: &Bank| {
        let id = full_client(bank).await;
        let place = format!("/clients/{id}/data-report");
        assert_eq!(bank.client("clerk").await.get(&place).await.status, 403);
        let mut head = bank.client("branch_head").await;
        assert!(head.get(&place).await.ok().contains("name=\"reason\""));
        let form = bank.form_id();
        let sent = head.post(&place, &[("_id", &*form), ("reason", "заявление № 3")]).await;
        assert_eq!(sent.status, 303, "{}", sent.gist());
        let shown = head.get(&format!("{place}/{form}")).await.ok();
        for word in ["Щербакова", "+79161234567", "500100732259", "канарейка", "Щербакова просит"]
        {
            assert!(shown.contains(word), "{word}");
        }
        let file = head.get(&format!("{place}/{form}?as=json")).await;
        let file: Json = serde_json::from_slice(&file.bytes).unwrap();
        let tables: Vec<&str> =
            file["data"].as_array().unwrap().iter().filter_map(|s| s["table"].as_str()).collect();
        for table in
            ["client", "client_contact", "client_identifier", "client_file", "interaction", "task"]
        {
            assert!(tables.contains(&table), "{table}: {tables:?}");
        }
        assert!(changes(bank, "data_report").await[0].contains("заявление № 3"));
        bank.clock.set(bank.clock.now().plus_hours(2));
        let mut later = bank.client("branch_head").await;
        assert_eq!(later.get(&format!("{place}/{form}")).await.status, 303, "the reason is over");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_of_a_report_has_a_name_in_both_languages() {
    let bank = Bank::open(testkit::Kind::Sqlite, crate::support::open).await;
    let mut db = bank.services.reader.clone();
    let texts = server::wiring::texts().unwrap();
    let mut missing = BTreeSet::new();
    for (table, columns) in
        parties::privacy::told_columns(&mut db, &bank.services.bus).await.unwrap()
    {
        let keys = columns.iter().map(|c| format!("data-column-{}", c.replace('_', "-")));
        for key in keys.chain([format!("data-table-{}", table.replace('_', "-"))]) {
            for lang in [kernel::Lang::Ru, kernel::Lang::En] {
                if !texts.has(lang, &key) {
                    missing.insert(key.clone());
                }
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_alone_erases_nobody() {
    both(async |bank: &Bank| {
        let id = person(bank, "manager", ["Ильин", "Пётр", ""]).await;
        let ctx = bank.as_role("security_officer");
        let waiting = ask(bank, "security_officer", ctx.command_id(), &erase(id)).await;
        let own = decide(&ctx, bank, waiting.approval_id, Verdict::Approve).await;
        assert_eq!(code(own), "approval-own");
        let stranger = bank.as_role("branch_head");
        let answer = decide(&stranger, bank, waiting.approval_id, Verdict::Approve).await;
        assert_eq!(code(answer), "not_found");
        assert!(matches!(bank.execute("manager", &erase(id)).await, Err(Error::Forbidden(_))));
        assert_eq!(number(bank, "select count(*) from client_erasure").await, 0);
        let company = RegisterClient {
            kind: "company".to_owned(),
            fields: [("full_name".to_owned(), "ООО «Ромашка»".to_owned())].into(),
            source: "clerk".to_owned(),
            ..RegisterClient::default()
        };
        let company = bank.execute("head_office", &company).await.unwrap();
        let refused = bank.execute("security_officer", &erase(company)).await;
        assert_eq!(code(refused.map(drop)), "erase-not-a-person");
    })
    .await;
}
