//! Civil dates and instants from plain numbers, saturating instead of failing.

use jiff::Span;
use kernel::{Date, Timestamp};

/// The date `days` later.
pub(crate) fn add_days(date: Date, days: i64) -> Date {
    Span::new().try_days(days).map_or(date, |span| date.saturating_add(span))
}

/// The date `months` later; the day is cut to the length of the month.
pub(crate) fn add_months(date: Date, months: i64) -> Date {
    Span::new().try_months(months).map_or(date, |span| date.saturating_add(span))
}

/// The date `years` later.
pub(crate) fn add_years(date: Date, years: i64) -> Date {
    add_months(date, years.saturating_mul(12))
}

/// A date; the day is cut to the length of the month, the month to 1–12.
pub(crate) fn date(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).unwrap_or_else(|_| {
        let first = Date::new(year, month.clamp(1, 12), 1).unwrap_or(Date::ZERO);
        let day = day.clamp(1, first.days_in_month());
        Date::new(first.year(), first.month(), day).unwrap_or(first)
    })
}

/// Days from `from` to `to`; negative when `to` is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Months from the month of `from` to the month of `to`.
pub(crate) fn months_between(from: Date, to: Date) -> i64 {
    let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    months(to) - months(from)
}

/// Full years of age on a day.
pub(crate) fn age_on(born: Date, day: Date) -> i64 {
    let years = i64::from(day.year()) - i64::from(born.year());
    if (day.month(), day.day()) < (born.month(), born.day()) { years - 1 } else { years }
}

/// The instant of a local time: `seconds` after midnight of a place `offset_hours` east of UTC.
pub(crate) fn instant(date: Date, seconds: i64, offset_hours: i64) -> Timestamp {
    const EPOCH: Date = Date::constant(1970, 1, 1);
    let midnight = days_between(EPOCH, date).saturating_mul(86_400);
    Timestamp::from_micros(0).plus_seconds(midnight + seconds - offset_hours * 3_600)
}

/// The nearest working day (Monday to Friday) on or after a date.
pub(crate) fn working_day(date: Date) -> Date {
    match date.weekday() {
        jiff::civil::Weekday::Saturday => add_days(date, 2),
        jiff::civil::Weekday::Sunday => add_days(date, 1),
        jiff::civil::Weekday::Monday
        | jiff::civil::Weekday::Tuesday
        | jiff::civil::Weekday::Wednesday
        | jiff::civil::Weekday::Thursday
        | jiff::civil::Weekday::Friday => date,
    }
}
