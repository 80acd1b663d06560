//! The board: columns of stages with counts and sums, cards that are dragged, moved by keys, or moved
//! by a small form where there are no scripts.

use kernel::Money;
use maud::{Markup, html};

use super::badge::{Tone, badge, count};
use crate::i18n::L;
use crate::icons::icon;

/// One card.
pub struct BoardCard {
    /// Sent as `id`.
    pub id: String,
    /// The page of the thing.
    pub href: String,
    /// What it is.
    pub title: String,
    /// A quiet line: the client.
    pub subtitle: String,
    /// The sum of it.
    pub amount: Option<Money>,
    /// The next activity, with a tone by its date.
    pub next: Option<(Tone, String)>,
    /// Whole days in this stage.
    pub days: i64,
    /// True when it has stood here too long for the stage.
    pub is_stale: bool,
    /// The owner (an avatar) and other small marks.
    pub marks: Markup,
}

/// One stage.
pub struct BoardColumn {
    /// Sent as `stage`.
    pub stage: String,
    /// Words.
    pub label: String,
    /// How many things are in the stage, more than are shown.
    pub count: i64,
    /// Their sum.
    pub sum: Option<Money>,
    /// Their sum weighted by probability.
    pub weighted: Option<Money>,
    /// The cards that are shown.
    pub cards: Vec<BoardCard>,
    /// Where the rest is.
    pub more_href: Option<String>,
}

/// The board. A move posts `id` and `stage` to `action`; any answer but 2xx takes the card back and
/// shows the answer's text.
pub fn board(l: &L, action: &str, columns: &[BoardColumn]) -> Markup {
    html! {
        div.board data-board=(action) {
            @for column in columns {
                section.board-column data-stage=(column.stage) aria-label=(column.label) {
                    header.board-head {
                        h3 { (column.label) } (count(column.count))
                        @if let Some(sum) = column.sum {
                            div.board-sum {
                                span title=(l.money(sum)) { (l.money_compact(sum)) }
                                @if let Some(weighted) = column.weighted {
                                    span.quiet title=(l.money(weighted)) {
                                        (l.money_compact(weighted)) " " (l.t("ui-board-weighted"))
                                    }
                                }
                            }
                        }
                    }
                    div.board-cards data-cards {
                        @for card in &column.cards { (card_markup(l, action, columns, column, card)) }
                        @if column.cards.is_empty() { p.board-empty { (l.t("ui-board-empty")) } }
                    }
                    @if let Some(href) = &column.more_href { a.board-more href=(href) { (l.t("ui-more")) } }
                }
            }
        }
    }
}

fn card_markup(
    l: &L,
    action: &str,
    columns: &[BoardColumn],
    column: &BoardColumn,
    card: &BoardCard,
) -> Markup {
    html! {
        article.board-card data-card=(card.id) draggable="true" {
            a.board-title href=(card.href) draggable="false" { (card.title) }
            div.board-subtitle { (card.subtitle) }
            @if let Some(amount) = card.amount { div.board-amount.num { (l.money_whole(amount)) } }
            @if let Some((tone, words)) = &card.next {
                div class={ "board-next " (tone.class()) } { (icon("calendar")) (words) }
            }
            div.board-marks {
                @if card.is_stale { (badge(Tone::Attention, &l.t("ui-board-stale"))) }
                span.quiet { (l.ta("ui-board-days", &[("n", card.days.into())])) }
                span.board-end { (card.marks) (move_menu(l, action, columns, column, card)) }
            }
        }
    }
}

fn move_menu(
    l: &L,
    action: &str,
    columns: &[BoardColumn],
    column: &BoardColumn,
    card: &BoardCard,
) -> Markup {
    let id = format!("move-{}", card.id);
    let label = format!("{}: {}", l.t("ui-board-move"), card.title);
    html! {
        span.menu-anchor {
            button.btn.quiet.square type="button" popovertarget=(id) aria-label=(label) title=(l.t("ui-board-move")) {
                (icon("ellipsis"))
            }
            div.menu id=(id) popover data-menu {
                form method="post" action=(action) {
                    input type="hidden" name="id" value=(card.id);
                    div.menu-heading { (l.t("ui-board-move")) }
                    @for other in columns.iter().filter(|other| other.stage != column.stage) {
                        button.menu-item type="submit" name="stage" value=(other.stage) { (icon("arrow-right")) span { (other.label) } }
                    }
                }
            }
        }
    }
}
