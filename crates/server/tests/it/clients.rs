//! Clients: registering, editing, conflicts, bulk actions, and what the pages show of hostile texts.

use kernel::{ClientId, Refusals};
use parties::client::commands::{AssignClients, EditClient, FieldEdit, RegisterClient, SetSegment};
use parties::client::model::Segment;
use spine::Error;
use store::Read;
use testkit::{Bank, Browser};

use crate::support::{both, changes, number};

/// Registers a client by the form as a manager of branch 01; answers his id.
pub(crate) async fn register(browser: &mut Browser, id: &str, fields: &[(&str, &str)]) -> ClientId {
    let all: Vec<(&str, &str)> = [("_id", id)].into_iter().chain(fields.iter().copied()).collect();
    let reply = browser.post("/clients/new", &all).await;
    assert_eq!(reply.status, 303, "{fields:?}: {}", reply.gist());
    let place = reply.location().to_owned();
    place.strip_prefix("/clients/").expect(&place).parse().expect(&place)
}

/// A person registered by the command, in the branch of `login`.
pub(crate) async fn person(bank: &Bank, login: &str, name: [&str; 3]) -> ClientId {
    let keys = ["last_name", "first_name", "patronymic"];
    let fields = keys.into_iter().zip(name).map(|(k, v)| (k.to_owned(), v.to_owned()));
    let command = RegisterClient {
        kind: "person".to_owned(),
        fields: fields.filter(|(_, v)| !v.is_empty()).collect(),
        manager_id: Some(bank.user(login)),
        source: "clerk".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute(login, &command).await.unwrap()
}

fn codes(answer: Result<impl std::fmt::Debug, Error>) -> Vec<String> {
    let Err(Error::Refused(Refusals(all))) = answer else { panic!("{answer:?}") };
    all.into_iter().map(|r| r.code).collect()
}

/// One text out of the database.
pub(crate) async fn text(bank: &Bank, sql: &str) -> Option<String> {
    let mut db = bank.services.reader.clone();
    db.first(sql, &[]).await.unwrap().and_then(|r| r.one().unwrap())
}

/// A form with something in most fields.
pub(crate) const FULL: &[(&str, &str)] = &[
    ("kind", "person"),
    ("last_name", "Щербакова"),
    ("first_name", "Наталья"),
    ("patronymic", "Ивановна"),
    ("birth_date", "1.2.85"),
    ("sex", "f"),
    ("segment", "vip"),
    ("status", "active"),
    ("public_person", "1"),
    ("dependants", "2"),
    ("note", "первая\r\nвторая"),
    ("phone", "8 (916) 123-45-67"),
    ("email", "N.Scherbakova@Yandex.ru"),
    ("inn", "500100732259"),
    ("passport_rf", "45 10 123456"),
];

#[tokio::test(flavor = "multi_thread")]
async fn people_companies_and_households_are_registered_with_origin_and_journal() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let id = register(&mut manager, &bank.form_id(), FULL).await;
        let card = manager.get(&format!("/clients/{id}")).await.ok();
        assert!(card.contains("Щербакова Наталья Ивановна"), "{card}");
        let details = manager.get(&format!("/clients/{id}/details")).await.ok();
        assert!(details.contains("1 Feb 1985") || details.contains("1\u{a0}Feb\u{a0}1985"));
        let me = bank.user("manager");
        for (field, entered) in [("last_name", true), ("birth_date", true), ("employer", false)] {
            let sql = format!(
                "select count(*) from field_origin where field = '{field}' and source = 'clerk' \
                 and author_id is not null and at = {}",
                testkit::START.micros()
            );
            assert_eq!(number(bank, &sql).await, i64::from(entered), "{field}");
        }
        let mut db = bank.services.reader.clone();
        let sql = "select author_id from field_origin where field = 'last_name'";
        let author: kernel::UserId = db.first(sql, &[]).await.unwrap().unwrap().one().unwrap();
        assert_eq!(author, me);
        let entry = &changes(bank, "client").await[0];
        for part in ["[null,\"Щербакова\"]", "[null,\"1985-02-01\"]", "[null,\"vip\"]"] {
            assert!(entry.contains(part), "{part} is not in {entry}");
        }
        let value = "select value from client_contact where kind = 'phone'";
        assert_eq!(text(bank, value).await.unwrap(), "+79161234567");

        for (fields, name) in [
            (
                vec![
                    ("kind", "company"),
                    ("full_name", "Общество «Ромашка»"),
                    ("short_name", "ООО «Ромашка»"),
                    ("inn", "7707083893"),
                    ("segment", "sme"),
                    ("status", "active"),
                    ("okved", "64.19"),
                    ("registered_on", "2001-02-03"),
                    ("capital_minor", "10 000"),
                ],
                "ООО «Ромашка»",
            ),
            (
                vec![
                    ("kind", "household"),
                    ("full_name", "Семья Ивановых"),
                    ("segment", "mass"),
                    ("status", "active"),
                ],
                "Семья Ивановых",
            ),
        ] {
            let id = register(&mut manager, &bank.form_id(), &fields).await;
            assert!(manager.get(&format!("/clients/{id}")).await.ok().contains(name), "{name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_is_checked_and_nothing_typed_is_lost() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let long = "я".repeat(401);
        let bad: &[(&str, &str)] = &[
            ("kind", "person"),
            ("last_name", &long),
            ("first_name", "Пётр<b>"),
            ("birth_date", "31.02.2000"),
            ("sex", "x"),
            ("citizenship", "ZZ"),
            ("dependants", "-1"),
            ("segment", "gold"),
            ("status", "active"),
            ("client_since", "1.1.2199"),
            ("phone", "12"),
            ("email", "a@b"),
            ("inn", "500100732250"),
            ("passport_rf", "45 10"),
            ("branch_id", "nonsense"),
        ];
        for with_id in [true, false] {
            let id = bank.form_id();
            let all: Vec<(&str, &str)> = [("_id", id.as_str())]
                .into_iter()
                .filter(|_| with_id)
                .chain(bad.iter().copied())
                .collect();
            let reply = manager.post("/clients/new", &all).await;
            assert_eq!(reply.status, 422, "{}", reply.gist());
            if !with_id {
                continue;
            }
            for (name, value) in bad.iter().filter(|(n, _)| {
                !["kind", "status", "segment", "sex", "first_name", "branch_id"].contains(n)
            }) {
                assert!(
                    reply.body.contains(&format!("id=\"f-{name}\""))
                        || reply.body.contains(&format!("name=\"{name}\"")),
                    "{name}"
                );
                assert!(reply.body.contains(&format!("value=\"{value}\"")), "{name} lost {value}");
                let error = format!("f-{name}-error");
                assert!(reply.body.contains(&error), "no word at {name}: {}", reply.gist());
            }
            assert!(reply.body.contains("Пётр&lt;b&gt;"));
        }
        assert_eq!(number(bank, "select count(*) from client").await, 0);
        // nothing at all: who is it?
        let empty = [
            ("_id", &*bank.form_id()),
            ("kind", "person"),
            ("segment", "mass"),
            ("status", "active"),
        ];
        assert_eq!(manager.post("/clients/new", &empty).await.status, 422);
        // a branch nobody has, closed by hand in the request
        let id = bank.form_id();
        let strange =
            [("_id", &*id), ("kind", "person"), ("last_name", "Иванов"), ("branch_id", &*id)];
        assert_eq!(manager.post("/clients/new", &strange).await.status, 422);
        let strange =
            [("_id", &*id), ("kind", "person"), ("last_name", "Иванов"), ("manager_id", &*id)];
        assert_eq!(manager.post("/clients/new", &strange).await.status, 422);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_somebody_holds_is_refused_and_a_second_press_is_no_second_client() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let form = bank.form_id();
        let first = register(&mut manager, &form, FULL).await;
        assert_eq!(register(&mut manager, &form, FULL).await, first);
        assert_eq!(number(bank, "select count(*) from client").await, 1);
        for twin in [("inn", "500100732259"), ("passport_rf", "4510 123456")] {
            let other =
                [("_id", &*bank.form_id()), ("kind", "person"), ("last_name", "Другой"), twin];
            let reply = manager.post("/clients/new", &other).await;
            assert_eq!(reply.status, 422, "{twin:?}");
            assert!(reply.body.contains(&format!("f-{}-error", twin.0)), "{}", reply.gist());
        }
        assert_eq!(number(bank, "select count(*) from client").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_register_one_number_at_once_one_succeeds() {
    both(async |bank: &Bank| {
        let sent: Vec<_> = (0..8)
            .map(|n| {
                let (services, ctx) = (bank.services.clone(), bank.as_role("manager"));
                let command = RegisterClient {
                    kind: "person".to_owned(),
                    fields: [("last_name".to_owned(), format!("Иванов{n}"))].into(),
                    identifiers: vec![("inn".to_owned(), "500100732259".to_owned())],
                    source: "clerk".to_owned(),
                    ..RegisterClient::default()
                };
                tokio::spawn(
                    async move { services.execute(&ctx, ctx.command_id(), &command).await },
                )
            })
            .collect();
        let mut well = 0;
        for one in sent {
            match one.await.unwrap() {
                Ok(_) => well += 1,
                refused => assert_eq!(codes(refused), ["identifier-taken"]),
            }
        }
        assert_eq!((well, number(bank, "select count(*) from client").await), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_out_of_scope_does_not_exist() {
    both(async |bank: &Bank| {
        let far = person(bank, "manager_far", ["Дальний", "Пётр", ""]).await;
        let mut manager = bank.client("manager").await;
        let mut head = bank.client("branch_head").await;
        let mut own = bank.client("manager_far").await;
        let rights = bank.as_role("manager").principal;
        let head_rights = bank.as_role("branch_head").principal;
        let one_id = bank.form_id();
        for route in bank.app.routes.iter().filter(|r| r.path.starts_with("/clients/{id}")) {
            let path = route.path.replace("{id}", &far.to_string()).replace("{key}", "money");
            let path = path.split('/').map(|p| if p.starts_with('{') { &one_id } else { p });
            let path = path.collect::<Vec<_>>().join("/");
            // somebody with the right, and without reach
            let manager = if rights.has(route.access) { &mut manager } else { &mut head };
            // where nobody of a branch has the right at all, the right is what is told
            let has_right = rights.has(route.access) || head_rights.has(route.access);
            let expected = if has_right { 404 } else { 403 };
            if route.method == "GET" {
                let reply = manager.get(&path).await;
                assert_eq!(reply.status, expected, "GET {path}: {}", reply.gist());
                let part = manager.get_part(&path).await;
                assert_eq!(part.status, expected, "part of {path}");
                assert!(!part.body.contains("Дальний"));
            } else {
                let reply = manager.post(&path, &[("_id", &*bank.form_id())]).await;
                assert!(
                    [400, 403, 404, 422].contains(&reply.status),
                    "POST {path}: {}",
                    reply.status
                );
                assert!(!reply.body.contains("Дальний"), "POST {path}");
            }
        }
        assert_eq!(own.get(&format!("/clients/{far}")).await.status, 200);
        assert_eq!(manager.get(&format!("/clients/{}", bank.form_id())).await.status, 404);
        assert_eq!(manager.get("/clients/not-an-id").await.status, 400);
        let before = number(bank, "select count(*) from journal_entry").await;
        let edit = EditClient {
            client_id: far,
            edits: vec![FieldEdit {
                field: "note".into(),
                original: String::new(),
                value: "x".into(),
            }],
            source: "clerk".into(),
        };
        assert!(matches!(bank.execute("manager", &edit).await, Err(Error::NotFound)));
        assert_eq!(number(bank, "select count(*) from journal_entry").await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_actions_take_all_or_none() {
    both(async |bank: &Bank| {
        let a = person(bank, "manager", ["Первый", "", ""]).await;
        let b = person(bank, "manager_same", ["Второй", "", ""]).await;
        let far = person(bank, "manager_far", ["Дальний", "", ""]).await;
        let to = bank.user("manager_same");
        let give = |client_ids: Vec<ClientId>| AssignClients { client_ids, manager_id: Some(to), branch_id: None };
        let mixed = bank.execute("branch_head", &give(vec![a, far])).await;
        assert!(matches!(mixed, Err(Error::NotFound)), "{mixed:?}");
        let managed = format!("select count(*) from client where manager_id = (select id from staff where login = '{}')", "manager_same");
        assert_eq!(number(bank, &managed).await, 1);
        assert!(matches!(bank.execute("manager", &give(vec![a])).await, Err(Error::Forbidden(_))));
        // named twice is named once; who has him already keeps him without a journal entry
        assert_eq!(bank.execute("branch_head", &give(vec![a, a, b])).await.unwrap(), 1);
        assert_eq!(number(bank, &managed).await, 2);
        let sql = "select count(*) from journal_entry where command = 'parties.assign_clients'";
        assert_eq!(number(bank, sql).await, 1);
        let nobody = AssignClients { client_ids: vec![a], manager_id: Some(a.uuid().into()), branch_id: None };
        assert_eq!(codes(bank.execute("branch_head", &nobody).await), ["not-a-choice"]);
        assert_eq!(codes(bank.execute("branch_head", &give(vec![])).await), ["nothing-selected"]);

        let vip = |client_ids: Vec<ClientId>| SetSegment { client_ids, segment: Segment::Vip };
        assert!(matches!(bank.execute("manager", &vip(vec![a, far])).await, Err(Error::NotFound)));
        assert_eq!(number(bank, "select count(*) from client where segment = 'vip'").await, 0);
        bank.clock.advance_seconds(60);
        assert_eq!(bank.execute("manager", &vip(vec![a, b])).await.unwrap(), 2);
        let sql = format!("select count(*) from field_origin where field = 'segment' and at = {}", bank.clock_micros());
        assert_eq!(number(bank, &sql).await, 2, "the origin of the segment is old");
    })
    .await;
}

/// Test banks' instant as stored.
trait Micros {
    fn clock_micros(&self) -> i64;
}
impl Micros for Bank {
    fn clock_micros(&self) -> i64 {
        kernel::Clock::now(self.clock.as_ref()).micros()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_and_endless_texts_are_only_texts() {
    both(async |bank: &Bank| {
        const XSS: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;";
        let mut manager = bank.client("manager").await;
        let text_fields: Vec<&str> =
            parties::client::fields_of(parties::client::model::ClientKind::Person)
                .filter(|f| {
                    matches!(
                        f.input,
                        parties::client::FieldInput::Text | parties::client::FieldInput::Note
                    )
                })
                .map(|f| f.key)
                .collect();
        let edits = text_fields.iter().map(|f| FieldEdit {
            field: (*f).to_owned(),
            original: String::new(),
            value: format!("{XSS}{f}"),
        });
        let long = "Й".repeat(400);
        let id = person(bank, "manager", ["Х", "", ""]).await;
        let edits: Vec<FieldEdit> =
            edits
                .map(|e| {
                    if e.field == "last_name" {
                        FieldEdit { original: "Х".into(), ..e }
                    } else {
                        e
                    }
                })
                .collect();
        bank.execute("manager", &EditClient { client_id: id, edits, source: "clerk".into() })
            .await
            .unwrap();
        let other = person(bank, "manager", [&long, &long, &long]).await;
        bank.settle().await;
        let pages = ["", "/details", "/edit", "/links"].map(|tail| format!("/clients/{id}{tail}"));
        let others = [
            "/clients".to_owned(),
            "/search?q=script".to_owned(),
            "/search/palette?q=script".to_owned(),
            format!("/clients/{other}"),
            "/".to_owned(),
            "/clients/new?kind=%22%3E%3Cscript%3E".to_owned(),
            "/search?q=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
        ];
        for path in pages.iter().chain(&others) {
            let reply = manager.get(path).await;
            assert!([200, 303].contains(&reply.status), "{path}: {}", reply.gist());
            for raw in ["<script>alert", "<img src=x", "\"'><"] {
                assert!(!reply.body.contains(raw), "{path} holds {raw}");
            }
        }
        let card = manager.get(&format!("/clients/{id}")).await.ok();
        assert!(card.contains("&lt;script&gt;alert(1)"), "the text itself is gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_name_has_a_face() {
    both(async |bank: &Bank| {
        let command = RegisterClient {
            kind: "person".into(),
            identifiers: vec![("passport_rf".into(), "4510 654321".into())],
            manager_id: Some(bank.user("manager")),
            source: "clerk".into(),
            ..RegisterClient::default()
        };
        let id = bank.execute("manager", &command).await.unwrap();
        let shown = text(bank, "select number from client").await.unwrap();
        let mut manager = bank.client("manager").await;
        for tail in ["", "/details", "/edit", "/links"] {
            let page = manager.get(&format!("/clients/{id}{tail}")).await.ok();
            assert!(page.contains(&shown), "{tail}");
        }
        assert!(manager.get("/clients").await.ok().contains(&shown));
        assert!(manager.get("/search?q=4510654321").await.ok().contains(&shown));
    })
    .await;
}
