//! Buttons, and links that look like buttons.

use maud::{Markup, html};

use crate::i18n::L;
use crate::icons::icon;

/// How a button looks and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Primary,
    Secondary,
    Quiet,
    Danger,
}

/// A button or a link that acts. Verbs as labels.
#[derive(Clone, Debug)]
pub struct Button {
    label: String,
    look: Look,
    icon: Option<&'static str>,
    href: Option<String>,
    dialog: Option<String>,
    name_value: Option<(String, String)>,
    form: Option<String>,
    key_hint: Option<&'static str>,
    is_submit: bool,
    disabled_why: Option<String>,
    attributes: Vec<(&'static str, String)>,
}

impl Button {
    fn new(label: impl Into<String>, look: Look) -> Self {
        Self {
            label: label.into(),
            look,
            icon: None,
            href: None,
            dialog: None,
            name_value: None,
            form: None,
            key_hint: None,
            is_submit: false,
            disabled_why: None,
            attributes: Vec::new(),
        }
    }
    /// The one main action of a page or form.
    pub fn primary(label: impl Into<String>) -> Self {
        Self::new(label, Look::Primary)
    }
    /// Any other action.
    pub fn secondary(label: impl Into<String>) -> Self {
        Self::new(label, Look::Secondary)
    }
    /// An action that should not draw the eye.
    pub fn quiet(label: impl Into<String>) -> Self {
        Self::new(label, Look::Quiet)
    }
    /// An action that destroys or refuses.
    pub fn danger(label: impl Into<String>) -> Self {
        Self::new(label, Look::Danger)
    }
    /// An icon before the label.
    #[must_use]
    pub fn icon(mut self, name: &'static str) -> Self {
        self.icon = Some(name);
        self
    }
    /// Makes it a link.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
    /// Makes it a link that opens its page in a dialog when scripts run.
    #[must_use]
    pub fn dialog(mut self, src: impl Into<String>) -> Self {
        self.dialog = Some(src.into());
        self
    }
    /// Makes it submit its form.
    #[must_use]
    pub fn submit(mut self) -> Self {
        self.is_submit = true;
        self
    }
    /// Makes it submit the form of this id, wherever it stands.
    #[must_use]
    pub fn of_form(mut self, id: impl Into<String>) -> Self {
        self.form = Some(id.into());
        self.is_submit = true;
        self
    }
    /// The name and value it sends when it submits.
    #[must_use]
    pub fn sends(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.name_value = Some((name.into(), value.into()));
        self.is_submit = true;
        self
    }
    /// The key that does the same, shown in the button: `Ctrl Enter`.
    #[must_use]
    pub fn key(mut self, key: &'static str) -> Self {
        self.key_hint = Some(key);
        self
    }
    /// Shows it as not available, with the reason in its tooltip.
    #[must_use]
    pub fn disabled(mut self, why: impl Into<String>) -> Self {
        self.disabled_why = Some(why.into());
        self
    }
    /// Any other attribute, for example `hx-post` or `data-go`.
    #[must_use]
    pub fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// The markup.
    pub fn render(&self) -> Markup {
        let class = match self.look {
            Look::Primary => "btn primary",
            Look::Secondary => "btn",
            Look::Quiet => "btn quiet",
            Look::Danger => "btn danger",
        };
        let link = self.href.as_ref().or(self.dialog.as_ref());
        let mut tag =
            Tag::new(if link.is_some() && self.disabled_why.is_none() { "a" } else { "button" });
        tag.attr("class", class);
        match (&self.disabled_why, link) {
            (Some(why), _) => {
                tag.attr("type", "button");
                tag.attr("aria-disabled", "true");
                tag.attr("title", why);
            }
            (None, Some(href)) => {
                tag.attr("href", href);
                if let Some(src) = &self.dialog {
                    tag.attr("data-dialog-src", src);
                }
            }
            (None, None) => tag.attr("type", if self.is_submit { "submit" } else { "button" }),
        }
        if let Some((name, value)) = &self.name_value {
            tag.attr("name", name);
            tag.attr("value", value);
        }
        if let Some(form) = &self.form {
            tag.attr("form", form);
        }
        for (name, value) in &self.attributes {
            tag.attr(name, value);
        }
        tag.wrap(&html! {
            @if let Some(name) = self.icon { (icon(name)) }
            span { (self.label) }
            @if let Some(key) = self.key_hint { kbd { (key) } }
        })
    }
}

impl maud::Render for Button {
    fn render(&self) -> Markup {
        Button::render(self)
    }
}

/// A tag whose attributes are known only at run time; maud has fixed ones only.
pub(super) struct Tag {
    name: &'static str,
    text: String,
}

impl Tag {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, text: format!("<{name}") }
    }
    pub(super) fn attr(&mut self, name: &str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        let escaped = html! { (value) }.into_string();
        self.text.push_str(&escaped);
        self.text.push('"');
    }
    pub(super) fn flag(&mut self, name: &str) {
        self.text.push(' ');
        self.text.push_str(name);
    }
    /// A tag without content: `<input …>`.
    pub(super) fn void(self) -> Markup {
        maud::PreEscaped(self.text + ">")
    }
    pub(super) fn wrap(self, inside: &Markup) -> Markup {
        maud::PreEscaped(format!("{}>{}</{}>", self.text, inside.0, self.name))
    }
}

/// A square button with an icon only; `label` is its name for the keyboard, tooltip and screen reader.
pub fn icon_button(name: &str, label: &str, attributes: &[(&str, &str)]) -> Markup {
    let mut tag = Tag::new("button");
    tag.attr("type", "button");
    tag.attr("class", "btn quiet square");
    tag.attr("aria-label", label);
    tag.attr("title", label);
    for (name, value) in attributes {
        tag.attr(name, value);
    }
    tag.wrap(&icon(name))
}

/// A quiet button that copies a text (a phone, an account number).
pub fn copy_button(l: &L, text: &str) -> Markup {
    icon_button("copy", &l.ta("ui-copy", &[("what", text.into())]), &[("data-copy", text)])
}
