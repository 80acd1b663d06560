//! The triggers that note changes of rows.

use super::key::expression;
use crate::dump::schema::{Kind, Table};
use crate::{Dialect, Read, StoreError, Tx};

/// A table whose changes are noted.
#[derive(Clone, Debug)]
pub struct Watched {
    table: String,
    key: Vec<(String, Kind)>,
    client: Option<String>,
}

impl Watched {
    /// A table; `client` is the column that holds the client a row belongs to, where it has one.
    pub fn new(table: &Table, client: Option<&str>) -> Self {
        let kind = |name: &String| table.columns.iter().find(|c| c.name == *name).map(|c| c.kind);
        let key = table.key.iter().filter_map(|name| Some((name.clone(), kind(name)?)));
        Self { table: table.name.clone(), key: key.collect(), client: client.map(str::to_owned) }
    }
    /// Key and client of a row, as two columns of a `select`.
    fn noted(&self, row: &str, dialect: Dialect) -> String {
        let client = match &self.client {
            Some(column) => format!("{row}.\"{column}\""),
            None if dialect == Dialect::Postgres => "cast(null as uuid)".to_owned(),
            None => "null".to_owned(),
        };
        format!("{}, {client}", expression(row, &self.key, dialect))
    }
}

/// Notes changes of these tables from now on.
///
/// # Errors
/// The database's.
pub async fn watch(tx: &mut Tx, tables: &[Watched]) -> Result<(), StoreError> {
    for table in tables {
        take_off(tx, &table.table).await?;
        let statements = match tx.dialect() {
            Dialect::Sqlite => on_sqlite(table),
            Dialect::Postgres => on_postgres(table, tx.dialect().transaction_id()),
        };
        for statement in statements {
            tx.execute(&statement, &[]).await?;
        }
    }
    Ok(())
}

/// Those of these tables whose changes are not noted yet.
///
/// # Errors
/// The database's.
pub async fn unwatched<R: Read>(
    db: &mut R,
    tables: Vec<Watched>,
) -> Result<Vec<Watched>, StoreError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "select tbl_name from sqlite_master where type = 'trigger' \
             and name = 'change_of_' || tbl_name || '_delete'"
        }
        Dialect::Postgres => {
            "select cast(c.relname as text) from pg_trigger t join pg_class c on c.oid = t.tgrelid \
             join pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = current_schema() and t.tgname = 'change_of_' || c.relname"
        }
    };
    let mut noted = std::collections::BTreeSet::new();
    for row in db.query(sql, &[]).await? {
        noted.insert(row.one::<String>()?);
    }
    Ok(tables.into_iter().filter(|table| !noted.contains(&table.table)).collect())
}

/// Notes them no more.
///
/// # Errors
/// The database's.
pub async fn unwatch(tx: &mut Tx, tables: &[Watched]) -> Result<(), StoreError> {
    for table in tables {
        take_off(tx, &table.table).await?;
    }
    Ok(())
}

async fn take_off(tx: &mut Tx, table: &str) -> Result<(), StoreError> {
    match tx.dialect() {
        Dialect::Sqlite => {
            for event in ["insert", "update", "delete"] {
                let sql = format!("drop trigger if exists \"change_of_{table}_{event}\"");
                tx.execute(&sql, &[]).await?;
            }
        }
        Dialect::Postgres => {
            let sql = format!("drop trigger if exists \"change_of_{table}\" on \"{table}\"");
            tx.execute(&sql, &[]).await?;
        }
    }
    Ok(())
}

fn on_sqlite(watched: &Watched) -> Vec<String> {
    let table = &watched.table;
    let (new, old) = (watched.noted("new", Dialect::Sqlite), watched.noted("old", Dialect::Sqlite));
    // a row that got another key, or another client, has gone from where it was
    let both = format!("select {new} union select {old}");
    [("insert", format!("select {new}")), ("update", both), ("delete", format!("select {old}"))]
        .into_iter()
        .map(|(event, rows)| {
            format!(
                "create trigger \"change_of_{table}_{event}\" after {event} on \"{table}\" begin \
                 insert into row_change (txid, table_name, key, client_id) \
                 select 0, '{table}', r.* from ({rows}) r; end"
            )
        })
        .collect()
}

fn on_postgres(watched: &Watched, txid: &str) -> Vec<String> {
    let table = &watched.table;
    let (new, old) =
        (watched.noted("new", Dialect::Postgres), watched.noted("old", Dialect::Postgres));
    let insert = "insert into row_change (txid, table_name, key, client_id)";
    vec![
        format!(
            "create or replace function \"change_of_{table}\"() returns trigger language plpgsql as $$ begin \
             if tg_op <> 'DELETE' then {insert} values ({txid}, '{table}', {new}); end if; \
             if tg_op = 'DELETE' or (tg_op = 'UPDATE' and ({new}) is distinct from ({old})) then \
             {insert} values ({txid}, '{table}', {old}); end if; return null; end $$"
        ),
        format!(
            "create trigger \"change_of_{table}\" after insert or update or delete on \"{table}\" \
             for each row execute function \"change_of_{table}\"()"
        ),
    ]
}
