//! Paging by key: a page says where the next begins and never how many there are.

use kernel::limits;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use spine::Error;

use super::answer::{hex, unhex};
use super::problem::Problem;

/// What every list takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Rows on a page, 1 to 200.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
    /// Where the page begins: the `next` of the page before. Nothing may be read into it.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub cursor: Option<String>,
}

impl ListQuery {
    /// Rows asked for.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(limits::PAGE_ROWS).clamp(1, limits::PAGE_ROWS_MAX)
    }
    /// One row more than asked for, by which it is seen whether there is a next page.
    pub fn limit_and_one(&self) -> i64 {
        i64::try_from(self.limit()).unwrap_or(0) + 1
    }
    /// The place the page begins at.
    ///
    /// # Errors
    /// A cursor this list did not give.
    pub fn place<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        unhex(cursor)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .map(Some)
            .ok_or_else(|| Problem::bad_request("cursor-unknown", "cursor"))
    }
}

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct Listing<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; null on the last.
    pub next: Option<String>,
}

impl<T> Listing<T> {
    /// A list that is short by nature.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
    /// A page from one row more than it shows; `place` is where a row stands in the order.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub fn cut<K: Serialize>(
        mut items: Vec<T>,
        limit: usize,
        place: impl Fn(&T) -> K,
    ) -> Result<Self, Error> {
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| has_more);
        let next = last.map(|row| cursor(&place(row))).transpose()?;
        Ok(Self { items, next })
    }
    /// A page of which somebody else has found out where the next begins.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub fn before<K: Serialize>(items: Vec<T>, next: Option<K>) -> Result<Self, Error> {
        Ok(Self { items, next: next.map(|place| cursor(&place)).transpose()? })
    }
    /// The same page with its rows in another form.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Listing<U> {
        Listing { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

/// A place as an opaque word.
pub(super) fn cursor<K: Serialize>(place: &K) -> Result<String, Error> {
    Ok(hex(&serde_json::to_vec(place)?))
}
