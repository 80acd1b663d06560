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
    /// Recovery codes not used yet.
    pub codes_left: i64,
}

/// A person's second factor, if there is one.
///
/// # Errors
/// The database's.
pub async fn second_factor<R: Read>(
    db: &mut R,
    user: UserId,
) -> Result<Option<SecondFactor>, StoreError> {
    let sql = "select t.secret, t.created_at, (select count(*) from recovery_code r \
               where r.staff_id = t.staff_id and r.used_at is null) from totp t where t.staff_id = $1";
    let Some(row) = db.first(sql, params![user]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(SecondFactor { sealed: c.take()?, created_at: c.take()?, codes_left: c.take()? }))
}
