//! Postal addresses: lines of the contacts panel and their dialogs.

use axum::extract::Path;
use axum::response::Response;
use kernel::Refusals;
use maud::html;
use spine::Error;
use spine::secrecy::Group;
use uuid::Uuid;
use web::ui::{Field, Form, Kv, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::frame::{self, Seen, archive_button, card, dialog, id};
use crate::client::queries::ClientHead;
use crate::contacts::commands::{AddAddress, AddressFields, ArchiveAddress, EditAddress};
use crate::contacts::model::AddressKind;
use crate::contacts::queries::{self, Address};

/// Adds the addresses to a list of facts.
pub(super) fn lines(cx: &Cx, mut list: Kv, addresses: &[Address], may_edit: bool) -> Kv {
    for address in addresses {
        let kind = cx.l.t(&format!("contacts-address-{}", address.kind.key()));
        list =
            list.text(kind, &address.line()).from_source(frame::source_mark(cx, &address.origin));
        if may_edit {
            list = list.edit(format!("{}/addresses/{}/edit", card(address.client_id), address.id));
        }
    }
    list
}

struct Shown<'a> {
    head: &'a ClientHead,
    kind: AddressKind,
    stored: Option<&'a Address>,
    typed: AddressFields,
    original: AddressFields,
    refusals: Refusals,
}

fn sent_fields(sent: &FormData, prefix: &str) -> AddressFields {
    let text = |name: &str| sent.text(&format!("{prefix}{name}"));
    AddressFields {
        country: text("country"),
        region: text("region"),
        city: text("city"),
        street: text("street"),
        postal_code: text("postal_code"),
        source: text("source"),
    }
}

const FIELDS: &[&str] = &["kind", "country", "region", "city", "street", "postal_code"];

fn form(cx: &Cx, shown: &Shown<'_>) -> Response {
    let l = &cx.l;
    let client = shown.head.id;
    let key = if shown.stored.is_some() { "contacts-address-edit" } else { "contacts-address-new" };
    let title = l.t(key);
    let field = |name: &str, value: &str| {
        Field::text(name, frame::field_name(l, name))
            .value(value)
            .error(cx.field_error(&shown.refusals, name))
    };
    let kinds = AddressKind::for_client(shown.head.kind.is_natural())
        .iter()
        .map(|k| Opt::new(k.key(), l.t(&format!("contacts-address-{}", k.key()))))
        .collect();
    let typed = &shown.typed;
    let body = html! {
        (frame::summary(cx, &shown.refusals, FIELDS))
        @if shown.stored.is_none() {
            (Field::select("kind", l.t("contacts-address-kind"), kinds).value(shown.kind.key()).render(l))
        }
        (form_row(&[
            field("postal_code", &typed.postal_code).attribute("inputmode", "numeric").narrow().render(l),
            field("country", &typed.country).hint(l.t("contacts-country-hint")).narrow().render(l),
        ]))
        (form_row(&[field("region", &typed.region).render(l), field("city", &typed.city).render(l)]))
        (field("street", &typed.street).hint(l.t("contacts-street-hint")).full().render(l))
        (frame::source_field(cx, &typed.source))
    };
    let action = match shown.stored {
        Some(address) => format!("{}/addresses/{}", card(client), address.id),
        None => format!("{}/addresses", card(client)),
    };
    let mut form = Form::post(&action)
        .hidden("_id", cx.form_id())
        .submit(l.t("contacts-save"))
        .cancel(card(client));
    if shown.stored.is_some() {
        let was = &shown.original;
        form = form
            .hidden("o_country", &was.country)
            .hidden("o_region", &was.region)
            .hidden("o_city", &was.city)
            .hidden("o_street", &was.street)
            .hidden("o_postal_code", &was.postal_code)
            .extra(archive_button(cx, &action));
    }
    dialog(cx, frame::status(&shown.refusals), shown.head, &title, &form.render(l, &body))
}

pub(super) async fn new_form(cx: Cx, Path(client): Path<String>) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Contacts).await?;
    let first = AddressKind::for_client(seen.head.kind.is_natural()).first();
    let shown = Shown {
        head: &seen.head,
        kind: first.copied().unwrap_or(AddressKind::Postal),
        stored: None,
        typed: AddressFields::default(),
        original: AddressFields::default(),
        refusals: Refusals::default(),
    };
    Ok(form(&cx, &shown))
}

pub(super) async fn add(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Contacts).await?;
    let client_id = seen.head.id;
    let kind = AddressKind::from_key(&sent.text("kind"))
        .ok_or_else(|| Error::refused_field("not-a-choice", "kind"))?;
    let fields = sent_fields(&sent, "");
    let command = AddAddress { client_id, kind, fields: fields.clone() };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    frame::finish(&cx, outcome, &card(client_id), "flash-address-saved", |answer| {
        form(
            &cx,
            &Shown {
                head: &seen.head,
                kind,
                stored: None,
                typed: fields,
                original: AddressFields::default(),
                refusals: answer.unwrap_or_default(),
            },
        )
    })
}

async fn stored(cx: &Cx, client: &str, item: &str) -> Result<(Seen, Address), Error> {
    let mut seen = frame::editable(cx, id(client)?, Group::Contacts).await?;
    let item: Uuid = id(item)?;
    let address = queries::address(&mut seen.db, item).await?.ok_or(Error::NotFound)?;
    if address.client_id != seen.head.id {
        return Err(Error::NotFound);
    }
    Ok((seen, address))
}

pub(super) async fn edit_form(cx: Cx, Path((client, item)): Path<(String, String)>) -> Answer {
    let (seen, address) = stored(&cx, &client, &item).await?;
    let fields = AddressFields::from(&address);
    let shown = Shown {
        head: &seen.head,
        kind: address.kind,
        stored: Some(&address),
        typed: fields.clone(),
        original: fields,
        refusals: Refusals::default(),
    };
    Ok(form(&cx, &shown))
}

pub(super) async fn edit(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, address) = stored(&cx, &client, &item).await?;
    let (fields, original) = (sent_fields(&sent, ""), sent_fields(&sent, "o_"));
    let command =
        EditAddress { address_id: address.id, original: original.clone(), fields: fields.clone() };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    let back = card(seen.head.id);
    frame::finish(&cx, outcome, &back, "flash-address-saved", |answer| match answer {
        Ok(refusals) => form(
            &cx,
            &Shown {
                head: &seen.head,
                kind: address.kind,
                stored: Some(&address),
                typed: fields,
                original,
                refusals,
            },
        ),
        Err(conflict) => {
            let title = cx.l.t("contacts-address-edit");
            let action = format!("{back}/addresses/{}", address.id);
            frame::conflict(&cx, &seen.head, &title, &action, &sent, &conflict)
        }
    })
}

pub(super) async fn archive(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, address) = stored(&cx, &client, &item).await?;
    cx.execute(sent.command_id()?, &ArchiveAddress { address_id: address.id }).await?;
    Ok(cx.done(&card(seen.head.id), "flash-address-archived"))
}
