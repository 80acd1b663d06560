//! What a desk may do with a card while it cannot ask: whether the profile counts, and whether an operation may
//! be done. Pure rules: what is known, what time it is and what chance says are given; every "no" has a code.
//!
//! `verify.rs` answers the first question, `authorise.rs` the second.

mod authorise;
mod verify;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use kernel::offline::FloorRule;
use kernel::{Currency, Money};

pub use authorise::{Decision, Line, Purchase, authorise, authorise_offer};
pub use verify::{Known, Presented, SeenCard, Verified, verify};

use crate::values::{CardNumber, CardTime};

/// The rules of offline work; they come with the bundle a desk was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// From this sum on the centre is asked (with what was bought shortly before: a sum that was split).
    pub floor: Money,
    /// From this sum on chance weighs more and more.
    pub threshold: Money,
    /// How many of ten thousand operations up to the threshold are picked out to be asked about.
    pub pick_bp: u32,
    /// How many just below the floor.
    pub pick_max_bp: u32,
    /// More operations than these since the centre last counted: asked about, if there is a line.
    pub lower: u32,
    /// More operations than these are not done without it.
    pub upper: u32,
    /// The most that is spent since the centre last counted.
    pub cumulative: Money,
    /// How long purchases count as parts of one (seconds).
    pub split_seconds: u64,
    /// How old a profile may be (seconds).
    pub profile_seconds: u64,
    /// How old the stop-list may be (seconds).
    pub stop_list_seconds: u64,
    /// How far the clock may be behind what was signed (seconds).
    pub clock_seconds: u64,
}

impl Rules {
    /// The part of them that holds for everything that is done without the centre.
    pub const fn floor_rule(&self) -> FloorRule {
        FloorRule {
            floor_minor: self.floor.minor,
            threshold_minor: self.threshold.minor,
            pick_bp: self.pick_bp,
            pick_max_bp: self.pick_max_bp,
            lower: self.lower,
            upper: self.upper,
        }
    }
    /// Where a bank has said nothing else: in roubles.
    pub const fn roubles() -> Self {
        Self {
            floor: Money::new(300_000, Currency::RUB),
            threshold: Money::new(100_000, Currency::RUB),
            pick_bp: 500,
            pick_max_bp: 5_000,
            lower: 3,
            upper: 5,
            cumulative: Money::new(1_000_000, Currency::RUB),
            split_seconds: 3_600,
            profile_seconds: 7 * 86_400,
            stop_list_seconds: 86_400,
            clock_seconds: 300,
        }
    }
}

/// Cards that are taken no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopList {
    /// When the centre made it.
    pub issued: CardTime,
    /// The cards.
    pub cards: BTreeSet<CardNumber>,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The profile is not signed by the bank, or was changed.
    NotSigned,
    /// The profile stands behind the counter of another.
    Swapped,
    /// The profile was signed for another card, or for none.
    OtherCard,
    /// The card is on the stop-list.
    Stopped,
    /// The card has done less than it had already: a copy, or set back.
    CardRolledBack,
    /// A newer profile of the client was seen.
    ProfileRolledBack,
    /// The bank takes no profiles as old as this any more.
    BelowFloor,
    /// The desk's clock is behind what it has seen signed.
    ClockBehind,
    /// The profile has expired.
    Expired,
    /// The profile is too old, or does not say how old it is.
    Stale,
    /// There is no stop-list, or it is too old.
    StopListStale,
    /// No amount.
    Amount,
    /// Another currency than the card's or the rules'.
    Currency,
    /// More than the card may spend.
    OverLimit,
    /// More than may be spent before the centre counts again.
    Cumulative,
    /// Too many operations before the centre counts again.
    TooMany,
    /// Enough operations that the centre be asked.
    Many,
    /// The sum is one to ask about.
    Floor,
    /// Picked out by chance.
    Picked,
    /// There is no approved offer.
    NoOffer,
    /// The offer has expired.
    OfferExpired,
    /// More than was approved.
    OfferExceeded,
    /// The offer was taken.
    OfferTaken,
    /// The card no longer knows whether it was.
    OfferUnsure,
}

impl Reason {
    /// The code under which its words are found.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSigned => "card-profile-not-signed",
            Self::Swapped => "card-profile-swapped",
            Self::OtherCard => "card-profile-of-another",
            Self::Stopped => "card-stopped",
            Self::CardRolledBack => "card-rolled-back",
            Self::ProfileRolledBack => "card-profile-rolled-back",
            Self::BelowFloor => "card-profile-below-floor",
            Self::ClockBehind => "card-clock-behind",
            Self::Expired => "card-profile-expired",
            Self::Stale => "card-profile-stale",
            Self::StopListStale => "card-stop-list-stale",
            Self::Amount => "card-amount",
            Self::Currency => "card-currency",
            Self::OverLimit => "card-over-limit",
            Self::Cumulative => "card-over-cumulative",
            Self::TooMany => "card-too-many-offline",
            Self::Many => "card-many-offline",
            Self::Floor => "card-floor",
            Self::Picked => "card-picked",
            Self::NoOffer => "card-no-offer",
            Self::OfferExpired => "card-offer-expired",
            Self::OfferExceeded => "card-offer-exceeded",
            Self::OfferTaken => "card-offer-taken",
            Self::OfferUnsure => "card-offer-unsure",
        }
    }
}
