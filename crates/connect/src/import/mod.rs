//! Bringing feeds in: as a job from a page, and from the command line. The records go to the rooms as
//! commands in batches; each batch is one transaction, and every record is known again by its external
//! id, so that a run that was cut off is simply run again.

mod api;
pub mod commands;
mod engine;
mod job;
mod model;
mod pages;
pub mod queries;

pub(crate) use api::api;
pub use commands::ForgetImports;
pub(crate) use commands::{FORGET, Forgetter};
pub use engine::{Progress, RunError, Watch, run};
pub use job::{ImportJob, problem};
pub use model::{
    FileSummary, Problem, RejectLine, Summary, TargetTable, built_in_mapping, rejects_csv,
};
pub(crate) use pages::{ACTIONS, routes};
