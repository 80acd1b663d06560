//! One node: how it stands, what it has not told yet, what was refused of it, and shutting it out.

use std::collections::BTreeMap;

use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusals, Timestamp};
use maud::{Markup, html};
use spine::Error;
use spine::replica::commands::RevokeNode;
use spine::replica::nodes::{self, BranchNode, NodeState};
use uuid::Uuid;
use web::ui::{self, Button, Form, Kv, PageHeader, Panel, split};
use web::{Answer, Cx, FormData};

use super::super::model;
use super::super::queries::{self, Dates, Open};
use super::list::concerns;
use super::new::keys_link;
use super::{HOME, at_centre, clock_words, concern_mark, state_mark};
use crate::parts::{carried, dialog, file_form, file_of, summary};
use crate::{Hub, refusals};

pub(super) async fn node(cx: &mut Cx, id: Uuid) -> Result<BranchNode, Error> {
    at_centre(cx)?;
    nodes::one(&mut cx.db, id).await?.ok_or(Error::NotFound)
}

pub(super) async fn show(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    Ok(page(&mut cx, id, &Refusals::default()).await?)
}

/// Takes in a file that was carried from the branch, and gives back the one that answers it.
pub(super) async fn carry(mut cx: Cx, Path(id): Path<Uuid>, sent: Multipart) -> Answer {
    at_centre(&cx)?;
    let hub = cx.app.services.memory.get::<Hub>().ok_or(Error::NotFound)?;
    let answered = match file_of(sent).await {
        Ok(file) => hub.exchange_file(&cx.ctx, &file, Some(id)).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(answered) => Ok(carried(&answered.name, answered.content)?),
        Err(Error::Refused(refusals)) => Ok(page(&mut cx, id, &refusals).await?),
        Err(error) => Err(error.into()),
    }
}

/// The node, and what was wrong with the file that was carried for it.
async fn page(cx: &mut Cx, id: Uuid, refused: &Refusals) -> Result<Response, Error> {
    let node = node(cx, id).await?;
    let l = cx.l.clone();
    let open = queries::open_refusals(&mut cx.db).await?;
    let dates = queries::dates(&mut cx.db, id).await?;
    let decided = refusals::pages::of_node(cx, id).await?;
    let marks = html! {
        (state_mark(&l, node.state))
        @for concern in concerns(cx, &node, &open) { " " (concern_mark(&l, concern)) }
    };
    let silence = Button::secondary(l.t("branch-silence-change")).icon("bell");
    let mut header = PageHeader::new(&node.name).crumb(HOME, l.t("branch-nodes")).marks(marks);
    if node.state != NodeState::Revoked {
        header = header.other(silence.dialog(format!("{HOME}/{id}/silence")).render());
        let revoke = Button::danger(l.t("branch-node-revoke")).icon("ban");
        header = header.other(revoke.dialog(format!("{HOME}/{id}/revoke")).render());
    }
    let wide = html! {
        (Panel::new(l.t("branch-node-work")).icon("activity").id("node-work")
            .live("kind:branch_node", cx.path.clone()).render(&work(cx, &node, &open)))
        (decided)
    };
    let narrow = html! {
        (Panel::new(l.t("branch-node-facts")).icon("server").render(&facts(cx, &node, dates)))
        @if node.state == NodeState::Revoked { (summary(cx, refused)) }
        @else { (files(cx, &node, refused)) }
    };
    let body = html! { (header.render(&l)) (split(&wide, &narrow)) };
    let status =
        if refused.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(cx.page_with_status(status, &node.name, &body))
}

/// For a branch without a line: its file goes in, the centre's comes back.
fn files(cx: &Cx, node: &BranchNode, refused: &Refusals) -> Markup {
    let l = &cx.l;
    let form = file_form(cx, format!("{HOME}/{}/file", node.id), "branch-file-answer", refused);
    let body = html! {
        @if node.state == NodeState::Invited {
            p { (l.t("branch-file-enrol-words")) }
            p { (keys_link(cx)) }
        } @else {
            p { (l.t("branch-file-answer-words")) }
        }
        (form)
    };
    Panel::new(l.t("branch-file-panel")).icon("arrow-up-down").render(&body)
}

/// How far it has come, and what it has still to say.
fn work(cx: &Cx, node: &BranchNode, open: &BTreeMap<Uuid, Open>) -> Markup {
    let l = &cx.l;
    let when = |at: Timestamp| html! { (l.ago(at)) " " span.quiet { (l.datetime(at)) } };
    let mut kv = Kv::new("node-work");
    let line = |kv: Kv, label: &str, at: Option<Timestamp>| match at {
        Some(at) => kv.line(l.t(label), when(at)),
        None => kv.missing(l.t(label)),
    };
    kv = line(kv, "branch-node-seen", node.seen_at);
    kv = line(kv, "branch-node-copy", node.replica_at);
    kv = kv.text(l.t("branch-node-pending"), &l.int(node.pending));
    if node.pending > 0 {
        kv = line(kv, "branch-node-oldest", node.oldest_at);
    }
    let refused = open.get(&node.id).map_or(0, |open| open.count);
    kv = kv.text(l.t("branch-node-refused"), &l.int(refused));
    kv = match model::clock_off(node) {
        Some(seconds) => kv.text(l.t("branch-node-clock"), &clock_words(l, seconds)),
        None => kv.missing(l.t("branch-node-clock")),
    };
    kv.render(l)
}

fn facts(cx: &Cx, node: &BranchNode, dates: Dates) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let branch = directory.branch_name(node.branch_id, l.lang).to_owned();
    let mut kv = Kv::new("node")
        .text(l.t("branch-node-branch"), &branch)
        .line(l.t("branch-mode"), mode_words(cx, node));
    kv = match node.silent_minutes {
        Some(minutes) => kv.text(l.t("branch-silence"), &l.int(minutes)),
        None => kv,
    };
    let date = |kv: Kv, label: &str, at: Option<Timestamp>| match at {
        Some(at) => kv.text(l.t(label), &l.datetime(at)),
        None => kv,
    };
    kv = date(kv, "branch-node-made", dates.made_at);
    if node.state == NodeState::Invited {
        kv = date(kv, "branch-node-code-until", dates.code_until);
    }
    kv = date(kv, "branch-node-enrolled", dates.enrolled_at);
    kv = date(kv, "branch-node-revoked", dates.revoked_at);
    kv = date(kv, "branch-node-lease", node.lease_until);
    kv = kv
        .text(l.t("branch-node-lease-hours"), &l.int(node.lease_hours))
        .text(l.t("branch-node-clients"), &l.int(dates.clients));
    if !node.program.is_empty() {
        kv = kv.text(l.t("branch-node-program"), &node.program);
    }
    if let Some((sign, _)) = &node.keys {
        let print: String = sign.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        kv = kv.line(l.t("branch-node-key"), html! { code { (print) "…" } });
    }
    kv.render(l)
}

/// How the branch works, and a way to where that is changed.
fn mode_words(cx: &Cx, node: &BranchNode) -> Markup {
    let words = cx.l.t(&format!("branch-mode-{}", node.mode.key()));
    html! {
        @if cx.principal().has("admin.branches") {
            a href={ "/admin/branches/" (node.branch_id) } { (words) }
        } @else { (words) }
    }
}

/// What shutting out does, before it is done.
pub(super) async fn ask(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let node = node(&mut cx, id).await?;
    let l = &cx.l;
    let body = html! {
        p { (l.ta("branch-node-revoke-words", &[("name", node.name.as_str().into())])) }
        ul {
            li { (l.t("branch-node-revoke-line")) }
            li { (l.t("branch-node-revoke-lease")) }
            li { (l.t("branch-node-revoke-again")) }
        }
        @if node.pending > 0 {
            p { (ui::badge_with_icon(ui::Tone::Danger, "triangle-alert",
                &l.ta("branch-node-revoke-pending", &[("n", node.pending.into())]))) }
        }
    };
    let form = Form::post(format!("{HOME}/{id}/revoke"))
        .hidden("_id", cx.form_id())
        .submit(l.t("branch-node-revoke"))
        .destructive()
        .cancel(format!("{HOME}/{id}"))
        .render(l, &body);
    Ok(dialog(&cx, StatusCode::OK, &l.t("branch-node-revoke-title"), &form))
}

pub(super) async fn revoke(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    at_centre(&cx)?;
    cx.execute(sent.command_id()?, &RevokeNode { node_id: id }).await?;
    Ok(cx.done(&format!("{HOME}/{id}"), "flash-branch-node-revoked"))
}
