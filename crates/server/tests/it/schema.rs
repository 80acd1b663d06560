//! The schema: the same on both databases, and safe to bring up to date twice.

use server::wiring;
use store::dump::schema::{Kind as Holds, Table, applied, tables};
use testkit::{Bank, Database, Kind};

use crate::support::both;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_migration_has_nothing_to_do() {
    both(async |bank: &Bank| {
        let steps = wiring::migrations(&wiring::modules());
        let mut db = bank.services.reader.clone();
        let before = (applied(&mut db).await.unwrap(), tables(&mut db).await.unwrap());
        assert_eq!(before.0.len(), steps.len());
        assert_eq!(bank.writer.migrate(&steps).await.unwrap(), 0);
        let after = (applied(&mut db).await.unwrap(), tables(&mut db).await.unwrap());
        assert_eq!(before, after);
    })
    .await;
}

/// Every text can run again over its own result: what a stopped upgrade needs.
#[tokio::test(flavor = "multi_thread")]
async fn every_step_is_re_runnable() {
    both(async |bank: &Bank| {
        let steps = wiring::migrations(&wiring::modules());
        let mut db = bank.services.reader.clone();
        let before = tables(&mut db).await.unwrap();
        crate::support::force(bank, "delete from refinery_schema_history", &[]).await;
        assert_eq!(bank.writer.migrate(&steps).await.unwrap(), steps.len());
        assert_eq!(before, tables(&mut db).await.unwrap());
    })
    .await;
}

async fn schema_on(kind: Kind) -> Vec<Table> {
    let database = Database::new(kind).await;
    let store = store::Store::open(database.url()).await.unwrap();
    store.writer.migrate(&wiring::migrations(&wiring::modules())).await.unwrap();
    tables(&mut store.reader.clone()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_schema() {
    if !testkit::kinds().contains(&Kind::Postgres) {
        return;
    }
    let lite = schema_on(Kind::Sqlite).await;
    let mut server = schema_on(Kind::Postgres).await;
    for column in server.iter_mut().flat_map(|t| t.columns.iter_mut()) {
        if column.kind == Holds::Id {
            column.kind = Holds::Bytes; // SQLite does not tell them apart
        }
    }
    let names = |schema: &[Table]| schema.iter().map(|t| t.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&lite), names(&server));
    assert!(lite.len() > 20, "{}", lite.len());
    for (a, b) in lite.iter().zip(&server) {
        assert_eq!(a, b);
        assert!(!a.key.is_empty(), "{} has no primary key", a.name);
    }
}
