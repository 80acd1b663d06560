//! The door: one API over both databases.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kernel::Secret;

use crate::keys::Keys;
use crate::memo::Memo;
use crate::outage::Fullness;
use crate::pg::{Line, PgPool};
use crate::replica::{Mark, Replica};
use crate::sqlite::SqlitePool;
use crate::{Row, StoreError, Value, Writer};

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
    /// Suffix that keeps the selected rows as they are until the end of the transaction; others may do the same.
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

/// A streaming replica that pages which tolerate lag may be read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaSetting {
    /// `postgres://…` of the one replica.
    pub url: String,
    /// What may be missing there at most.
    pub lag_max: Duration,
}

/// How a database is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSetting {
    /// For [`Reader::lagging`]; SQLite has none.
    pub replica: Option<ReplicaSetting>,
    /// How long after the database went away its callers wait for it to come back, and how long a command
    /// waits for its turn to write.
    pub patience: Duration,
    /// Whether what was acknowledged is on the disk, so that a power cut does not take it back either. Only tests,
    /// which cut no power, do without. PostgreSQL has settings of its own for it.
    pub is_durable: bool,
    /// Whether it holds a part of a bank, whose rows point at rows that are not here: no foreign key is enforced. SQLite only.
    pub is_part: bool,
    /// Under which key the file is encrypted, page by page; not at all without one. SQLite only.
    pub cipher: Option<CipherKey>,
}

/// The key of an encrypted database file.
#[derive(Clone, PartialEq, Eq)]
pub struct CipherKey([u8; CipherKey::BYTES]);

impl CipherKey {
    /// Its length.
    pub const BYTES: usize = 32;
    /// A key of these bytes.
    pub fn new(bytes: &Secret<[u8; Self::BYTES]>) -> Self {
        Self(*bytes.reveal())
    }
    /// The statement with which a connection begins.
    pub(crate) fn pragma(&self) -> Secret<String> {
        let hexadecimal = crate::dump::hexadecimal(&self.0);
        Secret::new(format!("pragma key = \"x'{hexadecimal}'\""))
    }
}

impl std::fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CipherKey(***)")
    }
}

impl Default for StoreSetting {
    fn default() -> Self {
        Self {
            replica: None,
            patience: crate::outage::PATIENCE,
            is_durable: true,
            is_part: false,
            cipher: None,
        }
    }
}

impl Store {
    /// Opens `sqlite:PATH` (made when absent) or `postgres://…` (must exist). Runs no migration.
    ///
    /// # Errors
    /// When the URL is of neither form or the database does not answer.
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        Self::open_with(url, &StoreSetting::default()).await
    }
    /// As [`Store::open`], otherwise than usual. The replica need not answer now.
    ///
    /// # Errors
    /// As [`Store::open`]; also when the replica's address cannot be read.
    pub async fn open_with(url: &str, setting: &StoreSetting) -> Result<Store, StoreError> {
        let backend = if let Some(path) = url.strip_prefix("sqlite:") {
            Backend::Sqlite(SqlitePool::open(&PathBuf::from(path), setting)?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = PgPool::open(url, "primary", setting.patience)?;
            // once: at the start a wrong address is likelier than an outage
            pool.try_query("select 1", &[], None).await?;
            Backend::Postgres(pool)
        } else {
            return Err(StoreError::Url(url.chars().take(60).collect()));
        };
        let replica = match (&backend, &setting.replica) {
            (Backend::Postgres(_), Some(asked)) => {
                let pool = PgPool::open(&asked.url, "replica", setting.patience)?;
                Some(Arc::new(Replica::new(pool, asked.lag_max)))
            }
            _ => None,
        };
        let backend = Arc::new(backend);
        let marks = replica.is_some();
        let (reads, primary) = (Arc::clone(&backend), None);
        let keys = Arc::new(Keys::default());
        let ours = Arc::clone(&keys);
        let full = Arc::<Fullness>::default();
        Ok(Store {
            reader: Reader {
                backend: reads,
                long: false,
                page: None,
                replica,
                primary,
                keys: ours,
                full: Arc::clone(&full),
            },
            writer: Writer { backend, marks, keys, full },
        })
    }
}

/// What a database will answer. Boxed, so that the way to it stands in the program once: an `async fn` is compiled anew, with all it
/// waits for, into each part of the program that waits for it.
pub type Async<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Anything SQL can be read from: a [`Reader`], a [`Snapshot`] or a running [`Tx`].
pub trait Read: Send {
    /// All rows of a query.
    fn query<'a>(&'a mut self, sql: &'a str, params: &'a [Value]) -> Async<'a, Vec<Row>>;

    /// Which database answers.
    fn dialect(&self) -> Dialect;

    /// What opens its sealed texts.
    fn keys(&self) -> &Arc<Keys>;

    /// The first row, if any.
    fn first<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Value],
    ) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send + 'a {
        async move { Ok(self.query(sql, params).await?.into_iter().next()) }
    }
}

/// What the parts of one page share.
#[derive(Default)]
struct Page {
    memo: Memo,
    line: Line,
}

/// The reading side; cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pub(crate) backend: Arc<Backend>,
    long: bool,
    page: Option<Arc<Page>>,
    /// The replica of this node, if it has one.
    pub(crate) replica: Option<Arc<Replica>>,
    /// Where to turn when the replica, which this reader reads from, fails.
    pub(crate) primary: Option<Arc<Backend>>,
    pub(crate) keys: Arc<Keys>,
    full: Arc<Fullness>,
}

impl Reader {
    /// The same reader for statements that may run long (reports, generators).
    #[must_use]
    pub fn long(&self) -> Reader {
        Reader { long: true, page: None, ..self.clone() }
    }
    /// A reader for one page: it and its clones ask the database each question once. The parts of a page
    /// are written apart and ask the same things: who the client is, to whom he belongs. What they ask at the same
    /// time goes down one line. Never for longer than one request.
    #[must_use]
    pub fn remembering(&self) -> Reader {
        Reader { page: Some(Arc::default()), ..self.clone() }
    }
    /// The same reader, which remembers nothing.
    pub(crate) fn plain(&self) -> Reader {
        Reader { page: None, ..self.clone() }
    }
    /// A reader for a page that tolerates lag: over the replica when there is one that has replayed `mark`
    /// and is near enough, over the primary otherwise. What was remembered so far stays.
    pub async fn lagging(&self, mark: Mark) -> Reader {
        let Some(replica) = self.replica.as_ref().filter(|_| self.primary.is_none()) else {
            return self.clone();
        };
        if !replica.may_serve(mark).await {
            return self.clone();
        }
        Reader {
            backend: Arc::new(Backend::Postgres(replica.pool.clone())),
            primary: Some(Arc::clone(&self.backend)),
            ..self.clone()
        }
    }
    /// Whether the database is away, and it is still worth waiting for.
    pub fn is_waiting(&self) -> bool {
        match self.backend.as_ref() {
            Backend::Sqlite(_) => false,
            Backend::Postgres(pool) => pool.outage().is_young(),
        }
    }
    /// Whether the database can be read, but takes no writes: its disk is full or fails.
    pub fn is_full(&self) -> bool {
        self.full.is_on()
    }
    /// How often connections were lost.
    pub(crate) fn losses(&self) -> u64 {
        match self.backend.as_ref() {
            Backend::Sqlite(_) => 0,
            Backend::Postgres(pool) => pool.outage().losses(),
        }
    }
    /// Forgets what was remembered: something was written.
    pub fn forget(&self) {
        if let Some(page) = &self.page {
            page.memo.clear();
        }
    }
}

impl Read for Reader {
    fn query<'a>(&'a mut self, sql: &'a str, params: &'a [Value]) -> Async<'a, Vec<Row>> {
        Box::pin(self.remembered(sql, params))
    }
    fn dialect(&self) -> Dialect {
        self.backend.dialect()
    }
    fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }
}

impl Reader {
    /// Answers from what the page has asked already, or asks the database.
    async fn remembered(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let Some(place) = self.page.as_ref().and_then(|page| page.memo.place(sql, params)) else {
            return self.ask(sql, params).await;
        };
        let mut answer = place.lock().await;
        if let Some(rows) = answer.as_ref() {
            return Ok(rows.clone());
        }
        let rows = self.ask(sql, params).await?;
        *answer = Memo::keeps(&rows).then(|| rows.clone());
        Ok(rows)
    }
    /// Asks the database.
    async fn ask(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        match (self.backend.as_ref(), self.primary.as_deref()) {
            (Backend::Postgres(replica), Some(Backend::Postgres(primary))) => {
                match replica.try_query(sql, params, None).await {
                    // gone, or it had to choose between this statement and replaying
                    Err(StoreError::Away(_) | StoreError::Busy) => {
                        primary.query(sql, params, None).await
                    }
                    outcome => outcome,
                }
            }
            (Backend::Sqlite(pool), _) => {
                crate::trace::statement(sql, pool.query(sql, params, self.long)).await
            }
            (Backend::Postgres(pool), _) => {
                let line = self.page.as_ref().map(|page| &page.line);
                pool.query(sql, params, line).await
            }
        }
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
