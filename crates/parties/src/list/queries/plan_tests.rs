//! Every scope, order and direction is read from index ranges: nothing is sorted but the few rows of a
//! page.

use std::collections::BTreeMap;

use kernel::UserId;
use spine::Scope;
use testkit::{Database, Kind, kinds};
use uuid::Uuid;

use super::*;
use crate::list::model::{Op, Operand};

fn id<T: From<Uuid>>(n: u128) -> T {
    Uuid::from_u128(n).into()
}

fn person(scope: Scope) -> Principal {
    let mut base = Principal::nobody();
    base.user_id = Some(id(1));
    base.branch_id = Some(id(10));
    let grants = ["client.read", "client.export"].map(|key| (key.to_owned(), scope));
    let (team, region) = (vec![id(1), id(2), id(3)], vec![id(10), id(11), id(12)]);
    Principal::with_grants(base, BTreeMap::from(grants), team, region)
}

fn mine() -> Test {
    let me: UserId = id(1);
    let operand = Operand::Ids(vec![Some(me.uuid())]);
    Test { field: Field::Own(Own::Manager), op: Op::Is, operand }
}

async fn bank(kind: Kind) -> (Database, store::Reader) {
    let database = Database::new(kind).await;
    let store = store::Store::open(database.url()).await.unwrap();
    let steps =
        [store::MIGRATIONS.as_slice(), spine::org::module().migrations, crate::module().migrations];
    store.writer.migrate(&steps.concat()).await.unwrap();
    (database, store.reader)
}

fn added() -> SortKey {
    SortKey::Added { key: "x_one".into(), id: id(9) }
}

fn turns(key: &SortKey) -> Vec<Turn> {
    let values = match key {
        SortKey::Name | SortKey::Since | SortKey::Added { .. } => {
            vec![Key::Text("2020".to_owned()), Key::Text(String::new())]
        }
        SortKey::Updated => vec![Key::Number(5)],
    };
    let cursors = values.into_iter().map(|key| Cursor { key, id: id(7) });
    let both = |cursor: Cursor| [Turn::After(cursor.clone()), Turn::Before(cursor)];
    [Turn::First].into_iter().chain(cursors.flat_map(both)).collect()
}

/// Calls `check` with every scope, order and direction, at the first page and behind a place.
async fn each(keys: &[SortKey], mut check: impl AsyncFnMut(&Ask<'_>, &str)) {
    let tests = [vec![], vec![mine()]];
    for scope in Scope::ALL {
        let principal = person(scope);
        for (key, descending, turn, tests) in keys
            .iter()
            .flat_map(|key| [false, true].map(|descending| (key, descending)))
            .flat_map(|(key, d)| turns(key).into_iter().map(move |turn| (key, d, turn)))
            .flat_map(|(key, d, turn)| tests.iter().map(move |t| (key, d, turn.clone(), t)))
        {
            let sort = Sort { key: key.clone(), descending };
            let ask = Ask {
                principal: &principal,
                permission: "client.read",
                tests,
                ids: None,
                sort: &sort,
                turn: &turn,
                size: 50,
                extras: &[],
            };
            let name = format!("{scope:?} {key:?} {descending} {turn:?} {}", tests.len());
            check(&ask, &name).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scope_and_order_is_read_from_an_index() {
    let (_database, reader) = bank(Kind::Sqlite).await;
    each(&[SortKey::Name, SortKey::Since, SortKey::Updated], async |ask, name| {
        let (sql, params) = statement(ask).unwrap();
        let mut db = reader.clone();
        let rows = db.query(&format!("explain query plan {sql}"), &params).await.unwrap();
        let plan: Vec<(i64, String)> = rows
            .into_iter()
            .map(|row| {
                let mut c = row.cols();
                let (_, parent, _): (i64, i64, i64) =
                    (c.take().unwrap(), c.take().unwrap(), c.take().unwrap());
                (parent, c.take().unwrap())
            })
            .collect();
        let words = plan.iter().map(|(p, d)| format!("{p} {d}\n")).collect::<String>();
        let by_key = |detail: &str| detail.contains("sqlite_autoindex_client_1");
        let reads: Vec<&(i64, String)> = plan
            .iter()
            .filter(|(_, d)| {
                (d.starts_with("SCAN c ") || d.starts_with("SEARCH c ") || d == "SCAN c")
                    && !by_key(d)
            })
            .collect();
        assert!(!reads.is_empty(), "{name}\n{words}");
        for (parent, detail) in reads {
            assert!(detail.contains("INDEX client_"), "{name}: {detail}\n{words}");
            let whole = ask.principal.scope("client.read") == Some(Scope::Bank);
            let whole = whole && matches!(ask.turn, Turn::First) && ask.tests.is_empty();
            assert!(detail.starts_with("SEARCH") || whole, "{name}: {detail}\n{words}");
            let sorts = plan.iter().any(|(p, d)| p == parent && d.contains("TEMP B-TREE"));
            assert!(!sorts, "{name}\n{words}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_take_every_statement() {
    for kind in kinds() {
        let (_database, reader) = bank(kind).await;
        let keys = [SortKey::Name, SortKey::Since, SortKey::Updated, added()];
        each(&keys, async |ask, name| {
            let found = page(&mut reader.clone(), ask).await;
            assert!(found.is_ok_and(|page| page.rows.is_empty()), "{name}");
        })
        .await;
    }
}
