//! Panels of the client card and the dialogs that change what they show.

mod addresses;
mod consents;
mod contacts;
mod dates;
mod files;
mod frame;
mod identifiers;

use std::sync::Arc;

use web::{Access, CardPanel, Routes};

const READ: Access = Access::Needs("client.read");
const EDIT: Access = Access::Needs("client.edit");

pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get("/clients/{id}/contacts/new", EDIT, contacts::new_form)
        .post("/clients/{id}/contacts", EDIT, contacts::add)
        .get("/clients/{id}/contacts/{item}/edit", EDIT, contacts::edit_form)
        .post("/clients/{id}/contacts/{item}", EDIT, contacts::edit)
        .post("/clients/{id}/contacts/{item}/archive", EDIT, contacts::archive)
        .get("/clients/{id}/addresses/new", EDIT, addresses::new_form)
        .post("/clients/{id}/addresses", EDIT, addresses::add)
        .get("/clients/{id}/addresses/{item}/edit", EDIT, addresses::edit_form)
        .post("/clients/{id}/addresses/{item}", EDIT, addresses::edit)
        .post("/clients/{id}/addresses/{item}/archive", EDIT, addresses::archive);
    let routes = routes
        .get("/clients/{id}/identifiers/new", EDIT, identifiers::new_form)
        .post("/clients/{id}/identifiers", EDIT, identifiers::add)
        .get("/clients/{id}/identifiers/{item}/edit", EDIT, identifiers::edit_form)
        .post("/clients/{id}/identifiers/{item}", EDIT, identifiers::edit)
        .post("/clients/{id}/identifiers/{item}/archive", EDIT, identifiers::archive)
        .get("/clients/{id}/dates/new", EDIT, dates::new_form)
        .post("/clients/{id}/dates", EDIT, dates::add)
        .get("/clients/{id}/dates/{item}/edit", EDIT, dates::edit_form)
        .post("/clients/{id}/dates/{item}", EDIT, dates::edit)
        .post("/clients/{id}/dates/{item}/archive", EDIT, dates::archive);
    routes
        .get("/clients/{id}/consents", READ, consents::show)
        .post("/clients/{id}/consents", EDIT, consents::say)
        .get("/clients/{id}/files/new", EDIT, files::new_form)
        .post_files("/clients/{id}/files", EDIT, files::add)
        .get("/clients/{id}/files/{item}", READ, files::download)
        .post("/clients/{id}/files/{item}/archive", EDIT, files::archive)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![
        Arc::new(contacts::ContactsPanel),
        Arc::new(identifiers::IdentifiersPanel),
        Arc::new(dates::DatesPanel),
        Arc::new(files::FilesPanel),
    ]
}
