//! Monthly income and outgo over the client's own accounts.

use std::collections::BTreeSet;

use kernel::{ClientId, Currency, Date};
use maud::{Markup, html};
use spine::Error;
use web::i18n::L;
use web::ui::chart::{MonthFlow, month_chart};
use web::ui::{Button, Panel};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::{asked, may_see, panel_src};
use crate::holdings::average::months_before;
use crate::holdings::queries::{self, MonthTurnover};

/// Months shown at first.
const SHORT: i64 = 12;

pub(super) struct TurnoverPanel;

impl CardPanel for TurnoverPanel {
    fn key(&self) -> &'static str {
        "turnover"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        30
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
    let all = queries::turnover(&mut db, client, cx.l.today).await?;
    let Some(last) = all.last().map(|t| t.month) else {
        return Ok(None);
    };
    let currencies: BTreeSet<Currency> = all.iter().map(|t| t.currency).collect();
    let asked = asked(cx);
    let wanted = asked.text("turnover_in").parse().ok().filter(|c| currencies.contains(c));
    let home = Some(cx.app.currency).filter(|c| currencies.contains(c));
    let Some(currency) = wanted.or(home).or(currencies.first().copied()) else {
        return Ok(None);
    };
    let months = if asked.text("turnover") == "24" { queries::TURNOVER_MONTHS } else { SHORT };
    let flows = flows(&all, currency, last, months);
    let l = &cx.l;
    let src = panel_src(client, "turnover", &format!("turnover={months}&turnover_in={currency}"));
    let panel = Panel::new(l.t("holdings-turnover"))
        .icon("chart-column")
        .id("panel-turnover")
        .live(format!("client:{client}"), src)
        .actions(choices(l, client, (months, currency), &currencies));
    let chart = month_chart(l, "turnover", &title(l, last, months), currency, &flows);
    Ok(Some(panel.render(&chart)))
}

/// Every month of the window, those without movement as zeros.
fn flows(all: &[MonthTurnover], currency: Currency, last: Date, months: i64) -> Vec<MonthFlow> {
    (0..months)
        .rev()
        .map(|back| {
            let month = months_before(last, back);
            let found = all.iter().find(|t| t.month == month && t.currency == currency);
            MonthFlow {
                month,
                income: found.map_or(0, |t| t.in_minor),
                outgo: found.map_or(0, |t| t.out_minor),
            }
        })
        .collect()
}

/// Says until when, unless that is now.
fn title(l: &L, last: Date, months: i64) -> String {
    let recent = months_before(l.today, 1);
    if last >= recent {
        return l.ta("holdings-turnover-months", &[("n", months.into())]);
    }
    let until = format!("{} {}", web::format::month_short(l, last), last.year());
    l.ta("holdings-turnover-until", &[("n", months.into()), ("month", until.into())])
}

fn choices(
    l: &L,
    client: ClientId,
    (months, currency): (i64, Currency),
    currencies: &BTreeSet<Currency>,
) -> Markup {
    let choice = |n: i64, c: Currency, words: String| {
        let is_current = (n, c) == (months, currency);
        let href = format!("/clients/{client}?turnover={n}&turnover_in={c}#panel-turnover");
        let button =
            if is_current { Button::secondary(words) } else { Button::quiet(words) }.href(href);
        if is_current { button.attribute("aria-current", "true") } else { button }
    };
    html! {
        @if currencies.len() > 1 {
            @for one in currencies { (choice(months, *one, one.code().to_owned())) }
        }
        @for n in [SHORT, queries::TURNOVER_MONTHS] {
            (choice(n, currency, l.ta("holdings-n-months", &[("n", n.into())])))
        }
    }
}
