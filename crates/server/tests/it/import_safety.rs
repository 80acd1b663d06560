//! What a feed may not do: give a number a second owner, or undo what a person put right.

use kernel::{BranchId, ClientId};
use parties::client::commands::{
    AssignClients, EditClient, FieldEdit, LoadClients, LoadedClient, RegisterClient,
};
use parties::contacts::commands::{AddressFields, ArchiveContact, EditAddress};
use serde_json::{Value as Json, json};
use spine::Error;
use spine::import::ImportOutcome;
use store::{Read, params};
use testkit::{Bank, Browser};
use uuid::Uuid;

use crate::support::{both, force, number};

/// Numbers with correct check digits.
const INN: [&str; 2] = ["500100732259", "732897853530"];

/// Sends clients as the importer does; `master`: the fields the feed rules over.
async fn send(bank: &Bank, master: &[&str], rows: &[(&str, Json)]) -> ImportOutcome {
    let rows: Vec<Json> = (2..)
        .zip(rows)
        .map(|(row, (id, fields))| json!({ "row": row, "external_id": id, "fields": fields }))
        .collect();
    let ctx = bank.as_system();
    let batch = json!({ "source": "abs", "rows": rows, "master": master });
    let command = "parties.import_clients";
    let answer = bank.services.bus.execute_json(&ctx, ctx.command_id(), command, batch).await;
    serde_json::from_value(answer.unwrap()).unwrap()
}

fn told(lines: &[spine::import::ImportReject]) -> Vec<(u64, &str, &str, &str)> {
    lines
        .iter()
        .map(|r| (r.row, r.field.as_deref().unwrap_or(""), r.code.as_str(), r.value.as_str()))
        .collect()
}

async fn client_of(bank: &Bank, external_id: &str) -> ClientId {
    let mut db = bank.services.reader.clone();
    let sql = "select entity_id from external_ref where kind = 'client' and external_id = $1";
    db.first(sql, params![external_id]).await.unwrap().unwrap().one().unwrap()
}

async fn owners(bank: &Bank, inn: &str) -> i64 {
    let sql = format!("select count(*) from client_identifier where value = '{inn}'");
    number(bank, &sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_never_gets_a_second_owner() {
    both(async |bank: &Bank| {
        let register = RegisterClient {
            kind: "person".to_owned(),
            fields: [("last_name".to_owned(), "Хозяйка".to_owned())].into(),
            identifiers: vec![("inn".to_owned(), INN[0].to_owned())],
            source: "client".to_owned(),
            ..RegisterClient::default()
        };
        bank.execute("manager", &register).await.unwrap();
        let person = |name: &str, inn: Option<&str>| {
            let mut fields = json!({ "party_kind": "person", "last_name": name });
            if let Some(inn) = inn {
                fields["inn"] = inn.into();
            }
            fields
        };
        // against a client of the bank, and against a row of the same batch
        let rows = [
            ("c1", person("Первый", Some(INN[0]))),
            ("c2", person("Второй", Some(INN[1]))),
            ("c3", person("Третий", Some(INN[1]))),
            ("c4", person("Четвёртый", None)),
        ];
        let outcome = send(bank, &[], &rows).await;
        assert_eq!((outcome.created, outcome.rejected.len()), (2, 2));
        let expected =
            [(2, "inn", "identifier-taken", INN[0]), (4, "inn", "identifier-taken", INN[1])];
        assert_eq!(told(&outcome.rejected), expected);
        // a known client takes no foreign number either; nothing of the row is written
        let outcome = send(bank, &[], &[("c4", person("Иной", Some(INN[0])))]).await;
        assert_eq!(told(&outcome.rejected), [(2, "inn", "identifier-taken", INN[0])]);
        assert_eq!(number(bank, "select count(*) from client where last_name = 'Иной'").await, 0);
        // his own number is his own in every run
        let outcome = send(bank, &[], &[("c2", person("Вторая", Some(INN[1])))]).await;
        assert_eq!((outcome.changed, outcome.rejected.len()), (1, 0));
        assert_eq!((owners(bank, INN[0]).await, owners(bank, INN[1]).await), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_bank_is_refused_where_its_numbers_are_in_use() {
    both(async |bank: &Bank| {
        let ctx = bank.as_system();
        let client = || LoadedClient {
            id: ctx.new_id(),
            kind: parties::client::model::ClientKind::Person,
            fields: [("last_name", "Иванов"), ("segment", "mass"), ("status", "active")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            branch_id: None,
            manager_id: None,
            roles: Vec::new(),
            contacts: Vec::new(),
            identifiers: vec![("inn".to_owned(), INN[0].to_owned(), None, String::new())],
            addresses: Vec::new(),
            dates: Vec::new(),
            consents: Vec::new(),
            links: Vec::new(),
            extra_keys: Vec::new(),
            main_member: None,
        };
        let load = |clients| LoadClients { clients, source: "demo".to_owned() };
        let twice = bank.execute_system(&load(vec![client(), client()])).await;
        assert!(matches!(twice, Err(Error::Refused(_))), "{twice:?}");
        bank.execute_system(&load(vec![client()])).await.unwrap();
        let again = bank.execute_system(&load(vec![client()])).await;
        assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
        assert_eq!(
            (owners(bank, INN[0]).await, number(bank, "select count(*) from client").await),
            (1, 1)
        );
    })
    .await;
}

fn anna(name: &str, job: &str, phone: &str, city: &str) -> Json {
    json!({ "party_kind": "person", "last_name": name, "first_name": "Анна", "job_title": job,
            "phone": phone, "city": city })
}

async fn edit(bank: &Bank, id: ClientId, field: &str, original: &str, value: &str) {
    let edits = vec![FieldEdit {
        field: field.to_owned(),
        original: original.to_owned(),
        value: value.to_owned(),
    }];
    let edit = EditClient { client_id: id, edits, source: "clerk".to_owned() };
    bank.execute("head_office", &edit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_put_right_stays_and_the_difference_is_told() {
    both(async |bank: &Bank| {
        let phone = "+7 916 123-45-67";
        send(bank, &[], &[("c1", anna("Ветрва", "кассир", phone, "Тверь"))]).await;
        let id = client_of(bank, "c1").await;
        edit(bank, id, "last_name", "Ветрва", "Ветрова").await;
        // the same row says nothing new
        let same = send(bank, &[], &[("c1", anna("Ветрва", "кассир", phone, "Тверь"))]).await;
        assert_eq!((same.unchanged, same.kept.len()), (1, 0));
        // what nobody touched follows the feed, what was put right does not
        let next = send(bank, &[], &[("c1", anna("Ветрва", "бухгалтер", phone, "Тверь"))]).await;
        assert_eq!((next.changed, next.unchanged), (1, 0));
        assert_eq!(told(&next.kept), [(2, "last_name", "import-kept", "Ветрва")]);
        let is = "select count(*) from client where last_name = 'Ветрова' and job_title = 'бухгалтер' \
                  and display_name like 'Ветрова%'";
        assert_eq!(number(bank, is).await, 1);
        let origin = "select count(*) from field_origin where field = 'last_name' and source = 'clerk'";
        assert_eq!(number(bank, origin).await, 1, "it is still the clerk's word");
        // a feed that comes to say the same is no difference
        let agreed = send(bank, &[], &[("c1", anna("Ветрова", "аудитор", phone, "Тверь"))]).await;
        assert_eq!((agreed.changed, agreed.kept.len()), (1, 0));
        // where only a difference is left, nothing is written
        let entries = number(bank, "select count(*) from journal_entry where entity = 'client'").await;
        let only = send(bank, &[], &[("c1", anna("Ветрович", "аудитор", phone, "Тверь"))]).await;
        assert_eq!((only.changed, only.unchanged, only.kept.len()), (0, 1, 1));
        let after = number(bank, "select count(*) from journal_entry where entity = 'client'").await;
        assert_eq!(entries, after);
        // unless the feed is the master
        let row = [("c1", anna("Ветрович-Ли", "аудитор", phone, "Тверь"))];
        let ruled = send(bank, &["last_name"], &row).await;
        assert_eq!((ruled.changed, ruled.kept.len()), (1, 0));
        assert_eq!(number(bank, "select count(*) from client where last_name = 'Ветрович-Ли'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_contacts_and_branches_put_right_stay_too() {
    both(async |bank: &Bank| {
        let (old, new) = ("+7 916 123-45-67", "+7 916 765-43-21");
        send(bank, &[], &[("c1", anna("Ветрова", "кассир", old, "Тверь"))]).await;
        let mut db = bank.services.reader.clone();
        let one = async |db: &mut store::Reader, sql: &str| -> Uuid {
            db.first(sql, &[]).await.unwrap().unwrap().one().unwrap()
        };
        let address = one(&mut db, "select id from client_address").await;
        let fields = |city: &str| AddressFields {
            city: city.to_owned(),
            source: "import:abs".to_owned(),
            ..AddressFields::default()
        };
        // the source of the form is left as it was: the hand counts all the same
        let put_right = EditAddress {
            address_id: address,
            original: fields("Тверь"),
            fields: fields("Торжок"),
        };
        bank.execute("head_office", &put_right).await.unwrap();
        let contact = one(&mut db, "select id from client_contact").await;
        bank.execute("head_office", &ArchiveContact { contact_id: contact.into() }).await.unwrap();

        let row = [("c1", anna("Ветрова", "аудитор", old, "Тверь"))];
        let outcome = send(bank, &[], &row).await;
        let mut kept = told(&outcome.kept);
        kept.sort_unstable();
        let expected =
            [(2, "city", "import-kept", "Тверь"), (2, "phone", "import-kept", "+79161234567")];
        assert_eq!(kept, expected);
        let live = "select count(*) from client_contact where archived_at is null";
        assert_eq!(number(bank, live).await, 0, "what was put away does not come back");
        assert_eq!(
            number(bank, "select count(*) from client_address where city = 'Торжок'").await,
            1
        );
        assert_eq!(number(bank, "select count(*) from client_address").await, 1);
        // a number nobody put away is added
        let outcome = send(bank, &[], &[("c1", anna("Ветрова", "аудитор", new, "Торжок"))]).await;
        assert_eq!((outcome.changed, outcome.kept.len(), number(bank, live).await), (1, 0, 1));
        let master = ["city", "phone"];
        let outcome = send(bank, &master, &[("c1", anna("Ветрова", "юрист", old, "Тверь"))]).await;
        assert_eq!((outcome.kept.len(), number(bank, live).await), (0, 2));
        assert_eq!(
            number(bank, "select count(*) from client_address where city = 'Тверь'").await,
            1
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_branch_a_head_moved_a_client_to_stays_too() {
    both(async |bank: &Bank| {
        let phone = "+7 916 123-45-67";
        send(bank, &[], &[("c1", anna("Ветрова", "кассир", phone, "Тверь"))]).await;
        let id = client_of(bank, "c1").await;
        let mut db = bank.services.reader.clone();
        let branches = "select id from branch order by code limit 2";
        let rows = db.query(branches, &[]).await.unwrap();
        let ids: Vec<BranchId> = rows.into_iter().map(|r| r.one().unwrap()).collect();
        let reference = "insert into external_ref (source, kind, external_id, entity_id, digest) \
                         values ('abs', 'branch', $1, $2, $3)";
        for (name, branch) in ["b1", "b2"].into_iter().zip(&ids) {
            force(bank, reference, params![name, *branch, vec![0_u8]]).await;
        }
        let mut with = anna("Ветрова", "юрист", phone, "Тверь");
        with["branch"] = "b1".into();
        assert_eq!(send(bank, &[], &[("c1", with.clone())]).await.changed, 1);
        let moved =
            AssignClients { client_ids: vec![id], manager_id: None, branch_id: Some(ids[1]) };
        bank.execute("head_office", &moved).await.unwrap();
        with["job_title"] = "нотариус".into();
        let outcome = send(bank, &[], &[("c1", with.clone())]).await;
        assert_eq!(told(&outcome.kept), [(2, "branch", "import-kept", "b1")]);
        with["job_title"] = "судья".into();
        assert_eq!(send(bank, &["branch"], &[("c1", with)]).await.kept.len(), 0);
        let owner = parties::client::queries::owner(&mut db, id).await.unwrap().unwrap();
        assert_eq!(owner.branch_id, Some(ids[0]));
    })
    .await;
}

/// A mapping of one file, with or without the feed as master of the name.
fn mapping(master: &str) -> String {
    format!(
        "version = 1\nsource = \"abs\"\n[[files]]\nname = \"clients\"\npattern = \"*.csv\"\n\
         kind = \"client\"\nformat = {{ type = \"delimited\", delimiter = \";\" }}\n\
         id = {{ of = [\"number\"] }}\nfields = [\n  {{ to = \"number\", from = \"N\", required = true }},\n\
         {{ to = \"last_name\", from = \"Name\"{master} }},\n  {{ to = \"job_title\", from = \"Job\" }},\n]\n"
    )
}

async fn run(bank: &Bank, office: &mut Browser, master: &str, csv: &str) -> (String, String) {
    let text = mapping(master);
    let id = bank.form_id();
    let fields =
        [("_id", id.as_str()), ("mapping", "own"), ("mapping_text", text.as_str()), ("title", "")];
    let reply = office.upload("/imports/new", &fields, ("files", "a.csv", csv.as_bytes())).await;
    assert_eq!(reply.status, 303, "{}", reply.gist());
    let place = reply.location().to_owned();
    let id = bank.form_id();
    office.post(&format!("{place}/start"), &[("_id", id.as_str())]).await;
    bank.settle().await;
    let page = office.get(&place).await.ok();
    let csv = office.get(&format!("{place}/rejects.csv")).await.body;
    (page, csv)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_run_tells_what_stayed_and_the_mapping_says_who_is_master() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        run(bank, &mut office, "", "N;Name;Job\n1;Ветрва;кассир\n").await;
        let id = client_of(bank, "1").await;
        edit(bank, id, "last_name", "Ветрва", "Ветрова").await;
        let (page, csv) = run(bank, &mut office, "", "N;Name;Job\n1;Ветрва;юрист\n").await;
        for words in ["1 field kept", "Kept by hand", "A person corrected this field"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("row rejected"), "{page}");
        assert!(csv.contains("a.csv,2,Name,import-kept,"), "{csv}");
        assert!(
            !csv.contains("Ветрова"),
            "the file tells what the feed says, not what the bank has"
        );
        let (page, _) =
            run(bank, &mut office, ", master = true", "N;Name;Job\n1;Ветрва;судья\n").await;
        assert!(!page.contains("field kept"), "{page}");
        assert_eq!(number(bank, "select count(*) from client where last_name = 'Ветрва'").await, 1);
    })
    .await;
}
