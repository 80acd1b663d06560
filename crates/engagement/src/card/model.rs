//! Cards, what a desk has read of one, and what it may do with it; pure.

use kernel::{Currency, Money, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use smartcard::offline::Rules;
use smartcard::record::{Counters, Kind, SealedRecord};
use smartcard::{CardNumber, Stored, hex};

/// Longest signed profile (bytes).
const SIGNED_MAX: usize = smartcard::profile::SIGNED_MAX;
/// Records a card tells of at most.
const LOG_MAX: usize = smartcard::files::LOG_RECORDS;

/// Where a card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CardState {
    /// Signed, and not yet written onto a card.
    Made,
    /// The client has it.
    Active,
    /// It is taken no more.
    Stopped,
}

impl CardState {
    /// All.
    pub const ALL: [CardState; 3] = [CardState::Made, CardState::Active, CardState::Stopped];
    /// Stable word, as stored; texts under `card-state-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            CardState::Made => "made",
            CardState::Active => "active",
            CardState::Stopped => "stopped",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// Why a card is stopped; texts under `card-stop-` + the word.
pub const STOP_REASONS: [&str; 5] = ["lost", "stolen", "broken", "closed", "forked"];
/// Those a person may give.
pub const STOP_REASONS_TOLD: [&str; 4] = ["lost", "stolen", "broken", "closed"];

/// What is done with a card at the desk; texts under `card-kind-` + the word.
pub const KINDS: [&str; 3] = ["purchase", "offer", "served"];

/// The stored word of a record's kind.
pub const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Purchase => "purchase",
        Kind::OfferTaken => "offer",
        Kind::Served => "served",
    }
}

/// What becomes of a record; texts under `card-standing-` + the word.
pub const STANDINGS: [&str; 4] = ["told", "accepted", "held", "forked"];

/// Purposes of consents a card carries, in the order of its bits.
pub const PURPOSES: [&str; 4] = ["personal_data", "advertising", "credit_history", "partners"];

/// What a desk has read of a card that has proved itself: everything as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Reading {
    /// Its number.
    pub number: String,
    /// Its counters.
    pub counters: String,
    /// The counter of the profile in its head.
    pub profile: u32,
    /// The signed profile.
    pub signed: String,
    /// Its last records, newest first.
    pub log: Vec<String>,
}

/// A reading, understood.
#[derive(Clone, Debug)]
pub struct Understood {
    /// The card.
    pub number: CardNumber,
    /// Its counters.
    pub counters: Counters,
    /// The profile as it stood there.
    pub stored: Stored,
    /// Its last records, newest first.
    pub log: Vec<SealedRecord>,
}

impl Reading {
    /// What was read, to be told.
    pub fn of(understood: &Understood) -> Self {
        Self {
            number: understood.number.to_string(),
            counters: hex::text(&understood.counters.encode()),
            profile: understood.stored.counter,
            signed: hex::text(&understood.stored.signed),
            log: understood.log.iter().map(|sealed| hex::text(&sealed.encode())).collect(),
        }
    }
    /// What it says.
    ///
    /// # Errors
    /// `card-reading-broken` when it is none.
    pub fn understood(&self) -> Result<Understood, Refusal> {
        let broken = || Refusal::new("card-reading-broken");
        let counters = hex::bytes(&self.counters, Counters::LENGTH);
        let log = self.log.iter().take(LOG_MAX + 1).map(|text| record(text));
        let log: Vec<SealedRecord> = log.collect::<Option<_>>().ok_or_else(broken)?;
        if log.len() > LOG_MAX {
            return Err(broken());
        }
        Ok(Understood {
            number: number(&self.number).ok_or_else(broken)?,
            counters: counters.and_then(|c| Counters::decode(&c)).ok_or_else(broken)?,
            stored: Stored {
                counter: self.profile,
                signed: hex::bytes(&self.signed, SIGNED_MAX).ok_or_else(broken)?,
            },
            log,
        })
    }
}

/// The number of a card from its digits.
pub fn number(text: &str) -> Option<CardNumber> {
    hex::bytes(text, 8)?.try_into().ok().map(CardNumber)
}

/// A record with its certificate from its digits.
pub fn record(text: &str) -> Option<SealedRecord> {
    SealedRecord::decode(&hex::bytes(text, smartcard::record::SEALED)?)
}

/// The rules of work without a line, in the bank's currency.
pub fn rules(currency: Currency) -> Rules {
    let roubles = Rules::roubles();
    let sum = |money: Money| Money::new(money.minor, currency);
    Rules {
        floor: sum(roubles.floor),
        threshold: sum(roubles.threshold),
        cumulative: sum(roubles.cumulative),
        ..roubles
    }
}

/// What the bank allows with a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Terms {
    /// Up to how much may be spent before the centre counts (minor units of the card's currency).
    pub limit_minor: i64,
    /// What the bank has approved beforehand.
    #[serde(default)]
    pub offer: Option<Offer>,
}

/// An approved offer on a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Offer {
    /// Up to how much (minor units).
    pub sum_minor: i64,
    /// Yearly rate in hundredths of a percent.
    pub rate_bp: u32,
    /// Until when.
    pub until: kernel::Timestamp,
}

/// The most a card may spend by itself, and the most that is offered on it (minor units): a slip of the hand is more.
const LIMIT_MAX: i64 = 100_000_000;
const OFFER_MAX: i64 = 1_000_000_000_000;
/// The highest rate (hundredths of a percent).
const RATE_MAX: u32 = 100_000;

impl Terms {
    /// What can be checked without the database.
    pub fn check(&self, now: kernel::Timestamp, refusals: &mut Refusals) {
        if !(0..=LIMIT_MAX).contains(&self.limit_minor) {
            refusals.push(Refusal::field("card-limit", "limit").arg("max", LIMIT_MAX / 100));
        }
        let Some(offer) = &self.offer else { return };
        if !(1..=OFFER_MAX).contains(&offer.sum_minor) {
            refusals.push(Refusal::field("operation-sum", "offer_sum"));
        }
        if offer.rate_bp > RATE_MAX {
            refusals.push(Refusal::field("card-offer-rate", "offer_rate"));
        }
        if offer.until <= now {
            refusals.push(Refusal::field("card-offer-until", "offer_until"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_eight_bytes() {
        assert_eq!(number("0001020304050607"), Some(CardNumber([0, 1, 2, 3, 4, 5, 6, 7])));
        assert_eq!(number("00"), None);
    }

    #[test]
    fn a_reading_that_is_none_is_refused() {
        let broken = Reading {
            number: "0001020304050607".to_owned(),
            counters: String::new(),
            profile: 1,
            signed: "00".to_owned(),
            log: vec!["00".to_owned()],
        };
        assert_eq!(broken.understood().unwrap_err().code, "card-reading-broken");
    }
}
