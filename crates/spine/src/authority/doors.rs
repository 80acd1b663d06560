//! What this module needs of others, given when the program is put together: somebody who asks the centre, and somebody who
//! signs for it or knows its signature.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use kernel::CommandId;

use crate::Error;
use crate::replica::message::{Asked, Pushed};

/// Questions without an answer that are remembered at most.
const SILENT_MAX: usize = 1_000;

/// What has become of a question to the centre.
#[derive(Debug)]
pub enum Reply {
    /// The centre has answered.
    Answered(Asked),
    /// It was never said.
    NotAsked,
    /// It was said, and no answer has come: it may have been done.
    Silent,
}

/// Asks the centre to do a command, at a branch.
pub trait AskCentre: Send + Sync {
    /// Whether there seems to be a line.
    fn is_up(&self) -> bool;
    /// Asks, and waits a little.
    fn ask(&self, command: Pushed) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>>;
}

/// Signs for the centre, or knows its signature.
pub trait Notary: Send + Sync {
    /// Signs; only the centre can.
    ///
    /// # Errors
    /// At a branch.
    fn sign(&self, what: &[u8]) -> Result<Vec<u8>, Error>;
    /// Whether the centre has signed this.
    fn has_signed(&self, what: &[u8], signature: &[u8]) -> bool;
}

/// Both; each is given once, and nobody is there before. And what was asked through them and not answered, since this program
/// began.
#[derive(Default)]
pub(crate) struct Doors {
    asks: OnceLock<Arc<dyn AskCentre>>,
    notary: OnceLock<Arc<dyn Notary>>,
    silent: Mutex<BTreeSet<CommandId>>,
}

impl Doors {
    pub(crate) fn set_asks(&self, asks: Arc<dyn AskCentre>) {
        // the first stays
        let _ = self.asks.set(asks);
    }
    pub(crate) fn set_notary(&self, notary: Arc<dyn Notary>) {
        let _ = self.notary.set(notary);
    }
    /// Who asks, when there seems to be a line.
    pub(crate) fn asks(&self) -> Option<&Arc<dyn AskCentre>> {
        self.asks.get().filter(|asks| asks.is_up())
    }
    /// Whether the centre was asked to do this and has not answered.
    pub(crate) fn is_silent_about(&self, id: CommandId) -> bool {
        self.silent().contains(&id)
    }
    /// Remembers that it was asked and has not answered, the latest so many.
    pub(crate) fn note_silence(&self, id: CommandId) {
        let mut silent = self.silent();
        silent.insert(id);
        if silent.len() > SILENT_MAX {
            // ids begin with the time
            silent.pop_first();
        }
    }
    /// It has answered.
    pub(crate) fn note_answer(&self, id: CommandId) {
        self.silent().remove(&id);
    }
    fn silent(&self) -> MutexGuard<'_, BTreeSet<CommandId>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub(crate) fn notary(&self) -> Option<&dyn Notary> {
        self.notary.get().map(Arc::as_ref)
    }
}
