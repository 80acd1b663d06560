//! Actions on one or many clients: manager, branch, segment, and what was looked at.

use std::collections::BTreeSet;

use kernel::{BranchId, ClientId, Refusal, Refusals, UserId, limits};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Note, Owner, Work};
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

/// Notes that a member of staff has looked at clients; leaves no journal entry.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MarkSeen {
    /// Whom.
    pub client_id: ClientId,
    /// And whom else, when several looks were joined.
    #[serde(default)]
    pub others: Vec<ClientId>,
}

/// Looks that are joined to one command at most.
const LOOKS_MAX: usize = 64;

impl MarkSeen {
    /// A look at one client.
    pub const fn one(client_id: ClientId) -> Self {
        Self { client_id, others: Vec::new() }
    }

    /// The clients, each once.
    fn all(&self) -> Vec<ClientId> {
        let all = self.others.iter().copied().chain([self.client_id]);
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Note for MarkSeen {
    fn join(&mut self, later: Self) -> Result<(), Self> {
        if self.others.len() + later.others.len() + 2 > LOOKS_MAX {
            return Err(later);
        }
        self.others.extend(later.all());
        Ok(())
    }
}

impl Command for MarkSeen {
    const NAME: &'static str = "parties.mark_seen";
    const PERMISSION: &'static str = "client.read";
    const OFFLINE: spine::Offline = spine::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (me, now) = (w.actor().ok_or(Error::NotFound)?, w.ctx.now);
        let mut ids = self.all();
        // few different statements: their number of places is a power of two
        let (last, places) = (self.client_id, ids.len().next_power_of_two());
        ids.resize(places, last);
        let marks: Vec<String> = (1..=places).map(|n| format!("${n}")).collect();
        let sql = format!(
            "select {} from client c where c.id in ({}) and {NOT_MERGED}",
            Owner::COLUMNS,
            marks.join(", ")
        );
        let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
        let mut seen = Vec::with_capacity(places);
        for row in w.query(&sql, &values).await? {
            let owner = Owner::read(&mut row.cols())?;
            let reached = w.ctx.principal.reaches("client.read", owner);
            if let Some(subject) = owner.client.filter(|_| reached) {
                seen.push(vec![subject.id.into(), me.into(), now.into()]);
            }
        }
        if seen.is_empty() {
            return Err(Error::NotFound);
        }
        let head = "insert into client_seen (client_id, staff_id, at) values";
        let tail = "on conflict (client_id, staff_id) do update set at = excluded.at";
        w.insert_many(head, &seen, tail).await?;
        Ok(())
    }
}
