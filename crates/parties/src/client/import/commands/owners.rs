//! Who holds the numbers a batch brings: a number of one client only is never given to a second one.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::Pack;
use kernel::ClientId;
use spine::{Error, Work};

use crate::client::import::read::Incoming;
use crate::search::commands::lock_key;
use crate::search::normal_key;
use crate::search::queries::key_holders;

/// Kind and value of a number, the value as it is compared.
type Key = (String, String);

/// The holders of the unique numbers of a batch.
pub(super) struct Owners {
    pack: &'static Pack,
    holders: BTreeMap<Key, BTreeSet<ClientId>>,
    /// Numbers given by rows of this batch, with the external id of the row.
    given: BTreeMap<Key, String>,
}

impl Owners {
    /// Looks them up; nobody else can give one of them away until the end of the transaction.
    pub(super) async fn of<'a>(
        w: &mut Work<'_>,
        rows: impl Iterator<Item = &'a Incoming>,
    ) -> Result<Self, Error> {
        let pack = crate::client::pack(w.ctx)?;
        let keys: BTreeSet<Key> = rows.flat_map(|row| unique(pack, row)).map(|(k, _)| k).collect();
        // in one order, so that two imports never wait for each other in a circle
        for (kind, value) in &keys {
            lock_key(w, kind, value).await?;
        }
        let holders = key_holders(w, keys).await?;
        Ok(Self { pack, holders, given: BTreeMap::new() })
    }

    /// The number of a row that belongs to another client: its kind and value. None: the row may have all
    /// it brings, and has them from now on. `client` is the one the row is known as.
    pub(super) fn take(
        &mut self,
        row: &Incoming,
        client: Option<ClientId>,
    ) -> Option<(String, String)> {
        let numbers = unique(self.pack, row);
        for (key, value) in &numbers {
            let is_given = self.given.get(key).is_some_and(|id| *id != row.external_id);
            let is_held = self.holders.get(key).is_some_and(|holders| {
                !holders.is_empty() && client.is_none_or(|client| !holders.contains(&client))
            });
            if is_given || is_held {
                return Some((key.0.clone(), value.clone()));
            }
        }
        self.given.extend(numbers.into_iter().map(|(key, _)| (key, row.external_id.clone())));
        None
    }
}

/// The unique numbers of a row, as they are compared and as they are written.
fn unique(pack: &Pack, row: &Incoming) -> Vec<(Key, String)> {
    let is_unique = |kind: &str| pack.identifier(kind).is_some_and(|known| known.unique);
    let unique = row.identifiers.iter().filter(|(kind, _)| is_unique(kind));
    unique
        .map(|(kind, checked)| {
            let value = checked.normalised.clone();
            ((kind.clone(), normal_key(&value)), value)
        })
        .collect()
}
