//! What a pack says of consents: sample texts a new bank may begin with, and how long a consent holds.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::pack::Pack;

/// A text a client agrees to. The samples of a pack are short; the bank's lawyers check them before use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentText {
    /// To what: one purpose, one document.
    pub purpose: String,
    /// Its name among the texts of the purpose.
    pub version: String,
    /// First day it is in force.
    pub from: Date,
    /// In Russian.
    pub ru: String,
    /// In English.
    pub en: String,
}

/// How long a consent to a purpose holds, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentTerm {
    /// Of which purpose.
    pub purpose: String,
    /// Consents given from this day on hold so long.
    pub from: Date,
    /// In months.
    pub months: i32,
    /// By which law.
    pub law: String,
}

impl Pack {
    /// The term of a consent given on a day; none when it holds until it is withdrawn.
    pub fn consent_term(&self, purpose: &str, given_on: Date) -> Option<&ConsentTerm> {
        self.consent_terms
            .iter()
            .filter(|term| term.purpose == purpose && term.from <= given_on)
            .max_by_key(|term| term.from)
    }
}

/// What makes no sense among texts and terms.
pub(crate) fn problem(texts: &[ConsentText], terms: &[ConsentTerm]) -> Option<String> {
    for (position, text) in texts.iter().enumerate() {
        let same = |t: &ConsentText| t.purpose == text.purpose && t.version == text.version;
        if texts.iter().take(position).any(same) {
            return Some(format!("consent text {} of {} twice", text.version, text.purpose));
        }
        if text.ru.trim().is_empty() || text.en.trim().is_empty() || text.version.is_empty() {
            return Some(format!("consent text of {} is empty", text.purpose));
        }
    }
    let bad = terms.iter().find(|term| !(1..=1200).contains(&term.months));
    bad.map(|term| format!("a consent to {} can not hold {} months", term.purpose, term.months))
}
