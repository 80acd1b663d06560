//! Reading the log of readings for a client's own page.

use kernel::{ClientId, Timestamp, UserId};
use store::{Read, StoreError, params};
use uuid::Uuid;

/// A line of the log.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Reading {
    /// Identity.
    pub id: Uuid,
    /// Who has read; null for a program of nobody's.
    pub staff_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// How secret the card was.
    pub level: String,
    /// Which groups of fields, with spaces.
    pub groups: String,
    /// By which channel.
    pub channel: String,
    /// The opening for a reason under which it was seen.
    pub glass_id: Option<Uuid>,
}

/// Who has read a client's card, the newest first.
///
/// # Errors
/// The database's.
pub async fn readings<R: Read>(
    db: &mut R,
    client: ClientId,
    limit: i64,
) -> Result<Vec<Reading>, StoreError> {
    let sql = "select id, staff_id, at, level, groups, channel, glass_id from read_log \
               where client_id = $1 order by at desc, id desc limit $2";
    let mut out = Vec::new();
    for row in db.query(sql, params![client, limit]).await? {
        let mut c = row.cols();
        out.push(Reading {
            id: c.take()?,
            staff_id: c.take()?,
            at: c.take()?,
            level: c.take()?,
            groups: c.take()?,
            channel: c.take()?,
            glass_id: c.take()?,
        });
    }
    Ok(out)
}
