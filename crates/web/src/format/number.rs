//! Numbers, money, shares.

use kernel::{Lang, Money};

use super::{MINUS, NBSP};
use crate::i18n::L;

/// An integer in groups of three: `1 234 567` or `1,234,567`.
pub fn integer(lang: Lang, number: i64) -> String {
    let sign = if number < 0 { MINUS.to_string() } else { String::new() };
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

/// An amount as a field shows it: `1234567.89` of the store becomes `1 234 567,89` or `1,234,567.89`.
/// What a person typed otherwise stays as it is.
pub fn amount_typed(lang: Lang, text: &str) -> String {
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, cents)) if is_plain(whole) && is_plain(cents) && cents.len() == 2 => {
            match whole.parse() {
                Ok(number) => format!("{}{}{cents}", groups(lang, number), decimal_mark(lang)),
                Err(_) => text.to_owned(),
            }
        }
        _ => text.to_owned(),
    }
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
    let scales = [(1_000_000_000, "ui-scale-9"), (1_000_000, "ui-scale-6"), (1_000, "ui-scale-3")];
    let Some((scale, key)) = scales.into_iter().find(|(scale, _)| whole >= *scale) else {
        return money_whole(l.lang, amount);
    };
    let tenths = whole.saturating_mul(10).saturating_add(scale / 2) / scale;
    let mut number = groups(l.lang, tenths / 10);
    if !tenths.is_multiple_of(10) && tenths < 1_000 {
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
    let sign = if basis_points < 0 { MINUS.to_string() } else { String::new() };
    match lang {
        Lang::Ru => format!("{sign}{number}{NBSP}%"),
        Lang::En => format!("{sign}{number}%"),
    }
}

fn unit_of(amount: Money) -> u64 {
    u64::try_from(amount.currency.minor_per_major()).unwrap_or(100)
}

/// Keeps the sign only when something is left after rounding: no "−0".
fn zeroless(amount: Money, whole: u64) -> Money {
    if whole == 0 { Money::zero(amount.currency) } else { amount }
}

fn with_currency(lang: Lang, amount: Money, number: String) -> String {
    let sign = if amount.minor < 0 { MINUS.to_string() } else { String::new() };
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
