//! Tells whoever listens on this node what has just been committed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::CommandId;
use store::follow::Heard;
use store::journal::Draft;
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

use crate::follow::Follow;

/// Own commands that are remembered until they are heard again from the database.
const OWN_MAX: usize = 4_096;
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
    own: Arc<Mutex<Own>>,
    follow: Follow,
    counts: Arc<Mutex<BTreeMap<String, u64>>>,
}

/// What this node has committed itself and rung for.
#[derive(Default)]
struct Own {
    order: VecDeque<CommandId>,
    known: BTreeSet<CommandId>,
}

impl Own {
    fn add(&mut self, command: CommandId) {
        if !self.known.insert(command) {
            return;
        }
        self.order.push_back(command);
        if self.order.len() > OWN_MAX
            && let Some(old) = self.order.pop_front()
        {
            self.known.remove(&old);
        }
    }
}

impl Default for Live {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(BACKLOG).0,
            journal: Arc::new(Notify::new()),
            jobs: Arc::new(Notify::new()),
            own: Arc::default(),
            follow: Follow::default(),
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
    /// Rings for rows that have come from the centre: the things of these tables, and these clients.
    pub(crate) fn came(&self, tables: &[String], clients: &[Uuid]) {
        self.count(tables.iter().map(String::as_str));
        tables.iter().for_each(|table| self.ring(format!("kind:{table}")));
        clients.iter().for_each(|client| self.ring(format!("client:{client}")));
    }
    /// How many commands have changed things of a kind on this node since it began: who keeps such things in
    /// memory reads them anew when the number has grown.
    pub fn changes(&self, entity: &str) -> u64 {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(entity).copied().unwrap_or(0)
    }
    fn count<'a>(&self, entities: impl Iterator<Item = &'a str>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for entity in entities {
            match counts.get_mut(entity) {
                Some(count) => *count += 1,
                None => drop(counts.insert(entity.to_owned(), 1)),
            }
        }
    }
    pub(crate) fn committed(&self, drafts: &[Draft], wakes_jobs: bool) {
        self.count(drafts.iter().map(|draft| draft.entity.as_str()));
        {
            let mut own = self.own();
            drafts.iter().for_each(|draft| own.add(draft.command_id));
        }
        self.ring_for(drafts.iter().map(|draft| (draft.entity.as_str(), draft.client_id)));
        if !drafts.is_empty() {
            self.journal.notify_one();
        }
        if wakes_jobs {
            self.jobs.notify_waiters();
        }
    }
    /// Rings for what other nodes have committed.
    pub(crate) fn heard(&self, heard: &[Heard], keeper: Option<Uuid>) {
        let is_own = |command: &CommandId| self.own().known.contains(command);
        self.count(heard.iter().filter_map(|heard| match heard {
            Heard::Entry { entity, .. } => Some(entity.as_str()),
            Heard::Ring { .. } => None,
        }));
        self.ring_for(heard.iter().filter_map(|heard| match heard {
            Heard::Entry { entity, client_id, command_id, .. } if !is_own(command_id) => {
                Some((entity.as_str(), *client_id))
            }
            _ => None,
        }));
        let rings = heard.iter().filter_map(|heard| match heard {
            Heard::Ring { topic, by } if Some(*by) != keeper => Some(topic),
            _ => None,
        });
        rings.collect::<BTreeSet<_>>().into_iter().for_each(|topic| self.ring(topic.clone()));
    }
    /// Rings once for each topic of changed things.
    fn ring_for<'a>(&self, things: impl Iterator<Item = (&'a str, Option<Uuid>)>) {
        let mut topics = BTreeSet::new();
        for (entity, client) in things {
            topics.insert(format!("kind:{entity}"));
            if let Some(client) = client {
                topics.insert(format!("client:{client}"));
            }
        }
        topics.into_iter().for_each(|topic| self.ring(topic));
    }
    pub(crate) const fn follow(&self) -> &Follow {
        &self.follow
    }
    fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub(crate) async fn journal_grew(&self) {
        self.journal.notified().await;
    }
    pub(crate) async fn job_came(&self) {
        self.jobs.notified().await;
    }
}
