//! `admin`: the pages of whoever looks after the bank's own organisation and the machine: staff, roles,
//! branches, absences, jobs, the journal, tokens.
//!
//! It owns no table and no command: the organisation and its commands belong to the spine, which every
//! room stands on. Here are only their pages, and the job that proves the journal whole.

mod absences;
mod approvals;
mod branches;
mod jobs;
mod journal;
mod own;
mod pages;
mod roles;
mod secrecy;
mod sign_ins;
mod staff;
mod tokens;

use std::sync::Arc;

use spine::{Module, Registry};

pub use pages::pages;

/// What this room brings to the spine.
pub fn module() -> Module {
    Module { jobs: vec![Arc::new(journal::VerifyJob)], ..Module::of("admin", no_commands) }
}

/// The commands of the organisation are registered by the spine itself.
fn no_commands(_: &mut Registry) {}
