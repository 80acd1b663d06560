//! Escalation by time: every minute the late tasks of very important clients are looked through.

use kernel::{BranchId, Timestamp, UserId};
use spine::org::StaffMember;
use spine::{JobContext, JobError, JobHandler, Run, Schedule, Services};

use super::commands::EscalateTask;
use super::model::{self, deadline};
use super::queries::{TaskRow, overdue_vip};

const KIND: &str = "engagement.escalate";
/// Tasks looked at in one go.
const BATCH: i64 = 200;

/// How often it comes round.
pub(crate) const ESCALATE: Schedule = Schedule { kind: KIND, every_seconds: 60 };

/// The job.
#[derive(Debug)]
pub(crate) struct Escalation;

impl JobHandler for Escalation {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let raised = escalate(&job.services).await?;
            Ok(serde_json::json!({ "raised": raised }))
        })
    }
}

async fn escalate(services: &Services) -> Result<i64, JobError> {
    let ctx = services.system("job");
    let mut db = services.reader.clone();
    // somewhere on earth it may already be tomorrow
    let until = ctx.now.plus_hours(14).date_in(&jiff::tz::TimeZone::UTC);
    let mut after = None;
    let mut raised = 0;
    loop {
        let tasks = overdue_vip(&mut db, until, after, BATCH).await?;
        let Some(last) = tasks.last() else {
            return Ok(raised);
        };
        after = Some((last.due_on, last.id));
        for task in &tasks {
            for command in due_levels(services, task, ctx.now) {
                let done = services.execute(&ctx, ctx.command_id(), &command).await?;
                raised += i64::from(done);
            }
        }
    }
}

/// The levels a task has earned and not reached yet, in order.
fn due_levels(services: &Services, task: &TaskRow, now: Timestamp) -> Vec<EscalateTask> {
    let directory = services.directory.get();
    let branch_zone = |branch: Option<BranchId>| {
        let branch = directory.branches.get(&branch?)?;
        jiff::tz::TimeZone::get(&branch.zone).ok()
    };
    let home = directory.staff.get(&task.assignee_id).and_then(|s| s.branch_id);
    let zone = branch_zone(home)
        .or_else(|| branch_zone(task.branch_id))
        .unwrap_or(jiff::tz::TimeZone::UTC);
    let end = deadline(task.due_on, task.due_at, &zone);
    let hours = now.seconds_since(end) / 3_600;
    let reached = model::escalation_level(end, now);
    let today = now.date_in(&zone);
    let branch = task.branch_id.or(home);
    let recipients = |level: i64| {
        let mut people = match level {
            1 => {
                let mut people = branch.map_or_else(Vec::new, |b| directory.heads_of(b));
                people.push(directory.acting_for(task.assignee_id, today));
                people
            }
            _ => regional_heads(services, branch),
        };
        people.retain(|id| directory.staff.get(id).is_some_and(|s| s.active));
        people
    };
    (task.escalation_level + 1..=reached)
        .map(|level| EscalateTask { task_id: task.id, level, hours, recipients: recipients(level) })
        .collect()
}

fn regional_heads(services: &Services, branch: Option<BranchId>) -> Vec<UserId> {
    let directory = services.directory.get();
    let region = |b: Option<BranchId>| directory.branches.get(&b?).map(|b| b.region_id);
    let wanted = region(branch);
    let is_head = |s: &&StaffMember| {
        let mut roles = s.roles.iter().filter_map(|r| directory.roles.get(r));
        s.active
            && wanted.is_some()
            && region(s.branch_id) == wanted
            && roles.any(|r| r.key == "regional_head")
    };
    directory.staff.values().filter(is_head).map(|s| s.id).collect()
}
