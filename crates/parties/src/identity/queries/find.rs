//! Finding clients that look like records: by their keys, compared, the likely ones only.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::Pack;
use jurisdiction::fellegi_sunter::Decision;
use kernel::ClientId;
use store::{Read, StoreError, Value};

use super::{load_records, shares_of};
use crate::identity::compare::compare;
use crate::identity::keys::keys;
use crate::identity::pair::Likeness;
use crate::identity::record::Record;

/// Clients taken of one key. A key that more share (a number of a call centre) tells little, and whoever
/// is meant is found by another.
const BLOCK_MAX: i64 = 50;
/// Keys asked for at once; databases bound how many parts a union has.
const KEYS_AT_ONCE: usize = 64;

/// A client that looks like a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    /// Which of the records, by place.
    pub(crate) record: usize,
    pub(crate) client_id: ClientId,
    pub(crate) likeness: Likeness,
}

/// The clients that are probably the same as one of the records, the likeliest first.
pub(crate) async fn find_alike<R: Read>(
    db: &mut R,
    pack: &Pack,
    records: &[Record],
) -> Result<Vec<Alike>, StoreError> {
    let of: Vec<BTreeSet<String>> = records.iter().map(|record| keys(pack, record)).collect();
    let all: BTreeSet<&String> = of.iter().flatten().collect();
    let holders = holders(db, &all).await?;
    let ids: BTreeSet<ClientId> = holders.values().flatten().copied().collect();
    let ids: Vec<ClientId> = ids.into_iter().collect();
    let known = load_records(db, pack, &ids).await?;
    let shares = shares_of(db, records.iter()).await?;
    let mut out = Vec::new();
    for (place, (record, keys)) in records.iter().zip(&of).enumerate() {
        let others: BTreeSet<ClientId> =
            keys.iter().filter_map(|key| holders.get(key)).flatten().copied().collect();
        for other in others {
            let Some(theirs) = known.get(&other).filter(|r| record.is_comparable(r)) else {
                continue;
            };
            let likeness = compare(pack, record, theirs, &shares);
            if likeness.decision != Decision::Distinct {
                out.push(Alike { record: place, client_id: other, likeness });
            }
        }
    }
    out.sort_by_key(|alike| {
        (std::cmp::Reverse(alike.likeness.probability_ppm), alike.record, alike.client_id)
    });
    Ok(out)
}

/// Who shares keys.
async fn holders<R: Read>(
    db: &mut R,
    keys: &BTreeSet<&String>,
) -> Result<BTreeMap<String, BTreeSet<ClientId>>, StoreError> {
    let keys: Vec<&String> = keys.iter().copied().collect();
    let mut out: BTreeMap<String, BTreeSet<ClientId>> = BTreeMap::new();
    for chunk in keys.chunks(KEYS_AT_ONCE) {
        let length = chunk.len().next_power_of_two();
        let filler = chunk.last().into_iter().cycle();
        let values: Vec<Value> =
            chunk.iter().chain(filler).take(length).map(|key| (*key).into()).collect();
        // each part reads its own range of the index and stops
        let parts: Vec<String> = (1..=length)
            .map(|n| {
                format!(
                    "select * from (select value, client_id from match_key where value = ${n} \
                     order by client_id limit {BLOCK_MAX}) k{n}"
                )
            })
            .collect();
        for row in db.query(&parts.join(" union all "), &values).await? {
            let mut c = row.cols();
            let value: String = c.take()?;
            out.entry(value).or_default().insert(c.take()?);
        }
    }
    Ok(out)
}
