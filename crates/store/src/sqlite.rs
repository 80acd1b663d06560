//! SQLite: one writing connection, a few reading ones, WAL.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::turn::Turns;
use crate::{CipherKey, Row, StoreError, StoreSetting, Value};

/// Reading connections kept open, at least. A statement runs on its thread to the end, so more than a
/// few for each processor would only hold memory.
const READERS_MIN: usize = 4;
/// How long a statement waits for another process's write lock.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);
/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;

/// Page cache of one connection (negative: KiB): the inner pages of what is read often. The rest is kept
/// by the operating system, once for all connections.
const CACHE_KIB: i64 = -4_000;
/// Page cache of a bulk load (negative: KiB): the inner pages of every index of a large bank.
const BULK_CACHE_KIB: i64 = -1_000_000;
/// Pages of the log of a bulk load before they move into the database: 256 MB.
const BULK_LOG_PAGES: i64 = 65_536;

pub(crate) struct SqlitePool {
    path: PathBuf,
    cipher: Option<CipherKey>,
    readers: std::sync::Mutex<Vec<Connection>>,
    /// Reading connections at most.
    most: usize,
    permits: Arc<Semaphore>,
    writer: Arc<Mutex<Connection>>,
    turns: Turns,
    /// How long a command that has its turn waits for another process's write lock.
    busy: std::time::Duration,
}

impl SqlitePool {
    pub(crate) fn open(path: &Path, setting: &StoreSetting) -> Result<Self, StoreError> {
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent)?;
        }
        let cipher = setting.cipher.clone();
        let writer = connect(path, cipher.as_ref())?;
        if setting.is_part {
            writer.pragma_update(None, "foreign_keys", "off")?;
        }
        if setting.is_durable {
            // what was acknowledged is on the disk: also a power cut does not take it back
            writer.pragma_update(None, "synchronous", "full")?;
        }
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let most = READERS_MIN.max(processors + 1);
        Ok(Self {
            path: path.to_owned(),
            cipher,
            readers: std::sync::Mutex::new(Vec::new()),
            most,
            permits: Arc::new(Semaphore::new(most)),
            writer: Arc::new(Mutex::new(writer)),
            turns: Turns::new(1, setting.patience),
            busy: setting.patience.min(BUSY_TIMEOUT),
        })
    }

    pub(crate) async fn query(
        &self,
        sql: &str,
        params: &[Value],
        long: bool,
    ) -> Result<Vec<Row>, StoreError> {
        let _permit = self.permits.acquire().await.map_err(|_| StoreError::Busy)?;
        let connection = self.take_reader()?;
        let run = || run_query(&connection, sql, params);
        let rows = if long { in_place(run) } else { run() };
        self.give_back(connection);
        rows
    }

    pub(crate) fn take_reader(&self) -> Result<Connection, StoreError> {
        let free = self.lock_readers().pop();
        match free {
            Some(connection) => Ok(connection),
            None => {
                let connection = connect(&self.path, self.cipher.as_ref())?;
                connection.pragma_update(None, "query_only", "on")?;
                Ok(connection)
            }
        }
    }

    pub(crate) fn give_back(&self, connection: Connection) {
        let mut readers = self.lock_readers();
        if readers.len() < self.most {
            readers.push(connection);
        }
    }

    fn lock_readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) async fn begin(&self) -> Result<SqliteTx, StoreError> {
        let turn = self.turns.take().await?;
        let connection = Arc::clone(&self.writer).lock_owned().await;
        // only another process can hold the lock now, and then it is worth leaving this thread
        connection.busy_timeout(std::time::Duration::ZERO)?;
        let begun = connection.execute_batch("begin immediate");
        connection.busy_timeout(self.busy)?;
        if begun.is_err() {
            let begun = in_place(|| connection.execute_batch("begin immediate"));
            begun.map_err(StoreError::from).map_err(|error| match error {
                StoreError::Busy => StoreError::Slow("another process writes".to_owned()),
                other => other,
            })?;
        }
        Ok(SqliteTx { connection, _turn: turn })
    }

    /// Runs a closure on the writing connection (migrations).
    pub(crate) async fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.writer.lock().await;
        in_place(|| work(&mut connection))
    }
}

fn connect(path: &Path, cipher: Option<&CipherKey>) -> Result<Connection, StoreError> {
    let open_error = |e: rusqlite::Error| StoreError::Open(format!("{}: {e}", path.display()));
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(open_error)?;
    if let Some(cipher) = cipher {
        connection.execute_batch(cipher.pragma().reveal()).map_err(open_error)?;
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(open_error)?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    // what is deleted is written over, not only forgotten: personal data that was erased is not in the file
    connection.pragma_update_and_check(None, "secure_delete", "on", |_| Ok(()))?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    // Without this every `limit $1` (and others whose value could change the plan) is compiled anew each
    // time a value is bound: a third of a page's time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// See [`crate::Writer::prepare_bulk_load`].
pub(crate) fn prepare_bulk_load(connection: &mut Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "cache_size", BULK_CACHE_KIB)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", BULK_LOG_PAGES, |_| Ok(()))?;
    Ok(())
}

/// See [`crate::Writer::scrub`].
pub(crate) fn scrub(connection: &mut Connection) -> Result<(), StoreError> {
    let sql = "pragma wal_checkpoint(truncate)";
    let is_busy: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if is_busy == 0 { Ok(()) } else { Err(StoreError::Busy) }
}

/// Runs a call that may block for long without starving the other tasks of this worker.
fn in_place<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current().map(|h| h.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

pub(crate) struct SqliteTx {
    connection: OwnedMutexGuard<Connection>,
    /// Goes to the next one after the connection.
    _turn: OwnedSemaphorePermit,
}

impl SqliteTx {
    /// SQLite undoes a transaction by itself when the disk fails under it. What came next would then be kept
    /// statement by statement, so nothing may come next.
    fn must_be_open(&self) -> Result<(), StoreError> {
        if self.connection.is_autocommit() {
            return Err(StoreError::Full("the transaction was undone".to_owned()));
        }
        Ok(())
    }
    pub(crate) fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.must_be_open()?;
        run_query(&self.connection, sql, params)
    }
    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.must_be_open()?;
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        let changed = statement.execute(rusqlite::params_from_iter(params.iter()))?;
        Ok(u64::try_from(changed).unwrap_or(0))
    }
    pub(crate) fn execute_once(&mut self, sql: &str) -> Result<u64, StoreError> {
        self.must_be_open()?;
        let changed = self.connection.execute(sql, [])?;
        Ok(u64::try_from(changed).unwrap_or(0))
    }
    /// Runs a statement once for each row of parameters.
    pub(crate) fn execute_each(
        &mut self,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<u64, StoreError> {
        self.must_be_open()?;
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        let mut done = 0;
        for row in rows {
            let changed = statement.execute(rusqlite::params_from_iter(row))?;
            done += u64::try_from(changed).unwrap_or(0);
        }
        Ok(done)
    }
    pub(crate) fn commit(self) -> Result<(), StoreError> {
        self.must_be_open()?;
        // it waits for the disk, which may be slow
        Ok(in_place(|| self.connection.execute_batch("commit"))?)
    }
    pub(crate) fn rollback(self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("rollback")?;
        }
        Ok(())
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("rollback")
        {
            tracing::error!(%error, "rollback of an abandoned transaction failed");
        }
    }
}

pub(crate) fn run_query(
    connection: &Connection,
    sql: &str,
    params: &[Value],
) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    let width = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(params.iter()))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Vec::with_capacity(width);
        for index in 0..width {
            columns.push(match row.get_ref(index)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(v) => Value::Int(v),
                ValueRef::Text(v) => Value::Text(text(v)),
                ValueRef::Blob(v) => Value::Bytes(v.to_vec()),
                ValueRef::Real(_) => {
                    return Err(StoreError::Column {
                        index,
                        problem: "a float: use whole numbers".to_owned(),
                    });
                }
            });
        }
        out.push(Row::new(columns));
    }
    Ok(out)
}

/// SQLite numbers `$1` by first appearance; `?1` means what PostgreSQL means by `$1`.
pub(crate) fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    // every other part stands between quotes
    for (at, part) in sql.split('\'').enumerate() {
        if at > 0 {
            out.push('\'');
        }
        if at % 2 == 1 {
            out.push_str(part);
            continue;
        }
        let mut pieces = part.split('$');
        out.push_str(pieces.next().unwrap_or(""));
        for piece in pieces {
            let is_place = piece.starts_with(|c: char| c.is_ascii_digit());
            out.push(if is_place { '?' } else { '$' });
            out.push_str(piece);
        }
    }
    out
}

/// A text of the database; bytes that are no text are replaced, not refused.
fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec())
        .unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into_owned())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Bytes(v) => ValueRef::Blob(v),
            Value::Id(v) => ValueRef::Blob(v.as_bytes()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::{SqlitePool, connect, numbered};
    use crate::{CipherKey, StoreError, StoreSetting, Value};

    #[test]
    fn a_statement_is_compiled_once_whatever_is_bound() {
        let folder = std::env::temp_dir().join(format!("tessera-compile-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let connection = connect(&folder.join("bank.db"), None).unwrap();
        connection.execute_batch("create table t (a integer primary key, b text) strict").unwrap();
        let sql = "select a from t where b like ?1 and a > ?2 order by a limit ?3";
        let mut statement = connection.prepare(sql).unwrap();
        for n in 1..=5_i64 {
            let mut rows = statement.query(rusqlite::params![format!("{n}%"), n, n]).unwrap();
            while rows.next().unwrap().is_some() {}
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        drop(statement);
        drop(connection);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test]
    async fn an_encrypted_file_opens_with_its_key_only_and_shows_nothing() {
        let folder = std::env::temp_dir().join(format!("tessera-cipher-{}", std::process::id()));
        let file = folder.join("bank.db");
        let with = |byte: u8| StoreSetting {
            cipher: Some(CipherKey::new(&kernel::Secret::new([byte; CipherKey::BYTES]))),
            ..StoreSetting::default()
        };
        let pool = SqlitePool::open(&file, &with(7)).unwrap();
        let mut tx = pool.begin().await.unwrap();
        tx.execute("create table t (a text) strict", &[]).unwrap();
        tx.execute("insert into t (a) values ('twelve geese')", &[]).unwrap();
        tx.commit().unwrap();
        let sql = "select a from t";
        let row = pool.query(sql, &[], false).await.unwrap().remove(0);
        assert_eq!(row.one::<String>().unwrap(), "twelve geese");
        let log = std::fs::read(folder.join("bank.db-wal")).unwrap();
        drop(pool);
        let bytes = [std::fs::read(&file).unwrap(), log].concat();
        for told in [b"twelve geese".as_slice(), b"create table", b"SQLite format"] {
            assert!(!bytes.windows(told.len()).any(|part| part == told));
        }
        for setting in [with(8), StoreSetting::default()] {
            assert!(SqlitePool::open(&file, &setting).is_err());
        }
        let again = SqlitePool::open(&file, &with(7)).unwrap();
        assert_eq!(again.query(sql, &[], false).await.unwrap().len(), 1);
        drop(again);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test]
    async fn a_transaction_that_ran_out_of_disk_is_undone_whole_and_the_next_one_goes_on() {
        let folder = std::env::temp_dir().join(format!("tessera-full-{}", std::process::id()));
        let pool = SqlitePool::open(&folder.join("bank.db"), &StoreSetting::default()).unwrap();
        let sync = "pragma synchronous";
        let level: i64 = pool.writer.lock().await.query_row(sync, [], |row| row.get(0)).unwrap();
        assert_eq!(level, 2, "full: a power cut takes nothing back");
        let mut tx = pool.begin().await.unwrap();
        tx.execute("create table t (a integer primary key, b blob) strict", &[]).unwrap();
        tx.commit().unwrap();
        pool.writer.lock().await.execute_batch("pragma max_page_count = 40").unwrap();
        let row = |a: i64| [Value::Int(a), Value::Bytes(vec![7; 20_000])];
        let insert = "insert into t (a, b) values ($1, $2)";
        let mut tx = pool.begin().await.unwrap();
        let full = (1..100).find_map(|a| tx.execute(insert, &row(a)).err());
        assert!(matches!(full, Some(StoreError::Full(_))), "{full:?}");
        // whoever swallows the error, and goes on, keeps nothing
        tx.execute("insert into t (a) values (1000)", &[]).ok();
        if tx.connection.is_autocommit() {
            assert!(tx.commit().is_err());
        } else {
            tx.rollback().unwrap();
        }
        let count = "select count(*) from t";
        assert_eq!(pool.query(count, &[], false).await.unwrap().remove(0).one::<i64>().unwrap(), 0);
        pool.writer.lock().await.execute_batch("pragma max_page_count = 4000").unwrap();
        let mut tx = pool.begin().await.unwrap();
        tx.execute(insert, &row(1)).unwrap();
        tx.commit().unwrap();
        assert_eq!(pool.query(count, &[], false).await.unwrap().remove(0).one::<i64>().unwrap(), 1);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn placeholders_keep_their_numbers_and_texts_stay() {
        assert_eq!(numbered("select $2, $1, '$1 it''s' "), "select ?2, ?1, '$1 it''s' ");
    }
}
