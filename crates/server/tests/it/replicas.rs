//! What a branch has a copy of: what is its clients' and nobody else's.

use std::collections::{BTreeMap, BTreeSet};

use parties::client::commands::RegisterClient;
use server::wiring;
use spine::Replicated;
use spine::replica::{How, Pieces, Reach};
use store::dump::schema::{self, Table};
use store::{Read, Value, params};
use testkit::Bank;
use uuid::Uuid;

use crate::support::{both, force};

fn said() -> Vec<Replicated> {
    wiring::modules().iter().flat_map(|m| m.replicated.iter().copied()).collect()
}

async fn tables(bank: &Bank) -> Vec<Table> {
    schema::tables(&mut bank.services.reader.clone()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_says_how_it_comes_to_branches() {
    both(async |bank: &Bank| {
        let tables = tables(bank).await;
        let names: BTreeSet<&str> = tables.iter().map(|t| t.name.as_str()).collect();
        let all = said();
        let listed: BTreeSet<&str> = all.iter().map(|r| r.table).collect();
        assert_eq!(all.len(), listed.len(), "one is listed twice");
        assert_eq!(listed, names);
        assert_eq!(all.iter().filter(|r| matches!(r.how, How::Clients(_))).count(), 1);
        for one in &all {
            let table = tables.iter().find(|t| t.name == one.table).unwrap();
            let has = |column: &str| table.columns.iter().any(|c| c.name == column);
            match one.how {
                How::Own(why) => assert!(!why.is_empty()),
                How::Client(column) => assert!(has(column), "{}", one.table),
                _ => {}
            }
            assert!(one.carries.is_none_or(has), "{}", one.table);
            assert!(one.keeps.iter().all(|column| has(column)), "{}", one.table);
            // the key of a row that is gone is told to every branch: it says nothing
            if let How::Of(_) = one.how {
                let keyed = |name: &String| table.columns.iter().find(|c| c.name == *name).unwrap();
                let is_told = |c: &schema::Column| c.kind != schema::Kind::Text;
                assert!(table.key.iter().map(keyed).all(is_told), "{}", one.table);
            }
            // what is hidden is made an empty text
            for column in one.hides.iter().flat_map(|(columns, _)| *columns) {
                let kind = table.columns.iter().find(|c| c.name == **column).unwrap().kind;
                assert_eq!(kind, schema::Kind::Text);
            }
        }
        // whom somebody has signed in as, and with what, never travels to another branch
        for secret in
            ["session", "api_token", "recovery_code", "master_key", "data_key", "known_device"]
        {
            let one = all.iter().find(|r| r.table == secret).unwrap();
            assert!(matches!(one.how, How::Own(_)), "{secret}");
        }
    })
    .await;
}

/// Table → rows, as the branch gets them.
async fn copy(bank: &Bank, code: &str, size: usize) -> BTreeMap<String, Vec<Vec<Value>>> {
    let tables = tables(bank).await;
    let mut db = bank.services.reader.snapshot().await.unwrap();
    let reach = Reach::new(&tables, &said());
    let mut pieces = Pieces::new(bank.branch(code), &reach, size);
    let mut all: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
    while let Some(piece) = pieces.next(&mut db).await.unwrap() {
        assert!(piece.rows.len() <= size);
        all.entry(piece.table).or_default().extend(piece.rows);
    }
    all
}

/// Every text and number of a table's rows.
fn words(copy: &BTreeMap<String, Vec<Vec<Value>>>) -> String {
    format!("{copy:?}")
}

async fn client(bank: &Bank, login: &str, code: &str, name: &str, phone: &str) -> Uuid {
    let fields = [("last_name", name), ("first_name", "Анна")];
    let register = RegisterClient {
        kind: "person".to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        branch_id: Some(bank.branch(code)),
        manager_id: Some(bank.user(login)),
        phone: Some(phone.to_owned()),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute(login, &register).await.unwrap().uuid()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_has_its_clients_whole_and_nothing_of_others() {
    both(async |bank: &Bank| {
        let near = client(bank, "manager", "01", "Ближняя", "+79160000001").await;
        let far_code = branch_of(bank, "manager_far").await;
        let far = client(bank, "manager_far", &far_code, "Дальняя", "+79160000002").await;
        let account = Uuid::from_u128(77);
        let sql = "insert into account (id, number, kind, currency, opened_on, updated_at) \
                   values ($1, '40817', 'current', 'RUB', '2020-01-01', 0)";
        force(bank, sql, params![account]).await;
        let sql = "insert into account_role (account_id, client_id, role) values ($1, $2, 'owner')";
        force(bank, sql, params![account, far]).await;
        force(bank, "update staff set password_hash = 'hash of ' || login || '.'", &[]).await;
        let (here, there) = (copy(bank, "01", 3).await, copy(bank, &far_code, 1_000).await);
        // piece by piece is as all at once
        assert_eq!(here, copy(bank, "01", 1_000).await);
        for (copy, own, other) in [(&here, near, far), (&there, far, near)] {
            assert_eq!(copy["client"].len(), 1);
            assert_eq!(copy["client"][0][0], id(bank, own));
            assert!(copy["client_contact"].len() == 1 && copy["client_token"].len() >= 2);
            assert!(!words(copy).contains(&format!("{:?}", id(bank, other))));
        }
        let (here, there) = (words(&here), words(&there));
        assert!(here.contains("Ближняя") && !here.contains("Дальняя"));
        assert!(there.contains("Дальняя") && !there.contains("Ближняя"));
        assert!(here.contains("79160000001") && !here.contains("79160000002"));
        assert!(there.contains("40817") && !here.contains("40817"), "an account by its holder");
        // how people of other branches sign in stays with them; their names do not
        for (text, own, other) in
            [(&here, "manager", "manager_far"), (&there, "manager_far", "manager")]
        {
            assert!(text.contains(&format!("hash of {own}.")));
            assert!(!text.contains(&format!("hash of {other}.")));
            assert!(text.contains(&format!("Member {other}")));
        }
    })
    .await;
}

async fn branch_of(bank: &Bank, login: &str) -> String {
    let sql = "select b.code from staff s join branch b on b.id = s.branch_id where s.login = $1";
    let mut db = bank.services.reader.clone();
    db.first(sql, params![login]).await.unwrap().unwrap().one().unwrap()
}

/// An id as the database's rows hold it.
fn id(bank: &Bank, id: Uuid) -> Value {
    match bank.kind {
        testkit::Kind::Sqlite => Value::Bytes(id.as_bytes().to_vec()),
        testkit::Kind::Postgres => Value::Id(id),
    }
}
