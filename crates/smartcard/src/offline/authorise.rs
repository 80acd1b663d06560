//! Whether an operation may be done without the centre, as payment cards weigh it (EMV, terminal risk management):
//! limits first, then how often, then the sum, then chance.

use kernel::Money;

use super::{Reason, Rules, Verified};
use crate::record::{Kind, SealedRecord};
use crate::values::CardTime;

/// Whether the centre can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It can.
    Up,
    /// It cannot.
    Down,
}

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
    if let Some(reason) = beyond(verified, log, rules, amount.minor) {
        return ask(reason);
    }
    if purchase.line == Line::Up && offline_count(verified, log) >= rules.lower {
        return Decision::AskCentre(Reason::Many);
    }
    let sum = amount.minor.saturating_add(shortly_before(verified.now(), log, rules));
    if sum >= rules.floor.minor {
        return ask(Reason::Floor);
    }
    let picked = purchase.luck < selection_bp(rules, sum);
    match (picked, purchase.line) {
        (true, Line::Up) => Decision::AskCentre(Reason::Picked),
        (picked, Line::Up | Line::Down) => Decision::Approved { picked },
    }
}

/// What no chance and no asking mends.
fn beyond(verified: &Verified, log: &[SealedRecord], rules: &Rules, amount: i64) -> Option<Reason> {
    let profile = verified.profile();
    // never negative: a card that has spent less than the centre has counted is not verified
    let since = verified.counters().total_minor.saturating_sub(profile.counted.total.minor);
    let with_this = since.saturating_add(amount);
    if profile.counted.spent.minor.saturating_add(with_this) > profile.limit.minor {
        return Some(Reason::OverLimit);
    }
    if with_this > rules.cumulative.minor {
        return Some(Reason::Cumulative);
    }
    (offline_count(verified, log) >= rules.upper).then_some(Reason::TooMany)
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

/// How many of ten thousand purchases of this sum are picked out, rounded down: some up to the threshold, then ever
/// more, all from the floor on.
pub fn selection_bp(rules: &Rules, sum_minor: i64) -> u32 {
    let (from, to) = (rules.threshold.minor, rules.floor.minor);
    if sum_minor >= to {
        return 10_000;
    }
    if sum_minor <= from {
        return rules.pick_bp;
    }
    let span = i128::from(rules.pick_max_bp.saturating_sub(rules.pick_bp));
    let more =
        span * (i128::from(sum_minor) - i128::from(from)) / (i128::from(to) - i128::from(from));
    rules.pick_bp.saturating_add(u32::try_from(more).unwrap_or(0))
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
