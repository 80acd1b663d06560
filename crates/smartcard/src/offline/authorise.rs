//! Whether an operation may be done without the centre: the card's limits first, then the rule every operation without the
//! centre is weighed by (`kernel::offline`): how often, then the sum, then chance.

use kernel::Money;
pub use kernel::offline::Line;
use kernel::offline::{Stake, Weighed, Why};

use super::{Reason, Rules, Verified};
use crate::record::{Kind, SealedRecord};
use crate::values::CardTime;

/// What is to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// How much.
    pub amount: Money,
    /// Whether the centre can be asked.
    pub line: Line,
    /// Chance: a number below 10 000, each as likely as any other.
    pub luck: u32,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be done. Chance may have picked it out, when there was nobody to ask.
    Approved {
        /// Picked out by chance.
        picked: bool,
    },
    /// The centre is to be asked.
    AskCentre(Reason),
    /// No.
    Declined(Reason),
}

/// Decides on a purchase. `log` is the card's, as the session read it: newest first.
pub fn authorise(
    verified: &Verified,
    log: &[SealedRecord],
    rules: &Rules,
    purchase: &Purchase,
) -> Decision {
    let amount = purchase.amount;
    let limit = verified.profile().limit;
    if amount.minor <= 0 {
        return Decision::Declined(Reason::Amount);
    }
    let of_rules = [rules.floor, rules.threshold, rules.cumulative];
    if of_rules.iter().chain([&limit]).any(|money| money.currency != amount.currency) {
        return Decision::Declined(Reason::Currency);
    }
    let ask = |reason| match purchase.line {
        Line::Up => Decision::AskCentre(reason),
        Line::Down => Decision::Declined(reason),
    };
    if let Some(reason) = beyond(verified, rules, amount.minor) {
        return ask(reason);
    }
    let stake = Stake {
        sum_minor: amount.minor.saturating_add(shortly_before(verified.now(), log, rules)),
        count: offline_count(verified, log),
        line: purchase.line,
        luck: purchase.luck,
    };
    match rules.floor_rule().weigh(&stake) {
        Weighed::Fits { picked } => Decision::Approved { picked },
        Weighed::Ask(why) => ask(match why {
            Why::TooMany => Reason::TooMany,
            Why::Many => Reason::Many,
            Why::Floor => Reason::Floor,
            Why::Picked => Reason::Picked,
        }),
    }
}

/// What no chance and no asking mends.
fn beyond(verified: &Verified, rules: &Rules, amount: i64) -> Option<Reason> {
    let profile = verified.profile();
    // never negative: a card that has spent less than the centre has counted is not verified
    let since = verified.counters().total_minor.saturating_sub(profile.counted.total.minor);
    let with_this = since.saturating_add(amount);
    if profile.counted.spent.minor.saturating_add(with_this) > profile.limit.minor {
        return Some(Reason::OverLimit);
    }
    (with_this > rules.cumulative.minor).then_some(Reason::Cumulative)
}

/// Operations with money since the centre last counted. What the card no longer knows counts as such.
fn offline_count(verified: &Verified, log: &[SealedRecord]) -> u32 {
    let counted = verified.profile().counted.atc;
    let without_money = log
        .iter()
        .map(|sealed| sealed.record)
        .filter(|record| record.atc > counted && matches!(record.kind, Kind::Served));
    let all = verified.counters().atc.saturating_sub(counted);
    all.saturating_sub(u32::try_from(without_money.count()).unwrap_or(0))
}

/// What was bought so shortly before that it counts as part of the same purchase. What is dated later counts too.
fn shortly_before(now: CardTime, log: &[SealedRecord], rules: &Rules) -> i64 {
    let since = now.seconds().saturating_sub(rules.split_seconds);
    log.iter()
        .map(|sealed| sealed.record)
        .filter(|record| record.kind.spends() && record.at.seconds() >= since)
        .fold(0, |sum, record| sum.saturating_add(record.amount.minor))
}

/// Decides on taking the approved offer: credit without the centre is only what the bank has signed beforehand.
pub fn authorise_offer(verified: &Verified, log: &[SealedRecord], amount: Money) -> Decision {
    let profile = verified.profile();
    let Some(offer) = &profile.offer else { return Decision::Declined(Reason::NoOffer) };
    let since = profile.counted.atc;
    let after_last = verified.counters().atc.saturating_add(1);
    let known_since = log.last().map_or(after_last, |oldest| oldest.record.atc);
    let taken = log
        .iter()
        .map(|sealed| sealed.record)
        .any(|record| record.atc > since && matches!(record.kind, Kind::OfferTaken));
    let no = if amount.minor <= 0 {
        Some(Reason::Amount)
    } else if amount.currency != offer.sum.currency {
        Some(Reason::Currency)
    } else if verified.now() >= offer.expires {
        Some(Reason::OfferExpired)
    } else if amount.minor > offer.sum.minor {
        Some(Reason::OfferExceeded)
    } else if taken {
        Some(Reason::OfferTaken)
    } else if since.saturating_add(1) < known_since {
        Some(Reason::OfferUnsure)
    } else {
        None
    };
    no.map_or(Decision::Approved { picked: false }, Decision::Declined)
}
