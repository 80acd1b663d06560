//! Reading marks of sign-ins.

use kernel::{Timestamp, TokenId, UserId};
use spine::org::Mark;
use store::{Read, StoreError, Value, params};
use uuid::Uuid;

/// A mark.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) id: Uuid,
    pub(super) at: Timestamp,
    pub(super) kind: String,
    pub(super) staff: Option<UserId>,
    pub(super) token: Option<TokenId>,
    pub(super) token_name: Option<String>,
    pub(super) address: String,
    pub(super) device: String,
}

/// Which marks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    pub(super) staff: Option<UserId>,
    pub(super) kind: Option<Mark>,
}

/// The newest marks before a place of the list.
pub(super) async fn page<R: Read>(
    db: &mut R,
    wanted: Wanted,
    (at, id): (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let mut values: Vec<Value> = params![at, id].to_vec();
    let mut more = String::new();
    if let Some(staff) = wanted.staff {
        values.push(staff.into());
        more.push_str(&format!(" and m.staff_id = ${}", values.len()));
    }
    if let Some(kind) = wanted.kind {
        values.push(kind.key().into());
        more.push_str(&format!(" and m.kind = ${}", values.len()));
    }
    values.push(limit.into());
    let sql = format!(
        "select m.id, m.at, m.kind, m.staff_id, m.token_id, t.name, m.address, m.device \
         from sign_in_mark m left join api_token t on t.id = m.token_id \
         where (m.at < $1 or (m.at = $1 and m.id < $2)){more} \
         order by m.at desc, m.id desc limit ${}",
        values.len()
    );
    let mut lines = Vec::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        lines.push(Line {
            id: c.take()?,
            at: c.take()?,
            kind: c.take()?,
            staff: c.take()?,
            token: c.take()?,
            token_name: c.take()?,
            address: c.take()?,
            device: c.take()?,
        });
    }
    Ok(lines)
}
