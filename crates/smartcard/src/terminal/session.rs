//! What desk and card do once both have proved themselves.

use kernel::Money;
use uuid::Uuid;

use super::{CardFault, Link};
use crate::apdu::{Command, Status};
use crate::copies::{COPY, HEAD, Head, Stored, newest};
use crate::cose::Verifier;
use crate::files::{File, Identity, LOG_RECORDS, PIN_REFERENCE, instruction};
use crate::keys::{Key, PROOF};
use crate::offline::Presented;
use crate::pin::Pin;
use crate::profile::Profile;
use crate::record::{Counters, Kind, Record, SealedRecord};
use crate::values::CardTime;

/// A card that has proved itself to a desk that has proved itself to it.
pub struct Session<'t> {
    link: Link<'t>,
    identity: Identity,
    key: Key,
    counters: Counters,
}

/// What a desk wants logged; the card's counters make a record of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Made before the first attempt; the same when it is tried again.
    pub operation: Uuid,
    /// What is done.
    pub kind: Kind,
    /// With how much.
    pub amount: Money,
    /// Where.
    pub desk: Uuid,
    /// When.
    pub at: CardTime,
    /// The counter of the profile it is allowed under.
    pub profile: u32,
}

/// A record that is about to be written. Who keeps it can find out later whether it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The record.
    pub record: Record,
}

/// What became of a record whose writing was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It was written.
    Done(SealedRecord),
    /// It was not.
    NotDone,
    /// The card has gone on so far that it no longer knows; the centre will.
    Forgotten,
}

impl<'t> Session<'t> {
    pub(super) const fn new(
        link: Link<'t>,
        identity: Identity,
        key: Key,
        counters: Counters,
    ) -> Self {
        Self { link, identity, key, counters }
    }

    /// Which card it is: proved.
    pub const fn identity(&self) -> Identity {
        self.identity
    }
    /// Its counters: proved, and carried on with every record of this session.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// What the card presents, to be verified: its counters, and the newest profile signed by one of `keys`; where
    /// there is none, what stands in its place. `None` when nothing whole does.
    ///
    /// # Errors
    /// When the card does not answer or refuses.
    pub fn present(&mut self, keys: &dyn Verifier) -> Result<Option<Presented>, CardFault> {
        let copies = self.copies()?;
        let found = newest(&copies, |stored| is_signed(stored, keys));
        let found = found.or_else(|| newest(&copies, |_| true));
        let (card, counters) = (self.identity.number, self.counters);
        Ok(found.map(|(_, stored)| Presented { card, counters, stored: stored.clone() }))
    }

    fn copies(&mut self) -> Result<[Option<Stored>; 2], CardFault> {
        Ok([self.copy(0)?, self.copy(1)?])
    }

    fn copy(&mut self, place: usize) -> Result<Option<Stored>, CardFault> {
        let start = place * COPY;
        let Some(head) = Head::decode(&self.link.read(File::Profile, start, HEAD)?) else {
            return Ok(None);
        };
        Ok(head.with(self.link.read(File::Profile, start + HEAD, head.length)?))
    }

    /// Writes a newer profile beside the one the card has, and reads it back. Cut off at any point, the card has
    /// one of the two, whole. What is not signed by one of `keys` is no profile, and is written over first.
    ///
    /// # Errors
    /// When it is not newer, too long, or the card does not answer or refuses.
    pub fn write_profile(
        &mut self,
        counter: u32,
        signed: &[u8],
        keys: &dyn Verifier,
    ) -> Result<(), CardFault> {
        self.write_beside(counter, signed, |stored| is_signed(stored, keys))
    }

    /// Writes a profile beside the newest copy that counts.
    pub(crate) fn write_beside(
        &mut self,
        counter: u32,
        signed: &[u8],
        counts: impl Fn(&Stored) -> bool,
    ) -> Result<(), CardFault> {
        let head = Head::of(counter, signed).ok_or(CardFault::Unwritable)?;
        let copies = self.copies()?;
        let place = match newest(&copies, counts) {
            Some((_, stored)) if stored.counter >= counter => return Err(CardFault::NotNewer),
            Some((place, _)) => 1 - place,
            None => 0,
        };
        let start = place * COPY;
        // An old head must not stand before new bytes, so it goes first; the new one comes last.
        self.link.write(File::Profile, start, &[0; HEAD])?;
        self.link.write(File::Profile, start + HEAD, signed)?;
        self.link.write(File::Profile, start, &head.encode())?;
        match self.copy(place)? {
            Some(stored) if stored.signed == signed => Ok(()),
            Some(_) | None => Err(CardFault::Garbled),
        }
    }

    /// Gives the PIN.
    ///
    /// # Errors
    /// When it is wrong (with the tries left) or blocked.
    pub fn verify_pin(&mut self, pin: &Pin) -> Result<(), CardFault> {
        let verify = Command::new(instruction::VERIFY, 0, PIN_REFERENCE).data(pin.block());
        let answer = self.link.exchange(&verify)?;
        self.counters.pin_tries = match answer.status {
            Status::Done => crate::files::PIN_TRIES,
            Status::TriesLeft(left) => left,
            Status::Blocked => 0,
            _ => self.counters.pin_tries,
        };
        match answer.status {
            Status::Done => Ok(()),
            Status::TriesLeft(0) | Status::Blocked => Err(CardFault::PinBlocked),
            other => Err(other.into()),
        }
    }

    /// The last records, newest first.
    ///
    /// # Errors
    /// When the card does not answer, or its log does not end with what its counters say and lead back record by
    /// record.
    pub fn log(&mut self) -> Result<Vec<SealedRecord>, CardFault> {
        let mut records = Vec::new();
        let mut expected = self.counters.link;
        for number in 1..=LOG_RECORDS {
            let number = u8::try_from(number).map_err(|_| CardFault::Garbled)?;
            let parameters = (File::Log.short() << 3) | 4;
            let read = Command::new(instruction::READ_RECORD, number, parameters).expect(256);
            let answer = self.link.exchange(&read)?;
            let bytes = match answer.status {
                Status::Done => answer.data,
                Status::RecordNotFound => break,
                other => return Err(other.into()),
            };
            let sealed = SealedRecord::decode(&bytes).ok_or(CardFault::Garbled)?;
            if sealed.link() != expected {
                return Err(CardFault::Garbled);
            }
            expected = sealed.record.previous;
            records.push(sealed);
        }
        let all = usize::try_from(self.counters.atc).unwrap_or(usize::MAX).min(LOG_RECORDS);
        if records.len() == all { Ok(records) } else { Err(CardFault::Garbled) }
    }

    /// The record a draft becomes. To be kept before it is written: it may be written although no answer comes.
    ///
    /// # Errors
    /// When the card's counters have come to their end.
    pub fn prepare(&self, draft: &Draft) -> Result<Pending, CardFault> {
        let Counters { atc, total_minor, link, .. } = self.counters;
        let spent = if draft.kind.spends() { draft.amount.minor } else { 0 };
        let record = Record {
            atc: atc.checked_add(1).ok_or(CardFault::Unwritable)?,
            operation: draft.operation,
            kind: draft.kind,
            amount: draft.amount,
            desk: draft.desk,
            at: draft.at,
            profile: draft.profile,
            total_minor: total_minor.checked_add(spent).ok_or(CardFault::Unwritable)?,
            previous: link,
        };
        if self.counters.is_followed_by(&record) {
            Ok(Pending { record })
        } else {
            Err(CardFault::NotNext)
        }
    }

    /// Has the card write a record, and answers it with the card's certificate.
    ///
    /// # Errors
    /// When the card refuses; when it does not answer, it may have written ([`Session::settle`]).
    pub fn append(&mut self, pending: &Pending) -> Result<SealedRecord, CardFault> {
        let bytes = pending.record.encode();
        let proof = self.key.prove("append", &[&bytes]);
        let append = Command::new(instruction::APPEND_RECORD, 0, File::Log.short() << 3)
            .data(&[bytes.as_slice(), &proof].concat())
            .expect(256);
        let answer = self.link.exchange(&append)?;
        match answer.status {
            Status::Done => {}
            Status::Security => return Err(CardFault::PinNeeded),
            Status::Conditions => return Err(CardFault::NotNext),
            other => return Err(other.into()),
        }
        let (certificate, proof) = answer.data.split_at_checked(PROOF).ok_or(CardFault::Garbled)?;
        let certificate = certificate.try_into().map_err(|_| CardFault::Garbled)?;
        let sealed = SealedRecord { record: pending.record, certificate };
        if !self.key.proves("appended", &[&sealed.encode()], proof) {
            return Err(CardFault::NotGenuine);
        }
        self.counters = Counters::after(&sealed, self.counters.pin_tries);
        Ok(sealed)
    }

    /// What became of a record whose writing was cut off, asked of the same card in a new session.
    ///
    /// # Errors
    /// When the card does not answer or refuses.
    pub fn settle(&mut self, pending: &Pending) -> Result<Settled, CardFault> {
        let wanted = pending.record;
        if self.counters.atc < wanted.atc {
            return Ok(Settled::NotDone);
        }
        let log = self.log()?;
        Ok(match log.iter().find(|sealed| sealed.record.atc == wanted.atc) {
            Some(found) if found.record == wanted => Settled::Done(*found),
            Some(_) => Settled::NotDone,
            None => Settled::Forgotten,
        })
    }

    pub(super) const fn parts(&mut self) -> (&mut Link<'t>, &Key) {
        (&mut self.link, &self.key)
    }
}

/// Signed, and under the counter in its head.
fn is_signed(stored: &Stored, keys: &dyn Verifier) -> bool {
    Profile::open(&stored.signed, keys).is_ok_and(|profile| profile.counter == stored.counter)
}
