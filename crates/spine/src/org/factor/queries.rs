//! Reading second factors.

use kernel::{Timestamp, UserId};
use store::{Read, StoreError, params};

/// A person's second factor.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// The sealed secret, see [`super::purpose`].
    pub sealed: Vec<u8>,
    /// When it was set up.
    pub created_at: Timestamp,
}

/// A person's second factor, if there is one.
///
/// # Errors
/// The database's.
pub async fn second_factor<R: Read>(
    db: &mut R,
    user: UserId,
) -> Result<Option<SecondFactor>, StoreError> {
    let sql = "select secret, created_at from totp where staff_id = $1";
    let Some(row) = db.first(sql, params![user]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(SecondFactor { sealed: c.take()?, created_at: c.take()? }))
}

/// How many recovery codes a person has that are not used yet.
///
/// # Errors
/// The database's.
pub async fn codes_left<R: Read>(db: &mut R, user: UserId) -> Result<i64, StoreError> {
    let sql = "select count(*) from recovery_code where staff_id = $1 and used_at is null";
    db.first(sql, params![user]).await?.map_or(Ok(0), |row| row.one())
}
