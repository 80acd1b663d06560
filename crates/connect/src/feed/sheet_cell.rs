//! Cells of a spreadsheet: numbers without lost digits, dates, errors.

use calamine::{DataRef, ExcelDateTime};
use jiff::civil::DateTime;

use super::problem::{Fault, RejectCode};
use super::row::Cell;

/// A cell as text or date.
pub(crate) fn cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Text(String::new()),
        DataRef::String(text) => Cell::checked(text.clone()),
        DataRef::SharedString(text) => Cell::checked((*text).to_owned()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::checked(text.clone()),
        DataRef::Bool(yes) => Cell::Text(yes.to_string()),
        DataRef::Int(number) => digits_kept(number.to_string()),
        DataRef::Float(number) => digits_kept(format!("{number:.14e}")),
        DataRef::DateTime(moment) => stamp(*moment),
        DataRef::Error(error) => {
            Cell::Broken(Fault::new(RejectCode::CellError, &error.to_string()))
        }
    }
}

/// A number as the spreadsheet shows it: 15 digits and no more. An account number typed into a number cell has lost
/// its last digits for good, and saying so beats importing a wrong one.
fn digits_kept(scientific: String) -> Cell {
    match plain_digits(&scientific) {
        Some(text) => Cell::Text(text),
        None => Cell::Broken(Fault::new(RejectCode::LostDigits, &scientific)),
    }
}

/// `1.50000000000000e2` → `150`; `None` beyond 15 digits before the point.
fn plain_digits(number: &str) -> Option<String> {
    let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |m| ("-", m));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    if !(-40..=15).contains(&point) {
        let zero = digits.bytes().all(|b| b == b'0');
        return if zero || point < 0 { Some("0".to_owned()) } else { None };
    }
    let (before, after) = if point <= 0 {
        let zeros = usize::try_from(-point).ok()?;
        (String::new(), format!("{}{digits}", "0".repeat(zeros)))
    } else {
        let point = usize::try_from(point).ok()?;
        let padded = format!("{digits:0<point$}");
        let (before, after) = padded.split_at(point);
        (before.to_owned(), after.to_owned())
    };
    let before = before.trim_start_matches('0');
    let after = after.trim_end_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    let sign = if before == "0" && after.is_empty() { "" } else { sign };
    Some(if after.is_empty() {
        format!("{sign}{before}")
    } else {
        format!("{sign}{before}.{after}")
    })
}

fn stamp(moment: ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let civil = (|| {
        DateTime::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second).ok()?,
            0,
        )
        .ok()
    })();
    match civil {
        Some(civil) if civil.time() == jiff::civil::Time::midnight() => {
            Cell::Stamp(civil, civil.date().to_string())
        }
        Some(civil) => Cell::Stamp(civil, civil.to_string()),
        // Excel knows a 29 February 1900 that never was.
        None => Cell::Broken(Fault::new(RejectCode::Date, &format!("{year}-{month}-{day}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheet_numbers_become_plain_text() {
        let text = |number: f64| plain_digits(&format!("{number:.14e}"));
        assert_eq!(text(150.0).as_deref(), Some("150"));
        assert_eq!(text(-0.29).as_deref(), Some("-0.29"));
        assert_eq!(text(1_234.560_000_000_000_1).as_deref(), Some("1234.56"));
        assert_eq!(text(0.0).as_deref(), Some("0"));
        assert_eq!(text(0.000_1).as_deref(), Some("0.0001"));
        assert_eq!(text(999_999_999_999_999.0).as_deref(), Some("999999999999999"));
        assert_eq!(text(40_702_810_938_000_012_345.0), None);
        assert_eq!(text(f64::NAN), None);
        assert_eq!(text(f64::INFINITY), None);
        assert_eq!(plain_digits("770708389312").as_deref(), Some("770708389312"));
    }
}
