//! A pair of clients, why it was found, and what became of it.

use jurisdiction::fellegi_sunter::{Decision, Field};
use kernel::ClientId;
use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// What people said about a pair.
    PairState {
        /// Nobody looked yet.
        Open = "open",
        /// Two different clients.
        NotSame = "not_same",
    }
}

/// How one field of two clients compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The same.
    Agrees,
    /// Nearly the same.
    Near,
    /// Different.
    Differs,
}

impl Level {
    /// Stable word, in text keys.
    pub const fn key(self) -> &'static str {
        match self {
            Level::Agrees => "agrees",
            Level::Near => "near",
            Level::Differs => "differs",
        }
    }
}

/// By which way two values met that are not written the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// In Latin letters.
    Latin,
    /// The parts of the name stand in other places.
    Swapped,
    /// By a former name.
    Former,
    /// By a number that one of them had once.
    Old,
}

impl Way {
    /// Stable word, in text keys.
    pub const fn key(self) -> &'static str {
        match self {
            Way::Latin => "latin",
            Way::Swapped => "swapped",
            Way::Former => "former",
            Way::Old => "old",
        }
    }
}

/// One reason for or against: a field, how it compares, what that weighs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which field.
    pub field: Field,
    /// How it compares.
    pub level: Level,
    /// By which way, when not plainly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
    /// Evidence in hundredths of a bit; negative speaks against.
    pub bits_hundredths: i64,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Likeness {
    pub(crate) probability_ppm: i64,
    pub(crate) decision: Decision,
    pub(crate) reasons: Vec<Reason>,
}

/// Two clients that look the same, the lesser id first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundPair {
    pub(crate) a_id: ClientId,
    pub(crate) b_id: ClientId,
    pub(crate) probability_ppm: i64,
    pub(crate) is_certain: bool,
    pub(crate) reasons: Vec<Reason>,
}

impl FoundPair {
    pub(crate) fn new(one: ClientId, other: ClientId, likeness: Likeness) -> Self {
        let (a_id, b_id) = ordered(one, other);
        let is_certain = likeness.decision == Decision::AutoMerge;
        let Likeness { probability_ppm, reasons, .. } = likeness;
        Self { a_id, b_id, probability_ppm, is_certain, reasons }
    }
    /// The word kept with the pair.
    pub(crate) const fn decision(&self) -> &'static str {
        if self.is_certain { "auto_merge" } else { "clerical_review" }
    }
}

/// Two ids in the order pairs are kept in.
pub(crate) fn ordered(one: ClientId, other: ClientId) -> (ClientId, ClientId) {
    if one < other { (one, other) } else { (other, one) }
}
