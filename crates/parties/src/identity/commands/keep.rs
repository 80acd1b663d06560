//! Keeping blocking keys and found pairs, in the transaction of the change.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ClientId;
use spine::{Change, Error, Work};
use store::Value;

use crate::identity::keys::keys;
use crate::identity::pair::FoundPair;
use crate::identity::queries::{
    AT_ONCE, find_alike, load_records, padded, stored_keys, stored_pairs,
};
use crate::identity::record::Record;

/// Brings the keys of clients in step with what is stored of them; answers their records.
pub(crate) async fn refresh_keys(
    w: &mut Work<'_>,
    ids: &[ClientId],
) -> Result<BTreeMap<ClientId, Record>, Error> {
    let pack = crate::client::pack(w.ctx)?;
    let records = load_records(w, pack, ids).await?;
    let stored = stored_keys(w, ids).await?;
    let nothing = BTreeSet::new();
    let mut stale: Vec<ClientId> = Vec::new();
    let mut fresh: Vec<(String, ClientId)> = Vec::new();
    for id in ids {
        let now = records.get(id).map(|record| keys(pack, record)).unwrap_or_default();
        let before = stored.get(id).unwrap_or(&nothing);
        let has_lost = !before.is_subset(&now);
        if has_lost {
            stale.push(*id);
        }
        fresh.extend(
            now.into_iter().filter(|key| has_lost || !before.contains(key)).map(|key| (key, *id)),
        );
    }
    for chunk in stale.chunks(AT_ONCE) {
        let (places, values) = padded(chunk.iter().map(|id| (*id).into()).collect());
        let sql = format!("delete from match_key where client_id in ({places})");
        w.execute(&sql, &values).await?;
    }
    // sorted, so that two writers never wait for each other in a circle
    fresh.sort();
    let rows: Vec<Vec<Value>> =
        fresh.into_iter().map(|(key, id)| vec![key.into(), id.into()]).collect();
    let head = "insert into match_key (value, client_id) values";
    w.insert_many(head, &rows, "on conflict do nothing").await?;
    Ok(records)
}

/// Keeps the keys of clients and notes who looks the same as one of them; answers how many pairs are new.
pub(crate) async fn note_pairs(
    w: &mut Work<'_>,
    ids: &[ClientId],
    found_by: &str,
) -> Result<u64, Error> {
    let pack = crate::client::pack(w.ctx)?;
    let records: Vec<Record> = refresh_keys(w, ids).await?.into_values().collect();
    let alike = find_alike(w, pack, &records).await?;
    let mut found = Vec::with_capacity(alike.len());
    for one in alike {
        if let Some(id) = records.get(one.record).and_then(|record| record.id) {
            found.push(FoundPair::new(id, one.client_id, one.likeness));
        }
    }
    keep_pairs(w, found, found_by).await
}

/// Stores pairs. A known one gets its new reasons while it is open; what a person called not the same is
/// left alone. Answers how many are new.
pub(crate) async fn keep_pairs(
    w: &mut Work<'_>,
    found: Vec<FoundPair>,
    found_by: &str,
) -> Result<u64, Error> {
    let found: BTreeMap<(ClientId, ClientId), FoundPair> =
        found.into_iter().map(|pair| ((pair.a_id, pair.b_id), pair)).collect();
    let lesser: BTreeSet<ClientId> = found.keys().map(|(a, _)| *a).collect();
    let known = stored_pairs(w, &lesser).await?;
    let now = w.ctx.now;
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(found.len());
    let mut fresh = 0;
    for (ids, pair) in &found {
        let reasons = serde_json::to_string(&pair.reasons).map_err(Error::failure)?;
        let what: Vec<Value> = vec![ids.0.into(), ids.1.into(), pair.probability_ppm.into()];
        let why: Vec<Value> = vec![pair.decision().into(), reasons.into()];
        rows.push([what, why, vec!["open".into(), found_by.into(), now.into()]].concat());
        if !known.contains_key(ids) {
            fresh += 1;
            let change = Change::new()
                .set("other_id", ids.1.to_string())
                .set("probability_ppm", pair.probability_ppm)
                .set("found_by", found_by);
            w.record("client_pair", ids.0, Some(ids.0), change);
        }
    }
    w.insert_many(
        "insert into client_pair (a_id, b_id, probability_ppm, decision, reasons, state, found_by, \
         found_at) values",
        &rows,
        "on conflict (a_id, b_id) do update set probability_ppm = excluded.probability_ppm, \
         decision = excluded.decision, reasons = excluded.reasons \
         where client_pair.state = 'open' and (client_pair.reasons <> excluded.reasons \
         or client_pair.probability_ppm <> excluded.probability_ppm)",
    )
    .await?;
    Ok(fresh)
}
