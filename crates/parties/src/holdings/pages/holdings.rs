//! The table of everything a client holds, his own and what he may dispose of or answers for.

use std::collections::BTreeSet;

use kernel::{AccountId, ClientId};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::i18n::L;
use web::ui::{self, Button, Column, Panel, Table};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::lines::{self, Line, Part, Whose};
use super::{asked, may_see, panel_src};
use crate::holdings::model::{AccountRole, OrderState};
use crate::holdings::queries::{self, Holder};

pub(super) struct HoldingsPanel;

impl CardPanel for HoldingsPanel {
    fn key(&self) -> &'static str {
        "holdings"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        20
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(render(cx, client))
    }
}

/// Which lines are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Overview,
    Assets,
    Liabilities,
    Closed,
}

impl Tab {
    const ALL: [Tab; 4] = [Tab::Overview, Tab::Assets, Tab::Liabilities, Tab::Closed];

    const fn key(self) -> &'static str {
        match self {
            Tab::Overview => "overview",
            Tab::Assets => "assets",
            Tab::Liabilities => "liabilities",
            Tab::Closed => "closed",
        }
    }
    const fn shows(self, part: Part) -> bool {
        match self {
            Tab::Overview => !matches!(part, Part::Closed),
            Tab::Assets => matches!(part, Part::Asset),
            Tab::Liabilities => matches!(part, Part::Liability),
            Tab::Closed => matches!(part, Part::Closed),
        }
    }
}

async fn render(
    cx: &Cx,
    CardClient { id: client, owner }: CardClient,
) -> Result<Option<Markup>, Error> {
    let l = &cx.l;
    let asked = asked(cx).text("holdings");
    let tab = Tab::ALL.into_iter().find(|tab| tab.key() == asked).unwrap_or(Tab::Overview);
    let src = panel_src(client, "holdings", &format!("holdings={}", tab.key()));
    let panel = Panel::new(l.t("holdings-title"))
        .icon("wallet")
        .id("panel-holdings")
        .live(format!("client:{client}"), src);
    if !may_see(cx, owner) {
        if !cx.principal().sees(owner).has(Group::Holdings) {
            return Ok(Some(panel.render(&ui::hidden(l, Group::Holdings, client))));
        }
        let words = l.t("holdings-hidden-words");
        let state = ui::empty("eye-off", &l.t("holdings-hidden"), &words, None);
        return Ok(Some(panel.render(&state)));
    }
    let all = lines(cx, client).await?;
    if all.is_empty() {
        let words = l.t("holdings-empty-words");
        let state = ui::empty("wallet", &l.t("holdings-empty"), &words, None);
        return Ok(Some(panel.render(&state)));
    }
    let has = |tab: Tab| all.iter().any(|line| tab.shows(line.part));
    let offered: Vec<Tab> =
        Tab::ALL.into_iter().filter(|t| *t == Tab::Overview || *t == tab || has(*t)).collect();
    let panel = panel.flush().actions(choices(l, client, tab, &offered));
    Ok(Some(panel.render(&table(l, tab, all))))
}

fn choices(l: &L, client: ClientId, tab: Tab, offered: &[Tab]) -> Markup {
    html! {
        @for one in offered {
            @let words = l.t(&format!("holdings-tab-{}", one.key()));
            @let href = format!("/clients/{client}?holdings={}#panel-holdings", one.key());
            @if *one == tab {
                (Button::secondary(words).href(href).attribute("aria-current", "true"))
            } @else { (Button::quiet(words).href(href)) }
        }
    }
}

fn table(l: &L, tab: Tab, all: Vec<Line>) -> Markup {
    let none = l.t(&format!("holdings-none-{}", tab.key()));
    Table::new("holdings-table", l.t("holdings-title"))
        .column(Column::text(l.t("holdings-column-name")))
        .column(Column::text(l.t("holdings-column-whose")))
        .column(Column::text(l.t("holdings-column-terms")).wide())
        .column(Column::number(l.t("holdings-column-balance")))
        .rows(all.into_iter().filter(|line| tab.shows(line.part)).map(|line| line.row))
        .empty(ui::empty("inbox", &none, "", None))
        .render(l)
}

/// All lines: own accounts, loans, cards, then what belongs to others.
async fn lines(cx: &Cx, client: ClientId) -> Result<Vec<Line>, Error> {
    let l = &cx.l;
    let [mut db, mut loans, mut cards, mut orders, mut guaranteed] =
        [(); 5].map(|()| cx.db.clone());
    let (accounts, loans, cards, orders, guaranteed) = tokio::try_join!(
        // boxed, as the card would carry its size
        Box::pin(queries::accounts(&mut db, client, l.today)),
        queries::loans(&mut loans, client),
        queries::cards(&mut cards, client),
        queries::orders(&mut orders, client),
        queries::guaranteed(&mut guaranteed, client, l.today),
    )?;
    let failing: BTreeSet<AccountId> = orders
        .iter()
        .filter(|order| order.state == OrderState::Failing)
        .map(|order| order.account_id)
        .collect();
    let (own, foreign): (Vec<_>, Vec<_>) =
        accounts.iter().partition(|held| held.role == AccountRole::Owner);
    let foreign_ids: Vec<AccountId> = foreign.iter().map(|held| held.account.id).collect();
    let holders = queries::holders(&mut db, &foreign_ids).await?;
    let mut all = Vec::new();
    for held in own {
        let is_failing = failing.contains(&held.account.id);
        all.push(lines::account(l, client, held, None, is_failing));
    }
    all.extend(loans.iter().map(|loan| lines::loan(l, loan, None)));
    all.extend(cards.iter().map(|card| lines::card(l, card)));
    for held in foreign {
        let holder = holders
            .iter()
            .find(|(id, role, _)| *id == held.account.id && *role == AccountRole::Owner)
            .map(|(_, _, holder)| holder);
        let whose = whose(cx, lines::role_word(held.role), holder);
        all.push(lines::account(l, client, held, Some(&whose), false));
    }
    for (loan, borrower) in &guaranteed {
        all.push(lines::loan(l, loan, Some(&whose(cx, "guarantor", Some(borrower)))));
    }
    Ok(all)
}

/// What of another's holding the person may see. A holding without an owner is nobody's secret.
fn whose<'a>(cx: &Cx, role: &'static str, holder: Option<&'a Holder>) -> Whose<'a> {
    let reaches = |permission: &str| {
        holder.is_none_or(|holder| cx.principal().reaches(permission, holder.owner))
    };
    Whose { role, holder, may_open: reaches("client.read"), may_see: reaches("holding.read") }
}
