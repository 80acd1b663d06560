//! EF.PROFILE holds two copies of the signed profile, each behind a head with its counter, its length and a
//! digest. A new one is written over the older copy, head last: a card pulled out in the middle still has the
//! one before, whole. No power of the card itself is needed for it.

use crate::keys::digest;
use crate::profile::SIGNED_MAX;
use crate::values::Fields;

/// Bytes of a head.
pub(crate) const HEAD: usize = 14;
/// Bytes of one copy.
pub(crate) const COPY: usize = 720;
/// Bytes of the file.
#[cfg(any(test, feature = "soft"))]
pub(crate) const FILE: usize = 2 * COPY;

// A head and the longest profile fit.
const _: () = assert!(HEAD + SIGNED_MAX <= COPY);

/// A whole copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The counter in its head.
    pub counter: u32,
    /// The signed profile.
    pub signed: Vec<u8>,
}

/// What one head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) counter: u32,
    pub(crate) length: usize,
    digest: [u8; 8],
}

impl Head {
    /// The head of a profile; `None` when that is empty or too long.
    pub(crate) fn of(counter: u32, signed: &[u8]) -> Option<Self> {
        let fits = !signed.is_empty() && signed.len() <= SIGNED_MAX;
        fits.then(|| Self { counter, length: signed.len(), digest: mark(counter, signed) })
    }
    pub(crate) fn encode(self) -> [u8; HEAD] {
        let length = u16::try_from(self.length).unwrap_or(0);
        let mut out = [0; HEAD];
        let fields: [&[u8]; 3] = [&self.counter.to_be_bytes(), &length.to_be_bytes(), &self.digest];
        out.iter_mut().zip(fields.concat()).for_each(|(to, from)| *to = from);
        out
    }
    /// `None` when no profile can stand behind it.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let counter = fields.u32()?;
        let length = usize::from(u16::from_be_bytes(fields.take()?));
        let digest = fields.take()?;
        fields.end()?;
        (1..=SIGNED_MAX).contains(&length).then_some(Self { counter, length, digest })
    }
    /// The copy, if `signed` is what the head was written for.
    pub(crate) fn with(self, signed: Vec<u8>) -> Option<Stored> {
        let whole = signed.len() == self.length && mark(self.counter, &signed) == self.digest;
        whole.then_some(Stored { counter: self.counter, signed })
    }
}

fn mark(counter: u32, signed: &[u8]) -> [u8; 8] {
    digest(&[&counter.to_be_bytes(), signed])
}

/// The newest of the copies that count, and which it is.
pub(crate) fn newest(
    copies: &[Option<Stored>; 2],
    counts: impl Fn(&Stored) -> bool,
) -> Option<(usize, &Stored)> {
    let whole = copies.iter().enumerate().filter_map(|(place, copy)| Some((place, copy.as_ref()?)));
    whole.filter(|(_, stored)| counts(stored)).max_by_key(|(_, stored)| stored.counter)
}
