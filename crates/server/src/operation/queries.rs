//! What the doctor and the monitoring ask the database.

use kernel::Timestamp;
use store::{Read, Row, StoreError, params};

/// The journal at a glance.
pub(crate) struct Journal {
    /// Blocks sealed.
    pub(crate) height: i64,
    /// Entries sealed.
    pub(crate) sealed: i64,
    /// When the oldest entry that is not sealed was written; none when all are.
    pub(crate) oldest_unsealed: Option<Timestamp>,
    /// When the newest entry was written.
    pub(crate) newest: Option<Timestamp>,
}

/// # Errors
/// The database's.
pub(crate) async fn journal<R: Read>(db: &mut R) -> Result<Journal, StoreError> {
    let tip = "select height, last_pos from journal_block order by height desc limit 1";
    let (height, sealed) = match db.first(tip, &[]).await? {
        Some(row) => {
            let mut c = row.cols();
            (c.take()?, c.take()?)
        }
        None => (0, 0),
    };
    let oldest_unsealed = store::journal::oldest_unsealed(db).await?;
    let newest = one(db, "select max(at) from journal_entry", &[]).await?;
    Ok(Journal { height, sealed, oldest_unsealed, newest })
}

async fn one<R: Read, T: store::FromValue>(
    db: &mut R,
    sql: &str,
    params: &[store::Value],
) -> Result<Option<T>, StoreError> {
    db.first(sql, params).await?.map_or(Ok(None), Row::one)
}

/// Dead jobs, jobs overdue since `before`, dead messages.
///
/// # Errors
/// The database's.
pub(crate) async fn work<R: Read>(
    db: &mut R,
    before: Timestamp,
) -> Result<(i64, i64, i64), StoreError> {
    let sql = "select (select count(*) from job where state = 'dead'), \
               (select count(*) from job where state = 'ready' and run_at < $1), \
               (select count(*) from outbox where state = 'dead')";
    let Some(row) = db.first(sql, params![before]).await? else {
        return Ok((0, 0, 0));
    };
    let mut c = row.cols();
    Ok((c.take()?, c.take()?, c.take()?))
}

/// Nodes at branches whose silence was told and that are not heard yet.
///
/// # Errors
/// The database's.
pub(crate) async fn silent_nodes<R: Read>(db: &mut R) -> Result<i64, StoreError> {
    Ok(one(db, "select count(*) from branch_node_silent", &[]).await?.unwrap_or(0))
}

/// Active people who may administer staff.
///
/// # Errors
/// The database's.
pub(crate) async fn administrators<R: Read>(db: &mut R) -> Result<i64, StoreError> {
    let sql = "select count(distinct s.id) from staff s join staff_role h on h.staff_id = s.id \
               join role_grant g on g.role_id = h.role_id \
               where s.state = 'active' and g.permission = 'admin.staff'";
    Ok(one(db, sql, &[]).await?.unwrap_or(0))
}
