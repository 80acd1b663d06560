//! The writing side of the door, and its transactions.

use std::sync::Arc;
use std::time::Duration;

use crate::db::{Async, Backend, Dialect, Read};
use crate::insert::{self, Insert};
use crate::keys::Keys;
use crate::outage::Fullness;
use crate::pg::PgTx;
use crate::replica::Mark;
use crate::sqlite::SqliteTx;
use crate::{Row, StoreError, Value};

/// The writing side. Only the command bus and the store's own keepers (sealer, queue) hold one.
#[derive(Clone)]
pub struct Writer {
    pub(crate) backend: Arc<Backend>,
    /// Whether commits are asked how far a replica must be to show them.
    pub(crate) marks: bool,
    pub(crate) keys: Arc<Keys>,
    pub(crate) full: Arc<Fullness>,
}

impl Writer {
    /// Opens a transaction that may write, when it is its turn: one at a time on SQLite, a few on PostgreSQL.
    ///
    /// # Errors
    /// When the database does not answer in time; [`StoreError::Slow`] when no turn came in time.
    pub fn begin(&self) -> Async<'_, Tx> {
        Box::pin(async {
            let inner = match self.backend.as_ref() {
                Backend::Sqlite(pool) => pool.begin().await.map(TxInner::Sqlite),
                Backend::Postgres(pool) => {
                    pool.begin_writing().await.map(|tx| TxInner::Postgres(Box::new(tx)))
                }
            };
            let (marks, keys, full) = (self.marks, Arc::clone(&self.keys), Arc::clone(&self.full));
            let inner = noted(&full, inner)?;
            Ok(Tx { inner, marks, keys, full, has_written: false })
        })
    }
    /// As [`Writer::begin`], for what must be noted however long it takes: it waits for its turn again and again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_in_the_end(&self) -> Result<Tx, StoreError> {
        loop {
            match self.begin().await {
                Err(StoreError::Slow(_)) => tokio::time::sleep(SLOW_PAUSE).await,
                begun => return begun,
            }
        }
    }
    /// After a write was refused because the disk is full: tries whether it takes one again.
    ///
    /// # Errors
    /// [`StoreError::Full`] while it does not.
    pub async fn probe(&self) -> Result<(), StoreError> {
        if !self.full.is_on() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let sql = "insert into node_setting (name, value) values ('probe', '1') on conflict (name) \
                   do update set value = cast(cast(node_setting.value as bigint) + 1 as text)";
        tx.execute(sql, &[]).await?;
        tx.commit().await
    }
    /// Empties SQLite's log into the database and cuts it: what was deleted stands in no file any more. PostgreSQL
    /// cleans by itself.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while somebody reads an older state; to be tried again.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        match self.backend.as_ref() {
            Backend::Sqlite(pool) => pool.with_writer(crate::sqlite::scrub).await,
            Backend::Postgres(_) => Ok(()),
        }
    }
    /// Makes ready for a bulk load by a process that ends with it: SQLite's writing connection gets a
    /// large page cache and moves its log into the database less often. Nothing becomes less safe.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prepare_bulk_load(&self) -> Result<(), StoreError> {
        match self.backend.as_ref() {
            Backend::Sqlite(pool) => pool.with_writer(crate::sqlite::prepare_bulk_load).await,
            Backend::Postgres(_) => Ok(()),
        }
    }
    /// After a bulk load: PostgreSQL counts what there is now. Until it has, by itself minutes later, it plans for the
    /// empty tables it knows, and a page costs it several times as much.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish_bulk_load(&self) -> Result<(), StoreError> {
        if matches!(self.backend.as_ref(), Backend::Sqlite(_)) {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        tx.execute("analyze", &[]).await?;
        tx.commit().await
    }
    /// After [`StoreError::Away`]: waits a little, and answers whether it is worth another try.
    pub async fn outlasts(&self) -> bool {
        match self.backend.as_ref() {
            Backend::Sqlite(_) => false,
            Backend::Postgres(pool) => pool.outage().wait().await,
        }
    }
    /// What opens the database's sealed texts.
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }
    pub(crate) fn backend(&self) -> &Backend {
        &self.backend
    }
}

enum TxInner {
    Sqlite(SqliteTx),
    Postgres(Box<PgTx>),
}

/// A transaction that may write; dropping it without [`Tx::commit`] undoes it.
pub struct Tx {
    inner: TxInner,
    marks: bool,
    keys: Arc<Keys>,
    full: Arc<Fullness>,
    has_written: bool,
}

/// How long what must be noted rests before it waits for its turn again.
const SLOW_PAUSE: Duration = Duration::from_millis(500);

/// Notes how a commit went: something that was written says that there is room.
fn committed<T>(
    full: &Fullness,
    has_written: bool,
    outcome: Result<T, StoreError>,
) -> Result<T, StoreError> {
    if outcome.is_ok() && has_written {
        full.over();
    }
    noted(full, outcome)
}

/// Notes when a write was refused for want of room.
fn noted<T>(full: &Fullness, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
    if let Err(StoreError::Full(words)) = &outcome {
        full.began(words);
    }
    outcome
}

impl Tx {
    /// Runs a statement; answers how many rows it touched.
    ///
    /// # Errors
    /// The driver's error, constraint violations as [`StoreError::Constraint`].
    pub fn execute<'a>(&'a mut self, sql: &'a str, params: &'a [Value]) -> Async<'a, u64> {
        Box::pin(async move {
            let outcome = match &mut self.inner {
                TxInner::Sqlite(tx) => {
                    crate::trace::statement(sql, async { tx.execute(sql, params) }).await
                }
                TxInner::Postgres(tx) => tx.execute(sql, params).await,
            };
            self.wrote(outcome)
        })
    }
    /// Runs a statement that will not come again: no connection remembers it. Values stand in it.
    pub(crate) async fn execute_once(&mut self, sql: &str) -> Result<u64, StoreError> {
        let outcome = match &mut self.inner {
            TxInner::Sqlite(tx) => tx.execute_once(sql),
            TxInner::Postgres(tx) => tx.execute(sql, &[]).await,
        };
        self.wrote(outcome)
    }
    fn wrote(&mut self, outcome: Result<u64, StoreError>) -> Result<u64, StoreError> {
        self.has_written |= outcome.as_ref().is_ok_and(|rows| *rows > 0);
        noted(&self.full, outcome)
    }
    /// Inserts many rows with few round trips and a bounded number of different statements.
    /// `head` is `insert into t(a, b) values`, `tail` what follows (`on conflict …` or empty).
    ///
    /// # Errors
    /// As [`Tx::execute`]; rows of unequal width are [`StoreError::Column`].
    pub fn insert_many<'a>(
        &'a mut self,
        head: &'a str,
        rows: &'a [Vec<Value>],
        tail: &'a str,
    ) -> Async<'a, u64> {
        Box::pin(async move { self.insert_rows(&Insert { head, lead: "", tail }, rows).await })
    }
    /// As [`Tx::insert_many`], with an expression before the values of each row.
    pub(crate) async fn insert_rows(
        &mut self,
        insert: &Insert<'_>,
        rows: &[Vec<Value>],
    ) -> Result<u64, StoreError> {
        let Some(width) = insert::width(rows)? else { return Ok(0) };
        let outcome = match &mut self.inner {
            // a prepared insert of one row, again and again, is the fastest there
            TxInner::Sqlite(tx) => tx.execute_each(&insert.sql(1, width), rows),
            TxInner::Postgres(tx) => {
                let run = async {
                    let mut done = 0;
                    for chunk in insert::chunks(rows, width) {
                        let flat: Vec<&Value> = chunk.iter().flatten().collect();
                        done += tx.execute_flat(&insert.sql(chunk.len(), width), flat).await?;
                    }
                    Ok(done)
                };
                run.await
            }
        };
        self.wrote(outcome)
    }
    /// Waits for a named lock, held until the end of the transaction. Free on SQLite.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock(&mut self, name: i64) -> Result<(), StoreError> {
        if let Some(sql) = self.dialect().lock() {
            self.query(sql, &[Value::Int(name)]).await?;
        }
        Ok(())
    }
    /// Begins a part that can be undone without the rest.
    ///
    /// # Errors
    /// The driver's error.
    pub async fn begin_part(&mut self) -> Result<(), StoreError> {
        self.execute("savepoint part", &[]).await.map(|_| ())
    }
    /// Ends the part, undoing it when it did not go well.
    ///
    /// # Errors
    /// The driver's error.
    pub async fn end_part(&mut self, is_well: bool) -> Result<(), StoreError> {
        if !is_well {
            self.execute("rollback to savepoint part", &[]).await?;
        }
        self.execute("release savepoint part", &[]).await.map(|_| ())
    }
    /// Makes everything permanent.
    ///
    /// # Errors
    /// When the database refuses; then nothing was written.
    pub fn commit(self) -> Async<'static, ()> {
        Box::pin(async move {
            let outcome = match self.inner {
                TxInner::Sqlite(tx) => tx.commit(),
                TxInner::Postgres(tx) => (*tx).commit().await,
            };
            committed(&self.full, self.has_written, outcome)
        })
    }
    /// As [`Tx::commit`]; answers how far a replica must be to show it, [`Mark::NONE`] where there is none.
    ///
    /// # Errors
    /// As [`Tx::commit`].
    pub fn commit_marked(self) -> Async<'static, Mark> {
        Box::pin(async move {
            let outcome = match self.inner {
                TxInner::Postgres(tx) if self.marks => (*tx).commit_marked().await,
                TxInner::Postgres(tx) => (*tx).commit().await.map(|()| Mark::NONE),
                TxInner::Sqlite(tx) => tx.commit().map(|()| Mark::NONE),
            };
            committed(&self.full, self.has_written, outcome)
        })
    }
    /// Undoes everything.
    ///
    /// # Errors
    /// When the database does not answer; the transaction is lost all the same.
    pub fn rollback(self) -> Async<'static, ()> {
        Box::pin(async move {
            match self.inner {
                TxInner::Sqlite(tx) => tx.rollback(),
                TxInner::Postgres(tx) => (*tx).rollback().await,
            }
        })
    }
}

impl Read for Tx {
    fn query<'a>(&'a mut self, sql: &'a str, params: &'a [Value]) -> Async<'a, Vec<Row>> {
        Box::pin(async move {
            match &mut self.inner {
                TxInner::Sqlite(tx) => {
                    crate::trace::statement(sql, async { tx.query(sql, params) }).await
                }
                TxInner::Postgres(tx) => tx.query(sql, params).await,
            }
        })
    }
    fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }
    fn dialect(&self) -> Dialect {
        match &self.inner {
            TxInner::Sqlite(_) => Dialect::Sqlite,
            TxInner::Postgres(_) => Dialect::Postgres,
        }
    }
}
