//! Instants and dates.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant: whole microseconds since 1970-01-01T00:00:00Z, the same on both databases. In JSON it is
/// written as people and other programs read it (RFC 3339), and read from that or from microseconds, as
/// payloads of the first versions carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.to_jiff())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Micros(i64),
            Text(jiff::Timestamp),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Micros(micros) => Self(micros),
            Written::Text(instant) => Self::from_jiff(instant),
        })
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "format": "date-time", "description": "An instant, RFC 3339."
        })
    }
}

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
/// `23 Nov 2026`, `23 ноября 2026`, the days of the week (the next such day: `Fri`, `пятница`),
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
        text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty() && *p != "г").collect();
    let (year, month, day) = match parts.as_slice() {
        [word] => return next_weekday(word, today),
        // 2026-11-23, 23.11.2026, 23 Nov 2026, Nov 23, 2026
        [a, b, c] if a.len() == 4 && is_number(a) => (*a, *b, *c),
        [a, b, c] if !is_number(a) => (*c, *a, *b),
        [a, b, c] => (*c, *b, *a),
        _ => return None,
    };
    let mut y: i16 = year.parse().ok()?;
    if year.len() <= 2 {
        y += if y < 50 { 2000 } else { 1900 };
    }
    let month = if is_number(month) { month.parse().ok()? } else { named(month, &MONTHS)? };
    Date::new(y, month, day.parse().ok()?).ok()
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// How the months begin, in Russian (also in the genitive) and in English.
const MONTHS: [[&str; 3]; 12] = [
    ["янв", "янв", "jan"],
    ["фев", "фев", "feb"],
    ["мар", "мар", "mar"],
    ["апр", "апр", "apr"],
    ["май", "мая", "may"],
    ["июн", "июн", "jun"],
    ["июл", "июл", "jul"],
    ["авг", "авг", "aug"],
    ["сен", "сен", "sep"],
    ["окт", "окт", "oct"],
    ["ноя", "ноя", "nov"],
    ["дек", "дек", "dec"],
];
/// How the days of the week begin, from Monday; in Russian also as they are shortened.
const WEEKDAYS: [[&str; 3]; 7] = [
    ["пон", "пн", "mon"],
    ["вто", "вт", "tue"],
    ["сре", "ср", "wed"],
    ["чет", "чт", "thu"],
    ["пят", "пт", "fri"],
    ["суб", "сб", "sat"],
    ["вос", "вс", "sun"],
];

/// The place in the list, from one, of what a word begins with.
fn named<const N: usize>(word: &str, names: &[[&str; 3]; N]) -> Option<i8> {
    let at = names.iter().position(|of| of.iter().any(|start| word.starts_with(start)))?;
    i8::try_from(at + 1).ok()
}

fn next_weekday(word: &str, today: Date) -> Option<Date> {
    let wanted = jiff::civil::Weekday::from_monday_one_offset(named(word, &WEEKDAYS)?).ok()?;
    today.nth_weekday(1, wanted).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_rfc_3339_and_read_from_microseconds_too() {
        let at = Timestamp::from_micros(1_764_063_000_123_456);
        let text = serde_json::to_string(&at).unwrap();
        assert_eq!(text, "\"2025-11-25T09:30:00.123456Z\"");
        for written in [text.as_str(), "1764063000123456", "\"2025-11-25T12:30:00.123456+03:00\""] {
            assert_eq!(serde_json::from_str::<Timestamp>(written).unwrap(), at, "{written}");
        }
        assert!(serde_json::from_str::<Timestamp>("\"yesterday\"").is_err());
    }

    #[test]
    fn people_type_dates_in_many_ways() {
        let today = Date::constant(2026, 11, 23);
        let is = |t: &str| parse_date(t, today).map(|d| d.to_string());
        assert_eq!(is("23.11.2026").as_deref(), Some("2026-11-23"));
        assert_eq!(is("2026-11-24").as_deref(), Some("2026-11-24"));
        assert_eq!(is("1.2.85").as_deref(), Some("1985-02-01"));
        assert_eq!(is("завтра").as_deref(), Some("2026-11-24"));
        assert_eq!(is("+10").as_deref(), Some("2026-12-03"));
        assert_eq!(is("23 Nov 2026").as_deref(), Some("2026-11-23"));
        assert_eq!(is("Nov 23, 2026").as_deref(), Some("2026-11-23"));
        assert_eq!(is("5 мая 1985 г.").as_deref(), Some("1985-05-05"));
        // 23.11.2026 is a Monday
        assert_eq!(is("пятница").as_deref(), Some("2026-11-27"));
        assert_eq!(is("Mon").as_deref(), Some("2026-11-30"));
        assert_eq!(is("31.02.2026"), None);
        assert_eq!(is("soon"), None);
        assert_eq!(is("+99999999999999"), None);
    }
}
