//! A primary key as one text, the same on both databases: its parts with commas between them; numbers as they are, all else in
//! hexadecimal.

use uuid::Uuid;

use crate::dump::hexadecimal;
use crate::dump::schema::Kind;
use crate::{Dialect, StoreError, Value};

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    pub(super) const fn from_text(text: String) -> Self {
        Self(text)
    }
    /// The key that these values make.
    ///
    /// # Errors
    /// A value that can stand in no key.
    pub fn of(values: &[Value]) -> Result<Self, StoreError> {
        let part = |value: &Value| match value {
            Value::Int(number) => Ok(number.to_string()),
            Value::Text(text) => Ok(hexadecimal(text.as_bytes())),
            Value::Bytes(bytes) => Ok(hexadecimal(bytes)),
            Value::Id(id) => Ok(id.simple().to_string()),
            Value::Null => {
                Err(StoreError::Column { index: 0, problem: "null in a key".to_owned() })
            }
        };
        Ok(Self(values.iter().map(part).collect::<Result<Vec<_>, _>>()?.join(",")))
    }
    /// Its values, for key columns that hold this.
    ///
    /// # Errors
    /// A key that is none of such a table.
    pub fn values(&self, kinds: &[Kind], dialect: Dialect) -> Result<Vec<Value>, StoreError> {
        let parts: Vec<&str> = self.0.split(',').collect();
        let one = |(part, kind): (&&str, &Kind)| value(part, *kind, dialect);
        let values: Option<Vec<Value>> = parts.iter().zip(kinds).map(one).collect();
        values.filter(|_| parts.len() == kinds.len()).ok_or_else(|| StoreError::Column {
            index: 0,
            problem: format!("{} is no such key", self.0),
        })
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The SQL that makes the text of a row's key; `row` is its alias.
pub(super) fn expression(row: &str, key: &[(String, Kind)], dialect: Dialect) -> String {
    let part = |(column, kind): &(String, Kind)| {
        let column = format!("{row}.\"{column}\"");
        match (kind, dialect) {
            (Kind::Int, _) => format!("cast({column} as text)"),
            (Kind::Text, Dialect::Sqlite) => format!("lower(hex(cast({column} as blob)))"),
            (_, Dialect::Sqlite) => format!("lower(hex({column}))"),
            (Kind::Id, Dialect::Postgres) => format!("replace(cast({column} as text), '-', '')"),
            (Kind::Bytes, Dialect::Postgres) => format!("encode({column}, 'hex')"),
            (Kind::Text, Dialect::Postgres) => {
                format!("encode(convert_to({column}, 'UTF8'), 'hex')")
            }
        }
    };
    let parts: Vec<String> = key.iter().map(part).collect();
    parts.join(" || ',' || ")
}

fn value(part: &str, kind: Kind, dialect: Dialect) -> Option<Value> {
    if kind == Kind::Int {
        return part.parse().ok().map(Value::Int);
    }
    let bytes = hex(part)?;
    match (kind, dialect) {
        (Kind::Text, _) => String::from_utf8(bytes).ok().map(Value::Text),
        (Kind::Id, _) => Uuid::from_slice(&bytes).ok().map(Value::Id),
        _ => Some(Value::Bytes(bytes)),
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let digits = text.as_bytes().chunks_exact(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()).collect()
}
