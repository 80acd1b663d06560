//! Visits, operations and the service due to a client; pure.

use kernel::Refusal;

/// Where a visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VisitState {
    /// He has a ticket.
    Waiting,
    /// Somebody serves him.
    Serving,
    /// He was served.
    Done,
    /// He did not wait, or went away.
    Left,
}

impl VisitState {
    /// All.
    pub const ALL: [VisitState; 4] =
        [VisitState::Waiting, VisitState::Serving, VisitState::Done, VisitState::Left];
    /// Stable word, as stored; texts under `visit-state-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            VisitState::Waiting => "waiting",
            VisitState::Serving => "serving",
            VisitState::Done => "done",
            VisitState::Left => "left",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.key() == key)
    }
    /// The step to another state.
    ///
    /// # Errors
    /// `visit-step` when it does not follow: somebody else was quicker.
    pub fn to(self, wanted: VisitState) -> Result<VisitState, Refusal> {
        let follows = matches!(
            (self, wanted),
            (VisitState::Waiting, VisitState::Serving | VisitState::Left)
                | (VisitState::Serving, VisitState::Done | VisitState::Left)
        );
        if follows { Ok(wanted) } else { Err(Refusal::new("visit-step")) }
    }
    /// Whether the visit goes on.
    pub const fn is_open(self) -> bool {
        matches!(self, VisitState::Waiting | VisitState::Serving)
    }
}

/// By what a clerk has known who is before him; texts under `visit-by-` + the word.
pub const IDENTIFIED_BY: [&str; 4] = ["document", "card", "phone", "known"];
/// By what somebody is known whose card the clerk cannot see: nobody of this desk knows him personally.
pub const RECOGNISED_BY: [&str; 2] = ["document", "phone"];

/// Kinds of operations; texts under `operation-kind-` + the word.
pub const KINDS: [&str; 7] =
    ["cash_in", "cash_out", "transfer", "payment", "exchange", "card", "document"];

/// How cash goes between the branch's safe and a clerk's till: to it, and back; texts under `till-kind-` + the word.
pub const TILL_KINDS: [&str; 2] = ["allocation", "settlement"];

/// Whether an operation of this kind moves a sum.
pub fn has_sum(kind: &str) -> bool {
    !matches!(kind, "card" | "document")
}

/// Longest words of a step and of the reason why steps are left out (characters); scripts have no longer steps.
pub(crate) const STEP_CHARS_MAX: usize = 500;
/// Longest key of a script (characters).
pub(crate) const SCRIPT_CHARS_MAX: usize = 40;
/// Steps of one script at most.
pub(crate) const PLACE_MAX: i64 = 50;
/// Steps left out in one visit at most: more than the scripts of one theme have.
pub(crate) const LEFT_OUT_MAX: usize = 250;

/// Why steps were left out when another theme was chosen: kept in place of words, shown as `visit-left-out-theme`.
pub(crate) const THEME_CHANGED: &str = "theme-changed";

/// What became of a step of a script in a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing is said of it yet; never stored.
    Open,
    /// It was done.
    Done,
    /// It was left out, for a reason.
    LeftOut,
}

impl Outcome {
    /// Stable word, as stored.
    pub const fn key(self) -> &'static str {
        match self {
            Outcome::Open => "open",
            Outcome::Done => "done",
            Outcome::LeftOut => "left_out",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        [Outcome::Done, Outcome::LeftOut].into_iter().find(|o| o.key() == key)
    }
}

/// A ticket of the queue: a letter of the theme and a number of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    /// Letter.
    pub letter: char,
    /// 1 to 999.
    pub number: u16,
}

impl Ticket {
    /// The last number of a day; behind it the numbers begin anew.
    const LAST: u16 = 999;

    /// The first of a day.
    pub const fn first(letter: char) -> Self {
        Self { letter, number: 1 }
    }
    /// From what stands on it: `К012`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut chars = text.chars();
        let letter = chars.next().filter(|c| c.is_alphabetic() && c.is_uppercase())?;
        let rest = chars.as_str();
        let is_number = rest.len() == 3 && rest.bytes().all(|b| b.is_ascii_digit());
        let number = rest.parse().ok().filter(|n| is_number && (1..=Self::LAST).contains(n))?;
        Some(Self { letter, number })
    }
    /// The one behind it.
    #[must_use]
    pub const fn next(self) -> Self {
        let number = if self.number >= Self::LAST { 1 } else { self.number + 1 };
        Self { letter: self.letter, number }
    }
}

impl std::fmt::Display for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:03}", self.letter, self.number)
    }
}

/// How somebody is to be served; texts under `service-` + the word.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// In his turn.
    Standard,
    /// As soon as a desk is free.
    Priority,
    /// At once, by the head of the branch.
    Vip,
}

impl Service {
    /// All, the best last.
    pub const ALL: [Service; 3] = [Service::Standard, Service::Priority, Service::Vip];
    /// Stable word.
    pub const fn key(self) -> &'static str {
        match self {
            Service::Standard => "standard",
            Service::Priority => "priority",
            Service::Vip => "vip",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.key() == key)
    }
    /// What a segment is due.
    pub fn of(segment: &str) -> Self {
        match segment {
            "vip" => Service::Vip,
            "premium" | "corporate" => Service::Priority,
            _ => Service::Standard,
        }
    }
}

/// Segments of companies whose people are known wherever they come.
pub const REGARDED: [&str; 3] = ["vip", "premium", "corporate"];
/// Kinds of links by which a person speaks for a company.
pub const SPEAKS_FOR: [&str; 3] = ["director", "owner", "beneficial_owner"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_count_and_begin_anew() {
        let first = Ticket::first('К');
        assert_eq!(first.to_string(), "К001");
        assert_eq!(Ticket::parse("К001"), Some(first));
        assert_eq!(first.next().to_string(), "К002");
        assert_eq!(Ticket { letter: 'A', number: 999 }.next(), Ticket::first('A'));
        for bad in ["", "К", "К01", "К0011", "к001", "1001", "К000", "К-01", "К+01", "К 01"]
        {
            assert_eq!(Ticket::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_visit_goes_forward_and_an_ended_one_stays() {
        use VisitState::{Done, Left, Serving, Waiting};
        assert!(Waiting.to(Serving).is_ok() && Waiting.to(Left).is_ok());
        assert!(
            Serving.to(Done).is_ok() && Serving.to(Left).is_ok() && Serving.to(Serving).is_err()
        );
        assert!(Waiting.to(Done).is_err());
        for ended in [Done, Left] {
            assert!(VisitState::ALL.into_iter().all(|wanted| ended.to(wanted).is_err()));
        }
    }

    #[test]
    fn the_best_service_is_the_greatest() {
        assert_eq!(Service::ALL.into_iter().max(), Some(Service::Vip));
        assert_eq!(Service::of("mass"), Service::Standard);
        assert!(REGARDED.into_iter().all(|segment| Service::of(segment) > Service::Standard));
    }
}
