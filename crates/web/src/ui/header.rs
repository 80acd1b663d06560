//! The head of a page: breadcrumbs where there is depth, title, what it says in one line, one primary
//! action and a few others.

use maud::{Markup, html};

use super::button::Button;
use crate::i18n::L;
use crate::icons::icon;

/// One step of the path to a page.
#[derive(Clone, Debug)]
pub struct Crumb {
    /// Address.
    pub href: String,
    /// Words.
    pub label: String,
}

impl Crumb {
    /// One step.
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// The head of a page.
#[derive(Default)]
pub struct PageHeader {
    title: String,
    crumbs: Vec<Crumb>,
    lead: Option<Markup>,
    before: Option<Markup>,
    marks: Option<Markup>,
    primary: Option<Button>,
    others: Vec<Markup>,
}

impl PageHeader {
    /// A head with a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
    /// Adds a step of the path.
    #[must_use]
    pub fn crumb(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.crumbs.push(Crumb::new(href, label));
        self
    }
    /// One quiet line under the title.
    #[must_use]
    pub fn lead(mut self, lead: Markup) -> Self {
        self.lead = Some(lead);
        self
    }
    /// A mark before the title (an avatar).
    #[must_use]
    pub fn before(mut self, mark: Markup) -> Self {
        self.before = Some(mark);
        self
    }
    /// Badges after the title.
    #[must_use]
    pub fn marks(mut self, marks: Markup) -> Self {
        self.marks = Some(marks);
        self
    }
    /// The one primary action.
    #[must_use]
    pub fn primary(mut self, button: Button) -> Self {
        self.primary = Some(button);
        self
    }
    /// Another action (a button or a menu).
    #[must_use]
    pub fn other(mut self, action: Markup) -> Self {
        self.others.push(action);
        self
    }
    /// The markup.
    pub fn render(&self, l: &L) -> Markup {
        html! {
            header.page-head {
                @if !self.crumbs.is_empty() {
                    nav.crumbs aria-label=(l.t("ui-breadcrumbs")) {
                        @for crumb in &self.crumbs {
                            a href=(crumb.href) { (crumb.label) } (icon("chevron-right"))
                        }
                    }
                }
                div.page-head-row {
                    @if let Some(mark) = &self.before { (mark) }
                    div.page-head-words {
                        div.page-title { h1 { (self.title) } @if let Some(marks) = &self.marks { (marks) } }
                        @if let Some(lead) = &self.lead { div.page-lead { (lead) } }
                    }
                    @if self.primary.is_some() || !self.others.is_empty() {
                        div.page-actions {
                            @for other in &self.others { (other) }
                            @if let Some(button) = &self.primary { (button) }
                        }
                    }
                }
            }
        }
    }
}
