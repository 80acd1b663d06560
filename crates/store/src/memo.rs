//! What one page has asked already, and what it is asking just now.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{Row, Value};

/// Questions remembered at most.
const QUESTIONS_MAX: usize = 128;
/// Answers of more rows are not kept: nobody asks for them twice.
const ROWS_MAX: usize = 20;

/// The place of an answer. Who asks holds it until the answer is there, so that parts of a page which are made at
/// once ask a question once, too.
pub(crate) type Place = Arc<tokio::sync::Mutex<Option<Vec<Row>>>>;

struct Asked {
    sql: String,
    params: Vec<Value>,
    place: Place,
}

/// Questions and the places of their answers, in the order of asking.
#[derive(Default)]
pub(crate) struct Memo(Mutex<Vec<Asked>>);

impl Memo {
    /// The place of the answer to a question; none when too many were asked.
    pub(crate) fn place(&self, sql: &str, params: &[Value]) -> Option<Place> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = asked.iter().find(|a| a.sql == sql && a.params == params) {
            return Some(Arc::clone(&one.place));
        }
        if asked.len() >= QUESTIONS_MAX {
            return None;
        }
        let place = Place::default();
        let one = Asked { sql: sql.to_owned(), params: params.to_vec(), place: Arc::clone(&place) };
        asked.push(one);
        Some(place)
    }
    /// Whether an answer is worth keeping.
    pub(crate) fn keeps(rows: &[Row]) -> bool {
        rows.len() <= ROWS_MAX
    }
    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use crate::{Read, Row, Store, Value, params};

    async fn count(db: &mut impl Read) -> i64 {
        db.first("select count(*) from t where a > $1", params![0_i64])
            .await
            .unwrap()
            .map(Row::one)
            .unwrap()
            .unwrap()
    }

    #[tokio::test]
    async fn a_page_sees_one_answer_until_it_forgets_and_others_see_the_truth() {
        let path = std::env::temp_dir().join(format!("tessera-memo-{}.db", std::process::id()));
        let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        let mut tx = store.writer.begin().await.unwrap();
        tx.execute("create table t (a integer not null)", &[]).await.unwrap();
        tx.commit().await.unwrap();
        let mut page = store.reader.remembering();
        assert_eq!(count(&mut page).await, 0);
        let mut tx = store.writer.begin().await.unwrap();
        tx.execute("insert into t (a) values ($1)", &[Value::Int(1)]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count(&mut page.clone()).await, 0);
        assert_eq!(count(&mut store.reader.clone()).await, 1);
        assert_eq!(count(&mut store.reader.remembering()).await, 1);
        page.forget();
        assert_eq!(count(&mut page).await, 1);
        drop((page, store));
        std::fs::remove_file(&path).unwrap();
    }
}
