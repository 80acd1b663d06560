//! Whether a transaction is worth another try: it met another one, or the database went away under it. Repeating
//! is safe, because a command's id is noted in its own transaction: what was committed answers with its first
//! result.

use store::{StoreError, Writer};

use crate::Error;

/// Tries when transactions collide.
const ATTEMPTS: u32 = 4;
/// Tries while the database comes and goes: more than any patience holds pauses between them.
const OUTAGES: u32 = 2_000;

/// The tries of one command.
pub(crate) struct Again<'a> {
    writer: &'a Writer,
    collisions: u32,
    outages: u32,
}

impl<'a> Again<'a> {
    pub(crate) const fn new(writer: &'a Writer) -> Again<'a> {
        Again { writer, collisions: 1, outages: 1 }
    }
    /// Whether to try once more after this error; waits before, when there is something to wait for.
    pub(crate) async fn after(&mut self, error: &Error) -> bool {
        let Error::Failure(source) = error else { return false };
        match source.downcast_ref::<StoreError>() {
            Some(StoreError::Busy) if self.collisions < ATTEMPTS => {
                self.collisions += 1;
                true
            }
            Some(StoreError::Away(_)) if self.outages < OUTAGES => {
                self.outages += 1;
                self.writer.outlasts().await
            }
            _ => false,
        }
    }
}
