//! What happens to a task after it was made: done, cancelled, another day, another person.

use kernel::{Date, Refusal, TaskId, Timestamp, UserId, limits};
use serde::{Deserialize, Serialize};
use spine::secrecy::{Act, Group};
use spine::{Change, Command, Error, Work};
use store::{Value, params};

use super::add::tell_assignee;
use super::refresh_step;
use crate::queries::{client_ref, staff_ref};
use crate::task::model::{Facts, TaskEvent, TaskState, next};
use crate::task::queries::{TaskRow, held_by};

/// Hours by which the civil day of a person may differ from the day in UTC.
const ZONE_HOURS_MAX: i64 = 14;

/// The task, held for this transaction, when the person may change it: it is his, he wished it, he
/// stands in for its owner, or his right reaches it.
pub(super) async fn mine(w: &mut Work<'_>, id: TaskId) -> Result<(TaskRow, bool), Error> {
    let mut task = held_by(w, id).await?.ok_or(Error::NotFound)?;
    let mut is_told = true;
    if let Some(client) = task.client_id {
        let client = client_ref::get(w, client).await?;
        // he may have become very important after the task was made
        task.vip |= client.is_vip();
        // a task tells of the history of its client
        is_told = w.ctx.principal.allows(Act::Read(Group::History), client.owner());
    }
    let me = w.actor();
    let principal = &w.ctx.principal;
    let supervises = principal.reaches("task.supervise", task.owner());
    let reached = (is_told && (principal.reaches("task.write", task.owner()) || supervises))
        || (me.is_some() && (me == Some(task.assignee_id) || me == task.created_by));
    if reached || stands_in(w, task.assignee_id).await? {
        return Ok((task, supervises));
    }
    Err(Error::NotFound)
}

async fn stands_in(w: &mut Work<'_>, owner: UserId) -> Result<bool, Error> {
    let Some(me) = w.actor() else {
        return Ok(false);
    };
    let utc = jiff::tz::TimeZone::UTC;
    let mut days: Vec<Date> = [-ZONE_HOURS_MAX, ZONE_HOURS_MAX]
        .into_iter()
        .map(|h| w.ctx.now.plus_hours(h).date_in(&utc))
        .collect();
    days.dedup();
    for day in days {
        if staff_ref::stands_in(w, me, owner, day).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn short(text: &str, field: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.chars().count() > limits::BODY_CHARS_MAX {
        return Err(Refusal::field("too-long", field).arg("max", limits::BODY_CHARS_MAX).into());
    }
    Ok(text.to_owned())
}

fn facts(task: &TaskRow, supervises: bool, words: &str) -> Facts {
    Facts { vip: task.vip, has_words: !words.is_empty(), supervises }
}

/// Closes or cancels.
async fn end(
    w: &mut Work<'_>,
    id: TaskId,
    event: TaskEvent,
    words: &str,
    field: &str,
) -> Result<(), Error> {
    let words = short(words, field)?;
    let (task, supervises) = mine(w, id).await?;
    let state = next(task.state, event, facts(&task, supervises, &words))?;
    let (now, me) = (w.ctx.now, w.actor());
    w.execute(
        "update task set state = $2, result = $3, closed_at = $4, closed_by = $5, needs_owner = 0 \
         where id = $1",
        params![id, state.key(), &words, now, me],
    )
    .await?;
    let change = Change::new().field("state", task.state.key(), state.key()).field(
        "result",
        task.result.as_str(),
        words.as_str(),
    );
    w.record("task", id, task.client_id, change);
    after(w, &task).await
}

async fn after(w: &mut Work<'_>, task: &TaskRow) -> Result<(), Error> {
    if let Some(client) = task.client_id {
        refresh_step(w, client).await?;
    }
    Ok(())
}

/// The task is done. A very important client's task needs a result.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CloseTask {
    /// Which.
    pub task_id: TaskId,
    /// What came of it.
    pub result: String,
}

impl Command for CloseTask {
    const NAME: &'static str = "engagement.close_task";
    const PERMISSION: &'static str = "task.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        end(w, self.task_id, TaskEvent::Close, &self.result, "result").await
    }
}

/// The task is not wanted any more. A very important client's task: only by a supervisor, with a reason.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CancelTask {
    /// Which.
    pub task_id: TaskId,
    /// Why.
    pub reason: String,
}

impl Command for CancelTask {
    const NAME: &'static str = "engagement.cancel_task";
    const PERMISSION: &'static str = "task.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        end(w, self.task_id, TaskEvent::Cancel, &self.reason, "reason").await
    }
}

/// Takes a closing or cancelling back.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReopenTask {
    /// Which.
    pub task_id: TaskId,
}

impl Command for ReopenTask {
    const NAME: &'static str = "engagement.reopen_task";
    const PERMISSION: &'static str = "task.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (task, supervises) = mine(w, self.task_id).await?;
        let state = next(task.state, TaskEvent::Reopen, facts(&task, supervises, ""))?;
        w.execute(
            "update task set state = $2, result = '', closed_at = null, closed_by = null \
             where id = $1",
            params![self.task_id, state.key()],
        )
        .await?;
        let change = Change::new().field("state", task.state.key(), state.key()).field(
            "result",
            task.result.as_str(),
            "",
        );
        w.record("task", self.task_id, task.client_id, change);
        after(w, &task).await
    }
}

/// Gives a task another day. A very important client's task needs a reason; escalation starts anew.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PostponeTask {
    /// Which.
    pub task_id: TaskId,
    /// The new day.
    pub due_on: Date,
    /// The time on that day.
    pub due_at: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

impl Command for PostponeTask {
    const NAME: &'static str = "engagement.postpone_task";
    const PERMISSION: &'static str = "task.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let reason = short(&self.reason, "reason")?;
        let (task, supervises) = mine(w, self.task_id).await?;
        next(task.state, TaskEvent::Postpone, facts(&task, supervises, &reason))?;
        let yesterday = w.ctx.now.plus_hours(-ZONE_HOURS_MAX).date_in(&jiff::tz::TimeZone::UTC);
        if self.due_on < yesterday {
            return Err(Refusal::field("task-due-past", "due").into());
        }
        w.execute(
            "update task set due_on = $2, due_at = $3, postponed = postponed + 1, \
             escalation_level = 0, escalated_at = null where id = $1",
            params![self.task_id, self.due_on, self.due_at],
        )
        .await?;
        let instant = |at: Option<Timestamp>| at.map(Timestamp::micros);
        let change = Change::new()
            .field("due_on", task.due_on.to_string(), self.due_on.to_string())
            .field("due_at", instant(task.due_at), instant(self.due_at))
            .field("reason", "", reason.as_str());
        w.record("task", self.task_id, task.client_id, change);
        after(w, &task).await
    }
}

/// Gives a task to somebody else.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReassignTask {
    /// Which.
    pub task_id: TaskId,
    /// To whom.
    pub assignee_id: UserId,
}

impl Command for ReassignTask {
    const NAME: &'static str = "engagement.reassign_task";
    const PERMISSION: &'static str = "task.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (task, supervises) = mine(w, self.task_id).await?;
        let state = next(task.state, TaskEvent::Reassign, facts(&task, supervises, ""))?;
        debug_assert_eq!(state, TaskState::Open);
        let home = staff_ref::active_branch(w, self.assignee_id)
            .await?
            .ok_or_else(|| Error::refused_field("task-assignee-gone", "assignee"))?;
        // a task of a client stays with the client's branch
        let branch = if task.client_id.is_some() { task.branch_id } else { home };
        w.execute(
            "update task set assignee_id = $2, branch_id = $3, needs_owner = 0 where id = $1",
            &[self.task_id.into(), self.assignee_id.into(), Value::from(branch)],
        )
        .await?;
        let change = Change::new().field(
            "assignee_id",
            task.assignee_id.to_string(),
            self.assignee_id.to_string(),
        );
        w.record("task", self.task_id, task.client_id, change);
        if w.actor() != Some(self.assignee_id) && task.assignee_id != self.assignee_id {
            tell_assignee(w, self.assignee_id, self.task_id, &task.title).await?;
        }
        Ok(())
    }
}
