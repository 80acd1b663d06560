//! Pages of personal data: the report for the person, the dialog that erases, the acts and what is kept.

mod acts;
mod erase;
mod give;

use web::{Access, Routes};

/// Where the acts stand.
const HOME: &str = "/admin/erasures";

pub(crate) fn routes(routes: Routes) -> Routes {
    let archive = Access::Needs("privacy.archive");
    routes
        .get("/clients/{id}/data-report", Access::Needs("privacy.report"), give::page)
        .post("/clients/{id}/data-report", Access::Needs("privacy.report"), give::send)
        .get("/clients/{id}/data-report/{note}", Access::Needs("privacy.report"), give::shown)
        .get("/clients/{id}/erase", Access::Needs("privacy.erase"), erase::page)
        .post("/clients/{id}/erase", Access::Needs("privacy.erase"), erase::send)
        .get(HOME, archive, acts::list)
        .get("/admin/erasures/{id}", archive, acts::page)
        .post("/admin/erasures/{id}/open", archive, acts::open)
        .get("/admin/erasures/{id}/archive/{note}", archive, acts::archive)
}
