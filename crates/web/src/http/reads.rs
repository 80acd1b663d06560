//! What of secret cards an answer holds. Handlers note it; before the answer leaves, the room that keeps the
//! log of readings writes it down: at once for secret cards and for people out of reach who were found, behind the answer for
//! restricted ones.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::ClientId;
use spine::secrecy::{Group, Groups, Level};
use spine::{Error, Owner};
use uuid::Uuid;

use super::cx::Cx;

/// A card an answer shows parts of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRead {
    /// Whose.
    pub client_id: ClientId,
    /// How secret.
    pub level: Level,
    /// Which groups of fields.
    pub groups: Groups,
    /// The opening for a reason under which it is seen.
    pub glass_id: Option<Uuid>,
    /// Where a person out of reach was found; the page or operation itself otherwise.
    pub place: Option<String>,
}

/// The future of [`ReadLog`].
pub type Logging<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// Writes readings down; answers when those of secret cards are durable.
pub type ReadLog = for<'a> fn(&'a Cx, Vec<CardRead>) -> Logging<'a>;

/// The readings of one request so far.
#[derive(Clone, Debug, Default)]
pub struct Reads(Arc<Mutex<Vec<CardRead>>>);

impl Reads {
    fn note(&self, read: CardRead) {
        let mut reads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match reads.iter_mut().find(|one| one.client_id == read.client_id) {
            Some(known) => {
                known.groups = known.groups.list().into_iter().fold(read.groups, Groups::with);
            }
            None => reads.push(read),
        }
    }
    /// All of them; none are left.
    pub(super) fn take(&self) -> Vec<CardRead> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Cx {
    /// Whether the person sees a group of fields of a client; when he does and the card is not an open one,
    /// the answer counts as a reading of it.
    pub fn reads(&self, owner: Owner, group: Group) -> bool {
        let sees = self.principal().sees(owner).has(group);
        if sees {
            self.note_read(owner, Groups::NONE.with(group));
        }
        sees
    }
    /// Notes that the answer shows groups of fields of a client.
    pub fn note_read(&self, owner: Owner, groups: Groups) {
        let Some(subject) = owner.client.filter(|one| one.level != Level::Open) else { return };
        let glass = self.principal().opened_card(subject.id);
        self.readings.note(CardRead {
            client_id: subject.id,
            level: subject.level,
            groups,
            glass_id: glass.map(|one| one.id),
            place: None,
        });
    }
    /// Notes that somebody out of the person's reach was found, and where; what is told of him counts as his links.
    pub fn note_found(&self, client_id: ClientId, place: String) {
        let groups = Groups::NONE.with(Group::Links);
        let (level, place) = (Level::Open, Some(place));
        self.readings.note(CardRead { client_id, level, groups, glass_id: None, place });
    }
}

impl Cx {
    /// Writes down what was noted so far, for an answer that is made piece by piece.
    ///
    /// # Errors
    /// When a reading of a secret card could not be written: it must not be shown then.
    pub async fn write_reads(&self) -> Result<(), Error> {
        written(self).await
    }
}

/// Writes down what the answer shows.
///
/// # Errors
/// When a reading of a secret card could not be written: the answer must not be shown then.
pub(super) async fn written(cx: &Cx) -> Result<(), Error> {
    let reads = cx.readings.take();
    match cx.app.read_log {
        Some(log) if !reads.is_empty() => log(cx, reads).await,
        _ => Ok(()),
    }
}
