//! The list: what waits for a word first, by branch, the oldest first.

use kernel::limits::PAGE_ROWS;
use maud::{Markup, html};
use spine::Error;
use uuid::Uuid;
use web::ui::{
    self, Button, Cell, Column, Field, Input, PageHeader, Pager, Panel, Row, Tab, Table, Tone,
};
use web::{Answer, Cx};

use super::super::queries::{self, COUNTED_MAX, Refused, Which};
use super::{HOME, state_mark};
use crate::parts::asked;

/// Days after which a refusal has waited too long, when nobody says otherwise, and at most.
const DAYS: i64 = 3;
const DAYS_MAX: i64 = 365;

pub(super) async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let query = asked(&cx);
    let is_decided = query.raw("show") == "decided";
    let node = query.text("node").parse::<Uuid>().ok();
    let skip = query.text("skip").parse::<i64>().unwrap_or(0).clamp(0, 100_000);
    let days = query.text("days").parse::<i64>().unwrap_or(DAYS).clamp(1, DAYS_MAX);
    let before = cx.now().plus_days(-days);
    let is_old = query.raw("show") == "old";
    let which = Which { is_decided, node, before: is_old.then_some(before) };
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let old = Which { is_decided: false, node, before: Some(before) };
    let old = queries::count(&mut cx.db, &principal, old).await?;
    let (rows, has_more) = page(&mut cx, which, skip).await?;
    let size = i64::try_from(PAGE_ROWS).unwrap_or(50);
    let show = if is_decided || is_old { query.raw("show") } else { "" };
    let days_text = if days == DAYS { String::new() } else { days.to_string() };
    let node_text = node.map(|id| id.to_string()).unwrap_or_default();
    let at = |skip: i64| {
        let skip = if skip > 0 { skip.to_string() } else { String::new() };
        let pairs = [
            ("show", show),
            ("node", node_text.as_str()),
            ("days", days_text.as_str()),
            ("skip", skip.as_str()),
        ];
        format!("{HOME}{}", ui::query_string(pairs))
    };
    let previous = (skip > 0).then(|| at((skip - size).max(0)));
    let next = has_more.then(|| at(skip + size));
    let order = if is_decided { "branch-refusals-newest" } else { "branch-refusals-order" };
    let pager =
        (previous.is_some() || next.is_some()).then(|| Pager { previous, next, words: l.t(order) });
    let tab = |show: &str| {
        let pairs = [("show", show), ("node", node_text.as_str()), ("days", days_text.as_str())];
        format!("{HOME}{}", ui::query_string(pairs))
    };
    let body = html! {
        (PageHeader::new(l.t("branch-refusals")).lead(html! { (l.t("branch-refusals-lead")) }).render(&l))
        (ui::tabs(&l.t("branch-refusals"), &[
            Tab::new(tab(""), l.t("branch-refusals-open"), !is_decided && !is_old),
            Tab::new(tab("old"), l.t("branch-refusals-old-tab"), is_old),
            Tab::new(tab("decided"), l.t("branch-refusals-decided"), is_decided),
        ]))
        @if !is_decided { (age(&cx, (&node_text, show), days, old)) }
        (table(&cx, &rows, is_decided, pager))
    };
    Ok(cx.page(&l.t("branch-refusals"), &body))
}

/// Whether any waits for longer than it should, and how long that is.
fn age(cx: &Cx, (node, show): (&str, &str), days: i64, old: i64) -> Markup {
    let l = &cx.l;
    let args = [("n", old.into()), ("days", days.into())];
    let words = match old {
        0 => ui::dot(Tone::Good, &l.ta("branch-refusals-none-old", &args)),
        COUNTED_MAX.. => {
            ui::badge_with_icon(Tone::Danger, "hourglass", &l.ta("branch-refusals-many-old", &args))
        }
        _ => ui::badge_with_icon(Tone::Danger, "hourglass", &l.ta("branch-refusals-old", &args)),
    };
    html! {
        form.form.day-choice method="get" action=(HOME) #refusals-age {
            input type="hidden" name="node" value=(node);
            input type="hidden" name="show" value=(show);
            (Field::new("days", l.t("branch-refusals-days"), Input::Digits)
                .value(days.to_string()).narrow().render(l))
            div.form-actions { (Button::secondary(l.t("branch-refusals-show")).submit()) }
        }
        p { (words) }
    }
}

async fn page(cx: &mut Cx, which: Which, skip: i64) -> Result<(Vec<Refused>, bool), Error> {
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50) + 1;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let mut rows = queries::list(&mut cx.db, &principal, which, (skip, limit)).await?;
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    Ok((rows, has_more))
}

fn table(cx: &Cx, rows: &[Refused], is_decided: bool, pager: Option<Pager>) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let words = if is_decided { "branch-refusals-none-decided" } else { "branch-refusals-none" };
    let none = ui::empty("circle-check", &l.t(words), &l.t("branch-refusals-none-words"), None);
    let mut table = Table::new("refusals", l.t("branch-refusals"))
        .column(Column::text(l.t("branch-refusal-what")).wide())
        .column(Column::text(l.t("branch-refusal-client")))
        .column(Column::text(l.t("branch-refusal-branch")))
        .column(Column::text(l.t("branch-refusal-who")))
        .column(Column::text(l.t("branch-refusal-done")))
        .column(Column::text(l.t("branch-refusal-age")))
        .column(Column::text(l.t("branch-refusal-state")).wide())
        .live("kind:branch_refusal", cx.path.clone())
        .empty(none);
    for refused in rows {
        let client = match refused.client_name.as_str() {
            "" => Cell::none(l),
            name => Cell::text(name),
        };
        table = table.row(
            Row::new(refused.id)
                .href(format!("{HOME}/{}", refused.id))
                .cell(Cell::text(cx.command_words(&refused.command)))
                .cell(client)
                .cell(Cell::text(directory.branch_name(refused.branch_id, l.lang)))
                .cell(Cell::text(directory.staff_name(refused.actor_id, l.lang)))
                .cell(Cell::text(l.datetime(refused.done_at)))
                .cell(Cell::ago(l, refused.refused_at))
                .cell(Cell::markup(state_mark(l, &refused.state))),
        );
    }
    if let Some(pager) = pager {
        table = table.pager(pager);
    }
    table.render(l)
}

/// What of a node waits for a word, for the page of the node; cut to what the person may see.
///
/// # Errors
/// The database's.
pub(crate) async fn of_node(cx: &mut Cx, node: Uuid) -> Result<Markup, Error> {
    if !cx.principal().has(queries::PERMISSION) {
        return Ok(html! {});
    }
    let which = Which { is_decided: false, node: Some(node), before: None };
    let (rows, has_more) = page(cx, which, 0).await?;
    let l = &cx.l;
    if rows.is_empty() {
        return Ok(html! {});
    }
    let all = format!("{HOME}?node={node}");
    let body = html! {
        (table(cx, &rows, false, None))
        @if has_more { p { a href=(all) { (l.t("branch-refusals-all")) } } }
    };
    Ok(Panel::new(l.t("branch-refusals")).icon("circle-x").flush().render(&body))
}
