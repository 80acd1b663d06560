//! The place in a sorted list: the sort value and id of a row, as an opaque text for addresses.

use kernel::ClientId;
use store::Value;

use super::address::SortKey;

/// A sort value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) enum Key {
    /// Name, or a day (empty for none).
    Text(String),
    /// Instant in microseconds.
    Number(i64),
}

impl From<&Key> for Value {
    fn from(key: &Key) -> Value {
        match key {
            Key::Text(text) => text.into(),
            Key::Number(number) => (*number).into(),
        }
    }
}

/// A row's place under a sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) struct Cursor {
    /// Its sort value.
    pub(in crate::list) key: Key,
    /// Its id.
    pub(in crate::list) id: ClientId,
}

impl Cursor {
    /// For the address.
    pub(in crate::list) fn encode(&self, sort: &SortKey) -> String {
        use std::fmt::Write;
        let value = match &self.key {
            Key::Text(text) => text.clone(),
            Key::Number(number) => number.to_string(),
        };
        let plain = format!("{}\n{}\n{value}", sort.key(), self.id);
        plain.bytes().fold(String::with_capacity(plain.len() * 2), |mut out, byte| {
            // writing to a String cannot fail
            let _ = write!(out, "{byte:02x}");
            out
        })
    }
    /// From an address; `None` when it is no cursor, or one of another sort.
    pub(in crate::list) fn decode(text: &str, sort: &SortKey) -> Option<Self> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() || pairs.len() > 4_096 {
            return None;
        }
        let bytes: Option<Vec<u8>> = pairs
            .iter()
            .map(|pair| {
                let digits = std::str::from_utf8(pair).ok().filter(|d| !d.starts_with('+'))?;
                u8::from_str_radix(digits, 16).ok()
            })
            .collect();
        let plain = String::from_utf8(bytes?).ok()?;
        let mut parts = plain.splitn(3, '\n');
        let (of, id, value) = (parts.next()?, parts.next()?, parts.next()?);
        if of != sort.key() || value.contains('\0') {
            return None;
        }
        let key = match sort {
            SortKey::Name | SortKey::Since | SortKey::Added { .. } => Key::Text(value.to_owned()),
            SortKey::Updated => Key::Number(value.parse().ok()?),
        };
        Some(Self { key, id: id.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn cursors_survive_the_address_and_only_under_their_sort() {
        let cursor = Cursor {
            key: Key::Text("ИВАНОВ\nПЕТР".to_owned()),
            id: Uuid::from_u128(7).into(),
        };
        let text = cursor.encode(&SortKey::Name);
        assert!(text.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(Cursor::decode(&text, &SortKey::Name), Some(cursor));
        assert_eq!(Cursor::decode(&text, &SortKey::Since), None);
        let number = Cursor { key: Key::Number(-5), id: Uuid::from_u128(8).into() };
        let text = number.encode(&SortKey::Updated);
        assert_eq!(Cursor::decode(&text, &SortKey::Updated), Some(number));
        for broken in ["", "zz", "6", "+1+1", "6e616d65", "é!"] {
            assert_eq!(Cursor::decode(broken, &SortKey::Name), None, "{broken}");
        }
    }
}
