//! Cards on the screen: read and written at the desk, issued and looked after on their own pages.

mod alarms;
mod digest;
mod forms;
mod identify;
mod issue;
mod one;
mod panel;
mod pay;
mod reader;
mod talk;

use std::sync::Arc;

use web::{Access, CardPanel, Routes};

pub(crate) use digest::{Shown, part as digest_part, shown};

const HOME: &str = "/smart-cards";

pub(crate) fn routes(routes: Routes) -> Routes {
    const SERVE: Access = Access::Needs("desk.serve");
    const ISSUE: Access = Access::Needs("card.issue");
    const STOP: Access = Access::Needs("card.stop");
    const WATCH: Access = Access::Needs("card.watch");
    routes
        .get("/desk/visits/{id}/card", SERVE, identify::form)
        .post("/desk/visits/{id}/card", SERVE, identify::send)
        .get("/desk/visits/{id}/card/pay", SERVE, pay::form)
        .post("/desk/visits/{id}/card/pay", SERVE, pay::send)
        .get("/smart-cards/new", ISSUE, issue::form)
        .post("/smart-cards/new", ISSUE, issue::send)
        .get("/smart-cards/alarms", WATCH, alarms::list)
        .get("/smart-cards/alarms/{id}", WATCH, alarms::form)
        .post("/smart-cards/alarms/{id}", WATCH, alarms::decide)
        .get("/smart-cards/{id}", Access::Needs("client.read"), one::page)
        .get("/smart-cards/{id}/terms", ISSUE, one::terms)
        .post("/smart-cards/{id}/terms", ISSUE, one::set_terms)
        .get("/smart-cards/{id}/pin", ISSUE, issue::pin_form)
        .post("/smart-cards/{id}/pin", ISSUE, issue::set_pin)
        .get("/smart-cards/{id}/stop", STOP, one::ask_stop)
        .post("/smart-cards/{id}/stop", STOP, one::stop)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(panel::Cards)]
}
