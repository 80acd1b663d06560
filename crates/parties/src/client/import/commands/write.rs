//! Writing what a feed says of clients: new ones by whole batches, known ones field by field.

use std::collections::BTreeMap;

use kernel::{ClientId, Currency, Timestamp};
use spine::import::{ImportBatch, ImportReject};
use spine::{Change, Error, Owner, Work};
use store::{Read, Value, params};

use super::address::{ADDRESS, address_row, insert_addresses, update_address};
use super::kept::{Guard, is_by_hand};
use crate::client::ClientField;
use crate::client::commands::rows::{
    CheckedIdentifier, NewContact, client_columns, client_row, insert_contacts, insert_identifiers,
    insert_origins,
};
use crate::client::commands::{Changed, write_changes};
use crate::client::import::read::Incoming;
use crate::client::model::client_number;
use crate::client::queries::{self, FieldTexts, Origin};
use crate::fields::commands::insert_docs;
use crate::fields::model::Definitions;
use crate::search::commands::{IndexDoc, NAME_FIELDS, added_terms, index_client, index_new};

/// Writes new clients with everything around them.
pub(super) async fn insert(
    w: &mut Work<'_>,
    fresh: &[Incoming],
    (source, definitions): (&str, &Definitions),
) -> Result<Vec<ClientId>, Error> {
    let label = format!("import:{source}");
    let ids: Vec<ClientId> = fresh.iter().map(|_| w.new_id()).collect();
    let both: Vec<(ClientId, &Incoming)> = ids.into_iter().zip(fresh).collect();
    insert_rows(w, &both, source, &label).await?;
    let values: Vec<(ClientId, &FieldTexts)> =
        both.iter().map(|(id, one)| (*id, &one.fields)).collect();
    insert_docs(w, definitions, &values).await?;
    let docs: Vec<IndexDoc> =
        both.iter().map(|(id, one)| index_doc(*id, one, definitions)).collect();
    index_new(w, &docs).await?;
    for (id, one) in &both {
        let address = one.address.iter().flat_map(|parts| ADDRESS.into_iter().zip(parts));
        let change = Change::new()
            .set("kind", one.kind.key())
            .set("external_id", one.external_id.as_str())
            .set("branch_id", one.branch_id.map(|b| b.to_string()));
        let change = one.fields.iter().fold(change, |c, (key, value)| c.set(key, value.as_str()));
        let change = address
            .filter(|(_, text)| !text.is_empty())
            .fold(change, |c, (key, text)| c.set(key, text.as_str()));
        w.record("client", *id, Some(*id), change);
    }
    let contacts: Vec<(ClientId, &[NewContact])> =
        both.iter().map(|(id, one)| (*id, one.contacts.as_slice())).collect();
    insert_contacts(w, &contacts, &label).await?;
    let identifiers: Vec<(ClientId, &[CheckedIdentifier])> =
        both.iter().map(|(id, one)| (*id, one.identifiers.as_slice())).collect();
    insert_identifiers(w, &identifiers, &label).await?;
    Ok(both.into_iter().map(|(id, _)| id).collect())
}

async fn insert_rows(
    w: &mut Work<'_>,
    both: &[(ClientId, &Incoming)],
    source: &str,
    label: &str,
) -> Result<(), Error> {
    let now = w.ctx.now;
    let today = now.date_in(&jiff::tz::TimeZone::UTC);
    let (mut clients, mut refs, mut origins, mut roles, mut addresses) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let author: Value = w.actor().into();
    for (id, one) in both {
        let owner = Owner::row(one.branch_id, None);
        clients.push(client_row(w, *id, one.kind, &one.fields, owner, one.number.as_deref())?);
        let what: Value = (&one.external_id).into();
        let digest: Value = one.digest.clone().into();
        refs.push(vec![source.into(), "client".into(), what, Value::Id(id.uuid()), digest]);
        let is_prospect = one.fields.get("status").is_some_and(|s| s == "prospect");
        let role = if is_prospect { "prospect" } else { "client" };
        roles.push(vec![(*id).into(), role.into(), today.into()]);
        for key in one.fields.keys() {
            let what: Vec<Value> = vec![(*id).into(), key.into()];
            origins.push([what, vec![label.into(), author.clone(), now.into()]].concat());
        }
        if let Some(parts) = &one.address {
            let row: uuid::Uuid = w.new_id();
            addresses.push(address_row(row, *id, parts, label, now));
        }
    }
    let head = format!("insert into client ({}) values", client_columns());
    w.insert_many(&head, &clients, "").await?;
    let head = "insert into external_ref (source, kind, external_id, entity_id, digest) values";
    w.insert_many(head, &refs, "").await?;
    w.insert_many("insert into client_role (client_id, role, since) values", &roles, "").await?;
    insert_origins(w, &origins).await?;
    insert_addresses(w, &addresses).await
}

fn index_doc(id: ClientId, one: &Incoming, definitions: &Definitions) -> IndexDoc {
    let mut names: Vec<String> =
        NAME_FIELDS.iter().filter_map(|k| one.fields.get(*k).cloned()).collect();
    let mut keys: Vec<(String, String)> =
        one.contacts.iter().map(|c| (c.kind.to_owned(), c.value.clone())).collect();
    keys.extend(one.identifiers.iter().map(|(k, c)| (k.clone(), c.normalised.clone())));
    let number = one.number.clone().unwrap_or_else(|| client_number(id.uuid()));
    keys.push(("number".to_owned(), number));
    let (words, numbers) = added_terms(definitions, &one.fields);
    names.extend(words);
    keys.extend(numbers);
    IndexDoc { client_id: id, names, keys }
}

/// Writes what the feed brought and what differs; what it does not bring stays as it is, and so does what
/// a person put right. Answers whether anything was written, and what stayed.
pub(super) async fn update(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
    (batch, definitions): (&ImportBatch, &Definitions),
) -> Result<(bool, Vec<ImportReject>), Error> {
    let label = format!("import:{}", batch.source);
    let mut guard = Guard::new(incoming.row, &batch.master);
    let origins = queries::origins(w, id).await?;
    let mut is_changed =
        update_fields(w, id, incoming, (&origins, definitions), &label, &mut guard).await?;
    is_changed |= move_to_branch(w, id, incoming, &origins, &label, &mut guard).await?;
    let contacts = new_contacts(w, id, incoming, &mut guard).await?;
    let identifiers = new_identifiers(w, id, incoming, &mut guard).await?;
    insert_contacts(w, &[(id, &contacts)], &label).await?;
    insert_identifiers(w, &[(id, &identifiers)], &label).await?;
    if !contacts.is_empty() || !identifiers.is_empty() {
        keep_one_main(w, id).await?;
        index_client(w, id).await?;
        is_changed = true;
    }
    if let Some(parts) = &incoming.address {
        is_changed |= update_address(w, id, parts, &label, &mut guard).await?;
    }
    w.execute(
        "update external_ref set digest = $4 where source = $1 and kind = 'client' \
         and external_id = $2 and entity_id = $3",
        params![&batch.source, &incoming.external_id, id, incoming.digest.clone()],
    )
    .await?;
    Ok((is_changed, guard.into_kept()))
}

type Origins = BTreeMap<String, Origin>;

fn is_hand_made(origins: &Origins, field: &str) -> bool {
    origins.get(field).is_some_and(|origin| is_by_hand(&origin.source))
}

async fn update_fields(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
    (origins, definitions): (&Origins, &Definitions),
    label: &str,
    guard: &mut Guard<'_>,
) -> Result<bool, Error> {
    let currency: Currency = crate::client::currency(w.ctx)?;
    let before = queries::fields(w, id, currency).await?;
    let mut after = before.clone();
    let mut changed: Changed = Vec::new();
    let ctx = w.ctx;
    for def in ClientField::all(definitions, incoming.kind, &ctx.principal) {
        let key = def.key();
        if !incoming.brought.iter().any(|brought| brought == key) {
            continue;
        }
        let Some(value) = incoming.fields.get(key) else { continue };
        if before.get(key) == Some(value) || guard.keeps(key, is_hand_made(origins, key), value) {
            continue;
        }
        after.insert(key.to_owned(), value.clone());
        changed.push((def, Some(value.clone())));
    }
    if changed.is_empty() {
        return Ok(false);
    }
    write_changes(w, id, incoming.kind, &before, &after, &changed, label).await?;
    Ok(true)
}

async fn move_to_branch(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
    origins: &Origins,
    label: &str,
    guard: &mut Guard<'_>,
) -> Result<bool, Error> {
    let owner = queries::owner(w, id).await?.ok_or(Error::NotFound)?;
    let Some(branch) = incoming.branch_id.filter(|b| owner.branch_id != Some(*b)) else {
        return Ok(false);
    };
    let theirs = incoming.branch.as_deref().unwrap_or_default();
    if guard.keeps("branch", is_hand_made(origins, "branch_id"), theirs) {
        return Ok(false);
    }
    let (now, author) = (w.ctx.now, w.actor());
    w.execute(
        "update client set branch_id = $2, updated_at = $3, version = version + 1 where id = $1",
        params![id, branch, now],
    )
    .await?;
    let origin = vec![id.into(), "branch_id".into(), label.into(), author.into(), now.into()];
    insert_origins(w, &[origin]).await?;
    let before = owner.branch_id.map(|b| b.to_string());
    let change = Change::new().field("branch_id", before, branch.to_string());
    w.record("client", id, Some(id), change);
    Ok(true)
}

/// Kind and value of everything a client has or had of a table; `true`: he has it.
async fn stored_pairs(
    w: &mut Work<'_>,
    table: &str,
    id: ClientId,
) -> Result<BTreeMap<(String, String), bool>, Error> {
    let sql = format!("select kind, value, archived_at from {table} where client_id = $1");
    let mut out = BTreeMap::new();
    for row in w.query(&sql, params![id]).await? {
        let mut c = row.cols();
        let pair = (c.take()?, c.take()?);
        let is_there = c.take::<Option<Timestamp>>()?.is_none();
        *out.entry(pair).or_insert(false) |= is_there;
    }
    Ok(out)
}

/// Whether a feed may add a contact or number: not when it is there, and not when a person put it away.
fn is_new(
    known: &BTreeMap<(String, String), bool>,
    (kind, value): (&str, &str),
    guard: &mut Guard<'_>,
) -> bool {
    match known.get(&(kind.to_owned(), value.to_owned())) {
        None => true,
        Some(true) => false,
        Some(false) => !guard.keeps(kind, true, value),
    }
}

async fn new_contacts(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
    guard: &mut Guard<'_>,
) -> Result<Vec<NewContact>, Error> {
    let known = stored_pairs(w, "client_contact", id).await?;
    let all = incoming.contacts.iter();
    Ok(all.filter(|c| is_new(&known, (c.kind, &c.value), guard)).cloned().collect())
}

async fn new_identifiers(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
    guard: &mut Guard<'_>,
) -> Result<Vec<CheckedIdentifier>, Error> {
    let known = stored_pairs(w, "client_identifier", id).await?;
    let all = incoming.identifiers.iter();
    Ok(all.filter(|(kind, c)| is_new(&known, (kind, &c.normalised), guard)).cloned().collect())
}

/// What a feed adds to a known client takes no main place that is held already: the oldest stays.
async fn keep_one_main(w: &mut Work<'_>, id: ClientId) -> Result<(), Error> {
    w.execute(
        "update client_contact set is_main = 0 where client_id = $1 and is_main = 1 and exists \
         (select 1 from client_contact o where o.client_id = $1 and o.kind = client_contact.kind \
          and o.is_main = 1 and o.archived_at is null and o.id < client_contact.id)",
        params![id],
    )
    .await?;
    w.execute(
        "update client_identifier set is_main = 0 where client_id = $1 and is_main = 1 and exists \
         (select 1 from client_identifier o where o.client_id = $1 and o.is_main = 1 \
          and o.archived_at is null and o.id < client_identifier.id)",
        params![id],
    )
    .await?;
    Ok(())
}
