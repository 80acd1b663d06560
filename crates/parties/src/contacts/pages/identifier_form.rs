//! The dialog of a document or official number.

use axum::extract::{Path, Query};
use axum::response::Response;
use jurisdiction::{IdentifierKind, Pack};
use kernel::{IdentifierId, Refusals};
use maud::{Markup, html};
use serde::Deserialize;
use spine::Error;
use spine::secrecy::Group;
use web::ui::{Button, Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::frame::{self, Seen, archive_button, card, date_input, dialog, id, iso_date};
use super::identifiers::kind_name;
use crate::client;
use crate::client::queries::ClientHead;
use crate::contacts::commands::{
    AddIdentifier, ArchiveIdentifier, EditIdentifier, IdentifierFields,
};
use crate::contacts::queries::{self, Identifier};

/// What the form of a new document starts with.
#[derive(Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    kind: String,
}

struct Shown<'a> {
    head: &'a ClientHead,
    kind: String,
    stored: Option<&'a Identifier>,
    /// Dates as people type them.
    typed: IdentifierFields,
    original: IdentifierFields,
    refusals: Refusals,
}

/// The fields as the command wants them, or with the dates as typed, for the form.
fn sent_fields(cx: &Cx, sent: &FormData, as_typed: bool) -> IdentifierFields {
    let day = |name: &str| {
        if as_typed { sent.text(name) } else { iso_date(cx, sent, name) }
    };
    IdentifierFields {
        value: sent.text("value"),
        issued_on: day("issued_on"),
        issued_by: sent.text("issued_by"),
        issuer_code: sent.text("issuer_code"),
        valid_until: day("valid_until"),
        is_main: sent.is_set("is_main"),
        source: sent.text("source"),
    }
}

fn original_fields(sent: &FormData) -> IdentifierFields {
    let text = |name: &str| sent.text(&format!("o_{name}"));
    IdentifierFields {
        value: text("value"),
        issued_on: text("issued_on"),
        issued_by: text("issued_by"),
        issuer_code: text("issuer_code"),
        valid_until: text("valid_until"),
        is_main: sent.is_set("o_is_main"),
        source: text("source"),
    }
}

const FIELDS: &[&str] = &["kind", "value", "issued_on", "issued_by", "issuer_code", "valid_until"];

fn form(cx: &Cx, shown: &Shown<'_>) -> Result<Response, Error> {
    let l = &cx.l;
    let client = shown.head.id;
    let pack = client::pack(&cx.ctx)?;
    let kind = pack.identifier(&shown.kind);
    let title = match shown.stored {
        Some(_) => kind_name(cx, &shown.kind),
        None => l.t("contacts-papers-add"),
    };
    let body = html! {
        (frame::summary(cx, &shown.refusals, FIELDS))
        (taken_link(cx, &shown.refusals))
        @if shown.stored.is_none() { (kind_field(cx, pack, shown)) }
        (fields(cx, kind, shown))
        (frame::source_field(cx, &shown.typed.source))
        @if kind.is_none_or(|k| k.document) {
            (Field::checkbox("is_main", l.t("contacts-paper-is-main"), shown.typed.is_main).render(l))
        }
    };
    let action = match shown.stored {
        Some(one) => format!("{}/identifiers/{}", card(client), one.id),
        None => format!("{}/identifiers", card(client)),
    };
    let mut form = Form::post(&action)
        .hidden("_id", cx.form_id())
        .submit(l.t("contacts-save"))
        .cancel(card(client));
    if shown.stored.is_some() {
        let was = &shown.original;
        form = form
            .hidden("o_value", &was.value)
            .hidden("o_issued_on", &was.issued_on)
            .hidden("o_issued_by", &was.issued_by)
            .hidden("o_issuer_code", &was.issuer_code)
            .hidden("o_valid_until", &was.valid_until)
            .hidden("o_is_main", if was.is_main { "on" } else { "" })
            .extra(archive_button(cx, &action));
    }
    Ok(dialog(cx, frame::status(&shown.refusals), shown.head, &title, &form.render(l, &body)))
}

fn kind_field(cx: &Cx, pack: &Pack, shown: &Shown<'_>) -> Markup {
    let l = &cx.l;
    let subject = shown.head.kind.subject();
    let options = subject
        .into_iter()
        .flat_map(|s| pack.identifiers_of(s))
        .map(|k| Opt::new(k.kind.as_str(), l.t(&k.name_key())))
        .collect();
    Field::select("kind", l.t("contacts-paper-kind"), options)
        .value(&shown.kind)
        .error(cx.field_error(&shown.refusals, "kind"))
        .render(l)
}

fn fields(cx: &Cx, kind: Option<&IdentifierKind>, shown: &Shown<'_>) -> Markup {
    let l = &cx.l;
    let typed = &shown.typed;
    let field = |name: &str, value: &str, input: Input| {
        Field::new(name, frame::field_name(l, name), input)
            .value(value)
            .error(cx.field_error(&shown.refusals, name))
    };
    let mut number = Field::new("value", l.t("contacts-paper-number"), Input::Text)
        .value(&typed.value)
        .error(cx.field_error(&shown.refusals, "value"))
        .required()
        .attribute("autofocus", "");
    if let Some(kind) = kind.filter(|_| shown.stored.is_some()) {
        number = number.hint(l.t(&kind.hint_key()));
    }
    let is_document = shown.stored.is_none() || kind.is_none_or(|k| k.document);
    html! {
        (number.render(l))
        @if is_document {
            (form_row(&[
                field("issued_on", &typed.issued_on, Input::Date).render(l),
                field("valid_until", &typed.valid_until, Input::Date).hint(l.t("contacts-paper-until-hint")).render(l),
            ]))
            (form_row(&[
                field("issued_by", &typed.issued_by, Input::Text).render(l),
                field("issuer_code", &typed.issuer_code, Input::Text).placeholder("000-000").narrow().render(l),
            ]))
        }
    }
}

/// A way to the client who has the number already, for those who may see him.
fn taken_link(cx: &Cx, refusals: &Refusals) -> Markup {
    let taken = refusals.0.iter().find(|r| r.code == "identifier-taken-by");
    let arg = |name: &str| {
        taken.and_then(|r| r.args.iter().find(|(key, _)| key == name)).map(|(_, value)| value)
    };
    html! {
        @if let (Some(client), Some(name)) = (arg("client"), arg("name")) {
            p { (Button::secondary(cx.l.ta("contacts-open-client", &[("name", name.into())]))
                .icon("external-link").href(format!("/clients/{client}"))) }
        }
    }
}

pub(super) async fn new_form(
    cx: Cx,
    Path(client): Path<String>,
    Query(start): Query<Start>,
) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Documents).await?;
    let shown = Shown {
        head: &seen.head,
        kind: start.kind,
        stored: None,
        typed: IdentifierFields::default(),
        original: IdentifierFields::default(),
        refusals: Refusals::default(),
    };
    Ok(form(&cx, &shown)?)
}

pub(super) async fn add(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Documents).await?;
    let client_id = seen.head.id;
    let kind = sent.text("kind");
    let fields = sent_fields(&cx, &sent, false);
    let command = AddIdentifier { client_id, kind: kind.clone(), fields };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(&card(client_id), "flash-paper-saved")),
        Err(Error::Refused(refusals)) => {
            let shown = Shown {
                head: &seen.head,
                kind,
                stored: None,
                typed: sent_fields(&cx, &sent, true),
                original: IdentifierFields::default(),
                refusals,
            };
            Ok(form(&cx, &shown)?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn stored(cx: &Cx, client: &str, item: &str) -> Result<(Seen, Identifier), Error> {
    let mut seen = frame::editable(cx, id(client)?, Group::Documents).await?;
    let item: IdentifierId = id(item)?;
    let one = queries::identifier(&mut seen.db, item).await?.ok_or(Error::NotFound)?;
    if one.client_id != seen.head.id {
        return Err(Error::NotFound);
    }
    Ok((seen, one))
}

pub(super) async fn edit_form(cx: Cx, Path((client, item)): Path<(String, String)>) -> Answer {
    let (seen, one) = stored(&cx, &client, &item).await?;
    let original = IdentifierFields::from(&one);
    let typed = IdentifierFields {
        issued_on: date_input(one.issued_on),
        valid_until: date_input(one.valid_until),
        ..original.clone()
    };
    let shown = Shown {
        head: &seen.head,
        kind: one.kind.clone(),
        stored: Some(&one),
        typed,
        original,
        refusals: Refusals::default(),
    };
    Ok(form(&cx, &shown)?)
}

pub(super) async fn edit(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, one) = stored(&cx, &client, &item).await?;
    let original = original_fields(&sent);
    let fields = sent_fields(&cx, &sent, false);
    let command = EditIdentifier { identifier_id: one.id, original: original.clone(), fields };
    let back = card(seen.head.id);
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&back, "flash-paper-saved")),
        Err(Error::Refused(refusals)) => {
            let shown = Shown {
                head: &seen.head,
                kind: one.kind.clone(),
                stored: Some(&one),
                typed: sent_fields(&cx, &sent, true),
                original,
                refusals,
            };
            Ok(form(&cx, &shown)?)
        }
        Err(Error::Conflict(conflict)) => {
            let title = kind_name(&cx, &one.kind);
            let action = format!("{back}/identifiers/{}", one.id);
            Ok(frame::conflict(&cx, &seen.head, &title, &action, &sent, &conflict))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn archive(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, one) = stored(&cx, &client, &item).await?;
    cx.execute(sent.command_id()?, &ArchiveIdentifier { identifier_id: one.id }).await?;
    Ok(cx.done(&card(seen.head.id), "flash-paper-archived"))
}
