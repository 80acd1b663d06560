//! Keeping keys and pairs, and what people decide about a pair.

mod decide;
mod keep;
mod walk;

pub use decide::{MarkNotSame, ReopenPair};
pub(crate) use keep::{note_pairs, refresh_keys};
pub use walk::{FindDuplicates, NotePairs};
pub(crate) use walk::{RefreshMatchKeys, RefreshNameShares, StorePairs, WalkPlace};
