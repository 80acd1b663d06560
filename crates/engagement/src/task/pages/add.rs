//! The dialog that adds a task, for a client or for nobody.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ClientId, Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use crate::parts;
use crate::queries::client_ref::{self, ClientRef};
use crate::task::commands::{AddTask, NewTask, check_task};
use crate::task::model::TaskKind;

/// Clients offered when a name fits several.
const SUGGESTIONS: i64 = 12;

pub(super) async fn form(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let asked = FormData::parse(&query.unwrap_or_default());
    let client = known_client(&mut cx, &asked).await?;
    let kind = TaskKind::from_key(&asked.text("kind")).unwrap_or(TaskKind::Task);
    let pair = |key: &str, value: String| (key.to_owned(), value);
    let start = FormData::from_pairs([
        pair("client", client.as_ref().map(|c| c.id.to_string()).unwrap_or_default()),
        pair("kind", kind.key().to_owned()),
        pair("title", asked.text("title")),
        pair("due", asked.text("due")),
        pair("priority", "2".to_owned()),
        pair("back", asked.text("back")),
        pair("_id", cx.form_id()),
    ]);
    Ok(show(&cx, StatusCode::OK, client.as_ref(), &[], &start, &Refusals::default()))
}

/// The client the form was opened for; one the person may not see is not found.
async fn known_client(cx: &mut Cx, sent: &FormData) -> Result<Option<ClientRef>, Error> {
    let Some(id) = sent.opt("client") else { return Ok(None) };
    let id: ClientId = parts::id(&id)?;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    client_ref::visible(&mut cx.db, &principal, id).await.map(Some)
}

/// The client whose name was typed; several go to `choices`, none is refused.
async fn named_client(
    cx: &mut Cx,
    sent: &FormData,
    choices: &mut Vec<ClientRef>,
    refusals: &mut Refusals,
) -> Result<Option<ClientRef>, Error> {
    let Some(typed) = sent.opt("client_name") else { return Ok(None) };
    let beginning = jurisdiction::normalise_name(&typed);
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let found = client_ref::suggestions(&mut cx.db, &principal, &beginning, SUGGESTIONS).await?;
    match found.as_slice() {
        [] => refusals.push(Refusal::field("task-client-unknown", "client_name")),
        [one] => return Ok(Some(one.clone())),
        _ => {
            refusals.push(Refusal::field("task-client-which", "client"));
            *choices = found;
        }
    }
    Ok(None)
}

pub(super) async fn save(mut cx: Cx, sent: FormData) -> Answer {
    let command_id = sent.command_id()?;
    let mut refusals = Refusals::default();
    let mut choices = Vec::new();
    let mut client = known_client(&mut cx, &sent).await?;
    if client.is_none() {
        client = named_client(&mut cx, &sent, &mut choices, &mut refusals).await?;
    }
    let task = read(&cx, &sent, &mut refusals);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if !refusals.0.is_empty() {
        check_task(&task, "", &mut refusals);
        return Ok(show(&cx, status, client.as_ref(), &choices, &sent, &refusals));
    }
    let command = AddTask { client_id: client.as_ref().map(|c| c.id), task };
    match cx.execute(command_id, &command).await {
        Ok(id) => {
            let card = client.map_or_else(|| format!("/tasks/{id}"), |c| format!("/clients/{}", c.id));
            Ok(cx.done(&parts::safe_back(&sent.text("back"), &card), "flash-task-added"))
        }
        Err(Error::Refused(refusals)) => Ok(show(&cx, status, client.as_ref(), &[], &sent, &refusals)),
        Err(other) => Err(other.into()),
    }
}

fn read(cx: &Cx, sent: &FormData, refusals: &mut Refusals) -> NewTask {
    let kind = TaskKind::from_key(&sent.text("kind"));
    if kind.is_none() {
        refusals.push(Refusal::field("not-a-choice", "kind"));
    }
    if sent.opt("due").is_none() {
        refusals.push(Refusal::field("required", "due"));
    }
    let due_on = sent.date("due", cx.l.today, refusals).unwrap_or(cx.l.today);
    NewTask {
        title: sent.text("title"),
        kind: kind.unwrap_or(TaskKind::Task),
        due_on,
        due_at: super::life::time_of(cx, due_on, sent, refusals),
        assignee_id: sent.id("assignee", refusals),
        priority: sent.text("priority").parse().ok(),
    }
}

fn show(
    cx: &Cx,
    status: StatusCode,
    client: Option<&ClientRef>,
    choices: &[ClientRef],
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let back = client.map_or_else(|| "/tasks".to_owned(), |c| format!("/clients/{}", c.id));
    let back_words = client.map_or_else(|| l.t("nav-tasks"), |c| parts::client_name(l, c));
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (whom(cx, client, choices, sent, refusals))
        (fields(cx, client, sent, refusals))
    };
    let mut form = Form::post("/tasks/new")
        .hidden("_id", sent.raw("_id"))
        .hidden("back", sent.raw("back"))
        .submit(l.t("task-save"))
        .cancel(back.as_str());
    if let Some(client) = client {
        form = form.hidden("client", client.id.to_string());
    }
    parts::dialog(cx, status, &l.t("task-new"), (&back, &back_words), &form.render(l, &body))
}

fn whom(
    cx: &Cx,
    client: Option<&ClientRef>,
    choices: &[ClientRef],
    sent: &FormData,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    if let Some(client) = client {
        return html! {
            p.quiet { (parts::client_name(l, client)) @if client.is_vip() { " " (parts::vip_mark(l)) } }
        };
    }
    let options = choices
        .iter()
        .map(|c| Opt::new(c.id.to_string(), format!("{} · {}", parts::client_name(l, c), c.number)));
    html! {
        (Field::text("client_name", l.t("task-client")).value(sent.raw("client_name"))
            .hint(l.t("task-client-hint")).attribute("autocomplete", "off")
            .error(cx.field_error(refusals, "client_name")).render(l))
        @if !choices.is_empty() {
            (Field::new("client", l.t("task-client-which"), Input::Radio(options.collect()))
                .error(cx.field_error(refusals, "client")).render(l))
        }
    }
}

fn fields(cx: &Cx, client: Option<&ClientRef>, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let kinds = parts::word_options(l, "task-kind-", &TaskKind::ALL.map(TaskKind::key), None);
    let priorities = parts::word_options(l, "task-priority-", &["1", "2", "3"], None);
    html! {
        (Field::text("title", l.t("task-title")).value(sent.raw("title")).required()
            .placeholder(l.t("task-title-example")).attribute("autofocus", "").error(error("title")).render(l))
        (form_row(&[
            Field::select("kind", l.t("task-kind"), kinds).value(sent.text("kind")).error(error("kind")).render(l),
            Field::new("due", l.t("task-due"), Input::Date).value(sent.raw("due")).required()
                .hint(l.t("task-due-hint")).error(error("due")).render(l),
            Field::text("time", l.t("task-time")).value(sent.raw("time")).placeholder("10:30")
                .attribute("inputmode", "numeric").error(error("time")).render(l),
        ]))
        (form_row(&[
            Field::select("assignee", l.t("task-assignee"), parts::assignee_options(cx, client))
                .value(sent.text("assignee")).error(error("assignee")).render(l),
            Field::select("priority", l.t("task-priority"), priorities).value(sent.text("priority"))
                .error(error("priority")).render(l),
        ]))
    }
}
