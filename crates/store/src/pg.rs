//! PostgreSQL through a pool that survives the server: lost connections are dropped, all of them, and what can
//! be repeated without harm (reading, beginning) is repeated while the outage is young.

use std::sync::{Arc, Weak};
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
    TimeoutType,
};
use tokio::sync::{Mutex, OwnedSemaphorePermit};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::outage::{Outage, TRIES};
use crate::tls::Tls;
use crate::trace::statement;
use crate::turn::Turns;
use crate::{BY_VALUES, Mark, Row, StoreError, Value, address};

/// Connections one node keeps at most.
const CONNECTIONS: usize = 16;
/// Of them, those that write at most: the others are for reading, whatever the writers wait for.
const WRITING: usize = 12;
/// A statement is planned once for a connection, not for each value anew: ours are written to go along one index whatever the
/// values are, and planning took a third of PostgreSQL's time for a page (ADR 0028).
const PLANS: &str = "-c plan_cache_mode=force_generic_plan -c max_parallel_workers_per_gather=0";
/// Around a statement whose best way depends on its values.
const BY_VALUES_ON: &str = "set plan_cache_mode = auto";
const BY_VALUES_OFF: &str = "set plan_cache_mode = force_generic_plan";
/// How long a new connection may take, with TLS, sign-in and all hosts of the address.
const NEW_CONNECTION: Duration = Duration::from_secs(8);
/// How long a statement waits for one of the connections when all are in use.
const FREE_CONNECTION: Duration = Duration::from_secs(15);

/// A pool; cheap to clone.
#[derive(Clone)]
pub(crate) struct PgPool {
    pool: Pool,
    outage: Arc<Outage>,
    turns: Turns,
    /// Begins a transaction that waits for a lock of somebody else's no longer than for its turn.
    begin: Arc<str>,
}

impl PgPool {
    /// `name` stands in the log.
    pub(crate) fn open(
        url: &str,
        name: &'static str,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let read = address::read(url)?;
        let mut config = read.config;
        // what the bank's own address says comes last, and counts
        let own = config.get_options().map_or_else(String::new, |own| format!(" {own}"));
        config.options(format!("{PLANS}{own}"));
        let manager = Manager::from_config(
            config,
            Tls::new(&read.proof)?,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let outage = Arc::new(Outage::of(name, patience));
        let pool = Pool::builder(manager)
            .pre_recycle(tells_what_was_closed(outage.clone()))
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .create_timeout(Some(NEW_CONNECTION))
            .wait_timeout(Some(FREE_CONNECTION))
            .build()
            .map_err(|e| StoreError::Open(e.to_string()))?;
        let begin = format!("begin; set local lock_timeout = {}", patience.as_millis().max(1));
        Ok(Self { pool, outage, turns: Turns::new(WRITING, patience), begin: begin.into() })
    }

    pub(crate) fn outage(&self) -> &Outage {
        &self.outage
    }

    pub(crate) async fn connection(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| {
            let words = crate::migrate::chain(&error);
            let is_away = match &error {
                PoolError::Backend(inner) => crate::outage::is_away(inner),
                PoolError::Timeout(TimeoutType::Wait) => return StoreError::Slow(words),
                PoolError::Timeout(_) => true,
                _ => false,
            };
            if !is_away {
                return StoreError::Open(words);
            }
            self.outage.began(&words);
            StoreError::Away(words)
        })
    }

    /// Drops a connection that is of no use any more, and all that lie idle: they lead to the same server.
    fn lost(&self, connection: Option<Object>, words: &str) {
        self.outage.began(words);
        if let Some(connection) = connection {
            drop(Object::take(connection));
        }
        self.pool.retain(|_, _| false);
    }

    /// Rows of a query, tried once; down a line, if it may be shared.
    pub(crate) async fn try_query(
        &self,
        sql: &str,
        params: &[Value],
        line: Option<&Line>,
    ) -> Result<Vec<Row>, StoreError> {
        let by_values = sql.starts_with(BY_VALUES);
        let connection = match line.filter(|_| !by_values) {
            Some(line) => line.connection(self).await?,
            None => Arc::new(self.connection().await?),
        };
        let outcome = if by_values {
            planned_by_values(&connection, sql, params).await
        } else {
            run_query(&connection, sql, params).await
        };
        match outcome {
            Err(StoreError::Away(words)) => {
                // of those who share it the last one drops it
                self.lost(Arc::into_inner(connection), &words);
                Err(StoreError::Away(words))
            }
            outcome => {
                self.outage.over();
                outcome
            }
        }
    }

    /// Rows of a query; waits for a server that has just gone away.
    pub(crate) async fn query(
        &self,
        sql: &str,
        params: &[Value],
        line: Option<&Line>,
    ) -> Result<Vec<Row>, StoreError> {
        for _ in 1..TRIES {
            match self.try_query(sql, params, line).await {
                Err(StoreError::Away(_)) if self.outage.wait().await => {}
                outcome => return outcome,
            }
        }
        self.try_query(sql, params, line).await
    }

    /// Begins a transaction that may write, when it is its turn.
    pub(crate) async fn begin_writing(&self) -> Result<PgTx, StoreError> {
        let turn = self.turns.take().await?;
        let mut tx = self.begin(&self.begin).await?;
        tx.turn = Some(turn);
        Ok(tx)
    }

    pub(crate) async fn begin(&self, mode: &str) -> Result<PgTx, StoreError> {
        for _ in 1..TRIES {
            match self.try_begin(mode).await {
                Err(StoreError::Away(_)) if self.outage.wait().await => {}
                outcome => return outcome,
            }
        }
        self.try_begin(mode).await
    }

    pub(crate) async fn try_begin(&self, mode: &str) -> Result<PgTx, StoreError> {
        let connection = self.connection().await?;
        match connection.batch_execute(mode).await.map_err(StoreError::from) {
            Ok(()) => {
                self.outage.over();
                Ok(PgTx { connection: Some(connection), pool: self.clone(), turn: None })
            }
            Err(error) => {
                if let StoreError::Away(words) = &error {
                    self.lost(Some(connection), words);
                }
                Err(error)
            }
        }
    }
}

/// One connection for statements that are asked at the same time: the server gets them together and answers them one
/// after the other, which spares both sides most of the waking up. Nobody holds the connection while nothing is asked.
#[derive(Default)]
pub(crate) struct Line(Mutex<Weak<Object>>);

impl Line {
    async fn connection(&self, pool: &PgPool) -> Result<Arc<Object>, StoreError> {
        let mut shared = self.0.lock().await;
        if let Some(connection) = shared.upgrade().filter(|open| !open.is_closed()) {
            return Ok(connection);
        }
        let connection = Arc::new(pool.connection().await?);
        *shared = Arc::downgrade(&connection);
        Ok(connection)
    }
}

/// A connection that was closed while nobody used it is a loss like any other: behind the next one may stand
/// another server, which lacks what the first had not yet handed on.
fn tells_what_was_closed(outage: Arc<Outage>) -> Hook {
    Hook::sync_fn(move |client, _| {
        if !client.is_closed() {
            return Ok(());
        }
        let words = "a connection was closed while nobody used it";
        outage.began(words);
        Err(HookError::message(words))
    })
}

pub(crate) struct PgTx {
    connection: Option<Object>,
    pool: PgPool,
    /// Goes to the next one when the transaction ends.
    turn: Option<OwnedSemaphorePermit>,
}

impl PgTx {
    fn open(&self) -> Result<&Object, StoreError> {
        self.connection.as_ref().ok_or(StoreError::Busy)
    }
    /// A connection that was lost takes the transaction along; the server undoes it.
    fn noted<T>(&mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(StoreError::Away(words)) = &outcome {
            self.pool.lost(self.connection.take(), words);
        }
        outcome
    }
    pub(crate) async fn query(
        &mut self,
        sql: &str,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let outcome = run_query(self.open()?, sql, params).await;
        self.noted(outcome)
    }
    pub(crate) async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.execute_flat(sql, params.iter().collect()).await
    }
    pub(crate) async fn execute_flat(
        &mut self,
        sql: &str,
        params: Vec<&Value>,
    ) -> Result<u64, StoreError> {
        let connection = self.open()?;
        let run = async {
            let statement = connection.prepare_cached(sql).await?;
            Ok::<_, StoreError>(connection.execute_raw(&statement, params).await?)
        };
        let outcome = statement(sql, run).await;
        self.noted(outcome)
    }
    async fn finish(&mut self, word: &str) -> Result<(), StoreError> {
        let outcome = statement(word, self.open()?.batch_execute(word)).await;
        self.noted(outcome.map_err(StoreError::from))
    }
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.finish("commit").await?;
        self.connection = None; // back to the pool; on an error above, Drop closes the connection
        Ok(())
    }
    /// Commits; answers how far a replica must be to show it.
    pub(crate) async fn commit_marked(mut self) -> Result<Mark, StoreError> {
        self.finish("commit").await?;
        let sql = "select cast(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as bigint)";
        let place = run_query(self.open()?, sql, &[]).await;
        // it is committed, whatever happens now: who cannot say how far asks the primary
        let mark = match place.ok().and_then(|rows| rows.into_iter().next()).map(Row::one) {
            Some(Ok(place)) => Mark::at(place),
            _ => Mark::UNKNOWN,
        };
        if mark != Mark::UNKNOWN {
            self.connection = None;
        }
        Ok(mark)
    }
    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
        self.finish("rollback").await?;
        self.connection = None;
        Ok(())
    }
}

impl Drop for PgTx {
    fn drop(&mut self) {
        // Abandoned inside a transaction: the connection is closed, and the server rolls back.
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

/// Rows of a statement that is planned for its values.
async fn planned_by_values(
    connection: &Object,
    sql: &str,
    params: &[Value],
) -> Result<Vec<Row>, StoreError> {
    connection.batch_execute(BY_VALUES_ON).await?;
    let outcome = run_query(connection, sql, params).await;
    // a request that breaks off in between leaves a connection that plans more often than it need
    connection.batch_execute(BY_VALUES_OFF).await?;
    outcome
}

async fn run_query(
    connection: &Object,
    sql: &str,
    params: &[Value],
) -> Result<Vec<Row>, StoreError> {
    statement(sql, rows(connection, sql, params)).await
}

async fn rows(connection: &Object, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
    use futures_util::TryStreamExt;
    let statement = connection.prepare_cached(sql).await?;
    let stream = connection.query_raw(&statement, params.iter()).await?;
    futures_util::pin_mut!(stream);
    let mut out = Vec::new();
    while let Some(row) = stream.try_next().await? {
        let mut columns = Vec::with_capacity(row.len());
        for (index, column) in row.columns().iter().enumerate() {
            columns.push(read_column(&row, index, column.type_())?);
        }
        out.push(Row::new(columns));
    }
    Ok(out)
}

fn read_column(row: &tokio_postgres::Row, index: usize, kind: &Type) -> Result<Value, StoreError> {
    let value = match *kind {
        Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map(Value::Int),
        Type::INT4 => row.try_get::<_, Option<i32>>(index)?.map(|v| Value::Int(i64::from(v))),
        Type::BOOL => row.try_get::<_, Option<bool>>(index)?.map(|v| Value::Int(i64::from(v))),
        Type::TEXT | Type::VARCHAR | Type::NAME => {
            row.try_get::<_, Option<String>>(index)?.map(Value::Text)
        }
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.map(Value::Bytes),
        Type::UUID => row.try_get::<_, Option<uuid::Uuid>>(index)?.map(Value::Id),
        _ => {
            return Err(StoreError::Column {
                index,
                problem: format!("type {kind} is not one of ours: cast it in the SQL"),
            });
        }
    };
    Ok(value.unwrap_or(Value::Null))
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(v), &Type::INT4) => i32::try_from(*v)?.to_sql(kind, out),
            (Value::Int(v), &Type::BOOL) => (*v != 0).to_sql(kind, out),
            (Value::Int(v), _) => v.to_sql(&Type::INT8, out),
            (Value::Text(v), _) => v.to_sql(kind, out),
            (Value::Bytes(v), _) => v.to_sql(kind, out),
            (Value::Id(v), _) => v.to_sql(kind, out),
        }
    }
    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::INT8
                | Type::INT4
                | Type::BOOL
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
                | Type::BYTEA
                | Type::UUID
        )
    }
    to_sql_checked!();
}
