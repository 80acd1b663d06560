//! Administration → Fields.

pub(crate) mod conflict;
mod form;
mod list;
mod object;
mod one;
mod own;
mod own_edit;
mod sent;

pub(super) use own_edit::load as load_own;

use axum::http::StatusCode;
use axum::response::Response;
use maud::Markup;
use web::ui::{self, Button};
use web::{Access, Cx, Routes};

const FIELDS: Access = Access::Needs("admin.fields");
const HOME: &str = "/admin/fields";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/fields", FIELDS, list::page)
        .get("/admin/fields/new", FIELDS, form::new)
        .post("/admin/fields/new", FIELDS, form::add)
        .get("/admin/fields/{id}", FIELDS, one::page)
        .post("/admin/fields/{id}", FIELDS, one::save)
        .post("/admin/fields/{id}/archive", FIELDS, one::archive)
        .post("/admin/fields/{id}/restore", FIELDS, one::restore)
        .get("/own-fields/{what}/{id}", Access::Needs("app.use"), own_edit::form)
        .post("/own-fields/{what}/{id}", Access::Needs("app.use"), own_edit::save)
        .post("/own-fields/{what}/columns", Access::Needs("app.use"), own_edit::columns)
        .get("/admin/objects/new", FIELDS, object::new)
        .post("/admin/objects/new", FIELDS, object::add)
        .get("/admin/objects/{id}", FIELDS, object::edit)
        .post("/admin/objects/{id}", FIELDS, object::save)
        .post("/admin/objects/{id}/archive", FIELDS, object::archive)
        .post("/admin/objects/{id}/restore", FIELDS, object::restore)
}

/// A page that is opened as a dialog.
fn dialog(cx: &Cx, status: StatusCode, title: &str, body: &Markup) -> Response {
    cx.page_with_status(status, title, &ui::dialog_fragment(&cx.l, title, body))
}

/// A form of one button.
fn post_button(cx: &Cx, action: &str, button: Button) -> Markup {
    maud::html! {
        form method="post" action=(action) {
            input type="hidden" name="_id" value=(cx.form_id());
            (button.submit())
        }
    }
}
