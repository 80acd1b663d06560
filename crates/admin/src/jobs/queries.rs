//! Messages that could not be sent, and how many dead letters there are.

use kernel::Timestamp;
use store::{Read, StoreError, params};
use uuid::Uuid;

/// A message that was given up.
#[derive(Clone, Debug)]
pub(super) struct DeadMessage {
    pub(super) id: Uuid,
    pub(super) channel: String,
    pub(super) recipient: String,
    pub(super) attempts: i64,
    pub(super) last_error: Option<String>,
    pub(super) created_at: Timestamp,
}

/// The newest messages that were given up.
pub(super) async fn dead_messages<R: Read>(
    db: &mut R,
    limit: i64,
) -> Result<Vec<DeadMessage>, StoreError> {
    let sql = "select id, channel, recipient, attempts, last_error, created_at from outbox \
               where state = 'dead' order by run_at desc limit $1";
    let mut all = Vec::new();
    for row in db.query(sql, params![limit]).await? {
        let mut c = row.cols();
        all.push(DeadMessage {
            id: c.take()?,
            channel: c.take()?,
            recipient: c.take()?,
            attempts: c.take()?,
            last_error: c.take()?,
            created_at: c.take()?,
        });
    }
    Ok(all)
}

/// How many jobs are in a state, counted up to `most`.
pub(super) async fn count<R: Read>(db: &mut R, state: &str, most: i64) -> Result<i64, StoreError> {
    let sql = "select count(*) from (select id from job where state = $1 limit $2) few";
    db.first(sql, params![state, most]).await?.map_or(Ok(0), store::Row::one)
}
