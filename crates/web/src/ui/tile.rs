//! Tiles: the money row of a client and the figures on a dashboard.

use kernel::Money;
use maud::{Markup, html};

use super::badge::Tone;
use crate::format;
use crate::i18n::L;
use crate::icons::icon;

/// One tile of the money row.
#[derive(Clone, Debug)]
pub struct Tile {
    /// What the sum is.
    pub label: String,
    /// The sum; `None` when the client has no such product at all, which is not the same as zero.
    pub amount: Option<Money>,
    /// What to say when there is none: `Нет счёта`, `No account`.
    pub none: String,
    /// A quiet line under the sum.
    pub note: Option<Markup>,
    /// Where the number opens its list.
    pub href: Option<String>,
}

impl Tile {
    /// A tile; `none` is said when `amount` is `None`.
    pub fn new(label: impl Into<String>, amount: Option<Money>, none: impl Into<String>) -> Self {
        Self { label: label.into(), amount, none: none.into(), note: None, href: None }
    }
    /// Adds a quiet line.
    #[must_use]
    pub fn note(mut self, note: Markup) -> Self {
        self.note = Some(note);
        self
    }
    /// Adds a link.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
}

/// The money row: whole units on the tile, the exact sum in the tooltip, "none" told from zero.
pub fn money_row(l: &L, tiles: &[Tile]) -> Markup {
    html! {
        div.money-row {
            @for tile in tiles {
                div.money-tile {
                    div.tile-label { (tile.label) }
                    @match tile.amount {
                        Some(amount) => div.tile-value title=(format::money(l.lang, amount)) {
                            @if let Some(href) = &tile.href {
                                a href=(href) { (format::money_whole(l.lang, amount)) }
                            } @else { (format::money_whole(l.lang, amount)) }
                        },
                        None => div.tile-value.none { (icon("minus")) (tile.none) },
                    }
                    @if let Some(note) = &tile.note { div.tile-note { (note) } }
                }
            }
        }
    }
}

/// A figure of a dashboard: label, value as text, an optional change with its tone, and where it leads.
pub fn stat(label: &str, value: &str, change: Option<(Tone, &str)>, href: Option<&str>) -> Markup {
    let inside = html! {
        span.tile-label { (label) }
        span.tile-value { (value) }
        @if let Some((tone, text)) = change {
            span class={ "stat-change " (tone.class()) } {
                @match tone {
                    Tone::Good => (icon("trending-up")),
                    Tone::Danger => (icon("trending-down")),
                    Tone::Attention | Tone::Info | Tone::Neutral => (icon(tone.icon())),
                }
                (text)
            }
        }
    };
    html! {
        @match href {
            Some(href) => a.stat href=(href) { (inside) },
            None => div.stat { (inside) },
        }
    }
}

/// Figures side by side.
pub fn stat_row(stats: &[Markup]) -> Markup {
    html! { div.stat-row { @for stat in stats { (stat) } } }
}
