//! The list's address: search words, conditions, sort, columns, page size and place. Everything a list
//! shows follows from it, so that a view can be kept, sent and opened again.

use std::sync::Arc;

use kernel::{FieldId, limits};

use super::condition::Raw;
use super::cursor::Cursor;
use crate::fields::model::{Field, is_key};

/// Page sizes offered.
pub(in crate::list) const PAGE_SIZES: [usize; 3] = [25, limits::PAGE_ROWS, 100];
/// Conditions looked at; the rest of a longer address is refused.
pub(in crate::list) const CONDITIONS_MAX: usize = 20;
/// Longest search text looked at (characters).
const SEARCH_CHARS_MAX: usize = 100;

/// What a list may be sorted by: each has indexes for every scope behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) enum SortKey {
    /// By name; clients without one come last.
    Name,
    /// By the day the client came; clients without such a day are the earliest.
    Since,
    /// By the last change.
    Updated,
    /// By a field the bank has added; clients without a value are the least. The id is none as long as nobody
    /// has looked whether there is such a field.
    Added {
        /// Key of the field.
        key: Arc<str>,
        /// Its id.
        id: FieldId,
    },
}

impl SortKey {
    const OWN: [SortKey; 3] = [SortKey::Name, SortKey::Since, SortKey::Updated];
    /// Stable word.
    pub(in crate::list) fn key(&self) -> &str {
        match self {
            SortKey::Name => "name",
            SortKey::Since => "since",
            SortKey::Updated => "updated",
            SortKey::Added { key, .. } => key,
        }
    }
    /// By a field.
    pub(in crate::list) fn of(field: &Field) -> Self {
        SortKey::Added { key: Arc::from(field.key.as_str()), id: field.id }
    }
    /// Which way people want it first: names from А, days and changes from the newest.
    pub(in crate::list) const fn descends_first(&self) -> bool {
        match self {
            SortKey::Name | SortKey::Added { .. } => false,
            SortKey::Since | SortKey::Updated => true,
        }
    }
}

/// The order of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) struct Sort {
    /// By what.
    pub(in crate::list) key: SortKey,
    /// Largest first.
    pub(in crate::list) descending: bool,
}

impl Sort {
    /// By name.
    pub(in crate::list) const STANDARD: Sort = Sort { key: SortKey::Name, descending: false };

    fn parse(text: &str) -> Self {
        let (word, descending) = match text.strip_prefix('-') {
            Some(word) => (word, true),
            None => (text, false),
        };
        let own = SortKey::OWN.into_iter().find(|k| k.key() == word);
        let added = || {
            let id = FieldId::from_uuid(uuid::Uuid::nil());
            is_key(word).then(|| SortKey::Added { key: Arc::from(word), id })
        };
        own.or_else(added).map_or(Self::STANDARD, |key| Sort { key, descending })
    }
    /// As in the address.
    pub(in crate::list) fn text(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.key.key())
    }
}

/// Which page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) enum Turn {
    /// The first.
    First,
    /// The rows after a place.
    After(Cursor),
    /// The rows before a place.
    Before(Cursor),
}

/// A list's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) struct Address {
    /// Words of a name, or a number.
    pub(in crate::list) search: String,
    /// Conditions as typed.
    pub(in crate::list) conditions: Vec<Raw>,
    /// Order.
    pub(in crate::list) sort: Sort,
    /// Keys of the columns; empty for the standard ones.
    pub(in crate::list) columns: Vec<String>,
    /// Rows on a page.
    pub(in crate::list) size: usize,
    /// Which page.
    pub(in crate::list) turn: Turn,
}

impl Address {
    /// Reads decoded pairs of a query string, in order. What is not understood falls back to the standard,
    /// except conditions, which are judged one by one later: a list must never be wider than asked.
    pub(in crate::list) fn parse(pairs: &[(String, String)]) -> Self {
        let first = |name: &str| {
            let found = pairs.iter().find(|(n, v)| n == name && !v.is_empty());
            found.map_or("", |(_, v)| v.as_str())
        };
        let sort = Sort::parse(first("sort"));
        let cursor = |name: &str| Cursor::decode(first(name), &sort.key);
        let turn = match (cursor("after"), cursor("before")) {
            (Some(after), _) => Turn::After(after),
            (None, Some(before)) => Turn::Before(before),
            (None, None) => Turn::First,
        };
        let size = first("size").parse().ok().filter(|s| PAGE_SIZES.contains(s));
        Self {
            search: first("q").trim().chars().take(SEARCH_CHARS_MAX).collect(),
            conditions: Raw::parse(pairs),
            sort,
            columns: first("cols")
                .split(',')
                .filter(|c| !c.is_empty())
                .map(str::to_owned)
                .take(40)
                .collect(),
            size: size.unwrap_or(limits::PAGE_ROWS),
            turn,
        }
    }
    /// What makes the view: conditions, order and columns, without the place and the page size.
    pub(in crate::list) fn view_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = self.kept_pairs();
        if !self.search.is_empty() {
            pairs.push(("q".to_owned(), self.search.clone()));
        }
        pairs.extend(self.condition_pairs());
        pairs
    }
    /// The conditions as pairs.
    fn condition_pairs(&self) -> impl Iterator<Item = (String, String)> {
        self.conditions.iter().flat_map(|c| {
            [("field", &c.field), ("op", &c.op), ("value", &c.value)]
                .map(|(name, value)| (name.to_owned(), value.clone()))
        })
    }
    /// What a new search or filter keeps: order and columns.
    pub(in crate::list) fn kept_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        if self.sort != Sort::STANDARD {
            pairs.push(("sort".to_owned(), self.sort.text()));
        }
        if !self.columns.is_empty() {
            pairs.push(("cols".to_owned(), self.columns.join(",")));
        }
        pairs
    }
    /// The same list with the page size kept, from the first page.
    pub(in crate::list) fn list_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = self.view_pairs();
        if self.size != limits::PAGE_ROWS {
            pairs.push(("size".to_owned(), self.size.to_string()));
        }
        pairs
    }
    /// This very page.
    pub(in crate::list) fn page_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = self.list_pairs();
        match &self.turn {
            Turn::First => {}
            Turn::After(cursor) => pairs.push(("after".to_owned(), cursor.encode(&self.sort.key))),
            Turn::Before(cursor) => {
                pairs.push(("before".to_owned(), cursor.encode(&self.sort.key)))
            }
        }
        pairs
    }
    /// Whether it asks for everything.
    pub(in crate::list) fn asks_for_all(&self) -> bool {
        self.search.is_empty() && self.conditions.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        text.split('&')
            .filter_map(|p| p.split_once('='))
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect()
    }

    #[test]
    fn addresses_survive_and_nonsense_falls_back() {
        let text = "sort=-updated&cols=name,phone&q=Иван&field=segment&op=is&value=vip&size=25";
        let address = Address::parse(&pairs(text));
        assert_eq!(address.sort, Sort { key: SortKey::Updated, descending: true });
        assert_eq!(address.columns, ["name", "phone"]);
        assert_eq!(Address::parse(&address.page_pairs()), address);
        let odd = Address::parse(&pairs("sort=drop table&size=9999999&after=zz&cols=,,"));
        assert_eq!(odd, Address::parse(&[]));
        assert!(odd.asks_for_all() && odd.view_pairs().is_empty());
    }
}
