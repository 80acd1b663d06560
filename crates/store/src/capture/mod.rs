//! Which rows have changed. Triggers notice them, and stand only where somebody wants to know: a bank with branches.
//! A change is a table and a key, not a row: who reads it looks the row up as it is then, and finds that it is gone or what
//! it has become.

pub mod before;
mod key;
mod prune;
mod triggers;

pub use key::Key;
pub use prune::{is_behind, prune};
pub use triggers::{Watched, unwatch, unwatched, watch};

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::{Cols, Dialect, Read, StoreError, params};

/// A row that was written or is gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedRow {
    /// Its table.
    pub table: String,
    /// Its primary key.
    pub key: Key,
    /// The client it belongs to, or belonged to when it went.
    pub client_id: Option<Uuid>,
}

/// How far somebody has read: everything up to `from`, and of what came between `from` and `to` the first ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    from: String,
    part: Option<(String, i64)>,
}

/// Some changes and where the next ones begin.
#[derive(Debug)]
pub struct Changes {
    /// The changes, each row once.
    pub rows: Vec<ChangedRow>,
    /// Where to go on.
    pub cursor: Cursor,
    /// There are more already.
    pub has_more: bool,
}

/// Where one stands who knows everything that can be seen now.
///
/// # Errors
/// The database's.
pub async fn here<R: Read>(db: &mut R) -> Result<Cursor, StoreError> {
    Ok(Cursor { from: place(db).await?, part: None })
}

/// What has changed behind a place, at most so many notes of it. Nothing is skipped: on PostgreSQL one goes from snapshot to
/// snapshot, so that a transaction that was open at the last look is not missed.
///
/// # Errors
/// The database's.
pub async fn since<R: Read>(
    db: &mut R,
    cursor: &Cursor,
    limit: i64,
) -> Result<Changes, StoreError> {
    let (to, after) = match &cursor.part {
        Some((to, after)) => (to.clone(), *after),
        None => (place(db).await?, 0),
    };
    let rows = match db.dialect() {
        Dialect::Sqlite => {
            let sql = "select seq, table_name, key, client_id from row_change \
                       where seq > $1 and seq <= $2 and seq > $3 and txid >= 0 order by seq limit $4";
            let number = |place: &str| place.parse::<i64>().unwrap_or(0);
            db.query(sql, params![number(&cursor.from), number(&to), after, limit]).await?
        }
        Dialect::Postgres => {
            let sql = "select seq, table_name, key, client_id from row_change \
                       where txid >= $1 and not pg_visible_in_snapshot(cast(cast(txid as text) as xid8), \
                       cast(cast($2 as text) as pg_snapshot)) \
                       and pg_visible_in_snapshot(cast(cast(txid as text) as xid8), \
                       cast(cast($3 as text) as pg_snapshot)) and seq > $4 order by seq limit $5";
            let oldest =
                cursor.from.split(':').next().and_then(|n| n.parse().ok()).unwrap_or(0_i64);
            db.query(sql, params![oldest, &cursor.from, &to, after, limit]).await?
        }
    };
    let has_more = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
    let mut last = after;
    let mut found = std::collections::BTreeSet::new();
    for row in rows {
        let mut c = row.cols();
        last = c.take()?;
        found.insert(changed(&mut c)?);
    }
    let next = if has_more {
        Cursor { from: cursor.from.clone(), part: Some((to, last)) }
    } else {
        Cursor { from: to, part: None }
    };
    Ok(Changes { rows: found.into_iter().collect(), cursor: next, has_more })
}

fn changed(c: &mut Cols) -> Result<ChangedRow, StoreError> {
    let (table, key): (String, String) = (c.take()?, c.take()?);
    Ok(ChangedRow { table, key: Key::from_text(key), client_id: c.take()? })
}

async fn place<R: Read>(db: &mut R) -> Result<String, StoreError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => "select cast(coalesce(max(seq), 0) as text) from row_change",
        Dialect::Postgres => "select cast(pg_current_snapshot() as text)",
    };
    db.first(sql, &[]).await?.ok_or(StoreError::Busy)?.one()
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Some((to, after)) => write!(f, "{}|{to}|{after}", self.from),
            None => f.write_str(&self.from),
        }
    }
}

impl FromStr for Cursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let problem = || StoreError::Column { index: 0, problem: "no cursor".to_owned() };
        let fits = |place: &str| {
            !place.is_empty() && place.bytes().all(|b| b.is_ascii_digit() || b":,".contains(&b))
        };
        let parts: Vec<&str> = text.split('|').collect();
        match parts.as_slice() {
            [from] if fits(from) => Ok(Cursor { from: (*from).to_owned(), part: None }),
            [from, to, after] if fits(from) && fits(to) => {
                let after = after.parse().map_err(|_| problem())?;
                Ok(Cursor { from: (*from).to_owned(), part: Some(((*to).to_owned(), after)) })
            }
            _ => Err(problem()),
        }
    }
}
