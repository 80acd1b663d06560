//! Small charts: a sparkline for a cell, a donut for shares of a whole.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::scale::on_length;
use crate::i18n::L;

/// A line of recent values, 96 × 24 px, newest last. `label` says what it shows and how it moved.
pub fn sparkline(label: &str, values: &[i64]) -> Markup {
    let lowest = values.iter().min().copied().unwrap_or(0);
    let span = values.iter().max().copied().unwrap_or(0).saturating_sub(lowest);
    let last = i64::try_from(values.len().saturating_sub(1)).unwrap_or(1).max(1);
    let mut points = String::new();
    let mut end = (0, 12);
    for (at, value) in values.iter().enumerate() {
        let x = 2 + on_length(i64::try_from(at).unwrap_or(0), last, 90);
        let y = if span == 0 { 12 } else { 21 - on_length(value.saturating_sub(lowest), span, 18) };
        end = (x, y);
        if write!(points, "{x},{y} ").is_err() {
            break;
        }
    }
    html! {
        svg.spark width="96" height="24" viewBox="0 0 96 24" role="img" aria-label=(label) {
            title { (label) }
            polyline points=(points.trim_end()) {}
            circle cx=(end.0) cy=(end.1) r="2.5" {}
        }
    }
}

/// One part of a whole.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Words.
    pub label: String,
    /// Size; negative sizes count as nothing.
    pub value: i64,
    /// The size as it is written.
    pub written: String,
}

/// A donut with its legend. At most six slices are told apart; sum the rest up as "other" before.
/// `centre` is what stands in the hole.
pub fn donut(l: &L, title: &str, centre: &str, slices: &[Slice]) -> Markup {
    let total = slices.iter().map(|s| s.value.max(0)).fold(0_i64, i64::saturating_add);
    let share = |value: i64| on_length(value, total, 10_000);
    let mut start = 0;
    let mut arcs = Vec::new();
    for slice in slices {
        let length = share(slice.value);
        arcs.push((start, length));
        start += length;
    }
    html! {
        figure.donut {
            svg width="132" height="132" viewBox="0 0 132 132" role="img" aria-label=(title) {
                title { (title) }
                circle.track cx="66" cy="66" r="54" {}
                @for (at, (start, length)) in arcs.iter().enumerate() {
                    // A gap of half a percent keeps neighbours apart without relying on their colours.
                    circle class={ "arc c" (at % 6 + 1) } cx="66" cy="66" r="54" pathLength="10000"
                        stroke-dasharray={ ((length - 50).max(0)) " 10000" } stroke-dashoffset=(-start)
                        transform="rotate(-90 66 66)" {}
                }
                text.donut-centre x="66" y="71" text-anchor="middle" { (centre) }
            }
            figcaption {
                ul.legend.rows {
                    @for (at, slice) in slices.iter().enumerate() {
                        li {
                            span class={ "c" (at % 6 + 1) } { (slice.label) }
                            span.num { (slice.written) }
                            span.num.quiet { (l.percent((share(slice.value) + 5) / 10 * 10)) }
                        }
                    }
                }
            }
        }
    }
}
