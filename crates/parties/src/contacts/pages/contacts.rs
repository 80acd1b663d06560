//! Phones, e-mails, messengers, sites; in the same panel the addresses and the line of consents.

use kernel::ClientId;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::format;
use web::icons::icon;
use web::ui::{self, Kv, Menu, MenuItem, Panel};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::frame::{self, Seen, card};
use super::{addresses, consents};
use crate::client::queries::ClientHead;
use crate::contacts::consent;
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
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(async move { Ok(Some(panel(cx, client.id).await?)) })
    }
}

async fn panel(cx: &Cx, client: ClientId) -> Result<Markup, Error> {
    let l = &cx.l;
    let Seen { head, may_edit, is_hidden, mut db } =
        frame::seen(cx, client, Group::Contacts).await?;
    if is_hidden {
        let panel = Panel::new(l.t("contacts-title")).id("panel-contacts").icon("phone");
        return Ok(panel.render(&ui::hidden(l, Group::Contacts, client)));
    }
    let reached = async {
        let contacts = queries::contacts(&mut db, client).await?;
        let shared = queries::shared_by(&mut db, cx.principal(), client, &contacts).await?;
        Ok::<_, Error>((contacts, shared))
    };
    let addresses = async { Ok(queries::addresses(&mut cx.db.clone(), client).await?) };
    let words = async { consent::words(&mut cx.db.clone(), &cx.ctx, client).await };
    let ((contacts, shared), addresses, words) = tokio::try_join!(reached, addresses, words)?;
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
    let mut menu = Menu::new("contacts-add", l.t("contacts-add"))
        .opener("btn quiet square", html! { (icon("plus")) span.hidden { (l.t("contacts-add")) } });
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
