//! The journal of a desk: each entry is hashed with all before it, and the desk signs where it stands. What was
//! taken out, put in, changed or put in another order afterwards does not lead to what was signed.

use uuid::Uuid;

use crate::cbor::{CborFault, Reader, Writer};
use crate::cose::{self, CoseFault, Purpose, Signer, Verifier};
use crate::keys::digest;
use crate::values::CardTime;

/// Where a journal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Chain {
    /// How many entries it has.
    pub count: u64,
    /// The hash over all of them; zeros before the first.
    pub hash: [u8; 32],
}

impl Chain {
    /// With one more entry.
    #[must_use]
    pub fn then(self, entry: &[u8]) -> Self {
        Self { count: self.count.saturating_add(1), hash: digest(&[&self.hash, entry]) }
    }

    /// Whether these entries lead from here to what the desk has signed; answers where that is.
    ///
    /// # Errors
    /// When they lead elsewhere.
    pub fn follow<'a>(
        self,
        entries: impl IntoIterator<Item = &'a [u8]>,
        head: &Head,
    ) -> Result<Self, JournalFault> {
        let end = entries.into_iter().fold(self, Self::then);
        match end.count.cmp(&head.chain.count) {
            std::cmp::Ordering::Less => Err(JournalFault::Missing),
            std::cmp::Ordering::Greater => Err(JournalFault::Unsigned),
            std::cmp::Ordering::Equal if end != head.chain => Err(JournalFault::Altered),
            std::cmp::Ordering::Equal => Ok(end),
        }
    }
}

/// What a desk signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which desk.
    pub desk: Uuid,
    /// Where its journal stands.
    pub chain: Chain,
    /// When, by its clock.
    pub at: CardTime,
}

/// Why a journal is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    /// The head is not signed as it should be.
    #[error("not signed: {0}")]
    Signed(#[from] CoseFault),
    /// The head makes no sense.
    #[error("not readable: {0}")]
    Malformed(#[from] CborFault),
    /// Fewer entries than were signed.
    #[error("entries are missing")]
    Missing,
    /// More entries than were signed.
    #[error("more entries than were signed")]
    Unsigned,
    /// Other entries than were signed.
    #[error("other entries than were signed")]
    Altered,
}

impl JournalFault {
    /// The code under which its words are found.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Signed(_) => "card-journal-not-signed",
            Self::Malformed(_) => "card-journal-garbled",
            Self::Missing => "card-journal-missing",
            Self::Unsigned => "card-journal-longer",
            Self::Altered => "card-journal-altered",
        }
    }
}

impl Head {
    /// Signs it.
    pub fn sign(&self, signer: &dyn Signer) -> Vec<u8> {
        let mut out = Writer::default();
        out.array(4).bytes(self.desk.as_bytes()).uint(self.chain.count);
        out.bytes(&self.chain.hash).uint(self.at.seconds());
        cose::sign(Purpose::JournalHead, &out.done(), signer)
    }

    /// Reads a head that one of `keys` has signed.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn open(signed: &[u8], keys: &(impl Verifier + ?Sized)) -> Result<Self, JournalFault> {
        let payload = cose::open(Purpose::JournalHead, signed, keys)?;
        let mut reader = Reader::new(&payload);
        if reader.array()? != 4 {
            return Err(CborFault::Unexpected.into());
        }
        let desk = reader.bytes(16)?.try_into().map_err(|_| CborFault::Unexpected)?;
        let count = reader.uint()?;
        let hash = reader.bytes(32)?.try_into().map_err(|_| CborFault::Unexpected)?;
        let at = CardTime::from_seconds(reader.uint()?).ok_or(CborFault::TooLarge)?;
        reader.end()?;
        Ok(Self { desk: Uuid::from_bytes(desk), chain: Chain { count, hash }, at })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::samples;

    fn head(entries: &[Vec<u8>]) -> Head {
        let chain = entries.iter().fold(Chain::default(), |chain, entry| chain.then(entry));
        Head { desk: Uuid::from_bytes([4; 16]), chain, at: samples::at(samples::NOW) }
    }

    fn follow(from: Chain, entries: &[Vec<u8>], head: &Head) -> Result<Chain, JournalFault> {
        from.follow(entries.iter().map(Vec::as_slice), head)
    }

    #[test]
    fn a_head_is_signed_and_nothing_else_passes_for_one() {
        let head = head(&[b"one".to_vec()]);
        let signed = head.sign(&samples::issuer());
        assert_eq!(Head::open(&signed, &samples::keys()), Ok(head));
        let profile = samples::signed(&samples::profile(3));
        assert!(Head::open(&profile, &samples::keys()).is_err());
        for bit in 0..signed.len() * 8 {
            let mut changed = signed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(Head::open(&changed, &samples::keys()).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn what_was_done_to_a_journal_is_seen() {
        let entries: Vec<Vec<u8>> = (0..6_u8).map(|n| vec![n; 3]).collect();
        let head = head(&entries);
        let outcome = |change: fn(&mut Vec<Vec<u8>>)| {
            let mut changed = entries.clone();
            change(&mut changed);
            follow(Chain::default(), &changed, &head).map(drop)
        };
        assert_eq!(outcome(|_| {}), Ok(()));
        assert_eq!(outcome(|e| drop(e.pop())), Err(JournalFault::Missing));
        assert_eq!(outcome(|e| drop(e.remove(2))), Err(JournalFault::Missing));
        assert_eq!(outcome(|e| e.push(vec![9])), Err(JournalFault::Unsigned));
        assert_eq!(outcome(|e| e.swap(1, 2)), Err(JournalFault::Altered));
        assert_eq!(outcome(|e| e[0][0] ^= 1), Err(JournalFault::Altered));
    }

    proptest! {
        #[test]
        fn it_may_come_in_any_pieces(
            entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 1..20),
            cut in any::<prop::sample::Index>(),
        ) {
            let cut = cut.index(entries.len());
            let (first, second) = entries.split_at(cut);
            let middle = follow(Chain::default(), first, &head(first)).unwrap();
            let whole = head(&entries);
            prop_assert_eq!(follow(middle, second, &whole), Ok(whole.chain));
            prop_assert!(follow(Chain::default(), second, &whole).is_err() || cut == 0);
        }
    }
}
