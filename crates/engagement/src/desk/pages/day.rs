//! The day of a branch: operations by clerk and kind, how people were served, every operation. It is up to date a moment after
//! an operation was recorded, and can be printed at a branch that has no line.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use kernel::{
    BranchId, Currency, Date, DeskOperationId, Money, Refusals, Timestamp, UserId, limits,
};
use maud::{Markup, html};
use web::ui::{
    self, Button, Cell, Column, Field, Input, Opt, PageHeader, Pager, Panel, Row, Table, Tone,
};
use web::{Answer, Cx, FormData};

use super::serve::minutes;
use super::{left_out, till};
use crate::desk::queries::{self, OperationRow, OperationsOf, Total, Waits};
use crate::parts;

const DAY: &str = "/desk/day";
/// Operations on a sheet for printing at most; its sums count all.
const SHEET_MAX: usize = 2_000;

/// Which day of which branch and clerk.
struct Asked {
    /// Every line of the day on one sheet, to be printed.
    is_sheet: bool,
    date: Date,
    branch: Option<BranchId>,
    clerk: Option<UserId>,
    below: Option<(Timestamp, DeskOperationId)>,
}

impl Asked {
    fn of(cx: &Cx, sent: &FormData) -> Self {
        let mut nothing = Refusals::default();
        let date = sent.date("day", cx.l.today, &mut nothing).unwrap_or(cx.l.today);
        let below = sent.opt("below").and_then(|word| {
            let (at, id) = word.split_once('_')?;
            Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
        });
        let branch = sent.id("branch", &mut nothing);
        let is_sheet = sent.is_set("sheet");
        Self { is_sheet, date, branch, clerk: sent.id("clerk", &mut nothing), below }
    }
    fn within(&self, cx: &Cx) -> (Timestamp, Timestamp) {
        let tomorrow = self.date.tomorrow().unwrap_or(self.date);
        (Timestamp::start_of(self.date, &cx.l.zone), Timestamp::start_of(tomorrow, &cx.l.zone))
    }
    fn address(&self, below: &str) -> String {
        let (day, branch, clerk) = (
            self.date.to_string(),
            self.branch.map(|id| id.to_string()).unwrap_or_default(),
            self.clerk.map(|id| id.to_string()).unwrap_or_default(),
        );
        let query = ui::query_string([
            ("day", day.as_str()),
            ("branch", branch.as_str()),
            ("clerk", clerk.as_str()),
            ("below", below),
        ]);
        format!("{DAY}{query}")
    }
    fn sheet(&self) -> String {
        format!("{}&sheet=on", self.address(""))
    }
    /// Lines shown at once.
    const fn lines(&self) -> usize {
        if self.is_sheet { SHEET_MAX } else { limits::PAGE_ROWS }
    }
}

pub(super) async fn page(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let sent = FormData::parse(&query.unwrap_or_default());
    let asked = Asked::of(&cx, &sent);
    let within = asked.within(&cx);
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let of = OperationsOf {
        branch: asked.branch,
        clerk: asked.clerk,
        within: Some(within),
        ..OperationsOf::default()
    };
    let totals = queries::totals(&mut cx.db, &principal, &of).await?;
    let served = queries::waits(&mut cx.db, &principal, (asked.branch, within.0, within.1)).await?;
    let most = asked.lines();
    let limit = i64::try_from(most).unwrap_or(50);
    let of = OperationsOf { below: asked.below, ..of };
    let mut rows = queries::operations(&mut cx.db, &principal, &of, limit + 1).await?;
    let has_more = rows.len() > most;
    rows.truncate(most);
    queries::cut_operations(&mut cx.db, &principal, &mut rows).await?;
    let next =
        rows.last().filter(|_| has_more).map(|last| format!("{}_{}", last.at.micros(), last.id));
    let tills = till::panel(&mut cx, &of).await?;
    let (left_out, is_cut) =
        left_out::part(&mut cx, (asked.branch, asked.clerk), (within, most)).await?;
    let l = cx.l.clone();
    let title = l.ta("desk-day-title", &[("day", l.date(asked.date).into())]);
    let me = cx.principal().shown_name(l.lang).to_owned();
    let made = l.ta("desk-day-made", &[("who", me.into()), ("when", l.datetime(cx.now()).into())]);
    // a sheet stays as it is being printed
    let live = (!asked.is_sheet).then_some("kind:desk_operation kind:till_cash kind:visit");
    let content = html! {
        (PageHeader::new(&title).lead(html! { (made) }).render(&l))
        (choose(&cx, &asked, (has_more, is_cut)))
        div.stack #desk-day data-live=[live] data-live-src=[live.map(|_| &cx.path)] {
            (Panel::new(l.t("desk-day-sums")).icon("clipboard-check").render(&sums(&cx, &totals, true)))
            (tills)
            (by_clerk(&cx, &totals))
            (people(&cx, served))
            (left_out)
            (lines(&cx, &asked, &rows, next))
        }
        div.signatures aria-hidden="true" {
            span { (l.t("desk-day-signed")) } span { (l.t("desk-day-checked")) }
        }
    };
    Ok(cx.page(&title, &content))
}

/// Which day is shown. `has_more`, `is_cut`: not every operation, not every step left out is.
fn choose(cx: &Cx, asked: &Asked, (has_more, is_cut): (bool, bool)) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let filter = |branch: &BranchId| {
        cx.principal().reaches("desk.report", spine::Owner::row(Some(*branch), None))
    };
    let mut branches: Vec<_> =
        directory.branches.values().filter(|b| !b.archived && filter(&b.id)).collect();
    branches.sort_by(|a, b| a.code.cmp(&b.code));
    let options = branches
        .iter()
        .map(|b| Opt::new(b.id.to_string(), format!("{} · {}", b.code, b.shown_name(l.lang))));
    let options: Vec<Opt> =
        std::iter::once(Opt::new("", l.t("desk-day-all"))).chain(options).collect();
    let branch = asked.branch.map(|id| id.to_string()).unwrap_or_default();
    html! {
        form.form.day-choice method="get" action=(DAY) {
            (Field::new("day", l.t("desk-day"), Input::Date).value(asked.date.to_string()).narrow().render(l))
            @if branches.len() > 1 {
                (Field::select("branch", l.t("desk-day-branch"), options).value(branch).render(l))
            }
            div.form-actions {
                (Button::secondary(l.t("desk-day-show")).submit())
                @if (has_more || is_cut) && !asked.is_sheet {
                    (Button::secondary(l.t("desk-day-sheet")).icon("file").href(asked.sheet()))
                } @else {
                    (Button::primary(l.t("desk-day-print")).icon("printer").attribute("data-print", ""))
                }
            }
        }
        @if has_more && asked.is_sheet { p { (l.ta("desk-day-sheet-first", &[("n", SHEET_MAX.into())])) } }
    }
}

/// How many, and sums by currency: what came in, what went out, the rest; the rest alone where the till tells of the cash.
pub(super) fn sums(cx: &Cx, totals: &[Total], is_cash_told: bool) -> Markup {
    let l = &cx.l;
    let mut by_currency: BTreeMap<Currency, [i64; 3]> = BTreeMap::new();
    let mut count: i64 = 0;
    for total in totals {
        count = count.saturating_add(total.count);
        let place = match total.kind.as_str() {
            "cash_in" => 0,
            "cash_out" => 1,
            _ => 2,
        };
        let sums = by_currency.entry(total.currency).or_default();
        if let Some(sum) = sums.get_mut(place) {
            *sum = sum.saturating_add(total.amount_minor);
        }
    }
    by_currency.retain(|_, sums| sums.iter().any(|sum| *sum != 0));
    let mut stats = vec![ui::stat(&l.t("operation-count"), &l.int(count), None, None)];
    for (currency, sums) in by_currency {
        let named = ["desk-cash-in", "desk-cash-out", "desk-other"].into_iter().zip(sums);
        let named = named.skip(if is_cash_told { 0 } else { 2 });
        stats.extend(named.filter(|(_, sum)| *sum != 0).map(|(key, sum)| {
            ui::stat(&l.t(key), &l.money(Money::new(sum, currency)), None, None)
        }));
    }
    ui::stat_row(&stats)
}

fn by_clerk(cx: &Cx, totals: &[Total]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let rows = totals.iter().enumerate().map(|(n, t)| {
        Row::new(n)
            .cell(Cell::text(directory.branch_name(t.branch_id, l.lang)))
            .cell(Cell::text(directory.staff_name(t.clerk_id, l.lang)))
            .cell(Cell::text(l.t(&format!("operation-kind-{}", t.kind))))
            .cell(Cell::number(l, t.count))
            .cell(match t.amount_minor {
                0 => Cell::none(l),
                minor => Cell::money(l, Money::new(minor, t.currency)),
            })
    });
    let table = Table::new("desk-totals", l.t("desk-day-totals"))
        .column(Column::text(l.t("desk-day-branch")))
        .column(Column::text(l.t("operation-clerk")))
        .column(Column::text(l.t("operation-kind")).wide())
        .column(Column::number(l.t("operation-count")))
        .column(Column::number(l.t("operation-amount")))
        .rows(rows)
        .empty(ui::empty(
            "clipboard-check",
            &l.t("desk-day-none"),
            &l.t("desk-day-none-words"),
            None,
        ));
    Panel::new(l.t("desk-day-totals")).flush().render(&table.render(l))
}

fn people(cx: &Cx, served: Waits) -> Markup {
    let l = &cx.l;
    let stats = [
        ui::stat(&l.t("desk-came"), &l.int(served.came), None, None),
        ui::stat(&l.t("desk-served"), &l.int(served.served), None, None),
        ui::stat(&l.t("desk-left"), &l.int(served.left), None, None),
        ui::stat(&l.t("desk-waited"), &minutes(cx, served.waited_seconds), None, None),
        ui::stat(&l.t("desk-handled"), &minutes(cx, served.handled_seconds), None, None),
    ];
    Panel::new(l.t("desk-people")).icon("users").render(&ui::stat_row(&stats))
}

/// What has become of an operation.
pub(super) fn marks(cx: &Cx, operation: &OperationRow) -> Markup {
    let l = &cx.l;
    if operation.reverses_id.is_some() {
        return ui::badge(Tone::Neutral, &l.t("operation-reversal"));
    }
    match operation.reversed {
        true => ui::badge(Tone::Attention, &l.t("operation-taken-back")),
        false => ui::dot(Tone::Good, &l.t("operation-done")),
    }
}

fn lines(cx: &Cx, asked: &Asked, rows: &[OperationRow], next: Option<String>) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut table = Table::new("desk-lines", l.t("desk-day-lines"))
        .column(Column::text(l.t("operation-at")))
        .column(Column::text(l.t("operation-kind")).wide())
        .column(Column::number(l.t("operation-amount")))
        .column(Column::text(l.t("operation-reference")))
        .column(Column::text(l.t("operation-clerk")))
        .column(Column::text(l.t("operation-state")))
        .empty(ui::empty(
            "clipboard-check",
            &l.t("desk-day-none"),
            &l.t("desk-day-none-words"),
            None,
        ));
    for o in rows {
        let may = cx.principal().reaches("desk.reverse", o.owner());
        let is_whole = !o.reversed && o.reverses_id.is_none();
        let mut row = Row::new(o.id)
            .cell(Cell::text(web::format::time(l, o.at)))
            .cell(Cell::text(l.t(&format!("operation-kind-{}", o.kind))).title(&o.note))
            .cell(if o.amount_minor == 0 { Cell::none(l) } else { Cell::money(l, o.sum()) })
            .cell(Cell::text(&o.reference))
            .cell(Cell::text(directory.staff_name(o.clerk_id, l.lang)))
            .cell(Cell::markup(marks(cx, o)));
        if may && is_whole {
            let src = format!("/desk/operations/{}/reverse", o.id);
            row = row.actions(parts::icon_link("undo-2", &l.t("operation-reverse"), &src));
        }
        table = table.row(row);
    }
    let words = l.ta("task-rows", &[("n", rows.len().into())]);
    let next = next.map(|below| asked.address(&below));
    table = table.pager(Pager { previous: None, next, words });
    Panel::new(l.t("desk-day-lines")).flush().render(&table.render(l))
}
