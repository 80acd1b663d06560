//! What a branch may do with sums on its own authority. A command says what it may do at all ([`crate::Offline`]); this module
//! owns the limits of those that have one, what was done under them, the supervisor's PIN that lifts one, and pre-approvals the
//! centre has signed. See ADR 0034.
//!
//! A handler says what is at stake (`work.at_stake`) and whom it is about (the client it records). When it has run at a branch,
//! `check` weighs it before anything is committed: it fits, or the centre is asked, or a supervisor signs, or it is refused.
//!
//! Limits are part of the strategy bundle: at the centre they stand as head office has saved them, at a branch as the version in
//! force there has them.
//!
//! Reading order: `limit` (pure), `check`, `beyond` (what is done about what does not fit), `told` (the same at the centre),
//! `versions` (by which limits), `pin`, `pre_approval`, `commands`, `queries`.

mod beyond;
mod check;
pub mod commands;
mod doors;
mod limit;
mod pin;
mod pre_approval;
pub mod queries;
mod told;
mod versions;

pub use doors::{AskCentre, Notary, Reply};
pub use limit::{ANY, Limit};
pub use pin::check_new_pin;
pub use pre_approval::{PreApproval, State};
pub use queries::Today;

pub(crate) use beyond::{Beyond, Tried};
pub(crate) use check::{Asking, Ruling, Trial, begin, rule, spend};
pub(crate) use doors::Doors;
pub(crate) use told::{Told, judge};
pub(crate) use versions::Versions;

/// Who supervises what is done above a limit.
pub const SUPERVISE: &str = "operation.supervise";
/// Who changes limits.
pub const EDIT: &str = "limits.edit";
/// Who grants pre-approvals.
pub const GRANT: &str = "preapproval.grant";

/// Minutes in which sums of one client count as parts of one operation.
pub const SPLIT_MINUTES: i64 = 60;
