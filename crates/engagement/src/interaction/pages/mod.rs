//! Contacts on the screen: the timeline, the dialog that logs one, the buttons of the card.

mod correct;
pub(in crate::interaction) mod history;
mod log;
mod panels;
mod texts;
mod timeline;

use web::{Access, Routes};

pub(crate) use panels::panels;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/clients/{id}/timeline", Access::Needs("interaction.read"), timeline::page)
        .get("/clients/{id}/log", Access::Needs("interaction.log"), log::form)
        .post("/clients/{id}/log", Access::Needs("interaction.log"), log::save)
        .get("/interactions/{id}/correct", Access::Needs("interaction.log"), correct::form)
        .post("/interactions/{id}/correct", Access::Needs("interaction.log"), correct::save)
}
