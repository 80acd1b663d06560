//! Pages of staff.

mod form;
mod leave;
mod list;
mod password;
mod person;
mod personnel;
mod pin;

use spine::authority::SUPERVISE;
use web::{Access, Routes};

pub(crate) use list::days;

const STAFF: Access = Access::Needs("admin.staff");

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/staff", STAFF, list::list)
        .get("/admin/staff/new", STAFF, form::new)
        .post("/admin/staff/new", STAFF, form::add)
        .get("/admin/staff/{id}", STAFF, person::person)
        .get("/admin/staff/{id}/edit", STAFF, form::edit)
        .post("/admin/staff/{id}/edit", STAFF, form::save)
        .get("/admin/staff/{id}/personnel", STAFF, personnel::form)
        .post("/admin/staff/{id}/personnel", STAFF, personnel::save)
        .get("/admin/staff/{id}/password", STAFF, password::form)
        .post("/admin/staff/{id}/password", STAFF, password::set)
        .post("/admin/staff/{id}/second-factor/reset", STAFF, person::reset_factor)
        .post("/admin/staff/{id}/provider/unlink", STAFF, person::unlink_provider)
        .post("/admin/staff/{id}/unlock", STAFF, person::unlock)
        .post("/admin/staff/{id}/sessions/end", STAFF, person::end_session)
        .post("/admin/staff/{id}/sessions/end-all", STAFF, person::end_sessions)
        .get("/admin/staff/{id}/dismiss", STAFF, leave::form)
        .post("/admin/staff/{id}/dismiss", STAFF, leave::dismiss)
        .post("/admin/staff/{id}/reinstate", STAFF, leave::reinstate)
        .get("/me/password", Access::Needs("app.use"), password::own_form)
        .post("/me/password", Access::Needs("app.use"), password::change_own)
        .get("/me/pin", Access::Needs(SUPERVISE), pin::form)
        .post("/me/pin", Access::Needs(SUPERVISE), pin::set)
        .post("/admin/staff/{id}/pin/reset", STAFF, pin::reset)
}

/// The page of a person.
fn person_href(id: kernel::UserId) -> String {
    format!("/admin/staff/{id}")
}
