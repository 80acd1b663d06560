//! Putting a record away and bringing it back.

use kernel::RecordId;
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::{Read, params};

use super::save::{ENTITY, object_of};
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
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let definitions = crate::fields::queries::read(w).await?;
        let object = object_of(w, &definitions, &self.object)?;
        let sql = format!("select id from custom_record where id = $1{}", w.dialect().for_update());
        w.first(&sql, params![self.record_id]).await?.ok_or(Error::NotFound)?;
        let record = queries::record(w, self.record_id).await?;
        if record.object_id != object.id || !record.is_editable_by(&w.ctx.principal) {
            return Err(Error::NotFound);
        }
        if record.archived_at.is_some() == self.archived {
            return Ok(());
        }
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "update custom_record set archived_at = $2, updated_at = $3, updated_by = $4, \
             version = version + 1 where id = $1",
            params![record.id, self.archived.then_some(now), now, author],
        )
        .await?;
        let change = Change::new()
            .field("archived", !self.archived, self.archived)
            .set("object", object.key.as_str());
        w.record(ENTITY, record.id, record.client_id, change);
        Ok(())
    }
}
