//! Keys of cards and what is done with them. Every key of a card is derived from a key of the bank by the card's
//! number, so that nobody keeps a list; three keys for three trusts, so that a stolen desk is no stolen bank:
//!
//! | key | held by | proves |
//! |---|---|---|
//! | desk | the card, desks | card and desk to each other; what they say in a session |
//! | log | the card, the centre | that this card wrote this record |
//! | admin | the card, the centre | that the centre itself changes keys or PIN |

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use kernel::Secret;
use sha2::{Digest, Sha256};

use crate::values::CardNumber;

/// Bytes of a proof: HMAC-SHA-256 cut to 128 bits.
pub const PROOF: usize = 16;
/// A proof.
pub type Proof = [u8; PROOF];

/// A secret key of 256 bits. Prints as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Secret<[u8; 32]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

impl Key {
    /// From its bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The key that blank cards for trials leave the factory with; nobody keeps it secret, and it is gone once a card is
    /// personalised. Where a manufacturer gives another one, that one is used.
    pub fn of_trials() -> Self {
        Self::new(digest(&[b"tessera card for trials"]))
    }

    pub(crate) fn derive(&self, label: &str, parts: &[&[u8]]) -> Self {
        Self::new(self.tag(label, parts).finalize().into_bytes().into())
    }

    pub(crate) fn prove(&self, label: &str, parts: &[&[u8]]) -> Proof {
        let whole: [u8; 32] = self.tag(label, parts).finalize().into_bytes().into();
        whole.first_chunk().copied().unwrap_or_default()
    }

    /// Compares in constant time.
    pub(crate) fn proves(&self, label: &str, parts: &[&[u8]], proof: &[u8]) -> bool {
        proof.len() == PROOF && self.tag(label, parts).verify_truncated_left(proof).is_ok()
    }

    /// Hides or shows a key on its way: XOR with a stream that this key makes from a nonce used once.
    pub(crate) fn wrap(&self, nonce: &[u8], bytes: [u8; 32]) -> [u8; 32] {
        let stream = self.derive("wrap", &[nonce]);
        let mut out = bytes;
        out.iter_mut().zip(stream.0.reveal()).for_each(|(byte, mask)| *byte ^= mask);
        out
    }

    pub(crate) const fn reveal(&self) -> &[u8; 32] {
        self.0.reveal()
    }

    /// Each part goes in with its length before it, so that no two lists of parts look alike.
    fn tag(&self, label: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = keyed(self.0.reveal());
        for part in std::iter::once(&label.as_bytes()).chain(parts) {
            mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

/// The desk master: what a desk needs to work with every card of the bank.
#[derive(Clone, Debug)]
pub struct DeskMaster(pub Key);

impl DeskMaster {
    /// The desk key of one card.
    pub fn of(&self, card: CardNumber) -> Key {
        self.0.derive("tessera card desk", &[&card.0])
    }
}

/// The masters that stay at the centre.
#[derive(Clone, Debug)]
pub struct Masters {
    /// Given to desks too.
    pub desk: DeskMaster,
    /// Of the keys under which cards certify what they have logged.
    pub log: Key,
    /// Of the keys under which the centre manages cards.
    pub admin: Key,
}

impl Masters {
    /// The keys of one card.
    pub fn of(&self, card: CardNumber) -> CardKeys {
        CardKeys {
            desk: self.desk.of(card),
            log: self.log.derive("tessera card log", &[&card.0]),
            admin: self.admin.derive("tessera card admin", &[&card.0]),
        }
    }
}

/// The keys in one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardKeys {
    /// Shared with desks.
    pub desk: Key,
    /// Shared with the centre only.
    pub log: Key,
    /// Shared with the centre only.
    pub admin: Key,
}

/// SHA-256, cut or whole.
pub(crate) fn digest<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    let whole: [u8; 32] = hash.finalize().into();
    whole.first_chunk().copied().unwrap_or([0; N])
}
