//! The list of pairs, and the search over the whole bank.

use kernel::ClientId;
use kernel::limits::PAGE_ROWS;
use maud::{Markup, html};
use spine::{Error, Scope};
use web::ui::{self, Button, Cell, Column, PageHeader, Pager, Panel, Row, Tab, Table};
use web::{Answer, Cx, FormData};

use super::pair_href;
use super::words::{chance, reasons_short, side_line};
use crate::identity::commands::FindDuplicates;
use crate::identity::pair::PairState;
use crate::identity::queries::{self, PairMark, PairRow, PairWanted, Run};

const HOME: &str = "/duplicates";
/// What one may filter the probability by, in percent.
const FROM: [i64; 3] = [0, 90, 99];

pub(super) async fn page(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let query = FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query));
    let state = PairState::from_key(&query.text("state")).unwrap_or(PairState::Open);
    let from = query.text("from").parse().ok().filter(|from| FROM.contains(from)).unwrap_or(0);
    let wanted = PairWanted { state, from_ppm: from * 10_000, after: mark(&query) };
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50);
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let mut pairs = queries::pairs(&mut cx.db, &principal, wanted, limit + 1).await?;
    let has_more = pairs.len() > PAGE_ROWS;
    pairs.truncate(PAGE_ROWS);
    let next = pairs.last().filter(|_| has_more).map(|last| {
        let after = format!("{}.{}.{}", last.probability_ppm, last.a_id, last.b_id);
        let pairs = [("state", state.key()), ("from", &from.to_string()), ("after", &after)];
        format!("{HOME}{}", ui::query_string(pairs))
    });
    let panel = search_panel(&mut cx).await?;
    let body = html! {
        (PageHeader::new(l.t("duplicates")).lead(html! { (l.t("duplicates-lead")) }).render(&l))
        (ui::stack(&[
            panel.unwrap_or_default(),
            html! { (state_tabs(&cx, state, from)) (chance_links(&cx, state, from)) },
            table(&cx, &pairs, state, next),
        ]))
    };
    Ok(cx.page(&l.t("duplicates"), &body))
}

fn mark(query: &FormData) -> Option<PairMark> {
    let text = query.opt("after")?;
    let mut parts = text.split('.');
    let probability_ppm = parts.next()?.parse().ok()?;
    let ids: (ClientId, ClientId) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(PairMark { probability_ppm, ids })
}

fn address(state: PairState, from: i64) -> String {
    format!("{HOME}{}", ui::query_string([("state", state.key()), ("from", &from.to_string())]))
}

fn state_tabs(cx: &Cx, current: PairState, from: i64) -> Markup {
    let l = &cx.l;
    let tabs: Vec<Tab> = PairState::ALL
        .iter()
        .map(|state| {
            let label = l.t(&format!("duplicates-state-{}", state.key().replace('_', "-")));
            Tab::new(address(*state, from), label, *state == current)
        })
        .collect();
    ui::tabs(&l.t("duplicates-states"), &tabs)
}

fn chance_links(cx: &Cx, state: PairState, current: i64) -> Markup {
    let l = &cx.l;
    html! {
        nav.inline-actions aria-label=(l.t("duplicates-chance")) {
            span.quiet { (l.t("duplicates-chance")) }
            @for from in FROM {
                @let words = if from == 0 { l.t("duplicates-any") }
                    else { l.ta("duplicates-from", &[("percent", from.into())]) };
                a.btn.quiet href=(address(state, from)) aria-current=[(from == current).then_some("true")] {
                    @if from == current { strong { (words) } } @else { (words) }
                }
            }
        }
    }
}

fn table(cx: &Cx, pairs: &[PairRow], state: PairState, next: Option<String>) -> Markup {
    let l = &cx.l;
    let none = match state {
        PairState::Open => "duplicates-none",
        PairState::NotSame => "duplicates-none-decided",
    };
    let empty = ui::empty("circle-check", &l.t(none), &l.t(&format!("{none}-words")), None);
    let mut table = Table::new("duplicates", l.t("duplicates"))
        .column(Column::text(l.t("duplicates-chance")))
        .column(Column::text(l.t("duplicates-one")))
        .column(Column::text(l.t("duplicates-other")))
        .column(Column::text(l.t("duplicates-reasons")).wide())
        .column(Column::text(l.t("duplicates-found")))
        .empty(empty);
    for pair in pairs {
        let [one, other] = &pair.sides;
        let why = if pair.is_whole() {
            Cell::markup(reasons_short(l, &pair.reasons))
        } else {
            // what agrees would tell what the other one has
            Cell::quiet(l.t("duplicates-reasons-masked"))
        };
        table = table.row(
            Row::new(format!("{}-{}", pair.a_id, pair.b_id))
                .href(pair_href(pair.a_id, pair.b_id))
                .cell(Cell::markup(chance(l, pair.probability_ppm)))
                .cell(Cell::markup(side_line(cx, one)))
                .cell(Cell::markup(side_line(cx, other)))
                .cell(why)
                .cell(Cell::ago(l, pair.decided_at.unwrap_or(pair.found_at))),
        );
    }
    if let Some(next) = next {
        let words = l.t("duplicates-likeliest-first");
        table = table.pager(Pager { previous: None, next: Some(next), words });
    }
    table.render(l)
}

/// The panel of the search alone, for live updates.
pub(super) async fn part(mut cx: Cx) -> Answer {
    let panel = search_panel(&mut cx).await?.ok_or(Error::NotFound)?;
    if cx.is_fragment {
        return Ok(cx.part(&panel));
    }
    Ok(cx.page(&cx.l.t("duplicates-search"), &panel))
}

pub(super) async fn start(cx: Cx, sent: FormData) -> Answer {
    let started = cx.execute(sent.command_id()?, &FindDuplicates {}).await?;
    let flash = match started {
        Some(_) => "flash-duplicates-started",
        None => "flash-duplicates-run",
    };
    Ok(cx.done(HOME, flash))
}

/// For those who may look through the whole bank.
async fn search_panel(cx: &mut Cx) -> Result<Option<Markup>, Error> {
    if cx.principal().scope("client.merge") != Some(Scope::Bank) {
        return Ok(None);
    }
    let run = queries::last_run(&mut cx.db, FindDuplicates::JOB).await?;
    let l = &cx.l;
    let is_running = run.as_ref().is_some_and(|r| r.state == "ready" || r.state == "running");
    let topic = match &run {
        Some(run) => format!("kind:job job:{}", run.id),
        None => "kind:job".to_owned(),
    };
    let mut panel = Panel::new(l.t("duplicates-search"))
        .icon("search")
        .id("duplicates-search")
        .live(topic, "/duplicates/search");
    if !is_running {
        let button = Button::secondary(l.t("duplicates-search-start")).icon("play").submit();
        panel = panel.actions(html! {
            form method="post" action="/duplicates/search" {
                input type="hidden" name="_id" value=(cx.form_id());
                (button.render())
            }
        });
    }
    let body = match &run {
        Some(run) => run_markup(cx, run),
        None => html! { p.quiet { (l.t("duplicates-search-never")) } },
    };
    Ok(Some(panel.render(&html! { div role="status" { (body) } })))
}

fn run_markup(cx: &Cx, run: &Run) -> Markup {
    let l = &cx.l;
    let found = l.ta("duplicates-search-found", &[("n", run.found.into())]);
    html! {
        @match run.state.as_str() {
            "done" => p {
                @if let Some(at) = run.finished_at { (l.ago(at)) " · " }
                (found)
            }
            "dead" => p { (ui::badge(ui::Tone::Danger, &l.t("duplicates-search-failed"))) }
            _ => {
                (ui::progress(l, &l.t("duplicates-search-runs"), run.done, (run.total > 0).then_some(run.total)))
                p.quiet { (found) }
            }
        }
    }
}
