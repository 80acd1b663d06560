//! A page of what the directory holds in memory, for the API.

use serde::Serialize;
use serde::de::DeserializeOwned;
use web::api::{ListQuery, Listing, Problem};

/// A page of rows that are in the order of their ids.
///
/// # Errors
/// A cursor this list did not give.
pub(crate) fn listed<'a, T, K>(
    query: &ListQuery,
    rows: impl Iterator<Item = &'a T>,
    id: fn(&T) -> K,
) -> Result<Listing<T>, Problem>
where
    T: Clone + 'a,
    K: Ord + Serialize + DeserializeOwned,
{
    let after = query.place::<K>()?;
    let rest = rows.filter(|row| after.as_ref().is_none_or(|after| id(row) > *after));
    let rows: Vec<T> = rest.take(query.limit() + 1).cloned().collect();
    Ok(Listing::cut(rows, query.limit(), id)?)
}
