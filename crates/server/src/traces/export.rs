//! Sends spans in batches. A receiver that is away costs the batch and a line in the log, nothing else.

use std::time::Duration;

use connect::http_client::{HttpClient, Reach, Target};
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;

use super::{Ended, json};

/// Spans of one request to the receiver, at most.
const BATCH: usize = 512;
/// How long a batch is gathered.
const GATHER: Duration = Duration::from_secs(1);
/// How long the last batch may take when the program stops.
const LAST: Duration = Duration::from_secs(2);

/// The sending end.
pub struct Exporter {
    waiting: Receiver<Ended>,
    target: Target,
    node: String,
    is_away: bool,
}

impl Exporter {
    pub(super) fn new(waiting: Receiver<Ended>, target: Target, node: &str) -> Self {
        Self { waiting, target, node: node.to_owned(), is_away: false }
    }

    /// Sends until told to stop, then what waits.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let client = HttpClient::new(Reach::Anywhere);
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            tokio::select! {
                taken = self.waiting.recv_many(&mut batch, BATCH) => if taken == 0 { return },
                _ = stop.wait_for(|s| *s) => break,
            }
            let gathered = async {
                while batch.len() < BATCH {
                    let room = BATCH - batch.len();
                    if self.waiting.recv_many(&mut batch, room).await == 0 {
                        break;
                    }
                }
            };
            tokio::select! {
                () = gathered => {}
                () = tokio::time::sleep(GATHER) => {}
                _ = stop.wait_for(|s| *s) => {}
            }
            self.send(&client, &batch).await;
        }
        self.waiting.close();
        let mut rest = Vec::new();
        let last = async {
            while self.waiting.recv_many(&mut rest, BATCH).await > 0 {
                self.send(&client, &rest).await;
                rest.clear();
            }
        };
        // whoever does not take them by then does without
        let _ = tokio::time::timeout(LAST, last).await;
    }

    async fn send(&mut self, client: &HttpClient, batch: &[Ended]) {
        let body = json::request(batch, &self.node).to_string();
        let outcome = client.post(&self.target, &[], &body).await;
        let words = match outcome {
            Ok(200..300) => {
                if std::mem::take(&mut self.is_away) {
                    tracing::info!("the receiver of traces takes them again");
                }
                return;
            }
            Ok(status) => format!("status {status}"),
            Err(error) => error.to_string(),
        };
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        metrics::counter!("tessera_spans_dropped_total").increment(count);
        if !std::mem::replace(&mut self.is_away, true) {
            tracing::warn!(reason = %words, "the receiver of traces does not take them");
        }
    }
}
