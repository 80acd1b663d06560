//! The states a component may be in besides "full": empty, loading, failed, offline, not allowed.

use kernel::ClientId;
use maud::{Markup, html};
use spine::secrecy::Group;

use super::button::Button;
use crate::i18n::L;
use crate::icons::{icon, icon_20};

/// A block that says what is the matter and what to do about it.
pub struct State {
    icon: &'static str,
    class: &'static str,
    title: String,
    words: String,
    details: Option<Markup>,
    action: Option<Button>,
}

impl State {
    /// A state with an icon, a title and a sentence.
    pub fn new(icon: &'static str, title: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            icon,
            class: "",
            title: title.into(),
            words: words.into(),
            details: None,
            action: None,
        }
    }
    /// The one action that helps.
    #[must_use]
    pub fn action(mut self, button: Button) -> Self {
        self.action = Some(button);
        self
    }
    /// More lines (an operation id, whom to ask).
    #[must_use]
    pub fn details(mut self, details: Markup) -> Self {
        self.details = Some(details);
        self
    }
    /// The markup.
    pub fn render(&self) -> Markup {
        html! {
            div class={ "state " (self.class) } {
                span.state-icon { (icon_20(self.icon)) }
                div.state-title { (self.title) }
                p.state-words { (self.words) }
                @if let Some(details) = &self.details { div.state-details { (details) } }
                @if let Some(button) = &self.action { (button) }
            }
        }
    }
}

/// A part of a card that the rules of secrecy hide from the person who asks: what it is, and where he finds
/// out why and whom to ask.
pub fn hidden(l: &L, group: Group, client: ClientId) -> Markup {
    let words = l.t(&format!("secrecy-group-{}", group.key()));
    html! {
        p.quiet title=(l.t("secrecy-hidden-words")) {
            (icon("eye-off")) " " (l.ta("secrecy-hidden", &[("what", words.as_str().into())]))
        }
        (why_hidden(l, client))
    }
}

/// The way from something hidden to the reason.
pub fn why_hidden(l: &L, client: ClientId) -> Button {
    Button::quiet(l.t("secrecy-why")).icon("lock").href(format!("/clients/{client}/secrecy"))
}

/// Nothing here yet: what this place is for and the one action.
pub fn empty(icon: &'static str, title: &str, words: &str, action: Option<Button>) -> Markup {
    let state = State::new(icon, title, words);
    match action {
        Some(button) => state.action(button).render(),
        None => state.render(),
    }
}

/// Something broke: what, the operation id to tell to support, and a retry.
pub fn failure(l: &L, words: &str, operation: &str, retry_href: Option<&str>) -> Markup {
    let state = State { class: "danger", ..State::new("circle-alert", l.t("ui-failure"), words) }
        .details(html! { (l.t("ui-operation")) " " code { (operation) } });
    match retry_href {
        Some(href) => {
            state.action(Button::secondary(l.t("ui-retry")).icon("rotate-ccw").href(href)).render()
        }
        None => state.render(),
    }
}

/// No such page, or one whose existence is not this person's business: both look the same.
pub fn not_found(l: &L) -> Markup {
    State::new("search", l.t("ui-not-found"), l.t("ui-not-found-words"))
        .action(Button::secondary(l.t("ui-to-start")).href("/"))
        .render()
}

/// The client somebody wrote of has become part of another one, who is at `href`; whether what was typed can be sent there.
pub fn moved(l: &L, href: &str, is_offered: bool) -> Markup {
    let words = l.t(if is_offered { "web-moved-words" } else { "web-moved-nothing" });
    State { class: "attention", ..State::new("merge", l.t("web-moved"), words) }
        // beside this page, which holds what was typed
        .action(
            Button::secondary(l.t("web-moved-card"))
                .href(href)
                .attribute("target", "_blank")
                .attribute("rel", "noopener"),
        )
        .render()
}

/// Not allowed: what may not be done and whom to ask. `ask` is a role, team or person in words.
pub fn no_right(l: &L, what: &str, ask: &str) -> Markup {
    State { class: "attention", ..State::new("lock", l.t("ui-no-right"), what) }
        .details(html! { (l.ta("ui-no-right-ask", &[("who", ask.into())])) })
        .action(Button::secondary(l.t("ui-to-start")).href("/"))
        .render()
}

/// The line to the centre is cut: since when (in words) and what still works.
pub fn offline(l: &L, since: &str) -> Markup {
    State {
        class: "attention",
        ..State::new(
            "wifi-off",
            l.ta("ui-offline-since", &[("since", since.into())]),
            l.t("ui-offline-words"),
        )
    }
    .render()
}

/// Rows of a table or list that is on its way.
pub fn skeleton_rows(l: &L, rows: usize) -> Markup {
    html! {
        div.skeleton role="status" aria-label=(l.t("ui-loading")) {
            @for _ in 0..rows.min(50) { div.skeleton-row { span {} span {} span {} span {} } }
        }
    }
}
