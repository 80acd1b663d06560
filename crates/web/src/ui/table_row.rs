//! Rows and cells of a table.

use kernel::Money;
use maud::{Markup, html};

use super::badge::Tone;
use super::table::{Align, Table};
use crate::format;
use crate::i18n::L;

/// Texts up to this length are never cut, so they need no tooltip.
const SHORT_CHARS: usize = 12;

/// One value in a table.
#[derive(Clone, Debug)]
pub struct Cell {
    content: Markup,
    title: Option<String>,
    class: &'static str,
}

impl Cell {
    /// Plain text; cut when too long, whole in the tooltip.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let is_long = text.chars().nth(SHORT_CHARS).is_some();
        Self { content: html! { (text) }, title: is_long.then_some(text), class: "" }
    }
    /// Any markup.
    pub fn markup(content: Markup) -> Self {
        Self { content, title: None, class: "" }
    }
    /// Secondary text.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self { class: "quiet", ..Self::text(text) }
    }
    /// An exact amount; negative amounts get the class `negative`.
    pub fn money(l: &L, amount: Money) -> Self {
        let class = if amount.minor < 0 { "num negative" } else { "num" };
        Self { content: html! { (format::money(l.lang, amount)) }, title: None, class }
    }
    /// An integer.
    pub fn number(l: &L, number: i64) -> Self {
        Self { content: html! { (l.int(number)) }, title: None, class: "num" }
    }
    /// A date.
    pub fn date(l: &L, day: kernel::Date) -> Self {
        Self { content: html! { (l.date(day)) }, title: None, class: "num" }
    }
    /// An instant, relative, with the exact time in the tooltip.
    pub fn ago(l: &L, instant: kernel::Timestamp) -> Self {
        Self { content: l.ago(instant), title: None, class: "quiet" }
    }
    /// Nothing: a dash that screen readers call "none".
    pub fn none(l: &L) -> Self {
        let label = l.t("ui-none");
        Self { content: html! { span.none title=(label) { "—" } }, title: None, class: "" }
    }
    /// Sets the tooltip.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    id: String,
    href: Option<String>,
    cells: Vec<Cell>,
    tone: Tone,
    pub(super) actions: Option<Markup>,
}

impl Row {
    /// A row of the thing with this id (sent as `id` by bulk actions).
    pub fn new(id: impl ToString) -> Self {
        Self {
            id: id.to_string(),
            href: None,
            cells: Vec::new(),
            tone: Tone::Neutral,
            actions: None,
        }
    }
    /// The page of the thing: the first cell becomes its link, and the whole row follows a click.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
    /// Adds a value, in the order of the columns.
    #[must_use]
    pub fn cell(mut self, cell: Cell) -> Self {
        self.cells.push(cell);
        self
    }
    /// Marks the row with a coloured edge; say the reason in a cell.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
    /// Actions at the end of the row, shown on hover and on focus.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }
}

/// The classes of a cell: its own and those of its column.
fn class(own: &str, is_end: bool, is_wide: bool) -> Option<String> {
    let words = [own, if is_end { "end" } else { "" }, if is_wide { "wide" } else { "" }];
    let named: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    (!named.is_empty()).then(|| named.join(" "))
}

pub(super) fn row_markup(l: &L, table: &Table, row: &Row) -> Markup {
    let tone = (row.tone != Tone::Neutral).then(|| row.tone.class());
    let form = table.bulk_form();
    html! {
        tr id={ "row-" (row.id) } data-href=[row.href.as_ref()] class=[tone] {
            @if form.is_some() {
                td.check {
                    input type="checkbox" name="id" value=(row.id) form=[form] aria-label=(l.t("ui-choose-row"));
                }
            }
            @for (at, cell) in row.cells.iter().enumerate() {
                @let column = table.columns().get(at);
                @let is_end = column.is_some_and(|c| c.align == Align::End);
                @let is_wide = column.is_some_and(|c| c.is_wide);
                @let label = column.map(|c| c.label.as_str()).unwrap_or_default();
                @if at == 0 {
                    th scope="row" class=[class(cell.class, is_end, is_wide)] data-label=(label) title=[cell.title.as_ref()] {
                        @match &row.href {
                            Some(href) => a.row-link href=(href) { (cell.content) },
                            None => (cell.content),
                        }
                    }
                } @else {
                    td class=[class(cell.class, is_end, is_wide)] data-label=(label) title=[cell.title.as_ref()] {
                        (cell.content)
                    }
                }
            }
            @if let Some(actions) = &row.actions { td.row-actions { div { (actions) } } }
        }
    }
}
