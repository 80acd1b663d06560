//! Pages of what was refused.

mod decide;
mod list;
mod one;

pub(crate) use list::of_node;

use maud::Markup;
use web::i18n::L;
use web::ui::{self, Tone};
use web::{Access, Routes};

use super::queries::PERMISSION;

const REFUSALS: Access = Access::Needs(PERMISSION);
const HOME: &str = "/refusals";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/refusals", REFUSALS, list::list).get("/refusals/{id}", REFUSALS, one::show).post(
        "/refusals/{id}/decide",
        REFUSALS,
        decide::decide,
    )
}

fn state_mark(l: &L, state: &str) -> Markup {
    match state {
        "open" => ui::badge_with_icon(Tone::Attention, "circle-x", &l.t("branch-refusal-open")),
        "again" => ui::dot(Tone::Good, &l.t("branch-refusal-again")),
        _ => ui::dot(Tone::Neutral, &l.t("branch-refusal-kept")),
    }
}
