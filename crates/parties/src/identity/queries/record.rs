//! Reading what clients are compared by, many at once.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::Pack;
use kernel::ClientId;
use store::{Read, StoreError, Value};

use super::{AT_ONCE, padded};
use crate::client::model::ClientKind;
use crate::identity::compare::NameShares;
use crate::identity::record::{RECORD_FIELDS, Record};
use crate::merge::queries::NOT_MERGED;

/// The records of clients that can be duplicates of one another; others are left out.
pub(crate) async fn load_records<R: Read>(
    db: &mut R,
    pack: &Pack,
    ids: &[ClientId],
) -> Result<BTreeMap<ClientId, Record>, StoreError> {
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let (places, values) = padded(chunk.iter().map(|id| (*id).into()).collect());
        let mut records = heads(db, pack, &places, &values).await?;
        let sql = format!(
            "select client_id, kind, value, archived_at is not null from client_identifier \
             where client_id in ({places})"
        );
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            let (id, kind, value): (ClientId, String, String) = (c.take()?, c.take()?, c.take()?);
            let is_old: bool = c.take()?;
            if let Some(record) = records.get_mut(&id) {
                record.add_number(&kind, &value, is_old);
            }
        }
        let sql = format!(
            "select client_id, kind, value from client_contact \
             where client_id in ({places}) and archived_at is null and kind in ('phone', 'email')"
        );
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            let (id, kind, value): (ClientId, String, String) = (c.take()?, c.take()?, c.take()?);
            if let Some(record) = records.get_mut(&id) {
                record.add_contact(&kind, &value);
            }
        }
        out.append(&mut records);
    }
    Ok(out)
}

async fn heads<R: Read>(
    db: &mut R,
    pack: &Pack,
    places: &str,
    values: &[Value],
) -> Result<BTreeMap<ClientId, Record>, StoreError> {
    let sql = format!(
        "select c.id, c.kind, {} from client c where c.id in ({places}) \
         and c.kind in ('person', 'sole_trader', 'company') and {NOT_MERGED}",
        RECORD_FIELDS.join(", ")
    );
    let mut records = BTreeMap::new();
    for row in db.query(&sql, values).await? {
        let mut c = row.cols();
        let (id, kind): (ClientId, ClientKind) = (c.take()?, c.take()?);
        let mut fields: BTreeMap<&str, String> = BTreeMap::new();
        for key in RECORD_FIELDS {
            if let Some(text) = c.take::<Option<String>>()? {
                fields.insert(key, text);
            }
        }
        let record = Record::new(pack, Some(id), kind, |key| fields.get(key).map(String::as_str));
        records.insert(id, record);
    }
    Ok(records)
}

/// The keys that are kept of clients.
pub(crate) async fn stored_keys<R: Read>(
    db: &mut R,
    ids: &[ClientId],
) -> Result<BTreeMap<ClientId, BTreeSet<String>>, StoreError> {
    let mut out: BTreeMap<ClientId, BTreeSet<String>> = BTreeMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let (places, values) = padded(chunk.iter().map(|id| (*id).into()).collect());
        let sql = format!("select client_id, value from match_key where client_id in ({places})");
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            let id: ClientId = c.take()?;
            out.entry(id).or_default().insert(c.take()?);
        }
    }
    Ok(out)
}

/// How common the surnames of records are; rare ones are absent.
pub(crate) async fn shares_of<'a, R: Read>(
    db: &mut R,
    records: impl Iterator<Item = &'a Record>,
) -> Result<NameShares, StoreError> {
    let tokens: BTreeSet<&str> =
        records.map(|r| r.last_name.token.as_str()).filter(|t| !t.is_empty()).collect();
    let tokens: Vec<&str> = tokens.into_iter().collect();
    let mut out = NameShares::new();
    for chunk in tokens.chunks(AT_ONCE) {
        let (places, values) = padded(chunk.iter().map(|t| (*t).into()).collect());
        let sql = format!("select token, share_ppm from name_share where token in ({places})");
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            let (token, share): (String, i64) = (c.take()?, c.take()?);
            out.insert(token, u32::try_from(share).unwrap_or(0));
        }
    }
    Ok(out)
}
