//! The group of connected clients and what it owes and holds together.

use std::collections::BTreeMap;

use kernel::{ClientId, Money};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use store::Reader;
use web::icons::icon;
use web::ui::{Cell, Column, Panel, Row, Table, Tile, money_row};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::words::client_link;
use crate::client::model::ClientKind;
use crate::client::queries::ClientHead;
use crate::contacts::frame::{self, Seen, card};
use crate::links::queries::{self, Around, Exposure, Share};

/// Members named; the rest is counted.
const NAMED: usize = 50;

/// The same on the card of a household or group, whose whole point it is.
pub(super) struct GroupPanel;

impl CardPanel for GroupPanel {
    fn key(&self) -> &'static str {
        "group"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        15
    }
    fn render<'a>(
        &'a self,
        cx: &'a Cx,
        CardClient { id: client, .. }: CardClient,
    ) -> PanelMarkup<'a> {
        Box::pin(async move {
            let Seen { head, is_hidden, mut db, .. } =
                frame::seen(cx, client, Group::Holdings).await?;
            if is_hidden
                || !head.sees(Group::Links)
                || !matches!(head.kind, ClientKind::Household | ClientKind::Group)
            {
                return Ok(None);
            }
            let src = format!("{}/panel/group", card(client));
            panel(cx, &mut db, client, "panel-group", &src).await
        })
    }
}

/// The panel; none when the client stands alone, or when the person sees no holdings at all.
///
/// # Errors
/// The database's.
pub(super) async fn panel(
    cx: &Cx,
    db: &mut Reader,
    client: ClientId,
    id: &str,
    src: &str,
) -> Result<Option<Markup>, Error> {
    let l = &cx.l;
    let principal = cx.principal();
    if !principal.has("holding.read") {
        return Ok(None);
    }
    let group = queries::group(db, principal, client, l.today).await?;
    if group.heads.len() < 2 && group.circle.hidden() == 0 {
        return Ok(None);
    }
    let (summed, unsummed): (Vec<&ClientHead>, Vec<&ClientHead>) =
        group.heads.values().partition(|head| principal.reaches("holding.read", head.owner()));
    let ids: Vec<ClientId> = summed.iter().map(|head| head.id).collect();
    let sums = queries::exposure(db, &ids).await?;
    let each = queries::each(db, &ids).await?;
    let hidden = group.circle.hidden() + unsummed.len();
    let body = html! {
        @if sums.is_empty() { p.quiet { (l.t("links-group-nothing")) } }
        @for sum in &sums { (sum_row(cx, sum)) }
        (members(cx, &group, &each))
        @if hidden > 0 {
            p.quiet { (icon("eye-off")) " " (l.ta("links-group-hidden", &[("n", hidden.into())])) }
        }
        @if group.circle.left_out() > 0 {
            p.quiet { (l.ta("links-left-out", &[("n", group.circle.left_out().into())])) }
        }
        p.quiet { (l.t("links-group-rule")) }
    };
    let panel =
        Panel::new(l.t("links-group")).id(id).icon("users").live(format!("client:{client}"), src);
    Ok(Some(panel.render(&body)))
}

fn sum_row(cx: &Cx, sum: &Exposure) -> Markup {
    let l = &cx.l;
    let mut owed = Tile::new(l.t("links-group-owed"), Some(sum.owed), "");
    if sum.unknown_loans > 0 {
        owed =
            owed.note(html! { (l.ta("links-group-unknown", &[("n", sum.unknown_loans.into())])) });
    }
    let overdue = (sum.overdue.minor > 0).then_some(sum.overdue);
    money_row(
        l,
        &[
            owed,
            Tile::new(l.t("links-group-overdue"), overdue, l.t("links-group-no-overdue")),
            Tile::new(l.t("links-group-deposits"), Some(sum.deposits), ""),
        ],
    )
}

/// The members, the one in question first, with what each owes and holds where the person may see it.
fn members(cx: &Cx, group: &Around, each: &BTreeMap<ClientId, Vec<Share>>) -> Markup {
    let l = &cx.l;
    let mut members: Vec<(&usize, &ClientHead)> = group
        .heads
        .iter()
        .filter_map(|(id, head)| group.circle.members().get(id).map(|depth| (depth, head)))
        .collect();
    members.sort_by(|a, b| (a.0, &a.1.display_name).cmp(&(b.0, &b.1.display_name)));
    let mut table = Table::new("group-members", l.t("links-group-who"))
        .column(Column::text(l.t("links-group-who")).wide())
        .column(Column::number(l.t("links-group-owes")))
        .column(Column::number(l.t("links-group-deposits")));
    for (_, head) in members.iter().take(NAMED) {
        let sums = each.get(&head.id).map_or(&[][..], Vec::as_slice);
        table = table.row(
            Row::new(head.id)
                .cell(Cell::markup(client_link(l, head)))
                .cell(amounts(cx, sums.iter().map(|(owed, _)| *owed)))
                .cell(amounts(cx, sums.iter().map(|(_, held)| *held))),
        );
    }
    html! {
        (table.render(l))
        @if members.len() > NAMED {
            p.quiet { (l.ta("links-more", &[("n", (members.len() - NAMED).into())])) }
        }
    }
}

/// Amounts of several currencies in one cell; zeros are left out.
fn amounts(cx: &Cx, all: impl Iterator<Item = Money>) -> Cell {
    let l = &cx.l;
    let words: Vec<String> = all.filter(|m| m.minor != 0).map(|m| l.money(m)).collect();
    if words.is_empty() { Cell::none(l) } else { Cell::text(words.join(" + ")) }
}
