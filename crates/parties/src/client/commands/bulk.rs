//! Actions on one or many clients: manager, branch, segment.

use std::collections::BTreeSet;

use kernel::{BranchId, ClientId, Refusal, Refusals, UserId, limits};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Owner, Work};
use store::{Read, Value, params};

use super::rows::{check_owner, insert_origins};
use crate::client::model::Segment;
use crate::merge::queries::NOT_MERGED;

/// Gives clients to a manager, to a branch, or to both.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AssignClients {
    /// Whom.
    pub client_ids: Vec<ClientId>,
    /// New manager.
    pub manager_id: Option<UserId>,
    /// New branch.
    pub branch_id: Option<BranchId>,
}

impl Command for AssignClients {
    const NAME: &'static str = "parties.assign_clients";
    const PERMISSION: &'static str = "client.assign";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        if self.manager_id.is_none() && self.branch_id.is_none() {
            return Err(Error::refused_field("required", "manager_id"));
        }
        let new = Owner::row(self.branch_id, self.manager_id);
        let mut refusals = Refusals::default();
        check_owner(w, new, &mut refusals).await?;
        refusals.into_result()?;
        let mut rows = bulk_rows(w, &self.client_ids, "client.assign").await?;
        rows.retain(|(_, old, _)| {
            new.manager_id.is_some_and(|m| old.manager_id != Some(m))
                || new.branch_id.is_some_and(|b| old.branch_id != Some(b))
        });
        let mut origins: Vec<Vec<Value>> = Vec::new();
        for (id, owner, _) in &rows {
            let (now, me) = (w.ctx.now, w.actor());
            if self.branch_id.is_some_and(|b| owner.branch_id != Some(b)) {
                let field = "branch_id";
                origins.push(vec![
                    (*id).into(),
                    field.into(),
                    "clerk".into(),
                    me.into(),
                    now.into(),
                ]);
            }
            w.execute(
                "update client set manager_id = coalesce($2, manager_id), \
                 branch_id = coalesce($3, branch_id), updated_at = $4, version = version + 1 \
                 where id = $1",
                params![*id, self.manager_id, self.branch_id, now],
            )
            .await?;
            let text = |id: Option<UserId>| id.map(|m| m.to_string());
            let place = |id: Option<BranchId>| id.map(|b| b.to_string());
            let change = Change::new()
                .field(
                    "manager_id",
                    text(owner.manager_id),
                    text(self.manager_id.or(owner.manager_id)),
                )
                .field(
                    "branch_id",
                    place(owner.branch_id),
                    place(self.branch_id.or(owner.branch_id)),
                );
            w.record("client", *id, Some(*id), change);
        }
        insert_origins(w, &origins).await?;
        Ok(u64::try_from(rows.len()).unwrap_or(0))
    }
}

/// Puts clients into a segment.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetSegment {
    /// Whom.
    pub client_ids: Vec<ClientId>,
    /// Which.
    pub segment: Segment,
}

impl Command for SetSegment {
    const NAME: &'static str = "parties.set_segment";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let rows = bulk_rows(w, &self.client_ids, "client.edit").await?;
        let (mut changed, me) = (0, w.actor());
        let mut origins: Vec<Vec<Value>> = Vec::new();
        for (id, _, segment) in rows.into_iter().filter(|(_, _, s)| *s != self.segment) {
            let now = w.ctx.now;
            w.execute(
                "update client set segment = $2, updated_at = $3, version = version + 1 where id = $1",
                params![id, self.segment, now],
            )
            .await?;
            origins.push(vec![id.into(), "segment".into(), "clerk".into(), me.into(), now.into()]);
            let change = Change::new().field("segment", segment.key(), self.segment.key());
            w.record("client", id, Some(id), change);
            changed += 1;
        }
        insert_origins(w, &origins).await?;
        Ok(changed)
    }
}

/// Loads and checks the clients of a bulk action; one outside the scope refuses the whole action.
async fn bulk_rows(
    w: &mut Work<'_>,
    ids: &[ClientId],
    permission: &str,
) -> Result<Vec<(ClientId, Owner, Segment)>, Error> {
    let ids: Vec<ClientId> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    if ids.is_empty() {
        return Err(Error::refused("nothing-selected"));
    }
    if ids.len() > limits::BULK_CLIENTS_MAX {
        return Err(Refusal::new("too-many-selected").arg("max", limits::BULK_CLIENTS_MAX).into());
    }
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select c.segment, {} from client c where c.id in ({}) and {NOT_MERGED}{}",
        Owner::COLUMNS,
        places.join(", "),
        w.dialect().for_update()
    );
    let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    let mut out = Vec::with_capacity(ids.len());
    for row in w.query(&sql, &values).await? {
        let mut c = row.cols();
        let segment = c.take()?;
        let owner = Owner::read(&mut c)?;
        w.ctx.principal.require_over(permission, owner)?;
        let subject = owner.client.ok_or(Error::NotFound)?;
        out.push((subject.id, owner, segment));
    }
    if out.len() < ids.len() {
        return Err(Error::NotFound);
    }
    Ok(out)
}
