//! The second person: a command that a rule, or the command itself, says one person must not carry out
//! alone. What it would change is worked out, undone and kept; it is carried out, in the maker's name and
//! under his rights of that moment, when another person who may decide it agrees.
//!
//! Reading order: `rule` (which commands wait), `right` (who may decide; maker ≠ checker as *people*),
//! `model` (the life of a request), `keep` and `decide` (the bus's part), `commands`, `queries`, `expiry`.

pub mod commands;
mod decide;
mod expiry;
mod keep;
mod model;
pub mod queries;
mod right;
mod rule;

pub use decide::{DECIDE, Decision};
pub use model::{Approval, Need, State, Verdict, Waiting};
pub use right::{Right, checkers, right_to_decide};
pub use rule::{Facts, Rule};

pub(crate) use expiry::{EXPIRE, Expiry};
pub(crate) use keep::{Demand, Kept, asked, keep};

use crate::Registry;

/// Longest life of a request (hours): a year.
pub const HOURS_MAX: i64 = 24 * 366;
/// Longest note of a decision (characters).
pub const NOTE_CHARS_MAX: usize = 500;
/// People told of one request.
const TOLD_MAX: usize = 10;

/// Whether a rule may name a command by its permission: what only the program itself does, what belongs to
/// the person alone, and feeds, which run as jobs that nobody could answer, never wait.
pub fn may_wait(permission: &str) -> bool {
    !matches!(permission, "system" | "app.use" | "import.run")
}

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<commands::SaveRule>();
    registry.add::<commands::DropRule>();
    registry.add::<commands::Withdraw>();
    registry.add::<commands::Expire>();
    registry.add::<commands::SetPersonnelNumber>();
}
