//! The dialog that corrects a contact.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{InteractionId, Refusals};
use maud::html;
use spine::Error;
use spine::secrecy::Group;
use web::ui::{self, Field, Form, Input, form_row};
use web::{Answer, Cx, FormData};

use crate::interaction::commands::{CorrectInteraction, INTERACTION};
use crate::interaction::model::{RESULTS, TOPICS};
use crate::interaction::queries::{self, InteractionRow};
use crate::parts;
use crate::queries::client_ref::{self, ClientRef};

async fn guarded(cx: &mut Cx, id: &str) -> Result<(InteractionRow, ClientRef), Error> {
    let id: InteractionId = parts::id(id)?;
    let row = queries::interaction(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let client = client_ref::visible(&mut cx.db, &principal, row.client_id).await?;
    principal.require_over("interaction.log", client.owner())?;
    // what is corrected is shown
    if !cx.reads(client.owner(), Group::History) {
        return Err(Error::NotFound);
    }
    Ok((row, client))
}

pub(super) async fn form(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let (row, client) = guarded(&mut cx, &id).await?;
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let own = cx.own(INTERACTION.key).await?.start(&row.custom);
    let start = [
        pair("topic", &row.topic),
        pair("subject", &row.subject),
        pair("body", &row.body),
        pair("result", &row.result),
        pair("_id", &cx.form_id()),
    ];
    let start = FormData::from_pairs(start.into_iter().chain(own));
    Ok(show(&cx, StatusCode::OK, (&row, &client), &start, &Refusals::default()).await?)
}

pub(super) async fn save(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let (row, client) = guarded(&mut cx, &id).await?;
    let edits = cx.own(INTERACTION.key).await?.edits(&sent);
    let command = CorrectInteraction {
        interaction_id: row.id,
        topic: sent.text("topic"),
        subject: sent.text("subject"),
        body: sent.text("body"),
        result: sent.text("result"),
        custom: edits.into_iter().map(|edit| (edit.field, edit.value)).collect(),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(&format!("/clients/{}", client.id), "flash-contact-corrected")),
        Err(Error::Refused(refusals)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show(&cx, status, (&row, &client), &sent, &refusals).await?)
        }
        Err(other) => Err(other.into()),
    }
}

async fn show(
    cx: &Cx,
    status: StatusCode,
    (row, client): (&InteractionRow, &ClientRef),
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let own = cx.own(INTERACTION.key).await?;
    let error = |name: &str| cx.field_error(refusals, name);
    let none = Some("interaction-not-chosen");
    let body = html! {
        p.quiet { (l.t("interaction-correct-words")) }
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (form_row(&[
            Field::select("topic", l.t("interaction-topic"), parts::word_options(l, "interaction-topic-", &TOPICS, none))
                .value(sent.text("topic")).error(error("topic")).render(l),
            Field::select("result", l.t("interaction-result"), parts::word_options(l, "interaction-result-", &RESULTS, none))
                .value(sent.text("result")).error(error("result")).render(l),
        ]))
        (Field::text("subject", l.t("interaction-subject")).value(sent.raw("subject")).error(error("subject")).render(l))
        (Field::new("body", l.t("interaction-body"), Input::Textarea { rows: 6 }).value(sent.raw("body"))
            .attribute("autofocus", "").error(error("body")).render(l))
        (own.controls(cx, sent, refusals).await?)
    };
    let back = format!("/clients/{}", client.id);
    let form = Form::post(format!("/interactions/{}/correct", row.id))
        .hidden("_id", sent.raw("_id"))
        .submit(l.t("interaction-save-correction"))
        .cancel(back.as_str())
        .render(l, &body);
    let name = parts::client_name(l, client);
    Ok(parts::dialog(cx, status, &l.t("interaction-correct"), (&back, &name), &form))
}
