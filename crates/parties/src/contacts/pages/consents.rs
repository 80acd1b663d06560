//! Consents: the line under the contacts, and the dialog where they are given and withdrawn.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Refusals;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Kv, Opt, Row, Table, Tone, form_row,
};
use web::{Answer, Cx, FormData};

use super::frame::{self, Seen, card, dialog, id};
use crate::client::queries::ClientHead;
use crate::contacts::commands::{GiveConsent, WithdrawConsent};
use crate::contacts::model::{ConsentChannel, Purpose};
use crate::contacts::queries::{self, ConsentWord, latest_consents};

/// What the client allows, in one line that opens the dialog.
pub(super) fn line(cx: &Cx, head: &ClientHead, words: &[ConsentWord]) -> Markup {
    let l = &cx.l;
    let latest = latest_consents(words);
    let src = format!("{}/consents", card(head.id));
    html! {
        @for purpose in Purpose::ALL {
            @let given: Vec<&ConsentWord> = latest.values().copied().filter(|w| w.purpose == *purpose).collect();
            @if !given.is_empty() {
                @let name = l.t(&format!("contacts-purpose-{}", purpose.key()));
                @let is_given = given.iter().any(|w| w.is_given);
                @let tone = if is_given { Tone::Good } else { Tone::Danger };
                (ui::badge(tone, &format!("{name}: {}", channels(cx, &given)))) " "
            }
        }
        div {
            a href=(src) data-dialog-src=(src) {
                @if latest.is_empty() { (l.t("contacts-consents-none")) } @else { (l.t("contacts-consents")) }
            }
        }
    }
}

/// `calls, e-mail`, `any channel`, or `refused`.
fn channels(cx: &Cx, words: &[&ConsentWord]) -> String {
    let names: Vec<String> = words
        .iter()
        .filter(|w| w.is_given)
        .map(|w| cx.l.t(&format!("contacts-channel-{}", w.channel.key())))
        .collect();
    if names.is_empty() { cx.l.t("contacts-consent-refused") } else { names.join(", ") }
}

pub(super) async fn show(cx: Cx, Path(client): Path<String>) -> Answer {
    let seen = frame::shown(&cx, id(&client)?, Group::Contacts).await?;
    Ok(page(&cx, seen, &FormData::default(), &Refusals::default()).await?)
}

async fn page(
    cx: &Cx,
    seen: Seen,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let Seen { head, may_edit, mut db, .. } = seen;
    let words = queries::consent_words(&mut db, head.id).await?;
    let said = if words.is_empty() {
        let (title, about) = (l.t("contacts-consents-none"), l.t("contacts-consents-none-words"));
        ui::empty("shield-check", &title, &about, None)
    } else {
        html! {
            (now(cx, &words))
            details { summary { (l.t("contacts-consents-history")) } (table(cx, &words)) }
        }
    };
    let mut parts = vec![said];
    if may_edit {
        parts.push(form(cx, &head, sent, refusals));
    }
    let body = ui::stack(&parts);
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(dialog(cx, status, &head, &l.t("contacts-consents"), &body))
}

/// What holds now, by purpose.
fn now(cx: &Cx, words: &[ConsentWord]) -> Markup {
    let l = &cx.l;
    let latest = latest_consents(words);
    let mut list = Kv::new("consents-now");
    for purpose in Purpose::ALL {
        let name = l.t(&format!("contacts-purpose-{}", purpose.key()));
        let said: Vec<&ConsentWord> =
            latest.values().copied().filter(|w| w.purpose == *purpose).collect();
        if said.is_empty() {
            list = list.missing(name);
            continue;
        }
        let marks = html! {
            @for word in said {
                @let tone = if word.is_given { Tone::Good } else { Tone::Danger };
                (ui::badge(tone, &l.t(&format!("contacts-channel-{}", word.channel.key())))) " "
            }
        };
        list = list.line(name, marks);
    }
    list.render(l)
}

/// Every word, newest first; the one that counts is marked.
fn table(cx: &Cx, words: &[ConsentWord]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let latest = latest_consents(words);
    let mut table = Table::new("consents", l.t("contacts-consents"))
        .column(Column::text(l.t("contacts-consent-purpose")))
        .column(Column::text(l.t("contacts-consent-channel")))
        .column(Column::text(l.t("contacts-consent-state")))
        .column(Column::text(l.t("contacts-consent-when")))
        .column(Column::text(l.t("contacts-consent-evidence")).wide());
    for (at, word) in words.iter().enumerate() {
        let counts =
            latest.get(&(word.purpose, word.channel)).is_some_and(|w| std::ptr::eq(*w, word));
        let state = match (word.is_given, counts) {
            (true, true) => ui::badge(Tone::Good, &l.t("contacts-consent-given")),
            (false, true) => ui::badge(Tone::Danger, &l.t("contacts-consent-withdrawn")),
            (true, false) => html! { span.quiet { (l.t("contacts-consent-given")) } },
            (false, false) => html! { span.quiet { (l.t("contacts-consent-withdrawn")) } },
        };
        let proof: Vec<&str> = [word.evidence.as_str(), word.text_version.as_str()]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect();
        let author = word.author_id.map(|u| directory.staff_name(u, l.lang).to_owned());
        let when = html! {
            (l.datetime(word.at)) @if let Some(author) = author { " " span.quiet { (author) } }
        };
        table = table.row(
            Row::new(at)
                .cell(Cell::text(l.t(&format!("contacts-purpose-{}", word.purpose.key()))))
                .cell(Cell::text(l.t(&format!("contacts-channel-{}", word.channel.key()))))
                .cell(Cell::markup(state))
                .cell(Cell::markup(when))
                .cell(if proof.is_empty() {
                    Cell::none(l)
                } else {
                    Cell::text(proof.join(" · "))
                }),
        );
    }
    table.render(l)
}

fn form(cx: &Cx, head: &ClientHead, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let options = |all: &[&'static str], prefix: &str| -> Vec<Opt> {
        all.iter().map(|k| Opt::new(*k, l.t(&format!("{prefix}{k}")))).collect()
    };
    let purposes: Vec<&'static str> = Purpose::ALL.iter().map(|p| p.key()).collect();
    let all_channels: Vec<&'static str> = ConsentChannel::ALL.iter().map(|c| c.key()).collect();
    let or = |name: &str, default: &str| sent.opt(name).unwrap_or_else(|| default.to_owned());
    let error = |field: &str| cx.field_error(refusals, field);
    let body = html! {
        (frame::summary(cx, refusals, &["purpose", "channel", "evidence", "text_version"]))
        (form_row(&[
            Field::select("purpose", l.t("contacts-consent-purpose"), options(&purposes, "contacts-purpose-"))
                .value(or("purpose", "advertising")).error(error("purpose")).render(l),
            Field::select("channel", l.t("contacts-consent-channel"), options(&all_channels, "contacts-channel-"))
                .value(or("channel", "any")).error(error("channel")).render(l),
        ]))
        (form_row(&[
            Field::new("evidence", l.t("contacts-consent-evidence"), Input::Text)
                .value(sent.text("evidence")).hint(l.t("contacts-consent-evidence-hint")).error(error("evidence")).render(l),
            Field::text("text_version", l.t("contacts-consent-version"))
                .value(sent.text("text_version")).error(error("text_version")).render(l),
        ]))
        div.form-actions {
            (Button::danger(l.t("contacts-consent-withdraw")).sends("state", "withdrawn"))
            (Button::primary(l.t("contacts-consent-give")).sends("state", "given"))
        }
    };
    Form::post(format!("{}/consents", card(head.id))).hidden("_id", cx.form_id()).render(l, &body)
}

pub(super) async fn say(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Contacts).await?;
    let client_id = seen.head.id;
    let choice = |field: &str| Error::refused_field("not-a-choice", field);
    let purpose = Purpose::from_key(&sent.text("purpose")).ok_or_else(|| choice("purpose"))?;
    let channel =
        ConsentChannel::from_key(&sent.text("channel")).ok_or_else(|| choice("channel"))?;
    let (evidence, form_id) = (sent.text("evidence"), sent.command_id()?);
    let outcome = if sent.text("state") == "given" {
        let text_version = sent.text("text_version");
        let command = GiveConsent { client_id, purpose, channel, text_version, evidence };
        cx.execute(form_id, &command).await
    } else {
        cx.execute(form_id, &WithdrawConsent { client_id, purpose, channel, evidence }).await
    };
    match outcome {
        Ok(_) => Ok(cx.done(&card(client_id), "flash-consent-saved")),
        Err(Error::Refused(refusals)) => Ok(page(&cx, seen, &sent, &refusals).await?),
        Err(error) => Err(error.into()),
    }
}
