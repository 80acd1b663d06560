//! Badges, tags, counters: small marks that carry a meaning with a word and, where it helps, an icon.

use maud::{Markup, html};

use crate::icons::icon;

/// What a mark means. The tone is never the only carrier: a word or icon goes with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// No judgement.
    #[default]
    Neutral,
    /// As it should be.
    Good,
    /// Somebody should look soon.
    Attention,
    /// Wrong, late or forbidden.
    Danger,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// The CSS class of the tone.
    pub const fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Good => "good",
            Tone::Attention => "attention",
            Tone::Danger => "danger",
            Tone::Info => "info",
        }
    }

    /// The icon that goes with the tone where none is chosen.
    pub const fn icon(self) -> &'static str {
        match self {
            Tone::Neutral => "circle-dot",
            Tone::Good => "circle-check",
            Tone::Attention => "triangle-alert",
            Tone::Danger => "circle-alert",
            Tone::Info => "info",
        }
    }
}

/// A badge with the icon of its tone; a neutral badge has none.
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! {
        span class={ "badge " (tone.class()) } {
            @if tone != Tone::Neutral { (icon(tone.icon())) }
            (text)
        }
    }
}

/// A badge with a chosen icon: `badge_with_icon(Tone::Info, "crown", "VIP")`.
pub fn badge_with_icon(tone: Tone, name: &str, text: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (icon(name)) (text) } }
}

/// A tag people gave: an outline, no judgement.
pub fn tag(text: &str) -> Markup {
    html! { span.tag { (text) } }
}

/// A counter beside a word (tabs, navigation). Above 999 it shows `999+`.
pub fn count(number: i64) -> Markup {
    html! { span.count { @if number > 999 { "999+" } @else { (number) } } }
}

/// A coloured dot with its word; quieter than a badge, for status columns.
pub fn dot(tone: Tone, text: &str) -> Markup {
    html! { span class={ "dot " (tone.class()) } { (text) } }
}
