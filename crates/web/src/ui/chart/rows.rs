//! Charts made of rows: bars for comparing, a funnel for what is left after each stage.

use maud::{Markup, html};

use super::percent_length;
use super::scale::on_length;
use crate::i18n::L;

/// Bars with a label and the value as text. `rows` are label, value for the length, and the value as
/// it is written; the longest bar fills the width. Each may lead somewhere.
pub fn horizontal_bars(label: &str, rows: &[(String, i64, String, Option<String>)]) -> Markup {
    let longest = rows.iter().map(|row| row.1).max().unwrap_or(0);
    html! {
        ul.hbars aria-label=(label) {
            @for (words, value, written, href) in rows {
                li {
                    @match href {
                        Some(href) => a.hbar-label href=(href) { (words) },
                        None => span.hbar-label { (words) },
                    }
                    svg.hbar width="100%" height="8" aria-hidden="true" {
                        rect.track width="100%" height="8" rx="2" {}
                        rect.c1 width=(percent_length(on_length(*value, longest, 10_000))) height="8" rx="2" {}
                    }
                    span.hbar-value.num { (written) }
                }
            }
        }
    }
}

/// A funnel: stages with how many came so far; the share of the stage before stands beside each.
pub fn funnel(l: &L, label: &str, stages: &[(String, i64)]) -> Markup {
    let widest = stages.iter().map(|stage| stage.1).max().unwrap_or(0);
    html! {
        ol.hbars.funnel aria-label=(label) {
            @for (at, (words, number)) in stages.iter().enumerate() {
                @let width = on_length(*number, widest, 10_000);
                @let before = at.checked_sub(1).and_then(|before| stages.get(before)).map(|stage| stage.1);
                li {
                    span.hbar-label { (words) }
                    svg.hbar width="100%" height="20" aria-hidden="true" {
                        rect.c1 x=(percent_length((10_000 - width) / 2)) width=(percent_length(width)) height="20" rx="3" {}
                    }
                    span.hbar-value.num {
                        (l.int(*number))
                        @if let Some(before) = before {
                            span.quiet { (l.percent(on_length(*number, before, 1_000) * 10)) }
                        }
                    }
                }
            }
        }
    }
}
