//! `spine`: what every change passes through.
//!
//! Owns the request context, the command bus, the policy, the module registry, the job runner, the
//! journal readers, and the organisation (branches, staff, roles) that the policy is made of.
//! It knows no HTTP and no business table.

mod again;
pub mod approval;
pub mod authority;
mod behind;
mod bound;
pub mod bundle;
mod bus;
mod ctx;
mod error;
mod follow;
pub mod import;
mod jobs;
pub mod kept;
mod live;
mod memory;
mod merge;
mod module;
pub mod org;
mod own;
mod owner;
mod perform;
mod policy;
mod readers;
pub mod replica;
pub mod secrecy;
pub mod trace;
mod work;

pub use crate::policy::{Arms, Filter, Permission, Principal, Scope};
pub use behind::{Behind, Note};
pub use bound::{ClientBound, Ground, Moving, OnErase, OnMerge, Rebuild, Rebuilding};
pub use bus::{Bus, Command, CommandInfo, Registry, Rehearsal};
pub use ctx::{Ctx, Origin, Services};
pub use error::{Conflict, Error, FieldConflict, Trouble};
pub use follow::AGE_MAX;
pub use jobs::{JobContext, JobError, JobHandler, Keepers, Run, Schedule};
pub use live::{Live, LiveEvent};
pub use memory::Memory;
pub use merge::Merge;
pub use module::Module;
pub use own::{
    Doing, FieldEdit, Fieldable, Find, Held, Hold, OwnAsked, OwnChange, OwnConditions, OwnFields,
    OwnOrder, OwnValues, Typed,
};
pub use owner::{Owner, Subject};
pub use readers::{JournalReader, Reaction};
pub use replica::{How, Offline, Replicated};
pub use work::{Change, Work};

/// Small secrets at rest, for rooms that know no SQL.
pub use store::keys::{SecretBox, SecretBoxError};
/// The reading side of the database, for rooms that pass it on without knowing SQL, and how far a replica must
/// be to show what was written.
pub use store::{Mark, Reader};
