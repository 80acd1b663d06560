//! Reading the fields of a feed's record into types that cannot be wrong; what does not fit is rejected
//! with the field and the value.

use kernel::{Currency, Date, limits};
use spine::import::{ImportReject, ImportRow};

pub(super) use crate::refs::reject;

/// Largest amount a record may carry, minor units; far above any bank's, far below where sums overflow.
pub(super) const AMOUNT_MAX: i64 = 1_000_000_000_000_000;
/// Longest term, months.
const TERM_MAX: i64 = 1_200;
/// Highest rate, basis points (1 000 %).
const RATE_MAX: i64 = 100_000;
type Field<T> = Result<T, ImportReject>;

/// An optional text; empty when absent.
pub(super) fn text(row: &ImportRow, key: &str) -> Field<String> {
    let text = row.text(key).unwrap_or_default();
    let text = text.trim();
    if text.chars().count() > limits::TEXT_CHARS_MAX {
        return Err(reject(row, key, "too-long"));
    }
    Ok(text.to_owned())
}

/// A required text.
pub(super) fn required(row: &ImportRow, key: &str) -> Field<String> {
    let text = text(row, key)?;
    if text.is_empty() { Err(reject(row, key, "required")) } else { Ok(text) }
}

/// An optional date, `YYYY-MM-DD`.
pub(super) fn date(row: &ImportRow, key: &str) -> Field<Option<Date>> {
    let text = text(row, key)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| reject(row, key, "not-a-date"))
}

/// A required date.
pub(super) fn required_date(row: &ImportRow, key: &str) -> Field<Date> {
    date(row, key)?.ok_or_else(|| reject(row, key, "required"))
}

fn number(row: &ImportRow, key: &str, from: i64, to: i64) -> Field<Option<i64>> {
    if text(row, key)?.is_empty() {
        return Ok(None);
    }
    match row.int(key) {
        Some(n) if (from..=to).contains(&n) => Ok(Some(n)),
        _ => Err(reject(row, key, "not-an-amount")),
    }
}

/// An optional amount in minor units, of either sign.
pub(super) fn amount(row: &ImportRow, key: &str) -> Field<Option<i64>> {
    number(row, key, -AMOUNT_MAX, AMOUNT_MAX)
}

/// A required amount of either sign.
pub(super) fn required_amount(row: &ImportRow, key: &str) -> Field<i64> {
    amount(row, key)?.ok_or_else(|| reject(row, key, "required"))
}

/// An optional amount or count that is not negative.
pub(super) fn positive(row: &ImportRow, key: &str) -> Field<Option<i64>> {
    number(row, key, 0, AMOUNT_MAX)
}

/// A required amount that is not negative.
pub(super) fn required_positive(row: &ImportRow, key: &str) -> Field<i64> {
    positive(row, key)?.ok_or_else(|| reject(row, key, "required"))
}

/// An optional rate in basis points.
pub(super) fn rate(row: &ImportRow, key: &str) -> Field<Option<i64>> {
    number(row, key, 0, RATE_MAX)
}

/// A required term in months.
pub(super) fn required_term(row: &ImportRow, key: &str) -> Field<i64> {
    number(row, key, 0, TERM_MAX)?.ok_or_else(|| reject(row, key, "required"))
}

/// A required ISO 4217 code.
pub(super) fn currency(row: &ImportRow, key: &str) -> Field<Currency> {
    currency_or(row, key, None)
}

/// An ISO 4217 code; `absent` stands for none given.
pub(super) fn currency_or(row: &ImportRow, key: &str, absent: Option<Currency>) -> Field<Currency> {
    let text = text(row, key)?;
    match absent {
        Some(absent) if text.is_empty() => Ok(absent),
        _ if text.is_empty() => Err(reject(row, key, "required")),
        _ => text.parse().map_err(|_| reject(row, key, "not-a-choice")),
    }
}

/// One of the known words; `absent` stands for none given, and without it one must be given.
pub(super) fn word<T>(
    row: &ImportRow,
    key: &str,
    absent: Option<T>,
    from_key: impl Fn(&str) -> Option<T>,
) -> Field<T> {
    let text = text(row, key)?;
    match (text.is_empty(), absent) {
        (true, Some(absent)) => Ok(absent),
        (true, None) => Err(reject(row, key, "required")),
        (false, _) => from_key(&text).ok_or_else(|| reject(row, key, "not-a-choice")),
    }
}
