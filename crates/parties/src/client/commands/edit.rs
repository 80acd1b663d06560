//! Editing fields, with other people's edits merged or shown as a conflict.

use kernel::{ClientId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
pub use spine::FieldEdit;
use spine::secrecy::group_of_field;
use spine::{Change, Command, Conflict, Error, FieldConflict, Owner, Work};
use store::{Read, Value, params};

use super::rows::{birth_day, insert_origins};
use crate::client::ClientField;
use crate::client::model::ClientKind;
use crate::client::queries::{self, FieldTexts, names_of};
use crate::fields;
use crate::identity;
use crate::identity::record::RECORD_FIELDS;
use crate::merge::queries::NOT_MERGED;
use crate::search;

/// Changes fields of a client. Fields that somebody else changed meanwhile are merged when they
/// differ from these, and come back as a conflict when they do not.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditClient {
    /// Whom.
    pub client_id: ClientId,
    /// Only fields the form contained.
    pub edits: Vec<FieldEdit>,
    /// Where the data comes from.
    pub source: String,
}

impl Command for EditClient {
    const NAME: &'static str = "parties.edit_client";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let id = self.client_id;
        let sql = format!(
            "select c.kind, {} from client c where c.id = $1 and {NOT_MERGED}{}",
            Owner::COLUMNS,
            w.dialect().for_update()
        );
        let row = w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
        let mut c = row.cols();
        let kind: ClientKind = c.take()?;
        let owner = Owner::read(&mut c)?;
        w.ctx.principal.require_over("client.edit", owner)?;
        let currency = super::super::currency(w.ctx)?;
        let definitions = fields::queries::read_held(w).await?;
        let mut stored = queries::fields(w, id, currency).await?;
        let seen = w.ctx.principal.sees(owner);
        let is_hidden =
            |edit: &&FieldEdit| group_of_field(&edit.field).is_some_and(|group| !seen.has(group));
        let mut hidden = Refusals::default();
        for edit in self.edits.iter().filter(is_hidden) {
            hidden.push(Refusal::field("field-hidden", &edit.field));
        }
        hidden.into_result()?;
        let changed = self.merge(w, kind, &definitions, &stored).await?;
        if changed.is_empty() {
            return Ok(());
        }
        let before = stored.clone();
        for (def, value) in &changed {
            match value {
                Some(text) => drop(stored.insert(def.key().to_owned(), text.clone())),
                None => drop(stored.remove(def.key())),
            }
        }
        if names_of(&stored).display(kind).is_empty() && !names_of(&before).display(kind).is_empty()
        {
            let first = if kind.is_natural() { "last_name" } else { "full_name" };
            return Err(Error::refused_field("required", first));
        }
        write_changes(w, id, kind, &before, &stored, &changed, &self.source).await
    }
}

/// Fields that change, with their new canonical text.
pub(crate) type Changed = Vec<(ClientField, Option<String>)>;

impl EditClient {
    /// Which fields really change; all refusals and all conflicts are gathered first.
    async fn merge(
        &self,
        w: &mut Work<'_>,
        kind: ClientKind,
        definitions: &fields::model::Definitions,
        stored: &FieldTexts,
    ) -> Result<Changed, Error> {
        let env = crate::client::env(w.ctx)?;
        let mut refusals = Refusals::default();
        let mut conflict = Conflict::default();
        let mut changed: Changed = Vec::new();
        for edit in &self.edits {
            let principal = &w.ctx.principal;
            let Some(def) = ClientField::find(definitions, kind, principal, &edit.field) else {
                refusals.push(Refusal::field("field-unknown", &edit.field));
                continue;
            };
            let theirs = stored.get(def.key()).map(String::as_str).unwrap_or("");
            let original = def.tidy(&edit.original);
            match read(w, &def, &edit.value, env, theirs).await? {
                Err(refusal) => refusals.push(refusal),
                Ok(mine) => {
                    let text = mine.as_deref().unwrap_or("");
                    if text == theirs || text == original {
                        continue; // nothing to change, or this person left the field alone
                    }
                    if theirs == original {
                        changed.push((def, mine));
                    } else {
                        conflict.fields.push(FieldConflict {
                            field: def.key().to_owned(),
                            original,
                            mine: text.to_owned(),
                            theirs: theirs.to_owned(),
                            theirs_by: None,
                            theirs_at: None,
                        });
                    }
                }
            }
        }
        refusals.into_result()?;
        if conflict.fields.is_empty() {
            return Ok(changed);
        }
        let origins = queries::origins(w, self.client_id).await?;
        for field in &mut conflict.fields {
            if let Some(origin) = origins.get(&field.field) {
                field.theirs_by = origin.author_id;
                field.theirs_at = Some(origin.at);
            }
        }
        Err(Error::Conflict(conflict))
    }
}

pub(crate) async fn write_changes(
    w: &mut Work<'_>,
    id: ClientId,
    kind: ClientKind,
    before: &FieldTexts,
    after: &FieldTexts,
    changed: &Changed,
    source: &str,
) -> Result<(), Error> {
    let currency = super::super::currency(w.ctx)?;
    let names = names_of(after);
    let (now, author) = (w.ctx.now, w.actor());
    let mut sets = vec![
        "display_name = $2".to_owned(),
        "sort_name = $3".to_owned(),
        "birth_day = $4".to_owned(),
        "updated_at = $5".to_owned(),
        "version = version + 1".to_owned(),
    ];
    let mut values: Vec<Value> = vec![
        id.into(),
        names.display(kind).into(),
        names.sort_key(kind).into(),
        birth_day(after).into(),
        now.into(),
    ];
    for (def, text) in changed {
        if let Some(amount) = text.as_deref().and_then(|text| def.amount(text, currency)) {
            w.at_stake(amount);
        }
        if let Some(own) = def.own() {
            values.push(own.to_column(text.as_deref(), currency));
            sets.push(format!("{} = ${}", own.key, values.len()));
        }
    }
    if let Some((_, income)) = changed.iter().find(|(def, _)| def.key() == "income_minor") {
        values.push(income.as_ref().map(|_| currency).into());
        sets.push(format!("income_currency = ${}", values.len()));
    }
    w.execute(&format!("update client set {} where id = $1", sets.join(", ")), &values).await?;
    let origins: Vec<Vec<Value>> = changed
        .iter()
        .map(|(def, _)| vec![id.into(), def.key().into(), source.into(), author.into(), now.into()])
        .collect();
    insert_origins(w, &origins).await?;
    let finds_anew = write_added(w, id, after, changed).await?;
    let text = |fields: &FieldTexts, key: &str| fields.get(key).cloned();
    let change = changed.iter().fold(Change::new(), |change, (def, _)| {
        change.field(def.key(), text(before, def.key()), text(after, def.key()))
    });
    w.record("client", id, Some(id), change);
    if finds_anew
        || names_of(before) != names
        || before.get("former_name") != after.get("former_name")
    {
        search::commands::index_client(w, id).await?;
    } else if changed.iter().any(|(def, _)| RECORD_FIELDS.contains(&def.key())) {
        identity::commands::refresh_keys(w, &[id]).await?;
    }
    Ok(())
}

/// Reads what was typed; who or what a link names is looked up, unless it is what stands there already.
async fn read(
    w: &mut Work<'_>,
    def: &ClientField,
    typed: &str,
    env: fields::model::Env,
    stored: &str,
) -> Result<Result<Option<String>, Refusal>, Error> {
    let text = match (def.parse(typed, env), def) {
        (Ok(Some(text)), ClientField::Added(field)) if text != stored => {
            return Ok(fields::commands::resolve(w, field, (&text, stored)).await?.map(Some));
        }
        (read, _) => read,
    };
    Ok(text)
}

/// Writes the values among the changed ones that the bank itself has added; answers whether the client is found
/// by one of them.
async fn write_added(
    w: &mut Work<'_>,
    id: ClientId,
    after: &FieldTexts,
    changed: &Changed,
) -> Result<bool, Error> {
    let added = changed.iter().filter_map(|(def, value)| match def {
        ClientField::Added(field) => Some((std::sync::Arc::clone(field), value.clone())),
        ClientField::Own(_) => None,
    });
    let added: Vec<_> = added.collect();
    if added.is_empty() {
        return Ok(false);
    }
    fields::commands::write_client(w, id, after, &added).await?;
    Ok(added.iter().any(|(field, _)| field.spec.searchable))
}
