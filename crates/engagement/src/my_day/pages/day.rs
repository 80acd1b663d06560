//! What the day holds, read and put in order.

use std::collections::BTreeMap;

use kernel::{Date, TaskId, UserId};
use spine::Error;
use web::Cx;

use crate::my_day::model::{self, Reason, Todo};
use crate::my_day::queries::{self, Occasion};
use crate::parts;
use crate::task::queries::Listed;

/// Tasks read at most; nobody does more in a day.
const TASKS_MAX: i64 = 300;
/// Tasks of others in question shown at most.
const QUESTIONS_MAX: i64 = 50;
/// Birthdays and clients without a step shown at most.
const OCCASIONS_MAX: i64 = 20;
/// Days looked ahead for what comes next.
const AHEAD_DAYS: i64 = 7;
/// Days before a birthday it is told.
const BIRTHDAY_DAYS: i64 = 3;
/// A greeting within this many days counts for this birthday.
const GREETED_DAYS: i64 = 10;

/// One row of the queue.
pub(super) struct Item {
    pub(super) what: What,
    pub(super) score: i64,
    pub(super) reasons: Vec<Reason>,
}

pub(super) enum What {
    Task(Box<Listed>),
    Birthday(Occasion, i64),
    NoStep(Occasion),
}

/// Everything the page shows.
pub(super) struct Day {
    pub(super) queue: Vec<Item>,
    pub(super) ahead: Vec<Listed>,
    pub(super) is_cut: bool,
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    All,
    Overdue,
    Today,
    Promises,
    Vip,
    Clients,
}

impl Show {
    pub(super) fn from_word(word: &str) -> Self {
        match word {
            "overdue" => Show::Overdue,
            "today" => Show::Today,
            "promises" => Show::Promises,
            "vip" => Show::Vip,
            "clients" => Show::Clients,
            _ => Show::All,
        }
    }
    pub(super) fn holds(self, item: &Item) -> bool {
        let has = |wanted: fn(&Reason) -> bool| item.reasons.iter().any(wanted);
        match self {
            Show::All => true,
            Show::Overdue => has(|r| matches!(r, Reason::Overdue(_))),
            Show::Today => has(|r| matches!(r, Reason::Today | Reason::Overdue(0))),
            Show::Promises => has(|r| matches!(r, Reason::Promise)),
            Show::Vip => has(|r| matches!(r, Reason::Vip)),
            Show::Clients => has(|r| matches!(r, Reason::NoStep | Reason::Birthday(_))),
        }
    }
}

/// At most four questions, whatever the day brings.
pub(super) async fn read(cx: &mut Cx) -> Result<Day, Error> {
    let today = cx.l.today;
    let moment = model::Moment { today, now: cx.now() };
    let me = cx.principal().user_id;
    let people = parts::acting_for(cx);
    let mut found: BTreeMap<TaskId, Listed> = BTreeMap::new();
    let mine =
        queries::tasks_until(&mut cx.db, &people, later(today, AHEAD_DAYS), TASKS_MAX).await?;
    let is_cut = i64::try_from(mine.len()).unwrap_or(i64::MAX) >= TASKS_MAX;
    found.extend(mine.into_iter().map(|t| (t.task.id, t)));
    if cx.principal().has("task.supervise") {
        let principal = std::sync::Arc::clone(&cx.ctx.principal);
        let stuck = queries::in_question(&mut cx.db, &principal, QUESTIONS_MAX).await?;
        found.extend(stuck.into_iter().map(|t| (t.task.id, t)));
    }
    let mut queue = Vec::new();
    let mut ahead = Vec::new();
    for listed in found.into_values() {
        let task = &listed.task;
        if task.due_on > today && !task.needs_owner {
            ahead.push(listed);
            continue;
        }
        let todo = Todo::Task {
            kind: task.kind,
            vip: task.vip,
            due_on: task.due_on,
            due_at: task.due_at,
            priority: task.priority,
            escalated: task.escalation_level > 0,
            needs_owner: task.needs_owner,
            for_another: Some(task.assignee_id) != me && people.contains(&task.assignee_id),
        };
        queue.push(ranked(What::Task(Box::new(listed)), &todo, moment));
    }
    if let Some(me) = me.filter(|_| cx.principal().has("client.read")) {
        occasions(cx, me, &people, moment, &mut queue).await?;
    }
    queue.sort_by_key(|item| std::cmp::Reverse(item.score));
    ahead.sort_by_key(|t| (t.task.due_on, t.task.due_at, t.task.id));
    Ok(Day { queue, ahead, is_cut })
}

fn ranked(what: What, todo: &Todo, moment: model::Moment) -> Item {
    let (score, reasons) = model::rank(todo, moment);
    Item { what, score, reasons }
}

async fn occasions(
    cx: &mut Cx,
    me: UserId,
    people: &[UserId],
    moment: model::Moment,
    queue: &mut Vec<Item>,
) -> Result<(), Error> {
    let days: Vec<Date> = (0..=BIRTHDAY_DAYS).map(|n| later(moment.today, n)).collect();
    let words: Vec<String> = days.iter().map(|d| month_day(*d)).collect();
    let since = moment.now.plus_days(-GREETED_DAYS);
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let whose = (principal.as_ref(), people);
    let birthdays = queries::birthdays(&mut cx.db, whose, &words, since, OCCASIONS_MAX).await?;
    for occasion in birthdays {
        let days = words.iter().position(|d| *d == occasion.birth_day).unwrap_or(0);
        let days = i64::try_from(days).unwrap_or(0);
        let todo = Todo::Birthday { days, vip: occasion.client.is_vip() };
        queue.push(ranked(What::Birthday(occasion, days), &todo, moment));
    }
    for occasion in queries::without_step(&mut cx.db, me, OCCASIONS_MAX).await? {
        let todo = Todo::NoStep { vip: occasion.client.is_vip() };
        queue.push(ranked(What::NoStep(occasion), &todo, moment));
    }
    Ok(())
}

pub(super) fn later(day: Date, days: i64) -> Date {
    jiff::Span::new().try_days(days).ok().and_then(|s| day.checked_add(s).ok()).unwrap_or(day)
}

fn month_day(day: Date) -> String {
    format!("{:02}-{:02}", day.month(), day.day())
}
