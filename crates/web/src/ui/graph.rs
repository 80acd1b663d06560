//! The link graph: people and companies as boxes, links as labelled lines. The one in question stands
//! in the middle column, its direct links in the columns beside it, theirs outside. Every box is a link.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::badge::Tone;
use crate::i18n::L;

/// One box.
#[derive(Clone, Debug)]
pub struct GraphNode {
    /// Identity within the graph.
    pub id: String,
    /// Name.
    pub label: String,
    /// A quiet line: kind, number, exposure.
    pub detail: String,
    /// Where a click goes.
    pub href: String,
    /// Marks a box that needs a look; say why in `detail`.
    pub tone: Tone,
}

/// One line.
#[derive(Clone, Debug)]
pub struct GraphEdge {
    /// Identity of one end.
    pub from: String,
    /// Identity of the other end.
    pub to: String,
    /// What the link is: "director", "owner 51 %".
    pub label: String,
}

const BOX_WIDTH: i64 = 180;
const BOX_HEIGHT: i64 = 44;
const COLUMN: i64 = 276;
const ROW: i64 = 64;
/// Beside the outer columns, for the words of lines that bend there.
const SIDE: i64 = 72;

/// The graph around `centre`, as a picture and as a table of links. The same input gives the same
/// picture. Nodes that no line connects with the centre stand in the last column.
pub fn link_graph(
    l: &L,
    title: &str,
    centre: &str,
    nodes: &[GraphNode],
    edges: &[GraphEdge],
) -> Markup {
    let places = layout(centre, nodes, edges);
    let left = places.values().map(|place| place.0).min().unwrap_or(0);
    let right = places.values().map(|place| place.0).max().unwrap_or(0) + BOX_WIDTH;
    let height = places.values().map(|place| place.1).max().unwrap_or(0) + BOX_HEIGHT;
    // a line between two boxes of one column bends round its right side, and so do its words
    let bends = edges.iter().any(|edge| {
        let end = |id: &str| places.get(id).map(|place| place.0);
        end(&edge.from) == end(&edge.to) && end(&edge.from) == Some(right - BOX_WIDTH)
    });
    let width = right - left + 16 + if bends { SIDE } else { 0 };
    let view = format!("{} -8 {width} {}", left - 8, height + 16);
    html! {
        figure.graph {
            div.graph-scroll tabindex="0" role="region" aria-label=(title) {
                svg width=(width) height=(height + 16) viewBox=(view) role="group" aria-label=(title) {
                    @for edge in edges { (edge_markup(edge, &places)) }
                    @for node in nodes {
                        @if let Some(place) = places.get(node.id.as_str()) {
                            (node_markup(node, *place, node.id == centre))
                        }
                    }
                }
            }
            (links_table(l, nodes, edges))
        }
    }
}

type Places<'a> = BTreeMap<&'a str, (i64, i64)>;

/// Columns by distance from the centre; direct links alternate between right and left.
fn layout<'a>(centre: &str, nodes: &'a [GraphNode], edges: &[GraphEdge]) -> Places<'a> {
    let mut column_of: BTreeMap<&str, i64> = BTreeMap::new();
    for node in nodes.iter().filter(|node| node.id == centre) {
        column_of.insert(&node.id, 0);
    }
    let mut is_right = true;
    for _ in 0..nodes.len() {
        let mut found = Vec::new();
        for node in nodes.iter().filter(|node| !column_of.contains_key(node.id.as_str())) {
            let beside = edges.iter().find_map(|edge| {
                let other = if edge.from == node.id {
                    &edge.to
                } else if edge.to == node.id {
                    &edge.from
                } else {
                    return None;
                };
                column_of.get(other.as_str()).copied()
            });
            let column = match beside {
                Some(0) => {
                    is_right = !is_right;
                    if is_right { -1 } else { 1 }
                }
                Some(column) => column + column.signum(),
                None => continue,
            };
            found.push((node.id.as_str(), column));
        }
        if found.is_empty() {
            break;
        }
        column_of.extend(found);
    }
    let last = column_of.values().max().copied().unwrap_or(0);
    let mut columns: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for node in nodes {
        let column = column_of.get(node.id.as_str()).copied().unwrap_or(last + 1);
        columns.entry(column).or_default().push(&node.id);
    }
    let count = |ids: &Vec<&str>| i64::try_from(ids.len()).unwrap_or(0);
    let tallest = columns.values().map(count).max().unwrap_or(0);
    let mut places = BTreeMap::new();
    for (column, ids) in &columns {
        let mut y = (tallest - count(ids)) * ROW / 2;
        for id in ids {
            places.insert(*id, (column * COLUMN, y));
            y += ROW;
        }
    }
    places
}

fn edge_markup(edge: &GraphEdge, places: &Places<'_>) -> Markup {
    let (Some(a), Some(b)) = (places.get(edge.from.as_str()), places.get(edge.to.as_str())) else {
        return html! {};
    };
    let (a, b) = if a.0 <= b.0 { (*a, *b) } else { (*b, *a) };
    let (y1, y2) = (a.1 + BOX_HEIGHT / 2, b.1 + BOX_HEIGHT / 2);
    let (x1, x2) = (a.0 + BOX_WIDTH, b.0);
    let (path, label_x, label_y) = if a.0 == b.0 {
        // Both stand in one column: the line bends round its right side.
        let bend = x1 + 36;
        (format!("M{x1} {y1}C{bend} {y1} {bend} {y2} {x1} {y2}"), x1 + 30, y1.midpoint(y2) + 4)
    } else {
        let middle = x1.midpoint(x2);
        // Nearer to the outer box, where lines have parted.
        let is_outer_left = a.0 < 0;
        let (near, far) = if is_outer_left { (y1, y2) } else { (y2, y1) };
        (
            format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"),
            middle,
            near + (far - near) / 4 - 4,
        )
    };
    html! {
        g.graph-edge {
            path d=(path) {}
            text x=(label_x) y=(label_y) text-anchor="middle" { (edge.label) }
        }
    }
}

fn node_markup(node: &GraphNode, (x, y): (i64, i64), is_centre: bool) -> Markup {
    let tone = if is_centre { "centre" } else { node.tone.class() };
    html! {
        a.graph-node.(tone) href=(node.href) {
            title { (node.label) " · " (node.detail) }
            rect x=(x) y=(y) width=(BOX_WIDTH) height=(BOX_HEIGHT) rx="6" {}
            foreignObject x=(x) y=(y) width=(BOX_WIDTH) height=(BOX_HEIGHT) {
                div.graph-box { span.graph-label { (node.label) } span.graph-detail { (node.detail) } }
            }
        }
    }
}

fn links_table(l: &L, nodes: &[GraphNode], edges: &[GraphEdge]) -> Markup {
    let name = |id: &str| {
        nodes.iter().find(|node| node.id == id).map(|node| node.label.clone()).unwrap_or_default()
    };
    html! {
        details.chart-data {
            summary { (l.t("ui-graph-list")) }
            table {
                thead { tr {
                    th scope="col" { (l.t("ui-graph-from")) } th scope="col" { (l.t("ui-graph-link")) }
                    th scope="col" { (l.t("ui-graph-to")) }
                } }
                tbody {
                    @for edge in edges {
                        tr { th scope="row" { (name(&edge.from)) } td { (edge.label) } td { (name(&edge.to)) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str) -> GraphNode {
        GraphNode {
            id: id.into(),
            label: id.into(),
            detail: String::new(),
            href: String::new(),
            tone: Tone::Neutral,
        }
    }

    #[test]
    fn boxes_never_overlap_and_far_ones_stand_outside() {
        let ids = ["c", "a", "b", "d", "e", "alone"];
        let nodes: Vec<GraphNode> = ids.iter().map(|id| node(id)).collect();
        let edge = |from: &str, to: &str| GraphEdge {
            from: from.into(),
            to: to.into(),
            label: String::new(),
        };
        let edges =
            [edge("c", "a"), edge("b", "c"), edge("c", "d"), edge("a", "e"), edge("x", "y")];
        let places = layout("c", &nodes, &edges);
        assert_eq!(places.len(), ids.len());
        let distinct: std::collections::BTreeSet<_> = places.values().collect();
        assert_eq!(distinct.len(), ids.len());
        assert_eq!(places["c"].0, 0);
        assert_eq!(places["e"].0.abs(), 2 * places["a"].0.abs());
        assert_eq!(layout("c", &nodes, &edges), places);
    }
}
