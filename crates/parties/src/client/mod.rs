//! A client: who he is, from registration to the card. Companies, sole traders, households and groups
//! are clients too.
//!
//! Reading order: `model` (kinds, fields), `commands`, `queries`, `pages`.

mod any_field;
mod api;
pub mod commands;
mod fields;
mod import;
pub mod model;
mod pages;
pub mod queries;

pub use any_field::ClientField;
pub(crate) use any_field::env;
pub(crate) use api::api;
pub use fields::{FIELDS, FieldDef, FieldInput, field, fields_of};
pub(crate) use import::{CONTACT_TARGET, IMPORT_TARGET};
pub(crate) use pages::{ACTIONS, panels, routes, search_sources};
pub(crate) use pages::{client_title, field_name, header, kind_word, segment_badge, shown_any};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::RegisterClient>();
    registry.add::<commands::EditClient>();
    registry.add::<commands::AssignClients>();
    registry.add::<commands::SetSegment>();
    registry.add::<commands::MarkSeen>();
    registry.add::<commands::LoadClients>();
    registry.add::<import::ImportClients>();
    registry.add::<import::ImportContacts>();
}

/// The jurisdiction pack in force; the Russian one when the setting names none we have.
pub(crate) fn pack(ctx: &spine::Ctx) -> Result<&'static jurisdiction::Pack, spine::Error> {
    jurisdiction::Pack::load(&ctx.jurisdiction).map_err(spine::Error::failure)
}

/// The bank's own currency: the first of the pack.
pub(crate) fn currency(ctx: &spine::Ctx) -> Result<kernel::Currency, spine::Error> {
    Ok(pack(ctx)?.currencies.first().copied().unwrap_or(kernel::Currency::RUB))
}
