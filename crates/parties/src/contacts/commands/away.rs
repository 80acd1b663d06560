//! Whose consent a withdrawal takes back that a branch tells of when the client is out of its reach: moved to another branch, made
//! secret, merged into somebody. A withdrawal always wins, so it is not lost with that; nothing but a withdrawal goes this way.

use kernel::{BranchId, ClientId, Timestamp};
use spine::replica::commands::LEASE_DAYS_MAX;
use spine::{Error, Work};
use store::{Read, StoreError, keys, params};

use crate::merge::queries::survivor;

/// Changes of one client read at most: moves are among them, by hand or by a feed.
const CHANGES_MAX: i64 = 500;

/// Who the client is today, when what is being done comes from a branch to which he belongs or has belonged of late.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub(super) async fn whose(w: &mut Work<'_>, client: ClientId) -> Result<ClientId, Error> {
    let arrived = w.ctx.origin.as_ref().and_then(|origin| origin.arrived);
    let branch = w.ctx.principal.branch_id;
    let (Some(_), Some(branch)) = (arrived, branch) else { return Err(Error::NotFound) };
    // when it was said, and for so long before as the branch may have heard of no move; it may be told much later
    let since = w.ctx.now.plus_days(-LEASE_DAYS_MAX);
    if !belonged(w, client, (branch, since)).await? {
        return Err(Error::NotFound);
    }
    let today = survivor(w, client).await?.unwrap_or(client);
    let lock = format!("select id from client where id = $1{}", w.dialect().for_update());
    w.first(&lock, params![today]).await?.ok_or(Error::NotFound)?;
    Ok(today)
}

/// Whether the client, who was not erased, belongs to a branch, or was moved from it since an instant.
async fn belonged(
    w: &mut Work<'_>,
    client: ClientId,
    (branch, since): (BranchId, Timestamp),
) -> Result<bool, StoreError> {
    let sql = "select branch_id from client c where c.id = $1 \
               and not exists (select 1 from client_erasure e where e.client_id = c.id)";
    let Some(row) = w.first(sql, params![client]).await? else { return Ok(false) };
    if row.one::<Option<BranchId>>()? == Some(branch) {
        return Ok(true);
    }
    let sql = "select client_id, command_id, entity_id, changes from journal_entry where client_id = $1 \
               and at >= $2 and entity = 'client' order by at desc, seq desc limit $3";
    let mut sealed = Vec::new();
    for row in w.query(sql, params![client, since, CHANGES_MAX]).await? {
        let mut c = row.cols();
        sealed.push(store::journal::item(c.take()?, c.take()?, c.take()?, c.take()?));
    }
    let from = |changes: &str| {
        let changes: serde_json::Value = serde_json::from_str(changes).ok()?;
        changes.get("branch_id")?.get(0)?.as_str()?.parse().ok()
    };
    let changes = keys::open_texts(w, sealed).await?;
    Ok(changes.into_iter().any(|one| from(&one.or("")) == Some(branch)))
}
