//! Panels and the few layouts pages are put together from.

use maud::{Markup, html};

/// A titled part of a page.
#[derive(Default)]
pub struct Panel {
    title: String,
    id: Option<String>,
    icon: Option<&'static str>,
    live: Option<(String, String)>,
    actions: Option<Markup>,
    footer: Option<Markup>,
    is_flush: bool,
    fold: Option<bool>,
}

impl Panel {
    /// A panel with a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
    /// The id of the element (targets, anchors, live updates).
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
    /// An icon before the title.
    #[must_use]
    pub fn icon(mut self, name: &'static str) -> Self {
        self.icon = Some(name);
        self
    }
    /// Refreshes itself from `src` when `topic` changes; needs an [`Panel::id`].
    #[must_use]
    pub fn live(mut self, topic: impl Into<String>, src: impl Into<String>) -> Self {
        self.live = Some((topic.into(), src.into()));
        self
    }
    /// Quiet actions at the right of the title.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }
    /// A line at the bottom, usually "all 37".
    #[must_use]
    pub fn footer(mut self, footer: Markup) -> Self {
        self.footer = Some(footer);
        self
    }
    /// Content touches the edges (tables, lists).
    #[must_use]
    pub fn flush(mut self) -> Self {
        self.is_flush = true;
        self
    }
    /// Lets the person fold it away; `open` is how it starts.
    #[must_use]
    pub fn foldable(mut self, open: bool) -> Self {
        self.fold = Some(open);
        self
    }
    /// The markup around `body`.
    pub fn render(&self, body: &Markup) -> Markup {
        let class = if self.is_flush { "panel flush" } else { "panel" };
        let (topic, src) = match &self.live {
            Some((topic, src)) => (Some(topic), Some(src)),
            None => (None, None),
        };
        let inside = html! {
            div.panel-body { (body) }
            @if let Some(footer) = &self.footer { div.panel-foot { (footer) } }
        };
        html! {
            section class=(class) id=[self.id.as_ref()] data-live=[topic] data-live-src=[src] {
                @match self.fold {
                    Some(open) => details open[open] {
                        summary.panel-head { (self.head()) }
                        (inside)
                    },
                    None => {
                        @if !self.title.is_empty() { div.panel-head { (self.head()) } }
                        (inside)
                    }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            @if self.fold.is_some() { span.fold-mark { (crate::icons::icon("chevron-right")) } }
            @if let Some(name) = self.icon { (crate::icons::icon(name)) }
            h2 { (self.title) }
            @if let Some(actions) = &self.actions { div.panel-actions { (actions) } }
        }
    }
}

/// Parts under one another with an even gap.
pub fn stack(parts: &[Markup]) -> Markup {
    html! { div.stack { @for part in parts { (part) } } }
}

/// Parts side by side, as many as fit, at least 280 px wide each.
pub fn grid(parts: &[Markup]) -> Markup {
    html! { div.grid { @for part in parts { (part) } } }
}

/// A wide and a narrow column; the narrow one goes under when there is no room.
pub fn split(wide: &Markup, narrow: &Markup) -> Markup {
    html! { div.split { div.stack { (wide) } div.stack { (narrow) } } }
}
