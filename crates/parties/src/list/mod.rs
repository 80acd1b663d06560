//! The client list: what a person may see, filtered, sorted, paged, kept as views, changed in bulk and
//! taken out as a file.
//!
//! Reading order: `model` (columns, conditions, the list's address), `queries` (one statement for a page,
//! cut to the person's scope), `commands` (the journal of exports), `pages`.

pub mod commands;
mod model;
mod pages;
mod queries;

pub(crate) use pages::routes;

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::NoteExport>();
}
