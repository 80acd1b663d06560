//! Charts as server-made SVG: they print, need no script, and carry their numbers as a table. Colours
//! are told apart by colour-blind people; each value is also a text.

mod bars;
mod rows;
mod scale;
mod small;

pub use bars::{MonthFlow, month_chart};
pub use rows::{funnel, horizontal_bars};
pub use small::{Slice, donut, sparkline};

use maud::{Markup, html};

use crate::i18n::L;

/// The numbers behind a chart, folded under it.
fn data_table(l: &L, head: &[String], rows: &[Vec<String>]) -> Markup {
    html! {
        details.chart-data {
            summary { (l.t("ui-chart-table")) }
            table {
                thead { tr { @for (at, word) in head.iter().enumerate() { th scope="col" .end[at > 0] { (word) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (at, value) in row.iter().enumerate() {
                                @if at == 0 { th scope="row" { (value) } } @else { td.end.num { (value) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Hundredths of a percent as an SVG length: `12.34%`.
fn percent_length(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}
