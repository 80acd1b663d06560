//! Whether what a card presents counts. First what no honest card does, then what time has done to an honest one.

use super::{Reason, Rules, StopList};
use crate::copies::Stored;
use crate::cose::Verifier;
use crate::profile::Profile;
use crate::record::{Counters, Link};
use crate::values::{CardNumber, CardTime};

/// What a card has presented in a session: number and counters are proved, the profile is not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The card.
    pub card: CardNumber,
    /// Its counters.
    pub counters: Counters,
    /// The profile as it stood there.
    pub stored: Stored,
}

/// What the desk remembers of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenCard {
    /// Its last record that was seen.
    pub atc: u32,
    /// The digest of that record.
    pub link: Link,
}

/// What the desk knows without asking.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// Its clock.
    pub now: CardTime,
    /// The latest instant that anything signed has told it of: a bundle, a stop-list, a profile.
    pub last_signed: Option<CardTime>,
    /// The bundle's floor: no profile below it is taken.
    pub floor: u32,
    /// The cards that are taken no more.
    pub stop_list: Option<&'a StopList>,
    /// The highest counter it has seen for this client.
    pub highest_profile: Option<u32>,
    /// What it remembers of this card.
    pub seen: Option<SeenCard>,
}

/// A profile that counts, with the counters of the card it came from. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    profile: Profile,
    card: CardNumber,
    counters: Counters,
    now: CardTime,
}

impl Verified {
    /// The profile.
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }
    /// The card.
    pub const fn card(&self) -> CardNumber {
        self.card
    }
    /// The card's counters.
    pub const fn counters(&self) -> Counters {
        self.counters
    }
    /// When it was verified.
    pub const fn now(&self) -> CardTime {
        self.now
    }
}

/// Verifies what a card presents.
///
/// # Errors
/// With the first reason, the gravest first.
pub fn verify(
    presented: &Presented,
    known: &Known<'_>,
    rules: &Rules,
    keys: &(impl Verifier + ?Sized),
) -> Result<Verified, Reason> {
    let Presented { card, counters, stored } = presented;
    let profile = Profile::open(&stored.signed, keys).map_err(|_| Reason::NotSigned)?;
    if profile.counter != stored.counter {
        return Err(Reason::Swapped);
    }
    if profile.card != Some(*card) {
        return Err(Reason::OtherCard);
    }
    if known.stop_list.is_some_and(|list| list.cards.contains(card)) {
        return Err(Reason::Stopped);
    }
    if is_set_back(counters, &profile, known.seen) {
        return Err(Reason::CardRolledBack);
    }
    if profile.counter < known.highest_profile.unwrap_or(0) || profile.counter < counters.profile {
        return Err(Reason::ProfileRolledBack);
    }
    if profile.counter < known.floor {
        return Err(Reason::BelowFloor);
    }
    in_time(&profile, known, rules)?;
    Ok(Verified { profile, card: *card, counters: *counters, now: known.now })
}

/// Less than was seen of the card, by this desk or by the centre; or the same number of records, and other ones.
fn is_set_back(counters: &Counters, profile: &Profile, seen: Option<SeenCard>) -> bool {
    let by_centre =
        counters.atc < profile.counted.atc || counters.total_minor < profile.counted.total.minor;
    let by_desk = seen.is_some_and(|seen| {
        counters.atc < seen.atc || (counters.atc == seen.atc && counters.link != seen.link)
    });
    by_centre || by_desk
}

fn in_time(profile: &Profile, known: &Known<'_>, rules: &Rules) -> Result<(), Reason> {
    let now = known.now.seconds();
    let list = known.stop_list.map(|list| list.issued);
    let signed = [known.last_signed, profile.issued, list].into_iter().flatten().max();
    if signed.is_some_and(|signed| now.saturating_add(rules.clock_seconds) < signed.seconds()) {
        return Err(Reason::ClockBehind);
    }
    if known.now >= profile.expires {
        return Err(Reason::Expired);
    }
    let is_young = |of: Option<CardTime>, most: u64| {
        of.is_some_and(|of| now.saturating_sub(of.seconds()) <= most)
    };
    if !is_young(profile.issued, rules.profile_seconds) {
        return Err(Reason::Stale);
    }
    if !is_young(list, rules.stop_list_seconds) {
        return Err(Reason::StopListStale);
    }
    Ok(())
}
