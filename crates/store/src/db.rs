//! The door: one API over both databases.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use crate::insert::{self, Insert};
use crate::memo::Memo;
use crate::pg::{PgPool, PgTx};
use crate::sqlite::{SqlitePool, SqliteTx};
use crate::{Row, StoreError, Value};

/// Which database is behind the door; the few SQL texts that must differ are its methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded.
    Sqlite,
    /// Server.
    Postgres,
}

impl Dialect {
    /// Expression: the id of the running transaction (0 on SQLite, where writers queue).
    pub const fn transaction_id(self) -> &'static str {
        match self {
            Dialect::Sqlite => "0",
            Dialect::Postgres => "cast(cast(pg_current_xact_id() as text) as bigint)",
        }
    }
    /// Expression: every transaction below it has ended; entries below it are in final order.
    pub const fn horizon(self) -> &'static str {
        match self {
            Dialect::Sqlite => "1",
            Dialect::Postgres => {
                "cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint)"
            }
        }
    }
    /// Suffix that locks the selected rows until the end of the transaction.
    pub const fn for_update(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " for update",
        }
    }
    /// Suffix that keeps the selected rows from being changed until the end of the transaction; others may
    /// hold them in the same way.
    pub const fn for_share(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " for share",
        }
    }
    /// Suffix that locks the selected rows and leaves out those another worker holds.
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " for update skip locked",
        }
    }
    /// Statement that holds a named lock together with others who hold it in this way, until the end of the
    /// transaction; none on SQLite.
    pub const fn lock_shared(self) -> Option<&'static str> {
        match self {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some("select 1 from (select pg_advisory_xact_lock_shared($1)) x"),
        }
    }
    /// Statement that waits for a named lock until the end of the transaction; none on SQLite.
    pub const fn lock(self) -> Option<&'static str> {
        match self {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some("select 1 from (select pg_advisory_xact_lock($1)) x"),
        }
    }
}

pub(crate) enum Backend {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// An open database: its reading and its writing side.
pub struct Store {
    /// For pages, lists, reports.
    pub reader: Reader,
    /// For the command bus alone.
    pub writer: Writer,
}

impl Store {
    /// Opens `sqlite:PATH` (made when absent) or `postgres://…` (must exist). Runs no migration.
    ///
    /// # Errors
    /// When the URL is of neither form or the database does not answer.
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        let backend = if let Some(path) = url.strip_prefix("sqlite:") {
            Backend::Sqlite(SqlitePool::open(&PathBuf::from(path))?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = PgPool::open(url)?;
            pool.query("select 1", &[]).await?;
            Backend::Postgres(pool)
        } else {
            return Err(StoreError::Url(url.chars().take(60).collect()));
        };
        let backend = Arc::new(backend);
        Ok(Store {
            reader: Reader { backend: Arc::clone(&backend), long: false, memo: None },
            writer: Writer { backend },
        })
    }
}

/// Anything SQL can be read from: a [`Reader`], a [`Snapshot`] or a running [`Tx`].
pub trait Read: Send {
    /// All rows of a query.
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Value],
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send + 'a;

    /// Which database answers.
    fn dialect(&self) -> Dialect;

    /// The first row, if any.
    fn first<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Value],
    ) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send + 'a {
        async move { Ok(self.query(sql, params).await?.into_iter().next()) }
    }
}

/// The reading side; cheap to clone.
#[derive(Clone)]
pub struct Reader {
    backend: Arc<Backend>,
    long: bool,
    memo: Option<Arc<Memo>>,
}

impl Reader {
    /// The same reader for statements that may run long (reports, generators).
    #[must_use]
    pub fn long(&self) -> Reader {
        Reader { backend: Arc::clone(&self.backend), long: true, memo: None }
    }
    /// A reader for one page: it and its clones ask the database each question once. The parts of a page
    /// are written apart and ask the same things: who the client is, to whom he belongs. Never for
    /// longer than one request.
    #[must_use]
    pub fn remembering(&self) -> Reader {
        let memo = Some(Arc::new(Memo::default()));
        Reader { backend: Arc::clone(&self.backend), long: self.long, memo }
    }
    /// Forgets what was remembered: something was written.
    pub fn forget(&self) {
        if let Some(memo) = &self.memo {
            memo.clear();
        }
    }
    /// A consistent view over many statements, however long it lives.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let inner = match self.backend.as_ref() {
            Backend::Sqlite(pool) => {
                let connection = pool.take_reader()?;
                connection.execute_batch("begin")?;
                // WAL takes the snapshot at the first read, not at `begin`
                crate::sqlite::run_query(&connection, "select count(*) from sqlite_master", &[])?;
                SnapshotInner::Sqlite(Box::new(connection))
            }
            Backend::Postgres(pool) => {
                let begin = "begin isolation level repeatable read read only";
                let mut tx = pool.begin(begin).await?;
                // here too the view is that of the first statement
                tx.query("select 1", &[]).await?;
                SnapshotInner::Postgres(Box::new(tx))
            }
        };
        Ok(Snapshot { inner })
    }
}

impl Read for Reader {
    async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        if let Some(rows) = self.memo.as_ref().and_then(|memo| memo.get(sql, params)) {
            return Ok(rows);
        }
        let rows = match self.backend.as_ref() {
            Backend::Sqlite(pool) => pool.query(sql, params, self.long).await?,
            Backend::Postgres(pool) => pool.query(sql, params).await?,
        };
        if let Some(memo) = &self.memo {
            memo.put(sql, params, &rows);
        }
        Ok(rows)
    }
    fn dialect(&self) -> Dialect {
        self.backend.dialect()
    }
}

impl Backend {
    fn dialect(&self) -> Dialect {
        match self {
            Backend::Sqlite(_) => Dialect::Sqlite,
            Backend::Postgres(_) => Dialect::Postgres,
        }
    }
}

enum SnapshotInner {
    Sqlite(Box<rusqlite::Connection>),
    Postgres(Box<PgTx>),
}

/// A consistent read-only view; dropping it ends it.
pub struct Snapshot {
    inner: SnapshotInner,
}

impl Read for Snapshot {
    async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        match &mut self.inner {
            SnapshotInner::Sqlite(connection) => crate::sqlite::run_query(connection, sql, params),
            SnapshotInner::Postgres(tx) => tx.query(sql, params).await,
        }
    }
    fn dialect(&self) -> Dialect {
        match &self.inner {
            SnapshotInner::Sqlite(_) => Dialect::Sqlite,
            SnapshotInner::Postgres(_) => Dialect::Postgres,
        }
    }
}

/// The writing side. Only the command bus and the store's own keepers (sealer, queue) hold one.
#[derive(Clone)]
pub struct Writer {
    backend: Arc<Backend>,
}

impl Writer {
    /// Opens a transaction that may write. On SQLite writers queue here.
    ///
    /// # Errors
    /// When the database does not answer in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let inner = match self.backend.as_ref() {
            Backend::Sqlite(pool) => TxInner::Sqlite(pool.begin().await?),
            Backend::Postgres(pool) => TxInner::Postgres(Box::new(pool.begin("begin").await?)),
        };
        Ok(Tx { inner })
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
}

impl Tx {
    /// Runs a statement; answers how many rows it touched.
    ///
    /// # Errors
    /// The driver's error, constraint violations as [`StoreError::Constraint`].
    pub async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        match &mut self.inner {
            TxInner::Sqlite(tx) => tx.execute(sql, params),
            TxInner::Postgres(tx) => tx.execute(sql, params).await,
        }
    }
    /// Inserts many rows with few round trips and a bounded number of different statements.
    /// `head` is `insert into t(a, b) values`, `tail` what follows (`on conflict …` or empty).
    ///
    /// # Errors
    /// As [`Tx::execute`]; rows of unequal width are [`StoreError::Column`].
    pub async fn insert_many(
        &mut self,
        head: &str,
        rows: &[Vec<Value>],
        tail: &str,
    ) -> Result<u64, StoreError> {
        self.insert_rows(&Insert { head, lead: "", tail }, rows).await
    }
    /// As [`Tx::insert_many`], with an expression before the values of each row.
    pub(crate) async fn insert_rows(
        &mut self,
        insert: &Insert<'_>,
        rows: &[Vec<Value>],
    ) -> Result<u64, StoreError> {
        let Some(width) = insert::width(rows)? else { return Ok(0) };
        match &mut self.inner {
            // a prepared insert of one row, again and again, is the fastest there
            TxInner::Sqlite(tx) => tx.execute_each(&insert.sql(1, width), rows),
            TxInner::Postgres(tx) => {
                let mut done = 0;
                for chunk in insert::chunks(rows, width) {
                    let flat: Vec<&Value> = chunk.iter().flatten().collect();
                    done += tx.execute_flat(&insert.sql(chunk.len(), width), flat).await?;
                }
                Ok(done)
            }
        }
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
    /// Makes everything permanent.
    ///
    /// # Errors
    /// When the database refuses; then nothing was written.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.inner {
            TxInner::Sqlite(tx) => tx.commit(),
            TxInner::Postgres(tx) => (*tx).commit().await,
        }
    }
    /// Undoes everything.
    ///
    /// # Errors
    /// When the database does not answer; the transaction is lost all the same.
    pub async fn rollback(self) -> Result<(), StoreError> {
        match self.inner {
            TxInner::Sqlite(tx) => tx.rollback(),
            TxInner::Postgres(tx) => (*tx).rollback().await,
        }
    }
}

impl Read for Tx {
    async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        match &mut self.inner {
            TxInner::Sqlite(tx) => tx.query(sql, params),
            TxInner::Postgres(tx) => tx.query(sql, params).await,
        }
    }
    fn dialect(&self) -> Dialect {
        match &self.inner {
            TxInner::Sqlite(_) => Dialect::Sqlite,
            TxInner::Postgres(_) => Dialect::Postgres,
        }
    }
}
