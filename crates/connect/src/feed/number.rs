//! Numbers and money as feeds write them: exact, never through a float.

use kernel::{Currency, Money, MoneyError};

use super::problem::{Fault, RejectCode};
use super::value::Decimal;

/// Brings a number to the form `-1234.5`: groups, plus signs and typographic minus removed.
/// `mark` is the decimal mark; without one, a single `,` or `.` is the mark.
/// `None` when the text is no number.
fn plain(text: &str, mark: Option<char>) -> Option<String> {
    let compact: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\''))
        .map(|c| if matches!(c, '−' | '–') { '-' } else { c })
        .collect();
    let (sign, digits) = match compact.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", compact.strip_prefix('+').unwrap_or(&compact)),
    };
    let mark = mark.or_else(|| guess_mark(digits)).unwrap_or('.');
    let group = if mark == ',' { '.' } else { ',' };
    let (whole, fraction) = digits.split_once(mark).unwrap_or((digits, ""));
    let whole = ungroup(whole, group)?;
    let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_digits(&whole) || !is_digits(fraction) {
        return None;
    }
    Some(if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    })
}

/// The last of `,` and `.` is the decimal mark when it stands once.
fn guess_mark(digits: &str) -> Option<char> {
    let mark = digits.chars().rev().find(|c| matches!(c, '.' | ','))?;
    (digits.matches(mark).count() == 1).then_some(mark)
}

/// Removes group marks; they must part groups of three.
fn ungroup(whole: &str, group: char) -> Option<String> {
    let mut groups = whole.split(group);
    let first = groups.next()?;
    let mut all = first.to_owned();
    for part in groups {
        if part.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        all.push_str(part);
    }
    Some(all)
}

pub(crate) fn integer(text: &str) -> Result<i64, Fault> {
    let fault = || Fault::new(RejectCode::Integer, text);
    let number = plain(text, Some('.')).ok_or_else(fault)?;
    let whole = match number.split_once('.') {
        // 12.0 is how spreadsheets and data frames write 12.
        Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return Err(fault()),
        None => number.as_str(),
    };
    whole.parse().map_err(|_| Fault::new(RejectCode::Range, text))
}

pub(crate) fn decimal(text: &str, mark: Option<char>) -> Result<Decimal, Fault> {
    let number = plain(text, mark).ok_or_else(|| Fault::new(RejectCode::Decimal, text))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let units = format!("{whole}{fraction}").parse();
    match (units, u32::try_from(fraction.len())) {
        (Ok(units), Ok(scale)) if scale <= 18 => Ok(Decimal { units, scale }),
        _ => Err(Fault::new(RejectCode::Range, text)),
    }
}

pub(crate) fn money(text: &str, mark: Option<char>, currency: Currency) -> Result<Money, Fault> {
    let number = plain(text, mark).ok_or_else(|| Fault::new(RejectCode::Money, text))?;
    Money::parse(&number, currency).map_err(|error| match error {
        MoneyError::Decimals(_) => Fault::new(RejectCode::MoneyDecimals, text)
            .arg("currency", currency)
            .arg("decimals", currency.decimals()),
        MoneyError::Range(_) => Fault::new(RejectCode::Range, text),
        MoneyError::Amount(_) | MoneyError::Currency(_) => Fault::new(RejectCode::Money, text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_both_habits_are_exact() {
        let minor =
            |t: &str, mark| money(t, mark, Currency::RUB).map(|m| m.minor).map_err(|f| f.code);
        assert_eq!(minor("1 234 567,89", None), Ok(123_456_789));
        assert_eq!(minor("1,234,567.89", None), Ok(123_456_789));
        assert_eq!(minor("1.234.567,89", None), Ok(123_456_789));
        assert_eq!(minor("−8033.00", None), Ok(-803_300));
        assert_eq!(minor("1,234", Some('.')), Ok(123_400));
        assert_eq!(minor("1,234", None), Err(RejectCode::MoneyDecimals));
        assert_eq!(minor("300 тыс", None), Err(RejectCode::Money));
        assert_eq!(minor("12,34,56", Some('.')), Err(RejectCode::Money));
        assert_eq!(minor("", None), Err(RejectCode::Money));
        assert_eq!(minor("1e5", None), Err(RejectCode::Money));
        assert_eq!(minor("99999999999999999999", None), Err(RejectCode::Range));
    }

    #[test]
    fn whole_numbers_and_fractions() {
        assert_eq!(integer("62457513.0").ok(), Some(62_457_513));
        assert!(integer("1.5").is_err());
        assert_eq!(decimal("-0,29", None).map(|d| d.to_string()).ok().as_deref(), Some("-0.29"));
        assert_eq!(decimal("100.0", None).map(|d| d.to_string()).ok().as_deref(), Some("100.0"));
    }
}
