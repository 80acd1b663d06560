//! Reads this room shares between its slices: the few things it may know of clients and staff.

pub mod client_ref;
pub(crate) mod message_texts;
pub(crate) mod staff_ref;
