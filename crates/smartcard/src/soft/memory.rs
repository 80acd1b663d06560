//! What outlives power: a few thousand bytes. Every write may be the last one, at any byte of it; a record counts
//! only with its certificate, so a log that was cut off in the middle of one ends with the one before.

use crate::copies;
use crate::files::{Datum, KeyReference, LOG_RECORDS, PIN_TRIES, Stage};
use crate::keys::Key;
use crate::record::{Counters, SEALED, SealedRecord};
use crate::values::CardNumber;

/// Power is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PowerLost;

/// One place more than the card promises: the one that is written may be broken.
const SLOTS: usize = LOG_RECORDS + 1;

/// Where things stand.
const STAGE: usize = 0;
const NUMBER: usize = STAGE + 1;
const KEYS: usize = NUMBER + 8;
const PIN: usize = KEYS + 4 * 32;
const TRIES: usize = PIN + 8;
const PROFILE: usize = TRIES + 1;
const LOG: usize = PROFILE + copies::FILE;
const SIZE: usize = LOG + SLOTS * SEALED;

/// The bytes of a card.
#[derive(Clone, PartialEq, Eq)]
pub struct Image(Vec<u8>);

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Image(***)")
    }
}

impl Image {
    pub(super) fn blank(transport_key: &Key) -> Self {
        let mut bytes = vec![0; SIZE];
        if let Some(place) = bytes.get_mut(KEYS..KEYS + 32) {
            place.copy_from_slice(transport_key.reveal());
        }
        Self(bytes)
    }
    /// Bytes that were kept; `None` when they are no card's.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == SIZE).then(|| Self(bytes.to_vec()))
    }
    /// Its bytes. Keys and PIN are among them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

pub(super) struct Memory {
    bytes: Vec<u8>,
    written: usize,
    /// How many bytes more are written before power goes.
    budget: Option<usize>,
    counters: Counters,
    newest: Vec<SealedRecord>,
}

impl Memory {
    pub(super) fn of(image: Image) -> Self {
        let (counters, newest) = (Counters::default(), Vec::new());
        let mut memory = Self { bytes: image.0, written: 0, budget: None, counters, newest };
        memory.wake();
        memory
    }
    pub(super) fn image(&self) -> Image {
        Image(self.bytes.clone())
    }
    pub(super) const fn written(&self) -> usize {
        self.written
    }
    pub(super) const fn lose_power_after(&mut self, bytes: usize) {
        self.budget = Some(bytes);
    }

    /// With power: finds the last record that is whole, and ends what was cut off.
    pub(super) fn wake(&mut self) {
        self.budget = None;
        if self.stage() == Stage::Active
            && let Some(transport) = self.bytes.get_mut(KEYS..KEYS + 32)
        {
            transport.fill(0);
        }
        let key = self.log_key();
        let mut whole: Vec<SealedRecord> = (0..SLOTS)
            .filter_map(|slot| SealedRecord::decode(self.at(LOG + slot * SEALED, SEALED)))
            .filter(|sealed| sealed.is_certified(&key))
            .collect();
        whole.sort_by_key(|sealed| std::cmp::Reverse(sealed.record.atc));
        whole.truncate(LOG_RECORDS);
        self.newest = whole;
        self.count();
    }

    fn count(&mut self) {
        let tries = self.pin_tries();
        self.counters = match self.newest.first() {
            Some(last) => Counters::after(last, tries),
            None => Counters { pin_tries: tries, ..Counters::default() },
        };
    }

    fn at(&self, start: usize, length: usize) -> &[u8] {
        self.bytes.get(start..start + length).unwrap_or_default()
    }
    fn array<const N: usize>(&self, start: usize) -> [u8; N] {
        self.at(start, N).try_into().unwrap_or([0; N])
    }

    fn write(&mut self, start: usize, bytes: &[u8]) -> Result<(), PowerLost> {
        let count = self.budget.unwrap_or(usize::MAX).min(bytes.len());
        let place = self.bytes.iter_mut().skip(start).take(count);
        place.zip(bytes).for_each(|(to, from)| *to = *from);
        self.written += count;
        self.budget = self.budget.map(|budget| budget - count);
        if count < bytes.len() { Err(PowerLost) } else { Ok(()) }
    }

    pub(super) fn stage(&self) -> Stage {
        if self.array::<1>(STAGE) == [1] { Stage::Active } else { Stage::Blank }
    }
    pub(super) fn number(&self) -> CardNumber {
        CardNumber(self.array(NUMBER))
    }
    pub(super) fn key(&self, reference: KeyReference) -> Key {
        Key::new(self.array(KEYS + 32 * usize::from(reference.number())))
    }
    pub(super) fn log_key(&self) -> Key {
        Key::new(self.array(KEYS + 3 * 32))
    }
    pub(super) fn is_pin(&self, block: &[u8]) -> bool {
        let kept: [u8; 8] = self.array(PIN);
        let differ = kept.iter().zip(block).fold(0, |sum, (a, b)| sum | (a ^ b));
        block.len() == kept.len() && differ == 0
    }
    pub(super) fn pin_tries(&self) -> u8 {
        let [tries] = self.array(TRIES);
        tries.min(PIN_TRIES)
    }
    pub(super) fn write_pin_tries(&mut self, tries: u8) -> Result<(), PowerLost> {
        self.write(TRIES, &[tries])?;
        self.counters.pin_tries = tries;
        Ok(())
    }
    pub(super) fn profile(&self) -> &[u8] {
        self.at(PROFILE, copies::FILE)
    }
    pub(super) fn write_profile(&mut self, offset: usize, bytes: &[u8]) -> Result<(), PowerLost> {
        self.write(PROFILE + offset, bytes)
    }
    pub(super) const fn counters(&self) -> Counters {
        self.counters
    }
    /// The record with this number: 1 is the newest.
    pub(super) fn record(&self, number: u8) -> Option<SealedRecord> {
        self.newest.get(usize::from(number).checked_sub(1)?).copied()
    }
    pub(super) fn append(&mut self, sealed: &SealedRecord) -> Result<(), PowerLost> {
        let slot = usize::try_from(sealed.record.atc).unwrap_or(0) % SLOTS;
        self.write(LOG + slot * SEALED, &sealed.encode())?;
        self.newest.insert(0, *sealed);
        self.newest.truncate(LOG_RECORDS);
        self.count();
        Ok(())
    }
    /// Everything a client's card needs is there.
    pub(super) fn is_complete(&self) -> bool {
        let set = |start, length| self.at(start, length).iter().any(|byte| *byte != 0);
        let keys = (1..4).all(|key| set(KEYS + 32 * key, 32));
        set(NUMBER, 8) && keys && set(PIN, 8) && set(PROFILE, copies::FILE)
    }
    pub(super) fn put(&mut self, datum: Datum, value: [u8; 32]) -> Result<(), PowerLost> {
        let (start, length) = match datum {
            Datum::Number => (NUMBER, 8),
            Datum::DeskKey => (KEYS + 32, 32),
            Datum::AdminKey => (KEYS + 2 * 32, 32),
            Datum::LogKey => (KEYS + 3 * 32, 32),
            Datum::Pin => (PIN, 8),
            Datum::Seal => {
                self.write(STAGE, &[1])?;
                return self.write(KEYS, &[0; 32]);
            }
        };
        self.write(start, value.get(..length).unwrap_or_default())?;
        if datum == Datum::Pin {
            self.write_pin_tries(PIN_TRIES)?;
        }
        Ok(())
    }
}
