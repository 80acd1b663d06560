//! A limit, and what an operation is under it: pure.

use kernel::offline::{CHANCES, FloorRule, Line, Stake, Weighed, Why};
use kernel::{Currency, Refusal, Refusals};
use serde::{Deserialize, Serialize};

/// In the place of a command's name: every one that has no limit of its own.
pub const ANY: &str = "*";

/// Operations before the centre answers at most, whatever a limit says.
const COUNT_MAX: i64 = 10_000;

/// Up to where people of a role may go with a command in a currency, without asking the centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Limit {
    /// The command's name, or `*` for every one that has no limit of its own.
    pub command: String,
    /// The key of a role; empty for every one that has no limit of its own.
    #[serde(default)]
    pub role: String,
    /// ISO 4217.
    pub currency: Currency,
    /// From this sum on the centre is asked; with what was done for the same client shortly before.
    pub floor_minor: i64,
    /// From this sum on chance weighs more and more.
    pub threshold_minor: i64,
    /// How many of ten thousand up to the threshold are picked out to be asked about.
    pub pick_bp: i64,
    /// How many just below the floor.
    pub pick_max_bp: i64,
    /// With so many done for a client since the centre last answered it is asked, if there is a line.
    pub lower_count: i64,
    /// With so many nothing more is done for him without it.
    pub upper_count: i64,
    /// The most for one client in a day.
    pub client_day_minor: i64,
    /// The most by one person in a day.
    pub person_day_minor: i64,
    /// Up to which sum a supervisor lifts all this; none: nobody does.
    #[serde(default)]
    pub lift_minor: Option<i64>,
}

/// What was done before an operation that counts with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// For the same client shortly before.
    pub(super) recent_minor: i64,
    /// How many for him since the centre last answered.
    pub(super) count: i64,
    /// For him today.
    pub(super) client_minor: i64,
    /// By the same person today.
    pub(super) person_minor: i64,
}

/// Why an operation does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// More than one client may have in a day.
    Client,
    /// More than one person may do in a day.
    Person,
    /// The rule of the floor.
    Rule(Why),
}

impl Reason {
    /// The word for it in refusals.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Reason::Client => "client",
            Reason::Person => "person",
            Reason::Rule(Why::TooMany) => "count",
            Reason::Rule(Why::Many) => "many",
            Reason::Rule(Why::Floor) => "floor",
            Reason::Rule(Why::Picked) => "picked",
        }
    }
}

/// What an operation is under a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may be done.
    Fits {
        /// Chance had picked it out, and there was nobody to ask.
        picked: bool,
    },
    /// Not on one's own authority.
    Beyond(Reason),
}

impl Limit {
    fn rule(&self) -> FloorRule {
        let small = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
        FloorRule {
            floor_minor: self.floor_minor,
            threshold_minor: self.threshold_minor,
            pick_bp: small(self.pick_bp),
            pick_max_bp: small(self.pick_max_bp),
            lower: small(self.lower_count),
            upper: small(self.upper_count),
        }
    }
    /// Weighs an operation.
    pub(super) fn weigh(&self, amount: i64, before: &Before, (line, luck): (Line, u32)) -> Verdict {
        if before.client_minor.saturating_add(amount) > self.client_day_minor {
            return Verdict::Beyond(Reason::Client);
        }
        if before.person_minor.saturating_add(amount) > self.person_day_minor {
            return Verdict::Beyond(Reason::Person);
        }
        let count = u32::try_from(before.count.max(0)).unwrap_or(u32::MAX);
        let sum_minor = before.recent_minor.saturating_add(amount);
        match self.rule().weigh(&Stake { sum_minor, count, line, luck }) {
            Weighed::Fits { picked } => Verdict::Fits { picked },
            Weighed::Ask(why) => Verdict::Beyond(Reason::Rule(why)),
        }
    }
    /// Whether a supervisor may lift it for an operation.
    pub(super) fn may_be_lifted(&self, amount: i64, before: &Before) -> bool {
        let sum = before.recent_minor.saturating_add(amount);
        self.lift_minor.is_some_and(|lift| sum <= lift)
    }
    /// The most that may still be done in one operation: below the floor, within both days.
    pub(super) fn left(&self, before: &Before) -> i64 {
        let of_floor = (self.floor_minor - 1).saturating_sub(before.recent_minor);
        let of_client = self.client_day_minor.saturating_sub(before.client_minor);
        let of_person = self.person_day_minor.saturating_sub(before.person_minor);
        of_floor.min(of_client).min(of_person).max(0)
    }
    /// What speaks against it.
    pub(super) fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        let sums = [
            ("floor", self.floor_minor, 1),
            ("threshold", self.threshold_minor, 0),
            ("client_day", self.client_day_minor, 0),
            ("person_day", self.person_day_minor, 0),
            ("lift", self.lift_minor.unwrap_or(0), 0),
        ];
        for (field, minor, least) in sums {
            if minor < least {
                refusals.push(Refusal::field("not-an-amount", field));
            }
        }
        let most = i64::from(CHANCES);
        let numbers = [
            ("pick", self.pick_bp, 0, most),
            ("pick_max", self.pick_max_bp, self.pick_bp, most),
            ("lower", self.lower_count, 0, COUNT_MAX),
            ("upper", self.upper_count, self.lower_count, COUNT_MAX),
        ];
        for (field, number, least, most) in numbers {
            if number < least || number > most {
                refusals.push(Refusal::field("limit-order", field));
            }
        }
        if self.threshold_minor > self.floor_minor {
            refusals.push(Refusal::field("limit-order", "threshold"));
        }
        if self.lift_minor.is_some_and(|lift| lift < self.floor_minor) {
            refusals.push(Refusal::field("limit-order", "lift"));
        }
        refusals.into_result()
    }
}

/// The limit of a person of these roles: the one of the command before the one of all, then the one of a role before the one
/// of all; of several roles the widest, as with every right.
pub(super) fn fitting<'a>(
    limits: impl IntoIterator<Item = &'a Limit>,
    (command, roles, currency): (&str, &[String], Currency),
) -> Option<&'a Limit> {
    let fits = |limit: &&Limit| {
        limit.currency == currency
            && (limit.command == command || limit.command == ANY)
            && (limit.role.is_empty() || roles.contains(&limit.role))
    };
    let place = |limit: &&Limit| (limit.command != ANY, !limit.role.is_empty(), limit.floor_minor);
    limits.into_iter().filter(fits).max_by_key(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the research proposes where a bank has said nothing else.
    fn usual() -> Limit {
        Limit {
            command: ANY.to_owned(),
            role: String::new(),
            currency: Currency::RUB,
            floor_minor: 300_000,
            threshold_minor: 100_000,
            pick_bp: 500,
            pick_max_bp: 5_000,
            lower_count: 3,
            upper_count: 5,
            client_day_minor: 1_000_000,
            person_day_minor: 5_000_000,
            lift_minor: Some(1_000_000),
        }
    }

    #[test]
    fn the_nearest_limit_counts_and_of_roles_the_widest() {
        let of = |command: &str, role: &str, floor_minor| Limit {
            command: command.to_owned(),
            role: role.to_owned(),
            floor_minor,
            ..usual()
        };
        let limits =
            [of(ANY, "", 1), of(ANY, "clerk", 5), of("x.pay", "", 3), of("x.pay", "head", 2)];
        let floor = |command, roles: &[&str], currency| {
            let roles: Vec<String> = roles.iter().map(|r| (*r).to_owned()).collect();
            fitting(&limits, (command, &roles, currency)).map(|limit| limit.floor_minor)
        };
        assert_eq!(floor("x.pay", &["head", "clerk"], Currency::RUB), Some(2), "of both");
        assert_eq!(floor("x.pay", &["clerk"], Currency::RUB), Some(3), "the command goes first");
        assert_eq!(floor("x.other", &["clerk"], Currency::RUB), Some(5));
        assert_eq!(floor("x.other", &[], Currency::RUB), Some(1));
        assert_eq!(floor("x.other", &[], Currency::CZK), None, "nothing is said of crowns");
        let two = [of(ANY, "clerk", 5), of(ANY, "head", 7)];
        let roles = ["clerk".to_owned(), "head".to_owned()];
        let widest = fitting(&two, (ANY, &roles, Currency::RUB)).map(|limit| limit.floor_minor);
        assert_eq!(widest, Some(7));
    }

    #[test]
    fn the_usual_numbers_are_taken_and_their_opposites_refused() {
        assert!(usual().check().is_ok());
        let wrong = [
            Limit { floor_minor: 0, threshold_minor: 0, ..usual() },
            Limit { threshold_minor: 300_001, ..usual() },
            Limit { pick_max_bp: 499, ..usual() },
            Limit { pick_max_bp: 10_001, ..usual() },
            Limit { upper_count: 2, ..usual() },
            Limit { client_day_minor: -1, ..usual() },
            Limit { lift_minor: Some(299_999), ..usual() },
        ];
        for limit in wrong {
            assert_eq!(limit.check().unwrap_err().0.len(), 1, "{limit:?}");
        }
    }

    proptest! {
        #[test]
        fn what_fits_without_a_line_is_within_every_limit(
            amount in 0..2_000_000_i64, recent_minor in 0..400_000_i64, count in 0..8_i64,
            client_minor in 0..1_100_000_i64, person_minor in 0..5_100_000_i64, luck in 0..CHANCES,
        ) {
            let (limit, before) = (usual(), Before { recent_minor, count, client_minor, person_minor });
            let fits = matches!(limit.weigh(amount, &before, (Line::Down, luck)), Verdict::Fits { .. });
            let left = limit.left(&before);
            prop_assert!(!fits || (amount <= left && count < 5), "{left}");
            prop_assert_eq!(fits, recent_minor + amount < 300_000 && client_minor + amount <= 1_000_000
                && person_minor + amount <= 5_000_000 && count < 5);
        }
    }
}
