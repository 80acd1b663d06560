//! Two records of one client become one and two again: what moves, who may, what is refused, and where the
//! old addresses lead.

use std::collections::{BTreeMap, BTreeSet};

use engagement::interaction::commands::LogInteraction;
use kernel::{ClientId, MergeId};
use parties::client::commands::{EditClient, FieldEdit, RegisterClient};
use parties::contacts::commands::{AddContact, ContactFields};
use parties::contacts::model::ContactKind;
use parties::links::commands::AddLink;
use parties::links::model::LinkKind;
use parties::merge::commands::{MergeClients, UnmergeClients};
use parties::merge::model::Side;
use parties::merge::queries;
use server::wiring;
use spine::{Error, OnMerge};
use store::{Read, params};
use testkit::Bank;
use uuid::Uuid;

use crate::engagement::{add, task};
use crate::support::{both, force, number};

/// Columns that hold a client's id and are bound to none, with the reason.
const UNBOUND: [(&str, &str, &str); 1] = [(
    "journal_entry",
    "client_id",
    "the journal is only added to; it is read through who became whom",
)];

/// Columns whose names end like those of clients.
fn speaks_of_client(table: &str, column: &str) -> bool {
    let named = column == "client_id" || column.ends_with("_client_id");
    let known = [
        ("client_link", "from_id"),
        ("client_link", "to_id"),
        ("circle_main", "circle_id"),
        ("circle_main", "member_id"),
        ("external_ref", "entity_id"),
    ];
    named || known.contains(&(table, column))
}

/// Columns that refer to the table of clients, by the database's own word.
async fn references(bank: &Bank) -> BTreeSet<(String, String)> {
    let sql = match bank.kind {
        testkit::Kind::Sqlite => {
            "select cast(m.name as text), f.\"from\" from sqlite_master m, pragma_foreign_key_list(m.name) f \
             where m.type = 'table' and f.\"table\" = 'client'"
        }
        testkit::Kind::Postgres => {
            "select cast(k.conrelid::regclass as text), cast(a.attname as text) from pg_constraint k \
             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1] \
             where k.contype = 'f' and k.confrelid = 'client'::regclass"
        }
    };
    let mut db = bank.services.reader.clone();
    let rows = db.query(sql, &[]).await.unwrap();
    rows.into_iter()
        .map(|r| {
            let mut c = r.cols();
            (c.take().unwrap(), c.take().unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_that_holds_a_client_is_listed() {
    both(async |bank: &Bank| {
        let tables = store::dump::schema::tables(&mut bank.services.reader.clone()).await.unwrap();
        let mut real = references(bank).await;
        for table in &tables {
            let columns = table.columns.iter().filter(|c| speaks_of_client(&table.name, &c.name));
            real.extend(columns.map(|c| (table.name.clone(), c.name.clone())));
        }
        let modules = wiring::modules();
        let bound: Vec<_> = modules.iter().flat_map(|m| m.client_bound.iter()).collect();
        let mut listed: BTreeSet<(String, String)> =
            bound.iter().map(|b| (b.table.to_owned(), b.column.to_owned())).collect();
        assert_eq!(listed.len(), bound.len(), "one is listed twice");
        assert_eq!(bank.services.bus.client_bound().len(), bound.len());
        for (table, column, why) in UNBOUND {
            assert!(!why.is_empty() && listed.insert((table.to_owned(), column.to_owned())));
        }
        assert_eq!(listed, real);
        // what tells rows apart is what the table's key says
        for one in &bound {
            let OnMerge::Moves(moving) = &one.on_merge else { continue };
            let table = tables.iter().find(|t| t.name == one.table).unwrap();
            if table.key == ["id"] {
                assert_eq!((moving.id, moving.word), (Some("id"), None), "{}", one.key());
                continue;
            }
            let in_key = table.key.iter().any(|k| k == one.column);
            assert!(!in_key || moving.stays.is_some(), "{}: equal keys would collide", one.key());
            for part in table.key.iter().filter(|k| *k != one.column) {
                let by_word = moving.word.is_some_and(|w| w.contains(&format!("m.{part}")));
                assert!(moving.id == Some(part) || by_word, "{}: {part}", one.key());
            }
        }
    })
    .await;
}

async fn client(bank: &Bank, login: &str, fields: &[(&str, &str)], phone: &str) -> ClientId {
    let register = RegisterClient {
        kind: "person".to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        manager_id: Some(bank.user(login)),
        phone: Some(phone.to_owned()).filter(|p| !p.is_empty()),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute(login, &register).await.unwrap()
}

fn merge(survivor_id: ClientId, loser_id: ClientId) -> MergeClients {
    let reason = "один человек".to_owned();
    MergeClients { survivor_id, loser_id, picks: BTreeMap::new(), reason }
}

fn unmerge(merge_id: MergeId) -> UnmergeClients {
    UnmergeClients { merge_id, reason: "два человека".to_owned() }
}

async fn text(bank: &Bank, sql: &str, id: ClientId) -> Vec<String> {
    let mut db = bank.services.reader.clone();
    let rows = db.query(sql, params![id]).await.unwrap();
    rows.into_iter().map(|r| r.one::<Option<String>>().unwrap().unwrap_or_default()).collect()
}

async fn edit(bank: &Bank, id: ClientId, field: &str, original: &str, value: &str, source: &str) {
    let one = FieldEdit { field: field.into(), original: original.into(), value: value.into() };
    let edit = EditClient { client_id: id, edits: vec![one], source: source.into() };
    bank.execute("head_office", &edit).await.unwrap();
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(why)) => why.0.into_iter().map(|r| r.code).collect(),
        other => panic!("{other:?}"),
    }
}

const NAMES: &str = "select last_name || ' ' || coalesce(employer, '') || ' ' || coalesce(job_title, '') \
     from client where id = $1";
const PHONES: &str = "select value || case when is_main = 1 then '!' else '' end from client_contact \
     where client_id = $1 order by value";

pub(crate) fn call(client_id: ClientId, subject: &str) -> LogInteraction {
    LogInteraction {
        client_id,
        channel: "phone".into(),
        direction: "in".into(),
        topic: String::new(),
        subject: subject.into(),
        body: String::new(),
        result: String::new(),
        at: None,
        waiting_seconds: None,
        handling_seconds: None,
        next: None,
        source: String::new(),
        external_id: String::new(),
        custom: Default::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_better_source_survives_rows_move_and_all_comes_back() {
    both(async |bank: &Bank| {
        let old = [("last_name", "Ветрова"), ("employer", "ООО Старое")];
        let anna = client(bank, "manager", &old, "+79161110001").await;
        bank.clock.advance_seconds(60);
        let new = [("last_name", "Ветрова-Штиль"), ("job_title", "врач")];
        let double = client(bank, "manager_same", &new, "+79161110002").await;
        edit(bank, anna, "last_name", "Ветрова", "Ветрова-Морская", "document").await;
        let twin = AddContact {
            client_id: double,
            kind: ContactKind::Phone,
            fields: ContactFields {
                value: "+79161110001".into(),
                label: String::new(),
                is_main: false,
                source: "client".into(),
            },
        };
        bank.execute("manager_same", &twin).await.unwrap();
        let to_double = add(bank, "manager", Some(double), task("Позвонить", bank.today())).await;
        let link = AddLink {
            from: anna,
            to: double,
            kind: LinkKind::Sibling,
            share_bp: None,
            since: None,
            until: None,
            note: String::new(),
            custom: Default::default(),
        };
        bank.execute("manager", &link).await.unwrap();

        let id = bank.execute("branch_head", &merge(anna, double)).await.unwrap();
        assert_eq!(text(bank, NAMES, anna).await, ["Ветрова-Морская ООО Старое врач"]);
        assert_eq!(text(bank, PHONES, anna).await, ["+79161110001!", "+79161110002"]);
        assert_eq!(text(bank, PHONES, double).await, ["+79161110001"], "she has it already");
        assert_eq!(number(bank, "select count(*) from client_link where from_id = to_id").await, 0);
        let step = "select count(*) from client_step where open_tasks = 1";
        assert_eq!(number(bank, step).await, 1);
        let mut db = bank.services.reader.clone();
        assert_eq!(queries::survivor(&mut db, double).await.unwrap(), Some(anna));
        assert_eq!(bank.services.bus.absorbed(&mut db, anna).await.unwrap(), [anna, double]);

        // what was agreed with the moved contact goes back with it, what is new stays
        edit(bank, anna, "job_title", "врач", "хирург", "client").await;
        bank.execute("manager", &call(anna, "после")).await.unwrap();
        let done = bank.execute("branch_head", &unmerge(id)).await.unwrap();
        assert_eq!(done.kept_fields, ["job_title"]);
        assert_eq!(text(bank, NAMES, anna).await, ["Ветрова-Морская ООО Старое хирург"]);
        assert_eq!(text(bank, NAMES, double).await, ["Ветрова-Штиль  врач"]);
        assert_eq!(text(bank, PHONES, double).await, ["+79161110001", "+79161110002!"]);
        assert_eq!(crate::engagement::row(bank, to_double).await.client_id, Some(double));
        let told = "select subject from interaction where client_id = $1";
        assert_eq!(text(bank, told, anna).await, ["после"]);
        assert_eq!(code(bank.execute("branch_head", &unmerge(id)).await), ["unmerge-undone"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_speaks_against_a_merge_is_said_and_the_scope_holds() {
    both(async |bank: &Bank| {
        let person = async |login: &str, name: &str| {
            client(bank, login, &[("last_name", name)], "").await
        };
        let (a, b, c) = (
            person("manager", "Первый").await,
            person("manager", "Второй").await,
            person("manager", "Третий").await,
        );
        let far = person("manager_far", "Дальний").await;
        let home = RegisterClient {
            kind: "household".into(),
            fields: BTreeMap::from([("full_name".into(), "Дом".into())]),
            source: "client".into(),
            ..RegisterClient::default()
        };
        let home = bank.execute("manager", &home).await.unwrap();
        let run = async |login: &str, one: MergeClients| bank.execute(login, &one).await;
        assert_eq!(code(run("branch_head", merge(a, a)).await), ["merge-itself"]);
        assert_eq!(code(run("branch_head", merge(a, home)).await), ["merge-kinds"]);
        let silent = MergeClients { reason: " ".into(), ..merge(a, b) };
        assert_eq!(code(run("branch_head", silent).await), ["required"]);
        let picks = BTreeMap::from([("height".to_owned(), Side::Loser)]);
        assert_eq!(code(run("branch_head", MergeClients { picks, ..merge(a, b) }).await), ["field-unknown"]);
        // whom he does not reach does not exist, on either side
        for (x, y) in [(a, far), (far, a)] {
            assert!(matches!(run("branch_head", merge(x, y)).await, Err(Error::NotFound)));
        }
        for login in ["manager", "auditor", "operator"] {
            assert!(matches!(run(login, merge(a, b)).await, Err(Error::Forbidden(_))), "{login}");
        }
        // open credit on either side
        let sql = "insert into loan (id, client_id, kind, currency, amount_minor, term_months, payment_minor, \
                   opened_on, state, updated_at) values ($1, $2, 'consumer', 'RUB', 1, 1, 1, '2026-01-01', \
                   'running', 0)";
        force(bank, sql, params![Uuid::from_u128(5), c]).await;
        for (x, y) in [(a, c), (c, a)] {
            let answer = run("head_office", merge(x, y)).await;
            assert!(matches!(answer, Err(Error::Waiting(_))), "{answer:?}");
            // the other way round would make an end of whom this one is about
            assert_eq!(code(run("head_office", merge(y, x)).await), ["merge-waiting"]);
            force(bank, "update approval set state = 'withdrawn'", &[]).await;
        }
        let mut db = bank.services.reader.clone();
        assert!(queries::merge_needs_second_person(&mut db, a, c).await.unwrap());
        assert!(!queries::merge_needs_second_person(&mut db, a, b).await.unwrap());
        force(bank, "update loan set state = 'closed'", &[]).await;
        // a chain is undone from its end
        let first = run("head_office", merge(b, c)).await.unwrap();
        let second = run("head_office", merge(a, b)).await.unwrap();
        let third = run("head_office", merge(a, far)).await.unwrap();
        assert_eq!(code(run("head_office", merge(a, b)).await), ["merge-already"]);
        assert_eq!(code(run("head_office", merge(c, a)).await), ["merge-already"]);
        assert_eq!(queries::survivor(&mut db, c).await.unwrap(), Some(a));
        for blocked in [first, second] {
            assert_eq!(code(bank.execute("head_office", &unmerge(blocked)).await), ["unmerge-order"]);
        }
        assert!(matches!(bank.execute("branch_head", &unmerge(third)).await, Err(Error::NotFound)));
        for one in [third, second, first] {
            bank.execute("head_office", &unmerge(one)).await.unwrap();
        }
        assert_eq!(bank.services.bus.absorbed(&mut db, a).await.unwrap(), [a]);
    })
    .await;
}

/// What somebody was typing about a client who was merged is not lost: it can go to the one he became.
async fn typed_meanwhile(bank: &Bank, (anna, double): (ClientId, ClientId)) {
    let mut head = bank.client("branch_head").await;
    let form_id = bank.form_id();
    let typed = [
        ("_id", form_id.as_str()),
        ("title", "Юбилей"),
        ("kind", "wedding"),
        ("on_date", "01.12.2026"),
    ];
    let reply = head.post(&format!("/clients/{double}/dates"), &typed).await;
    let there = format!("/clients/{anna}/dates");
    assert_eq!(reply.status, 409);
    for part in
        [&format!("action=\"{there}\""), "value=\"Юбилей\"", &form_id, "Save to the merged record"]
    {
        assert!(reply.body.contains(part), "{part}: {}", reply.body);
    }
    assert_eq!(head.post(&there, &typed).await.status, 303);
    let sql = "select title from client_date where client_id = $1";
    assert_eq!(text(bank, sql, anna).await, ["Юбилей"]);
    // but a merge or an erasure is not carried over
    let reply = head.post(&format!("/clients/{double}/merge/{anna}"), &typed).await;
    assert!(reply.status == 409 && !reply.body.contains("Save to the merged"), "{}", reply.body);
    // he who may not see the survivor learns nothing
    let mut far = bank.client("manager_far").await;
    assert_eq!(far.post(&format!("/clients/{double}/dates"), &typed).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_merged_client_is_nowhere_and_his_addresses_lead_on() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", &[("last_name", "Ветрова")], "").await;
        let double = client(bank, "manager", &[("last_name", "Кочергина")], "+79161110002").await;
        add(bank, "manager", Some(double), task("Позвонить", bank.today())).await;
        force(
            bank,
            "insert into external_ref (source, kind, external_id, entity_id, digest) \
             values ('abs', 'client', '77', $1, $2)",
            params![double, vec![1_u8]],
        )
        .await;
        let mut head = bank.client("branch_head").await;
        let mut office = bank.client("head_office").await;
        let sees = async |browser: &mut testkit::Browser, path: &str| {
            browser.get(path).await.ok().contains("Кочергина")
        };
        let places = ["/clients", "/clients?q=кочергина", "/search?q=кочергина", "/no-next-step"];
        assert!(sees(&mut office, places[0]).await && sees(&mut office, places[2]).await);
        let id = bank.execute("branch_head", &merge(anna, double)).await.unwrap();
        for path in places {
            assert!(!sees(&mut office, path).await, "{path}");
        }
        assert!(!head.get_part("/clients/pick?q=кочергина").await.ok().contains("check-line"));
        for rest in ["", "/details", "/timeline?filter=all", "/edit", "/panel/links"] {
            let reply = head.get(&format!("/clients/{double}{rest}")).await;
            let there = format!("/clients/{anna}{rest}");
            assert_eq!((reply.status, reply.location()), (303, there.as_str()), "{rest}");
        }
        typed_meanwhile(bank, (anna, double)).await;
        // he who may not see the survivor learns nothing
        let mut far = bank.client("manager_far").await;
        assert_eq!(far.get(&format!("/clients/{double}")).await.status, 404);
        let sql = "select external_id from external_ref where entity_id = $1 and source = 'abs'";
        assert_eq!(text(bank, sql, anna).await, ["77"], "the feed follows");

        let card = head.get(&format!("/clients/{anna}")).await.ok();
        assert!(card.contains("Merged from Кочергина") && card.contains("Позвонить"), "{card}");
        assert!(
            card.contains(&format!("/clients/{anna}/unmerge/{id}"))
                && card.contains("Member branch_head")
        );
        let mut manager = bank.client("manager").await;
        let card = manager.get(&format!("/clients/{anna}")).await.ok();
        assert!(card.contains("Merged from") && !card.contains("/unmerge/"), "he may not undo");
        let past = manager.get(&format!("/clients/{anna}/timeline?filter=changes")).await.ok();
        assert!(past.contains("Кочергина"), "the history of both: {past}");

        let undo = format!("/clients/{anna}/unmerge/{id}");
        let form_id = bank.form_id();
        let empty = head.post(&undo, &[("_id", form_id.as_str()), ("reason", "")]).await;
        assert_eq!(empty.status, 422);
        let form_id = bank.form_id();
        let done = head.post(&undo, &[("_id", form_id.as_str()), ("reason", "ошибка")]).await;
        assert_eq!((done.status, done.location()), (303, format!("/clients/{double}").as_str()));
        assert!(sees(&mut office, "/search?q=кочергина").await);
        assert_eq!(text(bank, sql, double).await, ["77"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_both_and_keeps_what_was_chosen() {
    both(async |bank: &Bank| {
        let anna =
            client(bank, "manager", &[("last_name", "Ветрова"), ("employer", "Завод")], "").await;
        let double = client(
            bank,
            "manager",
            &[("last_name", "Штиль"), ("employer", "Порт")],
            "+79161110002",
        )
        .await;
        let mut head = bank.client("branch_head").await;
        let card = head.get(&format!("/clients/{anna}")).await.ok();
        assert!(card.contains(&format!("/clients/{anna}/merge")));
        let found = head.get(&format!("/clients/{anna}/merge?q=Штиль")).await.ok();
        assert!(found.contains(&double.to_string()));
        let there = head.get(&format!("/clients/{anna}/merge?party={double}")).await;
        let place = format!("/clients/{anna}/merge/{double}");
        assert_eq!((there.status, there.location()), (303, place.as_str()));
        let page = head.get(&place).await.ok();
        for words in ["Завод", "Порт", "pick_employer", "Contacts", "Keep the other one"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("second person"));
        let form_id = bank.form_id();
        let picks = [("_id", form_id.as_str()), ("pick_employer", "loser"), ("reason", "")];
        let again = head.post(&place, &picks).await;
        assert_eq!(again.status, 422);
        let chosen = "name=\"pick_employer\" value=\"loser\" checked";
        assert!(again.body.contains(chosen), "{}", again.body);
        let form_id = bank.form_id();
        let sent = [
            ("_id", form_id.as_str()),
            ("pick_employer", "loser"),
            ("pick_last_name", "survivor"),
            ("reason", "одна"),
        ];
        let done = head.post(&place, &sent).await;
        assert_eq!((done.status, done.location()), (303, format!("/clients/{anna}").as_str()));
        assert_eq!(text(bank, NAMES, anna).await, ["Ветрова Порт "]);
        let mut manager = bank.client("manager").await;
        assert_eq!(manager.get(&place).await.status, 403);
        let card = manager.get(&format!("/clients/{anna}")).await.ok();
        assert!(!card.contains("/merge\""));
    })
    .await;
}
