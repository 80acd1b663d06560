//! What the centre makes of a card's records when they come: from any desk, in any order, in any pieces, as often
//! as they like. The ledger of a card is a set that only grows, and what becomes of each record follows from the
//! set, the terms and the hour alone; so all who have received the same say the same.
//!
//! - **accepted**: the card has certified it and all before it are known; perhaps with a risk for a person to see;
//! - **held**: one before it is missing; after five days it is accepted with that risk;
//! - **forked**: two cards have gone on from the same record. From there on nothing counts by itself.
//!
//! A record without the card's certificate never enters the ledger: it is quarantined by who received it.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Money, Timestamp};
use uuid::Uuid;

use crate::keys::Key;
use crate::profile::{Counted, Profile};
use crate::record::{Kind, Link, Record, SealedRecord};

/// How long a record waits for those before it (days).
pub const GAP_DAYS: i64 = 5;

/// What the bank had allowed with one profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The limit.
    pub limit: Money,
    /// What was counted then.
    pub counted: Counted,
    /// The most that the approved offer gave.
    pub offer: Option<Money>,
}

impl From<&Profile> for Terms {
    fn from(profile: &Profile) -> Self {
        let offer = profile.offer.as_ref().map(|offer| offer.sum);
        Self { limit: profile.limit, counted: profile.counted, offer }
    }
}

/// What the centre knows of a card beside its records.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The key of its certificates.
    pub log_key: Key,
    /// What was allowed, by the counters of the profiles.
    pub terms: BTreeMap<u32, Terms>,
}

/// One record in the ledger, by its number and digest.
pub type Place = (u32, Link);

/// The records of one card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    records: BTreeMap<Place, Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    record: Record,
    arrived: Timestamp,
}

/// What a person should look at although the record counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// More was spent than allowed.
    OverLimit,
    /// The bank has signed no profile with this counter.
    UnknownProfile,
    /// In another currency than the limit.
    OtherCurrency,
    /// The offer was taken before, or there was none.
    Offer,
    /// The same operation stands in an earlier record.
    Repeated,
    /// Records before it have never come.
    Gap,
}

impl Risk {
    /// The code under which its words are found.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OverLimit => "card-record-over-limit",
            Self::UnknownProfile => "card-record-unknown-profile",
            Self::OtherCurrency => "card-record-other-currency",
            Self::Offer => "card-record-offer",
            Self::Repeated => "card-record-repeated",
            Self::Gap => "card-record-gap",
        }
    }
}

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Accepted {
        /// What a person should look at.
        risks: BTreeSet<Risk>,
    },
    /// It waits for those before it.
    Held {
        /// At most until then.
        until: Timestamp,
    },
    /// Two cards wrote it and what follows: a person decides, and the card is stopped.
    Forked,
}

impl Standing {
    /// The code under which its words are found.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "card-record-accepted",
            Self::Held { .. } => "card-record-held",
            Self::Forked => "card-record-forked",
        }
    }
}

/// Why a record is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quarantine {
    /// The bytes are no record.
    Unreadable,
    /// The card has not certified it.
    NotCertified,
}

impl Quarantine {
    /// The code under which its words are found.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "card-record-unreadable",
            Self::NotCertified => "card-record-not-certified",
        }
    }
}

/// What is said of one that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// New, and this becomes of it.
    New(Standing),
    /// It was there.
    Duplicate,
    /// It is kept apart.
    Quarantined(Quarantine),
}

/// What receiving one has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What is said of it.
    pub verdict: Verdict,
    /// What has become of others through it.
    pub changed: BTreeMap<Place, Standing>,
}

impl Ledger {
    /// Of records that were received before, each with when it first came. Their certificates are not looked at again.
    pub fn of(records: impl IntoIterator<Item = (SealedRecord, Timestamp)>) -> Self {
        let entry = |(sealed, arrived): (SealedRecord, Timestamp)| {
            ((sealed.record.atc, sealed.link()), Entry { record: sealed.record, arrived })
        };
        Self { records: records.into_iter().map(entry).collect() }
    }
    /// Receives a record as it was sent.
    pub fn receive(&mut self, issued: &Issued, bytes: &[u8], arrived: Timestamp) -> Receipt {
        let nothing_else = |verdict| Receipt { verdict, changed: BTreeMap::new() };
        let Some(sealed) = SealedRecord::decode(bytes) else {
            return nothing_else(Verdict::Quarantined(Quarantine::Unreadable));
        };
        if !sealed.is_certified(&issued.log_key) {
            return nothing_else(Verdict::Quarantined(Quarantine::NotCertified));
        }
        let place = (sealed.record.atc, sealed.link());
        if let Some(known) = self.records.get_mut(&place) {
            known.arrived = known.arrived.min(arrived);
            return nothing_else(Verdict::Duplicate);
        }
        let before = self.standings(issued, arrived);
        self.records.insert(place, Entry { record: sealed.record, arrived });
        let mut changed = self.standings(issued, arrived);
        changed.retain(|place, standing| before.get(place) != Some(standing));
        let standing = changed.remove(&place).unwrap_or(Standing::Forked);
        Receipt { verdict: Verdict::New(standing), changed }
    }

    /// The highest number such that it and all before it are known.
    pub fn complete_to(&self) -> u32 {
        let mut complete = 0_u32;
        for (atc, _) in self.records.keys() {
            if *atc > complete.saturating_add(1) {
                break;
            }
            complete = *atc;
        }
        complete
    }

    /// The first number that two cards have written, as far as is known.
    pub fn fork(&self) -> Option<u32> {
        self.records.iter().filter_map(|(place, entry)| self.fork_at(place, &entry.record)).min()
    }

    fn fork_at(&self, (atc, link): &Place, record: &Record) -> Option<u32> {
        let beside = |atc: u32| self.records.range((atc, [0; 8])..=(atc, [0xff; 8]));
        if beside(*atc).any(|((_, other), _)| other != link) {
            return Some(*atc);
        }
        let Some(before) = atc.checked_sub(1).filter(|before| *before > 0) else {
            // the first record of a card follows nothing
            return (*atc != 1 || record.previous != [0; 8]).then_some(*atc);
        };
        let mut known = beside(before).peekable();
        let follows =
            known.peek().is_none() || known.any(|((_, previous), _)| *previous == record.previous);
        // it follows another record of that number than the one that is known
        (!follows).then_some(before)
    }

    /// What becomes of every record, at this hour.
    pub fn standings(&self, issued: &Issued, now: Timestamp) -> BTreeMap<Place, Standing> {
        let (complete, fork) = (self.complete_to(), self.fork());
        let first = self.first_of_operations();
        let standing = |(place, entry): (&Place, &Entry)| {
            let until = entry.arrived.plus_days(GAP_DAYS);
            let standing = if fork.is_some_and(|fork| place.0 >= fork) {
                Standing::Forked
            } else if place.0 > complete && now < until {
                Standing::Held { until }
            } else {
                let mut risks = self.risks(issued, &entry.record);
                if first.get(&entry.record.operation).is_some_and(|first| *first < place.0) {
                    risks.insert(Risk::Repeated);
                }
                if place.0 > complete {
                    risks.insert(Risk::Gap);
                }
                Standing::Accepted { risks }
            };
            (*place, standing)
        };
        self.records.iter().map(standing).collect()
    }

    /// The first record of every operation.
    fn first_of_operations(&self) -> BTreeMap<Uuid, u32> {
        let mut first = BTreeMap::new();
        for entry in self.records.values() {
            first.entry(entry.record.operation).or_insert(entry.record.atc);
        }
        first
    }

    fn risks(&self, issued: &Issued, record: &Record) -> BTreeSet<Risk> {
        let mut risks = BTreeSet::new();
        let Some(terms) = issued.terms.get(&record.profile) else {
            risks.insert(Risk::UnknownProfile);
            return risks;
        };
        if !matches!(record.kind, Kind::Served) && record.amount.currency != terms.limit.currency {
            risks.insert(Risk::OtherCurrency);
        }
        match record.kind {
            Kind::Purchase => {
                let since = record.total_minor.saturating_sub(terms.counted.total.minor);
                if terms.counted.spent.minor.saturating_add(since) > terms.limit.minor {
                    risks.insert(Risk::OverLimit);
                }
            }
            Kind::OfferTaken => {
                let since = (terms.counted.atc.saturating_add(1), [0; 8])..(record.atc, [0; 8]);
                let taken = since.start < since.end
                    && self
                        .records
                        .range(since)
                        .any(|(_, e)| matches!(e.record.kind, Kind::OfferTaken));
                let most = terms.offer.map_or(0, |offer| offer.minor);
                if taken || record.amount.minor > most {
                    risks.insert(Risk::Offer);
                }
            }
            Kind::Served => {}
        }
        risks
    }
}
