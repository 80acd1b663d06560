//! The door through which commands of other rooms read and write own fields of their records.

use std::sync::Arc;

use spine::{Doing, Error, Fieldable, OwnChange, OwnFields, OwnValues, Typed, Work};
use store::params;
use uuid::Uuid;

use super::typed::{Stored, read_typed};
use super::values::index_keys;
use crate::fields::model::{Definitions, Field};
use crate::fields::queries::{self, Doc};

/// What stands behind the door, for commands and for pages.
pub(crate) struct OwnDoor;

impl OwnFields for OwnDoor {
    fn read<'a, 'b>(&'a self, w: &'a mut Work<'b>, typed: Typed<'a>) -> Doing<'a, OwnChange> {
        Box::pin(read(w, typed))
    }
    fn write<'a, 'b>(
        &'a self,
        w: &'a mut Work<'b>,
        of: (&'a Fieldable, Uuid),
        change: &'a OwnChange,
    ) -> Doing<'a, ()> {
        Box::pin(write(w, of, change))
    }
}

async fn read(w: &mut Work<'_>, typed: Typed<'_>) -> Result<OwnChange, Error> {
    let definitions = queries::read_held(w).await?;
    let at = w.ctx.now;
    let stored = typed.stored.map(|values| Stored { doc: &values.0, by: None, at });
    let (doc, changed) =
        read_typed(w, (&definitions, typed.object), stored, typed.edits, typed.refusals).await?;
    let before = |key: &str| typed.stored.and_then(|values| values.0.get(key).cloned());
    let changed = changed.iter().map(|field| (field.key.clone(), before(&field.key)));
    Ok(OwnChange { changed: changed.collect(), values: OwnValues(doc) })
}

async fn write(
    w: &mut Work<'_>,
    (object, record): (&Fieldable, Uuid),
    change: &OwnChange,
) -> Result<(), Error> {
    let definitions = queries::read(w).await?;
    if !change.changed.is_empty() {
        w.execute(
            "insert into own_values (record_id, object, doc) values ($1, $2, $3) \
             on conflict (record_id) do update set doc = excluded.doc",
            params![record, object.key, change.values.document()],
        )
        .await?;
        let is_changed = |f: &&Arc<Field>| change.changed.iter().any(|(key, _)| *key == f.key);
        let fields: Vec<&Arc<Field>> =
            definitions.of(object.key).filter(|f| is_changed(f)).collect();
        index_keys(w, record, &fields, &change.values.0).await?;
    }
    match object.find {
        Some(find) => {
            let words = found_words(&definitions, object.key, &change.values.0);
            find(w, record, words).await
        }
        None => Ok(()),
    }
}

/// What a record is found by among its own fields.
pub(super) fn found_words(definitions: &Definitions, object: &str, doc: &Doc) -> String {
    let texts = definitions.searchable(object).filter_map(|field| doc.get(&field.key));
    texts.cloned().collect::<Vec<_>>().join(" ")
}
