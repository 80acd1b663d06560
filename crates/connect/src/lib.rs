//! connect

pub mod feed;
pub mod vcard;
