//! Definitions in memory: every page asks for them, and nobody waits for the database.

use std::sync::Arc;

use kernel::Timestamp;
use spine::{Error, Services};
use web::{AddedField, Cx, FieldsAdded};

use super::CLIENT;
use super::model::{Definitions, Field, FieldOption};
use super::queries;

/// The entity of the journal under which definitions change.
pub(crate) const ENTITY: &str = "custom_field";
/// The same of kinds of record.
pub(crate) const OBJECT_ENTITY: &str = "custom_object";
/// What another node has changed is in force here after so long (seconds).
const OLDEST_SECONDS: i64 = 5;

/// The definitions as they were read.
struct Kept {
    changes: u64,
    read_at: Timestamp,
    definitions: Arc<Definitions>,
}

/// The definitions in force: what this node has changed at once, what another has within seconds.
///
/// # Errors
/// The database's, when they are read anew.
pub(crate) async fn definitions(
    services: &Services,
    now: Timestamp,
) -> Result<Arc<Definitions>, Error> {
    // counted before reading: a change that comes while we read makes us read again
    let live = &services.live;
    let changes = live.changes(ENTITY).saturating_add(live.changes(OBJECT_ENTITY));
    if let Some(kept) = services.memory.get::<Kept>()
        && kept.changes == changes
        && (0..OLDEST_SECONDS).contains(&now.seconds_since(kept.read_at))
    {
        return Ok(Arc::clone(&kept.definitions));
    }
    let mut db = services.reader.clone();
    let definitions = Arc::new(queries::read(&mut db).await?);
    let kept = Kept { changes, read_at: now, definitions: Arc::clone(&definitions) };
    services.memory.put(kept);
    Ok(definitions)
}

/// All fields the bank has added, for pages of other rooms that show what changed, and for feeds.
pub(crate) fn added(cx: &Cx) -> FieldsAdded<'_> {
    Box::pin(async move {
        let definitions = definitions(&cx.app.services, cx.now()).await?;
        let is_kind_seen = |key: &str| {
            let object = definitions.object(key);
            key == CLIENT || object.is_some_and(|o| o.is_seen_by(cx.principal()))
        };
        let english = cx.l.lang == kernel::Lang::En;
        let words = |field: &Field| {
            let word = |o: &FieldOption| {
                let label = if english && !o.label_en.is_empty() { &o.label_en } else { &o.label };
                (o.key.clone(), label.clone())
            };
            field.spec.options.iter().map(word).collect()
        };
        let one = |field: &Arc<Field>| AddedField {
            object: field.object.clone(),
            object_name: definitions
                .object(&field.object)
                .map_or_else(String::new, |o| o.spec.many(cx.l.lang).to_owned()),
            words: words(field),
            key: field.key.clone(),
            labels: [field.spec.label.clone(), field.spec.label_en.clone()],
            label: field.spec.shown_label(cx.l.lang).to_owned(),
            is_active: field.is_active(),
            is_seen: field.is_seen_by(cx.principal()) && is_kind_seen(&field.object),
        };
        Ok(definitions.all().map(one).collect())
    })
}
