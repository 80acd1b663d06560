//! Records of a bank's own kinds leave as files: what the list shows, as far as it may leave, and the journal of it.

use kernel::{ClientId, RecordId};
use parties::client::commands::RegisterClient;
use parties::fields::commands::AddField;
use parties::fields::model::{ClientLink, FieldKind, FieldSpec};
use parties::objects::commands::SaveRecord;
use parties::secrecy::commands::SetSecrecy;
use spine::secrecy::Level;
use testkit::Bank;

use crate::custom_fields::spec;
use crate::custom_objects::{client, edits, new, visits};
use crate::support::{both, changes, number};

/// Two links and a field that only heads of branches know of, beside what a visit has.
async fn more_fields(bank: &Bank) {
    let fields = [
        ("x_pledger", spec("Залогодатель", FieldKind::Client)),
        (
            "x_before",
            FieldSpec {
                of_object: Some("visit".to_owned()),
                ..spec("Прошлый осмотр", FieldKind::Record)
            },
        ),
        (
            "x_secret",
            FieldSpec {
                roles: vec!["branch_head".to_owned()], ..spec("Тайна", FieldKind::Text)
            },
        ),
        ("x_state", spec("Состояние", FieldKind::Choice)),
    ];
    for (key, spec) in fields {
        let command = AddField { object: "visit".to_owned(), key: Some(key.to_owned()), spec };
        bank.execute("administrator", &command).await.unwrap();
    }
}

fn with(client: Option<ClientId>, place: &str, area: &str, more: &[(&str, &str)]) -> SaveRecord {
    let mut command = new(client, place, area);
    let more: Vec<(&str, &str, &str)> = more.iter().map(|(k, v)| (*k, "", *v)).collect();
    command.edits.extend(edits(&more));
    command
}

fn number_of(id: RecordId) -> String {
    parties::client::model::client_number(id.uuid())
}

/// A client of the manager's own.
async fn his_client(bank: &Bank, name: &str) -> ClientId {
    let fields = [("last_name", name), ("segment", "mass"), ("status", "active")];
    let command = RegisterClient {
        kind: "person".to_owned(),
        fields: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        manager_id: Some(bank.user("manager")),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute("manager", &command).await.unwrap()
}

async fn file(bank: &Bank, login: &str, query: &str) -> String {
    let path = format!("/objects/visit/export?format=csv{query}");
    bank.client(login).await.get(&path).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_leaves_as_it_is_filtered_and_the_journal_knows() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        more_fields(bank).await;
        let owner = client(bank, "manager", "Залогова").await;
        let first = bank
            .execute("branch_head", &with(None, "Склад", "5", &[("x_secret", "сокровище")]))
            .await
            .unwrap();
        let (pledger, before) = (owner.to_string(), first.to_string());
        let links = [("x_pledger", &*pledger), ("x_before", &*before), ("x_state", "cat")];
        let visit =
            bank.execute("manager", &with(Some(owner), "=cmd|'x'!A1; 7", "-12,5", &links)).await;
        let visit = visit.unwrap();
        let csv = file(bank, "branch_head", "&sort=title").await;
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "\u{feff}Number;Client number;Client;Адрес;Площадь;Когда;Залогодатель;Залогодатель: name;\
             Прошлый осмотр;Прошлый осмотр: name;Тайна;Состояние;Changed"
        );
        let client_number = parties::client::model::client_number(owner.uuid());
        let told = format!(
            "{};{client_number};Залогова;\"'=cmd|'x'!A1; 7\";'-12.50;2026-02-01;{client_number};\
             Залогова;{};Склад;;Кошка;",
            number_of(visit),
            number_of(first)
        );
        assert!(lines.iter().any(|line| line.starts_with(&told)), "{csv}");
        assert!(csv.contains(";сокровище;"));
        // what fits the filter, in its order, without what is not for one's role
        let csv = file(bank, "head_office", "&field=x_area&op=at-least&value=1&cols=x_state").await;
        assert!(csv.contains("Склад") && !csv.contains("cmd"), "{csv}");
        assert!(!csv.contains("Тайна") && !csv.contains("сокровище") && csv.contains("Площадь"));
        let told = changes(bank, "custom_record_export").await;
        assert!(told.iter().any(|c| c.contains("x_secret")
            && c.contains("\"filter\":[null,\"sort=title\"]")
            && c.contains("\"format\":[null,\"csv\"]")));
        assert_eq!(told.iter().filter(|c| c.contains("\"rows\"")).count(), 2, "{told:?}");
        let book = bank.client("branch_head").await.get("/objects/visit/export").await;
        assert!(book.bytes.starts_with(b"PK") && book.header("content-disposition").contains("xlsx"));
        // programs, too
        let mut program = crate::api::program_as(bank, "head_office").await;
        let reply = program.get("/api/v1/records/visit/export?filter=x_area:at-least:1").await;
        assert!(reply.body.contains("Склад") && !reply.body.contains("cmd"), "{}", reply.gist());
        let unknown = "/objects/visit/export?field=x_no&op=is&value=1";
        assert_eq!(bank.client("branch_head").await.get(unknown).await.status, 422);
        assert_eq!(bank.client("operator").await.get("/objects/visit/export").await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_leave_stays_and_what_leaves_of_a_closed_card_is_noted() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        let open = his_client(bank, "Открытая").await;
        let closed = his_client(bank, "Закрытая").await;
        let secret = his_client(bank, "Секретная").await;
        for (id, place) in [(open, "Открыто"), (closed, "Закрыто"), (secret, "Секретно")]
        {
            bank.execute("manager", &new(Some(id), place, "1")).await.unwrap();
        }
        for (client_id, level) in [(closed, Level::Restricted), (secret, Level::Secret)] {
            let command = SetSecrecy { client_id, level, reason: "VIP".to_owned() };
            bank.execute("branch_head", &command).await.unwrap();
        }
        let list = bank.client("manager").await.get("/objects/visit").await.ok();
        assert!(list.contains("Секретно"), "his manager sees it");
        let reads = "select count(*) from read_log";
        let before = number(bank, reads).await;
        let csv = file(bank, "manager", "").await;
        assert!(csv.contains("Открыто") && csv.contains("Закрыто"), "{csv}");
        assert!(!csv.contains("Секретн"), "nobody takes a secret card out: {csv}");
        bank.settle().await;
        assert_eq!(number(bank, reads).await, before + 1, "the closed one is noted");
        // the page of a record is a reading, too
        let sql = "select id from custom_record where title = 'Секретно'";
        let id: RecordId = {
            let mut db = bank.services.reader.clone();
            store::Read::first(&mut db, sql, &[]).await.unwrap().unwrap().one().unwrap()
        };
        bank.client("manager").await.get(&format!("/objects/visit/{id}")).await.ok();
        bank.settle().await;
        assert_eq!(number(bank, reads).await, before + 2);
    })
    .await;
}
