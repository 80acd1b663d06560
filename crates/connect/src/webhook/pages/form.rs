//! Making a subscription and changing one. The secret is shown once, when it is made.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use kernel::{Refusals, WebhookId};
use maud::html;
use spine::Error;
use web::ui::{self, Button, Field, Form, Input, Kv, Panel};
use web::{Answer, Cx, FormData};

use super::{HOME, dialog, href};
use crate::webhook::commands::{AddWebhook, EditWebhook};
use crate::webhook::model::new_secret;
use crate::webhook::queries;

/// Words of the field, one a line or after a comma.
fn events(sent: &FormData) -> Vec<String> {
    let words = sent.raw("events").split([',', '\n', ' ', '\r']).map(str::trim);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

pub(super) async fn new(cx: Cx) -> Answer {
    let given = FormData::from_pairs([("_id".to_owned(), cx.form_id())]);
    Ok(show(&cx, None, &given, &Refusals::default()))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    let secret = new_secret(cx.ctx.entropy.as_ref());
    let command = AddWebhook {
        title: sent.text("title"),
        url: sent.text("url"),
        events: events(&sent),
        secret: secret.clone(),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(id) => Ok(made(&cx, id, &secret)),
        Err(Error::Refused(refusals)) => Ok(show(&cx, None, &sent, &refusals)),
        Err(other) => Err(other.into()),
    }
}

/// The secret itself, shown this once.
fn made(cx: &Cx, id: WebhookId, secret: &str) -> Response {
    let l = &cx.l;
    let body = html! {
        p { (l.t("webhook-made-words")) }
        (Kv::new("webhook-secret").line(l.t("webhook-secret"), html! {
            code { (secret) } " " (ui::copy_button(l, secret))
        }).render(l))
        p.quiet { (l.t("webhook-secret-how")) }
        div.form-actions { (Button::primary(l.t("webhook-secret-kept")).href(href(id))) }
    };
    let body = Panel::new("").render(&body);
    let mut response = dialog(cx, StatusCode::OK, &l.t("webhook-made"), &body);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) async fn edit(mut cx: Cx, Path(id): Path<WebhookId>) -> Answer {
    let stored = queries::get(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let given = FormData::from_pairs([
        pair("_id", cx.form_id()),
        pair("version", stored.version.to_string()),
        pair("title", stored.title),
        pair("url", stored.url),
        pair("events", stored.events.join("\n")),
    ]);
    Ok(show(&cx, Some(id), &given, &Refusals::default()))
}

pub(super) async fn save(cx: Cx, Path(id): Path<WebhookId>, sent: FormData) -> Answer {
    let command = EditWebhook {
        webhook_id: id,
        version: sent.text("version").parse().unwrap_or(0),
        title: sent.text("title"),
        url: sent.text("url"),
        events: events(&sent),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&href(id), "flash-webhook-saved")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, Some(id), &sent, &refusals)),
        Err(other) => Err(other.into()),
    }
}

fn show(cx: &Cx, id: Option<WebhookId>, sent: &FormData, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (Field::text("title", l.t("webhook-title")).value(sent.raw("title")).required()
            .hint(l.t("webhook-title-hint")).error(error("title")).full().render(l))
        (Field::text("url", l.t("webhook-url")).value(sent.raw("url")).required()
            .attribute("inputmode", "url").placeholder("https://")
            .hint(l.t("webhook-url-hint")).error(error("url")).full().render(l))
        (Field::new("events", l.t("webhook-events"), Input::Textarea { rows: 4 })
            .value(sent.raw("events")).hint(l.t("webhook-events-hint")).error(error("events")).full().render(l))
    };
    let (action, back) = match id {
        Some(id) => (format!("{}/edit", href(id)), href(id)),
        None => (format!("{HOME}/new"), HOME.to_owned()),
    };
    let form = Form::post(action)
        .hidden("_id", sent.raw("_id"))
        .hidden("version", sent.raw("version"))
        .submit(l.t("webhook-save"))
        .cancel(back);
    let is_fine = refusals.0.is_empty();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = l.t(if id.is_some() { "webhook-edit" } else { "webhook-new" });
    dialog(cx, status, &title, &form.render(l, &body))
}
