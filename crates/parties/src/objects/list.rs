//! A list of records: what is asked of it, understood.

use std::fmt::Write;
use std::sync::Arc;

use jurisdiction::search_prefix;
use kernel::{ClientId, RecordId, Refusals, limits};
use uuid::Uuid;
use web::Cx;

use crate::fields::model::{Field, Object};
use crate::list::{AddedTests, query_of};

/// Longest search text looked at (characters).
const SEARCH_CHARS_MAX: usize = 100;
/// Words of a search text looked at.
const WORDS_MAX: usize = 6;

/// The order of a list.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// By the last change.
    Updated,
    /// By title.
    Title,
    /// By a field with an index; records without a value are the least.
    Field(Arc<Field>),
}

/// What is asked of a list.
pub(super) struct Asked {
    pub(super) object: Arc<Object>,
    /// Fields the person may know of.
    pub(super) fields: Vec<Arc<Field>>,
    pub(super) tests: AddedTests,
    pub(super) search: String,
    pub(super) order: Order,
    pub(super) descending: bool,
    pub(super) client: Option<ClientId>,
    pub(super) archived: bool,
    /// Only these records; none: all that fit.
    pub(super) ids: Option<Vec<RecordId>>,
    /// The conditions, order and words as the address said them.
    pub(super) said: Vec<(String, String)>,
    /// The place the page begins behind: sort value and id.
    pub(super) after: Option<(String, Uuid)>,
    pub(super) size: usize,
}

impl Asked {
    /// Understands an address; an order nothing stands behind falls back to the standard one.
    ///
    /// # Errors
    /// The conditions that are not understood.
    pub(super) fn read(
        cx: &Cx,
        (object, fields): (Arc<Object>, Vec<Arc<Field>>),
        pairs: &[(String, String)],
    ) -> Result<Self, Refusals> {
        let first = |name: &str| {
            let found = pairs.iter().find(|(n, v)| n == name && !v.is_empty());
            found.map_or("", |(_, v)| v.as_str())
        };
        let tests = AddedTests::read(cx, &fields, pairs)?;
        let sort = first("sort");
        let (word, descending) = match sort.strip_prefix('-') {
            Some(word) => (word, true),
            None => (sort, false),
        };
        let field = fields.iter().find(|f| f.key == word && f.is_sortable());
        let (order, descending) = match (word, field) {
            ("title", _) => (Order::Title, descending),
            (_, Some(field)) => (Order::Field(Arc::clone(field)), descending),
            (_, None) => (Order::Updated, word != "updated" || descending),
        };
        Ok(Self {
            object,
            tests,
            search: first("q").trim().chars().take(SEARCH_CHARS_MAX).collect(),
            order,
            descending,
            client: first("client").parse().ok(),
            archived: first("show") == "archived",
            ids: None,
            said: said(pairs),
            after: place(first("after")),
            size: limits::PAGE_ROWS,
            fields,
        })
    }
    /// The order as in the address.
    pub(super) fn sort_text(&self) -> String {
        let sign = if self.descending { "-" } else { "" };
        let word = match &self.order {
            Order::Updated => "updated",
            Order::Title => "title",
            Order::Field(field) => &field.key,
        };
        format!("{sign}{word}")
    }
    /// What the journal says of an export of it.
    pub(super) fn filter_text(&self) -> String {
        query_of(&self.said)
    }
    /// Whether it asks for everything.
    pub(super) fn asks_for_all(&self) -> bool {
        self.search.is_empty() && self.tests.is_empty() && self.client.is_none()
    }
}

/// What an address says of which records there are, without the place in the list and how it is shown.
fn said(pairs: &[(String, String)]) -> Vec<(String, String)> {
    let conditions = ["field", "op", "value"];
    let others = ["q", "sort", "client", "show"];
    let is_said = |(name, value): &&(String, String)| {
        let name = name.as_str();
        conditions.contains(&name) || (others.contains(&name) && !value.is_empty())
    };
    pairs.iter().filter(is_said).cloned().collect()
}

/// Ranges of the words a record is found by.
pub(super) fn ranges(typed: &str) -> Vec<(String, String)> {
    let until = |from: &str| (from.to_owned(), store::after_prefix(from));
    let plain: String = typed.chars().filter(|c| c.is_alphanumeric()).collect();
    if plain.len() >= 4 && plain.bytes().all(|b| b.is_ascii_digit()) {
        return vec![until(&plain)];
    }
    let words = typed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(search_prefix).filter(|word| !word.is_empty());
    words.take(WORDS_MAX).map(|word| until(&word)).collect()
}

/// A place for an address.
pub(super) fn place_text((key, id): &(String, Uuid)) -> String {
    format!("{id}\n{key}").bytes().fold(String::new(), |mut out, byte| {
        // writing to a String cannot fail
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn place(text: &str) -> Option<(String, Uuid)> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() || pairs.len() > 2_000 {
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
    let (id, key) = plain.split_once('\n')?;
    (!key.contains('\0')).then_some(())?;
    Some((key.to_owned(), id.parse().ok()?))
}
