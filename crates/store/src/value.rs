//! Values that travel to and from both databases: whole numbers, texts, bytes and ids.

use jiff::civil::Date;
use kernel::{Currency, Timestamp};
use uuid::Uuid;

use crate::StoreError;

/// Before a statement whose best way through the indexes depends on its values, as when a word may be rare or common: PostgreSQL
/// plans it anew for them. Understood outside of transactions.
pub const BY_VALUES: &str = "/* by values */ ";

/// The first text after all that begin with `prefix`, in byte order: with it, `column >= prefix and column <
/// after` goes along an index.
pub fn after_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

/// A parameter or column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL null.
    Null,
    /// `bigint` / `integer`.
    Int(i64),
    /// `text`.
    Text(String),
    /// `bytea` / `blob`.
    Bytes(Vec<u8>),
    /// `uuid` / 16-byte `blob`.
    Id(Uuid),
}

impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Value::Int(v)
    }
}
impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Value::Int(i64::from(v))
    }
}
impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Value::Text(v.to_owned())
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Value::Text(v)
    }
}
impl From<&String> for Value {
    fn from(v: &String) -> Self {
        Value::Text(v.clone())
    }
}
impl From<Vec<u8>> for Value {
    fn from(v: Vec<u8>) -> Self {
        Value::Bytes(v)
    }
}
impl From<Uuid> for Value {
    fn from(v: Uuid) -> Self {
        Value::Id(v)
    }
}
impl From<Timestamp> for Value {
    fn from(v: Timestamp) -> Self {
        Value::Int(v.micros())
    }
}
impl From<Date> for Value {
    fn from(v: Date) -> Self {
        Value::Text(v.to_string())
    }
}
impl From<Currency> for Value {
    fn from(v: Currency) -> Self {
        Value::Text(v.code().to_owned())
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}

/// Reads a column into a Rust type.
pub trait FromValue: Sized {
    /// The value as `Self`, or what was found instead.
    ///
    /// # Errors
    /// A description of the unexpected content.
    fn from_value(value: Value) -> Result<Self, String>;
}

fn unexpected(value: &Value, want: &str) -> String {
    let got = match value {
        Value::Null => "null",
        Value::Int(_) => "an integer",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
        Value::Id(_) => "an id",
    };
    format!("want {want}, got {got}")
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, String> {
        Ok(value)
    }
}
impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Int(v) => Ok(v),
            other => Err(unexpected(&other, "an integer")),
        }
    }
}
impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, String> {
        i64::from_value(value).map(|v| v != 0)
    }
}
impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Text(v) => Ok(v),
            other => Err(unexpected(&other, "a text")),
        }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Bytes(v) => Ok(v),
            Value::Id(v) => Ok(v.as_bytes().to_vec()),
            other => Err(unexpected(&other, "bytes")),
        }
    }
}
impl FromValue for Uuid {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Id(v) => Ok(v),
            Value::Bytes(v) => Uuid::from_slice(&v).map_err(|e| e.to_string()),
            other => Err(unexpected(&other, "an id")),
        }
    }
}
impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Self, String> {
        i64::from_value(value).map(Timestamp::from_micros)
    }
}
impl FromValue for Date {
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        match plain_date(&text) {
            Some(date) => Ok(date),
            None => text.parse().map_err(|e: jiff::Error| e.to_string()),
        }
    }
}

/// `YYYY-MM-DD`, as we write dates: a page reads hundreds, and the general parser knows many more forms.
fn plain_date(text: &str) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
    let digit = |byte: u8| byte.checked_sub(b'0').filter(|d| *d < 10);
    let two = |tens: u8, ones: u8| Some(digit(tens)? * 10 + digit(ones)?);
    let year = i16::from(two(y1, y2)?) * 100 + i16::from(two(y3, y4)?);
    let part = |tens: u8, ones: u8| i8::try_from(two(tens, ones)?).ok();
    Date::new(year, part(m1, m2)?, part(d1, d2)?).ok()
}
impl FromValue for Currency {
    fn from_value(value: Value) -> Result<Self, String> {
        String::from_value(value)?.parse().map_err(|e: kernel::MoneyError| e.to_string())
    }
}
impl FromValue for serde_json::Value {
    fn from_value(value: Value) -> Result<Self, String> {
        serde_json::from_str(&String::from_value(value)?).map_err(|e| e.to_string())
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

macro_rules! id_values {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        impl From<kernel::$name> for Value {
            fn from(v: kernel::$name) -> Self {
                Value::Id(v.uuid())
            }
        }
        impl FromValue for kernel::$name {
            fn from_value(value: Value) -> Result<Self, String> {
                Uuid::from_value(value).map(kernel::$name::from_uuid)
            }
        }
    )+};
}
kernel::every_id!(id_values);

/// One row of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(Vec<Value>);

impl Row {
    /// Wraps columns in select order.
    pub const fn new(columns: Vec<Value>) -> Self {
        Self(columns)
    }
    /// Hands the columns out one after the other, in select order.
    pub fn cols(self) -> Cols {
        Cols { index: 0, columns: self.0.into_iter() }
    }
    /// The first column.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it is absent or of another type.
    pub fn one<T: FromValue>(self) -> Result<T, StoreError> {
        self.cols().take()
    }
    /// All columns.
    pub fn into_values(self) -> Vec<Value> {
        self.0
    }
}

/// The columns of a row, taken in order.
pub struct Cols {
    index: usize,
    columns: std::vec::IntoIter<Value>,
}

impl Cols {
    /// The next column.
    ///
    /// # Errors
    /// [`StoreError::Column`] when there is none or it is of another type.
    pub fn take<T: FromValue>(&mut self) -> Result<T, StoreError> {
        let index = self.index;
        self.index += 1;
        let column = |problem: String| StoreError::Column { index, problem };
        let value = self.columns.next().ok_or_else(|| column("no such column".to_owned()))?;
        T::from_value(value).map_err(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_written_and_nothing_else_is() {
        for text in ["2026-11-25", "1900-01-01", "2024-02-29", "0001-12-31"] {
            let quick = plain_date(text).unwrap();
            assert_eq!(quick, text.parse::<Date>().unwrap());
            assert_eq!(quick.to_string(), text);
        }
        for text in
            ["2025-02-29", "2026-13-01", "2026-1-01", "2026/11/25", "20261125", "ab26-11-25", ""]
        {
            assert_eq!(plain_date(text), None, "{text}");
        }
        assert!(Date::from_value("2025-02-30".into()).is_err());
    }
}
