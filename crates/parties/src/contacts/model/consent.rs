//! What the words of a client about consents allow. Pure: everything else in the house asks here.
//!
//! - Words count in the order in which they were *said*; when they were written down does not matter, so a word
//!   that arrives late revives nothing.
//! - Of two words said at one moment the withdrawal counts.
//! - A withdrawal for any channel stands against every channel, until a later consent.
//! - A withdrawal for one channel is undone by a later consent for that very channel only.
//! - A consent ends with the term that the law gives its purpose.

use jurisdiction::Pack;
use kernel::{FileId, Timestamp, UserId};
use uuid::Uuid;

use super::words::{ConsentChannel, EvidenceKind, Lack, Purpose};

/// Longest name of a text's version, in characters.
const VERSION_CHARS_MAX: usize = 40;

/// One word of a client about a consent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ConsentWord {
    /// Identity.
    pub id: Uuid,
    /// To what.
    pub purpose: Purpose,
    /// For which channel.
    pub channel: ConsentChannel,
    /// Given, or withdrawn.
    pub is_given: bool,
    /// Which text he agreed to.
    pub text_version: String,
    /// What kind of thing proves it; none in words of old.
    pub evidence_kind: Option<EvidenceKind>,
    /// What proves it, in words.
    pub evidence: String,
    /// The file that shows it.
    pub file_id: Option<FileId>,
    /// When he said it.
    pub said_at: Timestamp,
    /// The moment the term of a consent is over; none when it holds until it is withdrawn.
    pub until: Option<Timestamp>,
    /// When it was written down.
    pub at: Timestamp,
    /// Who wrote it down.
    pub author_id: Option<UserId>,
}

impl ConsentWord {
    /// Whether the term is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// The answer to "may we".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Yes.
    Allowed {
        /// By this consent.
        by: &'a ConsentWord,
    },
    /// No.
    Refused {
        /// Why.
        lack: Lack,
        /// The word that decides; none when nothing was said.
        by: Option<&'a ConsentWord>,
    },
}

impl<'a> Verdict<'a> {
    /// Whether it is a yes.
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Verdict::Allowed { .. })
    }
    /// The word that decides.
    pub const fn word(&self) -> Option<&'a ConsentWord> {
        match self {
            Verdict::Allowed { by } => Some(by),
            Verdict::Refused { by, .. } => *by,
        }
    }
    /// Why not.
    pub const fn lack(&self) -> Option<Lack> {
        match self {
            Verdict::Allowed { .. } => None,
            Verdict::Refused { lack, .. } => Some(*lack),
        }
    }
}

/// Whether a client's words allow a purpose through a channel at a moment. Words said later than that moment
/// do not count yet. The channel `any` asks whether *every* channel is allowed.
pub fn allows(
    words: &[ConsentWord],
    purpose: Purpose,
    channel: ConsentChannel,
    now: Timestamp,
) -> Verdict<'_> {
    let said = Said { words, purpose, now };
    if channel == ConsentChannel::Any {
        let refused = ConsentChannel::ALL.iter().filter(|c| **c != ConsentChannel::Any);
        if let Some(by) = refused.filter_map(|c| said.own_refusal(*c)).max_by_key(|w| w.order()) {
            return Verdict::Refused { lack: Lack::Withdrawn, by: Some(by) };
        }
    } else if let Some(by) = said.own_refusal(channel) {
        return Verdict::Refused { lack: Lack::Withdrawn, by: Some(by) };
    }
    let refusal = said.newest(ConsentChannel::Any, false);
    let stands = |given: &&ConsentWord| refusal.is_none_or(|r| given.said_at > r.said_at);
    let own = Some(channel).filter(|c| *c != ConsentChannel::Any);
    let own = own.and_then(|c| said.newest(c, true)).filter(stands);
    let whole = said.newest(ConsentChannel::Any, true).filter(stands);
    let given = || own.into_iter().chain(whole);
    let lasting = |w: &&ConsentWord| (w.until.map_or(i64::MAX, Timestamp::micros), w.order());
    if let Some(by) = given().filter(|w| !w.is_over(now)).max_by_key(lasting) {
        return Verdict::Allowed { by };
    }
    if let Some(by) = given().max_by_key(|w| w.order()) {
        return Verdict::Refused { lack: Lack::Expired, by: Some(by) };
    }
    let lack = if refusal.is_some() { Lack::Withdrawn } else { Lack::NeverGiven };
    Verdict::Refused { lack, by: refusal }
}

/// What was said of one purpose until a moment.
struct Said<'a> {
    words: &'a [ConsentWord],
    purpose: Purpose,
    now: Timestamp,
}

impl<'a> Said<'a> {
    fn newest(&self, channel: ConsentChannel, is_given: bool) -> Option<&'a ConsentWord> {
        let is_one = |w: &&ConsentWord| {
            w.purpose == self.purpose
                && w.channel == channel
                && w.is_given == is_given
                && w.said_at <= self.now
        };
        self.words.iter().filter(is_one).max_by_key(|w| w.order())
    }
    /// A withdrawal for this very channel that no later consent for it has undone.
    fn own_refusal(&self, channel: ConsentChannel) -> Option<&'a ConsentWord> {
        let refusal = self.newest(channel, false)?;
        let given = self.newest(channel, true);
        given.is_none_or(|g| g.said_at <= refusal.said_at).then_some(refusal)
    }
}

impl ConsentWord {
    /// Words in the order they were said; the id decides which of two is named, never what is allowed.
    fn order(&self) -> (Timestamp, Uuid) {
        (self.said_at, self.id)
    }
}

/// What holds of one purpose and channel at a moment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ConsentState {
    /// To what.
    pub purpose: Purpose,
    /// Through which channel; `any` stands for all of them.
    pub channel: ConsentChannel,
    /// Whether it is allowed.
    pub is_allowed: bool,
    /// Why it is not.
    pub lack: Option<Lack>,
    /// The word that decides; none when nothing was said.
    pub word_id: Option<Uuid>,
    /// Which text he agreed to.
    pub text_version: Option<String>,
    /// The moment the term is over.
    pub until: Option<Timestamp>,
}

/// What holds of every purpose and every channel it is asked for.
pub fn states(words: &[ConsentWord], now: Timestamp) -> Vec<ConsentState> {
    let all = Purpose::ALL.iter().flat_map(|p| p.channels().iter().map(|c| (*p, *c)));
    all.map(|(purpose, channel)| {
        let verdict = allows(words, purpose, channel, now);
        let word = verdict.word();
        ConsentState {
            purpose,
            channel,
            is_allowed: verdict.is_allowed(),
            lack: verdict.lack(),
            word_id: word.map(|w| w.id),
            text_version: word.map(|w| w.text_version.clone()).filter(|v| !v.is_empty()),
            until: word.and_then(|w| w.until),
        }
    })
    .collect()
}

/// The moment a consent to a purpose is over, by the term in the pack; none when it has no term.
pub fn until(pack: &Pack, purpose: Purpose, said_at: Timestamp) -> Option<Timestamp> {
    let utc = jiff::tz::TimeZone::UTC;
    let term = pack.consent_term(purpose.key(), said_at.date_in(&utc))?;
    let start = said_at.to_jiff().to_zoned(utc);
    let end = start.checked_add(jiff::Span::new().try_months(term.months).ok()?).ok()?;
    Some(Timestamp::from_jiff(end.timestamp()))
}

/// Whether a text may be a version's name: it stands in addresses and in feeds.
pub fn is_text_version(text: &str) -> bool {
    (1..=VERSION_CHARS_MAX).contains(&text.chars().count())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}
