//! The dialog that adds a task, for a client or for nobody.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusal, Refusals};
use maud::{Markup, html};
use spine::{Error, OwnValues};
use web::ui::{self, Field, Form, Input, form_row};
use web::{Answer, Cx, FormData};

use crate::parts;
use crate::parts::choose::{self, Choice};
use crate::queries::client_ref::ClientRef;
use crate::task::commands::{AddTask, NewTask, TASK, check_task};
use crate::task::model::TaskKind;

pub(super) async fn form(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let asked = FormData::parse(&query.unwrap_or_default());
    let mut refusals = Refusals::default();
    let choice = choose::chosen(&mut cx, &asked, &mut refusals).await?;
    let client = choice.client.as_ref();
    let kind = TaskKind::from_key(&asked.text("kind")).unwrap_or(TaskKind::Task);
    let pair = |key: &str, value: String| (key.to_owned(), value);
    let own = cx.own(TASK.key).await?.start(&OwnValues::default());
    let start = [
        pair("client", client.map(|c| c.id.to_string()).unwrap_or_default()),
        pair("kind", kind.key().to_owned()),
        pair("title", asked.text("title")),
        pair("due", asked.text("due")),
        pair("priority", "2".to_owned()),
        pair("back", asked.text("back")),
        pair("_id", cx.form_id()),
    ];
    let start = FormData::from_pairs(start.into_iter().chain(own));
    Ok(show(&cx, StatusCode::OK, &choice, &start, &Refusals::default()).await?)
}

pub(super) async fn save(mut cx: Cx, sent: FormData) -> Answer {
    let command_id = sent.command_id()?;
    let mut refusals = Refusals::default();
    let choice = choose::chosen(&mut cx, &sent, &mut refusals).await?;
    let task = read(&cx, &sent, &mut refusals);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if !refusals.0.is_empty() {
        check_task(&task, "", &mut refusals);
        return Ok(show(&cx, status, &choice, &sent, &refusals).await?);
    }
    let edits = cx.own(TASK.key).await?.edits(&sent);
    let custom = edits.into_iter().map(|edit| (edit.field, edit.value)).collect();
    let command = AddTask { client_id: choice.client.as_ref().map(|c| c.id), task, custom };
    match cx.execute(command_id, &command).await {
        Ok(id) => {
            let card = command.client_id;
            let card = card.map_or_else(|| format!("/tasks/{id}"), |c| format!("/clients/{c}"));
            Ok(cx.done(&parts::safe_back(&sent.text("back"), &card), "flash-task-added"))
        }
        Err(Error::Refused(refusals)) => Ok(show(&cx, status, &choice, &sent, &refusals).await?),
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

async fn show(
    cx: &Cx,
    status: StatusCode,
    choice: &Choice,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let own = cx.own(TASK.key).await?;
    let client = choice.client.as_ref();
    let back = client.map_or_else(|| "/tasks".to_owned(), |c| format!("/clients/{}", c.id));
    let back_words = client.map_or_else(|| l.t("nav-tasks"), |c| parts::client_name(l, c));
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (choose::fields(cx, choice, sent, refusals))
        (fields(cx, client, sent, refusals))
        (own.controls(cx, sent, refusals).await?)
    };
    let mut form = Form::post("/tasks/new")
        .hidden("_id", sent.raw("_id"))
        .hidden("back", sent.raw("back"))
        .submit(l.t("task-save"))
        .cancel(back.as_str());
    if let Some(client) = client {
        form = form.hidden("client", client.id.to_string());
    }
    let form = form.render(l, &body);
    Ok(parts::dialog(cx, status, &l.t("task-new"), (&back, &back_words), &form))
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
