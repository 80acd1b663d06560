//! One refusal: who did what when, why the centre has refused it, and what to do about it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{CommandId, Refusals};
use maud::{Markup, html};
use spine::replica::nodes;
use spine::secrecy::Groups;
use spine::{Conflict, Error, Owner};
use web::ui::{self, Button, Field, Input, Kv, PageHeader, Panel, Tone, split};
use web::{AddedField, Answer, Cx};

use super::super::commands::NOTE_CHARS_MAX;
use super::super::queries::{self, Content, Refused};
use super::{HOME, state_mark};
use crate::parts::{conflict_fields, conflict_of, payload_part, summary, why};
use crate::queries::about;

/// A refusal as it is shown.
pub(super) struct Shown {
    pub(super) refused: Refused,
    content: Content,
    added: Vec<AddedField>,
    node: String,
    /// The person may read what was typed.
    tells: bool,
}

/// The refusal, to whom it is visible.
pub(super) async fn load(cx: &mut Cx, id: CommandId) -> Result<Shown, Error> {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let (refused, client) = queries::visible(&mut cx.db, &principal, id).await?;
    let is_at_branch = cx.app.services.bus.is_at_branch();
    let content = queries::content(&mut cx.db, &refused, is_at_branch).await?;
    let node = nodes::one(&mut cx.db, refused.node_id).await?.map(|node| node.name);
    let tells = tells(cx, (&refused, &content), client).await?;
    Ok(Shown {
        added: cx.added_fields().await?,
        node: node.unwrap_or_default(),
        refused,
        content,
        tells,
    })
}

/// Who did it reads what he typed; others only where they see all of the client.
async fn tells(
    cx: &mut Cx,
    (refused, content): (&Refused, &Content),
    client: Option<Owner>,
) -> Result<bool, Error> {
    if cx.principal().user_id == Some(refused.actor_id) {
        return Ok(true);
    }
    if let Some(owner) = client {
        return Ok(cx.principal().sees(owner) == Groups::all());
    }
    let bus = cx.app.services.bus.clone();
    let whom = about(&mut cx.db, bus.client_bound(), &content.payload).await?;
    Ok(whom.is_open_to(cx.principal()))
}

pub(super) async fn show(mut cx: Cx, Path(id): Path<CommandId>) -> Answer {
    let shown = load(&mut cx, id).await?;
    Ok(page(&cx, &shown, StatusCode::OK, ("", &Refusals::default()), None))
}

/// The page, with what was typed and refused; `conflict` is a newer one than that of the branch.
pub(super) fn page(
    cx: &Cx,
    shown: &Shown,
    status: StatusCode,
    (note, refusals): (&str, &Refusals),
    conflict: Option<&Conflict>,
) -> Response {
    let l = &cx.l;
    let refused = &shown.refused;
    let title = cx.command_words(&refused.command);
    let wide = html! {
        (reason(cx, shown, conflict))
        (payload(cx, shown))
        @if refused.is_open() { (decision(cx, refused, (note, refusals), conflict)) }
    };
    let body = html! {
        (PageHeader::new(&title).crumb(HOME, l.t("branch-refusals")).marks(state_mark(l, &refused.state)).render(l))
        (summary(cx, refusals))
        (split(&wide, &facts(cx, shown)))
    };
    cx.page_with_status(status, &title, &body)
}

fn facts(cx: &Cx, shown: &Shown) -> Markup {
    let l = &cx.l;
    let refused = &shown.refused;
    let directory = cx.app.services.directory.get();
    let mut kv = Kv::new("refusal")
        .text(l.t("branch-refusal-who"), directory.staff_name(refused.actor_id, l.lang))
        .text(l.t("branch-refusal-branch"), directory.branch_name(refused.branch_id, l.lang));
    if !shown.node.is_empty() {
        kv = kv.text(l.t("branch-node-name"), &shown.node);
    }
    kv = kv
        .text(l.t("branch-refusal-done"), &l.datetime(refused.done_at))
        .line(l.t("branch-refusal-refused"), html! { (l.ago(refused.refused_at)) });
    if let Some(client) = refused.client_id.filter(|_| !refused.client_name.is_empty()) {
        let link = html! { a href={ "/clients/" (client) } { (refused.client_name) } };
        kv = kv.line(l.t("branch-refusal-client"), link);
    }
    if let Some(by) = refused.decided_by {
        kv = kv.text(l.t("branch-refusal-decided-by"), directory.staff_name(by, l.lang));
    }
    if let Some(at) = refused.decided_at {
        kv = kv.text(l.t("branch-refusal-decided-at"), &l.datetime(at));
    }
    if !refused.note.is_empty() {
        kv = kv.text(l.t("branch-refusal-note"), &refused.note);
    }
    Panel::new(l.t("branch-refusal-facts")).icon("info").render(&kv.render(l))
}

fn reason(cx: &Cx, shown: &Shown, newer: Option<&Conflict>) -> Markup {
    let l = &cx.l;
    let refused = &shown.refused;
    let kept = conflict_of(&refused.code, &shown.content.answer);
    let conflict = newer.or(kept.as_ref()).filter(|_| shown.tells);
    let words = match newer {
        Some(_) => vec![l.t("branch-why-conflict-newer")],
        None if shown.tells => why(cx, &refused.code, &shown.content.answer),
        None => why(cx, &refused.code, ""),
    };
    let (mine, theirs) = (l.t("branch-conflict-mine"), l.t("branch-conflict-theirs"));
    let body = html! {
        @for line in &words { p.refusal-why { (ui::badge_with_icon(Tone::Danger, "circle-x", line)) } }
        @if let Some(conflict) = conflict {
            (ui::conflict_sides(l, [&mine, &theirs], &conflict_fields(cx, &shown.added, &refused.command, conflict)))
        }
    };
    Panel::new(l.t("branch-refusal-why")).icon("circle-help").render(&body)
}

fn payload(cx: &Cx, shown: &Shown) -> Markup {
    let l = &cx.l;
    let payload = shown.content.payload.as_str();
    let body = if payload.is_empty() {
        html! { p.quiet { (l.t("branch-payload-gone")) } }
    } else if shown.tells {
        payload_part(cx, &shown.added, (&shown.refused.command, payload))
    } else {
        html! { p.quiet { (web::icons::icon("eye-off")) " " (l.t("branch-payload-hidden")) } }
    };
    Panel::new(l.t("branch-refusal-wanted")).icon("pencil").render(&body)
}

fn decision(
    cx: &Cx,
    refused: &Refused,
    (note, refusals): (&str, &Refusals),
    newer: Option<&Conflict>,
) -> Markup {
    let l = &cx.l;
    if cx.app.services.bus.is_at_branch() {
        let body = html! { p.quiet { (l.t("branch-decide-at-centre")) } };
        return Panel::new(l.t("branch-decision")).icon("scale").render(&body);
    }
    let action = format!("{HOME}/{}/decide", refused.id);
    let field = Field::new("note", l.t("branch-refusal-note"), Input::Textarea { rows: 2 })
        .value(note)
        .hint(l.ta("branch-note-hint", &[("max", NOTE_CHARS_MAX.into())]))
        .error(cx.field_error(refusals, "note"))
        .render(l);
    let seen = newer.map(|conflict| conflict.fields.as_slice()).unwrap_or_default();
    let body = html! {
        form.form method="post" action=(action) {
            input type="hidden" name="_id" value=(cx.form_id());
            @for field in seen {
                input type="hidden" name={ (super::decide::SEEN) (field.field) } value=(field.theirs);
            }
            p { (l.t("branch-decide-words")) }
            (field)
            div.form-actions {
                (Button::primary(l.t("branch-decide-again")).icon("rotate-ccw").sends("verdict", "again"))
                (Button::secondary(l.t("branch-decide-keep")).icon("check").sends("verdict", "keep"))
            }
        }
    };
    Panel::new(l.t("branch-decision")).icon("scale").render(&body)
}
