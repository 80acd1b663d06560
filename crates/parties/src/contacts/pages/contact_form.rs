//! The dialog of a phone, e-mail, messenger or site.

use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::{ContactId, Refusals};
use maud::html;
use serde::Deserialize;
use spine::Error;
use spine::secrecy::Group;
use web::ui::{Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::frame::{self, Seen, archive_button, card, dialog, id};
use crate::client::queries::ClientHead;
use crate::contacts::commands::{AddContact, ArchiveContact, ContactFields, EditContact};
use crate::contacts::model::ContactKind;
use crate::contacts::queries::{self, Contact};

/// What the form of a new contact starts with.
#[derive(Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    kind: String,
}

/// What a form shows.
struct Shown<'a> {
    head: &'a ClientHead,
    kind: ContactKind,
    stored: Option<&'a Contact>,
    typed: ContactFields,
    refusals: Refusals,
    original: ContactFields,
}

fn sent_fields(sent: &FormData, prefix: &str) -> ContactFields {
    let text = |name: &str| sent.text(&format!("{prefix}{name}"));
    ContactFields {
        value: text("value"),
        label: text("label"),
        is_main: sent.is_set(&format!("{prefix}is_main")),
        source: text("source"),
    }
}

const fn empty() -> ContactFields {
    ContactFields {
        value: String::new(),
        label: String::new(),
        is_main: false,
        source: String::new(),
    }
}

fn form(cx: &Cx, shown: &Shown<'_>) -> Response {
    let l = &cx.l;
    let client = shown.head.id;
    let kind_name = l.t(&format!("contacts-kind-{}", shown.kind.key()));
    let key = if shown.stored.is_some() { "contacts-edit" } else { "contacts-new" };
    let title = l.ta(key, &[("what", kind_name.as_str().into())]);
    let input = match shown.kind {
        ContactKind::Phone => Input::Phone,
        ContactKind::Email => Input::Email,
        ContactKind::Messenger | ContactKind::Social | ContactKind::Site => Input::Text,
    };
    let hint = format!("contacts-hint-{}", shown.kind.key());
    let error = |field: &str| cx.field_error(&shown.refusals, field);
    let value = Field::new("value", kind_name, input)
        .value(&shown.typed.value)
        .hint(l.t(&hint))
        .required()
        .attribute("autofocus", "")
        .error(error("value"));
    let label =
        Field::new("label", l.t("contacts-label"), Input::Combobox(label_options(cx, shown.kind)))
            .value(&shown.typed.label)
            .error(error("label"));
    let body = html! {
        (frame::summary(cx, &shown.refusals, &["value", "label"]))
        (form_row(&[value.render(l), label.render(l)]))
        (frame::source_field(cx, &shown.typed.source))
        (Field::checkbox("is_main", l.t("contacts-is-main"), shown.typed.is_main).render(l))
    };
    let action = match shown.stored {
        Some(contact) => format!("{}/contacts/{}", card(client), contact.id),
        None => format!("{}/contacts", card(client)),
    };
    let mut form = Form::post(&action)
        .hidden("_id", cx.form_id())
        .hidden("kind", shown.kind.key())
        .submit(l.t("contacts-save"))
        .cancel(card(client));
    if shown.stored.is_some() {
        form = form
            .hidden("o_value", &shown.original.value)
            .hidden("o_label", &shown.original.label)
            .hidden("o_is_main", if shown.original.is_main { "on" } else { "" })
            .hidden("o_source", &shown.original.source)
            .extra(archive_button(cx, &action));
    }
    dialog(cx, frame::status(&shown.refusals), shown.head, &title, &form.render(l, &body))
}

fn label_options(cx: &Cx, kind: ContactKind) -> Vec<Opt> {
    let words: &[&str] = match kind {
        ContactKind::Phone => &["mobile", "work", "home", "accounting", "reception"],
        ContactKind::Email => &["work", "home", "accounting"],
        ContactKind::Messenger => &["Telegram", "MAX", "WhatsApp", "Viber"],
        ContactKind::Social => &["VK", "OK"],
        ContactKind::Site => &[],
    };
    words
        .iter()
        .map(|word| {
            let key = format!("contacts-label-{word}");
            let name =
                if cx.l.texts.has(cx.l.lang, &key) { cx.l.t(&key) } else { (*word).to_owned() };
            Opt::new(*word, name)
        })
        .collect()
}

pub(super) async fn new_form(
    cx: Cx,
    Path(client): Path<String>,
    Query(start): Query<Start>,
) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Contacts).await?;
    let kind = ContactKind::from_key(&start.kind).unwrap_or(ContactKind::Phone);
    let shown = Shown {
        head: &seen.head,
        kind,
        stored: None,
        typed: empty(),
        refusals: Refusals::default(),
        original: empty(),
    };
    Ok(form(&cx, &shown))
}

pub(super) async fn add(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Contacts).await?;
    let client_id = seen.head.id;
    let kind = ContactKind::from_key(&sent.text("kind"))
        .ok_or_else(|| Error::refused_field("not-a-choice", "kind"))?;
    let fields = sent_fields(&sent, "");
    let command = AddContact { client_id, kind, fields: fields.clone() };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    frame::finish(&cx, outcome, &card(client_id), "flash-contact-saved", |answer| {
        form(
            &cx,
            &Shown {
                head: &seen.head,
                kind,
                stored: None,
                typed: fields,
                refusals: answer.unwrap_or_default(),
                original: empty(),
            },
        )
    })
}

async fn stored(cx: &Cx, client: &str, item: &str) -> Result<(Seen, Contact), Error> {
    let mut seen = frame::editable(cx, id(client)?, Group::Contacts).await?;
    let item: ContactId = id(item)?;
    let contact = queries::contact(&mut seen.db, item).await?.ok_or(Error::NotFound)?;
    if contact.client_id != seen.head.id {
        return Err(Error::NotFound);
    }
    Ok((seen, contact))
}

pub(super) async fn edit_form(cx: Cx, Path((client, item)): Path<(String, String)>) -> Answer {
    let (seen, contact) = stored(&cx, &client, &item).await?;
    let fields = ContactFields::from(&contact);
    let shown = Shown {
        head: &seen.head,
        kind: contact.kind,
        stored: Some(&contact),
        typed: fields.clone(),
        refusals: Refusals::default(),
        original: fields,
    };
    Ok(form(&cx, &shown))
}

pub(super) async fn edit(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, contact) = stored(&cx, &client, &item).await?;
    let (fields, original) = (sent_fields(&sent, ""), sent_fields(&sent, "o_"));
    let command =
        EditContact { contact_id: contact.id, original: original.clone(), fields: fields.clone() };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    let back = card(seen.head.id);
    frame::finish(&cx, outcome, &back, "flash-contact-saved", |answer| match answer {
        Ok(refusals) => form(
            &cx,
            &Shown {
                head: &seen.head,
                kind: contact.kind,
                stored: Some(&contact),
                typed: fields,
                refusals,
                original,
            },
        ),
        Err(conflict) => {
            let name = cx.l.t(&format!("contacts-kind-{}", contact.kind.key()));
            let title = cx.l.ta("contacts-edit", &[("what", name.into())]);
            let action = format!("{back}/contacts/{}", contact.id);
            frame::conflict(&cx, &seen.head, &title, &action, &sent, &conflict)
        }
    })
}

pub(super) async fn archive(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, contact) = stored(&cx, &client, &item).await?;
    cx.execute(sent.command_id()?, &ArchiveContact { contact_id: contact.id }).await?;
    Ok(cx.done(&card(seen.head.id), "flash-contact-archived"))
}
