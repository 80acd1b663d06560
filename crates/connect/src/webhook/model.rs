//! What a subscription may say, which entries it is told of, and when a delivery is tried again. Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::limits::{
    TEXT_CHARS_MAX, WEBHOOK_ATTEMPTS_MAX, WEBHOOK_EVENTS_MAX, WEBHOOK_PAUSE_SECONDS_MAX,
};
use kernel::{Entropy, Refusal, Refusals};
use serde_json::{Value as Json, json};
use store::journal::Entry;

use crate::http_client::Target;

/// What a secret begins with, by the specification.
pub(super) const SECRET_PREFIX: &str = "whsec_";

/// A new secret of 256 bits.
pub fn new_secret(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 32];
    entropy.fill(&mut bytes);
    format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes))
}

/// Checks what a subscription says; all that is wrong at once.
///
/// # Errors
/// The refusals, at their fields.
pub(super) fn check(title: &str, url: &str, events: &[String]) -> Result<(), Refusals> {
    let mut refusals = Refusals::default();
    if title.trim().is_empty() {
        refusals.push(Refusal::field("required", "title"));
    }
    for (field, text) in [("title", title), ("url", url)] {
        if text.chars().count() > TEXT_CHARS_MAX {
            refusals.push(Refusal::field("too-long", field).arg("max", TEXT_CHARS_MAX));
        }
    }
    if Target::parse(url.trim()).is_none() {
        refusals.push(Refusal::field("webhook-url", "url"));
    }
    let is_word = |word: &String| {
        !word.is_empty()
            && word.len() <= 100
            && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.')
    };
    if events.len() > WEBHOOK_EVENTS_MAX || !events.iter().all(is_word) {
        refusals.push(Refusal::field("webhook-events", "events").arg("max", WEBHOOK_EVENTS_MAX));
    }
    refusals.into_result()
}

/// Whether a subscription is told of an entry: no words mean everything, a word is an entity or a command.
pub(super) fn wants(events: &[String], entry: &Entry) -> bool {
    let is_named = |word: &String| *word == entry.draft.entity || *word == entry.draft.command;
    events.is_empty() || events.iter().any(is_named)
}

/// What is told of an entry: who, what, which fields; no value.
pub(super) fn payload(entry: &Entry) -> Json {
    let draft = &entry.draft;
    let changes: Json = serde_json::from_str(&draft.changes).unwrap_or(Json::Null);
    let fields: Vec<&String> = changes.as_object().map(|o| o.keys().collect()).unwrap_or_default();
    json!({
        "type": draft.command,
        "timestamp": draft.at,
        "data": {
            "position": entry.pos,
            "entity": draft.entity,
            "entity_id": draft.entity_id,
            "client_id": draft.client_id,
            "actor_id": draft.actor_id,
            "channel": draft.channel,
            "fields": fields,
        }
    })
}

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The receiver has it.
    Sent,
    /// To be tried again after so many seconds.
    Again(i64),
    /// Given up.
    Dead,
}

/// What follows from a try. `chance` is random, 0 to 255: it spreads tries by up to a quarter, so that
/// receivers that come back are not met by everything at once.
pub(super) fn outcome(is_sent: bool, attempts: i64, chance: u8) -> Outcome {
    if is_sent {
        return Outcome::Sent;
    }
    if attempts >= WEBHOOK_ATTEMPTS_MAX {
        return Outcome::Dead;
    }
    let plain = 5_i64.saturating_mul(1 << attempts.clamp(0, 20)).min(WEBHOOK_PAUSE_SECONDS_MAX);
    Outcome::Again(plain + plain * i64::from(chance) / 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit_and_end() {
        assert_eq!(outcome(true, 1, 0), Outcome::Sent);
        assert_eq!(outcome(false, 1, 0), Outcome::Again(10));
        let mut before = 0;
        for attempts in 1..WEBHOOK_ATTEMPTS_MAX {
            for chance in [0, 255] {
                let Outcome::Again(pause) = outcome(false, attempts, chance) else {
                    panic!("{attempts}");
                };
                assert!(pause >= before && pause <= WEBHOOK_PAUSE_SECONDS_MAX * 5 / 4, "{pause}");
            }
            let Outcome::Again(plain) = outcome(false, attempts, 0) else { panic!() };
            before = plain;
        }
        assert_eq!(outcome(false, WEBHOOK_ATTEMPTS_MAX, 0), Outcome::Dead);
    }

    #[test]
    fn subscriptions_are_checked_at_once() {
        let codes = |title: &str, url: &str, events: &[&str]| {
            let events: Vec<String> = events.iter().map(|e| (*e).to_owned()).collect();
            let refused = check(title, url, &events).err().unwrap_or_default();
            refused.0.into_iter().map(|r| r.code).collect::<Vec<_>>()
        };
        assert!(
            codes("ERP", "https://erp.bank.example/in?x=1", &["client", "org.add_staff"])
                .is_empty()
        );
        let all = codes(" ", "ftp://x", &["Client!"]);
        assert_eq!(all, ["required", "webhook-url", "webhook-events"]);
        for url in
            ["", "https://", "https://a b/", "https://u:p@host/", "//host", "https://host:0/"]
        {
            assert_eq!(codes("ERP", url, &[]), ["webhook-url"], "{url}");
        }
    }
}
