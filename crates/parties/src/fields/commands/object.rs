//! Kinds of record of the bank's own: adding, renaming, archiving.

use kernel::{ObjectId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Merge, Work};
use store::params;

use crate::fields::cache::OBJECT_ENTITY;
use crate::fields::model::{Object, ObjectSpec, derived_object_key, is_object_key};
use crate::fields::queries;

/// Kinds of record a bank may have, archived ones counted.
const OBJECTS_MAX: usize = 50;

/// Adds a kind of record; it is in force at once.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddObject {
    /// Its name for programs; left out: made of the name of many.
    #[serde(default)]
    pub key: Option<String>,
    /// What it is.
    pub spec: ObjectSpec,
}

impl Command for AddObject {
    const NAME: &'static str = "parties.add_object";
    const PERMISSION: &'static str = "admin.fields";
    type Output = ObjectId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ObjectId, Error> {
        let definitions = queries::read(w).await?;
        let spec = self.spec.tidied();
        let mut refusals = Refusals::default();
        spec.check(&mut refusals);
        let known = w.fieldable();
        let is_own = |key: &str| known.iter().any(|one| one.key == key);
        let is_taken = |key: &str| is_own(key) || definitions.objects().any(|o| o.key == key);
        let key = match self.key.as_deref().map(str::trim).filter(|key| !key.is_empty()) {
            None => derived_object_key(&spec.name_many, is_taken),
            Some(key) => {
                if !is_object_key(key) {
                    refusals.push(Refusal::field("object-key-shape", "key"));
                } else if is_taken(key) {
                    refusals.push(Refusal::field("field-key-taken", "key"));
                }
                key.to_owned()
            }
        };
        let is_twin = |o: &Object| o.is_active() && o.spec.name_many == spec.name_many;
        if definitions.objects().any(|o| is_twin(o)) {
            refusals.push(Refusal::field("object-name-taken", "name_many"));
        }
        if definitions.objects().count() >= OBJECTS_MAX {
            refusals.push(Refusal::new("object-too-many").arg("max", OBJECTS_MAX));
        }
        refusals.into_result()?;
        let id: ObjectId = w.new_id();
        let (now, author) = (w.ctx.now, w.actor());
        let added = w
            .execute(
                "insert into custom_object (id, key, spec, author_id, created_at, updated_at) \
                 values ($1, $2, $3, $4, $5, $6) on conflict (key) do nothing",
                params![id, &key, serde_json::to_string(&spec)?, author, now, now],
            )
            .await?;
        if added == 0 {
            return Err(Error::refused_field("field-key-taken", "key"));
        }
        let start = Change::new().set("key", key.as_str());
        let change = words(&spec)
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .fold(start, |all, (name, text)| all.set(name, text));
        w.record(OBJECT_ENTITY, id, None, change);
        Ok(id)
    }
}

/// Changes what is said of a kind of record. What somebody else changed meanwhile is merged part by part.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditObject {
    /// Which.
    pub object_id: ObjectId,
    /// What was said of it when the form was drawn; left out: what is stored now.
    #[serde(default)]
    pub original: Option<ObjectSpec>,
    /// What is to be said of it.
    pub spec: ObjectSpec,
}

impl Command for EditObject {
    const NAME: &'static str = "parties.edit_object";
    const PERMISSION: &'static str = "admin.fields";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let object = held(w, self.object_id).await?;
        let mine = self.spec.tidied();
        let mut refusals = Refusals::default();
        mine.check(&mut refusals);
        refusals.into_result()?;
        let original =
            self.original.as_ref().map_or_else(|| object.spec.clone(), ObjectSpec::tidied);
        let spec = merged(&object, &original, &mine);
        let spec = queries::with_writers(w, object.id.uuid(), spec).await?;
        let mut refusals = Refusals::default();
        spec.check(&mut refusals);
        let definitions = queries::read(w).await?;
        let is_twin =
            |o: &Object| o.id != object.id && o.is_active() && o.spec.name_many == spec.name_many;
        if definitions.objects().any(|o| is_twin(o)) {
            refusals.push(Refusal::field("object-name-taken", "name_many"));
        }
        if spec.client_link != object.spec.client_link && has_records(w, object.id).await? {
            refusals.push(Refusal::field("object-link-fixed", "client_link"));
        }
        refusals.into_result()?;
        let now = w.ctx.now;
        w.execute(
            "update custom_object set spec = $2, updated_at = $3 where id = $1",
            params![object.id, serde_json::to_string(&spec)?, now],
        )
        .await?;
        let both = words(&object.spec).into_iter().zip(words(&spec));
        let change = both.fold(Change::new(), |all, ((name, before), (_, after))| {
            all.field(name, before, after)
        });
        w.record(OBJECT_ENTITY, object.id, None, change);
        Ok(())
    }
}

/// Puts a kind of record away with all its records, or brings it back. Nothing is lost.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveObject {
    /// Which.
    pub object_id: ObjectId,
    /// Away, or back.
    pub archived: bool,
}

impl Command for ArchiveObject {
    const NAME: &'static str = "parties.archive_object";
    const PERMISSION: &'static str = "admin.fields";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let object = held(w, self.object_id).await?;
        if object.is_active() != self.archived {
            return Ok(());
        }
        let definitions = queries::read(w).await?;
        let is_twin = |o: &Object| o.is_active() && o.spec.name_many == object.spec.name_many;
        if !self.archived && definitions.objects().any(|o| is_twin(o)) {
            return Err(Error::refused("object-name-taken"));
        }
        let now = w.ctx.now;
        w.execute(
            "update custom_object set archived_at = $2, updated_at = $3 where id = $1",
            params![object.id, self.archived.then_some(now), now],
        )
        .await?;
        let change = Change::new().field("archived", !self.archived, self.archived);
        w.record(OBJECT_ENTITY, object.id, None, change.set("key", object.key.as_str()));
        Ok(())
    }
}

async fn held(w: &mut Work<'_>, id: ObjectId) -> Result<Object, Error> {
    use store::Read;
    let sql = format!("select id from custom_object where id = $1{}", w.dialect().for_update());
    w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    let all = queries::read(w).await?;
    let found = all.objects().find(|o| o.id == id).map(|o| Object::clone(o));
    found.ok_or(Error::NotFound)
}

async fn has_records(w: &mut Work<'_>, id: ObjectId) -> Result<bool, Error> {
    use store::Read;
    let sql = "select 1 from custom_record where object_id = $1 limit 1";
    Ok(w.first(sql, params![id]).await?.is_some())
}

/// What a kind becomes when it was drawn as `original`, is stored as it is, and shall be `mine`.
fn merged(object: &Object, original: &ObjectSpec, mine: &ObjectSpec) -> Result<ObjectSpec, Error> {
    let stored = &object.spec;
    let mut merge = Merge::new(None, object.updated_at);
    let mut out = stored.clone();
    let sides = words(original).into_iter().zip(words(mine)).zip(words(stored));
    for (((name, was), (_, mine_text)), (_, now)) in sides {
        if merge.text(name, &was, &mine_text, &now) != now {
            take(&mut out, name, mine);
        }
    }
    merge.finish()?;
    Ok(out)
}

/// Takes one part over.
fn take(out: &mut ObjectSpec, name: &str, from: &ObjectSpec) {
    match name {
        "name_one" => out.name_one.clone_from(&from.name_one),
        "name_many" => out.name_many.clone_from(&from.name_many),
        "name_one_en" => out.name_one_en.clone_from(&from.name_one_en),
        "name_many_en" => out.name_many_en.clone_from(&from.name_many_en),
        "client_link" => out.client_link = from.client_link,
        _ => out.roles.clone_from(&from.roles),
    }
}

/// What is said of a kind, as words for the journal, conflicts and merging; always in the same order.
pub(in crate::fields) fn words(spec: &ObjectSpec) -> [(&'static str, String); 6] {
    [
        ("name_one", spec.name_one.clone()),
        ("name_many", spec.name_many.clone()),
        ("name_one_en", spec.name_one_en.clone()),
        ("name_many_en", spec.name_many_en.clone()),
        ("client_link", spec.client_link.key().to_owned()),
        ("roles", spec.roles.join(", ")),
    ]
}
