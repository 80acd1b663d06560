//! What a version of the strategy bundle says of limits, at the centre. A version never changes, so that what was read of it is
//! kept: a branch that was long without a line tells thousands of commands done under one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value as Json};
use store::{Read, Row, Value, params};

use super::limit::Limit;
use crate::bundle::{PartTable, queries};
use crate::replica::message::Wire;
use crate::{Error, Work};

/// Versions kept at most.
const KEPT_MAX: usize = 16;

/// The limits of a version; none when it is from before limits were part of it.
type OfVersion = Option<Arc<[Limit]>>;

/// What was read of versions, by their signatures.
#[derive(Default)]
pub(crate) struct Versions(Mutex<BTreeMap<Vec<u8>, OfVersion>>);

/// What a version says of limits.
pub(super) async fn limits(work: &mut Work<'_>, version: i64) -> Result<OfVersion, Error> {
    let sql = "select signature from strategy_bundle where version = $1";
    let signature = work.first(sql, params![version]).await?.map(Row::one::<Vec<u8>>);
    let signature = signature.transpose()?.ok_or(Error::NotFound)?;
    let registry = work.registry;
    let kept = || registry.versions().0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(limits) = kept().get(&signature) {
        return Ok(limits.clone());
    }
    let content = queries::content(work, version).await?.unwrap_or_default();
    let limits = content.table("offline_limit").map(read).transpose()?;
    let mut kept = kept();
    if kept.len() >= KEPT_MAX {
        kept.clear();
    }
    kept.insert(signature, limits.clone());
    Ok(limits)
}

/// The rows of the table as limits: its columns are named as a limit's fields.
fn read(table: &PartTable) -> Result<Arc<[Limit]>, Error> {
    let limit = |row: &Vec<Wire>| {
        let fields = table.columns.iter().zip(row).filter_map(|(name, value)| {
            let value = match &value.0 {
                Value::Null => Json::Null,
                Value::Int(number) => Json::from(*number),
                Value::Text(text) => Json::from(text.as_str()),
                Value::Id(_) | Value::Bytes(_) => return None,
            };
            Some((name.clone(), value))
        });
        Ok(serde_json::from_value(Json::Object(fields.collect::<Map<_, _>>()))?)
    };
    table.rows.iter().map(limit).collect()
}
