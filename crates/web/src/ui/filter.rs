//! The bar above a list: quick search, conditions as chips, and the builder that makes them. All of it
//! is one GET form: `field=…&op=…&value=…` repeated in order, so that it works without scripts and the
//! address of a filtered list can be kept and sent.

use maud::{Markup, html};

use super::field::Opt;
use super::query::query_string;
use crate::i18n::L;
use crate::icons::icon;

/// What a condition compares with.
#[derive(Clone, Debug)]
pub enum FilterValue {
    /// A text.
    Text,
    /// A number or an amount; people may type `1,5 млн`.
    Number,
    /// A date; people may type `-30` or `23.11.2026`.
    Date,
    /// One of a list.
    Choice(Vec<Opt>),
    /// Nothing (the operator says it all: "is empty").
    None,
}

/// A field one may filter by.
#[derive(Clone, Debug)]
pub struct FilterField {
    /// What is sent as `field`.
    pub name: String,
    /// Words.
    pub label: String,
    /// What is sent as `op`, with its words, in order of use.
    pub operators: Vec<Opt>,
    /// What it is compared with.
    pub value: FilterValue,
}

/// One condition of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Name of the field.
    pub field: String,
    /// Code of the operator.
    pub operator: String,
    /// The value as typed.
    pub value: String,
}

impl Condition {
    /// Reads the conditions of a query: every `field` opens one, `op` and `value` complete it. Those
    /// without a field or an operator are dropped. Whether the names exist is for the list to check.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Condition> {
        let mut found: Vec<Condition> = Vec::new();
        for (name, value) in pairs {
            match (name, found.last_mut()) {
                ("field", _) => found.push(Condition {
                    field: value.to_owned(),
                    operator: String::new(),
                    value: String::new(),
                }),
                ("op", Some(last)) => last.operator = value.to_owned(),
                ("value", Some(last)) => last.value = value.to_owned(),
                _ => {}
            }
        }
        found.retain(|condition| !condition.field.is_empty() && !condition.operator.is_empty());
        found
    }

    /// The pairs of conditions, as [`Condition::parse`] reads them.
    pub fn pairs(conditions: &[Condition]) -> Vec<(&str, &str)> {
        conditions
            .iter()
            .flat_map(|c| {
                [
                    ("field", c.field.as_str()),
                    ("op", c.operator.as_str()),
                    ("value", c.value.as_str()),
                ]
            })
            .collect()
    }
}

/// The bar above a list.
#[derive(Default)]
pub struct FilterBar {
    id: String,
    fields: Vec<FilterField>,
    conditions: Vec<Condition>,
    keep: Vec<(String, String)>,
    search: Option<(String, String)>,
    end: Option<Markup>,
    later: Option<String>,
    action: Option<String>,
}

impl FilterBar {
    /// A bar; `id` is unique on the page.
    pub fn new(
        id: impl Into<String>,
        fields: Vec<FilterField>,
        conditions: Vec<Condition>,
    ) -> Self {
        Self { id: id.into(), fields, conditions, ..Self::default() }
    }
    /// A parameter of the address to keep (sort, view). Not the page: a new filter starts at the first.
    #[must_use]
    pub fn keep(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.keep.push((name.into(), value.into()));
        self
    }
    /// A quick search field (`q`) with its present value and example.
    #[must_use]
    pub fn search(mut self, value: impl Into<String>, placeholder: impl Into<String>) -> Self {
        self.search = Some((value.into(), placeholder.into()));
        self
    }
    /// What stands at the right end (columns, export).
    #[must_use]
    pub fn end(mut self, end: Markup) -> Self {
        self.end = Some(end);
        self
    }

    /// The builder is fetched from this address when it is opened: for a list that is drawn often and
    /// whose fields have long lists of values. What answers there gives [`FilterBar::form`].
    #[must_use]
    pub fn later(mut self, address: impl Into<String>) -> Self {
        self.later = Some(address.into());
        self
    }
    /// Where the builder's conditions go when it stands on another page than the list.
    #[must_use]
    pub fn action(mut self, address: impl Into<String>) -> Self {
        self.action = Some(address.into());
        self
    }

    /// The markup.
    pub fn render(&self, l: &L) -> Markup {
        html! {
            div.filter {
                @if let Some((value, example)) = &self.search { (self.search_form(l, value, example)) }
                (self.builder(l))
                @for at in 0..self.conditions.len() { (self.chip(l, at)) }
                @if let Some(end) = &self.end { div.filter-end { (end) } }
            }
        }
    }

    fn search_form(&self, l: &L, value: &str, example: &str) -> Markup {
        html! {
            form.filter-search method="get" role="search" {
                (self.hidden(false))
                @for (name, value) in Condition::pairs(&self.conditions) { input type="hidden" name=(name) value=(value); }
                (icon("search"))
                input type="search" name="q" value=(value) placeholder=(example) aria-label=(l.t("ui-search")) autocomplete="off";
            }
        }
    }

    fn hidden(&self, with_search: bool) -> Markup {
        html! {
            @for (name, value) in &self.keep { input type="hidden" name=(name) value=(value); }
            @if let (true, Some((value, _))) = (with_search, &self.search) { input type="hidden" name="q" value=(value); }
        }
    }

    fn chip(&self, l: &L, at: usize) -> Markup {
        let Some(condition) = self.conditions.get(at) else {
            return html! {};
        };
        let field = self.fields.iter().find(|f| f.name == condition.field);
        let label = field.map_or(condition.field.as_str(), |f| f.label.as_str());
        let operator = field
            .and_then(|f| f.operators.iter().find(|o| o.value == condition.operator))
            .map_or(condition.operator.as_str(), |o| o.label.as_str());
        let value = match field.map(|f| &f.value) {
            Some(FilterValue::Choice(options)) => options
                .iter()
                .find(|o| o.value == condition.value)
                .map_or(condition.value.as_str(), |o| o.label.as_str()),
            Some(
                FilterValue::Text | FilterValue::Number | FilterValue::Date | FilterValue::None,
            )
            | None => condition.value.as_str(),
        };
        let words = format!("{label} {operator} {value}");
        let remove = format!("{}: {words}", l.t("ui-filter-remove"));
        html! {
            span.chip {
                span.chip-field { (label) } " " (operator) " " strong { (value) }
                a href=(self.without(at)) aria-label=(remove) title=(l.t("ui-filter-remove")) { (icon("x")) }
            }
        }
    }

    /// The address of the list without one condition.
    fn without(&self, at: usize) -> String {
        let mut rest = self.conditions.clone();
        if at < rest.len() {
            rest.remove(at);
        }
        self.address(&rest)
    }

    fn address(&self, conditions: &[Condition]) -> String {
        let keep = self.keep.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let search = self.search.iter().map(|(value, _)| ("q", value.as_str()));
        let search = search.filter(|(_, value)| !value.is_empty());
        query_string(keep.chain(search).chain(Condition::pairs(conditions)))
    }

    fn builder(&self, l: &L) -> Markup {
        let panel = format!("{}-filter", self.id);
        let number = self.conditions.len();
        html! {
            span.menu-anchor {
                button.btn type="button" popovertarget=(panel) aria-haspopup="dialog" {
                    (icon("filter")) span { (l.t("ui-filter")) }
                    @if number > 0 { span.count { (number) } }
                }
                @match &self.later {
                    // without scripts the link leads to the builder as a page
                    Some(src) => div.menu.filter-panel id=(panel) popover role="dialog" aria-label=(l.t("ui-filter")) data-later-src=(src) {
                        a.menu-item href=(src) { (icon("filter")) span { (l.t("ui-filter-all")) } }
                    },
                    None => div.menu.filter-panel id=(panel) popover role="dialog" aria-label=(l.t("ui-filter")) { (self.form(l)) },
                }
            }
        }
    }

    /// The builder alone.
    pub fn form(&self, l: &L) -> Markup {
        html! {
            form.filter-form method="get" action=[self.action.as_ref()] {
                (self.hidden(true))
                div.filter-title { (l.t("ui-filter-all")) }
                div data-filter-rows {
                    @for condition in &self.conditions { (self.row(l, Some(condition))) }
                }
                // Without scripts every field has a line; one left at the dash asks for nothing.
                noscript { @for field in &self.fields { (fixed_row(l, field)) } }
                template data-filter-template { (self.row(l, None)) }
                @for field in &self.fields {
                    template data-filter-field=(field.name) { (parts(l, field, None)) }
                }
                div.filter-actions {
                    button.btn.quiet type="button" data-filter-add { (icon("plus")) span { (l.t("ui-filter-add")) } }
                    a.btn.quiet href={ (self.action.as_deref().unwrap_or_default()) (self.address(&[])) } { (l.t("ui-reset")) }
                    button.btn.primary type="submit" { (l.t("ui-apply")) }
                }
            }
        }
    }

    fn row(&self, l: &L, condition: Option<&Condition>) -> Markup {
        let chosen = condition
            .and_then(|c| self.fields.iter().find(|f| f.name == c.field))
            .or(self.fields.first());
        html! {
            div.filter-row data-filter-row {
                span.select {
                    select name="field" aria-label=(l.t("ui-filter-field")) {
                        @for field in &self.fields {
                            option value=(field.name)
                                selected[condition.is_some_and(|c| c.field == field.name)] { (field.label) }
                        }
                    }
                    (icon("chevrons-up-down"))
                }
                span.filter-parts data-filter-parts {
                    @if let Some(field) = chosen { (parts(l, field, condition)) }
                }
                button.btn.quiet.square type="button" data-filter-remove
                    aria-label=(l.t("ui-filter-remove")) title=(l.t("ui-filter-remove")) { (icon("x")) }
            }
        }
    }
}

/// A line for one field, with an operator that stands for "not asked".
fn fixed_row(l: &L, field: &FilterField) -> Markup {
    let mut field = field.clone();
    field.operators.insert(0, Opt::new("", "—"));
    html! {
        div.filter-row {
            input type="hidden" name="field" value=(field.name);
            span { (field.label) }
            span.filter-parts { (parts(l, &field, None)) }
        }
    }
}

/// The operator and the value of one field.
fn parts(l: &L, field: &FilterField, condition: Option<&Condition>) -> Markup {
    let operator = condition.map(|c| c.operator.as_str()).unwrap_or_default();
    let value = condition.map(|c| c.value.as_str()).unwrap_or_default();
    let label = l.t("ui-filter-value");
    html! {
        span.select {
            select name="op" aria-label=(l.t("ui-filter-operator")) {
                @for option in &field.operators {
                    option value=(option.value) selected[option.value == operator] { (option.label) }
                }
            }
            (icon("chevrons-up-down"))
        }
        @match &field.value {
            FilterValue::Text => input type="text" name="value" value=(value) aria-label=(label);,
            FilterValue::Number => input.num type="text" inputmode="decimal" name="value" value=(value) aria-label=(label);,
            FilterValue::Date => input.num type="text" name="value" value=(value) aria-label=(label) placeholder=(l.t("ui-date-example"));,
            FilterValue::Choice(options) => span.select {
                select name="value" aria-label=(label) {
                    @for option in options {
                        option value=(option.value) selected[option.value == value] { (option.label) }
                    }
                }
                (icon("chevrons-up-down"))
            },
            FilterValue::None => input type="hidden" name="value" value="";,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_survive_the_address() {
        let query = [
            ("sort", "name"),
            ("field", "city"),
            ("op", "is"),
            ("value", "Прага"),
            ("field", ""),
            ("op", "is"),
            ("field", "name"),
            ("op", ""),
            ("value", "x"),
            ("field", "vip"),
            ("op", "yes"),
            ("value", ""),
        ];
        let parsed = Condition::parse(query);
        assert_eq!(parsed.len(), 2);
        assert_eq!(Condition::parse(Condition::pairs(&parsed)), parsed);
        let bar = FilterBar::new("x", Vec::new(), parsed).keep("sort", "name");
        assert_eq!(bar.without(0), "?sort=name&field=vip&op=yes&value=");
    }
}
