//! Channels, topics and results of a contact; pure.

use kernel::{Refusal, Refusals, Timestamp, limits};

/// By which way people spoke.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A visit to a branch.
    Branch,
    /// A call.
    Phone,
    /// An e-mail.
    Email,
    /// A meeting outside or inside the bank.
    Meeting,
    /// A paper letter.
    Letter,
    /// A text message.
    Sms,
    /// A chat or messenger.
    Chat,
    /// The site, internet bank or mobile bank.
    Web,
    /// A social network.
    Social,
    /// An event of the bank.
    Event,
    /// No contact: something worth keeping.
    Note,
}

impl Channel {
    /// All, in the order of menus.
    pub const ALL: [Channel; 11] = [
        Channel::Phone,
        Channel::Branch,
        Channel::Meeting,
        Channel::Email,
        Channel::Letter,
        Channel::Sms,
        Channel::Chat,
        Channel::Web,
        Channel::Social,
        Channel::Event,
        Channel::Note,
    ];
    /// Stable word, as stored; texts under `interaction-channel-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            Channel::Branch => "branch",
            Channel::Phone => "phone",
            Channel::Email => "email",
            Channel::Meeting => "meeting",
            Channel::Letter => "letter",
            Channel::Sms => "sms",
            Channel::Chat => "chat",
            Channel::Web => "web",
            Channel::Social => "social",
            Channel::Event => "event",
            Channel::Note => "note",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.key() == key)
    }
    /// Whether somebody spoke with the client: what counts as the last contact.
    pub const fn is_contact(self) -> bool {
        !matches!(self, Channel::Note)
    }
    /// Whether it is written at the keyboard: the bank may have texts for it.
    pub const fn is_written(self) -> bool {
        matches!(self, Channel::Email | Channel::Sms | Channel::Chat)
    }
    /// Who usually starts it; the first choice of the form.
    pub const fn usual_direction(self) -> Direction {
        match self {
            Channel::Branch | Channel::Web | Channel::Chat | Channel::Social => Direction::In,
            Channel::Phone | Channel::Email | Channel::Letter | Channel::Sms => Direction::Out,
            Channel::Meeting | Channel::Event | Channel::Note => Direction::None,
        }
    }
    /// Its icon.
    pub const fn icon(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Channel::Phone, Direction::In) => "phone-incoming",
            (Channel::Phone, Direction::Out) => "phone-outgoing",
            (Channel::Phone, Direction::None) => "phone",
            (Channel::Branch, _) => "door-open",
            (Channel::Email, _) => "mail",
            (Channel::Meeting, _) => "handshake",
            (Channel::Letter, _) => "file-text",
            (Channel::Sms, _) => "smartphone",
            (Channel::Chat, _) => "message-circle",
            (Channel::Web, _) => "monitor",
            (Channel::Social, _) => "at-sign",
            (Channel::Event, _) => "calendar-days",
            (Channel::Note, _) => "sticky-note",
        }
    }
}

/// Who turned to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The client to the bank.
    In,
    /// The bank to the client.
    Out,
    /// Both, or nobody.
    None,
}

impl Direction {
    /// All.
    pub const ALL: [Direction; 3] = [Direction::In, Direction::Out, Direction::None];
    /// Stable word, as stored; texts under `interaction-direction-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::None => "none",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.key() == key)
    }
}

/// What a contact was about; texts under `interaction-topic-` + the word.
pub const TOPICS: [&str; 14] = [
    "account",
    "card",
    "deposit",
    "loan",
    "mortgage",
    "payment",
    "insurance",
    "investment",
    "documents",
    "complaint",
    "offer",
    "greeting",
    "data",
    "other",
];

/// How a contact ended; texts under `interaction-result-` + the word.
pub const RESULTS: [&str; 8] = [
    "resolved",
    "agreed",
    "thinking",
    "refused",
    "callback",
    "no_answer",
    "informed",
    "redirected",
];

/// What a person wrote about a contact, before it is checked.
#[derive(Clone, Debug, Default)]
pub struct Spoken<'a> {
    /// Channel word.
    pub channel: &'a str,
    /// Direction word.
    pub direction: &'a str,
    /// Topic word, may be empty.
    pub topic: &'a str,
    /// One line.
    pub subject: &'a str,
    /// What was said.
    pub body: &'a str,
    /// Result word, may be empty.
    pub result: &'a str,
}

/// A checked contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Channel.
    pub channel: Channel,
    /// Direction.
    pub direction: Direction,
}

/// Checks what was written; every wrong field goes to `refusals`.
pub fn check(spoken: &Spoken<'_>, refusals: &mut Refusals) -> Option<Checked> {
    let mut choice = |ok: bool, field: &str| {
        if !ok {
            refusals.push(Refusal::field("not-a-choice", field));
        }
    };
    let channel = Channel::from_key(spoken.channel);
    let direction = Direction::from_key(spoken.direction);
    choice(channel.is_some(), "channel");
    choice(direction.is_some(), "direction");
    choice(spoken.topic.is_empty() || TOPICS.contains(&spoken.topic), "topic");
    choice(spoken.result.is_empty() || RESULTS.contains(&spoken.result), "result");
    if spoken.subject.trim().is_empty() && spoken.body.trim().is_empty() && spoken.topic.is_empty()
    {
        refusals.push(Refusal::field("interaction-empty", "body"));
    }
    for (text, field, max) in [
        (spoken.subject, "subject", limits::TEXT_CHARS_MAX),
        (spoken.body, "body", limits::BODY_CHARS_MAX),
    ] {
        if text.chars().count() > max {
            refusals.push(Refusal::field("too-long", field).arg("max", max));
        }
    }
    Some(Checked { channel: channel?, direction: direction? })
}

/// A contact cannot lie in the future, and not before the bank kept records.
pub fn check_instant(at: Timestamp, now: Timestamp, refusals: &mut Refusals) {
    /// 1970-01-01; what came before has no instant.
    const EARLIEST: Timestamp = Timestamp::from_micros(0);
    /// Clocks of two nodes may differ by this much (minutes).
    const SKEW_MINUTES: i64 = 5;
    if at < EARLIEST || at > now.plus_minutes(SKEW_MINUTES) {
        refusals.push(Refusal::field("interaction-future", "at"));
    }
}

/// Which entries of the timeline a person wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimelineFilter {
    /// Everything.
    #[default]
    All,
    /// Calls.
    Calls,
    /// Visits, meetings, events.
    Meetings,
    /// Letters, e-mails, messages.
    Messages,
    /// Notes.
    Notes,
    /// Tasks and promises.
    Tasks,
    /// Changed data.
    Changes,
}

impl TimelineFilter {
    /// All, in the order of the chips.
    pub const ALL: [TimelineFilter; 7] = [
        TimelineFilter::All,
        TimelineFilter::Calls,
        TimelineFilter::Meetings,
        TimelineFilter::Messages,
        TimelineFilter::Notes,
        TimelineFilter::Tasks,
        TimelineFilter::Changes,
    ];
    /// Stable word, as in the address; texts under `timeline-filter-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            TimelineFilter::All => "all",
            TimelineFilter::Calls => "calls",
            TimelineFilter::Meetings => "meetings",
            TimelineFilter::Messages => "messages",
            TimelineFilter::Notes => "notes",
            TimelineFilter::Tasks => "tasks",
            TimelineFilter::Changes => "changes",
        }
    }
    /// From the word; everything when it is none of ours.
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|f| f.key() == key).unwrap_or_default()
    }
    /// The channels it shows.
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            TimelineFilter::All => &Channel::ALL,
            TimelineFilter::Calls => &[Channel::Phone],
            TimelineFilter::Meetings => &[Channel::Branch, Channel::Meeting, Channel::Event],
            TimelineFilter::Messages => &[
                Channel::Email,
                Channel::Letter,
                Channel::Sms,
                Channel::Chat,
                Channel::Web,
                Channel::Social,
            ],
            TimelineFilter::Notes => &[Channel::Note],
            TimelineFilter::Tasks | TimelineFilter::Changes => &[],
        }
    }
    /// Whether tasks are shown.
    pub const fn shows_tasks(self) -> bool {
        matches!(self, TimelineFilter::All | TimelineFilter::Tasks)
    }
    /// Whether changed data is shown.
    pub const fn shows_changes(self) -> bool {
        matches!(self, TimelineFilter::All | TimelineFilter::Changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(spoken: &Spoken<'_>) -> Vec<String> {
        let mut refusals = Refusals::default();
        check(spoken, &mut refusals);
        refusals
            .0
            .into_iter()
            .map(|r| format!("{}:{}", r.field.unwrap_or_default(), r.code))
            .collect()
    }

    #[test]
    fn a_contact_is_refused_with_all_its_mistakes_at_once() {
        let call = Spoken { channel: "phone", direction: "out", body: "x", ..Spoken::default() };
        assert!(codes(&call).is_empty());
        let long = "я".repeat(limits::TEXT_CHARS_MAX + 1);
        let bad = Spoken {
            channel: "pigeon",
            direction: "",
            topic: "weather",
            subject: &long,
            body: "",
            result: "maybe",
        };
        assert_eq!(
            codes(&bad),
            [
                "channel:not-a-choice",
                "direction:not-a-choice",
                "topic:not-a-choice",
                "result:not-a-choice",
                "subject:too-long"
            ]
        );
        let silent = Spoken { channel: "phone", direction: "in", body: "  ", ..Spoken::default() };
        assert_eq!(codes(&silent), ["body:interaction-empty"]);
    }

    #[test]
    fn every_channel_is_behind_exactly_one_chip() {
        for channel in Channel::ALL {
            let chips = TimelineFilter::ALL
                .into_iter()
                .filter(|f| *f != TimelineFilter::All && f.channels().contains(&channel));
            assert_eq!(chips.count(), 1, "{channel:?}");
            assert_eq!(Channel::from_key(channel.key()), Some(channel));
        }
    }

    #[test]
    fn a_contact_cannot_lie_in_the_future() {
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        let refused = |at| {
            let mut refusals = Refusals::default();
            check_instant(at, now, &mut refusals);
            !refusals.0.is_empty()
        };
        assert!(refused(now.plus_minutes(6)));
        assert!(refused(Timestamp::from_micros(-1)));
        assert!(!refused(now));
        assert!(!refused(now.plus_days(-400)));
    }
}
