//! Which rows have changed: whoever follows the notes has the same tables in the end.

use std::collections::{BTreeMap, BTreeSet};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use store::capture::{self, Cursor, Key, Watched};
use store::dump::schema::{self, Kind as Holds, Table};
use store::{Dialect, Read, Snapshot, Store, Value, params};
use testkit::{Bank, Kind};

use crate::merge_histories::{history, lives_through};
use crate::support::{both, force};

/// Histories lived through on each database.
const CASES: usize = 3;
/// So few that one look does not do.
const PAGE: i64 = 40;

/// Table and key → the row.
type Copy = BTreeMap<(String, Key), Vec<Value>>;

fn selected(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
    format!("select {} from \"{}\"", columns.join(", "), table.name)
}

fn key_places(table: &Table) -> Vec<usize> {
    table.key.iter().map(|k| table.columns.iter().position(|c| c.name == *k).unwrap()).collect()
}

async fn everything(db: &mut Snapshot, tables: &[Table]) -> Copy {
    let mut all = Copy::new();
    for table in tables {
        let places = key_places(table);
        for row in db.query(&selected(table), &[]).await.unwrap() {
            let row = row.into_values();
            let key: Vec<Value> = places.iter().map(|i| row[*i].clone()).collect();
            all.insert((table.name.clone(), Key::of(&key).unwrap()), row);
        }
    }
    all
}

async fn one(db: &mut Snapshot, table: &Table, key: &Key) -> Option<Vec<Value>> {
    let kinds: Vec<Holds> = key_places(table).iter().map(|i| table.columns[*i].kind).collect();
    let values = key.values(&kinds, db.dialect()).unwrap();
    let is: Vec<String> =
        (1..).zip(&table.key).map(|(n, column)| format!("\"{column}\" = ${n}")).collect();
    let sql = format!("{} where {}", selected(table), is.join(" and "));
    db.first(&sql, &values).await.unwrap().map(store::Row::into_values)
}

/// Takes in what has changed; answers how many rows that were.
async fn follow(bank: &Bank, tables: &[Table], copy: &mut Copy, cursor: &mut Cursor) -> usize {
    let mut db = bank.services.reader.snapshot().await.unwrap();
    let mut taken = 0;
    loop {
        let changes = capture::since(&mut db, cursor, PAGE).await.unwrap();
        taken += changes.rows.len();
        for changed in changes.rows {
            let table = tables.iter().find(|t| t.name == changed.table).unwrap();
            let place = (changed.table, changed.key);
            match one(&mut db, table, &place.1).await {
                Some(row) => copy.insert(place, row),
                None => copy.remove(&place),
            };
        }
        // as it travels
        *cursor = changes.cursor.to_string().parse().unwrap();
        if !changes.has_more {
            return taken;
        }
    }
}

async fn change(bank: &Bank, on: bool, tables: &[Table]) {
    let store = Store::open(bank.url()).await.unwrap();
    let watched: Vec<Watched> = tables
        .iter()
        .map(|t| {
            let client = t.columns.iter().find(|c| c.name == "client_id");
            Watched::new(t, client.map(|c| c.name.as_str()))
        })
        .collect();
    let mut tx = store.writer.begin().await.unwrap();
    if on {
        capture::watch(&mut tx, &watched).await.unwrap();
    } else {
        capture::unwatch(&mut tx, &watched).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_notes_has_the_same_tables() {
    both(async |bank: &Bank| {
        let mut db = bank.services.reader.snapshot().await.unwrap();
        let tables = schema::tables(&mut db).await.unwrap();
        drop(db);
        // twice is as once
        change(bank, true, &tables).await;
        change(bank, true, &tables).await;
        let mut db = bank.services.reader.snapshot().await.unwrap();
        let mut cursor = capture::here(&mut db).await.unwrap();
        let mut copy = everything(&mut db, &tables).await;
        drop(db);
        let mut runner = TestRunner::deterministic();
        for _ in 0..CASES {
            let tree = history().new_tree(&mut runner).unwrap();
            lives_through(bank, &tree.current()).await;
            assert!(follow(bank, &tables, &mut copy, &mut cursor).await > 20);
            let mut db = bank.services.reader.snapshot().await.unwrap();
            let real = everything(&mut db, &tables).await;
            let names = |all: &Copy| all.keys().map(|(t, _)| t.clone()).collect::<BTreeSet<_>>();
            assert_eq!(names(&copy), names(&real));
            assert!(copy == real);
        }
        assert_eq!(follow(bank, &tables, &mut copy, &mut cursor).await, 0, "each is told once");
        change(bank, false, &tables).await;
        lives_through(bank, &history().new_tree(&mut runner).unwrap().current()).await;
        assert_eq!(follow(bank, &tables, &mut copy, &mut cursor).await, 0, "nobody wants to know");
    })
    .await;
}

const REGION: &str = "insert into region (id, code, name, name_en) values ($1, $2, 'Край', 'Edge')";

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_ends_late_is_not_missed() {
    both(async |bank: &Bank| {
        if bank.kind == Kind::Sqlite {
            return; // it has one writer at a time
        }
        let mut db = bank.services.reader.snapshot().await.unwrap();
        let tables = schema::tables(&mut db).await.unwrap();
        drop(db);
        change(bank, true, &tables).await;
        let store = Store::open(bank.url()).await.unwrap();
        let mut cursor = capture::here(&mut store.reader.clone()).await.unwrap();
        let mut told = Vec::new();
        let mut late = store.writer.begin().await.unwrap();
        late.execute(REGION, params![uuid::Uuid::from_u128(1), "90"]).await.unwrap();
        for n in 2..4_u128 {
            let mut early = store.writer.begin().await.unwrap();
            early.execute(REGION, params![uuid::Uuid::from_u128(n), n.to_string()]).await.unwrap();
            early.commit().await.unwrap();
            let changes = capture::since(&mut store.reader.clone(), &cursor, 1_000).await.unwrap();
            told.push(changes.rows.len());
            cursor = changes.cursor;
        }
        late.commit().await.unwrap();
        let changes = capture::since(&mut store.reader.clone(), &cursor, 1_000).await.unwrap();
        let key = Key::of(&[Value::Id(uuid::Uuid::from_u128(1))]).unwrap();
        assert_eq!((told, &changes.rows[0].key), (vec![1, 1], &key));
        assert_eq!(changes.rows.len(), 1);
    })
    .await;
}

#[test]
fn keys_are_texts_and_come_back() {
    let id = uuid::Uuid::from_u128(7);
    let values = [Value::Int(-3), Value::Text("а,'б".to_owned()), Value::Id(id)];
    let key = Key::of(&values).unwrap();
    let kinds = [Holds::Int, Holds::Text, Holds::Id];
    assert_eq!(key.values(&kinds, Dialect::Postgres).unwrap(), values);
    for wrong in ["", "1,zz,00", "1,d0b0", "1,d0b0,00,00", "x,d0b0,00"] {
        assert!(Key::from(wrong).values(&kinds, Dialect::Postgres).is_err(), "{wrong}");
    }
    for wrong in ["", "1|2", "a", "1|2|x", "1|2|3|4", "1'|2|3"] {
        assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_ended_leaves_its_connection_and_its_view_behind() {
    both(async |bank: &Bank| {
        let reader = &bank.services.reader;
        let seen = async |db: &mut Snapshot| -> i64 {
            let sql = "select count(*) from node_setting where name = 'seen'";
            db.first(sql, &[]).await.unwrap().unwrap().one().unwrap()
        };
        let mut first = reader.snapshot().await.unwrap();
        assert_eq!(seen(&mut first).await, 0);
        let sql = "insert into node_setting (name, value) values ('seen', '1')";
        force(bank, sql, &[]).await;
        assert_eq!(seen(&mut first).await, 0, "it stays as it is");
        let server = async |db: &mut Snapshot| -> i64 {
            let sql = "select cast(pg_backend_pid() as bigint)";
            db.first(sql, &[]).await.unwrap().unwrap().one().unwrap()
        };
        let is_server = first.dialect() == Dialect::Postgres;
        let pid = if is_server { server(&mut first).await } else { 0 };
        first.end().await.unwrap();
        let mut second = reader.snapshot().await.unwrap();
        assert_eq!(seen(&mut second).await, 1, "another view");
        if is_server {
            assert_eq!(server(&mut second).await, pid, "the same connection");
        }
        second.end().await.unwrap();
    })
    .await;
}
