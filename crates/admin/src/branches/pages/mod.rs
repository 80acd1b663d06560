//! Pages of regions, branches and teams.

mod branch;
mod list;
mod region;
mod team;

use web::{Access, Routes};

const BRANCHES: Access = Access::Needs("admin.branches");
/// The page everything here comes back to.
const HOME: &str = "/admin/branches";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/branches", BRANCHES, list::list)
        .get("/admin/branches/new", BRANCHES, branch::new)
        .post("/admin/branches/new", BRANCHES, branch::add)
        .get("/admin/branches/{id}", BRANCHES, branch::edit)
        .post("/admin/branches/{id}", BRANCHES, branch::save)
        .post("/admin/branches/{id}/archived", BRANCHES, branch::archive)
        .get("/admin/regions/new", BRANCHES, region::new)
        .post("/admin/regions/new", BRANCHES, region::add)
        .get("/admin/regions/{id}", BRANCHES, region::edit)
        .post("/admin/regions/{id}", BRANCHES, region::save)
        .get("/admin/teams/new", BRANCHES, team::new)
        .post("/admin/teams/new", BRANCHES, team::add)
        .get("/admin/teams/{id}", BRANCHES, team::edit)
        .post("/admin/teams/{id}", BRANCHES, team::save)
        .post("/admin/teams/{id}/archived", BRANCHES, team::archive)
}
