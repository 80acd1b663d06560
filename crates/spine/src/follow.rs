//! Several nodes over one database: what others commit rings here too, and a right that was taken away there
//! does not live on here. The node looks for what is new twice a second. A node that has not looked for a while
//! (its keepers stand still, the database was away) looks before it answers the next request: however that
//! comes about, rights are never older than [`AGE_MAX`].

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use store::follow::{Heard, Look, Seen};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::perform::Async;
use crate::{Error, Services};

/// How often a node looks by itself.
pub(crate) const POLL: Duration = Duration::from_millis(500);
/// Rights, rules and places that another node changed are in force here after so long at most.
pub const AGE_MAX: Duration = Duration::from_secs(3);

/// Commands on the organisation that change nothing the directory holds; they are as frequent as sign-ins.
const OF_ONE_PERSON: [&str; 10] = [
    "org.open_session",
    "org.end_session",
    "org.touch_session",
    "org.touch_token",
    "org.note_sign_in_failure",
    "org.note_dismissed_sign_in",
    "org.read_notices",
    "org.pass_totp",
    "org.use_passkey",
    "org.note_passkey_counter",
];

/// How far this node has looked.
#[derive(Clone, Default)]
pub(crate) struct Follow {
    seen: Arc<Mutex<Option<Seen>>>,
    confirmed: Arc<RwLock<Option<Instant>>>,
    contractions: Arc<AtomicI64>,
    is_outdated: Arc<AtomicBool>,
    /// The keeper of this node, whose rings it has heard already.
    keeper: Arc<RwLock<Option<Uuid>>>,
}

impl Follow {
    pub(crate) fn keeper_is(&self, keeper: Uuid) {
        *self.keeper.write().unwrap_or_else(PoisonError::into_inner) = Some(keeper);
    }
    fn keeper(&self) -> Option<Uuid> {
        *self.keeper.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn is_fresh(&self) -> bool {
        let confirmed = self.confirmed.read().unwrap_or_else(PoisonError::into_inner);
        confirmed.is_some_and(|at| at.elapsed() < AGE_MAX)
    }
    fn confirm(&self, at: Instant) {
        *self.confirmed.write().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }
}

impl Services {
    /// Begins to look here: what is committed from now on will be heard. The caller loads the directory next.
    pub(crate) async fn begin_following(&self) -> Result<(), Error> {
        let follow = self.live.follow();
        let mut seen = follow.seen.lock().await;
        let at = Instant::now();
        let look = self.reader.look(None).await?;
        follow.contractions.store(look.contractions, Ordering::Relaxed);
        *seen = Some(look.seen);
        follow.confirm(at);
        Ok(())
    }
    /// Takes in what others have committed since the last look.
    ///
    /// # Errors
    /// The database's; the next look goes on from the same place.
    pub async fn look(&self) -> Result<(), Error> {
        let follow = self.live.follow();
        let mut seen = follow.seen.lock().await;
        self.look_on(&mut seen).await
    }
    /// Sees to it that rights are not older than [`AGE_MAX`].
    ///
    /// # Errors
    /// The database's: then nobody may be let in.
    pub async fn look_if_old(&self) -> Result<(), Error> {
        let follow = self.live.follow();
        if follow.is_fresh() {
            return Ok(());
        }
        let mut seen = follow.seen.lock().await;
        // somebody else may have looked while this one waited
        if follow.is_fresh() { Ok(()) } else { self.look_on(&mut seen).await }
    }
    /// The schema was changed in a way this program does not know: it must not go on.
    pub fn is_outdated(&self) -> bool {
        self.live.follow().is_outdated.load(Ordering::Relaxed)
    }

    fn look_on<'a>(&'a self, seen: &'a mut Option<Seen>) -> Async<'a, ()> {
        Box::pin(self.taken_in(seen))
    }

    async fn taken_in(&self, seen: &mut Option<Seen>) -> Result<(), Error> {
        let follow = self.live.follow();
        let at = Instant::now();
        let look = self.reader.look(seen.as_ref()).await?;
        let is_first = seen.is_none();
        if !is_first && look.contractions > follow.contractions.load(Ordering::Relaxed) {
            let was_known = follow.is_outdated.swap(true, Ordering::Relaxed);
            if !was_known {
                tracing::error!("the schema was changed for newer versions only: stop this node");
            }
        }
        if is_first || look.is_broken || changes_directory(&look) {
            self.directory.reload(&self.reader).await?;
        }
        if look.is_broken {
            self.live.ring("all".to_owned());
        }
        self.live.heard(&look.heard, follow.keeper());
        *seen = Some(look.seen);
        follow.confirm(at);
        Ok(())
    }
}

/// Whether anything the directory holds may have changed. What this node did itself counts too: not every
/// command of its own loads the directory anew.
fn changes_directory(look: &Look) -> bool {
    look.heard.iter().any(|heard| match heard {
        Heard::Entry { command, .. } => {
            command.starts_with("org.") && !OF_ONE_PERSON.contains(&command.as_str())
        }
        Heard::Ring { .. } => false,
    })
}
