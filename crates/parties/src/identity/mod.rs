//! Two cards, perhaps one client: finding pairs that look the same, while typing, on import and over the
//! whole bank, and keeping what people decided about them.
//!
//! A pair is compared field by field ([`compare`]) and weighed by the jurisdiction pack
//! (`jurisdiction::fellegi_sunter`). Whom to compare comes from blocking keys ([`keys`]): cards that share
//! none are never looked at. Every command that changes what a client is known by keeps his keys
//! ([`commands::refresh_keys`]), in the transaction of the change. A pair that a person called *not the
//! same* stays so: finders leave it alone until a person reopens it.
//!
//! Reading order: `record`, `compare`, `keys`, `queries`, `commands`, `job`, `pages`.

mod api;
pub(crate) mod commands;
pub(crate) mod compare;
mod job;
pub(crate) mod keys;
mod pages;
mod pair;
pub mod queries;
pub(crate) mod record;

pub(crate) use api::api;
pub use commands::{FindDuplicates, MarkNotSame, NotePairs, ReopenPair};
pub(crate) use job::FindDuplicatesJob;
pub(crate) use pages::{Typed, routes, typed_part};
pub use pair::{Level, PairState, Reason, Way};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<MarkNotSame>();
    registry.add::<ReopenPair>();
    registry.add::<FindDuplicates>();
    registry.add::<NotePairs>();
    registry.add::<commands::RefreshMatchKeys>();
    registry.add::<commands::RefreshNameShares>();
    registry.add::<commands::StorePairs>();
}
