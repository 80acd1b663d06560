//! The last step of a field: text becomes a typed value.

use jurisdiction::{Sex, decode_czech_birth_number};
use kernel::Currency;

use super::bind::{BoundField, Source};
use super::mapping::FieldType;
use super::number;
use super::problem::{Fault, RejectCode};
use super::row::Cell;
use super::value::{Decimal, FieldValue};

/// The value of one field of one row; `None` when the row has none.
pub(crate) fn value(
    field: &BoundField,
    cells: &[Cell],
    mapping_currency: Option<Currency>,
) -> Result<Option<FieldValue>, Fault> {
    if let Some(value) = stamp(field, cells) {
        return Ok(Some(value));
    }
    let text = field.ready_text(cells)?;
    if text.is_empty() {
        return Ok(None);
    }
    let rule = &field.rule;
    let negative = field.negate.as_ref().is_some_and(|n| n.holds(cells));
    let range = || Fault::new(RejectCode::Range, &text);
    let born =
        || decode_czech_birth_number(&text).map_err(|_| Fault::new(RejectCode::BirthNumber, &text));
    Ok(Some(match rule.kind {
        FieldType::Text => FieldValue::Text(unguarded(text)),
        FieldType::Integer => {
            let plain = number::integer(&text)?;
            FieldValue::Integer(signed(plain, negative).ok_or_else(range)?)
        }
        FieldType::Decimal => {
            let plain = number::decimal(&text, rule.decimal)?;
            let units = signed(plain.units, negative).ok_or_else(range)?;
            FieldValue::Decimal(Decimal { units, scale: plain.scale })
        }
        FieldType::Money => {
            let currency = currency(field, cells, mapping_currency)?;
            let mut money = number::money(&text, rule.decimal, currency)?;
            money.minor = signed(money.minor, negative).ok_or_else(range)?;
            FieldValue::Money(money)
        }
        FieldType::Date | FieldType::Datetime => {
            let moment = field.formats.iter().find_map(|f| f.read(&text, rule.pivot.unwrap_or(50)));
            let moment = moment.ok_or_else(|| {
                Fault::new(RejectCode::Date, &text).arg("format", rule.format.join(", "))
            })?;
            if rule.kind == FieldType::Date {
                FieldValue::Date(moment.date())
            } else {
                FieldValue::DateTime(moment)
            }
        }
        FieldType::Bool => FieldValue::Bool(yes_or_no(&text)?),
        FieldType::Reference => {
            FieldValue::Reference { kind: rule.reference.clone().unwrap_or_default(), id: text }
        }
        FieldType::BirthNumberDate => FieldValue::Date(born()?.date),
        FieldType::BirthNumberSex => {
            let sex = match born()?.sex {
                Sex::Female => "female",
                Sex::Male => "male",
            };
            FieldValue::Text(sex.to_owned())
        }
    }))
}

/// Exports put an apostrophe before a text that a spreadsheet would run as a formula; it is no part of the text.
fn unguarded(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => text,
    }
}

/// A spreadsheet date needs no form to be read.
fn stamp(field: &BoundField, cells: &[Cell]) -> Option<FieldValue> {
    let Source::Column(column) = &field.source else {
        return None;
    };
    let Some(Cell::Stamp(moment, _)) = cells.get(*column) else {
        return None;
    };
    match field.rule.kind {
        FieldType::Date => Some(FieldValue::Date(moment.date())),
        FieldType::Datetime => Some(FieldValue::DateTime(*moment)),
        _ => None,
    }
}

fn signed(number: i64, negative: bool) -> Option<i64> {
    if negative { number.checked_neg() } else { Some(number) }
}

fn currency(
    field: &BoundField,
    cells: &[Cell],
    mapping_currency: Option<Currency>,
) -> Result<Currency, Fault> {
    if let Some(cell) = field.currency_column.and_then(|c| cells.get(c)) {
        let code = cell.text()?.trim().to_uppercase();
        // RUR left ISO 4217 in 1998 and still stands in the exports of many Russian systems.
        let code = if code == "RUR" { "RUB".to_owned() } else { code };
        if !code.is_empty() {
            return code.parse().map_err(|_| Fault::new(RejectCode::Currency, &code));
        }
    }
    field.rule.currency.or(mapping_currency).ok_or_else(|| Fault::new(RejectCode::Currency, ""))
}

fn yes_or_no(text: &str) -> Result<bool, Fault> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "yes" | "y" | "t" | "да" | "истина" => Ok(true),
        "0" | "false" | "no" | "n" | "f" | "нет" | "ложь" => Ok(false),
        _ => Err(Fault::new(RejectCode::Bool, text)),
    }
}
