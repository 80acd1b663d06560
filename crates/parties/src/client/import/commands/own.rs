//! Rows that say themselves which client of ours they are: what was taken out of the bank finds its client
//! again when it comes back.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ClientId;
use spine::import::ImportRow;
use spine::{Error, Work};
use store::{Read, Value};

use crate::client::model::ClientKind;
use crate::merge;

/// How the id of a card begins that was written here; the rest is the client's id.
const CARD_ID: &str = "uid:urn:uuid:";

/// A client of ours that a row names.
#[derive(Clone, Debug)]
pub(in crate::client::import) struct Own {
    /// The client as the row knows him: he may have become another one since.
    asked: ClientId,
    pub(in crate::client::import) id: ClientId,
    pub(in crate::client::import) kind: ClientKind,
    number: String,
    /// Empty for a client without a name.
    name: String,
}

impl Own {
    /// Whether the lists and cards of the bank call him so; a client without a name is called by his number.
    pub(in crate::client::import) fn is_called(&self, name: &str) -> bool {
        match self.name.as_str() {
            "" => name.contains(&self.number),
            ours => name == ours,
        }
    }
}

/// Rows' external ids → the clients they name.
pub(in crate::client::import) type Owned = BTreeMap<String, Own>;

/// Finds the clients named by the id of a card, or by our number together with the name: the numbers of
/// other lists may look like ours.
pub(in crate::client::import) async fn own_clients(
    w: &mut Work<'_>,
    rows: &[ImportRow],
) -> Result<Owned, Error> {
    let mut out = Owned::new();
    for chunk in rows.chunks(500) {
        let ids: BTreeSet<ClientId> = chunk.iter().filter_map(card_id).collect();
        let numbers: BTreeSet<String> = chunk.iter().filter_map(|r| r.text("number")).collect();
        let by_id = find(w, "id", ids.into_iter().map(Value::from).collect()).await?;
        let by_number = find(w, "number", numbers.into_iter().map(Value::from).collect()).await?;
        for row in chunk {
            let of_card = card_id(row).and_then(|id| by_id.iter().find(|own| own.asked == id));
            let (number, name) = (row.text("number"), row.text("full_name").unwrap_or_default());
            let is_named =
                |own: &&Own| number.as_ref() == Some(&own.number) && own.is_called(&name);
            if let Some(own) = of_card.or_else(|| by_number.iter().find(is_named)) {
                out.insert(row.external_id.clone(), own.clone());
            }
        }
    }
    Ok(out)
}

fn card_id(row: &ImportRow) -> Option<ClientId> {
    row.external_id.strip_prefix(CARD_ID)?.parse().ok()
}

/// Clients by one column.
async fn find(w: &mut Work<'_>, column: &str, values: Vec<Value>) -> Result<Vec<Own>, Error> {
    let mut out = Vec::new();
    if values.is_empty() {
        return Ok(out);
    }
    let places: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select id, number, kind, display_name from client where {column} in ({})",
        places.join(", ")
    );
    for row in w.query(&sql, &values).await? {
        let mut c = row.cols();
        let (asked, number, kind) = (c.take()?, c.take()?, c.take()?);
        out.push(Own { asked, id: asked, kind, number, name: c.take()? });
    }
    let merged: BTreeSet<ClientId> = merged(w, &out).await?;
    for own in out.iter_mut().filter(|own| merged.contains(&own.asked)) {
        own.id = merge::queries::survivor(w, own.asked).await?.unwrap_or(own.asked);
    }
    Ok(out)
}

/// Which of these clients have become others.
async fn merged(w: &mut Work<'_>, all: &[Own]) -> Result<BTreeSet<ClientId>, Error> {
    if all.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids: Vec<ClientId> = all.iter().map(|own| own.asked).collect();
    let (places, values) = merge::queries::places(1, &ids);
    let sql = format!(
        "select loser_id from client_merge where undone_at is null and loser_id in ({places})"
    );
    Ok(w.query(&sql, &values).await?.into_iter().map(store::Row::one).collect::<Result<_, _>>()?)
}
