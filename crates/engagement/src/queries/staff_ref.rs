//! What this room must know of staff inside a transaction: whether somebody can take a task, and who
//! stands in for whom.

use kernel::{BranchId, Date, UserId};
use store::{Read, StoreError, params};

/// Deputies of deputies are followed this far.
const CHAIN_MAX: usize = 3;

/// The home branch of an active member of staff; `None` when there is no such person at work.
pub(crate) async fn active_branch<R: Read>(
    db: &mut R,
    user: UserId,
) -> Result<Option<Option<BranchId>>, StoreError> {
    let sql = "select branch_id from staff where id = $1 and state = 'active'";
    db.first(sql, params![user]).await?.map(store::Row::one).transpose()
}

/// Whether `me` stands in for `user` on a day, directly or through other absent deputies.
pub(crate) async fn stands_in<R: Read>(
    db: &mut R,
    me: UserId,
    user: UserId,
    on: Date,
) -> Result<bool, StoreError> {
    let sql = "select deputy_id from absence where staff_id = $1 and from_on <= $2 \
               and until_on >= $2 and cancelled_at is null order by from_on limit 1";
    let mut acting = user;
    for _ in 0..CHAIN_MAX {
        let Some(row) = db.first(sql, params![acting, on]).await? else {
            return Ok(false);
        };
        acting = row.one()?;
        if acting == me {
            return Ok(true);
        }
    }
    Ok(false)
}
