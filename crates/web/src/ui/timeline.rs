//! The timeline: everything that happened, newest first, grouped by day.

use kernel::{Date, Timestamp};
use maud::{Markup, html};

use super::badge::Tone;
use crate::format;
use crate::i18n::L;
use crate::icons::icon;

/// When an entry happened.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// An instant.
    At(Timestamp),
    /// A day without a time (an old feed, a letter).
    On(Date),
}

impl Moment {
    fn day(self, l: &L) -> Date {
        match self {
            Moment::At(instant) => instant.date_in(&l.zone),
            Moment::On(day) => day,
        }
    }
}

/// One entry.
pub struct TimelineEntry {
    id: String,
    icon: &'static str,
    tone: Tone,
    at: Moment,
    who: String,
    title: Markup,
    body: Option<Markup>,
    result: Option<Markup>,
    next_step: Option<Markup>,
    actions: Option<Markup>,
    is_new: bool,
}

impl TimelineEntry {
    /// An entry: the icon of its channel, when, who did it, and what in a few words.
    pub fn new(
        id: impl ToString,
        icon: &'static str,
        at: Moment,
        who: impl Into<String>,
        title: Markup,
    ) -> Self {
        Self {
            id: id.to_string(),
            icon,
            tone: Tone::Neutral,
            at,
            who: who.into(),
            title,
            body: None,
            result: None,
            next_step: None,
            actions: None,
            is_new: false,
        }
    }
    /// The tone of its icon.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
    /// The text of it; long texts fold.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = Some(body);
        self
    }
    /// How it ended (a badge).
    #[must_use]
    pub fn result(mut self, result: Markup) -> Self {
        self.result = Some(result);
        self
    }
    /// What was agreed to be done next, with its date.
    #[must_use]
    pub fn next_step(mut self, next_step: Markup) -> Self {
        self.next_step = Some(next_step);
        self
    }
    /// Quiet actions.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }
    /// Marks it as new since the person last looked.
    #[must_use]
    pub fn new_since(mut self, is_new: bool) -> Self {
        self.is_new = is_new;
        self
    }
}

/// The timeline. `entries` come newest first; `more_src` is the address of the next part, which a
/// button loads below the last entry.
pub fn timeline(l: &L, entries: &[TimelineEntry], more_src: Option<&str>) -> Markup {
    let days = entries.chunk_by(|a, b| a.at.day(l) == b.at.day(l));
    html! {
        div.timeline {
            @for day in days {
                @if let Some(first) = day.first() {
                    section.timeline-day {
                        h3 { (format::day_heading(l, first.at.day(l))) }
                        ol { @for entry in day { (entry_markup(l, entry)) } }
                    }
                }
            }
            @if let Some(src) = more_src {
                div.timeline-more {
                    a.btn href=(src) hx-get=(src) hx-target="closest .timeline-more" hx-swap="outerHTML"
                        hx-select=".timeline > *" { (icon("history")) span { (l.t("ui-earlier")) } }
                }
            }
        }
    }
}

fn entry_markup(l: &L, entry: &TimelineEntry) -> Markup {
    html! {
        li.timeline-entry.is-new[entry.is_new] id={ "entry-" (entry.id) } {
            span class={ "timeline-icon " (entry.tone.class()) } { (icon(entry.icon)) }
            div.timeline-main {
                div.timeline-line {
                    span.timeline-title { (entry.title) }
                    @if let Some(result) = &entry.result { (result) }
                    @if entry.is_new { span.new-mark { (l.t("ui-new")) } }
                    span.timeline-meta {
                        span { (entry.who) }
                        @match entry.at {
                            Moment::At(instant) => (l.ago(instant)),
                            Moment::On(_) => span {},
                        }
                        @if let Some(actions) = &entry.actions { span.timeline-actions { (actions) } }
                    }
                }
                @if let Some(body) = &entry.body { div.timeline-body { (body) } }
                @if let Some(step) = &entry.next_step {
                    div.next-step { (icon("arrow-right")) span.next-step-label { (l.t("ui-next-step")) } (step) }
                }
            }
        }
    }
}
