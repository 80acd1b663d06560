//! The second person as people meet him: what waits for one's decision, one's own requests, and the rules
//! that make commands wait. The mechanism is the spine's (`spine::approval`).

mod api;
mod pages;

pub(crate) use api::api;
pub(crate) use pages::{panels, routes};
