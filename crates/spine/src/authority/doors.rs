//! What this module needs of others, given when the program is put together: somebody who asks the centre, and somebody who
//! signs for it or knows its signature.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use crate::Error;
use crate::replica::message::{Asked, Pushed};

/// Asks the centre to do a command, at a branch.
pub trait AskCentre: Send + Sync {
    /// Whether there seems to be a line.
    fn is_up(&self) -> bool;
    /// Asks; none when no answer comes in time. It may have been done all the same: the id says so when it comes again.
    fn ask(&self, command: Pushed) -> Pin<Box<dyn Future<Output = Option<Asked>> + Send + '_>>;
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

/// Both; each is given once, and nobody is there before.
#[derive(Default)]
pub(crate) struct Doors {
    asks: OnceLock<Arc<dyn AskCentre>>,
    notary: OnceLock<Arc<dyn Notary>>,
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
    pub(crate) fn notary(&self) -> Option<&dyn Notary> {
        self.notary.get().map(Arc::as_ref)
    }
}
