//! Clients: registering, editing, conflicts, bulk actions, and what the pages show of hostile texts.

use kernel::{ClientId, Refusals};
use parties::client::commands::{AssignClients, EditClient, FieldEdit, RegisterClient, SetSegment};
use parties::client::model::Segment;
use spine::Error;
use store::Read;
use testkit::{Bank, Browser};

use crate::support::{both, number};

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

async fn text(bank: &Bank, sql: &str) -> Option<String> {
    let mut db = bank.services.reader.clone();
    db.first(sql, &[]).await.unwrap().and_then(|r| r.one().unwrap())
}

/// The values of the form fields of a page, as a browser would send them.
fn form_fields(html: &str) -> Vec<(String, String)> {
    let unescape = |t: &str| {
        t.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    let form = html.split("<form").find(|f| f.contains("name=\"was_")).expect("the form");
    let form = form.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        tag[start..].split('"').next().map(unescape)
    };
    let mut out = Vec::new();
    for part in form.split('<') {
        let tag = part.split('>').next().unwrap();
        let name = attribute(tag, "name");
        if tag.starts_with("input") {
            let is_box = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
            if let Some(name) = name.filter(|_| !is_box || tag.contains(" checked")) {
                let value = attribute(tag, "value");
                out.push((
                    name,
                    value.unwrap_or_else(|| if is_box { "on".to_owned() } else { String::new() }),
                ));
            }
        } else if tag.starts_with("textarea") {
            out.push((name.unwrap(), unescape(part.split_once('>').unwrap().1)));
        } else if tag.starts_with("select") {
            out.push((name.unwrap(), String::new()));
        } else if tag.starts_with("option") && tag.contains(" selected") {
            out.last_mut().unwrap().1 = attribute(tag, "value").unwrap_or_default();
        }
    }
    out
}

const FULL: &[(&str, &str)] = &[
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
        let entry = text(bank, "select changes from journal_entry where entity = 'client'").await;
        let entry = entry.unwrap();
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
        let mut own = bank.client("manager_far").await;
        let one_id = bank.form_id();
        for route in bank.app.routes.iter().filter(|r| r.path.starts_with("/clients/{id}")) {
            let path = route.path.replace("{id}", &far.to_string()).replace("{key}", "money");
            let path = path.split('/').map(|p| if p.starts_with('{') { &one_id } else { p });
            let path = path.collect::<Vec<_>>().join("/");
            if route.method == "GET" {
                let reply = manager.get(&path).await;
                assert_eq!(reply.status, 404, "GET {path}: {}", reply.gist());
                let part = manager.get_part(&path).await;
                assert_eq!(part.status, 404, "part of {path}");
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
async fn an_unchanged_form_changes_nothing_in_either_language() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let id = register(&mut manager, &bank.form_id(), FULL).await;
        let extra = [("income_minor", "150 000,50"), ("client_since", "3.3.2010")];
        let edits = extra.map(|(f, v)| FieldEdit {
            field: f.into(),
            original: String::new(),
            value: v.into(),
        });
        let edit = EditClient { client_id: id, edits: edits.to_vec(), source: "clerk".into() };
        bank.execute("manager", &edit).await.unwrap();
        let entries =
            number(bank, "select count(*) from journal_entry where entity = 'client'").await;
        for lang in ["en", "ru"] {
            let sql = format!("update staff set lang = '{lang}' where login = 'manager'");
            crate::support::force(bank, &sql, &[]).await;
            bank.services.directory.reload(&bank.services.reader).await.unwrap();
            let page = manager.get(&format!("/clients/{id}/edit")).await.ok();
            let sent = form_fields(&page);
            let note = sent.iter().find(|(n, _)| n == "note").unwrap();
            assert!(note.1.contains("первая\nвторая"), "{note:?}");
            // browsers send line ends as two characters
            let sent: Vec<(String, String)> =
                sent.into_iter().map(|(n, v)| (n, v.replace('\n', "\r\n"))).collect();
            let pairs: Vec<(&str, &str)> =
                sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let reply = manager.post(&format!("/clients/{id}/edit"), &pairs).await;
            assert_eq!(reply.status, 303, "{lang}: {}", reply.gist());
            let after =
                number(bank, "select count(*) from journal_entry where entity = 'client'").await;
            assert_eq!(
                after,
                entries,
                "{lang}: {:?}",
                text(bank, "select changes from journal_entry order by seq desc").await
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn different_fields_merge_and_the_same_field_is_a_choice() {
    both(async |bank: &Bank| {
        let mut mine = bank.client("manager").await;
        let mut theirs = bank.client("manager_same").await;
        let id = register(&mut mine, &bank.form_id(), FULL).await;
        let path = format!("/clients/{id}/edit");
        let mut my_form = form_fields(&mine.get(&path).await.ok());
        bank.clock.advance_seconds(60);
        let mut their_form = form_fields(&theirs.get(&path).await.ok());
        let set = |form: &mut Vec<(String, String)>, name: &str, value: &str| {
            form.iter_mut().find(|(n, _)| n == name).expect(name).1 = value.to_owned();
        };
        set(&mut their_form, "job_title", "директор");
        set(&mut their_form, "segment", "premium");
        set(&mut their_form, "birth_date", "3.2.1985");
        set(&mut my_form, "employer", "ООО «Ромашка»");
        set(&mut my_form, "segment", "mass");
        set(&mut my_form, "birth_date", "2.2.1985");
        let pairs = |form: &[(String, String)]| form.to_vec();
        let send = async |browser: &mut Browser, form: Vec<(String, String)>| {
            let form: Vec<(&str, &str)> =
                form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            browser.post(&path, &form).await
        };
        assert_eq!(send(&mut theirs, pairs(&their_form)).await.status, 303);
        bank.clock.advance_seconds(60);
        let reply = send(&mut mine, pairs(&my_form)).await;
        assert_eq!(reply.status, 409, "{}", reply.gist());
        for words in [
            "Mass",
            "Premium",
            "VIP",
            "2 Feb 1985",
            "3 Feb 1985",
            "1 Feb 1985",
            "Member manager_same",
        ] {
            let plain = reply.body.replace('\u{a0}', " ");
            assert!(plain.contains(words), "no {words} in {}", reply.gist());
        }
        assert_eq!(text(bank, "select employer from client").await, None, "half of it was written");
        // the choice: mine, as the page offers it
        let chosen = form_fields(&reply.body);
        assert!(chosen.iter().any(|(n, v)| n == "segment" && v == "mass"), "{chosen:?}");
        assert_eq!(send(&mut mine, chosen).await.status, 303);
        let row =
            text(bank, "select segment || birth_date || employer || job_title from client").await;
        assert_eq!(row.unwrap(), "mass1985-02-02ООО «Ромашка»директор");
        // the journal tells both sides of every changed field
        let sql =
            "select changes from journal_entry where entity = 'client' order by seq desc limit 1";
        let changes = text(bank, sql).await.unwrap();
        for part in [
            "\"segment\":[\"premium\",\"mass\"]",
            "\"employer\":[null,",
            "[\"1985-02-03\",\"1985-02-02\"]",
        ] {
            assert!(changes.contains(part), "{part}: {changes}");
        }
        assert!(!changes.contains("job_title"), "{changes}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_edit_keeps_the_input_and_a_double_press_counts_once() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let id = register(&mut manager, &bank.form_id(), FULL).await;
        let path = format!("/clients/{id}/edit");
        let form = bank.form_id();
        let bad = [
            ("_id", &*form),
            ("was_employer", ""),
            ("employer", "Завод \"Б\""),
            ("was_birth_date", "1985-02-01"),
            ("birth_date", "когда-то"),
            ("was_last_name", "Щербакова"),
            ("last_name", "Щербакова"),
        ];
        let reply = manager.post(&path, &bad).await;
        assert_eq!(reply.status, 422);
        for kept in ["Завод &quot;Б&quot;", "когда-то", "f-birth_date-error"] {
            assert!(reply.body.contains(kept), "{kept}: {}", reply.gist());
        }
        // a person who has a name cannot lose it
        let nameless = [
            ("_id", &*bank.form_id()),
            ("was_last_name", "Щербакова"),
            ("last_name", ""),
            ("was_first_name", "Наталья"),
            ("first_name", ""),
            ("was_patronymic", "Ивановна"),
            ("patronymic", ""),
        ];
        assert_eq!(manager.post(&path, &nameless).await.status, 422);
        let good = [("_id", &*form), ("was_employer", ""), ("employer", "Завод")];
        assert_eq!(manager.post(&path, &good).await.status, 303);
        assert_eq!(manager.post(&path, &good).await.status, 303);
        let sql = "select count(*) from journal_entry where command = 'parties.edit_client'";
        assert_eq!(number(bank, sql).await, 1);
        assert_eq!(number(bank, "select version from client").await, 2);
        // the same form with other content is neither
        let other = [("_id", &*form), ("was_employer", ""), ("employer", "Фабрика")];
        assert_eq!(manager.post(&path, &other).await.status, 422);
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
