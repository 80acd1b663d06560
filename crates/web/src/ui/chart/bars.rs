//! Income above the line, outgo below it, month by month.

use kernel::{Currency, Date, Money};
use maud::{Markup, html};

use super::scale::{nice_step, on_length};
use super::{data_table, percent_length};
use crate::format;
use crate::i18n::L;

/// Turnover of one month, both in minor units and not negative.
#[derive(Clone, Copy, Debug)]
pub struct MonthFlow {
    /// Any day of the month.
    pub month: Date,
    /// What came in.
    pub income: i64,
    /// What went out.
    pub outgo: i64,
}

/// Height of the plot and of the line of months under it (px).
const PLOT: i64 = 160;
const LABELS: i64 = 20;
/// Room above the highest bar for the top label of the axis (px).
const TOP: i64 = 14;

struct Axis {
    step: i64,
    up: i64,
    down: i64,
    zero_y: i64,
}

impl Axis {
    fn of(flows: &[MonthFlow]) -> Self {
        let income = flows.iter().map(|f| f.income).max().unwrap_or(0).max(0);
        let outgo = flows.iter().map(|f| f.outgo).max().unwrap_or(0).max(0);
        let step = nice_step(income.max(outgo), 3);
        let (up, down) = (income.max(step), outgo);
        let zero_y = TOP + on_length(up, up.saturating_add(down), PLOT);
        Self { step, up, down, zero_y }
    }
    fn height(&self, value: i64) -> i64 {
        let height = on_length(value, self.up.saturating_add(self.down), PLOT);
        if value > 0 { height.max(1) } else { 0 }
    }
    /// Values with a line of their own, zero left out.
    fn lines(&self) -> Vec<i64> {
        let up = 1..=self.up / self.step;
        let down = 1..=self.down / self.step;
        let down: Vec<i64> = down.map(|n| -n * self.step).collect();
        up.map(|n| n * self.step).chain(down).collect()
    }
    fn y(&self, value: i64) -> i64 {
        if value >= 0 {
            self.zero_y - self.height(value)
        } else {
            self.zero_y + self.height(-value)
        }
    }
}

/// The chart of monthly income and outgo. `id` is unique on the page, `title` says whose turnover it
/// is. Months come oldest first; at most 24 are drawn, the newest ones.
pub fn month_chart(
    l: &L,
    id: &str,
    title: &str,
    currency: Currency,
    flows: &[MonthFlow],
) -> Markup {
    let flows = flows.get(flows.len().saturating_sub(24)..).unwrap_or(flows);
    let axis = Axis::of(flows);
    let money = |minor: i64| Money::new(minor, currency);
    let total = |pick: fn(&MonthFlow) -> i64| {
        money(flows.iter().map(pick).fold(0_i64, i64::saturating_add))
    };
    let (income, outgo) = (l.t("ui-chart-income"), l.t("ui-chart-outgo"));
    let said = format!(
        "{income}: {}. {outgo}: {}.",
        l.money_whole(total(|f| f.income)),
        l.money_whole(total(|f| f.outgo))
    );
    html! {
        figure.chart {
            figcaption.chart-head {
                span.chart-title { (title) }
                span.legend {
                    span.c1 { (income) } strong.num { (l.money_compact(total(|f| f.income))) }
                    span.c2 { (outgo) } strong.num { (l.money_compact(total(|f| f.outgo))) }
                }
            }
            svg.plot width="100%" height=(TOP + PLOT + LABELS) role="img" aria-labelledby={ (id) "-t " (id) "-d" } {
                title id={ (id) "-t" } { (title) }
                desc id={ (id) "-d" } { (said) }
                @for value in axis.lines() {
                    line.gridline x1="0" x2="100%" y1=(axis.y(value)) y2=(axis.y(value)) {}
                    text.axis-label x="0" y=(axis.y(value) - 4) { (l.money_compact(money(value.saturating_abs()))) }
                }
                line.zeroline x1="0" x2="100%" y1=(axis.zero_y) y2=(axis.zero_y) {}
                @for (at, flow) in flows.iter().enumerate() { (month_bars(l, &axis, currency, flows.len(), at, flow)) }
            }
            (data_table(
                l,
                &[l.t("ui-chart-month"), income.clone(), outgo.clone()],
                &flows.iter().map(|f| vec![
                    month_name(l, f.month), l.money(money(f.income)), l.money(money(f.outgo)),
                ]).collect::<Vec<_>>(),
            ))
        }
    }
}

fn month_bars(
    l: &L,
    axis: &Axis,
    currency: Currency,
    months: usize,
    at: usize,
    flow: &MonthFlow,
) -> Markup {
    /// Share of the width kept free at the left for the labels of the axis, in hundredths of a percent.
    const LEFT: i64 = 1_000;
    let months = i64::try_from(months.max(1)).unwrap_or(24);
    let slot = (10_000 - LEFT) / months;
    let left = LEFT + slot * i64::try_from(at).unwrap_or(0);
    let width = slot * 56 / 100;
    let x = percent_length(left + (slot - width) / 2);
    let centre = percent_length(left + slot / 2);
    let (up, down) = (axis.height(flow.income), axis.height(flow.outgo));
    let money = |minor| l.money(Money::new(minor, currency));
    // Every second month is named when there are many.
    let is_named = months <= 12 || at.is_multiple_of(2);
    html! {
        g.month {
            title {
                (month_name(l, flow.month)) "\n" (l.t("ui-chart-income")) ": " (money(flow.income))
                "\n" (l.t("ui-chart-outgo")) ": " (money(flow.outgo))
            }
            rect.slot x=(percent_length(left)) y=(TOP) width=(percent_length(slot)) height=(PLOT) {}
            rect.c1 x=(x) y=(axis.zero_y - up) width=(percent_length(width)) height=(up) rx="1.5" {}
            rect.c2 x=(x) y=(axis.zero_y + 1) width=(percent_length(width)) height=(down) rx="1.5" {}
            @if is_named {
                text.month-label x=(centre) y=(TOP + PLOT + 15) text-anchor="middle" { (format::month_short(l, flow.month)) }
            }
        }
    }
}

fn month_name(l: &L, month: Date) -> String {
    format!("{} {}", format::month_short(l, month), month.year())
}
