//! How long an identity document holds, by the rule its pack gives.

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The rule of one kind of document; every part may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ValidityRule {
    /// The document is not issued to anybody younger (years).
    pub issued_from_age: Option<u8>,
    /// Birthdays at which it must be replaced (years), ascending.
    pub replaced_at_ages: Vec<u8>,
    /// How long the old one still holds after such a birthday (days).
    pub grace_days: u16,
    /// It holds this long from the day of issue (years).
    pub valid_years: Option<u8>,
}

/// What is wrong with a document, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds on the day.
    Valid,
    /// Its last day has passed.
    Expired,
    /// It was issued before the age the law allows: one of the two dates is wrong.
    IssuedTooYoung,
    /// It is dated later than the day of the check.
    NotYetIssued,
}

/// The answer about one document on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// Whether it holds, and if not, why.
    pub verdict: Verdict,
    /// Its last day; `None` when it holds for life or its dates contradict each other.
    pub valid_until: Option<Date>,
}

/// Tells whether a document of a person born on `birth`, issued on `issued`, holds on `on`.
pub fn document_validity(rule: &ValidityRule, birth: Date, issued: Date, on: Date) -> Validity {
    let too_young = rule
        .issued_from_age
        .and_then(|age| birthday(birth, age))
        .is_some_and(|earliest| issued < earliest);
    if too_young {
        return Validity { verdict: Verdict::IssuedTooYoung, valid_until: None };
    }
    let by_age = rule
        .replaced_at_ages
        .iter()
        .filter_map(|age| birthday(birth, *age))
        .find(|day| issued < *day)
        .and_then(|day| day.checked_add(Span::new().days(i64::from(rule.grace_days))).ok());
    let by_term = rule.valid_years.and_then(|years| birthday(issued, years));
    let valid_until = by_age.into_iter().chain(by_term).min();
    let verdict = if on < issued {
        Verdict::NotYetIssued
    } else if valid_until.is_some_and(|last| on > last) {
        Verdict::Expired
    } else {
        Verdict::Valid
    };
    Validity { verdict, valid_until }
}

/// The day a number of years is completed; born on 29 February, that is 1 March of a common year.
fn birthday(from: Date, years: u8) -> Option<Date> {
    let year = from.year().checked_add(i16::from(years))?;
    Date::new(year, from.month(), from.day()).or_else(|_| Date::new(year, 3, 1)).ok()
}
