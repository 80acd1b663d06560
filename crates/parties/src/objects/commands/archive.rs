//! Putting a record away and bringing it back.

use kernel::RecordId;
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::{Read, params};

use super::save::{ENTITY, object_of};
use crate::fields::model::Object;
use crate::objects::queries;

/// Puts a record away, or brings it back.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveRecord {
    /// Of which kind.
    pub object: String,
    /// Which.
    pub record_id: RecordId,
    /// Away, or back.
    pub archived: bool,
}

impl Command for ArchiveRecord {
    const NAME: &'static str = "parties.archive_record";
    const PERMISSION: &'static str = "record.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let definitions = crate::fields::queries::read(w).await?;
        let object = object_of(w, &definitions, &self.object)?;
        set(w, &object, self.record_id, self.archived).await?;
        Ok(())
    }
}

/// Puts a record the acting person may change away, or brings it back; answers whether anything became different.
pub(super) async fn set(
    w: &mut Work<'_>,
    object: &Object,
    id: RecordId,
    archived: bool,
) -> Result<bool, Error> {
    let sql = format!("select id from custom_record where id = $1{}", w.dialect().for_update());
    w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    let record = queries::record(w, id).await?;
    if record.object_id != object.id || !record.is_editable_by(&w.ctx.principal) {
        return Err(Error::NotFound);
    }
    if record.archived_at.is_some() == archived {
        return Ok(false);
    }
    let (now, author) = (w.ctx.now, w.actor());
    w.execute(
        "update custom_record set archived_at = $2, updated_at = $3, updated_by = $4, \
         version = version + 1 where id = $1",
        params![record.id, archived.then_some(now), now, author],
    )
    .await?;
    let change =
        Change::new().field("archived", !archived, archived).set("object", object.key.as_str());
    w.record(ENTITY, record.id, record.client_id, change);
    Ok(true)
}
