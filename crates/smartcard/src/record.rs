//! What a card logs, and its counters. A record is written by the desk, checked by the card (it must be the very
//! next one), and certified by the card under a key that no desk has. Each record names the one before it by its
//! digest: two cards with the same keys part at the first record they do not share, and can never meet again.

use kernel::Money;
use uuid::Uuid;

use crate::keys::{Key, PROOF, Proof, digest};
use crate::values::{CardTime, Fields};

/// Bytes of a record without its certificate.
pub const RECORD: usize = 77;
/// Bytes of a record with it.
pub const SEALED: usize = RECORD + PROOF;
const VERSION: u8 = 1;

/// The digest of a record with its certificate, cut to 64 bits; zeros before the first.
pub type Link = [u8; 8];

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Money spent of the offline limit.
    Purchase,
    /// The approved offer was taken.
    OfferTaken,
    /// The client was served; no money.
    Served,
}

impl Kind {
    /// Whether it counts towards the card's running total.
    pub const fn spends(self) -> bool {
        match self {
            Self::Purchase => true,
            Self::OfferTaken | Self::Served => false,
        }
    }
    /// Whether the client has to give the PIN for it.
    pub const fn needs_pin(self) -> bool {
        match self {
            Self::Purchase | Self::OfferTaken => true,
            Self::Served => false,
        }
    }
    const fn number(self) -> u8 {
        match self {
            Self::Purchase => 1,
            Self::OfferTaken => 2,
            Self::Served => 3,
        }
    }
    const fn of(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Purchase),
            2 => Some(Self::OfferTaken),
            3 => Some(Self::Served),
            _ => None,
        }
    }
}

/// One line of the card's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The card's transaction counter: 1, 2, 3…
    pub atc: u32,
    /// Made by the desk before the first attempt.
    pub operation: Uuid,
    /// What was done.
    pub kind: Kind,
    /// With how much.
    pub amount: Money,
    /// Where.
    pub desk: Uuid,
    /// When, by the desk's clock.
    pub at: CardTime,
    /// The counter of the profile it was allowed under.
    pub profile: u32,
    /// All the card has ever spent offline, with this (minor units).
    pub total_minor: i64,
    /// The record before.
    pub previous: Link,
}

impl Record {
    /// Its bytes; an amount below zero, which nobody may make, becomes zero.
    pub fn encode(&self) -> [u8; RECORD] {
        let amount = u64::try_from(self.amount.minor).unwrap_or(0);
        let total = u64::try_from(self.total_minor).unwrap_or(0);
        let fields: [&[u8]; 11] = [
            &[VERSION],
            &self.atc.to_be_bytes(),
            self.operation.as_bytes(),
            &[self.kind.number()],
            &amount.to_be_bytes(),
            &self.amount.currency.letters(),
            self.desk.as_bytes(),
            &self.at.seconds().to_be_bytes(),
            &self.profile.to_be_bytes(),
            &total.to_be_bytes(),
            &self.previous,
        ];
        let mut out = [0; RECORD];
        out.iter_mut().zip(fields.concat()).for_each(|(to, from)| *to = from);
        out
    }

    /// `None` when the bytes are no record.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        if fields.byte()? != VERSION {
            return None;
        }
        let atc = fields.u32()?;
        let operation = Uuid::from_bytes(fields.take()?);
        let kind = Kind::of(fields.byte()?)?;
        let amount = fields.amount()?;
        let currency = std::str::from_utf8(&fields.take::<3>()?).ok()?.parse().ok()?;
        let record = Self {
            atc,
            operation,
            kind,
            amount: Money::new(amount, currency),
            desk: Uuid::from_bytes(fields.take()?),
            at: CardTime::from_seconds(fields.u64()?)?,
            profile: fields.u32()?,
            total_minor: fields.amount()?,
            previous: fields.take()?,
        };
        fields.end()?;
        Some(record)
    }

    /// The record with the certificate of the card whose log key this is.
    pub fn certify(self, log: &Key) -> SealedRecord {
        SealedRecord { certificate: log.prove("record", &[&self.encode()]), record: self }
    }
}

/// A record with the card's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    /// The record.
    pub record: Record,
    /// The card's proof.
    pub certificate: Proof,
}

impl SealedRecord {
    /// Its bytes.
    pub fn encode(&self) -> [u8; SEALED] {
        let mut out = [0; SEALED];
        let bytes = self.record.encode().into_iter().chain(self.certificate);
        out.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        out
    }
    /// `None` when the bytes are no record. The certificate is not looked at.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (record, certificate) = bytes.split_last_chunk()?;
        Some(Self { record: Record::decode(record)?, certificate: *certificate })
    }
    /// Whether the card whose log key this is has certified it.
    pub fn is_certified(&self, log: &Key) -> bool {
        log.proves("record", &[&self.record.encode()], &self.certificate)
    }
    /// What the next record calls it.
    pub fn link(&self) -> Link {
        digest(&[&self.encode()])
    }
}

/// What EF.CTR holds and what a card proves of itself: it follows from its last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counters {
    /// Its last record.
    pub atc: u32,
    /// All it has ever spent offline (minor units).
    pub total_minor: i64,
    /// The counter of the profile its last record was allowed under.
    pub profile: u32,
    /// The digest of its last record.
    pub link: Link,
    /// Tries at the PIN that are left.
    pub pin_tries: u8,
}

impl Counters {
    /// Bytes of EF.CTR.
    pub const LENGTH: usize = 25;

    /// After a record.
    pub fn after(last: &SealedRecord, pin_tries: u8) -> Self {
        let Record { atc, total_minor, profile, .. } = last.record;
        Self { atc, total_minor, profile, link: last.link(), pin_tries }
    }

    /// Whether `record` is the very next one: counter, total and link follow, and it was not allowed under an
    /// older profile than the one before.
    pub fn is_followed_by(&self, record: &Record) -> bool {
        let spent = if record.kind.spends() { record.amount.minor } else { 0 };
        self.atc.checked_add(1) == Some(record.atc)
            && self.total_minor.checked_add(spent) == Some(record.total_minor)
            && record.previous == self.link
            && record.profile >= self.profile
            && record.amount.minor >= 0
    }

    /// Its bytes.
    pub fn encode(&self) -> [u8; Self::LENGTH] {
        let total = u64::try_from(self.total_minor).unwrap_or(0);
        let fields: [&[u8]; 5] = [
            &self.atc.to_be_bytes(),
            &total.to_be_bytes(),
            &self.profile.to_be_bytes(),
            &self.link,
            &[self.pin_tries],
        ];
        let mut out = [0; Self::LENGTH];
        out.iter_mut().zip(fields.concat()).for_each(|(to, from)| *to = from);
        out
    }

    /// `None` when the bytes are no counters.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let counters = Self {
            atc: fields.u32()?,
            total_minor: fields.amount()?,
            profile: fields.u32()?,
            link: fields.take()?,
            pin_tries: fields.byte()?,
        };
        fields.end()?;
        Some(counters)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::samples;

    pub(crate) fn sample() -> Record {
        Record {
            atc: 1,
            operation: Uuid::from_bytes([1; 16]),
            kind: Kind::Purchase,
            amount: samples::rub(50_000),
            desk: Uuid::from_bytes([2; 16]),
            at: samples::at(samples::NOW),
            profile: 3,
            total_minor: 50_000,
            previous: [0; 8],
        }
    }

    #[test]
    fn only_the_very_next_record_follows() {
        let counters = Counters { pin_tries: 3, ..Counters::default() };
        assert!(counters.is_followed_by(&sample()));
        let wrong: [fn(&mut Record); 6] = [
            |r| r.atc = 2,
            |r| r.total_minor += 1,
            |r| r.previous[0] = 1,
            |r| r.kind = Kind::Served,
            |r| (r.amount.minor, r.total_minor) = (-1, -1),
            |r| r.amount.minor = i64::MAX,
        ];
        for (number, change) in wrong.into_iter().enumerate() {
            let mut record = sample();
            change(&mut record);
            assert!(!counters.is_followed_by(&record), "change {number}");
        }
        let later = Counters { profile: 4, ..counters };
        assert!(!later.is_followed_by(&sample()), "under an older profile");
        let full = Counters { total_minor: i64::MAX, ..counters };
        assert!(!full.is_followed_by(&sample()));
    }

    #[test]
    fn a_certificate_covers_every_bit() {
        let key = Key::new([5; 32]);
        let sealed = sample().certify(&key);
        assert!(sealed.is_certified(&key));
        assert!(!sealed.is_certified(&Key::new([6; 32])));
        let bytes = sealed.encode();
        assert_eq!(SealedRecord::decode(&bytes), Some(sealed));
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes;
            changed[bit / 8] ^= 1 << (bit % 8);
            let taken = SealedRecord::decode(&changed).is_some_and(|r| r.is_certified(&key));
            assert!(!taken, "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert_eq!(SealedRecord::decode(&bytes[..length]), None);
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(
            mut bytes in prop::collection::vec(any::<u8>(), RECORD..=RECORD),
            plausible in any::<bool>(),
        ) {
            if plausible {
                let good = sample().encode();
                bytes[..38].copy_from_slice(&good[..38]);
                bytes[49..53].copy_from_slice(&[0; 4]);
                bytes[61] = 0;
            }
            let read = Record::decode(&bytes);
            prop_assert!(read.is_some() || !plausible);
            if let Some(read) = read {
                prop_assert_eq!(read.encode().to_vec(), bytes);
            }
        }

        #[test]
        fn counters_are_read_and_written(bytes in prop::collection::vec(any::<u8>(), 0..30)) {
            if let Some(read) = Counters::decode(&bytes) {
                prop_assert_eq!(read.encode().to_vec(), bytes);
            }
        }
    }
}
