//! Pages of absences.

mod list;
mod own;
mod plan;

use web::{Access, Routes};

const STAFF: Access = Access::Needs("admin.staff");
const EVERYBODY: Access = Access::Needs("app.use");
const HOME: &str = "/admin/absences";
const OWN: &str = "/me/absence";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/absences", STAFF, list::list)
        .get("/admin/absences/new", STAFF, plan::form)
        .post("/admin/absences/new", STAFF, plan::plan)
        .post("/admin/absences/{id}/cancel", STAFF, list::cancel)
        .get("/me/absence", EVERYBODY, own::own)
        .get("/me/absence/new", EVERYBODY, plan::own_form)
        .post("/me/absence/new", EVERYBODY, plan::plan_own)
        .post("/me/absence/{id}/cancel", EVERYBODY, own::cancel)
}
