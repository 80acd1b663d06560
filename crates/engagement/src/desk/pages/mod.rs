//! The desk on the screen: the queue, the visitor before one, the client in brief, the operations of the day.

mod brief;
mod day;
mod desk;
mod guide;
mod known;
mod left_out;
mod mine;
mod new;
mod operation;
mod serve;
mod theme;
mod themes;
mod till;

use web::{Access, Routes};

const HOME: &str = "/desk";

pub(crate) fn routes(routes: Routes) -> Routes {
    const SERVE: Access = Access::Needs("desk.serve");
    const REPORT: Access = Access::Needs("desk.report");
    const REVERSE: Access = Access::Needs("desk.reverse");
    const TILL: Access = Access::Needs("desk.till");
    const THEMES: Access = Access::Needs("desk.themes");
    routes
        .get("/desk", SERVE, desk::page)
        .get("/desk/mine", SERVE, mine::page)
        .get("/desk/new", SERVE, new::form)
        .post("/desk/new", SERVE, new::open)
        .post("/desk/visits/{id}/call", SERVE, serve::call)
        .post("/desk/visits/{id}/identify", SERVE, serve::identify)
        .post("/desk/visits/{id}/recognise", SERVE, known::recognise)
        .post("/desk/visits/{id}/reject", SERVE, serve::reject)
        .post("/desk/visits/{id}/theme", SERVE, theme::choose)
        .post("/desk/visits/{id}/steps", SERVE, guide::tick)
        .post("/desk/visits/{id}/finish", SERVE, guide::finish)
        .post("/desk/visits/{id}/leave", SERVE, serve::leave)
        .get("/desk/operations/new", SERVE, operation::form)
        .post("/desk/operations/new", SERVE, operation::record)
        .get("/desk/operations/{id}/reverse", REVERSE, operation::ask)
        .post("/desk/operations/{id}/reverse", REVERSE, operation::reverse)
        .get("/desk/till/new", TILL, till::form)
        .post("/desk/till/new", TILL, till::save)
        .get_lagging("/desk/day", REPORT, day::page)
        .get("/admin/themes", THEMES, themes::list)
        .get("/admin/themes/new", THEMES, themes::new)
        .post("/admin/themes/new", THEMES, themes::save)
        .get("/admin/themes/{id}", THEMES, themes::edit)
        .post("/admin/themes/{id}", THEMES, themes::save_one)
}
