//! Tabs: links to parts of one object, in order of importance. Each tab has its own address.

use maud::{Markup, html};

use super::badge::count;

/// One tab.
#[derive(Clone, Debug)]
pub struct Tab {
    /// Address.
    pub href: String,
    /// Words.
    pub label: String,
    /// How many things are behind it, where that is known for free.
    pub count: Option<i64>,
    /// True for the tab that is open.
    pub is_current: bool,
}

impl Tab {
    /// A tab without a counter.
    pub fn new(href: impl Into<String>, label: impl Into<String>, is_current: bool) -> Self {
        Self { href: href.into(), label: label.into(), count: None, is_current }
    }
    /// Adds a counter.
    #[must_use]
    pub fn count(mut self, number: i64) -> Self {
        self.count = Some(number);
        self
    }
}

/// A row of tabs; `label` names the row for screen readers.
pub fn tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav.tabs aria-label=(label) data-tabs {
            @for tab in tabs {
                a href=(tab.href) aria-current=[tab.is_current.then_some("page")] {
                    (tab.label)
                    @if let Some(number) = tab.count { (count(number)) }
                }
            }
        }
    }
}
