//! Pages of roles.

mod list;
mod matrix;

use web::{Access, Routes};

const ROLES: Access = Access::Needs("admin.roles");
const HOME: &str = "/admin/roles";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/roles", ROLES, list::list)
        .get("/admin/roles/new", ROLES, list::new)
        .post("/admin/roles/new", ROLES, list::add)
        .get("/admin/roles/{id}", ROLES, matrix::show)
        .post("/admin/roles/{id}", ROLES, matrix::save)
        .post("/admin/roles/{id}/delete", ROLES, matrix::delete)
}
