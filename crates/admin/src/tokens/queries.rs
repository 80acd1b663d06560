//! API tokens, without what they are made of.

use kernel::{RoleId, Timestamp, TokenId, UserId};
use store::{Read, StoreError, params};

/// A token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) id: TokenId,
    pub(super) name: String,
    pub(super) owner: Option<UserId>,
    pub(super) role: RoleId,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) revoked_at: Option<Timestamp>,
    pub(super) used_at: Option<Timestamp>,
    /// To how many rights it is narrowed; 0: it has all of its role.
    pub(super) rights: i64,
}

/// The newest tokens made before an instant.
pub(super) async fn list<R: Read>(
    db: &mut R,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Token>, StoreError> {
    let sql = "select id, name, staff_id, role_id, created_at, expires_at, revoked_at, \
               used_at, (select count(*) from token_limit l where l.token_id = api_token.id) \
               from api_token where created_at < $1 order by created_at desc, id limit $2";
    let mut all = Vec::new();
    for row in db.query(sql, params![before, limit]).await? {
        let mut c = row.cols();
        all.push(Token {
            id: c.take()?,
            name: c.take()?,
            owner: c.take()?,
            role: c.take()?,
            created_at: c.take()?,
            expires_at: c.take()?,
            revoked_at: c.take()?,
            used_at: c.take()?,
            rights: c.take()?,
        });
    }
    Ok(all)
}
