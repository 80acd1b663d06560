//! Forms: one post, all errors at once, nothing typed is lost, `Ctrl+Enter` saves.

use maud::{Markup, html};

use crate::i18n::L;
use crate::icons::icon;

/// A form that posts.
pub struct Form {
    action: String,
    id: Option<String>,
    draft: Option<String>,
    hidden: Vec<(String, String)>,
    is_multipart: bool,
    submit: Option<String>,
    cancel_href: Option<String>,
    extra: Option<Markup>,
    is_guarded: bool,
    is_destructive: bool,
    reader: Option<String>,
}

impl Form {
    /// A form that posts to `action`.
    pub fn post(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            id: None,
            draft: None,
            hidden: Vec::new(),
            is_multipart: false,
            submit: None,
            cancel_href: None,
            extra: None,
            is_guarded: true,
            is_destructive: false,
            reader: None,
        }
    }
    /// The id of the element.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
    /// Keeps what is typed in this browser tab under this key until the form is saved. Not for
    /// passwords and files, which are never kept.
    #[must_use]
    pub fn draft(mut self, key: impl Into<String>) -> Self {
        self.draft = Some(key.into());
        self
    }
    /// A value that is sent and not shown.
    #[must_use]
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }
    /// Carries files.
    #[must_use]
    pub fn multipart(mut self) -> Self {
        self.is_multipart = true;
        self
    }
    /// The verb of the save button; without it the form has no button line of its own.
    #[must_use]
    pub fn submit(mut self, label: impl Into<String>) -> Self {
        self.submit = Some(label.into());
        self
    }
    /// What it does cannot simply be taken back: its button says so by its colour.
    #[must_use]
    pub fn destructive(mut self) -> Self {
        self.is_destructive = true;
        self
    }
    /// A script carries a talk with the card that is in the reader behind this address: the form is sent again and again, each time
    /// with what the card has answered, until the answer is no more word for the card.
    #[must_use]
    pub fn reader(mut self, address: impl Into<String>) -> Self {
        self.reader = Some(address.into());
        self
    }
    /// Where cancel goes; in a dialog it closes the dialog.
    #[must_use]
    pub fn cancel(mut self, href: impl Into<String>) -> Self {
        self.cancel_href = Some(href.into());
        self
    }
    /// More buttons, at the left end of the button line.
    #[must_use]
    pub fn extra(mut self, buttons: Markup) -> Self {
        self.extra = Some(buttons);
        self
    }
    /// Does not ask before leaving with unsaved input (sign-in, search).
    #[must_use]
    pub fn unguarded(mut self) -> Self {
        self.is_guarded = false;
        self
    }
    /// The markup around `body`.
    pub fn render(&self, l: &L, body: &Markup) -> Markup {
        html! {
            form.form method="post" action=(self.action) id=[self.id.as_ref()]
                enctype=[self.is_multipart.then_some("multipart/form-data")]
                data-reader=[self.reader.as_ref()] data-draft=[self.draft.as_ref()] data-guard[self.is_guarded] data-save novalidate {
                @for (name, value) in &self.hidden { input type="hidden" name=(name) value=(value); }
                div.form-body { (body) }
                @if let Some(label) = &self.submit {
                    div.form-actions {
                        @if let Some(href) = &self.cancel_href {
                            a.btn.quiet href=(href) data-close { (l.t("ui-cancel")) }
                        }
                        button.btn.primary.destructive[self.is_destructive] type="submit" { span { (label) } kbd { "Ctrl ↵" } }
                        // behind it, though it stands to the left: Enter presses the first button there is
                        @if let Some(extra) = &self.extra { div.form-extra { (extra) } }
                    }
                }
            }
        }
    }
}

/// Fields side by side, as many as fit.
pub fn form_row(fields: &[Markup]) -> Markup {
    html! { div.form-row { @for field in fields { (field) } } }
}

/// What is wrong with the form as a whole, above its fields. Nothing when there is nothing to say.
pub fn error_summary(l: &L, messages: &[String]) -> Markup {
    html! {
        @if !messages.is_empty() {
            div.summary.danger role="alert" tabindex="-1" data-focus {
                (icon("circle-alert"))
                div {
                    strong { (l.t("ui-form-errors")) }
                    @if let [one] = messages { p { (one) } }
                    @else { ul { @for message in messages { li { (message) } } } }
                }
            }
        }
    }
}
