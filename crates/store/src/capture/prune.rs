//! Taking away notes that everybody has read, and seeing who has not.

use super::{Cursor, place};
use crate::{Dialect, Read, StoreError, Tx, params};

/// Marks, in the place of a transaction, the note that says how far notes were taken away.
const MARK: i64 = -1;

impl Cursor {
    /// What lies before this was read for certain: a number of a note, or of a transaction on PostgreSQL.
    fn passed(&self) -> i64 {
        self.from.split(':').next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }
}

/// Takes away the notes that all of these have passed, at most so many; answers how many it were. When there is nobody, all that
/// can be seen now.
///
/// # Errors
/// The database's.
pub async fn prune(tx: &mut Tx, passed: &[Cursor], limit: i64) -> Result<u64, StoreError> {
    let floor = match passed.iter().map(Cursor::passed).min() {
        Some(floor) => floor,
        None => super::here(tx).await?.passed(),
    };
    let before = pruned(tx).await?;
    if floor <= before {
        return take_away(tx, before, limit).await;
    }
    tx.execute("delete from row_change where txid = $1", params![MARK]).await?;
    let sql = "insert into row_change (txid, table_name, key, client_id) values ($1, '', $2, null)";
    tx.execute(sql, params![MARK, floor.to_string()]).await?;
    take_away(tx, floor, limit).await
}

async fn take_away(tx: &mut Tx, floor: i64, limit: i64) -> Result<u64, StoreError> {
    let is_passed = match tx.dialect() {
        Dialect::Sqlite => "seq <= $1 and txid >= 0",
        Dialect::Postgres => "txid < $1 and txid >= 0",
    };
    let sql = format!(
        "delete from row_change where seq in (select seq from row_change where {is_passed} limit $2)"
    );
    tx.execute(&sql, params![floor, limit]).await
}

/// Whether notes behind this place may have been taken away, or it is no place of this database at all: who stands there must
/// compare everything.
///
/// # Errors
/// The database's.
pub async fn is_behind<R: Read>(db: &mut R, cursor: &Cursor) -> Result<bool, StoreError> {
    let newest = |place: &str| -> i64 {
        let mut parts = place.split(':');
        let first = parts.next();
        parts.next().or(first).and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    let is_ahead = newest(&cursor.from) > newest(&place(db).await?);
    Ok(is_ahead || cursor.passed() < pruned(db).await?)
}

/// How far notes were taken away.
async fn pruned<R: Read>(db: &mut R) -> Result<i64, StoreError> {
    let row = db.first("select key from row_change where txid = $1", params![MARK]).await?;
    let Some(row) = row else { return Ok(0) };
    Ok(row.one::<String>()?.parse().unwrap_or(0))
}
