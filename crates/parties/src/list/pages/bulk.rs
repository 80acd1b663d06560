//! Actions on the chosen rows: who looks after them, and their segment.

use axum::extract::RawQuery;
use axum::http::{HeaderMap, StatusCode};
use kernel::{ClientId, Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Field, Opt};
use web::{Answer, Cx, FormData};

use super::chosen::{Dialog, back, chosen, dialog, nobody, safe_back};
use super::rows::{branches, managers};
use super::views::list;
use crate::client::commands::{AssignClients, SetSegment};
use crate::client::model::Segment;

/// Words of a dialog that was opened without a choice.
const NOBODY: (&str, &str, &str) = ("users", "list-nobody-chosen", "list-nobody-chosen-words");
/// The list.
const HOME: &str = "/clients";

/// How many are chosen, in words.
fn count(cx: &Cx, sent: &FormData) -> Result<String, Error> {
    let ids: Vec<ClientId> = chosen(sent)?;
    Ok(cx.l.ta("list-chosen", &[("n", ids.len().into())]))
}

pub(super) async fn assign_form(cx: Cx, headers: HeaderMap, RawQuery(query): RawQuery) -> Answer {
    let sent = FormData::parse(&query.unwrap_or_default());
    if sent.all("id").is_empty() {
        return Ok(nobody(&cx, &list(&cx), &cx.l.t("list-bulk-assign"), NOBODY));
    }
    let content = assign_markup(&cx, &sent, &back(&headers, HOME), &Refusals::default())?;
    Ok(cx.page(&cx.l.t("list-bulk-assign"), &content))
}

fn assign_markup(
    cx: &Cx,
    sent: &FormData,
    back: &str,
    refusals: &Refusals,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let unchanged = || Opt::new("", l.t("list-unchanged"));
    let people = managers(cx, "client.assign").into_iter();
    let people = people.map(|(id, name)| Opt::new(id.to_string(), name));
    let places = branches(cx, "client.assign").into_iter();
    let places = places.map(|(id, name)| Opt::new(id.to_string(), name));
    let select = |name: &str, label: String, options: Vec<Opt>| {
        let field = Field::select(name, label, options).value(sent.raw(name));
        field.error(cx.field_error(refusals, name)).render(l)
    };
    let fields = html! {
        (select("manager_id", l.t("field-manager-id"), [unchanged()].into_iter().chain(people).collect()))
        (select("branch_id", l.t("field-branch-id"), [unchanged()].into_iter().chain(places).collect()))
    };
    let about = Dialog {
        title: l.t("list-bulk-assign"),
        list: &list(cx),
        action: "/clients/bulk/assign".to_owned(),
        submit: l.t("list-assign"),
        sent,
        back,
        refusals,
        count: count(cx, sent)?,
    };
    Ok(dialog(cx, &about, &fields))
}

pub(super) async fn assign(cx: Cx, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let command = AssignClients {
        client_ids: chosen(&sent)?,
        manager_id: sent.id("manager_id", &mut refusals),
        branch_id: sent.id("branch_id", &mut refusals),
    };
    check_known(&cx, &command, &mut refusals);
    let back = safe_back(sent.raw("back"), HOME);
    let outcome = match refusals.into_result() {
        Ok(()) => cx.execute(sent.command_id()?, &command).await,
        Err(refusals) => Err(refusals.into()),
    };
    match outcome {
        Ok(_) => Ok(cx.done(back, "flash-clients-assigned")),
        Err(Error::Refused(refusals)) => {
            let content = assign_markup(&cx, &sent, back, &refusals)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(cx.page_with_status(status, &cx.l.t("list-bulk-assign"), &content))
        }
        Err(other) => Err(other.into()),
    }
}

/// A branch or person that is none, or is no longer there, belongs to its field.
fn check_known(cx: &Cx, command: &AssignClients, refusals: &mut Refusals) {
    let directory = cx.app.services.directory.get();
    let is_active = |id| directory.staff.get(&id).is_some_and(|member| member.active);
    if command.manager_id.is_some_and(|id| !is_active(id)) {
        refusals.push(Refusal::field("not-a-choice", "manager_id"));
    }
    let is_open = |id| directory.branches.get(&id).is_some_and(|branch| !branch.archived);
    if command.branch_id.is_some_and(|id| !is_open(id)) {
        refusals.push(Refusal::field("not-a-choice", "branch_id"));
    }
}

pub(super) async fn segment_form(cx: Cx, headers: HeaderMap, RawQuery(query): RawQuery) -> Answer {
    let sent = FormData::parse(&query.unwrap_or_default());
    if sent.all("id").is_empty() {
        return Ok(nobody(&cx, &list(&cx), &cx.l.t("list-bulk-segment"), NOBODY));
    }
    let content = segment_markup(&cx, &sent, &back(&headers, HOME), &Refusals::default())?;
    Ok(cx.page(&cx.l.t("list-bulk-segment"), &content))
}

fn segment_markup(
    cx: &Cx,
    sent: &FormData,
    back: &str,
    refusals: &Refusals,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let word = |s: &Segment| Opt::new(s.key(), l.t(&format!("choice-segment-{}", s.key())));
    let field = Field::new(
        "segment",
        l.t("field-segment"),
        ui::Input::Radio(Segment::ALL.iter().map(word).collect()),
    );
    let fields = field
        .value(sent.raw("segment"))
        .required()
        .error(cx.field_error(refusals, "segment"))
        .render(l);
    let about = Dialog {
        title: l.t("list-bulk-segment"),
        list: &list(cx),
        action: "/clients/bulk/segment".to_owned(),
        submit: l.t("list-set-segment"),
        sent,
        back,
        refusals,
        count: count(cx, sent)?,
    };
    Ok(dialog(cx, &about, &fields))
}

pub(super) async fn segment(cx: Cx, sent: FormData) -> Answer {
    let back = safe_back(sent.raw("back"), HOME);
    let client_ids = chosen(&sent)?;
    let outcome = match Segment::from_key(&sent.text("segment")) {
        Some(segment) => cx.execute(sent.command_id()?, &SetSegment { client_ids, segment }).await,
        None => Err(Error::refused_field("required", "segment")),
    };
    match outcome {
        Ok(_) => Ok(cx.done(back, "flash-segment-set")),
        Err(Error::Refused(refusals)) => {
            let content = segment_markup(&cx, &sent, back, &refusals)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(cx.page_with_status(status, &cx.l.t("list-bulk-segment"), &content))
        }
        Err(other) => Err(other.into()),
    }
}
