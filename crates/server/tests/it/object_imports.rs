//! Records of a bank's own kinds come in from files: preview, dry run, what is refused and why, the same file again,
//! a key that finds records again, and files that left the bank and come back.

use base64::Engine;
use connect::import::commands::{CreateImport, NewFile, StartImport};
use kernel::{ClientId, RecordId};
use parties::client::model::client_number;
use parties::fields::commands::{AddField, EditField};
use parties::fields::model::{ClientLink, FieldKind, FieldSpec};
use parties::objects::commands::{ArchiveRecord, SaveRecord};
use serde_json::json;
use spine::Scope;
use store::{Read, params};
use testkit::{Bank, Browser, Reply};

use crate::custom_fields::spec;
use crate::custom_objects::{client, edits, new, visits};
use crate::import::{counts, run, summary};
use crate::support::{both, number};

const RECORDS: &str = "select count(*) from custom_record";

async fn upload(bank: &Bank, browser: &mut Browser, file: (&str, &[u8]), key: &str) -> Reply {
    let fields =
        [("_id", &*bank.form_id()), ("mapping", "record:visit"), ("title", ""), ("key", key)];
    browser.upload("/imports/new", &fields, ("files", file.0, file.1)).await
}

/// Brings a file in and answers how many were new, changed, unchanged, rejected.
async fn bring(bank: &Bank, file: (&str, &[u8]), key: &str) -> (u64, u64, u64, u64) {
    // runs are told apart by when they were made
    bank.clock.advance_seconds(1);
    let mut office = bank.client("head_office").await;
    let reply = upload(bank, &mut office, file, key).await;
    assert_eq!(reply.status, 303, "{}", reply.gist());
    let place = reply.location().to_owned();
    run(bank, &mut office, &place, false).await;
    counts(&summary(bank).await)
}

async fn doc(bank: &Bank, title: &str) -> String {
    let mut db = bank.services.reader.clone();
    let sql = "select doc from custom_record where title = $1";
    db.first(sql, params![title]).await.unwrap().unwrap().one().unwrap()
}

/// The field of a list of words, one of them put away, and one that not everybody knows of.
async fn more_fields(bank: &Bank) {
    let state = spec("Состояние", FieldKind::Choice);
    let command = AddField {
        object: "visit".to_owned(),
        key: Some("x_state".to_owned()),
        spec: state.clone(),
    };
    let field_id = bank.execute("administrator", &command).await.unwrap();
    let mut spec_now = state;
    spec_now.options[1].archived = true;
    let away = EditField { field_id, original: None, spec: spec_now, position: None };
    bank.execute("administrator", &away).await.unwrap();
    let secret =
        FieldSpec { roles: vec!["branch_head".to_owned()], ..spec("Тайна", FieldKind::Text) };
    let command =
        AddField { object: "visit".to_owned(), key: Some("x_secret".to_owned()), spec: secret };
    bank.execute("administrator", &command).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_looked_at_rehearsed_brought_in_and_brought_in_again() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        more_fields(bank).await;
        let owner = client(bank, "manager", "Залогова").await;
        let own_number = client_number(owner.uuid());
        let table = format!(
            "Адрес;площадь;Когда;Состояние;Номер клиента;Тайна;Прочее\r\n\
             Лесная 5;1 200,5;01.02.2026;Кошка;{own_number};тс-с;a\r\n\
             Лесная 6;сто;31.02.2026;;;;b\r\n\
             Лесная 7;7;2026-02-03;Собака;;;c\r\n\
             Лесная 8;8;;Рыбка;0000-0000-00;;d\r\n\
             Лесная 9;9;;;;;e\r\n\
             Лесная 10;10;2026-02-05;fish;;;f\r\n"
        );
        let mut office = bank.client("head_office").await;
        let button = office.get("/objects/visit").await.ok();
        assert!(button.contains("/imports/new?mapping=record:visit"));
        let form = office.get("/imports/new?mapping=record:visit").await.ok();
        assert!(form.contains("Collateral visits") && form.contains("name=\"key\""));
        let reply = upload(bank, &mut office, ("visits.csv", table.as_bytes()), "").await;
        assert_eq!(reply.status, 303, "{}", reply.gist());
        let place = reply.location().to_owned();
        let preview = office.get(&place).await.ok();
        for words in ["Лесная 5", "Площадь", "Collateral visits", "Состояние"]
        {
            assert!(preview.contains(words), "{words}: {preview}");
        }
        assert!(!preview.contains("тс-с"), "what one may not know of is no column");
        let page = run(bank, &mut office, &place, true).await;
        assert_eq!(counts(&summary(bank).await), (2, 0, 0, 4));
        assert_eq!(number(bank, RECORDS).await, 0, "a dry run keeps nothing");
        for told in [
            "Give a number with 2 decimals at most",
            "31.02.2026",
            "This word was taken out of the list",
            "Собака",
            "0000-0000-00",
            "площадь",
        ] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let rejects = office.get(&format!("{place}/rejects.csv")).await.ok();
        let of_row = |n: u64| rejects.lines().filter(|l| l.contains(&format!(",{n},"))).count();
        assert_eq!((of_row(3), of_row(4), of_row(5), of_row(6)), (2, 1, 1, 1), "{rejects}");
        assert!(rejects.contains("required"), "{rejects}");
        run(bank, &mut office, &place, false).await;
        assert_eq!(counts(&summary(bank).await), (2, 0, 0, 4));
        assert_eq!(
            doc(bank, "Лесная 5").await,
            r#"{"x_area":"1200.50","x_day":"2026-02-01","x_place":"Лесная 5","x_state":"cat"}"#
        );
        let about = "select count(*) from custom_record where client_id is not null";
        assert_eq!(number(bank, about).await, 1);
        let list = bank.client("manager").await.get(&format!("/clients/{owner}")).await.ok();
        assert!(list.contains("Лесная 5"), "on his card");
        // the same again: nothing new
        assert_eq!(bring(bank, ("visits.csv", table.as_bytes()), "").await, (0, 0, 2, 4));
        let found = bank.client("head_office").await.get("/objects/visit?q=Лесная").await.ok();
        assert!(found.contains("Лесная 10"), "found by the search box");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_finds_records_again_and_what_was_put_away_stays_away() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::None).await;
        let first = "Договор;Адрес;Площадь;Когда\r\nД-1;Лесная;1;2026-01-01\r\nД-2;Полевая;2;2026-01-02\r\n";
        assert_eq!(bring(bank, ("a.csv", first.as_bytes()), "договор").await, (2, 0, 0, 0));
        let second = "Договор;Адрес;Площадь;Когда\r\n\
             Д-1;Лесная;;2026-01-01\r\nД-2;Полевая 2;2;2026-01-02\r\nД-3;Новая;3;2026-01-03\r\n\
             Д-3;Другая;3;2026-01-03\r\n;Без ключа;1;2026-01-01\r\n";
        assert_eq!(bring(bank, ("b.csv", second.as_bytes()), "Договор").await, (1, 1, 1, 2));
        assert!(doc(bank, "Лесная").await.contains("\"x_area\":\"1.00\""), "an empty cell empties nothing");
        assert_eq!(doc(bank, "Полевая 2").await, doc(bank, "Полевая 2").await);
        assert_eq!(number(bank, RECORDS).await, 3);
        // the key may be a field, and other keys do not meet it
        assert_eq!(bring(bank, ("c.csv", first.as_bytes()), "Адрес").await, (2, 0, 0, 0));
        let sql = "select id from custom_record where title = 'Новая'";
        let record_id: RecordId = {
            let mut db = bank.services.reader.clone();
            db.first(sql, &[]).await.unwrap().unwrap().one().unwrap()
        };
        let away = ArchiveRecord { object: "visit".to_owned(), record_id, archived: true };
        bank.execute("head_office", &away).await.unwrap();
        let third = "Договор;Адрес;Площадь;Когда\r\nД-3;Вернулась;3;2026-01-03\r\n";
        assert_eq!(bring(bank, ("d.csv", third.as_bytes()), "Договор").await, (0, 0, 0, 1));
        let mut office = bank.client("head_office").await;
        for (file, key, told) in [
            (("e.csv", first.as_bytes()), "Счёт", "no such column"),
            (("e.csv", b"a;b\r\n1;2\r\n".as_slice()), "", "No column is called"),
            (("e.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\r\n".as_slice()), "", "cards"),
        ] {
            let reply = upload(bank, &mut office, file, key).await;
            assert_eq!(reply.status, 422, "{told}");
            assert!(reply.body.contains(told), "{told}: {}", reply.gist());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_as_a_file_comes_back_as_the_same() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        more_fields(bank).await;
        let link = spec("Залогодатель", FieldKind::Client);
        let command =
            AddField { object: "visit".to_owned(), key: Some("x_who".to_owned()), spec: link };
        bank.execute("administrator", &command).await.unwrap();
        let owner = client(bank, "manager", "Залогова").await;
        let who = owner.to_string();
        for (about, place, area) in
            [(Some(owner), "=Лесная; \"5\"", "-12,5"), (None, "+7 склад", "")]
        {
            let mut command: SaveRecord = new(about, place, area);
            command.edits.extend(edits(&[("x_who", "", &who), ("x_state", "", "cat")]));
            bank.execute("head_office", &command).await.unwrap();
        }
        let entries = "select count(*) from journal_entry where entity = 'custom_record'";
        let before = number(bank, entries).await;
        for (format, name) in [("csv", "out.csv"), ("xlsx", "out.xlsx")] {
            let mut office = bank.client("head_office").await;
            let path = format!("/objects/visit/export?format={format}");
            let file = office.get(&path).await;
            assert_eq!(file.status, 200);
            assert_eq!(bring(bank, (name, &file.bytes), "").await, (0, 0, 2, 0), "{format}");
            assert_eq!(number(bank, entries).await, before, "{format}: nothing is different");
        }
        let mut office = bank.client("head_office").await;
        let csv = office.get("/objects/visit/export?format=csv").await.ok();
        let edited = csv.replace("-12.50", "13").replace("'+7 склад", "Новый склад");
        assert_eq!(bring(bank, ("back.csv", edited.as_bytes()), "").await, (0, 2, 0, 0));
        assert!(doc(bank, "Новый склад").await.contains("\"x_who\""));
        let told = crate::support::changes(bank, "custom_record").await;
        assert!(told.iter().any(|c| c.contains("\"x_area\":[\"-12.50\",\"13.00\"]")), "{told:?}");
        // whose record it is does not change, and another branch's client is nobody
        let other: ClientId = client(bank, "manager", "Другая").await;
        let moved = edited.replace(&client_number(owner.uuid()), &client_number(other.uuid()));
        let (created, changed, _, rejected) =
            bring(bank, ("moved.csv", moved.as_bytes()), "").await;
        assert_eq!((created, changed, rejected), (0, 1, 1), "only the one about nobody may");
        let stranger = format!("Номер;Адрес\r\n{};x\r\n", client_number(other.uuid()));
        assert_eq!(bring(bank, ("s.csv", stranger.as_bytes()), "").await, (0, 0, 0, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_write_records_brings_them_in_and_programs_may_too() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        let mut administrator = bank.client("administrator").await;
        let form = administrator.get("/imports/new").await.ok();
        assert!(!form.contains("record:visit"), "he writes no records");
        let reply =
            upload(bank, &mut administrator, ("a.csv", "Адрес\r\nx\r\n".as_bytes()), "").await;
        assert_eq!(reply.status, 422);
        let mut program = crate::api::program_as(bank, "head_office").await;
        let table = "код;x_place;Когда;client\r\n1;Лесная;2026-01-01;\r\n2;Полевая;;\r\n";
        let content = base64::engine::general_purpose::STANDARD.encode(table);
        let body = json!({ "mapping": "record:visit", "key": "Код",
            "files": [{ "name": "v.csv", "content": content }] });
        let (status, made, _) =
            crate::api::call(&mut program, "POST", "/imports", Some(body), &[]).await;
        assert_eq!(status, 201, "{made}");
        let id = made["id"].as_str().unwrap_or_else(|| made.as_str().unwrap()).to_owned();
        let mut office = bank.client("head_office").await;
        let preview = office.get(&format!("/imports/{id}")).await.ok();
        for told in ["Лесная", "Адрес", "Когда", "Collateral visits"] {
            assert!(preview.contains(told), "{told}: {preview}");
        }
        let unknown = json!({ "mapping": "record:nothing",
            "files": [{ "name": "v.csv", "content": "eA==" }] });
        let (status, body, _) =
            crate::api::call(&mut program, "POST", "/imports", Some(unknown), &[]).await;
        assert_eq!(status, 422, "{body}");
    })
    .await;
}

/// A feed of clients, of records about them, and of records nobody knows.
const FEED: &str = r#"
version = 1
source = "abs"
[[files]]
name = "clients"
pattern = ["clients.csv"]
kind = "client"
format = { type = "auto" }
id = { of = ["number"] }
fields = [{ to = "number", from = "Код" }, { to = "last_name", from = "Фамилия" }]
[[files]]
name = "visits"
pattern = ["visits.csv"]
kind = "record:visit"
format = { type = "auto" }
id = { of = ["key"] }
fields = [
  { to = "key", from = "Акт" },
  { to = "client", from = "Код", as = "reference", ref = "client" },
  { to = "x_place", from = "Адрес" },
  { to = "x_day", from = "Когда", as = "date", format = "dd.mm.yyyy" },
  { to = "x_area", from = "Площадь", as = "decimal" },
]
[[files]]
name = "unknown"
pattern = ["unknown.csv"]
kind = "record:nothing"
format = { type = "auto" }
id = { of = ["key"] }
fields = [{ to = "key", from = "Акт" }]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_brings_clients_and_the_records_about_them() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Required).await;
        let file = |name: &str, text: &str| NewFile {
            name: name.to_owned(),
            content: text.as_bytes().to_vec(),
        };
        let visits = "Акт;Код;Адрес;Когда;Площадь\r\n\
             1;77;Лесная;05.02.2026;12,5\r\n2;78;Полевая;06.02.2026;1\r\n3;;Луговая;06.02.2026;1\r\n";
        let command = CreateImport {
            title: "Выгрузка".to_owned(),
            mapping: FEED.to_owned(),
            files: vec![
                file("clients.csv", "Код;Фамилия\r\n77;Залогова\r\n"),
                file("visits.csv", visits),
                file("unknown.csv", "Акт;Ещё\r\n1;2\r\n"),
            ],
        };
        let id = bank.execute("head_office", &command).await.unwrap();
        let mut office = bank.client("head_office").await;
        let page = run(bank, &mut office, &format!("/imports/{id}"), false).await;
        assert!(page.contains("Done"), "{page}");
        let mut program = crate::api::program_as(bank, "head_office").await;
        let (_, rejects, _) = crate::api::get(&mut program, &format!("/imports/{id}/rejects")).await;
        let told: Vec<(&str, &str)> = rejects["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| (r["file"].as_str().unwrap(), r["code"].as_str().unwrap()))
            .collect();
        let wanted = [
            ("visits.csv", "no-such-client"),
            ("visits.csv", "required"),
            ("unknown.csv", "record-kind-unknown"),
        ];
        assert_eq!(told, wanted, "{rejects}");
        assert!(doc(bank, "Лесная").await.contains(r#""x_area":"12.50","x_day":"2026-02-05""#));
        let about = "select count(*) from custom_record r join client c on c.id = r.client_id \
                     where c.last_name = 'Залогова'";
        assert_eq!(number(bank, about).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_has_the_rights_of_who_starts_it() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        let directory = &bank.services.directory;
        let role = directory.get().roles.values().find(|r| r.key == "head_office").unwrap().id;
        let limit = [("import.run".to_owned(), Scope::Bank)].into();
        let owner = Some(bank.user("head_office"));
        let office = bank.as_role("head_office");
        let program = |principal: Option<_>| bank.services.ctx(principal.unwrap(), "api");
        for (n, ctx, records) in [
            // whoever starts another person's draft gains nothing by it
            (1, bank.as_role("administrator"), 0),
            // nor does a program that was let do less than its owner
            (2, program(directory.role_principal(role, owner, Some(&limit))), 0),
            // one without a person does what its role may
            (3, program(directory.role_principal(role, None, None)), 1),
            (4, office, 2),
        ] {
            let mut browser = bank.client("head_office").await;
            let table = format!("Адрес;Когда\r\nдом {n};2026-02-03\r\n");
            let draft = upload(bank, &mut browser, ("v.csv", table.as_bytes()), "").await;
            let import_id = draft.location().rsplit('/').next().unwrap().parse().unwrap();
            let start = StartImport { import_id, dry_run: false };
            bank.services.execute(&ctx, ctx.command_id(), &start).await.unwrap();
            bank.settle().await;
            assert_eq!(number(bank, RECORDS).await, records, "{n}");
        }
    })
    .await;
}
