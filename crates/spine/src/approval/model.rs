//! A request for a second person and its life.

use kernel::{ClientId, CommandId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::Owner;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nobody has decided yet.
    Waiting,
    /// Carried out.
    Approved,
    /// A second person said no.
    Declined,
    /// The maker took it back.
    Withdrawn,
    /// Its time ran out.
    Expired,
}

impl State {
    /// All states.
    pub const ALL: [State; 5] =
        [State::Waiting, State::Approved, State::Declined, State::Withdrawn, State::Expired];
    /// The stored word.
    pub const fn key(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Declined => "declined",
            State::Withdrawn => "withdrawn",
            State::Expired => "expired",
        }
    }
    /// From the stored word; what is unknown counts as over, so that it is never carried out.
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.key() == key).unwrap_or(State::Expired)
    }
    /// Whether a request may go from here to there: only once, and only from waiting.
    pub const fn may_become(self, next: State) -> bool {
        matches!(self, State::Waiting) && !matches!(next, State::Waiting)
    }
}

/// What a second person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Carry it out.
    Approve,
    /// Do not.
    Decline,
}

/// A right the second person needs, over to whom the record belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The permission.
    pub permission: String,
    /// Over whose record.
    pub owner: Owner,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Identity.
    pub id: Uuid,
    /// The id of the command that waits.
    pub command_id: CommandId,
    /// Its name.
    pub command: String,
    /// Who asked; none: the system itself.
    pub maker_id: Option<UserId>,
    /// The client it is about, when it is about one.
    pub client_id: Option<ClientId>,
    /// Why it waits: `rule`, or the code of the command's own reason.
    pub reason: String,
    /// What it would change: a list of `{entity, entity_id, client_id, changes}`.
    pub changes: Json,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub made_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was decided, taken back or ran out.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<UserId>,
    /// In whose stead.
    pub decided_for: Option<UserId>,
    /// What the second person said.
    pub note: String,
    /// What he needs.
    pub needs: Vec<Need>,
}

/// The answer to a command that waits for a second person: nothing was changed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The request.
    pub approval_id: Uuid,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}
