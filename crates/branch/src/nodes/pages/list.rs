//! The list of nodes, what needs attention first.

use std::collections::BTreeMap;

use maud::{Markup, html};
use spine::replica::nodes::{self, BranchNode};
use uuid::Uuid;
use web::ui::{self, Button, Cell, Column, PageHeader, Row, Table, Tone};
use web::{Answer, Cx};

use super::super::model::{self, Concern};
use super::super::queries::{self, Open};
use super::{HOME, at_centre, clock_words, concern_mark, state_mark};

/// Nodes shown at most: more branches than any bank has.
const NODES_MAX: i64 = 2_000;

pub(super) async fn list(mut cx: Cx) -> Answer {
    at_centre(&cx)?;
    let l = cx.l.clone();
    let open = queries::open_refusals(&mut cx.db).await?;
    let mut all: Vec<(BranchNode, Vec<Concern>)> = Vec::new();
    for node in nodes::list(&mut cx.db, NODES_MAX).await? {
        let concerns = concerns(&cx, &node, &open);
        all.push((node, concerns));
    }
    // they come by name, and stay so among equals
    all.sort_by_key(|(node, concerns)| model::place(node, concerns));
    let add = Button::primary(l.t("branch-node-new")).icon("plus").dialog("/admin/nodes/new");
    let words = l.t("branch-nodes-none-words");
    let none = ui::empty("server", &l.t("branch-nodes-none"), &words, Some(add.clone()));
    let mut table = Table::new("nodes", l.t("branch-nodes"))
        .column(Column::text(l.t("branch-node-name")))
        .column(Column::text(l.t("branch-node-branch")))
        .column(Column::text(l.t("branch-node-state")))
        .column(Column::text(l.t("branch-node-concerns")).wide())
        .column(Column::text(l.t("branch-node-seen")))
        .column(Column::text(l.t("branch-node-copy")))
        .column(Column::number(l.t("branch-node-pending")))
        .column(Column::text(l.t("branch-node-oldest")))
        .column(Column::text(l.t("branch-node-program")))
        .column(Column::text(l.t("branch-node-clock")))
        .column(Column::text(l.t("branch-node-lease")))
        .live("kind:branch_node kind:branch_refusal", cx.path.clone())
        .empty(none);
    for (node, concerns) in &all {
        table = table.row(row(&cx, node, concerns));
    }
    let lead = html! { (l.t("branch-nodes-lead")) };
    let body = html! {
        (PageHeader::new(l.t("branch-nodes")).lead(lead).primary(add).render(&l))
        (refused_line(&cx, &open))
        (table.render(&l))
    };
    Ok(cx.page(&l.t("branch-nodes"), &body))
}

/// What needs attention about a node, by the day of its branch.
pub(super) fn concerns(cx: &Cx, node: &BranchNode, open: &BTreeMap<Uuid, Open>) -> Vec<Concern> {
    let directory = cx.app.services.directory.get();
    let zone = directory.branches.get(&node.branch_id).map(|b| jiff::tz::TimeZone::get(&b.zone));
    let zone = zone.and_then(Result::ok).unwrap_or_else(|| cx.app.zone.clone());
    model::concerns(node, open.get(&node.id), cx.now(), &zone)
}

/// How many refused commands nobody has decided about, and how old the oldest is.
fn refused_line(cx: &Cx, open: &BTreeMap<Uuid, Open>) -> Markup {
    let l = &cx.l;
    let count: i64 = open.values().map(|open| open.count).sum();
    let Some(oldest) = open.values().map(|open| open.oldest).min() else { return html! {} };
    let words = l.ta("branch-refused-open", &[("n", count.into())]);
    html! {
        div.node-refused {
            (ui::badge_with_icon(Tone::Attention, "circle-x", &words))
            span.quiet { (l.t("branch-refused-oldest")) " " (l.ago(oldest)) }
            @if cx.principal().has("branch.refusals") {
                a href="/refusals" { (l.t("branch-refused-look")) }
            }
        }
    }
}

fn row(cx: &Cx, node: &BranchNode, concerns: &[Concern]) -> Row {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let ago =
        |at: Option<kernel::Timestamp>| at.map_or_else(|| Cell::none(l), |at| Cell::ago(l, at));
    let marks = html! { @for concern in concerns { (concern_mark(l, *concern)) " " } };
    let marks = if concerns.is_empty() { Cell::none(l) } else { Cell::markup(marks) };
    let clock = model::clock_off(node);
    let program = match node.program.as_str() {
        "" => Cell::none(l),
        version => Cell::text(version),
    };
    Row::new(node.id)
        .href(format!("{HOME}/{}", node.id))
        .cell(Cell::text(&node.name))
        .cell(Cell::text(directory.branch_name(node.branch_id, l.lang)))
        .cell(Cell::markup(state_mark(l, node.state)))
        .cell(marks)
        .cell(ago(node.seen_at))
        .cell(ago(node.replica_at))
        .cell(Cell::number(l, node.pending))
        .cell(ago(node.oldest_at))
        .cell(program)
        .cell(clock.map_or_else(|| Cell::none(l), |s| Cell::text(clock_words(l, s))))
        .cell(node.lease_until.map_or_else(|| Cell::none(l), |t| Cell::text(l.datetime(t))))
}
