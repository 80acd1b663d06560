//! The life of a task: one enum, one pure step function, and the rules for very important clients.
//!
//! ```text
//!            close (VIP: with a result)
//!   open ───────────────────────────────► done ──┐
//!    │ ▲ ◄── postpone, reassign, escalate         │ reopen
//!    │ └──────────────────────────────────────────┤
//!    └── cancel (VIP: supervisor, with a reason) ─► cancelled
//! ```

use kernel::{Date, Refusal, Timestamp};
use serde::{Deserialize, Serialize};

/// What kind of thing is to be done.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// Anything.
    Task,
    /// Something promised to a client.
    Promise,
    /// A call to make.
    Call,
    /// A meeting to hold.
    Meeting,
}

impl TaskKind {
    /// All, in the order of menus.
    pub const ALL: [TaskKind; 4] =
        [TaskKind::Task, TaskKind::Call, TaskKind::Meeting, TaskKind::Promise];
    /// Stable word, as stored; texts under `task-kind-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            TaskKind::Task => "task",
            TaskKind::Promise => "promise",
            TaskKind::Call => "call",
            TaskKind::Meeting => "meeting",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.key() == key)
    }
    /// Its icon.
    pub const fn icon(self) -> &'static str {
        match self {
            TaskKind::Task => "square-check",
            TaskKind::Promise => "bookmark",
            TaskKind::Call => "phone",
            TaskKind::Meeting => "handshake",
        }
    }
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// To be done.
    Open,
    /// Done.
    Done,
    /// No longer wanted.
    Cancelled,
}

impl TaskState {
    /// All.
    pub const ALL: [TaskState; 3] = [TaskState::Open, TaskState::Done, TaskState::Cancelled];
    /// Stable word, as stored; texts under `task-state-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            TaskState::Open => "open",
            TaskState::Done => "done",
            TaskState::Cancelled => "cancelled",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.key() == key)
    }
}

/// What may happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskEvent {
    /// It was done.
    Close,
    /// It is not wanted any more.
    Cancel,
    /// It gets another day.
    Postpone,
    /// Somebody else does it.
    Reassign,
    /// It is long overdue, and those above are told.
    Escalate,
    /// It was closed by mistake.
    Reopen,
}

impl TaskEvent {
    /// All.
    pub const ALL: [TaskEvent; 6] = [
        TaskEvent::Close,
        TaskEvent::Cancel,
        TaskEvent::Postpone,
        TaskEvent::Reassign,
        TaskEvent::Escalate,
        TaskEvent::Reopen,
    ];
}

/// What the rules look at besides the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The task is for a very important client.
    pub vip: bool,
    /// The person wrote a result or reason.
    pub has_words: bool,
    /// The person supervises the task's owner (`task.supervise`).
    pub supervises: bool,
}

/// The next state, or why not.
///
/// # Errors
/// `task-not-open`, `task-not-closed`, `task-vip-result`, `task-vip-reason`, `task-vip-cancel`.
pub fn next(state: TaskState, event: TaskEvent, facts: Facts) -> Result<TaskState, Refusal> {
    match (state, event) {
        (TaskState::Done | TaskState::Cancelled, TaskEvent::Reopen) => return Ok(TaskState::Open),
        (TaskState::Open, TaskEvent::Reopen) => return Err(Refusal::new("task-not-closed")),
        (TaskState::Done | TaskState::Cancelled, _) => return Err(Refusal::new("task-not-open")),
        (TaskState::Open, _) => {}
    }
    let silent_vip = facts.vip && !facts.has_words;
    match event {
        TaskEvent::Close if silent_vip => Err(Refusal::field("task-vip-result", "result")),
        TaskEvent::Close => Ok(TaskState::Done),
        TaskEvent::Postpone if silent_vip => Err(Refusal::field("task-vip-reason", "reason")),
        TaskEvent::Cancel if facts.vip && !facts.supervises => Err(Refusal::new("task-vip-cancel")),
        TaskEvent::Cancel if silent_vip => Err(Refusal::field("task-vip-reason", "reason")),
        TaskEvent::Cancel => Ok(TaskState::Cancelled),
        TaskEvent::Postpone | TaskEvent::Reassign | TaskEvent::Escalate | TaskEvent::Reopen => {
            Ok(TaskState::Open)
        }
    }
}

/// When a task is late: at its time, or when its day is over where the assignee works.
pub fn deadline(due_on: Date, due_at: Option<Timestamp>, zone: &jiff::tz::TimeZone) -> Timestamp {
    due_at.unwrap_or_else(|| Timestamp::start_of(due_on.tomorrow().unwrap_or(due_on), zone))
}

/// Hours a very important client's task may be late before those above are told: the head of the
/// branch, then the head of the region.
pub const ESCALATE_AFTER_HOURS: [i64; 2] = [4, 24];

/// The level of escalation a task has earned: 0, 1 or 2.
pub fn escalation_level(deadline: Timestamp, now: Timestamp) -> i64 {
    let late = now.seconds_since(deadline);
    let passed = ESCALATE_AFTER_HOURS.iter().filter(|hours| late > **hours * 3_600).count();
    i64::try_from(passed).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state, event and fact, one line each: what the rules answer.
    fn table() -> String {
        let mut lines = Vec::new();
        for state in TaskState::ALL {
            for event in TaskEvent::ALL {
                for (vip, words, boss) in (0..8).map(|n| (n & 4 != 0, n & 2 != 0, n & 1 != 0)) {
                    let facts = Facts { vip, has_words: words, supervises: boss };
                    let answer = match next(state, event, facts) {
                        Ok(state) => state.key().to_owned(),
                        Err(refusal) => refusal.code,
                    };
                    lines.push((state, event, facts, answer));
                }
            }
        }
        let mut out = String::new();
        for state in TaskState::ALL {
            for event in TaskEvent::ALL {
                let row: Vec<&str> = lines
                    .iter()
                    .filter(|l| l.0 == state && l.1 == event)
                    .map(|l| l.3.as_str())
                    .collect();
                // plain | with words | supervisor | both, first for everyone, then for VIP
                out += &format!(
                    "{} {event:?}: {} || {}\n",
                    state.key(),
                    short(&row[..4]),
                    short(&row[4..])
                );
            }
        }
        out
    }

    fn short(answers: &[&str]) -> String {
        let order = [0, 2, 1, 3].map(|i| answers[i]);
        if order.iter().all(|a| *a == order[0]) { order[0].to_owned() } else { order.join(" | ") }
    }

    #[test]
    fn the_whole_life_cycle() {
        let expected = "\
open Close: done || task-vip-result | done | task-vip-result | done
open Cancel: cancelled || task-vip-cancel | task-vip-cancel | task-vip-reason | cancelled
open Postpone: open || task-vip-reason | open | task-vip-reason | open
open Reassign: open || open
open Escalate: open || open
open Reopen: task-not-closed || task-not-closed
done Close: task-not-open || task-not-open
done Cancel: task-not-open || task-not-open
done Postpone: task-not-open || task-not-open
done Reassign: task-not-open || task-not-open
done Escalate: task-not-open || task-not-open
done Reopen: open || open
cancelled Close: task-not-open || task-not-open
cancelled Cancel: task-not-open || task-not-open
cancelled Postpone: task-not-open || task-not-open
cancelled Reassign: task-not-open || task-not-open
cancelled Escalate: task-not-open || task-not-open
cancelled Reopen: open || open
";
        assert_eq!(table(), expected);
    }

    #[test]
    fn a_vip_task_climbs_after_four_hours_and_after_a_day() {
        let zone = jiff::tz::TimeZone::UTC;
        let day = Date::constant(2026, 11, 23);
        let end = deadline(day, None, &zone);
        assert_eq!(end.to_string(), "2026-11-24T00:00:00Z");
        let level = |hours: i64| escalation_level(end, end.plus_hours(hours).plus_seconds(1));
        assert_eq!(
            (level(-30), level(3), level(4), level(23), level(24), level(900)),
            (0, 0, 1, 1, 2, 2)
        );
        let at = end.plus_hours(-12);
        assert_eq!(deadline(day, Some(at), &zone), at);
    }
}
