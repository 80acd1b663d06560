//! Projects and events on the screen.

mod card;
mod form;
mod list;
mod panel;

use web::{Access, Routes};

pub(crate) use card::own_record;
pub(crate) use panel::{panels, search_sources};

pub(crate) fn routes(routes: Routes) -> Routes {
    const READ: Access = Access::Needs("project.read");
    const WRITE: Access = Access::Needs("project.write");
    routes
        .get_lagging("/projects", READ, list::page)
        .get("/projects/new", WRITE, form::new)
        .post("/projects/new", WRITE, form::open)
        .get("/projects/{id}", READ, card::page)
        .get("/projects/{id}/edit", WRITE, form::edit)
        .post("/projects/{id}/edit", WRITE, form::save)
        .post("/projects/{id}/status", WRITE, card::set_status)
        .get("/projects/{id}/invite", WRITE, card::invite_form)
        .post("/projects/{id}/invite", WRITE, card::invite)
        .post("/projects/{id}/participation", WRITE, card::set_participation)
}
