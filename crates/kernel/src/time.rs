//! Instants and dates.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An instant: whole microseconds since 1970-01-01T00:00:00Z, the same on both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// The same instant in `jiff`; saturates at jiff's range (years -9999..9999).
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
    /// From a `jiff` instant, cut to microseconds.
    pub fn from_jiff(instant: jiff::Timestamp) -> Self {
        Self(instant.as_microsecond())
    }
    /// The instant `seconds` later (earlier when negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
    /// The instant `minutes` later.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_seconds(minutes.saturating_mul(60))
    }
    /// The instant `hours` later.
    #[must_use]
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_seconds(hours.saturating_mul(3_600))
    }
    /// The instant `days` of 24 hours later.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }
    /// Whole seconds from `earlier` to `self`.
    pub const fn seconds_since(self, earlier: Timestamp) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }
    /// The civil date in a time zone.
    pub fn date_in(self, zone: &jiff::tz::TimeZone) -> Date {
        self.to_jiff().to_zoned(zone.clone()).date()
    }
    /// The civil date and time in a time zone.
    pub fn civil_in(self, zone: &jiff::tz::TimeZone) -> jiff::civil::DateTime {
        self.to_jiff().to_zoned(zone.clone()).datetime()
    }
    /// The first instant of a civil date in a time zone.
    pub fn start_of(date: Date, zone: &jiff::tz::TimeZone) -> Self {
        date.to_zoned(zone.clone()).map_or(Self(0), |z| Self::from_jiff(z.timestamp()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}

/// Parses what people type for a date: `23.11.2026`, `2026-11-23`, `23/11/2026`, `23 11 26`,
/// and the words `today`, `tomorrow`, `yesterday`, `сегодня`, `завтра`, `послезавтра`, `вчера`,
/// or `+3` days. `None` when it is no date. Years of two digits: 00–49 are 20xx, 50–99 are 19xx.
pub fn parse_date(text: &str, today: Date) -> Option<Date> {
    let text = text.trim().to_lowercase();
    let shifted = |days: i64| today.checked_add(jiff::Span::new().try_days(days).ok()?).ok();
    match text.as_str() {
        "" => return None,
        "today" | "сегодня" => return Some(today),
        "tomorrow" | "завтра" => return shifted(1),
        "послезавтра" => return shifted(2),
        "yesterday" | "вчера" => return shifted(-1),
        _ => {}
    }
    if let Some(days) = text.strip_prefix('+') {
        return days.trim().parse::<i64>().ok().and_then(shifted);
    }
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 { (*a, *b, *c) } else { (*c, *b, *a) };
    let mut y: i16 = year.parse().ok()?;
    if year.len() <= 2 {
        y += if y < 50 { 2000 } else { 1900 };
    }
    Date::new(y, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_type_dates_in_many_ways() {
        let today = Date::constant(2026, 11, 23);
        let is = |t: &str| parse_date(t, today).map(|d| d.to_string());
        assert_eq!(is("23.11.2026").as_deref(), Some("2026-11-23"));
        assert_eq!(is("2026-11-24").as_deref(), Some("2026-11-24"));
        assert_eq!(is("1.2.85").as_deref(), Some("1985-02-01"));
        assert_eq!(is("завтра").as_deref(), Some("2026-11-24"));
        assert_eq!(is("+10").as_deref(), Some("2026-12-03"));
        assert_eq!(is("31.02.2026"), None);
        assert_eq!(is("soon"), None);
        assert_eq!(is("+99999999999999"), None);
    }
}
