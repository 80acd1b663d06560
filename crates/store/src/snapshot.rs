//! A consistent view over many statements.

use std::sync::Arc;

use crate::db::{Async, Backend, Dialect, Read, Reader};
use crate::keys::Keys;
use crate::pg::{PgPool, PgTx};
use crate::{Row, StoreError, Value};

/// Begins a view that stays as it is.
const SNAPSHOT: &str = "begin isolation level repeatable read read only";

impl Reader {
    /// A consistent view over many statements, however long it lives.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn snapshot(&self) -> Async<'_, Snapshot> {
        Box::pin(async {
            let inner = match self.backend.as_ref() {
                Backend::Sqlite(pool) => {
                    let connection = pool.take_reader()?;
                    connection.execute_batch("begin")?;
                    // WAL takes the snapshot at the first read, not at `begin`
                    let sql = "select count(*) from sqlite_master";
                    crate::sqlite::run_query(&connection, sql, &[])?;
                    SnapshotInner::Sqlite(Box::new(connection))
                }
                Backend::Postgres(pool) => {
                    let mut tx = self.begin_snapshot(pool).await?;
                    // here too the view is that of the first statement
                    tx.query("select 1", &[]).await?;
                    SnapshotInner::Postgres(Box::new(tx))
                }
            };
            let (backend, keys) = (Arc::clone(&self.backend), Arc::clone(&self.keys));
            Ok(Snapshot { inner, backend, keys })
        })
    }

    async fn begin_snapshot(&self, pool: &PgPool) -> Result<PgTx, StoreError> {
        let Some(Backend::Postgres(primary)) = self.primary.as_deref() else {
            return pool.begin(SNAPSHOT).await;
        };
        match pool.try_begin(SNAPSHOT).await {
            Err(StoreError::Away(_)) => primary.begin(SNAPSHOT).await,
            begun => begun,
        }
    }
}

enum SnapshotInner {
    Sqlite(Box<rusqlite::Connection>),
    Postgres(Box<PgTx>),
}

/// A consistent read-only view; dropping it ends it, and closes its connection.
pub struct Snapshot {
    inner: SnapshotInner,
    backend: Arc<Backend>,
    keys: Arc<Keys>,
}

impl Snapshot {
    /// Ends it; others go on with its connection. A new one costs a process and a proof of who asks on PostgreSQL: whoever takes
    /// snapshots again and again ends each.
    ///
    /// # Errors
    /// When the database does not answer; the snapshot has ended all the same.
    pub async fn end(self) -> Result<(), StoreError> {
        match (self.inner, self.backend.as_ref()) {
            (SnapshotInner::Postgres(tx), _) => (*tx).rollback().await,
            (SnapshotInner::Sqlite(connection), Backend::Sqlite(pool)) => {
                // an error of the disk has undone it already
                if !connection.is_autocommit() {
                    connection.execute_batch("rollback")?;
                }
                pool.give_back(*connection);
                Ok(())
            }
            (SnapshotInner::Sqlite(_), Backend::Postgres(_)) => Ok(()),
        }
    }
}

impl Read for Snapshot {
    fn query<'a>(&'a mut self, sql: &'a str, params: &'a [Value]) -> Async<'a, Vec<Row>> {
        Box::pin(async move {
            match &mut self.inner {
                SnapshotInner::Sqlite(connection) => {
                    crate::sqlite::run_query(connection, sql, params)
                }
                SnapshotInner::Postgres(tx) => tx.query(sql, params).await,
            }
        })
    }
    fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }
    fn dialect(&self) -> Dialect {
        match &self.inner {
            SnapshotInner::Sqlite(_) => Dialect::Sqlite,
            SnapshotInner::Postgres(_) => Dialect::Postgres,
        }
    }
}
