//! Reading for the search of duplicates.

mod find;
mod pairs;
mod record;
mod walk;

pub(crate) use find::find_alike;
pub use pairs::{PairMark, PairRow, PairWanted, Side, pair, pairs};
pub(crate) use pairs::{is_known, sides, stored_pairs};
pub(crate) use record::{load_records, shares_of, stored_keys};
pub(crate) use walk::{
    KeyRow, Walk, clients_after, common_names, comparable_clients, count_keys, key_page, walk,
};
pub use walk::{Run, last_run};

use store::Value;

/// Ids or keys asked for at once.
pub(crate) const AT_ONCE: usize = 500;

/// `$1, $2, …` for a chunk padded to a power of two, so that few different statements are prepared, with
/// the values; the last one fills up.
pub(crate) fn padded(values: Vec<Value>) -> (String, Vec<Value>) {
    let length = values.len().next_power_of_two();
    let filler = values.last().cloned();
    let all: Vec<Value> = values
        .into_iter()
        .chain(std::iter::repeat_with(move || filler.clone()).flatten())
        .take(length)
        .collect();
    let places: Vec<String> = (1..=length).map(|n| format!("${n}")).collect();
    (places.join(", "), all)
}
