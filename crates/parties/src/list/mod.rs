//! The client list: what a person may see, filtered, sorted, paged, kept as views, changed in bulk and
//! taken out as a file.
//!
//! Reading order: `model` (columns, conditions, the list's address), `queries` (one statement for a page,
//! cut to the person's scope), `commands` (the journal of exports), `pages`.

mod added;
mod api;
pub mod commands;
mod model;
mod pages;
mod queries;

pub(crate) use added::{AddedTests, filter_fields, shown_conditions};
pub(crate) use api::api;
pub(crate) use pages::{
    Plain, Rows, SheetKind, attachment, chosen, pairs_of, query_of, routes, viewed,
};

/// The first clients by name a person may see: what the list shows before anything is asked of it.
///
/// # Errors
/// The database's.
pub async fn first_page<R: store::Read>(
    db: &mut R,
    principal: &spine::Principal,
    size: usize,
) -> Result<Vec<crate::client::queries::ClientHead>, store::StoreError> {
    let ask = queries::Ask {
        principal,
        permission: "client.read",
        tests: &[],
        ids: None,
        sort: &model::Sort::STANDARD,
        turn: &model::Turn::First,
        size,
        extras: &[],
    };
    Ok(queries::page(db, &ask).await?.rows.into_iter().map(|row| row.head).collect())
}

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::NoteExport>();
}
