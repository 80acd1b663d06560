//! Every minute it is looked which nodes have fallen silent, and which are heard again; every hour what all of them have read is
//! taken away, and what a branch has counted long ago.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use kernel::UserId;
use spine::authority::commands::PruneSpent;
use spine::replica::commands::PruneChanges;
use spine::replica::nodes::{self, BranchNode};
use spine::{JobContext, JobError, JobHandler, Run, Schedule, Services};

use super::commands::{NoteHeard, NoteSilence};
use super::{model, queries};

const KIND: &str = "branch.watch";
/// Nodes looked at: more branches than any bank has.
const NODES_MAX: i64 = 2_000;

const PRUNE_KIND: &str = "branch.prune";

/// How often notes of changed rows that every node has read are taken away.
pub(crate) const PRUNE: Schedule = Schedule { kind: PRUNE_KIND, every_seconds: 3_600 };

/// The job that does.
#[derive(Debug)]
pub(crate) struct Prune;

impl JobHandler for Prune {
    fn kind(&self) -> &'static str {
        PRUNE_KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let ctx = job.services.system("job");
            let mut times = 1;
            while job.services.execute(&ctx, ctx.command_id(), &PruneChanges {}).await? {
                times += 1;
            }
            let spent = job.services.execute(&ctx, ctx.command_id(), &PruneSpent {}).await?;
            Ok(serde_json::json!({ "times": times, "spent": spent }))
        })
    }
}

/// How often it comes round.
pub(crate) const WATCH: Schedule = Schedule { kind: KIND, every_seconds: 60 };

/// The job.
#[derive(Debug)]
pub(crate) struct Watch;

impl JobHandler for Watch {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let (told, heard) = watch(&job.services).await?;
            Ok(serde_json::json!({ "told": told, "heard": heard }))
        })
    }
}

async fn watch(services: &Services) -> Result<(usize, usize), JobError> {
    let (ctx, mut db) = (services.system("job"), services.reader.clone());
    let silent = queries::silent(&mut db).await?;
    let (mut told, mut heard) = (0, 0);
    for node in nodes::list(&mut db, NODES_MAX).await? {
        let since = silent.get(&node.id);
        if since.is_some_and(|since| !model::is_still_silent(&node, *since)) {
            let command = NoteHeard { node_id: node.id };
            services.execute(&ctx, ctx.command_id(), &command).await?;
            heard += 1;
        } else if since.is_none() && model::is_silent(&node, ctx.now, &zone(services, &node)) {
            let recipients = keepers(services);
            let command = NoteSilence { node_id: node.id, recipients };
            told += usize::from(services.execute(&ctx, ctx.command_id(), &command).await?);
        }
    }
    Ok((told, heard))
}

/// The zone in which the node's day is counted.
fn zone(services: &Services, node: &BranchNode) -> TimeZone {
    let loaded = services.directory.get();
    let branch = loaded.branches.get(&node.branch_id);
    branch.and_then(|b| TimeZone::get(&b.zone).ok()).unwrap_or(TimeZone::UTC)
}

/// Who looks after nodes.
fn keepers(services: &Services) -> BTreeSet<UserId> {
    let loaded = services.directory.get();
    let is_one =
        |id: UserId| loaded.principal(id).is_some_and(|person| person.has(super::PERMISSION));
    let active = loaded.staff.values().filter(|member| member.active);
    active.map(|member| member.id).filter(|id| is_one(*id)).collect()
}
