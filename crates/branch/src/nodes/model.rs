//! What about a node needs somebody's attention. Pure.

use jiff::tz::TimeZone;
use kernel::Timestamp;
use spine::replica::nodes::{BranchNode, NodeState};

use super::queries::Open;

/// Hours of the day within which a node is expected to speak.
const DAY: std::ops::Range<i8> = 8..20;
/// Seconds after which what waits at a branch has waited too long.
const OLD_SECONDS: i64 = 24 * 3600;
/// Seconds by which its clock may be wrong.
const CLOCK_SECONDS: i64 = 5 * 60;

/// Something that needs attention, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Concern {
    /// It may not work any more until it is heard.
    LeaseOver,
    /// It has not been heard for longer than its branch may be silent, during the day.
    Silent,
    /// Commands of it were refused and nobody has decided yet.
    Refused,
    /// It has commands that wait for more than a day.
    OldPending,
    /// Its clock is wrong.
    Clock,
}

impl Concern {
    /// The end of its text key.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Concern::LeaseOver => "lease-over",
            Concern::Silent => "silent",
            Concern::Refused => "refused",
            Concern::OldPending => "old-pending",
            Concern::Clock => "clock",
        }
    }
}

/// Everything about a node that needs attention, the most urgent first; `zone` is its branch's.
pub(crate) fn concerns(
    node: &BranchNode,
    open: Option<&Open>,
    now: Timestamp,
    zone: &TimeZone,
) -> Vec<Concern> {
    let waited = node.oldest_at.map(|at| now.seconds_since(at));
    let is_active = node.state == NodeState::Active;
    let all = [
        (Concern::LeaseOver, is_active && node.lease_until.is_some_and(|until| until <= now)),
        (Concern::Silent, is_silent(node, now, zone)),
        (Concern::Refused, open.is_some()),
        (Concern::OldPending, is_active && waited.is_some_and(|s| s > OLD_SECONDS)),
        (
            Concern::Clock,
            is_active && clock_off(node).is_some_and(|s| s.saturating_abs() > CLOCK_SECONDS),
        ),
    ];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(concern, _)| concern).collect()
}

/// Whether a node has not been heard for longer than its branch may be silent, during the day.
pub(crate) fn is_silent(node: &BranchNode, now: Timestamp, zone: &TimeZone) -> bool {
    let quiet = node.seen_at.map(|at| now.seconds_since(at));
    let may = node.silent_minutes.map(|minutes| minutes.saturating_mul(60));
    node.state == NodeState::Active
        && DAY.contains(&now.civil_in(zone).hour())
        && may.is_some_and(|may| quiet.is_none_or(|quiet| quiet > may))
}

/// Whether a node that was last heard `since` has been silent from then on, and is still to be missed.
pub(crate) fn is_still_silent(node: &BranchNode, since: Timestamp) -> bool {
    let is_missed = node.state == NodeState::Active && node.silent_minutes.is_some();
    is_missed && node.seen_at.is_none_or(|seen| seen <= since)
}

/// Seconds its clock was ahead of the centre's when it was last heard.
pub(crate) fn clock_off(node: &BranchNode) -> Option<i64> {
    Some(node.clock_at?.seconds_since(node.seen_at?))
}

/// Where a node stands in the list: what needs attention first, then what works, what is invited, what is shut out.
pub(crate) fn place(node: &BranchNode, concerns: &[Concern]) -> (u8, Option<Concern>) {
    let standing = match node.state {
        _ if !concerns.is_empty() => 0,
        NodeState::Active => 1,
        NodeState::Invited => 2,
        NodeState::Revoked => 3,
    };
    (standing, concerns.first().copied())
}

#[cfg(test)]
mod tests {
    use spine::replica::Mode;

    use super::*;

    /// 2026-11-23, 09:00 UTC.
    const NOW: Timestamp = Timestamp::from_micros(1_795_424_400_000_000);

    fn node() -> BranchNode {
        BranchNode {
            id: uuid::Uuid::from_u128(1),
            branch_id: uuid::Uuid::from_u128(2).into(),
            name: "n".to_owned(),
            state: NodeState::Active,
            keys: None,
            lease_hours: 72,
            lease_until: Some(NOW.plus_hours(71)),
            seen_at: Some(NOW),
            clock_at: Some(NOW),
            program: String::new(),
            pending: 0,
            oldest_at: None,
            replica_at: Some(NOW),
            heard: 1,
            mode: Mode::Distributed,
            silent_minutes: Some(15),
        }
    }

    fn at(node: &BranchNode, now: Timestamp) -> Vec<Concern> {
        concerns(node, None, now, &TimeZone::UTC)
    }

    #[test]
    fn a_node_that_speaks_and_has_told_everything_needs_nobody() {
        assert!(at(&node(), NOW).is_empty());
        assert_eq!(place(&node(), &[]), (1, None));
    }

    #[test]
    fn silence_counts_after_a_quarter_of_an_hour_and_by_day_only() {
        let minutes = |n: i64| Timestamp::from_micros(NOW.micros() + n * 60_000_000);
        assert!(at(&node(), minutes(15)).is_empty());
        assert_eq!(at(&node(), minutes(16)), [Concern::Silent]);
        // 09:00 + 12 h
        assert!(at(&node(), minutes(12 * 60)).is_empty(), "nobody works at night");
        let never = BranchNode { seen_at: None, clock_at: None, ..node() };
        assert_eq!(at(&never, NOW), [Concern::Silent]);
        let revoked = BranchNode { state: NodeState::Revoked, ..node() };
        assert!(at(&revoked, minutes(16)).is_empty(), "it is silent for a reason");
        let by_files = BranchNode { silent_minutes: Some(3 * 24 * 60), ..node() };
        assert!(at(&by_files, minutes(24 * 60)).is_empty(), "files take their time");
        assert_eq!(at(&by_files, minutes(3 * 24 * 60 + 1)), [Concern::LeaseOver, Concern::Silent]);
        let without = BranchNode { silent_minutes: None, ..node() };
        assert!(at(&without, minutes(24 * 60)).is_empty(), "nobody works there");
    }

    #[test]
    fn the_most_urgent_comes_first_and_decides_the_place() {
        let open = Open { count: 1, oldest: NOW };
        let bad = BranchNode {
            oldest_at: Some(NOW.plus_hours(-25)),
            clock_at: Some(NOW.plus_hours(1)),
            lease_until: Some(NOW),
            ..node()
        };
        let all = concerns(&bad, Some(&open), NOW, &TimeZone::UTC);
        use Concern::{Clock, LeaseOver, OldPending, Refused};
        assert_eq!(all, [LeaseOver, Refused, OldPending, Clock]);
        assert_eq!(place(&bad, &all), (0, Some(LeaseOver)));
        assert!(place(&bad, &[Refused]) > place(&bad, &all));
        assert!(place(&node(), &[]) > place(&bad, &[Clock]));
    }
}
