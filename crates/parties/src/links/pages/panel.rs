//! The panel of links on the client card.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{ClientId, LinkId};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use uuid::Uuid;
use web::icons::icon;
use web::ui::{Button, Panel};
use web::{CardClient, CardPanel, Cx, Drawing, OwnRecord, PanelMarkup, PanelSlot};

use super::words::{client_link, hidden_words, kind_icon, relation_words};
use crate::client::queries::head;
use crate::contacts::frame::{self, Seen, card, plus};
use crate::fields::queries::own_values;
use crate::links::commands::LINK;
use crate::links::queries::{self, Linked};

/// Links shown on the card; the rest is one click away.
const SHOWN: usize = 12;

/// Who belongs to the client.
pub(super) struct LinksPanel;

impl CardPanel for LinksPanel {
    fn key(&self) -> &'static str {
        "links"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Rail
    }
    fn order(&self) -> u32 {
        50
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(async move { Ok(Some(panel(cx, client.id).await?)) })
    }
}

async fn panel(cx: &Cx, client: ClientId) -> Result<Markup, Error> {
    let l = &cx.l;
    let Seen { may_edit, is_hidden, mut db, .. } = frame::seen(cx, client, Group::Links).await?;
    if is_hidden {
        let panel = Panel::new(l.t("links-title")).id("panel-links").icon("waypoints");
        return Ok(panel.render(&web::ui::hidden(l, Group::Links, client)));
    }
    let links = queries::links_of(&mut db, cx.principal(), client, l.today).await?;
    let current: Vec<&Linked> =
        links.seen.iter().filter(|one| one.until.is_none_or(|last| last >= l.today)).collect();
    let all = format!("{}/links", card(client));
    let add = format!("{}/links/new", card(client));
    let shown = current.get(..SHOWN).unwrap_or(&current);
    let fields = cx.own(LINK.key).await?;
    let words = fields.words(cx, shown.iter().map(|one| &one.custom).collect()).await?;
    let own: BTreeMap<LinkId, Vec<(String, String)>> =
        shown.iter().map(|one| one.id).zip(words).collect();
    let has_own = !fields.is_empty();
    let body = html! {
        @if current.is_empty() && links.hidden == 0 { p.quiet { (l.t("links-none")) } }
        @else {
            dl.kv {
                @for group in shown.chunk_by(|a, b| a.relation == b.relation) {
                    @if let Some(first) = group.first() {
                        div.kv-line {
                            dt { (icon(kind_icon(first.relation.kind))) " " (relation_words(l, first.relation)) }
                            dd { div { @for one in group { (line(cx, client, one, (own.get(&one.id), may_edit, has_own))) } } }
                        }
                    }
                }
            }
            (hidden_words(l, links.hidden))
        }
    };
    let mut panel = Panel::new(l.t("links-title"))
        .id("panel-links")
        .icon("waypoints")
        .live(format!("client:{client}"), format!("{}/panel/links", card(client)))
        .footer(html! {
            a href=(all) { (icon("network")) " " (l.t("links-graph")) }
            @if current.len() > SHOWN || links.has_more {
                span.quiet { " " (l.ta("links-more", &[("n", current.len().saturating_sub(SHOWN).into())])) }
            }
        });
    if may_edit {
        panel = panel.actions(plus(&l.t("links-add"), &add));
    }
    Ok(panel.render(&body))
}

/// The other one, his share, since when, and what the bank itself keeps of the link.
fn line(
    cx: &Cx,
    client: ClientId,
    one: &Linked,
    (own, may_edit, has_own): (Option<&Vec<(String, String)>>, bool, bool),
) -> Markup {
    let l = &cx.l;
    html! {
        div.kv-value {
            span { (client_link(l, &one.other)) }
            @if let Some(share) = one.share_bp { span.num { (l.percent(share)) } }
            @if let Some(since) = one.since { span.quiet { (l.ta("links-since", &[("date", l.date(since).into())])) } }
            @if !one.note.is_empty() { span.quiet { (one.note) } }
            @for (label, text) in own.map_or(&[][..], Vec::as_slice) { span.quiet { (label) ": " (text) } }
            @if may_edit && has_own {
                @let src = format!("/own-fields/link/{}", one.id);
                a.kv-edit href=(src) data-dialog-src=(src) aria-label=(l.t("own-change")) title=(l.t("own-change")) {
                    (icon("pencil"))
                }
            }
            @if may_edit {
                @let src = format!("{}/links/{}/end", card(client), one.id);
                a.kv-edit href=(src) data-dialog-src=(src) aria-label=(l.t("links-end")) title=(l.t("links-end")) {
                    (icon("unlink"))
                }
            }
        }
    }
}

/// The button that starts a new link, for places without a panel head.
pub(super) fn add_button(cx: &Cx, client: ClientId) -> Button {
    Button::primary(cx.l.t("links-add")).icon("plus").dialog(format!("{}/links/new", card(client)))
}

/// A link as its own fields are shown and changed by themselves: to who sees the links of both ends.
pub(crate) fn own_record<'a>(cx: &'a mut Cx, id: Uuid) -> Drawing<'a, OwnRecord> {
    Box::pin(async move {
        let id = LinkId::from_uuid(id);
        let principal = Arc::clone(&cx.ctx.principal);
        let link = queries::one(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
        let mut may_edit = false;
        for side in [link.from, link.to] {
            let head = head(&mut cx.db, &principal, side).await?;
            if !cx.reads(head.owner(), Group::Links) {
                return Err(Error::NotFound);
            }
            may_edit |= principal.reaches("client.edit", head.owner());
        }
        let values = own_values(&mut cx.db, id.uuid()).await?;
        let href = format!("{}/links", card(link.from));
        Ok(OwnRecord { title: cx.l.t("own-link"), href, values, may_edit })
    })
}
