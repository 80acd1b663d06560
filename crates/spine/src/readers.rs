//! Journal readers: whoever must react to what was committed, in order, without missing anything.

use std::future::Future;
use std::pin::Pin;

use store::journal::Entry;

use crate::{Error, Services};

/// The future of a reaction.
pub type Reaction<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// Reads the journal with a durable cursor. It may see an entry twice (a stop between its work and
/// the cursor's move), so whatever it writes goes through commands whose ids it derives from the
/// entry's position.
pub trait JournalReader: Send + Sync {
    /// Stable name of the cursor.
    fn name(&self) -> &'static str;
    /// Reacts to a batch of entries, oldest first.
    fn react<'a>(&'a self, services: &'a Services, entries: &'a [Entry]) -> Reaction<'a>;
}
