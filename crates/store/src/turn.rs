//! Turns at writing: so many write at once, the others wait, a bounded number of them and for a bounded time.
//! What comes beyond that is told at once, so that a slow disk fills neither the memory nor people's patience,
//! and leaves reading its connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::StoreError;

/// Commands that wait at most, of one node.
const WAITING_MAX: usize = 256;

/// The turns of one database; cheap to clone.
#[derive(Clone)]
pub(crate) struct Turns {
    writing: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    wait: Duration,
}

impl Turns {
    /// `at_once` write at the same time; a command waits for its turn for `wait` at most.
    pub(crate) fn new(at_once: usize, wait: Duration) -> Turns {
        let waiting = Arc::new(Semaphore::new(WAITING_MAX));
        Turns { writing: Arc::new(Semaphore::new(at_once)), waiting, wait }
    }
    /// Waits for a turn, which lasts as long as what is answered lives.
    ///
    /// # Errors
    /// [`StoreError::Slow`] when too many wait already, or none came in time.
    pub(crate) async fn take(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        if let Ok(turn) = Arc::clone(&self.writing).try_acquire_owned() {
            return Ok(turn);
        }
        let slow = |words: &str| {
            metrics::counter!("tessera_commands_turned_away_total").increment(1);
            StoreError::Slow(words.to_owned())
        };
        let Ok(_place) = self.waiting.try_acquire() else {
            return Err(slow("too many commands wait"));
        };
        let turn = Arc::clone(&self.writing).acquire_owned();
        match tokio::time::timeout(self.wait, turn).await {
            Ok(turn) => turn.map_err(|_| StoreError::Busy),
            Err(_) => Err(slow("the command has waited for its turn too long")),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn so_many_write_so_many_wait_and_the_rest_is_told() {
        let turns = Turns::new(2, Duration::from_millis(50));
        let mut writing = vec![turns.take().await.unwrap(), turns.take().await.unwrap()];
        let crowd = (0..WAITING_MAX + 10).map(|_| turns.take());
        let told = join_all(crowd).await;
        let words = |text: &str| {
            told.iter().filter(|t| t.as_ref().is_err_and(|e| e.to_string().contains(text))).count()
        };
        assert_eq!(words("too many"), 10);
        assert_eq!(words("too long"), WAITING_MAX);
        writing.pop();
        assert!(turns.take().await.is_ok());
    }
}
