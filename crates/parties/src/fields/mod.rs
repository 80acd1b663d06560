//! Fields and kinds of record a bank adds for itself, without code: their definitions are data, and
//! everything else follows from them: form, card, list, filter, search, feeds, API and journal.
//!
//! What it owns: the definitions (`custom_field`, `custom_object`), the rows values are found and sorted by
//! (`custom_index`), and the work that fills them. Values of clients lie in one document beside the client
//! (`client_custom`) and are written by the client's own commands.
//!
//! The rules in plain words:
//! - A key begins with `x_`, so that it never meets a field of the product; it is given once and for ever.
//! - A value is kept as its canonical text, as all fields of a client are: an ISO date, a plain number, the
//!   key of a choice. What people type is read into it, and what is read is what is shown again.
//! - Lists filter and sort by rows of an index. A field that has none is shown and searched nowhere else; an
//!   administrator orders the index, a job fills it, and it is offered when it is full.
//! - Removal is archiving: nothing is shown or written any more, nothing is lost, and it can be brought back.
//!
//! Reading order: `model`, `commands`, `queries`, `cache`, `job`, `words`, `parts`, `pages`.

use spine::Fieldable;

mod api;
mod cache;
pub mod commands;
mod job;
pub mod model;
mod pages;
mod parts;
pub mod queries;
mod words;

pub(crate) use api::api;
pub(crate) use cache::{added, definitions};
pub(crate) use commands::OwnDoor;
pub use job::IndexFieldJob;
pub(crate) use pages::{conflict, routes};
pub(crate) use parts::{control, markup};

pub(crate) use words::{Linked, csv_text, linked, shown, typed};

/// The object whose fields are fields of clients.
pub const CLIENT: &str = "client";

/// Clients: their values lie beside them and are written by their own commands.
const CLIENTS: Fieldable = Fieldable {
    home: "/clients",
    has_list: true,
    find: Some(crate::search::commands::find_client),
    ..Fieldable::new(CLIENT, "nav-clients", "client")
};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::AddField>();
    registry.add::<commands::EditField>();
    registry.add::<commands::ArchiveField>();
    registry.add::<commands::AddObject>();
    registry.add::<commands::EditObject>();
    registry.add::<commands::ArchiveObject>();
    registry.add::<commands::StoreIndex>();
    registry.add::<commands::EditOwn>();
    registry.own_fields(&OwnDoor);
    registry.fieldable(&[CLIENTS]);
}
