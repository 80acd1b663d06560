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
/// Narrowest and widest gap between two columns; it follows the longest label.
const GAP: (i64, i64) = (96, 180);
const ROW: i64 = 64;
/// Width of a letter of a label, roughly.
const LETTER: i64 = 7;
/// Places a label tries along its line.
const LABEL_STEPS: i64 = 8;
/// Letters that fit into a box.
const LABEL_CHARS: usize = 19;

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
    let ways: Vec<Option<Way>> = edges.iter().map(|edge| way(edge, &places)).collect();
    let labels = label_places(edges, &ways, &places);
    let is_crowded = ways.iter().zip(&labels).any(|(way, label)| way.is_some() && label.is_none());
    let view = format!("{} -8 {} {}", left - 8, right - left + 16, height + 16);
    html! {
        figure.graph {
            div.graph-scroll tabindex="0" role="region" aria-label=(title) {
                svg width=(right - left + 16) height=(height + 16) viewBox=(view) role="group" aria-label=(title) {
                    @for ((edge, way), label) in edges.iter().zip(&ways).zip(&labels) {
                        @if let Some(way) = way {
                            (edge_markup(edge, way, label.is_none(), &edge_words(nodes, edge)))
                        }
                    }
                    // above all lines, so that none runs through a label
                    g.graph-labels {
                        @for (edge, label) in edges.iter().zip(&labels) {
                            @if let Some((x, y)) = label {
                                text x=(x) y=(y) text-anchor="middle" { (edge.label) }
                            }
                        }
                    }
                    @for node in nodes {
                        @if let Some(place) = places.get(node.id.as_str()) {
                            (node_markup(node, *place, node.id == centre))
                        }
                    }
                }
            }
            @if is_crowded { p.quiet { (l.t("ui-graph-crowded")) } }
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
    let longest = edges.iter().map(|edge| letters(&edge.label)).max().unwrap_or(0);
    let width = BOX_WIDTH + (longest + 12).clamp(GAP.0, GAP.1);
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
            places.insert(*id, (column * width, y));
            y += ROW;
        }
    }
    places
}

/// The way of a line: its path, the middle of its labels, and from where to where they may slide, the
/// best end first.
struct Way {
    path: String,
    x: i64,
    slide: (i64, i64),
}

fn way(edge: &GraphEdge, places: &Places<'_>) -> Option<Way> {
    let (a, b) = (places.get(edge.from.as_str())?, places.get(edge.to.as_str())?);
    let (a, b) = if a.0 <= b.0 { (*a, *b) } else { (*b, *a) };
    let (y1, y2) = (a.1 + BOX_HEIGHT / 2, b.1 + BOX_HEIGHT / 2);
    let (x1, x2) = (a.0 + BOX_WIDTH, b.0);
    if a.0 == b.0 {
        // Both stand in one column: the line bends round its right side.
        let bend = x1 + 36;
        let path = format!("M{x1} {y1}C{bend} {y1} {bend} {y2} {x1} {y2}");
        let middle = y1.midpoint(y2) + 4;
        return Some(Way { path, x: x1 + 30, slide: (middle, y2) });
    }
    let middle = x1.midpoint(x2);
    // Nearer to the outer box, where lines have parted.
    let is_outer_left = a.0 < 0;
    let (near, far) = if is_outer_left { (y1, y2) } else { (y2, y1) };
    let path = format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}");
    let first = near + (far - near) / 4 - 4;
    Some(Way { path, x: middle, slide: (first, far) })
}

/// A rectangle: left, top, right, bottom.
type Area = (i64, i64, i64, i64);

const fn touches(a: Area, b: Area) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// Width of a text, roughly.
fn letters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(0) * LETTER
}

/// What a label covers, by its middle and its base line.
fn area(label: &str, x: i64, y: i64) -> Area {
    let half = letters(label) / 2 + 2;
    (x - half, y - 10, x + half, y + 3)
}

/// Where the labels stand: each slides along its line until it covers no box and no label before it. One
/// that finds no place has none.
fn label_places(
    edges: &[GraphEdge],
    ways: &[Option<Way>],
    places: &Places<'_>,
) -> Vec<Option<(i64, i64)>> {
    let boxes = places.values().map(|(x, y)| (*x, *y, x + BOX_WIDTH, y + BOX_HEIGHT));
    let mut taken: Vec<Area> = boxes.collect();
    edges
        .iter()
        .zip(ways)
        .map(|(edge, way)| {
            let way = way.as_ref()?;
            let (from, to) = way.slide;
            let steps = (0..=LABEL_STEPS).map(|step| from + (to - from) * step / LABEL_STEPS);
            // two links of one pair share a line: the second label stands beneath the first
            let mut spots = steps.chain([from + ROW / 4, from - ROW / 4]);
            let y = spots.find(|y| {
                let area = area(&edge.label, way.x, *y);
                !taken.iter().any(|other| touches(area, *other))
            })?;
            taken.push(area(&edge.label, way.x, y));
            Some((way.x, y))
        })
        .collect()
}

/// A line. A label without a place shows when one points at it; the list has it anyway.
fn edge_markup(edge: &GraphEdge, way: &Way, is_crowded: bool, title: &str) -> Markup {
    html! {
        g.graph-edge {
            title { (title) }
            path.graph-hit d=(way.path) {}
            path d=(way.path) {}
            @if is_crowded {
                text x=(way.x) y=(way.slide.0) text-anchor="middle" { (edge.label) }
            }
        }
    }
}

fn node_markup(node: &GraphNode, (x, y): (i64, i64), is_centre: bool) -> Markup {
    let tone = if is_centre { "centre" } else { node.tone.class() };
    html! {
        a.graph-node.(tone) href=(node.href) {
            title { (node.label) " · " (node.detail) }
            rect x=(x) y=(y) width=(BOX_WIDTH) height=(BOX_HEIGHT) rx="6" {}
            text.graph-label x=(x + 12) y=(y + 19) { (cut(&node.label)) }
            text.graph-detail x=(x + 12) y=(y + 35) { (cut(&node.detail)) }
        }
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LABEL_CHARS {
        return text.to_owned();
    }
    text.chars().take(LABEL_CHARS - 1).chain(['…']).collect()
}

fn name<'a>(nodes: &'a [GraphNode], id: &str) -> &'a str {
    nodes.iter().find(|node| node.id == id).map_or("", |node| &node.label)
}

fn edge_words(nodes: &[GraphNode], edge: &GraphEdge) -> String {
    format!("{} · {} · {}", name(nodes, &edge.from), edge.label, name(nodes, &edge.to))
}

fn links_table(l: &L, nodes: &[GraphNode], edges: &[GraphEdge]) -> Markup {
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
                        tr {
                            th scope="row" { (name(nodes, &edge.from)) }
                            td { (edge.label) }
                            td { (name(nodes, &edge.to)) }
                        }
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

    #[test]
    fn labels_cover_neither_boxes_nor_each_other() {
        let ids: Vec<String> = (0..30).map(|n| n.to_string()).collect();
        let nodes: Vec<GraphNode> = ids.iter().map(|id| node(id)).collect();
        let edge = |from: usize, to: usize| GraphEdge {
            from: ids[from].clone(),
            to: ids[to].clone(),
            label: "Владеет 100 %".into(),
        };
        // a star whose rays are also linked with one another, some twice
        let mut edges: Vec<GraphEdge> = (1..30).map(|n| edge(0, n)).collect();
        edges.extend((1..29).map(|n| edge(n, n + 1)));
        edges.extend((1..10).map(|n| edge(n, 0)));
        let places = layout("0", &nodes, &edges);
        let ways: Vec<Option<Way>> = edges.iter().map(|edge| way(edge, &places)).collect();
        let labels = label_places(&edges, &ways, &places);
        let areas: Vec<Area> =
            labels.iter().flatten().map(|(x, y)| area("Владеет 100 %", *x, *y)).collect();
        assert!(areas.len() > edges.len() / 2, "{} of {}", areas.len(), edges.len());
        for (n, one) in areas.iter().enumerate() {
            assert!(!areas[n + 1..].iter().any(|other| touches(*one, *other)), "{one:?}");
            for (x, y) in places.values() {
                assert!(!touches(*one, (*x, *y, x + BOX_WIDTH, y + BOX_HEIGHT)), "{one:?}");
            }
        }
        // where there is room, nothing is hidden
        let few = [edge(0, 1), edge(1, 0), edge(0, 2)];
        let places = layout("0", &nodes[..3], &few);
        let ways: Vec<Option<Way>> = few.iter().map(|edge| way(edge, &places)).collect();
        assert!(label_places(&few, &ways, &places).iter().all(Option::is_some));
    }
}
