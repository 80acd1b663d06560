//! One field of a form: label above, control, hint below, error below in words that say how to mend it.

use maud::{Markup, html};

use super::button::Tag;
use crate::format;
use crate::i18n::L;
use crate::icons::icon;

/// A choice of a select, radio group or combo box.
#[derive(Clone, Debug)]
pub struct Opt {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A second line under a radio choice.
    pub hint: Option<String>,
}

impl Opt {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None }
    }
    /// Adds a second line (radio groups).
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What kind of control a field is.
#[derive(Clone, Debug)]
pub enum Input {
    /// One line.
    Text,
    /// One line, hidden while typed.
    Password,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// Digits (document numbers, codes): a numeric keyboard, no spinner.
    Digits,
    /// An amount; people may type `1,5 млн`. The text is parsed by the server.
    Money {
        /// Shown at the right end: `₽`, `RUB`.
        currency: String,
    },
    /// A date; people may type `23.11.2026`, `завтра`, `+3`. A calendar button helps when scripts run.
    Date,
    /// A date and time (the browser's control).
    DateTime,
    /// Several lines.
    Textarea {
        /// Height in lines.
        rows: u32,
    },
    /// One of a few.
    Select(Vec<Opt>),
    /// One of a few, all visible.
    Radio(Vec<Opt>),
    /// Text with suggestions.
    Combobox(Vec<Opt>),
    /// Yes or no; the label stands at the right.
    Checkbox,
    /// A file; the text is the `accept` list.
    File {
        /// Media types and endings the chooser offers.
        accept: String,
    },
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    name: String,
    label: String,
    input: Input,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    placeholder: Option<String>,
    is_required: bool,
    is_checked: bool,
    is_disabled: bool,
    width: &'static str,
    attributes: Vec<(&'static str, String)>,
}

impl Field {
    /// A field; `name` is what is sent and the start of its ids.
    pub fn new(name: impl Into<String>, label: impl Into<String>, input: Input) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            input,
            value: String::new(),
            hint: None,
            error: None,
            placeholder: None,
            is_required: false,
            is_checked: false,
            is_disabled: false,
            width: "",
            attributes: Vec::new(),
        }
    }
    /// A line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Input::Text)
    }
    /// A choice from a list.
    pub fn select(name: impl Into<String>, label: impl Into<String>, options: Vec<Opt>) -> Self {
        Self::new(name, label, Input::Select(options))
    }
    /// A yes or no.
    pub fn checkbox(name: impl Into<String>, label: impl Into<String>, is_checked: bool) -> Self {
        Self { is_checked, ..Self::new(name, label, Input::Checkbox) }
    }
    /// The present value; for a check box what it sends (default `on`).
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }
    /// A line below that helps before an error happens.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// What is wrong and how to mend it.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }
    /// An example inside an empty control.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = Some(text.into());
        self
    }
    /// Marks it as required.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }
    /// Shows it without letting it be changed.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.is_disabled = true;
        self
    }
    /// As wide as a short code or number.
    #[must_use]
    pub fn narrow(mut self) -> Self {
        self.width = " narrow";
        self
    }
    /// Over the whole row of a form.
    #[must_use]
    pub fn full(mut self) -> Self {
        self.width = " full";
        self
    }
    /// Any other attribute of the control (`autocomplete`, `maxlength`, `hx-get`, `autofocus`…).
    #[must_use]
    pub fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    fn id(&self) -> String {
        format!("f-{}", self.name)
    }

    /// The markup.
    pub fn render(&self, l: &L) -> Markup {
        let invalid = if self.error.is_some() { " invalid" } else { "" };
        let class = format!("field{}{invalid}", self.width);
        match &self.input {
            Input::Checkbox => html! {
                div class={ (class) " check" } {
                    label.check-line { (self.checkbox_markup()) span { (self.label) } }
                    (self.below())
                }
            },
            Input::Radio(options) => html! {
                fieldset class={ (class) " radios" } aria-describedby=[self.described_by()] {
                    legend { (self.label) (self.required_mark(l)) }
                    @for (at, option) in options.iter().enumerate() { (self.radio_markup(at, option)) }
                    (self.below())
                }
            },
            _ => html! {
                div class=(class) {
                    label for=(self.id()) { (self.label) (self.required_mark(l)) }
                    (self.control(l))
                    (self.below())
                }
            },
        }
    }

    fn required_mark(&self, l: &L) -> Markup {
        html! {
            @if self.is_required { span.required title=(l.t("ui-required")) { "*" } }
        }
    }

    fn below(&self) -> Markup {
        html! {
            @if let Some(hint) = &self.hint { div.hint id={ (self.id()) "-hint" } { (hint) } }
            @if let Some(error) = &self.error {
                div.error id={ (self.id()) "-error" } { (icon("circle-alert")) span { (error) } }
            }
        }
    }

    fn described_by(&self) -> Option<String> {
        let mut ids = Vec::new();
        if self.error.is_some() {
            ids.push(format!("{}-error", self.id()));
        }
        if self.hint.is_some() {
            ids.push(format!("{}-hint", self.id()));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// A tag with the attributes every control has.
    fn tag(&self, name: &'static str) -> Tag {
        let mut tag = Tag::new(name);
        tag.attr("name", &self.name);
        if let Some(ids) = self.described_by() {
            tag.attr("aria-describedby", &ids);
        }
        if self.error.is_some() {
            tag.attr("aria-invalid", "true");
        }
        if self.is_required {
            tag.flag("required");
        }
        if self.is_disabled {
            tag.flag("disabled");
        }
        if let Some(text) = &self.placeholder {
            tag.attr("placeholder", text);
        }
        for (name, value) in &self.attributes {
            tag.attr(name, value);
        }
        tag
    }

    fn line(&self, kind: &str, more: &[(&str, &str)]) -> Markup {
        let mut tag = self.tag("input");
        tag.attr("id", &self.id());
        tag.attr("type", kind);
        if kind != "password" {
            tag.attr("value", &self.value);
        }
        for (name, value) in more {
            tag.attr(name, value);
        }
        tag.void()
    }

    fn control(&self, l: &L) -> Markup {
        match &self.input {
            Input::Text | Input::Checkbox | Input::Radio(_) => self.line("text", &[]),
            Input::Password => self.line("password", &[]),
            Input::Email => self.line("email", &[("inputmode", "email")]),
            Input::Phone => self.line("tel", &[("inputmode", "tel")]),
            Input::Digits => self.line("text", &[("inputmode", "numeric"), ("class", "num")]),
            Input::DateTime => self.line("datetime-local", &[]),
            Input::Money { currency } => html! {
                @let value = format::amount_typed(l.lang, &self.value);
                span.with-end { (self.clone().value(value).line("text", &[("inputmode", "decimal"), ("class", "num end")])) span.end-mark { (currency) } }
            },
            Input::Date => self.date_markup(l),
            Input::Textarea { rows } => {
                let mut tag = self.tag("textarea");
                tag.attr("id", &self.id());
                tag.attr("rows", &rows.to_string());
                tag.wrap(&html! { (self.value) })
            }
            Input::Select(options) => self.select_markup(options),
            Input::Combobox(options) => {
                let list = format!("{}-list", self.id());
                html! {
                    (self.line("text", &[("list", &list), ("autocomplete", "off")]))
                    datalist id=(list) {
                        @for option in options { option value=(option.value) { (option.label) } }
                    }
                }
            }
            Input::File { accept } => {
                let mut tag = self.tag("input");
                tag.attr("id", &self.id());
                tag.attr("type", "file");
                tag.attr("accept", accept);
                html! { span.file-field data-drop { (icon("upload")) (tag.void()) } }
            }
        }
    }

    fn date_markup(&self, l: &L) -> Markup {
        let mut field = self.clone();
        field.placeholder.get_or_insert_with(|| l.t("ui-date-example"));
        html! {
            span.with-end {
                (field.line("text", &[("class", "num"), ("data-date", ""), ("autocomplete", "off")]))
                button.end-mark type="button" data-pick-date=(self.id()) hidden
                    aria-label=(l.t("ui-pick-date")) title=(l.t("ui-pick-date")) { (icon("calendar")) }
            }
        }
    }

    fn select_markup(&self, options: &[Opt]) -> Markup {
        let mut tag = self.tag("select");
        tag.attr("id", &self.id());
        let inside = html! {
            @for option in options {
                option value=(option.value) selected[option.value == self.value] { (option.label) }
            }
        };
        html! { span.select { (tag.wrap(&inside)) (icon("chevrons-up-down")) } }
    }

    fn checkbox_markup(&self) -> Markup {
        let mut tag = self.tag("input");
        tag.attr("id", &self.id());
        tag.attr("type", "checkbox");
        if !self.value.is_empty() {
            tag.attr("value", &self.value);
        }
        if self.is_checked {
            tag.flag("checked");
        }
        tag.void()
    }

    fn radio_markup(&self, at: usize, option: &Opt) -> Markup {
        let mut tag = Tag::new("input");
        tag.attr("type", "radio");
        tag.attr("name", &self.name);
        tag.attr("id", &format!("{}-{at}", self.id()));
        tag.attr("value", &option.value);
        if option.value == self.value {
            tag.flag("checked");
        }
        if self.is_required {
            tag.flag("required");
        }
        if self.is_disabled {
            tag.flag("disabled");
        }
        html! {
            label.check-line {
                (tag.void())
                span { (option.label) @if let Some(hint) = &option.hint { span.hint { (hint) } } }
            }
        }
    }
}
