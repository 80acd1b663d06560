//! One request: what would change, who asked, whose word it waits for.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ClientId, Refusals};
use maud::{Markup, html};
use serde_json::Value as Json;
use spine::Error;
use spine::approval::{Approval, NOTE_CHARS_MAX, Right, State, queries};
use spine::secrecy::Groups;
use uuid::Uuid;
use web::ui::{Button, Field, Input, Kv, PageHeader, Panel, error_summary, split};
use web::{AddedField, Answer, Cx};

use super::HOME;
use super::list::state_mark;
use crate::journal::pages::values::{change_lines, entity_word};
use crate::journal::queries::owners;
use crate::pages::{lookups, post_button};

pub(super) async fn show(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let approval = visible(&mut cx, id).await?;
    let title = cx.command_words(&approval.command);
    let groups = groups(&cx, &approval).await?;
    let content = body(&cx, (&approval, groups), "", &Refusals::default()).await?;
    Ok(cx.page(&title, &content))
}

/// The request, to whom it concerns: the maker, whoever may or might have decided it, and readers of the
/// journal. To others it does not exist.
pub(in crate::approvals) async fn visible(cx: &mut Cx, id: Uuid) -> Result<Approval, Error> {
    let approval = queries::one(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let is_party = cx.right_when_open(&approval) != Right::None;
    if is_party || cx.principal().has("journal.read") {
        return Ok(approval);
    }
    Err(Error::NotFound)
}

/// The page again after a refused decision, with what was typed.
///
/// # Errors
/// The database's.
pub(super) async fn refused(
    cx: &Cx,
    approval: &Approval,
    note: &str,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let title = cx.command_words(&approval.command);
    let groups = groups(cx, approval).await?;
    let body = body(cx, (approval, groups), note, refusals).await?;
    Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &body))
}

/// What this person sees of the clients the request is about: of several only what he sees of each. A reader
/// of the journal who is no party sees which fields, the parties see the values.
async fn groups(cx: &Cx, approval: &Approval) -> Result<Option<Groups>, Error> {
    if cx.right_when_open(approval) == Right::None {
        return Ok(None);
    }
    if approval.maker_id.is_some() && approval.maker_id == cx.principal().user_id {
        return Ok(Some(Groups::all()));
    }
    let none = Vec::new();
    let things = approval.changes.as_array().unwrap_or(&none).iter();
    let ids = things.filter_map(|thing| thing.get("client_id")?.as_str()?.parse().ok());
    let clients: BTreeSet<ClientId> = ids.chain(approval.client_id).collect();
    let clients: Vec<ClientId> = clients.into_iter().collect();
    let owners = owners(&mut cx.db.clone(), &clients).await?;
    let seen = owners.values().map(|owner| cx.principal().sees(*owner));
    Ok(Some(seen.fold(Groups::all(), Groups::and)))
}

async fn body(
    cx: &Cx,
    (approval, groups): (&Approval, Option<Groups>),
    note: &str,
    refusals: &Refusals,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let added = cx.added_fields().await?;
    let messages = cx.refusal_words(refusals.general());
    let changed = changes(cx, &added, approval, groups);
    let wide = html! { (changed) (decision(cx, approval, note, refusals)) };
    Ok(html! {
        (PageHeader::new(cx.command_words(&approval.command)).crumb(HOME, l.t("approvals"))
            .marks(state_mark(l, approval.state)).render(l))
        @if !messages.is_empty() { (error_summary(l, &messages)) }
        (split(&wide, &facts(cx, approval)))
    })
}

fn facts(cx: &Cx, approval: &Approval) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let name = |id| directory.staff_name(id, l.lang).to_owned();
    let maker = approval.maker_id.map_or_else(|| l.t("admin-system"), name);
    let reason = lookups(l, &["approval-reason"], &approval.reason);
    let mut kv = Kv::new("approval")
        .text(l.t("approval-maker"), &maker)
        .text(l.t("approval-since"), &l.datetime(approval.made_at))
        .text(l.t("approval-why"), &reason);
    if approval.state == State::Waiting {
        kv = kv
            .text(l.t("approval-whom"), &cx.waits_for(approval))
            .text(l.t("approval-until"), &l.datetime(approval.expires_at));
    }
    if let Some(by) = approval.decided_by {
        kv = kv.text(l.t("approval-decided-by"), &name(by));
    }
    if let Some(instead) = approval.decided_for {
        kv = kv.text(l.t("approval-decided-for"), &name(instead));
    }
    if let Some(at) = approval.decided_at {
        kv = kv.text(l.t("approval-decided-at"), &l.datetime(at));
    }
    if !approval.note.is_empty() {
        kv = kv.text(l.t("approval-note"), &approval.note);
    }
    if let Some(client) = approval.client_id {
        let link = html! { a href={ "/clients/" (client) } { (l.t("admin-journal-card")) } };
        kv = kv.line(l.t("approval-record"), link);
    }
    Panel::new(l.t("approval-facts")).icon("hourglass").render(&kv.render(l))
}

fn changes(cx: &Cx, added: &[AddedField], approval: &Approval, groups: Option<Groups>) -> Markup {
    let l = &cx.l;
    let none = Vec::new();
    let things = approval.changes.as_array().unwrap_or(&none);
    let list = html! {
        @for thing in things {
            @let entity = thing.get("entity").and_then(Json::as_str).unwrap_or("");
            div.waiting-change {
                strong { (entity_word(l, entity)) }
                (change_lines(cx, added, (entity, thing.get("changes").unwrap_or(&Json::Null)), groups))
            }
        }
        @if things.len() >= queries::CHANGES_MAX {
            p.quiet { (l.ta("approval-first-changes", &[("n", things.len().into())])) }
        }
    };
    Panel::new(l.t("approval-changes")).icon("pencil").render(&list)
}

fn decision(cx: &Cx, approval: &Approval, note: &str, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let href = format!("{HOME}/{}", approval.id);
    match cx.right_over(approval) {
        Right::Own if approval.state == State::Waiting => {
            let button = Button::secondary(l.t("approval-withdraw")).icon("undo-2");
            let body = html! {
                p { (l.t("approval-own-words")) }
                (post_button(cx, &format!("{href}/withdraw"), &[], button))
            };
            Panel::new(l.t("approval-decision")).render(&body)
        }
        Right::Decide { instead_of } => {
            let directory = cx.app.services.directory.get();
            let field = Field::new("note", l.t("approval-note"), Input::Textarea { rows: 2 })
                .value(note)
                .hint(l.ta("approval-note-hint", &[("max", NOTE_CHARS_MAX.into())]))
                .error(cx.field_error(refusals, "note"))
                .render(l);
            let body = html! {
                @if let Some(other) = instead_of {
                    p.quiet { (l.ta("approval-instead", &[("name", directory.staff_name(other, l.lang).into())])) }
                }
                p { (l.t("approval-approve-words")) }
                form.decision method="post" action={ (href) "/decide" } {
                    input type="hidden" name="_id" value=(cx.form_id());
                    input type="hidden" name="verdict" value="approve";
                    div.form-actions { (Button::primary(l.t("approval-approve")).icon("check").submit()) }
                }
                form.decision method="post" action={ (href) "/decide" } {
                    input type="hidden" name="_id" value=(cx.form_id());
                    input type="hidden" name="verdict" value="decline";
                    (field)
                    div.form-actions { (Button::danger(l.t("approval-decline")).icon("ban").submit()) }
                }
            };
            Panel::new(l.t("approval-decision")).render(&body)
        }
        _ => html! {},
    }
}
