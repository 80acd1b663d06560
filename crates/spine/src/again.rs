//! Whether a transaction is worth another try: it met another one, or the database went away under it. Repeating
//! is safe, because a command's id is noted in its own transaction: what was committed answers with its first
//! result.

use std::time::{Duration, Instant};

use store::{PATIENCE, StoreError};

use crate::Error;

/// Tries when transactions collide.
const ATTEMPTS: u32 = 4;
/// Between two tries while the database is away.
const PAUSE: Duration = Duration::from_millis(100);

/// The tries of one command.
pub(crate) struct Again {
    begin: Instant,
    collisions: u32,
}

impl Again {
    pub(crate) fn new() -> Again {
        Again { begin: Instant::now(), collisions: 1 }
    }
    /// Whether to try once more after this error; waits before, when there is something to wait for.
    pub(crate) async fn after(&mut self, error: &Error) -> bool {
        let Error::Failure(source) = error else { return false };
        match source.downcast_ref::<StoreError>() {
            Some(StoreError::Busy) if self.collisions < ATTEMPTS => {
                self.collisions += 1;
                true
            }
            // the next try waits for the database as long as that is worth it, and ends with this error when not
            Some(StoreError::Away(_)) if self.begin.elapsed() < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
                true
            }
            _ => false,
        }
    }
}
