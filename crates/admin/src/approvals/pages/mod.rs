//! Pages of requests and of the rules behind them.

mod card;
mod decide;
mod list;
mod one;
mod rules;

pub(in crate::approvals) use one::visible;

use std::sync::Arc;

use web::{Access, CardPanel, Routes};

const USE: Access = Access::Needs("app.use");
const RULES: Access = Access::Needs("admin.approvals");
const HOME: &str = "/approvals";
const RULES_HOME: &str = "/admin/approval-rules";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/approvals", USE, list::list)
        .get("/approvals/{id}", USE, one::show)
        .post("/approvals/{id}/decide", USE, decide::decide)
        .post("/approvals/{id}/withdraw", USE, decide::withdraw)
        .get("/admin/approval-rules", RULES, rules::list)
        .get("/admin/approval-rules/new", RULES, rules::new)
        .post("/admin/approval-rules/new", RULES, rules::add)
        .get("/admin/approval-rules/{id}", RULES, rules::edit)
        .post("/admin/approval-rules/{id}", RULES, rules::save)
        .post("/admin/approval-rules/{id}/drop", RULES, rules::drop_rule)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(card::WaitingPanel)]
}
