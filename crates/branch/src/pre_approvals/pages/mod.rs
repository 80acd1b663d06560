//! What was approved beforehand on the client's card, and its forms.

mod form;
mod panel;

use std::sync::Arc;

use spine::authority::GRANT;
use web::{Access, CardPanel, Routes};

const MAY: Access = Access::Needs(GRANT);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/clients/{id}/pre-approvals/new", MAY, form::new)
        .post("/clients/{id}/pre-approvals/new", MAY, form::grant)
        .get("/clients/{id}/pre-approvals/{item}/withdraw", MAY, form::ask)
        .post("/clients/{id}/pre-approvals/{item}/withdraw", MAY, form::withdraw)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(panel::Approvals)]
}
