//! Dates, instants, how long ago.

use jiff::civil::{Date, DateTime, Weekday};
use kernel::{Lang, Timestamp};
use maud::{Markup, html};

use super::NBSP;
use crate::i18n::L;

/// A civil date: `23.11.2026` or `23 Nov 2026`.
pub fn date(l: &L, day: Date) -> String {
    match l.lang {
        Lang::Ru => format!("{:02}.{:02}.{:04}", day.day(), day.month(), day.year()),
        Lang::En => format!("{}{NBSP}{}{NBSP}{}", day.day(), month_short(l, day), day.year()),
    }
}

/// A day as a heading: `понедельник, 23 ноября` or `Monday, 23 November`; with the year when it is not
/// this one; `Сегодня`, `Вчера`, `Завтра` for the days around today.
pub fn day_heading(l: &L, day: Date) -> String {
    match days_between(l.today, day) {
        0 => return l.t("ui-day-today"),
        -1 => return l.t("ui-day-yesterday"),
        1 => return l.t("ui-day-tomorrow"),
        _ => {}
    }
    let month = l.t(&format!("ui-month-of-{}", day.month()));
    let head = format!("{}, {}{NBSP}{month}", weekday(l, day), day.day());
    if day.year() == l.today.year() { head } else { format!("{head} {}", day.year()) }
}

/// The month as a chart label: `ноя` or `Nov`.
pub fn month_short(l: &L, day: Date) -> String {
    l.t(&format!("ui-month-short-{}", day.month()))
}

/// The time of day: `10:42`.
pub fn time(l: &L, instant: Timestamp) -> String {
    clock(instant.civil_in(&l.zone))
}

/// Date and time: `23.11.2026 10:42` or `23 Nov 2026, 10:42`.
pub fn datetime(l: &L, instant: Timestamp) -> String {
    let civil = instant.civil_in(&l.zone);
    match l.lang {
        Lang::Ru => format!("{}{NBSP}{}", date(l, civil.date()), clock(civil)),
        Lang::En => format!("{}, {}", date(l, civil.date()), clock(civil)),
    }
}

/// How long ago, or in how long: `5 мин назад`, `in 3 h`; beyond six days the date.
pub fn relative(l: &L, instant: Timestamp) -> String {
    let seconds = l.now.seconds_since(instant);
    let (past, distance) = (seconds >= 0, seconds.saturating_abs());
    let say = |stem: &str, n: i64| {
        let key = format!("ui-rel-{stem}-{}", if past { "ago" } else { "in" });
        l.ta(&key, &[("n", n.into())])
    };
    if distance < 60 {
        return l.t("ui-rel-now");
    }
    if distance < 3_600 {
        return say("minutes", distance / 60);
    }
    let days = days_between(instant.date_in(&l.zone), l.today).saturating_abs();
    if distance < 12 * 3_600 || days == 0 {
        return say("hours", distance / 3_600);
    }
    match days {
        1 if past => l.t("ui-rel-yesterday"),
        1 => l.t("ui-rel-tomorrow"),
        2..=6 => say("days", days),
        _ => date(l, instant.date_in(&l.zone)),
    }
}

/// A `<time>` with the relative time as text and the exact one in the tooltip.
pub fn relative_tag(l: &L, instant: Timestamp) -> Markup {
    html! {
        time datetime=(instant.to_string()) title=(datetime(l, instant)) { (relative(l, instant)) }
    }
}

/// A civil date in relation to today: `сегодня`, `завтра`, `через 3 дня`, `2 days ago`; beyond two
/// weeks the date. For due dates and birthdays.
pub fn relative_day(l: &L, day: Date) -> String {
    let days = days_between(l.today, day);
    match days {
        0 => l.t("ui-rel-today"),
        1 => l.t("ui-rel-tomorrow"),
        -1 => l.t("ui-rel-yesterday"),
        2..=14 => l.ta("ui-rel-days-in", &[("n", days.into())]),
        -14..=-2 => l.ta("ui-rel-days-ago", &[("n", days.saturating_abs().into())]),
        _ => date(l, day),
    }
}

/// Whole days from one civil date to another; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

fn clock(civil: DateTime) -> String {
    format!("{:02}:{:02}", civil.hour(), civil.minute())
}

fn weekday(l: &L, day: Date) -> String {
    let number = match day.weekday() {
        Weekday::Monday => 1,
        Weekday::Tuesday => 2,
        Weekday::Wednesday => 3,
        Weekday::Thursday => 4,
        Weekday::Friday => 5,
        Weekday::Saturday => 6,
        Weekday::Sunday => 7,
    };
    l.t(&format!("ui-weekday-{number}"))
}
