//! At the centre: whether what a branch has done on its own authority was within it, by the limits of the version of the
//! strategy bundle it worked by. A branch's word that a supervisor has signed, or that there was a pre-approval, is looked into;
//! a lie is a refusal, about which a person decides. That the version was old is no lie: such work is flagged
//! (`bundle::centre::note`).

use std::sync::Arc;

use kernel::UserId;
use serde_json::Value as Json;
use store::{Read, params};
use uuid::Uuid;

use super::check::{client, stakes};
use super::limit::{Limit, fitting};
use super::{SUPERVISE, pre_approval, queries, versions};
use crate::org::Loaded;
use crate::replica::Offline;
use crate::{Change, Error, Work};

/// On what a branch says it has done a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The node.
    pub(crate) node: Uuid,
    /// The version of the strategy bundle in force there; none for none.
    pub(crate) bundle: Option<i64>,
    /// Who has lifted the limit.
    pub(crate) supervisor: Option<UserId>,
    /// What was approved beforehand.
    pub(crate) pre_approval: Option<Uuid>,
}

/// Whether somebody may lift a limit for another's operation: another person of the same branch with the right to.
pub(super) fn may_supervise(loaded: &Loaded, maker: UserId, supervisor: UserId) -> bool {
    let (maker_at, supervisor_at) = (loaded.principal(maker), loaded.principal(supervisor));
    let branch = maker_at.and_then(|p| p.branch_id);
    branch.is_some()
        && !loaded.is_same_person(maker, supervisor)
        && supervisor_at.is_some_and(|p| p.has(SUPERVISE) && p.branch_id == branch)
}

/// Judges what the handler has just done again here.
pub(crate) async fn judge(
    work: &mut Work<'_>,
    offline: Offline,
    loaded: &Loaded,
    told: Told,
) -> Result<(), Error> {
    let maker = work.actor().ok_or(Error::NotFound)?;
    if let Some(supervisor) = told.supervisor
        && (offline != Offline::Floor || !may_supervise(loaded, maker, supervisor))
    {
        return Err(Error::refused("supervisor-no-right"));
    }
    match offline {
        Offline::Floor if told.pre_approval.is_none() => floor(work, told).await?,
        Offline::Floor | Offline::PreApproved => {
            let none = || Error::refused("pre-approval-none");
            let id = told.pre_approval.ok_or_else(none)?;
            let (stakes, client) = (stakes(work), client(work));
            let [money] = stakes.as_slice() else { return Err(none()) };
            pre_approval::consume(work, id, (client, *money)).await?;
        }
        Offline::Free | Offline::Local | Offline::Never => {}
    }
    if let Some(supervisor) = told.supervisor {
        let change = Change::new().field("supervisor", Json::Null, supervisor.to_string());
        let (id, client) = (work.command_id().uuid(), client(work));
        work.record("offline_authority", id, client, change);
    }
    Ok(())
}

/// What adds up over a day is the branch's to count, and its journal tells.
async fn floor(work: &mut Work<'_>, told: Told) -> Result<(), Error> {
    let roles = work.ctx.principal.roles.clone();
    let limits = limits(work, told).await?;
    for money in stakes(work) {
        let limit = fitting(limits.iter(), (work.command, &roles, money.currency));
        let is_within = limit.is_some_and(|limit| match told.supervisor {
            Some(_) => limit.lift_minor.is_some_and(|lift| money.minor <= lift),
            None => money.minor < limit.floor_minor,
        });
        if !is_within {
            return Err(Error::refused("branch-above-limit"));
        }
    }
    Ok(())
}

/// The limits the node worked by. A node that has no version has no limits, and one it was never given counts as none.
async fn limits(work: &mut Work<'_>, told: Told) -> Result<Arc<[Limit]>, Error> {
    let Some(version) = told.bundle else { return Ok(Arc::default()) };
    let given = "select 1 from strategy_node where node_id = $1 and version = $2";
    if work.first(given, params![told.node, version]).await?.is_none() {
        return Ok(Arc::default());
    }
    if let Some(limits) = versions::limits(work, version).await? {
        return Ok(limits);
    }
    // a version from before limits were a part of it: the branch had those of the day
    let kept = queries::limits(work).await?;
    Ok(kept.into_iter().map(|kept| kept.limit).collect())
}
