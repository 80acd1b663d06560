//! `web`: what every page is made of: the shell and components, texts and formats, assets, and the
//! request half (`http`): routes with their access rule, context, errors, forms, sessions.

pub mod api;
pub mod assets;
pub mod format;
mod http;
pub mod i18n;
pub mod icons;
pub mod ui;

pub use http::*;
