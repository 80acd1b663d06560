//! The page of a client's links: the graph one can walk through, the table of all links with those that
//! are over, and the group with its exposure.

use axum::extract::{Path, Query};
use kernel::ClientId;
use maud::{Markup, html};
use serde::Deserialize;
use spine::secrecy::Group;
use web::ui::{self, Button, Cell, Column, GraphEdge, GraphNode, Panel, Row, Table, Tone};
use web::{Answer, Cx};

use super::panel::add_button;
use super::words::{client_link, hidden_words, kind_words, relation_words, tie_words};
use super::{circle, exposure};
use crate::client::model::Segment;
use crate::client::queries::ClientHead;
use crate::contacts::frame::{self, Seen, card, name_of};
use crate::links::queries::{self, Around, Linked, Links};

/// How far the graph reaches.
const DEPTHS: [usize; 3] = [1, 2, 3];

/// What the address asks for.
#[derive(Deserialize)]
pub(super) struct Asked {
    depth: Option<usize>,
}

pub(super) async fn page(cx: Cx, Path(client): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let depth = asked.depth.filter(|d| DEPTHS.contains(d)).unwrap_or(2);
    let Seen { head, may_edit, mut db, .. } =
        frame::shown(&cx, frame::id(&client)?, Group::Links).await?;
    let client = head.id;
    let header = crate::client::header(&cx, &head, "links").await?;
    let l = &cx.l;
    let here = format!("{}/links?depth={depth}", card(client));
    let links = queries::links_of(&mut db, cx.principal(), client, l.today).await?;
    let around = queries::around(&mut db, cx.principal(), client, depth, l.today).await?;
    let group = exposure::panel(&cx, &mut db, client, "links-group", &here).await?;
    let circles = circle::panels(&cx, &mut db, &head, usize::MAX, &here).await?;
    let content = html! {
        (header)
        div.stack {
            @if let Some(circles) = circles { (circles) }
            (graph(&cx, &head, &around, depth, may_edit))
            @if let Some(group) = group { (group) }
            (table(&cx, client, &links, may_edit))
        }
    };
    Ok(cx.page(&l.ta("links-of", &[("name", name_of(l, &head).into())]), &content))
}

fn graph(cx: &Cx, head: &ClientHead, around: &Around, depth: usize, may_edit: bool) -> Markup {
    let l = &cx.l;
    let client = head.id;
    let title = l.ta("links-graph-of", &[("name", name_of(l, head).into())]);
    let nodes: Vec<GraphNode> =
        around.heads.values().map(|head| node(cx, head, client, depth)).collect();
    let edges: Vec<GraphEdge> = around
        .ties
        .iter()
        .map(|tie| GraphEdge {
            from: tie.from.to_string(),
            to: tie.to.to_string(),
            label: tie_words(l, tie),
        })
        .collect();
    let steps = html! {
        span.quiet { (l.t("links-depth")) }
        @for step in DEPTHS {
            @let href = format!("{}/links?depth={step}", card(client));
            @if step == depth {
                (Button::secondary(step.to_string()).href(href).attribute("aria-current", "true"))
            } @else { (Button::quiet(step.to_string()).href(href)) }
        }
    };
    let body = html! {
        @if edges.is_empty() {
            (ui::empty("waypoints", &l.t("links-none"), &l.t("links-none-words"),
                may_edit.then(|| add_button(cx, client))))
        } @else { (ui::link_graph(l, &title, &client.to_string(), &nodes, &edges)) }
        (hidden_words(l, around.circle.hidden()))
        @if around.circle.left_out() > 0 {
            p.quiet { (l.ta("links-left-out", &[("n", around.circle.left_out().into())])) }
        }
    };
    Panel::new(l.t("links-graph"))
        .id("links-graph")
        .icon("network")
        .actions(steps)
        .live(format!("client:{client}"), format!("{}/links?depth={depth}", card(client)))
        .render(&body)
}

/// A click on a box walks on to it; a click on the one in the middle opens his card.
fn node(cx: &Cx, head: &ClientHead, centre: ClientId, depth: usize) -> GraphNode {
    let l = &cx.l;
    let is_important = head.segment == Segment::Vip;
    let mut detail = vec![kind_words(l, head)];
    if is_important {
        detail.push(l.t("choice-segment-vip"));
    }
    GraphNode {
        id: head.id.to_string(),
        label: name_of(l, head),
        detail: detail.join(" · "),
        href: if head.id == centre {
            card(head.id)
        } else {
            format!("{}/links?depth={depth}", card(head.id))
        },
        tone: if is_important { Tone::Attention } else { Tone::Neutral },
    }
}

fn table(cx: &Cx, client: ClientId, links: &Links, may_edit: bool) -> Markup {
    let l = &cx.l;
    let mut table = Table::new("links", l.t("links-all"))
        .column(Column::text(l.t("links-party")).wide())
        .column(Column::text(l.t("links-kind")))
        .column(Column::number(l.t("links-share")))
        .column(Column::text(l.t("links-from")))
        .column(Column::text(l.t("links-until")))
        .column(Column::text(l.t("links-author")));
    for one in &links.seen {
        table = table.row(row(cx, client, one, may_edit));
    }
    let body = html! {
        @if links.seen.is_empty() { p.quiet { (l.t("links-none")) } } @else { (table.render(l)) }
        (hidden_words(l, links.hidden))
        @if links.has_more { p.quiet { (l.ta("links-first-only", &[("n", queries::LINKS_MAX.into())])) } }
    };
    let mut panel = Panel::new(l.t("links-all")).id("links-all").icon("link").flush();
    if may_edit {
        panel = panel.actions(add_button(cx, client).render());
    }
    panel.live(format!("client:{client}"), format!("{}/links", card(client))).render(&body)
}

fn row(cx: &Cx, client: ClientId, one: &Linked, may_edit: bool) -> Row {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let day = |day: Option<kernel::Date>| day.map_or_else(|| Cell::none(l), |d| Cell::date(l, d));
    let is_over = one.until.is_some_and(|last| last < l.today);
    let relation = html! {
        (relation_words(l, one.relation))
        @if is_over { " " (ui::tag(&l.t("links-over"))) }
        @if !one.note.is_empty() { " " span.quiet { (one.note) } }
    };
    let author = one.author_id.map(|u| directory.staff_name(u, l.lang).to_owned());
    let mut row = Row::new(one.id)
        .cell(Cell::markup(client_link(l, &one.other)))
        .cell(Cell::markup(relation))
        .cell(one.share_bp.map_or_else(|| Cell::none(l), |bp| Cell::text(l.percent(bp))))
        .cell(day(one.since))
        .cell(day(one.until))
        .cell(Cell::quiet(author.unwrap_or_default()).title(l.datetime(one.at)));
    if may_edit && !is_over {
        let src = format!("{}/links/{}/end", card(client), one.id);
        let label = l.t("links-end");
        row = row.actions(html! {
            a.btn.quiet.square href=(src) data-dialog-src=(src) aria-label=(label) title=(label) {
                (web::icons::icon("unlink"))
            }
        });
    }
    row
}
