//! Adding, changing and archiving fields.

use kernel::{FieldId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Merge, Work};
use store::params;

use crate::fields::cache::ENTITY;
use crate::fields::job::{IndexFieldJob, Order};
use crate::fields::model::{Field, FieldSpec, IndexState, derived_key, is_key, options_text};
use crate::fields::queries;

/// Fields of one object, archived ones counted.
const FIELDS_MAX: usize = 200;

/// Adds a field; it is in force at once.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddField {
    /// `client`, `task`, `interaction`, `project`, `link`, `account`, or the key of a kind of record of the bank's own.
    pub object: String,
    /// Its name for programs, beginning with `x_`; left out: made of the label.
    #[serde(default)]
    pub key: Option<String>,
    /// What it is.
    pub spec: FieldSpec,
}

impl Command for AddField {
    const NAME: &'static str = "parties.add_field";
    const PERMISSION: &'static str = "admin.fields";
    type Output = FieldId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<FieldId, Error> {
        queries::hold(w).await?;
        let definitions = queries::read(w).await?;
        let mut refusals = Refusals::default();
        let own = w.fieldable().iter().find(|one| one.key == self.object).copied();
        if own.is_none() && definitions.object(&self.object).is_none() {
            refusals.push(Refusal::field("not-a-choice", "object"));
        }
        let spec = self.spec.tidied().fitting(&self.object, own.as_ref());
        spec.check(&mut refusals);
        let leads = spec.of_object.as_deref();
        if leads.is_some_and(|object| definitions.object(object).is_none()) {
            refusals.push(Refusal::field("not-a-choice", "of_object"));
        }
        let is_taken = |key: &str| definitions.find(&self.object, key).is_some();
        let key = match self.key.as_deref().map(str::trim).filter(|key| !key.is_empty()) {
            None => derived_key(&spec.label, is_taken),
            Some(key) => {
                if !is_key(key) {
                    refusals.push(Refusal::field("field-key-shape", "key"));
                } else if is_taken(key) {
                    refusals.push(Refusal::field("field-key-taken", "key"));
                }
                key.to_owned()
            }
        };
        let of_object = || definitions.all().filter(|f| f.object == self.object);
        if of_object().any(|f| f.is_active() && f.spec.label == spec.label) {
            refusals.push(Refusal::field("field-label-taken", "label"));
        }
        if of_object().count() >= FIELDS_MAX {
            refusals.push(Refusal::new("field-too-many").arg("max", FIELDS_MAX));
        }
        refusals.into_result()?;
        let id: FieldId = w.new_id();
        let position = of_object().map(|f| f.position).max().unwrap_or(0).saturating_add(1);
        // nobody has a value of it yet: its index is whole
        let index = if spec.indexed { IndexState::Ready } else { IndexState::None };
        let (now, author) = (w.ctx.now, w.actor());
        let added = w
            .execute(
                "insert into custom_field (id, object, key, spec, position, index_state, author_id, \
                 created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                 on conflict (object, key) do nothing",
                params![
                    id,
                    &self.object,
                    &key,
                    serde_json::to_string(&spec)?,
                    position,
                    index,
                    author,
                    now,
                    now
                ],
            )
            .await?;
        if added == 0 {
            return Err(Error::refused_field("field-key-taken", "key"));
        }
        let change = words(&spec).into_iter().filter(|(_, text)| !text.is_empty());
        let start = Change::new().set("object", self.object.as_str()).set("key", key.as_str());
        let change = change.fold(start, |all, (name, text)| all.set(name, text));
        w.record(ENTITY, id, None, change);
        Ok(id)
    }
}

/// Changes what is said of a field. What somebody else changed meanwhile is merged part by part.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditField {
    /// Which.
    pub field_id: FieldId,
    /// What was said of it when the form was drawn; left out: what is stored now.
    #[serde(default)]
    pub original: Option<FieldSpec>,
    /// What is to be said of it.
    pub spec: FieldSpec,
    /// Its place among the others; left out: where it stands.
    #[serde(default)]
    pub position: Option<i64>,
}

impl Command for EditField {
    const NAME: &'static str = "parties.edit_field";
    const PERMISSION: &'static str = "admin.fields";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let field = held(w, self.field_id).await?;
        let known = w.fieldable();
        let own = known.iter().find(|one| one.key == field.object);
        let mine = self.spec.tidied().fitting(&field.object, own);
        let mut refusals = Refusals::default();
        mine.check(&mut refusals);
        refusals.into_result()?;
        let original = self.original.as_ref().map_or_else(|| field.spec.clone(), FieldSpec::tidied);
        let spec = merged(&field, &original, &mine);
        let spec = queries::with_writers(w, field.id.uuid(), spec).await?;
        let mut refusals = Refusals::default();
        spec.check(&mut refusals);
        let definitions = queries::read(w).await?;
        let is_twin = |f: &Field| f.id != field.id && f.is_active() && f.spec.label == spec.label;
        if definitions.all().any(|f| f.object == field.object && is_twin(f)) {
            refusals.push(Refusal::field("field-label-taken", "label"));
        }
        // a number of other decimals or another currency would be another number
        let scale = |s: &FieldSpec| (s.kind, s.decimals, s.currency.clone(), s.of_object.clone());
        if scale(&spec) != scale(&field.spec)
            && queries::has_values(w, (known, &field.object), &field.key).await?
        {
            refusals.push(Refusal::field("field-kind-fixed", "kind"));
        }
        refusals.into_result()?;
        self.store(w, &field, &spec).await
    }
}

impl EditField {
    async fn store(&self, w: &mut Work<'_>, field: &Field, spec: &FieldSpec) -> Result<(), Error> {
        let position = self.position.unwrap_or(field.position);
        let kind_changed = spec.kind != field.spec.kind;
        let search_changed = spec.searchable != field.spec.searchable;
        let index = match (spec.indexed, field.index_state) {
            (false, _) => IndexState::None,
            (true, IndexState::None) => IndexState::Building,
            (true, state) if kind_changed && state != IndexState::Building => IndexState::Ready,
            (true, state) => state,
        };
        let now = w.ctx.now;
        w.execute(
            "update custom_field set spec = $2, position = $3, index_state = $4, updated_at = $5 \
             where id = $1",
            params![field.id, serde_json::to_string(spec)?, position, index, now],
        )
        .await?;
        if index == IndexState::None {
            w.execute("delete from custom_index where field_id = $1", params![field.id]).await?;
        }
        let begins = index == IndexState::Building && field.index_state == IndexState::None;
        if begins {
            let sql = "update custom_field set index_since = $2 where id = $1";
            w.execute(sql, params![field.id, now]).await?;
        }
        if begins || search_changed {
            order_walk(w, field.id, search_changed).await?;
        }
        let before = words(&field.spec);
        let both = before.into_iter().zip(words(spec));
        let change = both.fold(Change::new(), |all, ((name, before), (_, after))| {
            all.field(name, before, after)
        });
        let change = change.field("position", field.position, position);
        w.record(ENTITY, field.id, None, change);
        Ok(())
    }
}

/// Puts a field away, or brings it back. Its values stay.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveField {
    /// Which.
    pub field_id: FieldId,
    /// Away, or back.
    pub archived: bool,
}

impl Command for ArchiveField {
    const NAME: &'static str = "parties.archive_field";
    const PERMISSION: &'static str = "admin.fields";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let field = held(w, self.field_id).await?;
        if field.is_active() != self.archived {
            return Ok(());
        }
        let definitions = queries::read(w).await?;
        let is_twin = |f: &Field| f.object == field.object && f.spec.label == field.spec.label;
        if !self.archived && definitions.all().any(|f| f.is_active() && is_twin(f)) {
            return Err(Error::refused("field-label-taken"));
        }
        let now = w.ctx.now;
        w.execute(
            "update custom_field set archived_at = $2, updated_at = $3 where id = $1",
            params![field.id, self.archived.then_some(now), now],
        )
        .await?;
        if field.spec.searchable {
            order_walk(w, field.id, true).await?;
        }
        let change = Change::new().field("archived", !self.archived, self.archived);
        w.record(ENTITY, field.id, None, change.set("key", field.key.as_str()));
        Ok(())
    }
}

/// Has a job go over all records that have values: to fill an index that is being made, and where `finds` to work
/// out anew by what they are found.
async fn order_walk(w: &mut Work<'_>, field_id: FieldId, finds: bool) -> Result<(), Error> {
    let order = Order { field_id, since: w.ctx.now, finds };
    let name = format!("{field_id}:{}", order.since.micros());
    w.job(IndexFieldJob::KIND, Some(&name), &serde_json::to_value(&order)?).await?;
    Ok(())
}

/// A field, held until the end of the command.
async fn held(w: &mut Work<'_>, id: FieldId) -> Result<Field, Error> {
    use store::Read;
    queries::hold(w).await?;
    let sql = format!("select id from custom_field where id = $1{}", w.dialect().for_update());
    w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    let all = queries::read(w).await?;
    let found = all.all().find(|f| f.id == id).map(|f| Field::clone(f));
    found.ok_or(Error::NotFound)
}

/// What is said of a field, as words for the journal, conflicts and merging; always the same names in the same
/// order.
pub(in crate::fields) fn words(spec: &FieldSpec) -> Vec<(&'static str, String)> {
    let yes = |yes: bool| if yes { "1" } else { "" }.to_owned();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let count = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let kinds: Vec<&str> = spec.client_kinds.iter().map(|k| k.key()).collect();
    vec![
        ("label", spec.label.clone()),
        ("label_en", spec.label_en.clone()),
        ("hint", spec.hint.clone()),
        ("field_kind", spec.kind.key().to_owned()),
        ("options", options_text(&spec.options)),
        ("required", yes(spec.required)),
        ("listed", yes(spec.listed)),
        ("searchable", yes(spec.searchable)),
        ("indexed", yes(spec.indexed)),
        ("min", text(&spec.min)),
        ("max", text(&spec.max)),
        ("chars_max", count(spec.chars_max)),
        ("mask", text(&spec.mask)),
        ("decimals", count(spec.decimals)),
        ("currency", text(&spec.currency)),
        ("unit", spec.unit.clone()),
        ("of_object", text(&spec.of_object)),
        ("client_kinds", kinds.join(", ")),
        ("roles", spec.roles.join(", ")),
    ]
}

/// What a field becomes when it was drawn as `original`, is stored as it is, and shall be `mine`.
fn merged(field: &Field, original: &FieldSpec, mine: &FieldSpec) -> Result<FieldSpec, Error> {
    let stored = &field.spec;
    let mut merge = Merge::new(None, field.updated_at);
    let mut out = stored.clone();
    let sides = words(original).into_iter().zip(words(mine)).zip(words(stored));
    for (((name, was), (_, mine_text)), (_, now)) in sides {
        let taken = merge.text(name, &was, &mine_text, &now);
        if taken != now {
            take(&mut out, name, mine);
        }
    }
    merge.finish()?;
    Ok(out)
}

/// Takes one part over.
fn take(out: &mut FieldSpec, name: &str, from: &FieldSpec) {
    match name {
        "label" => out.label.clone_from(&from.label),
        "label_en" => out.label_en.clone_from(&from.label_en),
        "hint" => out.hint.clone_from(&from.hint),
        "field_kind" => out.kind = from.kind,
        "options" => out.options.clone_from(&from.options),
        "required" => out.required = from.required,
        "listed" => out.listed = from.listed,
        "searchable" => out.searchable = from.searchable,
        "indexed" => out.indexed = from.indexed,
        "min" => out.min.clone_from(&from.min),
        "max" => out.max.clone_from(&from.max),
        "chars_max" => out.chars_max = from.chars_max,
        "mask" => out.mask.clone_from(&from.mask),
        "decimals" => out.decimals = from.decimals,
        "currency" => out.currency.clone_from(&from.currency),
        "unit" => out.unit.clone_from(&from.unit),
        "of_object" => out.of_object.clone_from(&from.of_object),
        "client_kinds" => out.client_kinds.clone_from(&from.client_kinds),
        _ => out.roles.clone_from(&from.roles),
    }
}
