//! What stands in a database: tables, columns, keys, applied steps. The same words for both databases.

use std::collections::BTreeSet;

use crate::{Dialect, Read, Row, StoreError, params};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Whole number.
    Int,
    /// Text.
    Text,
    /// Bytes; on SQLite also ids.
    Bytes,
    /// An id (PostgreSQL tells them from bytes).
    Id,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Never null.
    pub not_null: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Columns in their order.
    pub columns: Vec<Column>,
    /// Columns of the primary key, in its order.
    pub key: Vec<String>,
    /// Columns of every other unique index, sorted.
    pub unique: BTreeSet<Vec<String>>,
}

/// Every table of ours, by name; not those a database keeps of itself: its steps, its bell and its notes of changed rows.
///
/// # Errors
/// The database's; a column type that is none of ours is [`StoreError::Column`].
pub async fn tables<R: Read>(db: &mut R) -> Result<Vec<Table>, StoreError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "select name from sqlite_master where type = 'table' and substr(name, 1, 7) <> 'sqlite_' \
             and name not in ('refinery_schema_history', 'schema_contraction', 'bell', 'row_change', 'row_before') order by name"
        }
        Dialect::Postgres => {
            "select cast(c.relname as text) collate \"C\" as name from pg_class c \
             join pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = current_schema() and c.relkind in ('r', 'p') \
             and not c.relispartition and c.relname not in \
             ('refinery_schema_history', 'schema_contraction', 'bell', 'row_change', 'row_before') order by name"
        }
    };
    let mut out = Vec::new();
    for row in db.query(sql, &[]).await? {
        let name: String = row.one()?;
        let columns = columns(db, &name).await?;
        let key = key(db, &name).await?;
        let unique = unique(db, &name).await?;
        out.push(Table { name, columns, key, unique });
    }
    Ok(out)
}

/// The names of a table's columns, in their order.
///
/// # Errors
/// The database's.
pub async fn column_names<R: Read>(db: &mut R, table: &str) -> Result<Vec<String>, StoreError> {
    Ok(columns(db, table).await?.into_iter().map(|column| column.name).collect())
}

async fn columns<R: Read>(db: &mut R, table: &str) -> Result<Vec<Column>, StoreError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "select name, lower(type), case when \"notnull\" = 1 or pk > 0 then 1 else 0 end \
             from pragma_table_info($1) order by cid"
        }
        Dialect::Postgres => {
            "select cast(a.attname as text), format_type(a.atttypid, null), a.attnotnull \
             from pg_attribute a where a.attrelid = cast(cast($1 as text) as regclass) \
             and a.attnum > 0 and not a.attisdropped order by a.attnum"
        }
    };
    let mut out = Vec::new();
    for row in db.query(sql, params![quoted(db.dialect(), table)]).await? {
        let mut c = row.cols();
        let (name, kind, not_null): (String, String, bool) = (c.take()?, c.take()?, c.take()?);
        let kind = match kind.as_str() {
            "integer" | "bigint" | "int" => Kind::Int,
            "text" | "character varying" => Kind::Text,
            "blob" | "bytea" => Kind::Bytes,
            "uuid" => Kind::Id,
            other => {
                let problem = format!("{table}.{name} is of type {other}, which is none of ours");
                return Err(StoreError::Column { index: out.len(), problem });
            }
        };
        out.push(Column { name, kind, not_null });
    }
    Ok(out)
}

/// The name as the catalogue functions want it: PostgreSQL parses it, SQLite takes it as it is.
fn quoted(dialect: Dialect, table: &str) -> String {
    match dialect {
        Dialect::Sqlite => table.to_owned(),
        Dialect::Postgres => format!("\"{table}\""),
    }
}

async fn key<R: Read>(db: &mut R, table: &str) -> Result<Vec<String>, StoreError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => "select name from pragma_table_info($1) where pk > 0 order by pk",
        Dialect::Postgres => {
            "select cast(a.attname as text) from pg_index i join pg_attribute a \
             on a.attrelid = i.indrelid and a.attnum = any(i.indkey) \
             where i.indrelid = cast(cast($1 as text) as regclass) and i.indisprimary \
             order by array_position(cast(i.indkey as int2[]), a.attnum)"
        }
    };
    let rows = db.query(sql, params![quoted(db.dialect(), table)]).await?;
    rows.into_iter().map(Row::one).collect()
}

async fn unique<R: Read>(db: &mut R, table: &str) -> Result<BTreeSet<Vec<String>>, StoreError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "select l.name, i.name from pragma_index_list($1) l, pragma_index_info(l.name) i \
             where l.\"unique\" = 1 and l.origin <> 'pk' order by l.name, i.name"
        }
        Dialect::Postgres => {
            "select cast(x.relname as text), cast(a.attname as text) \
             from pg_index i join pg_class x on x.oid = i.indexrelid join pg_attribute a \
             on a.attrelid = i.indrelid and a.attnum = any(i.indkey) \
             where i.indrelid = cast(cast($1 as text) as regclass) and i.indisunique \
             and not i.indisprimary order by x.relname, cast(a.attname as text) collate \"C\""
        }
    };
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for row in db.query(sql, params![quoted(db.dialect(), table)]).await? {
        let mut c = row.cols();
        let (index, column): (String, String) = (c.take()?, c.take()?);
        match groups.last_mut() {
            Some((name, columns)) if *name == index => columns.push(column),
            _ => groups.push((index, vec![column])),
        }
    }
    Ok(groups.into_iter().map(|(_, columns)| columns).collect())
}

/// Numbers of the schema steps that were applied; none on a new database.
///
/// # Errors
/// The database's.
pub async fn applied<R: Read>(db: &mut R) -> Result<Vec<i64>, StoreError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "select count(*) from sqlite_master where name = 'refinery_schema_history'"
        }
        Dialect::Postgres => {
            "select case when to_regclass('refinery_schema_history') is null then 0 else 1 end"
        }
    };
    let there: i64 = db.first(sql, &[]).await?.map_or(Ok(0), Row::one)?;
    if there == 0 {
        return Ok(Vec::new());
    }
    let sql = "select version from refinery_schema_history order by version";
    db.query(sql, &[]).await?.into_iter().map(Row::one).collect()
}

/// Steps that took away what older programs need: who does not know one of them cannot work here.
///
/// # Errors
/// The database's.
pub async fn contractions<R: Read>(db: &mut R) -> Result<Vec<(i64, String)>, StoreError> {
    if !applied(db).await?.contains(&NODES) {
        return Ok(Vec::new());
    }
    let rows = db.query("select step, name from schema_contraction order by step", &[]).await?;
    rows.into_iter()
        .map(|row| {
            let mut c = row.cols();
            Ok((c.take()?, c.take()?))
        })
        .collect()
}

/// The step that brought the list of contractions.
const NODES: i64 = 3;
