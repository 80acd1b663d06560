//! Small values that stand on cards.

use std::fmt;

use kernel::Timestamp;

/// Latest instant a card carries: the last second of the year 9999.
const SECONDS_MAX: u64 = 253_402_300_799;

/// An instant as cards carry it: whole seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardTime(u64);

impl CardTime {
    /// From seconds; `None` past the year 9999.
    pub const fn from_seconds(seconds: u64) -> Option<Self> {
        if seconds <= SECONDS_MAX { Some(Self(seconds)) } else { None }
    }
    /// Seconds since 1970.
    pub const fn seconds(self) -> u64 {
        self.0
    }
    /// The second an instant falls into; before 1970 that is the first one, after 9999 the last.
    pub fn of(instant: Timestamp) -> Self {
        let seconds = u64::try_from(instant.micros().div_euclid(1_000_000)).unwrap_or(0);
        Self(seconds.min(SECONDS_MAX))
    }
    /// The instant.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(i64::try_from(self.0).unwrap_or(i64::MAX))
    }
}

/// The number of a card: given when it is personalised, readable by anybody, says nothing of its holder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardNumber(pub [u8; 8]);

impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}
impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardNumber({self})")
    }
}

/// How a client is called on his card: 1 to 40 letters, digits and hyphens of ASCII.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder(String);

impl Holder {
    /// Longest name (bytes).
    pub const MAX: usize = 40;

    /// `None` when the text is no such name.
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX).contains(&text.len());
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (fits && plain).then(|| Self(text.to_owned()))
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holder({})", self.0)
    }
}

/// A code of a lookup (segment, tariff): 1 to 24 small letters, digits, hyphens and underscores of ASCII.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Code(String);

impl Code {
    /// Longest code (bytes).
    pub const MAX: usize = 24;

    /// `None` when the text is no such code.
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX).contains(&text.len());
        let plain = text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
        });
        (fits && plain).then(|| Self(text.to_owned()))
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads fields of fixed width from the front of bytes.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl Fields<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }
    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }
    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }
    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }
    /// An amount of minor units: never negative.
    pub(crate) fn amount(&mut self) -> Option<i64> {
        i64::try_from(self.u64()?).ok()
    }
    /// `Some` when nothing is left.
    pub(crate) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
