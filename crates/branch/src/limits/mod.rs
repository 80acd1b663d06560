//! Limits of what branches do with sums on their own authority: head office says them here, and at a branch everybody sees what
//! remains to him today. The limits themselves are the spine's (`spine::authority`).

mod api;
mod pages;

pub(crate) use api::api;
pub(crate) use pages::{routes, today_part};
