//! How numbers, money, dates, instants and phones are written for people, in both languages.
//! Groups are kept together by no-break spaces, minus is the real minus sign.

use jiff::civil::{Date, DateTime, Weekday};
use kernel::{Lang, Money, Timestamp};
use maud::{Markup, html};

use crate::i18n::L;

/// No-break space.
pub const NBSP: char = '\u{a0}';
/// The minus sign (not a hyphen).
pub const MINUS: char = '\u{2212}';

/// An integer in groups of three: `1 234 567` or `1,234,567`.
pub fn integer(lang: Lang, number: i64) -> String {
    let sign = if number < 0 {
        MINUS.to_string()
    } else {
        String::new()
    };
    sign + &groups(lang, number.unsigned_abs())
}

/// An exact amount: `1 234 567,89 ₽` or `RUB 1,234,567.89`.
pub fn money(lang: Lang, amount: Money) -> String {
    let unit = unit_of(amount);
    let abs = amount.minor.unsigned_abs();
    let mut number = groups(lang, abs / unit);
    if unit > 1 {
        let width = usize::try_from(amount.currency.decimals()).unwrap_or(2);
        number.push(decimal_mark(lang));
        number.push_str(&format!("{:0width$}", abs % unit));
    }
    with_currency(lang, amount, number)
}

/// The amount in whole units, rounded half away from zero: `1 234 568 ₽`. For tiles and charts.
pub fn money_whole(lang: Lang, amount: Money) -> String {
    let unit = unit_of(amount);
    let whole = amount.minor.unsigned_abs().saturating_add(unit / 2) / unit;
    with_currency(lang, zeroless(amount, whole), groups(lang, whole))
}

/// The amount in its largest scale with one decimal, rounded half away from zero: `1,2 млн ₽` or
/// `RUB 1.2m`. For chart axes and narrow tiles; the exact amount belongs into the tooltip.
pub fn money_compact(l: &L, amount: Money) -> String {
    let unit = unit_of(amount);
    let whole = amount.minor.unsigned_abs().saturating_add(unit / 2) / unit;
    let scales = [
        (1_000_000_000, "ui-scale-9"),
        (1_000_000, "ui-scale-6"),
        (1_000, "ui-scale-3"),
    ];
    let Some((scale, key)) = scales.into_iter().find(|(scale, _)| whole >= *scale) else {
        return money_whole(l.lang, amount);
    };
    let tenths = whole.saturating_mul(10).saturating_add(scale / 2) / scale;
    let mut number = groups(l.lang, tenths / 10);
    if tenths % 10 != 0 && tenths < 1_000 {
        number.push(decimal_mark(l.lang));
        number.push_str(&(tenths % 10).to_string());
    }
    if l.lang == Lang::Ru {
        number.push(NBSP);
    }
    with_currency(l.lang, amount, number + &l.t(key))
}

/// A share given in basis points (1/100 of a percent): `12,5 %` or `12.5%`. Trailing zeros are dropped.
pub fn percent(lang: Lang, basis_points: i64) -> String {
    let abs = basis_points.unsigned_abs();
    let mut number = groups(lang, abs / 100);
    let fraction = format!("{:02}", abs % 100);
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        number.push(decimal_mark(lang));
        number.push_str(fraction);
    }
    let sign = if basis_points < 0 {
        MINUS.to_string()
    } else {
        String::new()
    };
    match lang {
        Lang::Ru => format!("{sign}{number}{NBSP}%"),
        Lang::En => format!("{sign}{number}%"),
    }
}

/// A civil date: `23.11.2026` or `23 Nov 2026`.
pub fn date(l: &L, day: Date) -> String {
    match l.lang {
        Lang::Ru => format!("{:02}.{:02}.{:04}", day.day(), day.month(), day.year()),
        Lang::En => format!(
            "{}{NBSP}{}{NBSP}{}",
            day.day(),
            month_short(l, day),
            day.year()
        ),
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
    if day.year() == l.today.year() {
        head
    } else {
        format!("{head} {}", day.year())
    }
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

/// A phone in international form, grouped as its country writes it: `+7 916 123-45-67`. What is not
/// `+` and digits is returned as it is.
pub fn phone(e164: &str) -> String {
    let Some(digits) = e164
        .strip_prefix('+')
        .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))
    else {
        return e164.to_owned();
    };
    let layout: &[usize] = match digits.len() {
        11 if digits.starts_with('7') => return russian_phone(digits),
        11 if digits.starts_with('1') => &[1, 3, 3, 4],
        12 if digits.starts_with("420") || digits.starts_with("375") => &[3, 3, 3, 3],
        12 if digits.starts_with("44") => &[2, 4, 6],
        _ => return e164.to_owned(),
    };
    let mut rest = digits;
    let mut text = String::from("+");
    for size in layout {
        let (head, tail) = rest.split_at_checked(*size).unwrap_or((rest, ""));
        if text.len() > 1 {
            text.push(NBSP);
        }
        text.push_str(head);
        rest = tail;
    }
    text
}

fn russian_phone(digits: &str) -> String {
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    format!(
        "+7{NBSP}{}{NBSP}{}-{}-{}",
        part(1..4),
        part(4..7),
        part(7..9),
        part(9..11)
    )
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

fn unit_of(amount: Money) -> u64 {
    u64::try_from(amount.currency.minor_per_major()).unwrap_or(100)
}

/// Keeps the sign only when something is left after rounding: no "−0".
fn zeroless(amount: Money, whole: u64) -> Money {
    if whole == 0 {
        Money::zero(amount.currency)
    } else {
        amount
    }
}

fn with_currency(lang: Lang, amount: Money, number: String) -> String {
    let sign = if amount.minor < 0 {
        MINUS.to_string()
    } else {
        String::new()
    };
    match lang {
        Lang::Ru => format!("{sign}{number}{NBSP}{}", amount.currency.symbol()),
        Lang::En => format!("{}{NBSP}{sign}{number}", amount.currency.code()),
    }
}

const fn decimal_mark(lang: Lang) -> char {
    match lang {
        Lang::Ru => ',',
        Lang::En => '.',
    }
}

fn groups(lang: Lang, number: u64) -> String {
    let mark = match lang {
        Lang::Ru => NBSP,
        Lang::En => ',',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

impl L {
    /// See [`money`].
    pub fn money(&self, amount: Money) -> String {
        money(self.lang, amount)
    }
    /// See [`money_whole`].
    pub fn money_whole(&self, amount: Money) -> String {
        money_whole(self.lang, amount)
    }
    /// See [`money_compact`].
    pub fn money_compact(&self, amount: Money) -> String {
        money_compact(self, amount)
    }
    /// See [`integer`].
    pub fn int(&self, number: i64) -> String {
        integer(self.lang, number)
    }
    /// See [`percent`].
    pub fn percent(&self, basis_points: i64) -> String {
        percent(self.lang, basis_points)
    }
    /// See [`date`].
    pub fn date(&self, day: Date) -> String {
        date(self, day)
    }
    /// See [`datetime`].
    pub fn datetime(&self, instant: Timestamp) -> String {
        datetime(self, instant)
    }
    /// See [`relative_tag`].
    pub fn ago(&self, instant: Timestamp) -> Markup {
        relative_tag(self, instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{SOURCES, Texts};
    use jiff::tz::TimeZone;
    use kernel::Currency;
    use std::sync::Arc;

    fn l(lang: Lang) -> L {
        let texts = Arc::new(Texts::new(&SOURCES).unwrap());
        let now = "2026-11-23T09:00:00Z".parse::<jiff::Timestamp>().unwrap();
        let zone = TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC);
        L::new(lang, texts, zone, Timestamp::from_jiff(now))
    }

    fn plain(text: &str) -> String {
        text.replace(NBSP, " ")
    }

    #[test]
    fn money_is_written_as_each_language_writes_it() {
        let rub = |minor| Money::new(minor, Currency::RUB);
        let ru = |m| plain(&money(Lang::Ru, m));
        assert_eq!(ru(rub(123_456_789)), "1 234 567,89 ₽");
        assert_eq!(ru(rub(-5)), "−0,05 ₽");
        assert_eq!(ru(rub(0)), "0,00 ₽");
        assert_eq!(
            plain(&money(Lang::En, rub(-123_456_789))),
            "RUB −1,234,567.89"
        );
        assert_eq!(
            plain(&money_whole(Lang::Ru, rub(123_456_750))),
            "1 234 568 ₽"
        );
        assert_eq!(plain(&money_whole(Lang::Ru, rub(-49))), "0 ₽");
        assert_eq!(
            plain(&money_whole(Lang::En, rub(i64::MIN))),
            "RUB −92,233,720,368,547,758"
        );
        let jpy = Money::new(1_500, "JPY".parse().unwrap());
        assert_eq!(plain(&money(Lang::Ru, jpy)), "1 500 JPY");
    }

    #[test]
    fn compact_money_rounds_to_one_decimal() {
        let short = |lang, minor| plain(&money_compact(&l(lang), Money::new(minor, Currency::RUB)));
        assert_eq!(short(Lang::Ru, 123_456_789), "1,2 млн ₽");
        assert_eq!(short(Lang::En, 123_456_789), "RUB 1.2m");
        assert_eq!(short(Lang::Ru, 99_900), "999 ₽");
        assert_eq!(short(Lang::Ru, 1_250_000), "12,5 тыс. ₽");
        assert_eq!(short(Lang::Ru, -250_000_000_000), "−2,5 млрд ₽");
    }

    #[test]
    fn percents_dates_and_phones() {
        assert_eq!(plain(&percent(Lang::Ru, 1_250)), "12,5 %");
        assert_eq!(percent(Lang::En, -5), "−0.05%");
        let day = Date::constant(2026, 11, 3);
        assert_eq!(date(&l(Lang::Ru), day), "03.11.2026");
        assert_eq!(plain(&date(&l(Lang::En), day)), "3 Nov 2026");
        assert_eq!(plain(&day_heading(&l(Lang::Ru), day)), "вторник, 3 ноября");
        assert_eq!(plain(&phone("+79161234567")), "+7 916 123-45-67");
        assert_eq!(plain(&phone("+420777123456")), "+420 777 123 456");
        assert_eq!(phone("доб. 12"), "доб. 12");
    }

    #[test]
    fn relative_time_in_both_directions() {
        let ru = l(Lang::Ru);
        let ago = |seconds: i64| plain(&relative(&ru, ru.now.plus_seconds(-seconds)));
        assert_eq!(ago(20), "только что");
        assert_eq!(ago(300), "5 мин назад");
        assert_eq!(ago(3 * 3_600), "3 ч назад");
        assert_eq!(ago(24 * 3_600), "вчера");
        assert_eq!(ago(3 * 86_400), "3 дня назад");
        assert_eq!(ago(30 * 86_400), "24.10.2026");
        assert_eq!(ago(-2 * 3_600), "через 2 ч");
        let en = l(Lang::En);
        assert_eq!(plain(&relative(&en, en.now.plus_minutes(-5))), "5 min ago");
        assert_eq!(relative_day(&en, Date::constant(2026, 11, 26)), "in 3 days");
    }
}
