//! A list of facts: label and value, each with where it came from, who wrote it and how old it is.

use kernel::Timestamp;
use maud::{Markup, html};

use crate::format;
use crate::i18n::L;
use crate::icons::icon;

/// Where a value came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The system, document or channel, in words: `АБС`, `Passport scan`.
    pub origin: String,
    /// Who wrote it, if a person did.
    pub author: Option<String>,
    /// When it was written.
    pub at: Timestamp,
    /// True when the value is old enough to be asked about again.
    pub is_stale: bool,
}

struct Line {
    label: String,
    value: Option<Markup>,
    source: Option<Source>,
    edit: Option<String>,
}

/// A list of facts.
#[derive(Default)]
pub struct Kv {
    id: String,
    lines: Vec<Line>,
    is_wide: bool,
}

impl Kv {
    /// A list; `id` is unique on the page (the source popovers use it).
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
    /// Two columns where there is room.
    #[must_use]
    pub fn two_columns(mut self) -> Self {
        self.is_wide = true;
        self
    }
    /// A fact.
    #[must_use]
    pub fn line(mut self, label: impl Into<String>, value: Markup) -> Self {
        self.lines.push(Line { label: label.into(), value: Some(value), source: None, edit: None });
        self
    }
    /// A fact as plain text; an empty text shows as "not given".
    #[must_use]
    pub fn text(mut self, label: impl Into<String>, value: &str) -> Self {
        let value = (!value.is_empty()).then(|| html! { (value) });
        self.lines.push(Line { label: label.into(), value, source: None, edit: None });
        self
    }
    /// A fact the bank does not hold.
    #[must_use]
    pub fn missing(mut self, label: impl Into<String>) -> Self {
        self.lines.push(Line { label: label.into(), value: None, source: None, edit: None });
        self
    }
    /// Where the last added value came from.
    #[must_use]
    pub fn from_source(mut self, source: Source) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.source = Some(source);
        }
        self
    }
    /// A page that edits the last added value, opened as a dialog.
    #[must_use]
    pub fn edit(mut self, src: impl Into<String>) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.edit = Some(src.into());
        }
        self
    }
    /// The markup.
    pub fn render(&self, l: &L) -> Markup {
        html! {
            dl.kv.two[self.is_wide] {
                @for (at, line) in self.lines.iter().enumerate() {
                    div.kv-line {
                        dt { (line.label) }
                        dd {
                            @match &line.value {
                                Some(value) => span.kv-value { (value) },
                                None => span.kv-none { (l.t("ui-not-given")) },
                            }
                            @if let Some(source) = &line.source {
                                (source_mark(l, &format!("{}-{at}", self.id), &line.label, source))
                            }
                            @if let Some(src) = &line.edit {
                                a.kv-edit href=(src) data-dialog-src=(src)
                                    aria-label=(l.ta("ui-edit-what", &[("what", (&line.label).into())])) {
                                    (icon("pencil"))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn source_mark(l: &L, id: &str, label: &str, source: &Source) -> Markup {
    let age = format::relative(l, source.at);
    let name = l.ta("ui-source-of", &[("what", label.into())]);
    html! {
        span.menu-anchor {
            button.source-mark.stale[source.is_stale] type="button" popovertarget=(id)
                aria-label=(name) title=(format!("{} · {age}", source.origin)) {
                @if source.is_stale { (icon("history")) } @else { (icon("info")) }
            }
            div.menu.source-card id=(id) popover {
                dl.kv {
                    div.kv-line { dt { (l.t("ui-source")) } dd { (source.origin) } }
                    @if let Some(author) = &source.author {
                        div.kv-line { dt { (l.t("ui-source-author")) } dd { (author) } }
                    }
                    div.kv-line { dt { (l.t("ui-source-when")) } dd { (format::datetime(l, source.at)) " · " (age) } }
                }
                @if source.is_stale {
                    p.source-stale { (icon("triangle-alert")) (l.t("ui-source-stale")) }
                }
            }
        }
    }
}
