//! The line to the centre as a page shows it: only a node at a branch has one.

use kernel::Timestamp;
use spine::Error;
use spine::replica::{LineState, LineWord, branch, waiting};

use super::cx::Cx;
use crate::format;
use crate::i18n::L;
use crate::ui::{BranchLine, LinkState};

/// Where what was done at the branch is listed.
const PENDING: &str = "/pending";

/// How the line is, what waits, and how old the copy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    state: Option<LineState>,
    waiting: i64,
    replica_at: Option<Timestamp>,
}

/// The line of this node; none at the centre.
///
/// # Errors
/// The database's.
pub(super) async fn of(cx: &Cx) -> Result<Option<Line>, Error> {
    let services = &cx.app.services;
    if !services.bus.is_at_branch() {
        return Ok(None);
    }
    let mut db = cx.db.clone();
    let (waiting, _) = waiting(&mut db).await?;
    let state = services.memory.get::<LineState>().map(|state| LineState::clone(&state));
    let replica_at = branch::state(&mut db).await?.and_then(|state| state.replica_at);
    Ok(Some(Line { state, waiting, replica_at }))
}

impl Line {
    /// How it is, for the light.
    pub(super) fn link(&self, l: &L) -> LinkState {
        let Some(state) = &self.state else {
            return LinkState::Syncing { left: self.waiting };
        };
        match state.word {
            LineWord::Online if self.waiting == 0 => LinkState::Online,
            LineWord::Online | LineWord::Syncing => LinkState::Syncing { left: self.waiting },
            LineWord::Offline => {
                let is_today = state.since.date_in(&l.zone) == l.today;
                let since = if is_today { format::time } else { format::datetime };
                LinkState::Offline { since: since(l, state.since) }
            }
            LineWord::Refused(_) => LinkState::Refused,
            LineWord::Failed => LinkState::Failed,
            LineWord::Carried => LinkState::Carried { left: self.waiting },
        }
    }
    /// The rest, in words.
    pub(super) fn shown(&self, l: &L) -> BranchLine {
        let copy = match self.replica_at {
            Some(at) => {
                let when = format!("{} ({})", format::relative(l, at), format::datetime(l, at));
                l.ta("ui-line-copy", &[("when", when.into())])
            }
            None => l.t("ui-line-no-copy"),
        };
        let details = match self.waiting {
            0 => copy,
            n => format!("{copy}; {}", l.ta("ui-line-waiting", &[("n", n.into())])),
        };
        BranchLine { href: PENDING, details }
    }
}
