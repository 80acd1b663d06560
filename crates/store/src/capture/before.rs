//! How rows were before somebody who may have to take his changes back first touched them. Triggers keep it, on SQLite only:
//! branches work on SQLite.

use super::key::{Key, expression};
use crate::dump::schema::{Kind, Table};
use crate::{Dialect, Read, StoreError, Tx, params};

/// A row as it was: the values as SQL writes them, or none when it was not there.
type Before = (Key, Option<String>);

/// Keeps how rows of these tables were from now on, at the first touch since [`forget`].
///
/// # Errors
/// The database's.
pub async fn keep(tx: &mut Tx, tables: &[Table]) -> Result<(), StoreError> {
    for table in tables {
        for (event, body) in bodies(table) {
            let name = &table.name;
            let drop = format!("drop trigger if exists \"before_of_{name}_{event}\"");
            tx.execute(&drop, &[]).await?;
            let create = format!(
                "create trigger \"before_of_{name}_{event}\" after {event} on \"{name}\" begin {body} end"
            );
            tx.execute(&create, &[]).await?;
        }
    }
    Ok(())
}

/// Puts every row back as it was, and forgets it. Rows of tables that are not named stay as they are.
///
/// # Errors
/// The database's.
pub async fn undo(tx: &mut Tx, tables: &[Table]) -> Result<(), StoreError> {
    let mut all: Vec<(&Table, Vec<Before>)> = Vec::new();
    for table in tables {
        let sql = "select key, content from row_before where table_name = $1 order by key";
        let rows = tx.query(sql, params![table.name.as_str()]).await?;
        let before: Result<Vec<Before>, StoreError> = rows
            .into_iter()
            .map(|row| {
                let mut c = row.cols();
                Ok((Key::from_text(c.take()?), c.take()?))
            })
            .collect();
        all.push((table, before?));
    }
    // first all away, then all back: what is unique may have moved from one row to another
    for (table, rows) in &all {
        for (key, _) in rows {
            delete(tx, table, key).await?;
        }
    }
    for (table, rows) in &all {
        let columns = columns(table, |name| format!("\"{name}\""));
        for content in rows.iter().filter_map(|(_, content)| content.as_ref()) {
            let sql = format!("insert into \"{}\" ({columns}) values ({content})", table.name);
            tx.execute_once(&sql).await?;
        }
    }
    forget(tx).await
}

/// Forgets how rows were: they are now as they should be.
///
/// # Errors
/// The database's.
pub async fn forget(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute("delete from row_before", &[]).await?;
    Ok(())
}

/// Takes one row away, if it is there.
///
/// # Errors
/// The database's; a key that is none of this table.
pub async fn delete(tx: &mut Tx, table: &Table, key: &Key) -> Result<(), StoreError> {
    let values = key.values(&kinds(table), tx.dialect())?;
    let is: Vec<String> =
        (1..).zip(&table.key).map(|(n, name)| format!("\"{name}\" = ${n}")).collect();
    let sql = format!("delete from \"{}\" where {}", table.name, is.join(" and "));
    tx.execute(&sql, &values).await?;
    Ok(())
}

/// What the columns of a table's key hold.
fn kinds(table: &Table) -> Vec<Kind> {
    keyed(table).into_iter().map(|(_, kind)| kind).collect()
}

fn keyed(table: &Table) -> Vec<(String, Kind)> {
    let kind = |name: &String| table.columns.iter().find(|c| c.name == *name).map(|c| c.kind);
    table.key.iter().filter_map(|name| Some((name.clone(), kind(name)?))).collect()
}

fn columns(table: &Table, shown: impl Fn(&str) -> String) -> String {
    let names: Vec<String> = table.columns.iter().map(|c| shown(&c.name)).collect();
    names.join(", ")
}

/// Event → what its trigger does.
fn bodies(table: &Table) -> [(&'static str, String); 3] {
    let key = keyed(table);
    let key_of = |row| expression(row, &key, Dialect::Sqlite);
    let quoted: Vec<String> =
        table.columns.iter().map(|c| format!("quote(old.\"{}\")", c.name)).collect();
    let was = quoted.join(" || ', ' || ");
    let note = |key: &str, content: &str| {
        // an `or ignore` would be overruled by what the outer statement does about conflicts
        let name = &table.name;
        format!(
            "insert into row_before (table_name, key, content) select '{name}', {key}, {content} \
             where not exists (select 1 from row_before b where b.table_name = '{name}' and b.key = {key});"
        )
    };
    let (new, old) = (key_of("new"), key_of("old"));
    let update = format!("{} {}", note(&old, &was), note(&new, "null"));
    [("insert", note(&new, "null")), ("update", update), ("delete", note(&old, &was))]
}
