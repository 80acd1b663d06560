//! The dialog that logs a contact with its result and next step, and the one for a note.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ClientId, Refusal, Refusals, Timestamp};
use maud::{Markup, html};
use spine::{Error, OwnValues};
use web::ui::{self, Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::texts;
use crate::interaction::commands::{AddNote, INTERACTION, LogInteraction};
use crate::interaction::model::{Channel, Direction, RESULTS, TOPICS};
use crate::parts;
use crate::queries::client_ref::{self, ClientRef};
use crate::task::commands::NewTask;
use crate::task::model::TaskKind;

pub(super) async fn form(mut cx: Cx, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let client = guarded(&mut cx, &id).await?;
    let asked = FormData::parse(&query.unwrap_or_default());
    let channel = Channel::from_key(&asked.text("channel")).unwrap_or(Channel::Phone);
    let pair = |key: &str, value: String| (key.to_owned(), value);
    let own = cx.own(INTERACTION.key).await?.start(&OwnValues::default());
    let start = [
        pair("channel", channel.key().to_owned()),
        pair("direction", channel.usual_direction().key().to_owned()),
        pair("topic", asked.text("topic")),
        pair("subject", asked.text("subject")),
        pair("next_kind", TaskKind::Call.key().to_owned()),
        pair("_id", cx.form_id()),
    ];
    let start = FormData::from_pairs(start.into_iter().chain(own));
    Ok(show(&cx, StatusCode::OK, &client, &start, &Refusals::default()).await?)
}

async fn guarded(cx: &mut Cx, id: &str) -> Result<ClientRef, Error> {
    let id: ClientId = parts::id(id)?;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let client = client_ref::visible(&mut cx.db, &principal, id).await?;
    principal.require_over("interaction.log", client.owner())?;
    Ok(client)
}

pub(super) async fn save(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let client = guarded(&mut cx, &id).await?;
    let command_id = sent.command_id()?;
    let back = format!("/clients/{}", client.id);
    if sent.text("channel") == Channel::Note.key() {
        let note = AddNote { client_id: client.id, body: sent.text("body") };
        return match cx.execute(command_id, &note).await {
            Ok(_) => Ok(cx.done(&back, "flash-note-added")),
            Err(Error::Refused(refusals)) => Ok(again(&cx, &client, &sent, &refusals).await?),
            Err(other) => Err(other.into()),
        };
    }
    if sent.opt("fill").is_some() {
        return fill(&cx, &client, &sent).await;
    }
    let mut refusals = Refusals::default();
    let mut command = read(&cx, client.id, &sent, &mut refusals);
    let edits = cx.own(INTERACTION.key).await?.edits(&sent);
    command.custom = edits.into_iter().map(|edit| (edit.field, edit.value)).collect();
    if !refusals.0.is_empty() {
        command.check(cx.now(), &mut refusals);
        return Ok(again(&cx, &client, &sent, &refusals).await?);
    }
    match cx.execute(command_id, &command).await {
        Ok(logged) if logged.has_next_step => Ok(cx.done(&back, "flash-contact-logged")),
        Ok(_) => Ok(cx.done(&back, "flash-contact-logged-no-step")),
        Err(Error::Refused(refusals)) => Ok(again(&cx, &client, &sent, &refusals).await?),
        Err(other) => Err(other.into()),
    }
}

/// The form again, with the text in it that was chosen.
async fn fill(cx: &Cx, client: &ClientRef, sent: &FormData) -> Answer {
    let channel = Channel::from_key(&sent.text("channel")).unwrap_or(Channel::Phone);
    let texts = texts::of(cx, channel).await?;
    match texts::filled(cx, client, (sent, &texts)) {
        Ok(filled) => Ok(show(cx, StatusCode::OK, client, &filled, &Refusals::default()).await?),
        Err(refusals) => Ok(again(cx, client, sent, &refusals).await?),
    }
}

async fn again(
    cx: &Cx,
    client: &ClientRef,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    show(cx, StatusCode::UNPROCESSABLE_ENTITY, client, sent, refusals).await
}

/// What was typed as a command; what cannot be read goes to `refusals`.
fn read(cx: &Cx, client_id: ClientId, sent: &FormData, refusals: &mut Refusals) -> LogInteraction {
    let mut minutes = |name: &str| {
        let text = sent.opt(name)?;
        let minutes = text.parse::<i64>().ok().filter(|m| (0..=1_440).contains(m));
        if minutes.is_none() {
            refusals.push(Refusal::field("interaction-duration", name));
        }
        minutes.map(|m| m * 60)
    };
    let (handling_seconds, waiting_seconds) = (minutes("minutes"), minutes("waited"));
    let channel = Channel::from_key(&sent.text("channel")).unwrap_or(Channel::Phone);
    if let Some(open) = texts::open_places(channel, sent.raw("body")) {
        refusals.push(Refusal::field("interaction-places-open", "body").arg("places", open));
    }
    LogInteraction {
        client_id,
        channel: sent.text("channel"),
        direction: sent.text("direction"),
        topic: sent.text("topic"),
        subject: sent.text("subject"),
        body: sent.text("body"),
        result: sent.text("result"),
        at: instant(cx, sent, refusals),
        waiting_seconds,
        handling_seconds,
        next: next_step(cx, sent, refusals),
        source: String::new(),
        external_id: String::new(),
        custom: BTreeMap::new(),
    }
}

/// The browser's date and time, in the person's own zone.
fn instant(cx: &Cx, sent: &FormData, refusals: &mut Refusals) -> Option<Timestamp> {
    let text = sent.opt("at")?;
    let civil: Option<jiff::civil::DateTime> = text.parse().ok();
    let zoned = civil.and_then(|c| c.to_zoned(cx.l.zone.clone()).ok());
    if zoned.is_none() {
        refusals.push(Refusal::field("not-a-date", "at"));
    }
    zoned.map(|z| Timestamp::from_jiff(z.timestamp()))
}

/// The next step, when any of it was filled in.
fn next_step(cx: &Cx, sent: &FormData, refusals: &mut Refusals) -> Option<NewTask> {
    let title = sent.text("next_title");
    let asked = sent.opt("next_due");
    if title.is_empty() && asked.is_none() {
        return None;
    }
    let due_on = sent.date("next_due", cx.l.today, refusals);
    if asked.is_none() {
        refusals.push(Refusal::field("required", "next_due"));
    }
    let kind = TaskKind::from_key(&sent.text("next_kind"));
    if kind.is_none() {
        refusals.push(Refusal::field("not-a-choice", "next_kind"));
    }
    Some(NewTask {
        title,
        kind: kind.unwrap_or(TaskKind::Task),
        due_on: due_on.unwrap_or(cx.l.today),
        due_at: None,
        assignee_id: sent.id("next_assignee", refusals),
        priority: None,
    })
}

async fn show(
    cx: &Cx,
    status: StatusCode,
    client: &ClientRef,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let channel = Channel::from_key(&sent.text("channel")).unwrap_or(Channel::Phone);
    let name = parts::client_name(l, client);
    let is_note = channel == Channel::Note;
    let title = l.t(&format!("interaction-log-{}", channel.key()));
    let general = cx.refusal_words(refusals.general());
    let texts = texts::of(cx, channel).await?;
    let own = match is_note {
        true => html! {},
        false => cx.own(INTERACTION.key).await?.controls(cx, sent, refusals).await?,
    };
    let body = html! {
        p.quiet { (name) }
        (ui::error_summary(l, &general))
        @if is_note { (note_fields(cx, sent, refusals)) }
        @else { (texts::choice(cx, &texts, (sent, refusals))) (contact_fields(cx, sent, refusals)) (own) (next_fields(cx, client, sent, refusals)) }
    };
    let save = if is_note { l.t("interaction-save-note") } else { l.t("interaction-save") };
    let mut form = Form::post(format!("/clients/{}/log", client.id))
        .hidden("_id", sent.raw("_id"))
        .draft(format!("log-{}-{}", client.id, channel.key()))
        .submit(save)
        .cancel(format!("/clients/{}", client.id));
    if is_note {
        form = form.hidden("channel", channel.key());
    }
    let back = format!("/clients/{}", client.id);
    Ok(parts::dialog(cx, status, &title, (&back, &name), &form.render(l, &body)))
}

fn note_fields(cx: &Cx, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    Field::new("body", l.t("interaction-note-body"), Input::Textarea { rows: 6 })
        .value(sent.raw("body"))
        .required()
        .attribute("autofocus", "")
        .hint(l.t("interaction-note-hint"))
        .error(cx.field_error(refusals, "body"))
        .render(l)
}

fn contact_fields(cx: &Cx, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let contacts = Channel::ALL.into_iter().filter(|c| c.is_contact());
    let channels: Vec<&str> = contacts.map(Channel::key).collect();
    let directions = Direction::ALL.map(Direction::key);
    let select = |name: &'static str, label: &str, options: Vec<Opt>| {
        Field::select(name, l.t(label), options).value(sent.text(name)).error(error(name)).render(l)
    };
    let option_words = parts::word_options;
    let channel = Channel::from_key(&sent.text("channel")).unwrap_or(Channel::Phone);
    let left = texts::open_places(channel, sent.raw("body"));
    let body = Field::new("body", l.t("interaction-body"), Input::Textarea { rows: 4 })
        .value(sent.raw("body"))
        .attribute("autofocus", "");
    let body = match left {
        Some(open) => body.hint(l.ta("interaction-text-left", &[("places", open.into())])),
        None => body,
    };
    let none = Some("interaction-not-chosen");
    html! {
        (form_row(&[
            select("channel", "interaction-channel", option_words(l, "interaction-channel-", &channels, None)),
            select("direction", "interaction-direction", option_words(l, "interaction-direction-", &directions, None)),
        ]))
        (form_row(&[
            select("topic", "interaction-topic", option_words(l, "interaction-topic-", &TOPICS, none)),
            select("result", "interaction-result", option_words(l, "interaction-result-", &RESULTS, none)),
        ]))
        (Field::text("subject", l.t("interaction-subject")).value(sent.raw("subject"))
            .placeholder(l.t("interaction-subject-example")).error(error("subject")).render(l))
        (body.error(error("body")).render(l))
        (form_row(&[
            Field::new("minutes", l.t("interaction-minutes"), Input::Digits).value(sent.raw("minutes"))
                .error(error("minutes")).render(l),
            Field::new("at", l.t("interaction-at"), Input::DateTime).value(sent.raw("at"))
                .hint(l.t("interaction-at-hint")).error(error("at")).render(l),
        ]))
        @if sent.text("channel") == Channel::Branch.key() {
            (Field::new("waited", l.t("interaction-waited"), Input::Digits).narrow().value(sent.raw("waited"))
                .error(error("waited")).render(l))
        }
    }
}

fn next_fields(cx: &Cx, client: &ClientRef, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    if !cx.principal().reaches("task.write", client.owner()) {
        return html! {};
    }
    let error = |name: &str| cx.field_error(refusals, name);
    let kinds = TaskKind::ALL.map(TaskKind::key);
    let kinds = parts::word_options(l, "task-kind-", &kinds, None);
    html! {
        fieldset.next-fields {
            legend { (l.t("interaction-next")) }
            (form_row(&[
                Field::select("next_kind", l.t("task-kind"), kinds).value(sent.text("next_kind"))
                    .error(error("next_kind")).render(l),
                Field::text("next_title", l.t("task-title")).value(sent.raw("next_title"))
                    .placeholder(l.t("task-title-example")).error(error("next_title")).render(l),
                Field::new("next_due", l.t("task-due"), Input::Date).value(sent.raw("next_due"))
                    .hint(l.t("task-due-hint")).error(error("next_due")).render(l),
                Field::select("next_assignee", l.t("task-assignee"), parts::assignee_options(cx, Some(client)))
                    .value(sent.text("next_assignee")).error(error("next_assignee")).render(l),
            ]))
        }
    }
}
