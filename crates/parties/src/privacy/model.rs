//! Why personal data is erased, and how long a law keeps what. Pure.

use jurisdiction::Retention;
use kernel::Date;
use serde::{Deserialize, Serialize};
use spine::Ground;

use crate::words::words;

words! {
    /// Why a client's personal data is erased.
    Basis {
        /// He asked for it.
        Request = "request",
        /// He took back his consent to the processing of his data.
        Withdrawal = "withdrawal",
        /// What the data was gathered for is over.
        PurposeOver = "purpose_over",
        /// The term of keeping is over.
        RetentionOver = "retention_over",
    }
    /// Where an erasure stands.
    ErasureState {
        /// A law keeps a part of it, sealed and out of reach.
        Kept = "kept",
        /// Nothing is left.
        Destroyed = "destroyed",
    }
}

/// What the terms of keeping are counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// When the last contract ended; none when there was none.
    pub relations: Option<Date>,
    /// The last word on a consent; none when there was none.
    pub consent: Option<Date>,
}

/// Until when, and by which law, rows of a ground are kept on `today`; none when they need not be.
pub fn kept_until(
    retention: &Retention,
    ends: Ends,
    ground: Ground,
    today: Date,
) -> Option<(Date, &str)> {
    let (from, years, law) = match ground {
        Ground::Relations => {
            (ends.relations, retention.relations_years, retention.relations_law.as_str())
        }
        Ground::Consent => (ends.consent, retention.consent_years, retention.consent_law.as_str()),
    };
    let until = from?.saturating_add(jiff::Span::new().years(years));
    (until > today).then_some((until, law))
}

#[cfg(test)]
mod tests {
    use jurisdiction::Pack;

    use super::*;

    #[test]
    fn a_law_keeps_from_the_end_and_not_a_day_longer() {
        let retention = &Pack::load("ru").unwrap().retention;
        let day = |text: &str| text.parse::<Date>().unwrap();
        let ends = Ends { relations: Some(day("2021-11-24")), consent: None };
        let at = |today: &str| {
            kept_until(retention, ends, Ground::Relations, day(today)).map(|(until, _)| until)
        };
        assert_eq!(at("2026-11-23"), Some(day("2026-11-24")));
        assert_eq!(at("2026-11-24"), None);
        assert_eq!(kept_until(retention, ends, Ground::Consent, day("2021-11-25")), None);
        let leap = Ends { relations: Some(day("2024-02-29")), consent: None };
        let until = kept_until(retention, leap, Ground::Relations, day("2024-03-01")).unwrap();
        assert_eq!(until.0, day("2029-02-28"));
    }
}
