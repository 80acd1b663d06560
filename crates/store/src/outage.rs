//! Whether the database answers: what tells a lost connection from a wrong statement, how long it is worth
//! waiting for, and one word in the log when it goes and when it is back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long after a database went away its callers wait for it to come back, unless it is said otherwise. An
/// outage that is older is told at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Tries of one statement while the database comes and goes: more than any patience holds pauses.
pub(crate) const TRIES: u32 = 2_000;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// What is known of one database.
pub(crate) struct Outage {
    name: &'static str,
    since: Mutex<Option<Instant>>,
    losses: AtomicU64,
    patience: Duration,
}

impl Outage {
    /// `name` stands in the log.
    pub(crate) const fn of(name: &'static str, patience: Duration) -> Self {
        Self { name, since: Mutex::new(None), losses: AtomicU64::new(0), patience }
    }
    /// A connection was lost, or none could be made.
    pub(crate) fn began(&self, words: &str) {
        self.losses.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("tessera_database_lost_total", "database" => self.name).increment(1);
        let mut since = self.open();
        if since.is_none() {
            *since = Some(Instant::now());
            tracing::error!(database = self.name, reason = words, "the database is away");
        }
    }
    /// It has answered.
    pub(crate) fn over(&self) {
        if let Some(since) = self.open().take() {
            let seconds = since.elapsed().as_secs();
            tracing::info!(database = self.name, seconds, "the database answers again");
        }
    }
    /// Whether it is away, but not for so long that nobody waits for it any more.
    pub(crate) fn is_young(&self) -> bool {
        self.open().is_some_and(|since| since.elapsed() < self.patience)
    }
    /// How often a connection was lost.
    pub(crate) fn losses(&self) -> u64 {
        self.losses.load(Ordering::Relaxed)
    }
    /// Waits a little before another try; `false` when the outage is too old for that. One that is over
    /// already, because others have got through, is worth another try too.
    pub(crate) async fn wait(&self) -> bool {
        if self.open().is_some_and(|since| since.elapsed() >= self.patience) {
            return false;
        }
        tokio::time::sleep(PAUSE).await;
        true
    }
    fn open(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a database that answers takes no writes, because its disk is full or fails.
#[derive(Default)]
pub(crate) struct Fullness {
    since: Mutex<Option<Instant>>,
}

impl Fullness {
    /// A write was refused for it.
    pub(crate) fn began(&self, words: &str) {
        metrics::counter!("tessera_database_full_total").increment(1);
        let mut since = self.open();
        if since.is_none() {
            *since = Some(Instant::now());
            tracing::error!(reason = words, "the database takes no writes");
        }
    }
    /// Something was written.
    pub(crate) fn over(&self) {
        if let Some(since) = self.open().take() {
            let seconds = since.elapsed().as_secs();
            tracing::info!(seconds, "the database takes writes again");
        }
    }
    pub(crate) fn is_on(&self) -> bool {
        self.open().is_some()
    }
    fn open(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an error says that the connection, or the server behind it, is of no use any more: closed, refused,
/// shutting down, starting up, out of connections, or a standby where a primary was.
pub(crate) fn is_away(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(db) => {
            let code = db.code().code();
            code.starts_with("08") || ["57P01", "57P02", "57P03", "25006", "53300"].contains(&code)
        }
        // what is neither the server's word nor the connection's end is a mistake of ours: a wrong type, a
        // wrong number of parameters
        None => error.is_closed() || has_io_source(error),
    }
}

fn has_io_source(error: &tokio_postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.is::<std::io::Error>() {
            return true;
        }
        source = inner.source();
    }
    false
}
