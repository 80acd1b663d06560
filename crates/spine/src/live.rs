//! Tells whoever listens on this node what has just been committed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use store::journal::Draft;
use tokio::sync::{Notify, broadcast};

/// Events a slow listener may fall behind before it must reload.
const BACKLOG: usize = 1_024;

/// Something changed; open pages that show it fetch themselves again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvent {
    /// `client:ID`, or `kind:ENTITY` for things outside a client.
    pub topic: String,
}

/// The bell of one node; cheap to clone.
#[derive(Clone)]
pub struct Live {
    sender: broadcast::Sender<LiveEvent>,
    journal: Arc<Notify>,
    jobs: Arc<Notify>,
    counts: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(BACKLOG).0,
            journal: Arc::new(Notify::new()),
            jobs: Arc::new(Notify::new()),
            counts: Arc::default(),
        }
    }
}

impl Live {
    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<LiveEvent> {
        self.sender.subscribe()
    }
    /// Rings for one topic.
    pub fn ring(&self, topic: String) {
        // no listener is no error
        let _ = self.sender.send(LiveEvent { topic });
    }
    /// How many commands have changed things of a kind on this node since it began: who keeps such things in
    /// memory reads them anew when the number has grown.
    pub fn changes(&self, entity: &str) -> u64 {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(entity).copied().unwrap_or(0)
    }
    fn count(&self, drafts: &[Draft]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for draft in drafts {
            match counts.get_mut(draft.entity.as_str()) {
                Some(count) => *count += 1,
                None => drop(counts.insert(draft.entity.clone(), 1)),
            }
        }
    }
    pub(crate) fn committed(&self, drafts: &[Draft], wakes_jobs: bool) {
        self.count(drafts);
        let mut topics: Vec<String> = Vec::new();
        for draft in drafts {
            topics.push(match draft.client_id {
                Some(client) => format!("client:{client}"),
                None => format!("kind:{}", draft.entity),
            });
            if draft.client_id.is_some() {
                topics.push(format!("kind:{}", draft.entity));
            }
        }
        topics.sort_unstable();
        topics.dedup();
        topics.into_iter().for_each(|topic| self.ring(topic));
        if !drafts.is_empty() {
            self.journal.notify_one();
        }
        if wakes_jobs {
            self.jobs.notify_waiters();
        }
    }
    pub(crate) async fn journal_grew(&self) {
        self.journal.notified().await;
    }
    pub(crate) async fn job_came(&self) {
        self.jobs.notified().await;
    }
}
