//! What a feed row becomes: a record of typed fields.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::DateTime;
use kernel::{Date, Money};
use serde::{Deserialize, Serialize};

/// One row of a feed after its mapping: what it is, how the source names it, and its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where it stands in the file, from 1: the line on which it starts, or the sheet row.
    pub row: u64,
    /// What it describes: `client`, `account`, `transaction`…
    pub kind: String,
    /// The id the source knows it by; unique together with the mapping's source and the kind.
    pub external_id: String,
    /// Fields by target name. An empty value of the file is an absent field.
    pub fields: BTreeMap<String, FieldValue>,
}

impl Record {
    /// A text field; `None` when absent or of another type.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.fields.get(field) {
            Some(FieldValue::Text(text)) => Some(text),
            _ => None,
        }
    }
    /// The external id a reference field points to; `None` when absent or of another type.
    pub fn reference(&self, field: &str) -> Option<&str> {
        match self.fields.get(field) {
            Some(FieldValue::Reference { id, .. }) => Some(id),
            _ => None,
        }
    }
    /// A date field; `None` when absent or of another type.
    pub fn date(&self, field: &str) -> Option<Date> {
        match self.fields.get(field) {
            Some(FieldValue::Date(date)) => Some(*date),
            _ => None,
        }
    }
    /// A money field; `None` when absent or of another type.
    pub fn money(&self, field: &str) -> Option<Money> {
        match self.fields.get(field) {
            Some(FieldValue::Money(money)) => Some(*money),
            _ => None,
        }
    }
    /// A whole-number field; `None` when absent or of another type.
    pub fn integer(&self, field: &str) -> Option<i64> {
        match self.fields.get(field) {
            Some(FieldValue::Integer(number)) => Some(*number),
            _ => None,
        }
    }
}

/// A typed value of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// Text, never empty.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A decimal fraction that is no money: a rate, a share, a score.
    Decimal(Decimal),
    /// An amount in minor units.
    Money(Money),
    /// A civil date.
    Date(Date),
    /// A civil date and time in the source's own zone, which the importer knows.
    DateTime(DateTime),
    /// Yes or no.
    Bool(bool),
    /// Another record of the same source.
    Reference {
        /// Its kind.
        kind: String,
        /// Its external id.
        id: String,
    },
}

/// An exact decimal fraction: `units` / 10^`scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decimal {
    /// The digits as a whole number.
    pub units: i64,
    /// Digits after the point, 0–18.
    pub scale: u32,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.units.unsigned_abs().to_string();
        let scale = usize::try_from(self.scale).unwrap_or(0);
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len().saturating_sub(scale));
        let sign = if self.units < 0 { "-" } else { "" };
        if fraction.is_empty() {
            write!(f, "{sign}{whole}")
        } else {
            write!(f, "{sign}{whole}.{fraction}")
        }
    }
}

impl fmt::Display for FieldValue {
    /// The plain form used inside external ids, previews and CSV: ISO dates, point decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldValue::Text(text) => f.write_str(text),
            FieldValue::Integer(number) => number.fmt(f),
            FieldValue::Decimal(decimal) => decimal.fmt(f),
            FieldValue::Money(money) => write!(f, "{} {}", money.plain(), money.currency),
            FieldValue::Date(date) => date.fmt(f),
            FieldValue::DateTime(moment) => moment.fmt(f),
            FieldValue::Bool(yes) => yes.fmt(f),
            FieldValue::Reference { id, .. } => f.write_str(id),
        }
    }
}
