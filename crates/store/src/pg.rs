//! PostgreSQL through a pool.

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use tokio_postgres::NoTls;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::{Row, StoreError, Value};

/// Connections one node keeps at most.
const CONNECTIONS: usize = 16;

pub(crate) struct PgPool {
    pool: Pool,
}

impl PgPool {
    pub(crate) fn open(url: &str) -> Result<Self, StoreError> {
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|e: tokio_postgres::Error| StoreError::Open(e.to_string()))?;
        config.application_name("tessera");
        let manager = Manager::from_config(
            config,
            NoTls,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .build()
            .map_err(|e| StoreError::Open(e.to_string()))?;
        Ok(Self { pool })
    }

    pub(crate) async fn connection(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|e| StoreError::Open(crate::migrate::chain(&e)))
    }

    pub(crate) async fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let connection = self.connection().await?;
        run_query(&connection, sql, params).await
    }

    pub(crate) async fn begin(&self, mode: &str) -> Result<PgTx, StoreError> {
        let connection = self.connection().await?;
        connection.batch_execute(mode).await?;
        Ok(PgTx { connection: Some(connection) })
    }
}

pub(crate) struct PgTx {
    connection: Option<Object>,
}

impl PgTx {
    fn open(&self) -> Result<&Object, StoreError> {
        self.connection.as_ref().ok_or(StoreError::Busy)
    }
    pub(crate) async fn query(
        &mut self,
        sql: &str,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        run_query(self.open()?, sql, params).await
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
        let statement = connection.prepare_cached(sql).await?;
        Ok(connection.execute_raw(&statement, params).await?)
    }
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.open()?.batch_execute("commit").await?;
        self.connection = None; // back to the pool; on an error above, Drop closes the connection
        Ok(())
    }
    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
        self.open()?.batch_execute("rollback").await?;
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

async fn run_query(
    connection: &Object,
    sql: &str,
    params: &[Value],
) -> Result<Vec<Row>, StoreError> {
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
