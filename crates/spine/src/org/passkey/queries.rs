//! Reading passkeys.

use kernel::{PasskeyId, Timestamp, UserId};
use store::{Read, StoreError, params};

/// A passkey of a person, as he knows it.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Identity.
    pub id: PasskeyId,
    /// Its name, as the device chose it.
    pub credential_id: Vec<u8>,
    /// Its name, as the person chose it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last signed him in.
    pub used_at: Option<Timestamp>,
}

/// A person's passkeys, oldest first.
///
/// # Errors
/// The database's.
pub async fn passkeys<R: Read>(db: &mut R, user: UserId) -> Result<Vec<Passkey>, StoreError> {
    let sql = "select id, credential_id, name, created_at, used_at from passkey \
               where staff_id = $1 order by created_at, id";
    let rows = db.query(sql, params![user]).await?;
    rows.into_iter()
        .map(|row| {
            let mut c = row.cols();
            Ok(Passkey {
                id: c.take()?,
                credential_id: c.take()?,
                name: c.take()?,
                created_at: c.take()?,
                used_at: c.take()?,
            })
        })
        .collect()
}

/// Whose a passkey is, and what proves it.
#[derive(Clone, Debug)]
pub struct KeyOwner {
    /// Identity.
    pub passkey_id: PasskeyId,
    /// Whose.
    pub user_id: UserId,
    /// His sign-in name.
    pub login: String,
    /// What its signatures are checked with.
    pub public_key: Vec<u8>,
}

/// The owner of a passkey, by the name the device gave it.
///
/// # Errors
/// The database's.
pub async fn key_owner<R: Read>(
    db: &mut R,
    credential_id: &[u8],
) -> Result<Option<KeyOwner>, StoreError> {
    let sql = "select p.id, s.id, s.login, p.public_key from passkey p \
               join staff s on s.id = p.staff_id where p.credential_id = $1";
    let Some(row) = db.first(sql, params![credential_id.to_vec()]).await? else {
        return Ok(None);
    };
    let mut c = row.cols();
    Ok(Some(KeyOwner {
        passkey_id: c.take()?,
        user_id: c.take()?,
        login: c.take()?,
        public_key: c.take()?,
    }))
}
