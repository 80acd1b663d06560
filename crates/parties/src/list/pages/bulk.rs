//! Actions on the chosen rows: who looks after them, and their segment.

use axum::extract::RawQuery;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use kernel::{ClientId, Refusal, Refusals, limits};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Field, Form, Opt};
use web::{Answer, Cx, FormData};

use super::rows::{branches, managers};
use super::safe_back;
use crate::client::commands::{AssignClients, SetSegment};
use crate::client::model::Segment;

/// The chosen clients.
///
/// # Errors
/// Refused when nobody or too many are chosen, or an id is none.
pub(super) fn chosen(sent: &FormData) -> Result<Vec<ClientId>, Error> {
    let texts = sent.all("id");
    if texts.is_empty() {
        return Err(Error::refused("nothing-selected"));
    }
    if texts.len() > limits::BULK_CLIENTS_MAX {
        return Err(Refusal::new("too-many-selected").arg("max", limits::BULK_CLIENTS_MAX).into());
    }
    let mut ids: Vec<ClientId> = texts
        .iter()
        .map(|text| text.parse().map_err(|_| Error::NotFound))
        .collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The list the dialog was opened from.
fn back(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|v| v.to_str().ok());
    let uri = referer.and_then(|text| text.parse::<Uri>().ok());
    let place = uri.as_ref().and_then(Uri::path_and_query).map_or("", |p| p.as_str());
    safe_back(place).to_owned()
}

/// The dialog was opened without a choice.
fn nobody(cx: &Cx, title: &str) -> Response {
    let l = &cx.l;
    let button = ui::Button::secondary(l.t("nav-clients")).href("/clients");
    let state = ui::empty(
        "users",
        &l.t("list-nobody-chosen"),
        &l.t("list-nobody-chosen-words"),
        Some(button),
    );
    let content = if cx.is_fragment { ui::dialog_fragment(l, title, &state) } else { state };
    cx.page(title, &content)
}

struct Dialog<'a> {
    title: String,
    action: &'static str,
    submit: String,
    sent: &'a FormData,
    back: &'a str,
    refusals: &'a Refusals,
    count: usize,
}

fn dialog(cx: &Cx, dialog: &Dialog<'_>, fields: &Markup) -> Markup {
    let l = &cx.l;
    let general = cx.refusal_words(dialog.refusals.general());
    let body = html! {
        (ui::error_summary(l, &general))
        p { (l.ta("list-chosen", &[("n", dialog.count.into())])) }
        (fields)
    };
    let mut form = Form::post(dialog.action)
        .hidden("_id", cx.form_id())
        .hidden("back", dialog.back)
        .submit(dialog.submit.clone())
        .cancel(dialog.back);
    for id in dialog.sent.all("id") {
        form = form.hidden("id", id);
    }
    let form = form.render(l, &body);
    if cx.is_fragment {
        return ui::dialog_fragment(l, &dialog.title, &form);
    }
    html! {
        (ui::PageHeader::new(dialog.title.as_str()).crumb("/clients", l.t("nav-clients")).render(l))
        (form)
    }
}

pub(super) async fn assign_form(cx: Cx, headers: HeaderMap, RawQuery(query): RawQuery) -> Answer {
    let sent = FormData::parse(&query.unwrap_or_default());
    if sent.all("id").is_empty() {
        return Ok(nobody(&cx, &cx.l.t("list-bulk-assign")));
    }
    let content = assign_markup(&cx, &sent, &back(&headers), &Refusals::default())?;
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
        action: "/clients/bulk/assign",
        submit: l.t("list-assign"),
        sent,
        back,
        refusals,
        count: chosen(sent)?.len(),
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
    let back = safe_back(sent.raw("back"));
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
        return Ok(nobody(&cx, &cx.l.t("list-bulk-segment")));
    }
    let content = segment_markup(&cx, &sent, &back(&headers), &Refusals::default())?;
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
        action: "/clients/bulk/segment",
        submit: l.t("list-set-segment"),
        sent,
        back,
        refusals,
        count: chosen(sent)?.len(),
    };
    Ok(dialog(cx, &about, &fields))
}

pub(super) async fn segment(cx: Cx, sent: FormData) -> Answer {
    let back = safe_back(sent.raw("back"));
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
