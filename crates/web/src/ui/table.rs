//! The table: sticky head, pinned first column, numbers at the right, sort links, row choice with a bar
//! of bulk actions, paging by key. At 390 px every row becomes a card. Works without scripts.

use maud::{Markup, html};

use super::shell::Density;
use super::table_row::{Row, row_markup};
use crate::i18n::L;
use crate::icons::icon;

/// Which side the values of a column stand on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Start,
    /// Numbers, money.
    End,
}

/// How a column is sorted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortDirection {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// The word in the head, and before the value on a card.
    pub label: String,
    /// Side of the values.
    pub align: Align,
    /// Address that sorts by this column (the next direction), if it can be sorted.
    pub sort_href: Option<String>,
    /// How it is sorted now.
    pub sorted: Option<SortDirection>,
    /// True when it may shrink and cut its text (the full text stands in the tooltip).
    pub is_wide: bool,
}

impl Column {
    /// A column of words.
    pub fn text(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            align: Align::Start,
            sort_href: None,
            sorted: None,
            is_wide: false,
        }
    }
    /// A column of numbers.
    pub fn number(label: impl Into<String>) -> Self {
        Self { align: Align::End, ..Self::text(label) }
    }
    /// Lets the column take the room that is left.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.is_wide = true;
        self
    }
    /// Makes the head a sort link; `sorted` is the present direction.
    #[must_use]
    pub fn sort(mut self, href: impl Into<String>, sorted: Option<SortDirection>) -> Self {
        self.sort_href = Some(href.into());
        self.sorted = sorted;
        self
    }
}

/// Paging by key: addresses of the neighbours; nothing is counted that nobody asked for.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
    /// What is shown, in words: `1–50`, `50 на странице`.
    pub words: String,
}

/// An action on the chosen rows.
#[derive(Clone, Debug)]
pub struct BulkAction {
    /// Where the form with the chosen ids (`id=…`) is posted.
    pub action: String,
    /// Icon.
    pub icon: &'static str,
    /// Words.
    pub label: String,
    /// True when it opens its page in a dialog (the ids are added to the address).
    pub is_dialog: bool,
}

impl BulkAction {
    /// An action that posts at once.
    pub fn post(action: impl Into<String>, icon: &'static str, label: impl Into<String>) -> Self {
        Self { action: action.into(), icon, label: label.into(), is_dialog: false }
    }
    /// An action that first asks in a dialog.
    pub fn dialog(action: impl Into<String>, icon: &'static str, label: impl Into<String>) -> Self {
        Self { is_dialog: true, ..Self::post(action, icon, label) }
    }
}

/// A table.
pub struct Table {
    id: String,
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    sums: Vec<Option<Markup>>,
    bulk: Vec<BulkAction>,
    pager: Option<Pager>,
    empty: Option<Markup>,
    density: Density,
    live: Option<(String, String)>,
}

impl Table {
    /// A table; `id` is unique on the page, `caption` says what it lists (read aloud, not shown).
    pub fn new(id: impl Into<String>, caption: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            caption: caption.into(),
            columns: Vec::new(),
            rows: Vec::new(),
            sums: Vec::new(),
            bulk: Vec::new(),
            pager: None,
            empty: None,
            density: Density::default(),
            live: None,
        }
    }
    /// Adds a column.
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }
    /// Adds a row.
    #[must_use]
    pub fn row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }
    /// Adds rows.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }
    /// The sums under the columns, one per column, `None` where a sum means nothing.
    #[must_use]
    pub fn sums(mut self, sums: Vec<Option<Markup>>) -> Self {
        self.sums = sums;
        self
    }
    /// Adds an action on chosen rows; the rows get check boxes.
    #[must_use]
    pub fn bulk(mut self, action: BulkAction) -> Self {
        self.bulk.push(action);
        self
    }
    /// The paging line.
    #[must_use]
    pub fn pager(mut self, pager: Pager) -> Self {
        self.pager = Some(pager);
        self
    }
    /// What to show instead when there are no rows.
    #[must_use]
    pub fn empty(mut self, state: Markup) -> Self {
        self.empty = Some(state);
        self
    }
    /// Row height.
    #[must_use]
    pub fn density(mut self, density: Density) -> Self {
        self.density = density;
        self
    }
    /// Refreshes itself from `src` when `topic` changes.
    #[must_use]
    pub fn live(mut self, topic: impl Into<String>, src: impl Into<String>) -> Self {
        self.live = Some((topic.into(), src.into()));
        self
    }

    /// The markup.
    pub fn render(&self, l: &L) -> Markup {
        let (topic, src) = match &self.live {
            Some((topic, src)) => (Some(topic), Some(src)),
            None => (None, None),
        };
        html! {
            div.table-frame id=(self.id) data-live=[topic] data-live-src=[src] {
                @if self.rows.is_empty() {
                    @match &self.empty {
                        Some(state) => (state),
                        None => (super::state::empty("inbox", &l.t("ui-empty"), &l.t("ui-empty-words"), None)),
                    }
                } @else {
                    div.table-scroll tabindex="0" role="region" aria-label=(self.caption) {
                        table class={ "table " (self.density.class()) } data-table {
                            caption.hidden { (self.caption) }
                            (self.head(l))
                            tbody {
                                @for row in &self.rows { (row_markup(l, self, row)) }
                            }
                            @if !self.sums.is_empty() { (self.foot(l)) }
                        }
                    }
                }
                @if !self.bulk.is_empty() && !self.rows.is_empty() { (self.selection_bar(l)) }
                @if let Some(pager) = &self.pager { (pager_line(l, pager)) }
            }
        }
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The id of the form the check boxes belong to, when rows can be chosen.
    pub(super) fn bulk_form(&self) -> Option<String> {
        (!self.bulk.is_empty()).then(|| format!("{}-bulk", self.id))
    }

    fn has_actions(&self) -> bool {
        self.rows.iter().any(|row| row.actions.is_some())
    }

    fn head(&self, l: &L) -> Markup {
        html! {
            thead { tr {
                @if !self.bulk.is_empty() {
                    th.check { input type="checkbox" data-check-all aria-label=(l.t("ui-choose-all")); }
                }
                @for column in &self.columns {
                    th scope="col" .end[column.align == Align::End] .wide[column.is_wide]
                        aria-sort=[aria_sort(column)] {
                        @match &column.sort_href {
                            Some(href) => a.sort href=(href) { (column.label) (sort_icon(column.sorted)) },
                            None => (column.label),
                        }
                    }
                }
                @if self.has_actions() { th.row-actions { span.hidden { (l.t("ui-actions")) } } }
            } }
        }
    }

    fn foot(&self, l: &L) -> Markup {
        html! {
            tfoot { tr {
                @if !self.bulk.is_empty() { td.check {} }
                @for (at, column) in self.columns.iter().enumerate() {
                    @match self.sums.get(at) {
                        Some(Some(sum)) => td.end[column.align == Align::End] data-label=(column.label) { (sum) },
                        _ => td { @if at == 0 { (l.t("ui-total")) } },
                    }
                }
                @if self.has_actions() { td {} }
            } }
        }
    }

    fn selection_bar(&self, l: &L) -> Markup {
        html! {
            form.selection-bar id=[self.bulk_form()] method="post" data-selection
                data-words=(l.t("ui-chosen")) aria-label=(l.t("ui-chosen-actions")) {
                span.selection-count role="status" { (l.t("ui-choose-rows")) }
                @for action in &self.bulk {
                    button.btn type="submit" formaction=(action.action)
                        formmethod=[action.is_dialog.then_some("get")]
                        data-dialog-form[action.is_dialog] { (icon(action.icon)) span { (action.label) } }
                }
                button.btn.quiet type="reset" data-clear { (icon("x")) span { (l.t("ui-choose-none")) } }
            }
        }
    }
}

fn aria_sort(column: &Column) -> Option<&'static str> {
    column.sorted.map(|direction| match direction {
        SortDirection::Ascending => "ascending",
        SortDirection::Descending => "descending",
    })
}

fn sort_icon(sorted: Option<SortDirection>) -> Markup {
    match sorted {
        Some(SortDirection::Ascending) => icon("arrow-up"),
        Some(SortDirection::Descending) => icon("arrow-down"),
        None => icon("chevrons-up-down"),
    }
}

fn pager_line(l: &L, pager: &Pager) -> Markup {
    html! {
        nav.pager aria-label=(l.t("ui-pages")) {
            span.pager-words { (pager.words) }
            @match &pager.previous {
                Some(href) => a.btn href=(href) rel="prev" { (icon("chevron-left")) span { (l.t("ui-previous")) } },
                None => span.btn aria-disabled="true" { (icon("chevron-left")) span { (l.t("ui-previous")) } },
            }
            @match &pager.next {
                Some(href) => a.btn href=(href) rel="next" { span { (l.t("ui-next")) } (icon("chevron-right")) },
                None => span.btn aria-disabled="true" { span { (l.t("ui-next")) } (icon("chevron-right")) },
            }
        }
    }
}
