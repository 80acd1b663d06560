//! Menus that open from a button: links, dialogs, one-button forms. They work without scripts.

use maud::{Markup, html};

use crate::icons::icon;

/// A line of a [`Menu`].
#[derive(Clone, Debug)]
pub enum MenuItem {
    /// Goes to a page.
    Link {
        /// Address.
        href: String,
        /// Icon name.
        icon: &'static str,
        /// Words.
        label: String,
    },
    /// Opens a page in a dialog (goes to it without scripts).
    Dialog {
        /// Address of the dialog's page.
        src: String,
        /// Icon name.
        icon: &'static str,
        /// Words.
        label: String,
    },
    /// Posts a form of one button.
    Post {
        /// Address the form posts to.
        action: String,
        /// Hidden values.
        values: Vec<(String, String)>,
        /// Icon name.
        icon: &'static str,
        /// Words.
        label: String,
    },
    /// A hairline between groups.
    Line,
    /// A heading of a group.
    Heading(String),
    /// Anything else.
    Custom(Markup),
}

/// A button that opens a list of actions. Works without scripts (the browser's popover).
pub struct Menu {
    id: String,
    opener: Markup,
    opener_class: &'static str,
    /// The opener's name, when the opener itself shows no words.
    label: Option<String>,
    items: Vec<MenuItem>,
}

impl Menu {
    /// A menu with an ordinary button as its opener. `id` is unique on the page.
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        let label = label.into();
        Self {
            id: id.into(),
            opener: html! { span { (label) } (icon("chevron-down")) },
            opener_class: "btn",
            label: None,
            items: Vec::new(),
        }
    }
    /// A menu behind three dots; `label` is its name.
    pub fn dots(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            opener: icon("ellipsis"),
            opener_class: "btn quiet square",
            label: Some(label.into()),
            items: Vec::new(),
        }
    }
    /// Replaces what the opener shows, with words of its own (hidden ones will do), and its class.
    #[must_use]
    pub fn opener(mut self, class: &'static str, inside: Markup) -> Self {
        (self.opener, self.opener_class, self.label) = (inside, class, None);
        self
    }
    /// Adds a line.
    #[must_use]
    pub fn item(mut self, item: MenuItem) -> Self {
        self.items.push(item);
        self
    }
    /// Adds lines.
    #[must_use]
    pub fn items(mut self, items: impl IntoIterator<Item = MenuItem>) -> Self {
        self.items.extend(items);
        self
    }
    /// The markup.
    pub fn render(&self) -> Markup {
        html! {
            span.menu-anchor {
                button.(self.opener_class) type="button" popovertarget=(self.id)
                    aria-label=[self.label.as_ref()] title=[self.label.as_ref()] aria-haspopup="menu" { (self.opener) }
                div.menu id=(self.id) popover data-menu {
                    @for item in &self.items { (menu_item(item)) }
                }
            }
        }
    }
}

fn menu_item(item: &MenuItem) -> Markup {
    match item {
        MenuItem::Link { href, icon: name, label } => {
            html! { a.menu-item href=(href) { (icon(name)) span { (label) } } }
        }
        MenuItem::Dialog { src, icon: name, label } => {
            html! { a.menu-item href=(src) data-dialog-src=(src) { (icon(name)) span { (label) } } }
        }
        MenuItem::Post { action, values, icon: name, label } => html! {
            form.menu-form method="post" action=(action) {
                @for (key, value) in values { input type="hidden" name=(key) value=(value); }
                button.menu-item type="submit" { (icon(name)) span { (label) } }
            }
        },
        MenuItem::Line => html! { hr; },
        MenuItem::Heading(text) => html! { div.menu-heading { (text) } },
        MenuItem::Custom(markup) => html! { (markup) },
    }
}
