//! Pages of the nodes at branches; only the centre has them.

mod list;
mod new;
mod one;
mod silence;

use spine::Error;
use spine::replica::nodes::NodeState;
use web::i18n::L;
use web::ui::{self, Tone};
use web::{Access, Cx, Routes};

use super::model::Concern;
use crate::carry::FILE_BYTES_MAX;

const NODES: Access = Access::Needs("admin.nodes");
const HOME: &str = "/admin/nodes";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/nodes", NODES, list::list)
        .get("/admin/nodes/new", NODES, new::form)
        .post("/admin/nodes/new", NODES, new::invite)
        .get("/admin/nodes/keys", NODES, new::keys)
        .get("/admin/nodes/{id}", NODES, one::show)
        .post_up_to("/admin/nodes/{id}/file", NODES, FILE_BYTES_MAX, one::carry)
        .get("/admin/nodes/{id}/silence", NODES, silence::form)
        .post("/admin/nodes/{id}/silence", NODES, silence::send)
        .get("/admin/nodes/{id}/revoke", NODES, one::ask)
        .post("/admin/nodes/{id}/revoke", NODES, one::revoke)
}

/// The nodes are the centre's: a branch has no such pages.
fn at_centre(cx: &Cx) -> Result<(), Error> {
    if cx.app.services.bus.is_at_branch() { Err(Error::NotFound) } else { Ok(()) }
}

fn state_mark(l: &L, state: NodeState) -> maud::Markup {
    match state {
        NodeState::Invited => ui::dot(Tone::Info, &l.t("branch-node-state-invited")),
        NodeState::Active => ui::dot(Tone::Good, &l.t("branch-node-state-active")),
        NodeState::Revoked => ui::dot(Tone::Neutral, &l.t("branch-node-state-revoked")),
    }
}

fn concern_mark(l: &L, concern: Concern) -> maud::Markup {
    let (tone, icon) = match concern {
        Concern::LeaseOver => (Tone::Danger, "lock"),
        Concern::Silent => (Tone::Attention, "wifi-off"),
        Concern::Refused => (Tone::Attention, "circle-x"),
        Concern::OldPending => (Tone::Attention, "hourglass"),
        Concern::Clock => (Tone::Attention, "clock"),
    };
    ui::badge_with_icon(tone, icon, &l.t(&format!("branch-concern-{}", concern.key())))
}

/// Seconds in words, with a sign: how far a clock is from the centre's.
fn clock_words(l: &L, seconds: i64) -> String {
    let (key, n) = match seconds.saturating_abs() {
        0..=1 => return l.t("branch-clock-right"),
        n @ 2..=119 => ("seconds", n),
        n @ 120..=7199 => ("minutes", n / 60),
        n => ("hours", n / 3600),
    };
    let side = if seconds > 0 { "ahead" } else { "behind" };
    l.ta(&format!("branch-clock-{key}-{side}"), &[("n", n.into())])
}
