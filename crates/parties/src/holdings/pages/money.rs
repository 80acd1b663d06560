//! The money row: what the client has, may draw and owes, at one glance.

use kernel::{ClientId, Currency, Money};
use maud::{Markup, html};
use spine::Error;
use web::i18n::L;
use web::ui::{Tile, Tone, dot, money_row};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::{may_see, panel_src};
use crate::holdings::model::MoneyRow;
use crate::holdings::queries;

pub(super) struct MoneyPanel;

impl CardPanel for MoneyPanel {
    fn key(&self) -> &'static str {
        "money"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        10
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(render(cx, client))
    }
}

async fn render(cx: &Cx, client: CardClient) -> Result<Option<Markup>, Error> {
    if !may_see(cx, client.owner) {
        return Ok(None);
    }
    let client = client.id;
    let mut db = cx.db.clone();
    let rows = queries::money_rows(&mut db, client).await?;
    let tiles = tiles(&cx.l, client, &rows, cx.app.currency);
    Ok(Some(html! {
        section id="panel-money" aria-label=(cx.l.t("holdings-money")) data-live={ "client:" (client) }
            data-live-src=(panel_src(client, "money", "")) {
            (money_row(&cx.l, &tiles))
        }
    }))
}

/// Each tile shows the bank's own currency, or the first the client has of the kind; the others follow
/// beneath.
fn tiles(l: &L, client: ClientId, rows: &[MoneyRow], home: Currency) -> [Tile; 3] {
    let (deposits, more_deposits) = main(rows, home, |row| row.deposits);
    let (credit, more_credit) = main(rows, home, |row| row.available_credit);
    let (owed, more_owed) = main(rows, home, |row| row.owed);
    let open = |part: &str| format!("/clients/{client}?holdings={part}#panel-holdings");
    let accounts: i64 = rows.iter().map(|row| row.accounts).sum();
    let loans: i64 = rows.iter().map(|row| row.loans).sum();
    let unknown: i64 = rows.iter().map(|row| row.loans_unknown).sum();
    let none_owed =
        if unknown > 0 { l.t("holdings-debt-unknown") } else { l.t("holdings-no-loans") };
    let overdue = main(rows, home, |row| row.overdue).0;
    [
        Tile::new(l.t("holdings-deposits"), deposits, l.t("holdings-no-accounts"))
            .href(open("assets"))
            .note(note(l, "holdings-n-accounts", accounts, &more_deposits, &html! {})),
        Tile::new(l.t("holdings-credit"), credit, l.t("holdings-no-limits"))
            .href(open("liabilities"))
            .note(note(l, "", 0, &more_credit, &html! {})),
        Tile::new(l.t("holdings-owed"), owed, none_owed).href(open("liabilities")).note(note(
            l,
            "holdings-n-loans",
            loans,
            &more_owed,
            &warnings(l, overdue, unknown),
        )),
    ]
}

fn main(
    rows: &[MoneyRow],
    home: Currency,
    pick: fn(&MoneyRow) -> Option<Money>,
) -> (Option<Money>, Vec<Money>) {
    let mut sums: Vec<Money> = rows.iter().filter_map(pick).collect();
    sums.sort_by_key(|sum| sum.currency != home);
    let mut sums = sums.into_iter();
    (sums.next(), sums.collect())
}

fn warnings(l: &L, overdue: Option<Money>, unknown: i64) -> Markup {
    html! {
        @if let Some(sum) = overdue {
            " · " (dot(Tone::Danger, &l.ta("holdings-overdue-sum", &[("sum", l.money_whole(sum).into())])))
        }
        @if unknown > 0 { " · " (l.ta("holdings-n-unknown", &[("n", unknown.into())])) }
    }
}

fn note(l: &L, count_key: &str, count: i64, more: &[Money], warnings: &Markup) -> Markup {
    html! {
        @if count > 0 { (l.ta(count_key, &[("n", count.into())])) }
        @for (at, sum) in more.iter().enumerate() {
            @if count > 0 || at > 0 { " · " }
            span title=(l.money(*sum)) { (l.money_compact(*sum)) }
        }
        (warnings)
    }
}
