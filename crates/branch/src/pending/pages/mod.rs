//! The page behind the connection light, the sheet for the end of the day, and files that are carried.

mod files;
mod one;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use kernel::limits::PAGE_ROWS;
use kernel::{ClientId, Date, Refusals, Timestamp};
use maud::{Markup, html};
use spine::replica::branch::{self, State};
use spine::replica::{LineState, LineWord, waiting};
use spine::{Error, Owner};
use web::i18n::L;
use web::icons::icon;
use web::ui::{
    self, Button, Cell, Column, Field, Input, Kv, PageHeader, Pager, Panel, Row, Tab, Table, Tone,
};
use web::{Access, Answer, Cx, Routes};

use super::queries::{self, Done, Total, Which};
use crate::carry::FILE_BYTES_MAX;
use crate::limits::today_part;
use crate::parts::{asked, why};
use crate::refusals::queries::{PERMISSION, clients};

const USE: Access = Access::Needs("app.use");
/// Who carries files: whoever decides about what was refused of the branch.
const CARRY: Access = Access::Needs(PERMISSION);
const HOME: &str = "/pending";
const DAY: &str = "/pending/day";
/// Lines of the sheet for one day at most; its totals count all.
const DAY_ROWS: i64 = 2_000;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/pending", USE, list)
        .get("/pending/day", USE, day)
        .get("/pending/{id}", USE, one::show)
        .post("/pending/file", CARRY, files::out)
        .post_up_to("/pending/file/in", CARRY, FILE_BYTES_MAX, files::take)
}

/// This branch; the centre has no such page.
async fn here(cx: &mut Cx) -> Result<State, Error> {
    if !cx.app.services.bus.is_at_branch() {
        return Err(Error::NotFound);
    }
    branch::state(&mut cx.db).await?.ok_or(Error::NotFound)
}

/// Everybody sees what he has done; all of it whoever decides about what was refused of this branch.
fn whose(cx: &Cx, state: &State) -> Which {
    let all = cx.principal().reaches(PERMISSION, Owner::row(Some(state.who.branch), None));
    Which { actor: cx.principal().user_id.filter(|_| !all), ..Which::default() }
}

async fn list(mut cx: Cx) -> Answer {
    Ok(listed(&mut cx, &Refusals::default()).await?)
}

/// The list, and what was wrong with a file that was carried here.
async fn listed(cx: &mut Cx, refused: &Refusals) -> Result<Response, Error> {
    let state = here(cx).await?;
    let l = cx.l.clone();
    let query = asked(cx);
    let is_open = query.raw("show") == "open";
    let before = query.text("before").parse().ok();
    let which = Which { is_open, before, ..whose(cx, &state) };
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50);
    let mut rows = queries::list(&mut cx.db, &which, limit + 1).await?;
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let show = if is_open { "open" } else { "" };
    let next = rows.last().filter(|_| has_more).map(|last| {
        let before = last.seq.to_string();
        format!("{HOME}{}", ui::query_string([("show", show), ("before", before.as_str())]))
    });
    let pager = next.map(|next| Pager {
        previous: None,
        next: Some(next),
        words: l.t("branch-pending-newest"),
    });
    let names = names(cx, &rows).await?;
    let line = line_part(cx, &state).await?;
    let limits = today_part(cx).await?;
    let is_over = cx.is_after_hours();
    let sheet = Button::secondary(l.t("branch-pending-day")).icon("printer").href(DAY);
    let lead =
        if which.actor.is_some() { "branch-pending-lead-own" } else { "branch-pending-lead" };
    let body = html! {
        (PageHeader::new(l.t("branch-pending")).lead(html! { (l.t(lead)) }).other(sheet.render()).render(&l))
        @if is_over { (after_hours(&l)) }
        (line)
        @if !is_over {
            (limits)
            (ui::tabs(&l.t("branch-pending"), &[
                Tab::new(HOME, l.t("branch-pending-all"), !is_open),
                Tab::new(format!("{HOME}?show=open"), l.t("branch-pending-open"), is_open),
            ]))
            (table(cx, &rows, &names, pager))
        }
        @if whose(cx, &state).actor.is_none() { (files::panel(cx, refused)) }
    };
    let status =
        if refused.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(cx.page_with_status(status, &l.t("branch-pending"), &body))
}

/// Why there is nothing else to see at this node, and what helps.
fn after_hours(l: &L) -> Markup {
    html! {
        div.summary.danger role="alert" {
            (icon("lock"))
            div { strong { (l.t("branch-after-hours")) } p { (l.t("branch-after-hours-words")) } }
        }
    }
}

/// Clients of these rows whom the person may see.
async fn names(cx: &mut Cx, rows: &[Done]) -> Result<BTreeMap<ClientId, String>, Error> {
    let mut ids: Vec<ClientId> = rows.iter().filter_map(|done| done.client_id).collect();
    ids.sort();
    ids.dedup();
    let principal = Arc::clone(&cx.ctx.principal);
    let mut names = BTreeMap::new();
    for some in ids.chunks(500) {
        names.extend(clients(&mut cx.db, &principal, some).await?);
    }
    Ok(names)
}

/// How the line is, how old the copy, what waits, and until when one may work.
async fn line_part(cx: &mut Cx, state: &State) -> Result<Markup, Error> {
    let (count, oldest) = waiting(&mut cx.db).await?;
    let l = &cx.l;
    let line = cx.app.services.memory.get::<LineState>();
    let mut kv = Kv::new("line-facts").two_columns().line(
        l.t("branch-line"),
        html! {
            (line_mark(cx, line.as_deref()))
            @if let Some(line) = &line { " " span.quiet { (l.t("branch-line-since")) " " (l.datetime(line.since)) } }
        },
    );
    if let Some(LineWord::Refused(code)) = line.as_deref().map(|line| &line.word) {
        kv = kv.text(l.t("branch-line-why"), &why(cx, code, "").join(" "));
    }
    let when = |at: Timestamp| html! { (l.ago(at)) " " span.quiet { (l.datetime(at)) } };
    kv = match state.replica_at {
        Some(at) => kv.line(l.t("branch-node-copy"), when(at)),
        None => kv.missing(l.t("branch-node-copy")),
    };
    kv = kv.text(l.t("branch-line-waiting"), &l.int(count));
    if let Some(at) = oldest {
        kv = kv.line(l.t("branch-node-oldest"), when(at));
    }
    let is_over = state.lease_until <= cx.now();
    kv = kv.line(
        l.t("branch-line-lease"),
        html! {
            (l.datetime(state.lease_until))
            @if is_over { " " (ui::badge_with_icon(Tone::Danger, "lock", &l.t("branch-concern-lease-over"))) }
        },
    );
    kv = kv.text(l.t("branch-mode"), &l.t(&format!("branch-mode-{}", state.mode.key())));
    if state.other_schema.is_some() {
        kv = kv.text(l.t("branch-line-why"), &l.t("branch-line-other-schema"));
    }
    let body = html! { (kv.render(l)) p.quiet.line-words { (l.t("branch-line-words")) } };
    Ok(Panel::new(l.t("branch-line-panel"))
        .icon("wifi")
        .id("line-panel")
        .live("line", cx.path.clone())
        .render(&body))
}

fn line_mark(cx: &Cx, line: Option<&LineState>) -> Markup {
    let l = &cx.l;
    let (tone, icon, words) = match line.map(|line| &line.word) {
        None => (Tone::Neutral, "loader-circle", "branch-line-unknown"),
        Some(LineWord::Online) => (Tone::Good, "wifi", "branch-line-online"),
        Some(LineWord::Syncing) => (Tone::Info, "refresh-cw", "branch-line-syncing"),
        Some(LineWord::Offline) => (Tone::Danger, "wifi-off", "branch-line-offline"),
        Some(LineWord::Refused(_)) => (Tone::Danger, "ban", "branch-line-refused"),
        Some(LineWord::Failed) => (Tone::Danger, "triangle-alert", "branch-line-failed"),
        Some(LineWord::Carried) => (Tone::Neutral, "file", "branch-line-carried"),
    };
    ui::badge_with_icon(tone, icon, &l.t(words))
}

fn table(
    cx: &Cx,
    rows: &[Done],
    names: &BTreeMap<ClientId, String>,
    pager: Option<Pager>,
) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let none = ui::empty(
        "clipboard-check",
        &l.t("branch-pending-none"),
        &l.t("branch-pending-none-words"),
        None,
    );
    let mut table = Table::new("pending", l.t("branch-pending"))
        .column(Column::text(l.t("branch-pending-what")).wide())
        .column(Column::text(l.t("branch-pending-time")))
        .column(Column::text(l.t("branch-pending-who")))
        .column(Column::text(l.t("branch-pending-client")))
        .column(Column::text(l.t("branch-pending-status")).wide())
        .live("line kind:branch_refusal", cx.path.clone())
        .empty(none);
    for done in rows {
        let client = done.client_id.and_then(|id| Some((id, names.get(&id)?)));
        let client = match client {
            Some((id, name)) if !name.is_empty() => {
                Cell::markup(html! { a href={ "/clients/" (id) } { (name) } })
            }
            _ => Cell::none(l),
        };
        // what was refused is decided about on a page of its own, by who sees the client
        let is_seen = done.client_id.is_none_or(|id| names.contains_key(&id));
        let page = match done.outcome.as_deref() {
            Some("refused") if is_seen && cx.principal().has(PERMISSION) => "/refusals",
            _ => HOME,
        };
        let row = Row::new(done.seq).href(format!("{page}/{}", done.id));
        table = table.row(
            row.cell(Cell::text(cx.command_words(&done.name)))
                .cell(Cell::text(l.datetime(done.at)))
                .cell(Cell::text(directory.staff_name(done.actor_id, l.lang)))
                .cell(client)
                .cell(Cell::markup(status(cx, done))),
        );
    }
    if let Some(pager) = pager {
        table = table.pager(pager);
    }
    table.render(l)
}

/// What has become of it; of what was refused why.
fn status(cx: &Cx, done: &Done) -> Markup {
    let l = &cx.l;
    match done.outcome.as_deref() {
        None if done.is_sent => ui::badge_with_icon(Tone::Info, "send", &l.t("branch-status-sent")),
        None => ui::badge_with_icon(Tone::Neutral, "clock", &l.t("branch-status-unsent")),
        Some("accepted") => ui::dot(Tone::Good, &l.t("branch-status-accepted")),
        Some("waits") => ui::badge_with_icon(Tone::Info, "hourglass", &l.t("branch-status-waits")),
        Some(_) => html! {
            (ui::badge_with_icon(Tone::Danger, "circle-x", &l.t("branch-status-refused")))
            " " span.quiet { (why(cx, &done.code, &done.answer).join(" ")) }
        },
    }
}

/// The sheet of a day: totals by person and kind, and every line; made to be printed.
async fn day(mut cx: Cx) -> Answer {
    let state = here(&mut cx).await?;
    let l = cx.l.clone();
    let typed = asked(&cx).date("day", l.today, &mut kernel::Refusals::default());
    let date: Date = typed.unwrap_or(l.today);
    let tomorrow = date.tomorrow().unwrap_or(date);
    let within = (Timestamp::start_of(date, &l.zone), Timestamp::start_of(tomorrow, &l.zone));
    let which = Which { within: Some(within), ..whose(&cx, &state) };
    let totals = queries::totals(&mut cx.db, &which).await?;
    let rows = queries::list(&mut cx.db, &which, DAY_ROWS).await?;
    let names = names(&mut cx, &rows).await?;
    let title = l.ta("branch-day-title", &[("day", l.date(date).into())]);
    let directory = cx.app.services.directory.get();
    let branch = directory.branch_name(state.who.branch, l.lang).to_owned();
    let me = cx.principal().shown_name(l.lang).to_owned();
    let made =
        l.ta("branch-day-made", &[("who", me.into()), ("when", l.datetime(cx.now()).into())]);
    let count: i64 = totals.iter().map(|total| total.count).sum();
    let shown = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let body = html! {
        (PageHeader::new(&title).crumb(HOME, l.t("branch-pending"))
            .lead(html! { (branch) " · " (state.who.name) " · " (made) }).render(&l))
        (choose_day(&cx, date))
        (totals_table(&cx, &totals))
        @if count > shown { p.quiet { (l.ta("branch-day-first", &[("n", shown.into()), ("all", count.into())])) } }
        (table(&cx, &rows, &names, None))
        (signatures(&cx))
    };
    Ok(cx.page(&title, &body))
}

fn choose_day(cx: &Cx, date: Date) -> Markup {
    let l = &cx.l;
    html! {
        form.form.day-choice method="get" action=(DAY) {
            (Field::new("day", l.t("branch-day"), Input::Date).value(date.to_string()).narrow().render(l))
            div.form-actions {
                (Button::secondary(l.t("branch-day-show")).submit())
                (Button::primary(l.t("branch-day-print")).icon("printer").attribute("data-print", ""))
            }
        }
    }
}

fn totals_table(cx: &Cx, totals: &[Total]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut sorted: Vec<(&str, &Total)> =
        totals.iter().map(|t| (directory.staff_name(t.actor_id, l.lang), t)).collect();
    sorted.sort_by(|(a, one), (b, other)| (a, &one.name).cmp(&(b, &other.name)));
    let mut table = Table::new("totals", l.t("branch-day-totals"))
        .column(Column::text(l.t("branch-pending-who")))
        .column(Column::text(l.t("branch-pending-what")).wide())
        .column(Column::number(l.t("branch-day-count")))
        .column(Column::number(l.t("branch-status-accepted")))
        .column(Column::number(l.t("branch-status-refused")))
        .column(Column::number(l.t("branch-status-waits")))
        .column(Column::number(l.t("branch-status-unsent")))
        .empty(ui::empty("clipboard-check", &l.t("branch-day-none"), "", None));
    let unsent = |t: &Total| t.count - t.accepted - t.refused - t.waits;
    for (n, (who, total)) in sorted.iter().enumerate() {
        table = table.row(
            Row::new(n)
                .cell(Cell::text(*who))
                .cell(Cell::text(cx.command_words(&total.name)))
                .cell(Cell::number(l, total.count))
                .cell(Cell::number(l, total.accepted))
                .cell(Cell::number(l, total.refused))
                .cell(Cell::number(l, total.waits))
                .cell(Cell::number(l, unsent(total))),
        );
    }
    if !totals.is_empty() {
        let sum = |of: &dyn Fn(&Total) -> i64| Some(html! { (l.int(totals.iter().map(of).sum())) });
        table = table.sums(vec![
            Some(html! { (l.t("branch-day-sum")) }),
            None,
            sum(&|t| t.count),
            sum(&|t| t.accepted),
            sum(&|t| t.refused),
            sum(&|t| t.waits),
            sum(&unsent),
        ]);
    }
    table.render(l)
}

/// Lines to sign on, on paper only.
fn signatures(cx: &Cx) -> Markup {
    let l = &cx.l;
    html! {
        div.signatures aria-hidden="true" {
            span { (l.t("branch-day-signed")) } span { (l.t("branch-day-checked")) }
        }
    }
}
