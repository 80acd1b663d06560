//! What the parts of one page ask at the same time.

use store::{Read, Reader, Row, Store, StoreError, params};
use testkit::{Database, Kind, kinds};

async fn number(db: &Reader, sql: &str) -> Result<i64, StoreError> {
    db.clone().first(sql, params![]).await?.map_or(Ok(0), Row::one)
}

async fn postgres() -> Option<(Database, Store)> {
    let kind = kinds().into_iter().find(|kind| *kind == Kind::Postgres)?;
    let database = Database::new(kind).await;
    let store = Store::open(database.url()).await.unwrap();
    Some((database, store))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_question_asked_at_once_by_two_parts_is_asked_once() {
    let Some((_database, store)) = postgres().await else { return };
    // another number each time it is asked
    let sql = "select cast(random() * 1000000000 as bigint)";
    let page = store.reader.remembering();
    let (one, other) = tokio::try_join!(number(&page, sql), number(&page, sql)).unwrap();
    assert_eq!(one, other);
    assert_eq!(number(&page, sql).await.unwrap(), one);
    assert_ne!(number(&store.reader.remembering(), sql).await.unwrap(), one);
    page.forget();
    assert_ne!(number(&page, sql).await.unwrap(), one);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_at_once_goes_down_one_line_and_a_mistake_spoils_no_neighbour() {
    let Some((_database, store)) = postgres().await else { return };
    let page = store.reader.remembering();
    let asks: Vec<String> =
        (0..6).map(|n| format!("select pg_backend_pid() from (select {n}) x")).collect();
    let lines = |db: Reader| {
        let asks = asks.clone();
        async move {
            let all = asks.iter().map(|sql| number(&db, sql));
            let found = futures_util::future::try_join_all(all).await.unwrap();
            found.into_iter().collect::<std::collections::BTreeSet<_>>()
        }
    };
    assert_eq!(lines(page).await.len(), 1);
    assert!(lines(store.reader.clone()).await.len() > 1, "others have a line for each question");
    let page = store.reader.remembering();
    let (bad, good) = tokio::join!(
        number(&page, "select cast('no number' as bigint)"),
        number(&page, "select cast(7 as bigint)")
    );
    assert!(bad.is_err());
    assert_eq!(good.unwrap(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_given_up_leaves_its_question_to_the_next() {
    let Some((_database, store)) = postgres().await else { return };
    let page = store.reader.remembering();
    let slow = "select cast(1 as bigint) from (select pg_sleep(1)) x";
    let patience = std::time::Duration::from_millis(100);
    assert!(tokio::time::timeout(patience, number(&page, slow)).await.is_err());
    assert_eq!(number(&page, slow).await.unwrap(), 1);
}
