//! What the walk over all records writes: rows of an index, and by what records are found.

use std::sync::Arc;

use kernel::JobId;
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::{Read, Value, params};
use uuid::Uuid;

use super::door::found_words;
use super::values::index_rows;
use crate::client::model::client_number;
use crate::fields::cache::ENTITY;
use crate::fields::job::Order;
use crate::fields::model::{Definitions, Field, IndexState};
use crate::fields::queries;
use crate::objects;

/// Writes what a stretch of the walk has read, and where it stands; answers whether it goes on. Part of the walk.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::fields) struct StoreIndex {
    pub(in crate::fields) job_id: JobId,
    pub(in crate::fields) order: Order,
    pub(in crate::fields) ids: Vec<Uuid>,
    pub(in crate::fields) last_id: Uuid,
    pub(in crate::fields) done: i64,
    pub(in crate::fields) total: i64,
    pub(in crate::fields) is_end: bool,
}

impl Command for StoreIndex {
    const NAME: &'static str = "parties.store_index";
    const PERMISSION: &'static str = "system";
    type Output = bool;

    async fn handle(&self, w: &mut Work<'_>) -> Result<bool, Error> {
        let definitions = queries::read(w).await?;
        let field =
            definitions.all().find(|f| f.id == self.order.field_id).ok_or(Error::NotFound)?;
        let fills = field.index_state == IndexState::Building && self.is_current(w).await?;
        if fills {
            self.fill(w, field).await?;
        }
        if self.order.finds {
            self.find_anew(w, &definitions, &field.object).await?;
        }
        let now = w.ctx.now;
        w.execute(
            "insert into custom_walk (job_id, field_id, last_id, done, total, updated_at) \
             values ($1, $2, $3, $4, $5, $6) on conflict (job_id) do update set \
             last_id = excluded.last_id, done = excluded.done, total = excluded.total, \
             updated_at = excluded.updated_at",
            params![self.job_id, field.id, self.last_id, self.done, self.total, now],
        )
        .await?;
        if self.is_end && fills {
            let sql = "update custom_field set index_state = $2 where id = $1";
            w.execute(sql, params![field.id, IndexState::Ready]).await?;
            let change = Change::new().field(
                "index_state",
                IndexState::Building.key(),
                IndexState::Ready.key(),
            );
            w.record(ENTITY, field.id, None, change);
        }
        Ok(!self.is_end && (fills || self.order.finds))
    }
}

impl StoreIndex {
    /// Whether the index being made is the one this walk was asked for.
    async fn is_current(&self, w: &mut Work<'_>) -> Result<bool, Error> {
        let sql = "select 1 from custom_field where id = $1 and index_since <= $2";
        Ok(w.first(sql, params![self.order.field_id, self.order.since]).await?.is_some())
    }

    /// Works out anew by what these records are found.
    async fn find_anew(
        &self,
        w: &mut Work<'_>,
        definitions: &Definitions,
        object: &str,
    ) -> Result<(), Error> {
        let known = w.fieldable();
        let own = known.iter().find(|one| one.key == object);
        if let Some(find) = own.and_then(|one| one.find) {
            for (id, doc) in queries::docs_of(w, (known, object), &self.ids, "").await? {
                find(w, id, found_words(definitions, object, &doc)).await?;
            }
            return Ok(());
        }
        for (id, doc) in queries::docs_of(w, (known, object), &self.ids, "").await? {
            let number = client_number(id);
            objects::commands::index_tokens(w, definitions, object, id.into(), (&number, &doc))
                .await?;
        }
        Ok(())
    }

    /// The rows of these records. Their documents are held, so that none changes between reading and writing.
    async fn fill(&self, w: &mut Work<'_>, field: &Arc<Field>) -> Result<(), Error> {
        let currency = crate::client::currency(w.ctx)?;
        let lock = w.dialect().for_share();
        let mut rows: Vec<Vec<Value>> = Vec::new();
        let known = w.fieldable();
        let docs = queries::docs_of(w, (known, &field.object), &self.ids, lock).await?;
        for (id, doc) in docs {
            let keys = doc.get(&field.key).map(|text| field.keys(text, currency));
            for key in keys.into_iter().flatten() {
                rows.push(vec![field.id.into(), key.into(), id.into()]);
            }
        }
        index_rows(w, &rows).await
    }
}
