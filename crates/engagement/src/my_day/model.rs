//! The order of the day: a pure function from a thing to do to its place and the reasons for it.

use kernel::{Date, Timestamp};

use crate::task::model::TaskKind;

/// Something a person could do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Todo {
    /// A task.
    Task {
        /// Kind.
        kind: TaskKind,
        /// For a very important client.
        vip: bool,
        /// By when.
        due_on: Date,
        /// By what time.
        due_at: Option<Timestamp>,
        /// 1 urgent, 2 normal, 3 some day.
        priority: i64,
        /// Those above were told.
        escalated: bool,
        /// Its owner has left.
        needs_owner: bool,
        /// It is another's, whom the person stands in for.
        for_another: bool,
    },
    /// A client's birthday, in this many days (0 to 3).
    Birthday {
        /// Days until it.
        days: i64,
        /// The client is very important.
        vip: bool,
    },
    /// An active client without a dated next step.
    NoStep {
        /// The client is very important.
        vip: bool,
    },
}

/// Why something stands where it stands; texts under `reason-` + [`Reason::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The client is very important.
    Vip,
    /// Late by this many days; 0: its time has passed today.
    Overdue(i64),
    /// It was promised.
    Promise,
    /// Due today.
    Today,
    /// Due later, in this many days.
    Soon(i64),
    /// Marked urgent.
    Urgent,
    /// Those above were told.
    Escalated,
    /// Its owner has left.
    NeedsOwner,
    /// The client's birthday is in this many days.
    Birthday(i64),
    /// Nothing is planned with the client.
    NoStep,
    /// The person stands in for somebody.
    StandIn,
}

impl Reason {
    /// Stable word.
    pub const fn key(self) -> &'static str {
        match self {
            Reason::Vip => "vip",
            Reason::Overdue(0) => "time-passed",
            Reason::Overdue(_) => "overdue",
            Reason::Promise => "promise",
            Reason::Today => "today",
            Reason::Soon(_) => "soon",
            Reason::Urgent => "urgent",
            Reason::Escalated => "escalated",
            Reason::NeedsOwner => "needs-owner",
            Reason::Birthday(0) => "birthday-today",
            Reason::Birthday(_) => "birthday",
            Reason::NoStep => "no-step",
            Reason::StandIn => "stand-in",
        }
    }
    /// The number its text shows.
    pub const fn days(self) -> i64 {
        match self {
            Reason::Overdue(n) | Reason::Soon(n) | Reason::Birthday(n) => n,
            Reason::Vip
            | Reason::Promise
            | Reason::Today
            | Reason::Urgent
            | Reason::Escalated
            | Reason::NeedsOwner
            | Reason::NoStep
            | Reason::StandIn => 0,
        }
    }
}

/// The moment the order is made for.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The day where the person works.
    pub today: Date,
    /// The instant.
    pub now: Timestamp,
}

/// Days of lateness that still move a task up; the next class begins above them.
const LATE_DAYS_MAX: i64 = 60;

/// The place (a higher number stands further up) and the reasons for it, the heaviest first.
///
/// Classes, from the top: late for a VIP · due today for a VIP · whose owner has left · a promise late
/// or due today · late · due today · a birthday today · due later · a birthday soon · no next step.
/// Within a class: escalated, then the later, then the more urgent first.
pub fn rank(todo: &Todo, moment: Moment) -> (i64, Vec<Reason>) {
    match todo {
        Todo::Task { kind, vip, due_on, due_at, priority, escalated, needs_owner, for_another } => {
            let days = days_between(*due_on, moment.today);
            let time_passed = due_at.is_some_and(|at| at < moment.now);
            let promise = *kind == TaskKind::Promise;
            let late = days > 0 || (days == 0 && time_passed);
            let class = match (late, days == 0) {
                (true, _) if *vip => 9_000,
                (false, true) if *vip => 8_000,
                _ if *needs_owner => 7_500,
                (true, _) | (false, true) if promise => 7_000,
                (true, _) => 6_000,
                (false, true) => 5_000,
                (false, false) => 3_000,
            };
            let lateness = days.clamp(-LATE_DAYS_MAX, LATE_DAYS_MAX) * 5;
            let weight = i64::from(*escalated) * 400 + lateness + (3 - priority);
            let timing = match days {
                _ if late => Reason::Overdue(days),
                0 => Reason::Today,
                _ => Reason::Soon(-days),
            };
            let reasons = [
                (*vip, Reason::Vip),
                (*escalated, Reason::Escalated),
                (*needs_owner, Reason::NeedsOwner),
                (promise, Reason::Promise),
                (true, timing),
                (*priority == 1, Reason::Urgent),
                (*for_another, Reason::StandIn),
            ];
            (class + weight, reasons.into_iter().filter(|r| r.0).map(|r| r.1).collect())
        }
        Todo::Birthday { days, vip } => {
            let class = if *days == 0 { 4_500 } else { 2_000 - days * 10 };
            (class + 100 * i64::from(*vip), with_vip(*vip, Reason::Birthday(*days)))
        }
        Todo::NoStep { vip } => (1_000 + 100 * i64::from(*vip), with_vip(*vip, Reason::NoStep)),
    }
}

fn with_vip(vip: bool, reason: Reason) -> Vec<Reason> {
    if vip { vec![Reason::Vip, reason] } else { vec![reason] }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(clock: &str) -> Timestamp {
        let instant: jiff::Timestamp = format!("2026-11-23T{clock}:00Z").parse().unwrap();
        Timestamp::from_jiff(instant)
    }

    fn moment() -> Moment {
        Moment { today: Date::constant(2026, 11, 23), now: at("09:00") }
    }

    fn task(kind: TaskKind, vip: bool, day: i8) -> Todo {
        Todo::Task {
            kind,
            vip,
            due_on: Date::constant(2026, 11, day),
            due_at: None,
            priority: 2,
            escalated: false,
            needs_owner: false,
            for_another: false,
        }
    }

    fn with(
        todo: &Todo,
        change: impl Fn(&mut bool, &mut bool, &mut i64, &mut Option<Timestamp>),
    ) -> Todo {
        let mut todo = todo.clone();
        if let Todo::Task { escalated, needs_owner, priority, due_at, .. } = &mut todo {
            change(escalated, needs_owner, priority, due_at);
        }
        todo
    }

    #[test]
    fn the_order_of_the_day() {
        use TaskKind::{Call, Promise, Task};
        let call = task(Call, false, 23);
        let expected = [
            ("escalated vip", with(&task(Task, true, 22), |e, _, _, _| *e = true)),
            ("vip late 3", task(Task, true, 20)),
            ("vip late 1", task(Promise, true, 22)),
            ("vip today", task(Call, true, 23)),
            ("without owner", with(&task(Task, false, 22), |_, n, _, _| *n = true)),
            ("promise late", task(Promise, false, 22)),
            ("promise today", task(Promise, false, 23)),
            ("late 10", task(Task, false, 13)),
            ("late 1", task(Task, false, 22)),
            ("time passed", with(&call, |_, _, _, at_time| *at_time = Some(at("08:00")))),
            ("urgent today", with(&call, |_, _, p, _| *p = 1)),
            ("today", call.clone()),
            ("some day today", with(&call, |_, _, p, _| *p = 3)),
            ("vip birthday", Todo::Birthday { days: 0, vip: true }),
            ("birthday", Todo::Birthday { days: 0, vip: false }),
            ("tomorrow", task(Task, false, 24)),
            ("birthday soon", Todo::Birthday { days: 1, vip: false }),
            ("birthday in 3", Todo::Birthday { days: 3, vip: false }),
            ("vip without step", Todo::NoStep { vip: true }),
            ("without step", Todo::NoStep { vip: false }),
        ];
        let mut sorted = expected.to_vec();
        sorted.reverse();
        sorted.sort_by_key(|(_, todo)| std::cmp::Reverse(rank(todo, moment()).0));
        let names = |list: &[(&'static str, Todo)]| list.iter().map(|t| t.0).collect::<Vec<_>>();
        assert_eq!(names(&sorted), names(&expected));
    }

    #[test]
    fn the_longest_late_ordinary_task_stays_below_any_vip_one() {
        let old = Todo::Task {
            kind: TaskKind::Promise,
            vip: false,
            due_on: Date::constant(2019, 1, 1),
            due_at: None,
            priority: 1,
            escalated: true,
            needs_owner: false,
            for_another: false,
        };
        assert!(rank(&old, moment()).0 < rank(&task(TaskKind::Task, true, 23), moment()).0);
    }

    #[test]
    fn every_row_says_why() {
        let reasons = |todo: &Todo| {
            rank(todo, moment()).1.into_iter().map(Reason::key).collect::<Vec<_>>().join(" ")
        };
        let vip = with(&task(TaskKind::Promise, true, 21), |e, _, p, _| {
            *e = true;
            *p = 1;
        });
        assert_eq!(reasons(&vip), "vip escalated promise overdue urgent");
        assert_eq!(rank(&vip, moment()).1[3].days(), 2);
        assert_eq!(reasons(&task(TaskKind::Task, false, 23)), "today");
        assert_eq!(reasons(&task(TaskKind::Task, false, 25)), "soon");
        assert_eq!(reasons(&Todo::NoStep { vip: true }), "vip no-step");
        assert_eq!(reasons(&Todo::Birthday { days: 0, vip: false }), "birthday-today");
    }
}
