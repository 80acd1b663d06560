//! Phones, e-mails, messengers, sites; in the same panel the addresses and the line of consents.

use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::{ClientId, ContactId, Refusals};
use maud::{Markup, html};
use serde::Deserialize;
use spine::Error;
use web::format;
use web::icons::icon;
use web::ui::{self, Button, Field, Form, Input, Kv, Menu, MenuItem, Opt, Panel, form_row};
use web::{Answer, CardPanel, Cx, FormData, PanelMarkup, PanelSlot};

use super::frame::{self, Seen, card, dialog, id};
use super::{addresses, consents};
use crate::client::queries::ClientHead;
use crate::contacts::commands::{AddContact, ArchiveContact, ContactFields, EditContact};
use crate::contacts::model::ContactKind;
use crate::contacts::queries::{self, Contact};
use crate::search::normal_key;

/// How a client is reached.
pub(super) struct ContactsPanel;

impl CardPanel for ContactsPanel {
    fn key(&self) -> &'static str {
        "contacts"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Rail
    }
    fn order(&self) -> u32 {
        10
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: ClientId) -> PanelMarkup<'a> {
        Box::pin(async move { Ok(Some(panel(cx, client).await?)) })
    }
}

async fn panel(cx: &Cx, client: ClientId) -> Result<Markup, Error> {
    let l = &cx.l;
    let Seen { head, may_edit, mut db } = frame::seen(cx, client).await?;
    let contacts = queries::contacts(&mut db, client).await?;
    let addresses = queries::addresses(&mut db, client).await?;
    let words = queries::consent_words(&mut db, client).await?;
    let shared = queries::shared_by(&mut db, cx.principal(), client, &contacts).await?;
    let mut list = Kv::new("contacts");
    for contact in &contacts {
        let sharers = shared.get(&normal_key(&contact.value)).map_or(&[][..], Vec::as_slice);
        let is_alone = contacts.iter().filter(|c| c.kind == contact.kind).count() == 1;
        list = list
            .line(label_of(cx, contact), value_markup(cx, contact, is_alone, sharers))
            .from_source(frame::source_mark(cx, &contact.origin));
        if may_edit {
            list = list.edit(format!("/clients/{client}/contacts/{}/edit", contact.id));
        }
    }
    let list = addresses::lines(cx, list, &addresses, may_edit);
    let body = html! {
        @if contacts.is_empty() && addresses.is_empty() {
            (frame::nothing(&l.t("contacts-none"), None))
        } @else { (list.render(l)) }
    };
    let mut panel = Panel::new(l.t("contacts-title"))
        .id("panel-contacts")
        .icon("phone")
        .live(format!("client:{client}"), format!("/clients/{client}/panel/contacts"))
        .footer(consents::line(cx, &head, &words));
    if may_edit {
        panel = panel.actions(add_menu(cx, &head));
    }
    Ok(panel.render(&body))
}

fn label_of(cx: &Cx, contact: &Contact) -> String {
    if contact.label.is_empty() {
        return cx.l.t(&format!("contacts-kind-{}", contact.kind.key()));
    }
    let key = format!("contacts-label-{}", contact.label);
    if cx.l.texts.has(cx.l.lang, &key) { cx.l.t(&key) } else { contact.label.clone() }
}

fn value_markup(
    cx: &Cx,
    contact: &Contact,
    is_alone: bool,
    sharers: &[(ClientId, String)],
) -> Markup {
    let l = &cx.l;
    html! {
        (link(contact))
        (ui::copy_button(l, &contact.value))
        @if contact.is_main && !is_alone { (ui::tag(&l.t("contacts-main"))) }
        @if let [(other, name), rest @ ..] = sharers {
            a.quiet href=(card(*other)) title=(l.t("contacts-shared-words")) {
                (l.ta("contacts-shared", &[("name", name.into())]))
                @if !rest.is_empty() { " +" (rest.len()) }
            }
        }
    }
}

/// The value as a link that calls, writes or opens.
fn link(contact: &Contact) -> Markup {
    let value = contact.value.as_str();
    let is_web = value.starts_with("https://") || value.starts_with("http://");
    let is_phone = value.strip_prefix('+').is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()));
    html! {
        @match contact.kind {
            ContactKind::Phone => {
                a.num href={ "tel:" (value) } { (format::phone(value)) }
                @if let Some(extension) = extension(contact) { span.quiet { "#" (extension) } }
            }
            ContactKind::Email => a href={ "mailto:" (value) } { (value) },
            ContactKind::Messenger if is_phone => span.num { (format::phone(value)) },
            ContactKind::Messenger | ContactKind::Social | ContactKind::Site => {
                @if is_web {
                    a href=(value) target="_blank" rel="noopener noreferrer" { (short_address(value)) (icon("external-link")) }
                } @else { span { (value) } }
            }
        }
    }
}

/// What was dialled after the number, when the number was written with an extension.
fn extension(contact: &Contact) -> Option<String> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    if digits(&contact.raw) <= digits(&contact.value) {
        return None;
    }
    jurisdiction::parse_phone(&contact.raw, "RU").ok()?.ext
}

fn short_address(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/')
}

fn add_menu(cx: &Cx, head: &ClientHead) -> Markup {
    let l = &cx.l;
    let base = card(head.id);
    let mut menu = Menu::new("contacts-add", l.t("contacts-add")).opener("btn quiet square", icon("plus"));
    for kind in ContactKind::ALL {
        menu = menu.item(MenuItem::Dialog {
            src: format!("{base}/contacts/new?kind={}", kind.key()),
            icon: kind.icon(),
            label: l.t(&format!("contacts-kind-{}", kind.key())),
        });
    }
    menu.item(MenuItem::Line)
        .item(MenuItem::Dialog {
            src: format!("{base}/addresses/new"),
            icon: "map-pin",
            label: l.t("contacts-address"),
        })
        .render()
}

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

fn stored_fields(contact: &Contact) -> ContactFields {
    ContactFields {
        value: contact.value.clone(),
        label: contact.label.clone(),
        is_main: contact.is_main,
        source: contact.origin.source.clone(),
    }
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
    let label = Field::new("label", l.t("contacts-label"), Input::Combobox(label_options(cx, shown.kind)))
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

/// The button at the left end of a form that puts the thing away.
pub(super) fn archive_button(cx: &Cx, action: &str) -> Markup {
    Button::quiet(cx.l.t("contacts-archive"))
        .icon("trash-2")
        .submit()
        .attribute("formaction", format!("{action}/archive"))
        .attribute("formnovalidate", "")
        .render()
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
            let name = if cx.l.texts.has(cx.l.lang, &key) { cx.l.t(&key) } else { (*word).to_owned() };
            Opt::new(*word, name)
        })
        .collect()
}

pub(super) async fn new_form(cx: Cx, Path(client): Path<String>, Query(start): Query<Start>) -> Answer {
    let seen = frame::editable(&cx, id(&client)?).await?;
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
    let seen = frame::editable(&cx, id(&client)?).await?;
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
    let mut seen = frame::editable(cx, id(client)?).await?;
    let item: ContactId = id(item)?;
    let contact = queries::contact(&mut seen.db, item).await?.ok_or(Error::NotFound)?;
    if contact.client_id != seen.head.id {
        return Err(Error::NotFound);
    }
    Ok((seen, contact))
}

pub(super) async fn edit_form(cx: Cx, Path((client, item)): Path<(String, String)>) -> Answer {
    let (seen, contact) = stored(&cx, &client, &item).await?;
    let fields = stored_fields(&contact);
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
    let command = EditContact {
        contact_id: contact.id,
        original: original.clone(),
        fields: fields.clone(),
    };
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
