//! What the list of nodes tells beside the nodes themselves.

use std::collections::BTreeMap;

use kernel::Timestamp;
use store::{Read, StoreError, params};
use uuid::Uuid;

/// What of a node waits for somebody's word: how many, and since when the oldest was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) count: i64,
    pub(crate) oldest: Timestamp,
}

/// The same of every node that has any.
pub(crate) async fn open_refusals<R: Read>(db: &mut R) -> Result<BTreeMap<Uuid, Open>, StoreError> {
    let sql = "select node_id, count(*), min(refused_at) from branch_refusal where state = 'open' \
               group by node_id";
    let mut all = BTreeMap::new();
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        all.insert(c.take()?, Open { count: c.take()?, oldest: c.take()? });
    }
    Ok(all)
}

/// Nodes whose silence was told, and when each was last heard.
pub(crate) async fn silent<R: Read>(db: &mut R) -> Result<BTreeMap<Uuid, Timestamp>, StoreError> {
    let rows = db.query("select node_id, since from branch_node_silent", &[]).await?;
    rows.into_iter()
        .map(|row| {
            let mut c = row.cols();
            Ok((c.take()?, c.take()?))
        })
        .collect()
}

/// When a node was prepared, enrolled and shut out; until when its code is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    pub(crate) made_at: Option<Timestamp>,
    pub(crate) code_until: Option<Timestamp>,
    pub(crate) enrolled_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    /// Clients it has a copy of.
    pub(crate) clients: i64,
}

/// The dates of a node.
pub(crate) async fn dates<R: Read>(db: &mut R, node: Uuid) -> Result<Dates, StoreError> {
    let sql = "select n.made_at, n.code_until, n.enrolled_at, n.revoked_at, \
               (select count(*) from branch_node_client b where b.node_id = n.id and b.state <> 'leaves') \
               from branch_node n where n.id = $1";
    let Some(row) = db.first(sql, params![node]).await? else { return Ok(Dates::default()) };
    let mut c = row.cols();
    Ok(Dates {
        made_at: c.take()?,
        code_until: c.take()?,
        enrolled_at: c.take()?,
        revoked_at: c.take()?,
        clients: c.take()?,
    })
}
