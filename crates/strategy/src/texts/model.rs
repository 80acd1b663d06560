//! By which way a text goes. Pure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A written channel, by the words contacts have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A text message to a phone.
    Sms,
    /// An e-mail, which has a subject.
    Email,
    /// A chat or messenger.
    Chat,
}

impl Channel {
    /// Every one, as forms offer them.
    pub const ALL: [Channel; 3] = [Channel::Sms, Channel::Email, Channel::Chat];
    /// The word for it in tables.
    pub const fn key(self) -> &'static str {
        match self {
            Channel::Sms => "sms",
            Channel::Email => "email",
            Channel::Chat => "chat",
        }
    }
    /// The channel of a word; none for any other.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.key() == key)
    }
    /// Characters of a text at most.
    pub const fn chars_max(self) -> usize {
        match self {
            // ten parts of a long text message
            Channel::Sms => 670,
            Channel::Email => 8_000,
            Channel::Chat => 2_000,
        }
    }
}
