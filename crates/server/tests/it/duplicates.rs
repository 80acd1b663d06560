//! Cards that look the same: found in every channel, decided by people, never brought back against them.

use std::collections::BTreeMap;

use kernel::{ClientId, JobId};
use parties::client::commands::RegisterClient;
use parties::contacts::commands::ArchiveIdentifier;
use parties::identity::queries::{PairMark, PairRow, PairWanted, pair, pairs};
use parties::identity::{FindDuplicates, Level, MarkNotSame, PairState, ReopenPair, Way};
use serde_json::json;
use spine::Error;
use spine::import::ImportOutcome;
use store::{Read, params, queue};
use testkit::{Bank, Browser};

use crate::clients::register;
use crate::support::{both, changes, number};

const INN: [&str; 2] = ["500100732259", "774301390267"];
const NAME: [(&str, &str); 4] = [
    ("last_name", "Щербаков"),
    ("first_name", "Пётр"),
    ("patronymic", "Ильич"),
    ("birth_date", "1981-03-12"),
];

/// A client as a command: fields by key; `phone`, `email` and kinds of numbers go where they belong.
fn command(fields: &[(&str, &str)]) -> RegisterClient {
    let mut command = RegisterClient {
        kind: "person".to_owned(),
        source: "clerk".to_owned(),
        ..RegisterClient::default()
    };
    for (key, value) in fields {
        let value = (*value).to_owned();
        match *key {
            "kind" => command.kind = value,
            "phone" => command.phone = Some(value),
            "email" => command.email = Some(value),
            key if parties::client::field(key).is_some() => {
                command.fields.insert(key.to_owned(), value);
            }
            key => command.identifiers.push((key.to_owned(), value)),
        }
    }
    command
}

async fn add(bank: &Bank, login: &str, fields: &[(&str, &str)]) -> ClientId {
    bank.execute(login, &command(fields)).await.unwrap()
}

/// `fields` in the place of those of the same key.
fn with<'a>(base: &[(&'a str, &'a str)], fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all: BTreeMap<&str, &str> = base.iter().copied().collect();
    all.extend(fields.iter().copied());
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

async fn stored(bank: &Bank, a: ClientId, b: ClientId) -> Option<PairRow> {
    let mut db = bank.services.reader.clone();
    let system = spine::Principal::system();
    match pair(&mut db, &system, a, b).await {
        Ok(pair) => Some(pair),
        Err(Error::NotFound) => None,
        Err(error) => panic!("{error}"),
    }
}

/// What the pair says of a field.
fn level(pair: &PairRow, field: &str) -> Option<(Level, Option<Way>)> {
    pair.reasons.iter().find(|r| r.field.key() == field).map(|r| (r.level, r.way))
}

async fn archive_numbers(bank: &Bank, client: ClientId) {
    let mut db = bank.services.reader.clone();
    let sql = "select id from client_identifier where client_id = $1 and archived_at is null";
    for row in db.query(sql, params![client]).await.unwrap() {
        let item = row.one().unwrap();
        let command = ArchiveIdentifier { identifier_id: item };
        bank.execute("head_office", &command).await.unwrap();
    }
}

/// One worked case: what the first client is, what the second, and what must come of it: probability in
/// millionths and whether the evidence would do without a person. No pair: distinct.
struct Case {
    first: Vec<(&'static str, &'static str)>,
    second: Vec<(&'static str, &'static str)>,
    expected: Option<(i64, bool)>,
    total_bits: i64,
}

fn worked_cases() -> Vec<Case> {
    let base = &NAME[..];
    let passport = [("passport_rf", "4510 123456"), ("phone", "+79161234567")];
    vec![
        Case {
            first: base.to_vec(),
            second: base.to_vec(),
            expected: Some((999_996, false)),
            total_bits: 3_777,
        },
        Case {
            first: with(base, &passport),
            second: with(base, &[("passport_rf", "4510 123456"), ("phone", "+79161234568")]),
            expected: Some((1_000_000, true)),
            total_bits: 5_947,
        },
        Case {
            first: with(base, &[passport[1], ("passport_rf", "4510 123456"), ("inn", INN[0])]),
            second: with(
                base,
                &[
                    ("last_name", "Кузьмин"),
                    passport[1],
                    ("passport_rf", "4510 654321"),
                    ("inn", INN[0]),
                ],
            ),
            expected: Some((1_000_000, true)),
            total_bits: 6_544,
        },
        Case {
            first: base.to_vec(),
            second: with(base, &[("birth_date", "1975-11-30")]),
            expected: None,
            total_bits: 0,
        },
        Case {
            first: with(base, &[passport[0], passport[1], ("inn", INN[0]), ("patronymic", "")]),
            second: with(
                base,
                &[("passport_rf", "4510 654321"), ("phone", "+79161234568"), ("inn", INN[1])],
            ),
            expected: Some((955_407, false)),
            total_bits: 2_435,
        },
    ]
}

/// The five worked cases. A number in force has one owner, so the number that agrees is one that the first
/// client had once; of the third case the passport differs by what both hold now.
/// Fields of a second record, the field that is looked at, and how it must compare.
type Look<'a> = (&'a [(&'a str, &'a str)], &'a str, Level, Option<Way>);

#[tokio::test(flavor = "multi_thread")]
async fn the_worked_cases_hold_from_registration_to_the_stored_pair() {
    for (n, case) in worked_cases().into_iter().enumerate() {
        both(async |bank: &Bank| {
            let a = add(bank, "manager", &case.first).await;
            if n == 1 || n == 2 {
                archive_numbers(bank, a).await;
            }
            if n == 2 {
                let again = parties::contacts::commands::AddIdentifier {
                    client_id: a,
                    kind: "passport_rf".to_owned(),
                    fields: parties::contacts::commands::IdentifierFields {
                        value: "4510 777777".to_owned(),
                        source: "clerk".to_owned(),
                        ..Default::default()
                    },
                };
                bank.execute("head_office", &again).await.unwrap();
            }
            let b = add(bank, "manager", &case.second).await;
            let found = stored(bank, a, b).await;
            let got = found.as_ref().map(|p| (p.probability_ppm, p.is_certain));
            assert_eq!(got, case.expected, "case {n}: {found:?}");
            if let Some(found) = found {
                let bits: i64 = found.reasons.iter().map(|r| r.bits_hundredths).sum();
                assert!((bits - case.total_bits).abs() <= 4, "case {n}: {bits} {found:?}");
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_meet_across_spellings_scripts_places_and_marriages() {
    both(async |bank: &Bank| {
        let a = add(bank, "manager", &with(&NAME, &[("phone", "+79161234567")])).await;
        let looks: [Look<'_>; 6] = [
            (&[("first_name", "Петр")], "given_name", Level::Agrees, None),
            (
                &[("last_name", "Shcherbakov"), ("first_name", "Petr"), ("patronymic", "Ilich")],
                "surname",
                Level::Agrees,
                Some(Way::Latin),
            ),
            (
                &[("last_name", "Пётр"), ("first_name", "Щербаков")],
                "surname",
                Level::Agrees,
                Some(Way::Swapped),
            ),
            (&[("last_name", "Щербаковв")], "surname", Level::Near, None),
            (
                &[("last_name", "Иволгин"), ("former_name", "Щербаков")],
                "surname",
                Level::Agrees,
                Some(Way::Former),
            ),
            (&[("birth_date", "1981-12-03")], "birth_date", Level::Near, None),
        ];
        for (fields, field, expected, way) in looks {
            let fields = with(&with(&NAME, &[("phone", "+79161234567")]), fields);
            let b = add(bank, "manager", &fields).await;
            let found = stored(bank, a, b).await.unwrap_or_else(|| panic!("no pair: {fields:?}"));
            assert_eq!(level(&found, field), Some((expected, way)), "{fields:?}");
        }
        let firm = [("kind", "company"), ("registered_on", "2001-05-07")];
        let a = add(bank, "manager", &with(&firm, &[("full_name", "ООО «Ромашка»")])).await;
        let name = "Общество с ограниченной ответственностью \"РОМАШКА\"";
        let b = add(bank, "manager", &with(&firm, &[("full_name", name)])).await;
        let found = stored(bank, a, b).await.unwrap();
        assert_eq!(level(&found, "company_name"), Some((Level::Agrees, None)));
        assert!(!found.is_certain, "a name and a day prove nothing");
    })
    .await;
}

fn not_same(a: ClientId, b: ClientId) -> MarkNotSame {
    MarkNotSame { one_id: a, other_id: b, why: "отец и сын".to_owned() }
}

/// Runs the walk over the bank to its end; answers the job.
async fn walk(bank: &Bank) -> JobId {
    let id = bank.execute("head_office", &FindDuplicates {}).await.unwrap().expect("a job");
    bank.settle().await;
    let job = queue::get(&mut bank.services.reader.clone(), id).await.unwrap().unwrap();
    assert_eq!((job.state.as_str(), job.last_error), ("done", None));
    assert_eq!(job.progress_done, job.progress_total);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_called_different_never_comes_back_unless_a_person_reopens_it() {
    both(async |bank: &Bank| {
        let a = add(bank, "manager", &NAME).await;
        let b = add(bank, "manager", &NAME).await;
        // without a reason, or twice, nothing is decided
        let silent = MarkNotSame { one_id: a, other_id: b, why: " ".to_owned() };
        assert!(matches!(bank.execute("manager", &silent).await, Err(Error::Refused(_))));
        bank.execute("manager", &not_same(b, a)).await.unwrap();
        assert!(matches!(bank.execute("manager", &not_same(a, b)).await, Err(Error::Refused(_))));
        let is_decided = async || {
            let found = stored(bank, a, b).await.unwrap();
            (found.state, found.decided_why.clone(), found.decided_by.is_some())
        };
        let decided = (PairState::NotSame, "отец и сын".to_owned(), true);
        assert_eq!(is_decided().await, decided);
        // by the walk, by an import that touches one of them, by a change of his data
        walk(bank).await;
        assert_eq!(is_decided().await, decided);
        let edit = parties::client::commands::EditClient {
            client_id: a,
            edits: vec![parties::client::commands::FieldEdit {
                field: "employer".to_owned(),
                original: String::new(),
                value: "завод".to_owned(),
            }],
            source: "clerk".to_owned(),
        };
        bank.execute("manager", &edit).await.unwrap();
        walk(bank).await;
        assert_eq!(is_decided().await, decided);
        let reopen =
            ReopenPair { one_id: a, other_id: b, why: "один паспорт".to_owned() };
        bank.execute("manager", &reopen).await.unwrap();
        assert!(matches!(bank.execute("manager", &reopen).await, Err(Error::Refused(_))));
        assert_eq!(is_decided().await.0, PairState::Open);
        let entries = "select count(*) from journal_entry where command in \
                       ('parties.mark_not_same', 'parties.reopen_pair')";
        assert_eq!(
            number(bank, entries).await,
            4,
            "both clients' histories tell of both decisions"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_shows_who_looks_the_same_and_asks_for_a_reason() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let typed: Vec<(&str, &str)> = [("kind", "person")].into_iter().chain(NAME).collect();
        let part = manager.post_part("/clients/new/duplicates", &typed).await.ok();
        assert!(part.trim().is_empty(), "{part}");
        let a = register(&mut manager, &bank.form_id(), &typed).await;
        let part = manager.post_part("/clients/new/duplicates", &typed).await.ok();
        assert!(part.contains(&format!("/clients/{a}")) && part.contains("99"), "{part}");
        // what cannot be read yet is left out
        let half = with(&typed, &[("phone", "+7 91"), ("inn", "5001"), ("email", "petr@")]);
        let part = manager.post_part("/clients/new/duplicates", &half).await.ok();
        assert!(part.contains(&format!("/clients/{a}")), "{part}");
        // sent: refused, everything kept, the reason asked for
        let id = bank.form_id();
        let send = async |browser: &mut Browser, more: &[(&str, &str)]| {
            let mut all = with(&typed, more);
            all.push(("_id", &id));
            browser.post("/clients/new", &all).await
        };
        let refused = send(&mut manager, &[("employer", "завод"), ("note", "не терять")]).await;
        assert_eq!(refused.status, 422, "{}", refused.gist());
        for kept in ["не терять", "Щербаков", "despite_duplicates", &format!("/clients/{a}")]
        {
            assert!(refused.body.contains(kept), "{kept}");
        }
        let done = send(&mut manager, &[("despite_duplicates", "тёзка, отец и сын")]).await;
        assert_eq!(done.status, 303, "{}", done.gist());
        let noted = changes(bank, "%").await;
        assert_eq!(noted.iter().filter(|c| c.contains("despite_duplicates")).count(), 1);
        assert_eq!(number(bank, "select count(*) from client_pair where state = 'open'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_out_of_reach_is_a_mask_and_never_data() {
    both(async |bank: &Bank| {
        let elsewhere = RegisterClient {
            branch_id: Some(bank.branch("02")),
            ..command(&with(&NAME, &[("employer", "Тайный завод")]))
        };
        let hidden = bank.execute("head_office", &elsewhere).await.unwrap();
        let mut manager = bank.client("manager").await;
        let typed: Vec<(&str, &str)> = [("kind", "person")].into_iter().chain(NAME).collect();
        let part = manager.post_part("/clients/new/duplicates", &typed).await.ok();
        let number_of = crate::clients::text(bank, "select number from client").await.unwrap();
        let secrets = [hidden.to_string(), number_of, "Тайный".to_owned(), "Surname".to_owned()];
        assert!(!part.trim().is_empty(), "he learns that there is somebody");
        for secret in &secrets {
            assert!(!part.contains(secret), "{secret}: {part}");
        }
        let seen = add(bank, "manager", &NAME).await;
        let list = manager.get("/duplicates").await.ok();
        let href = |a: ClientId, b: ClientId| format!("/duplicates/{}/{}", a.min(b), a.max(b));
        assert!(list.contains(&href(seen, hidden)), "{list}");
        let side = manager.get(&href(seen, hidden)).await.ok();
        for page in [&list, &side] {
            for secret in &secrets[1..] {
                assert!(!page.contains(secret), "{secret}");
            }
        }
        assert!(!side.contains("/not-same") && !side.contains("/merge/"));
        let refused = bank.execute("manager", &not_same(seen, hidden)).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        // who sees neither knows nothing of the pair
        let other = RegisterClient { branch_id: Some(bank.branch("02")), ..command(&NAME) };
        let other = bank.execute("head_office", &other).await.unwrap();
        assert_eq!(manager.get(&href(hidden, other)).await.status, 404);
        assert!(!manager.get("/duplicates").await.ok().contains(&href(hidden, other)));
        let mut office = bank.client("head_office").await;
        let page = office.get(&href(seen, hidden)).await.ok();
        assert!(page.contains("Тайный") && page.contains("/not-same") && page.contains("/merge/"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_counts_and_keeps_the_pairs_it_brings() {
    both(async |bank: &Bank| {
        let a = add(bank, "manager", &NAME).await;
        let twin = json!({ "party_kind": "person", "last_name": "Щербаков", "first_name": "Петр",
            "patronymic": "Ильич", "birth_date": "1981-03-12" });
        let other = json!({ "party_kind": "person", "last_name": "Иной", "first_name": "Яков" });
        let send = async |rows: serde_json::Value| -> ImportOutcome {
            let ctx = bank.as_system();
            let batch = json!({ "source": "abs", "rows": rows });
            let command = "parties.import_clients";
            let bus = &bank.services.bus;
            let answer = bus.execute_json(&ctx, ctx.command_id(), command, batch).await.unwrap();
            serde_json::from_value(answer).unwrap()
        };
        let row = |n: u64, id: &str, fields: &serde_json::Value| {
            json!({ "row": n, "external_id": id, "fields": fields })
        };
        let outcome =
            send(json!([row(2, "x1", &twin), row(3, "x2", &other), row(4, "x3", &twin)])).await;
        // with the one who was here, and within the batch
        assert_eq!((outcome.created, outcome.pairs), (3, 3));
        let sql = "select count(*) from client_pair where found_by = 'import' and state = 'open'";
        assert_eq!(number(bank, sql).await, 3);
        let mut db = bank.services.reader.clone();
        let sql = "select entity_id from external_ref where kind = 'client' and external_id = 'x1'";
        let b: ClientId = db.first(sql, &[]).await.unwrap().unwrap().one().unwrap();
        bank.execute("head_office", &not_same(a, b)).await.unwrap();
        let mut changed = twin.clone();
        changed["job_title"] = "токарь".into();
        let outcome = send(json!([row(2, "x1", &changed)])).await;
        assert_eq!((outcome.changed, outcome.pairs), (1, 0));
        assert_eq!(stored(bank, a, b).await.unwrap().state, PairState::NotSame);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_finds_what_older_banks_hold_and_goes_on_where_it_was_cut_off() {
    both(async |bank: &Bank| {
        let a = add(bank, "manager", &NAME).await;
        let b = add(bank, "manager", &NAME).await;
        let firm =
            [("kind", "company"), ("registered_on", "2001-05-07"), ("full_name", "ООО «Бор»")];
        let c = add(bank, "manager", &firm).await;
        let d = add(bank, "manager", &firm).await;
        // as if the keys had never been kept and nobody had looked
        let mut tx = bank.writer.begin().await.unwrap();
        for sql in ["delete from client_pair", "delete from match_key"] {
            tx.execute(sql, &[]).await.unwrap();
        }
        tx.commit().await.unwrap();
        walk(bank).await;
        assert!(stored(bank, a, b).await.is_some() && stored(bank, c, d).await.is_some());
        assert!(number(bank, "select count(*) from match_key").await >= 6);
        // a walk that had come behind the keys of people when its worker died
        let mut tx = bank.writer.begin().await.unwrap();
        tx.execute("delete from client_pair", &[]).await.unwrap();
        tx.commit().await.unwrap();
        let id = bank.execute("head_office", &FindDuplicates {}).await.unwrap().unwrap();
        assert_eq!(bank.execute("head_office", &FindDuplicates {}).await.unwrap(), None);
        let mut tx = bank.writer.begin().await.unwrap();
        let dead: uuid::Uuid = bank.as_system().new_id();
        let now = kernel::Clock::now(&*bank.clock);
        let kinds = [FindDuplicates::JOB];
        queue::claim(&mut tx, (dead, &kinds), now, now.plus_seconds(120)).await.unwrap();
        tx.execute(
            "insert into match_walk (job_id, phase, cursor, done, total, found, updated_at) \
             values ($1, 'pairs', 'born:~', 8, 10, 1, $2)",
            params![id, now],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        bank.settle().await;
        assert!(stored(bank, c, d).await.is_none(), "it is the dead worker's for now");
        bank.clock.advance_seconds(121);
        bank.settle().await;
        assert!(stored(bank, c, d).await.is_some(), "what stood behind the place is found");
        assert!(stored(bank, a, b).await.is_none(), "what stood before it is not looked at again");
        let job = queue::get(&mut bank.services.reader.clone(), id).await.unwrap().unwrap();
        assert_eq!((job.state.as_str(), job.result.as_deref()), ("done", Some("{\"found\":2}")));
        // a manager does not look through the whole bank
        for login in ["manager", "branch_head"] {
            let refused = bank.execute(login, &FindDuplicates {}).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{login}: {refused:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pairs_come_by_pages_the_likeliest_first() {
    both(async |bank: &Bank| {
        for _ in 0..5 {
            add(bank, "manager", &NAME).await;
        }
        let mut wanted = PairWanted { state: PairState::Open, from_ppm: 0, after: None };
        let system = spine::Principal::system();
        let mut db = bank.services.reader.clone();
        let mut seen = Vec::new();
        loop {
            let page = pairs(&mut db, &system, wanted, 3).await.unwrap();
            let Some(last) = page.last() else { break };
            let ids = (last.a_id, last.b_id);
            wanted.after = Some(PairMark { probability_ppm: last.probability_ppm, ids });
            seen.extend(page.into_iter().map(|p| (p.a_id, p.b_id)));
        }
        let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (10, 10));
        wanted = PairWanted { from_ppm: 999_997, after: None, ..wanted };
        assert!(pairs(&mut db, &system, wanted, 3).await.unwrap().is_empty());
    })
    .await;
}
