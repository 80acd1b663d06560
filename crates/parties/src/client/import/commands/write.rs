//! Writing what a feed says of clients: new ones by whole batches, known ones field by field.

use std::collections::BTreeSet;

use kernel::{BranchId, ClientId, Currency, Timestamp};
use spine::{Change, Error, Owner, Work};
use store::{Read, Value, params};

use crate::client::commands::rows::{
    CheckedIdentifier, NewContact, client_columns, client_row, insert_contacts, insert_identifiers,
    insert_origins,
};
use crate::client::commands::{Changed, write_changes};
use crate::client::fields::FIELDS;
use crate::client::import::read::Incoming;
use crate::client::model::client_number;
use crate::client::queries;
use crate::search::commands::{IndexDoc, NAME_FIELDS, index_client, index_new};

/// Columns of an address in the order of [`Incoming::address`].
const ADDRESS: [&str; 4] = ["region", "city", "street", "postal_code"];

/// Writes new clients with everything around them.
pub(super) async fn insert(
    w: &mut Work<'_>,
    fresh: &[Incoming],
    source: &str,
) -> Result<(), Error> {
    let label = format!("import:{source}");
    let ids: Vec<ClientId> = fresh.iter().map(|_| w.new_id()).collect();
    let both: Vec<(ClientId, &Incoming)> = ids.into_iter().zip(fresh).collect();
    insert_rows(w, &both, source, &label).await?;
    let docs: Vec<IndexDoc> = both.iter().map(|(id, one)| index_doc(*id, one)).collect();
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
    insert_identifiers(w, &identifiers, &label).await
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
        let owner = Owner { branch_id: one.branch_id, manager_id: None };
        clients.push(client_row(w, *id, one.kind, &one.fields, owner, one.number.as_deref())?);
        let what: Value = (&one.external_id).into();
        let digest: Value = one.digest.clone().into();
        refs.push(vec![source.into(), "client".into(), what, Value::Id(id.uuid()), digest]);
        let is_prospect = one.fields.get("status").is_some_and(|s| s == "prospect");
        let role = if is_prospect { "prospect" } else { "client" };
        roles.push(vec![(*id).into(), role.into(), today.into()]);
        for key in one.fields.keys() {
            let what: Vec<Value> = vec![(*id).into(), (*key).into()];
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

fn address_row(
    row: uuid::Uuid,
    id: ClientId,
    parts: &[String; 4],
    label: &str,
    now: Timestamp,
) -> Vec<Value> {
    let what: Vec<Value> = vec![row.into(), id.into(), "registration".into()];
    [what, parts.iter().map(Value::from).collect(), vec![label.into(), now.into()]].concat()
}

async fn insert_addresses(w: &mut Work<'_>, rows: &[Vec<Value>]) -> Result<(), Error> {
    let head = "insert into client_address \
                (id, client_id, kind, region, city, street, postal_code, source, at) values";
    w.insert_many(head, rows, "").await?;
    Ok(())
}

fn index_doc(id: ClientId, one: &Incoming) -> IndexDoc {
    let names = NAME_FIELDS.iter().filter_map(|k| one.fields.get(k).cloned()).collect();
    let mut keys: Vec<(String, String)> =
        one.contacts.iter().map(|c| (c.kind.to_owned(), c.value.clone())).collect();
    keys.extend(one.identifiers.iter().map(|(k, c)| (k.clone(), c.normalised.clone())));
    let number = one.number.clone().unwrap_or_else(|| client_number(id.uuid()));
    keys.push(("number".to_owned(), number));
    IndexDoc { client_id: id, names, keys }
}

/// Writes what the feed brought and what differs; what it does not bring stays as it is. Tells whether
/// anything differed.
pub(super) async fn update(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
    source: &str,
) -> Result<bool, Error> {
    let label = format!("import:{source}");
    let currency: Currency = crate::client::currency(w.ctx)?;
    let before = queries::fields(w, id, currency).await?;
    let mut after = before.clone();
    let mut changed: Changed = Vec::new();
    for def in FIELDS.iter().filter(|f| incoming.brought.contains(&f.key)) {
        let Some(value) = incoming.fields.get(def.key) else { continue };
        if before.get(def.key) != Some(value) {
            after.insert(def.key, value.clone());
            changed.push((def, Some(value.clone())));
        }
    }
    if !changed.is_empty() {
        write_changes(w, id, incoming.kind, &before, &after, &changed, &label).await?;
    }
    let is_moved = move_to_branch(w, id, incoming.branch_id).await?;
    let contacts = new_contacts(w, id, incoming).await?;
    let identifiers = new_identifiers(w, id, incoming).await?;
    insert_contacts(w, &[(id, &contacts)], &label).await?;
    insert_identifiers(w, &[(id, &identifiers)], &label).await?;
    let brings_more = !contacts.is_empty() || !identifiers.is_empty();
    if brings_more {
        keep_one_main(w, id).await?;
        index_client(w, id).await?;
    }
    let is_readdressed = match &incoming.address {
        Some(parts) => update_address(w, id, parts, &label).await?,
        None => false,
    };
    w.execute(
        "update external_ref set digest = $4 where source = $1 and kind = 'client' \
         and external_id = $2 and entity_id = $3",
        params![source, &incoming.external_id, id, incoming.digest.clone()],
    )
    .await?;
    Ok(!changed.is_empty() || is_moved || brings_more || is_readdressed)
}

async fn move_to_branch(
    w: &mut Work<'_>,
    id: ClientId,
    branch: Option<BranchId>,
) -> Result<bool, Error> {
    let owner = queries::owner(w, id).await?.ok_or(Error::NotFound)?;
    let Some(branch) = branch.filter(|b| owner.branch_id != Some(*b)) else { return Ok(false) };
    let now = w.ctx.now;
    w.execute(
        "update client set branch_id = $2, updated_at = $3, version = version + 1 where id = $1",
        params![id, branch, now],
    )
    .await?;
    let before = owner.branch_id.map(|b| b.to_string());
    let change = Change::new().field("branch_id", before, branch.to_string());
    w.record("client", id, Some(id), change);
    Ok(true)
}

async fn stored_pairs(
    w: &mut Work<'_>,
    sql: &str,
    id: ClientId,
) -> Result<BTreeSet<(String, String)>, Error> {
    let mut out = BTreeSet::new();
    for row in w.query(sql, params![id]).await? {
        let mut c = row.cols();
        out.insert((c.take()?, c.take()?));
    }
    Ok(out)
}

async fn new_contacts(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
) -> Result<Vec<NewContact>, Error> {
    let sql = "select kind, value from client_contact where client_id = $1 and archived_at is null";
    let known = stored_pairs(w, sql, id).await?;
    let is_new = |c: &&NewContact| !known.contains(&(c.kind.to_owned(), c.value.clone()));
    Ok(incoming.contacts.iter().filter(is_new).cloned().collect())
}

async fn new_identifiers(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
) -> Result<Vec<CheckedIdentifier>, Error> {
    let sql =
        "select kind, value from client_identifier where client_id = $1 and archived_at is null";
    let known = stored_pairs(w, sql, id).await?;
    let is_new = |(k, c): &&CheckedIdentifier| !known.contains(&(k.clone(), c.normalised.clone()));
    Ok(incoming.identifiers.iter().filter(is_new).cloned().collect())
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

/// The address this feed wrote before is changed; without one, a new one is added. An address that is known
/// already, whoever wrote it, is left alone.
async fn update_address(
    w: &mut Work<'_>,
    id: ClientId,
    parts: &[String; 4],
    label: &str,
) -> Result<bool, Error> {
    let [region, city, street, code] = parts;
    let known = "select id from client_address where client_id = $1 and region = $2 and city = $3 \
                 and street = $4 and postal_code = $5 and archived_at is null limit 1";
    if w.first(known, params![id, region, city, street, code]).await?.is_some() {
        return Ok(false);
    }
    let sql = "select id, region, city, street, postal_code from client_address \
               where client_id = $1 and source = $2 and archived_at is null order by id limit 1";
    let now = w.ctx.now;
    let mut change = Change::new();
    let row: uuid::Uuid = match w.first(sql, params![id, label]).await? {
        None => {
            let row: uuid::Uuid = w.new_id();
            insert_addresses(w, &[address_row(row, id, parts, label, now)]).await?;
            for (key, text) in ADDRESS.into_iter().zip(parts).filter(|(_, t)| !t.is_empty()) {
                change = change.set(key, text.as_str());
            }
            row
        }
        Some(found) => {
            let mut c = found.cols();
            let row = c.take()?;
            for (key, text) in ADDRESS.into_iter().zip(parts) {
                change = change.field(key, c.take::<String>()?, text.as_str());
            }
            if !change.is_empty() {
                w.execute(
                    "update client_address set region = $2, city = $3, street = $4, \
                     postal_code = $5, at = $6 where id = $1",
                    params![row, region, city, street, code, now],
                )
                .await?;
            }
            row
        }
    };
    w.record("address", row, Some(id), change);
    Ok(true)
}
