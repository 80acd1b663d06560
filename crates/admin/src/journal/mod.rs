//! The journal as people read it: who changed what and when, and the proof that nothing was changed since.
//!
//! Values of a client's fields are shown to those only who may read that client; the names of the changed
//! fields are shown to every reader of the journal.

mod api;
pub(crate) mod pages;
pub(crate) mod queries;
mod verify;

pub(crate) use api::api;
pub(crate) use pages::routes;
pub(crate) use verify::VerifyJob;
