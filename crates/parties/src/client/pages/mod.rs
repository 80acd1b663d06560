//! Pages of a client: the card, its details, registering, editing, and the search box.

mod card;
mod changes;
mod details;
mod edit;
mod register;
mod search;
mod words;

use std::sync::Arc;

use web::{Access, Action, CardPanel, Routes, SearchSource};

pub(crate) use card::header;
pub(crate) use words::{client_title, field_name, kind_word, segment_badge, shown_any};

/// What "new…" and the palette offer.
pub(crate) const ACTIONS: &[Action] = &[
    Action {
        label: "action-new-person",
        icon: "user-plus",
        href: "/clients/new?kind=person",
        dialog: false,
        permission: "client.create",
        creates: true,
    },
    Action {
        label: "action-new-company",
        icon: "building-2",
        href: "/clients/new?kind=company",
        dialog: false,
        permission: "client.create",
        creates: true,
    },
];

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/clients/new", Access::Needs("client.create"), register::form)
        .post("/clients/new", Access::Needs("client.create"), register::send)
        .get("/clients/{id}", Access::Needs("client.read"), card::page)
        .get("/clients/{id}/panel/{key}", Access::Needs("client.read"), card::panel)
        .get("/clients/{id}/details", Access::Needs("client.read"), details::page)
        .get("/clients/{id}/edit", Access::Needs("client.edit"), edit::form)
        .post("/clients/{id}/edit", Access::Needs("client.edit"), edit::send)
        .get_lagging("/search", Access::Needs("app.use"), search::page)
        .get_lagging("/search/palette", Access::Needs("app.use"), search::palette)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(changes::ChangesPanel)]
}

pub(crate) fn search_sources() -> Vec<Arc<dyn SearchSource>> {
    vec![Arc::new(search::Clients)]
}
