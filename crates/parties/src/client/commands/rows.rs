//! The rows a new client is made of, shared by registration, import and loading.

use std::collections::BTreeMap;

use kernel::{ClientId, Refusal, Refusals};
use spine::{Change, Error, Owner, Work};
use store::{Read, Value, params};

use crate::client::ClientField;
use crate::client::fields::FIELDS;
use crate::client::model::{ClientKind, client_number};
use crate::client::queries::{FieldTexts, names_of};
use crate::fields::model::Definitions;

/// A number or document that passed its validator.
pub(crate) type CheckedIdentifier = (String, jurisdiction::Checked);

/// A checked contact of a new client.
#[derive(Clone)]
pub(crate) struct NewContact {
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) raw: String,
}

/// Reads all typed fields of a kind; segment and status get their defaults. A feed may leave out what the bank
/// has made obligatory for people.
pub(crate) fn read_fields(
    w: &Work<'_>,
    kind: ClientKind,
    definitions: &Definitions,
    typed: &BTreeMap<String, String>,
    is_feed: bool,
) -> Result<(FieldTexts, Refusals), Error> {
    let env = crate::client::env(w.ctx)?;
    let mut refusals = Refusals::default();
    let mut fields = FieldTexts::new();
    let defs: Vec<ClientField> = ClientField::all(definitions, kind, &w.ctx.principal).collect();
    for def in &defs {
        let is_left_out = is_feed && def.own().is_none() && !typed.contains_key(def.key());
        if is_left_out {
            continue;
        }
        let text = match (typed.get(def.key()).map(String::as_str).unwrap_or(""), def.key()) {
            ("", "segment") if kind == ClientKind::Company => "sme",
            ("", "segment") => "mass",
            ("", "status") => "prospect",
            (text, _) => text,
        };
        match def.parse(text, env) {
            Ok(Some(value)) => drop(fields.insert(def.key().to_owned(), value)),
            Ok(None) => {}
            Err(refusal) => refusals.push(refusal),
        }
    }
    for key in typed.keys().filter(|key| !defs.iter().any(|def| def.key() == key.as_str())) {
        refusals.push(Refusal::field("field-unknown", key));
    }
    Ok((fields, refusals))
}

/// Looks up whom the read values of the bank's own fields name; who is not there is refused. A feed may bring a word
/// that was taken out of its list: it may stand at the client already.
pub(crate) async fn resolve_links(
    w: &mut Work<'_>,
    definitions: &Definitions,
    fields: &mut FieldTexts,
    is_feed: bool,
    refusals: &mut Refusals,
) -> Result<(), Error> {
    for (key, text) in fields.iter_mut().filter(|(key, _)| key.starts_with("x_")) {
        let Some(field) = definitions.find(crate::fields::CLIENT, key) else { continue };
        let theirs = if is_feed { text.clone() } else { String::new() };
        match crate::fields::commands::resolve(w, field, (text, &theirs)).await? {
            Ok(found) => *text = found,
            Err(refusal) => refusals.push(refusal),
        }
    }
    Ok(())
}

/// Writes the row of a new client, the origin of its fields, its role, and the journal entry.
pub(crate) async fn insert_client(
    w: &mut Work<'_>,
    id: ClientId,
    kind: ClientKind,
    fields: &FieldTexts,
    owner: Owner,
    source: &str,
) -> Result<(), Error> {
    let row = client_row(w, id, kind, fields, owner, None)?;
    let head = format!("insert into client ({}) values", client_columns());
    w.insert_many(&head, &[row], "").await?;
    let (now, author) = (w.ctx.now, w.actor());
    let origins: Vec<Vec<Value>> = fields
        .keys()
        .map(|key| vec![id.into(), key.into(), source.into(), author.into(), now.into()])
        .collect();
    insert_origins(w, &origins).await?;
    let role =
        if fields.get("status").is_some_and(|s| s == "prospect") { "prospect" } else { "client" };
    w.execute(
        "insert into client_role (client_id, role, since) values ($1, $2, $3)",
        params![id, role, now.date_in(&jiff::tz::TimeZone::UTC)],
    )
    .await?;
    let mut change = Change::new().set("kind", kind.key());
    for (key, value) in fields {
        change = change.set(key, value.as_str());
    }
    change = change
        .set("branch_id", owner.branch_id.map(|b| b.to_string()))
        .set("manager_id", owner.manager_id.map(|m| m.to_string()));
    w.record("client", id, Some(id), change);
    Ok(())
}

/// Notes where values come from: client, field, source, author, time; the newest word counts.
pub(crate) async fn insert_origins(w: &mut Work<'_>, origins: &[Vec<Value>]) -> Result<(), Error> {
    w.insert_many(
        "insert into field_origin (client_id, field, source, author_id, at) values",
        origins,
        "on conflict (client_id, field) do update set source = excluded.source, \
         author_id = excluded.author_id, at = excluded.at",
    )
    .await?;
    Ok(())
}

const FIXED_COLUMNS: &str = "id, kind, number, display_name, sort_name, branch_id, manager_id, \
     birth_day, income_currency, created_at, updated_at";

pub(crate) fn client_columns() -> String {
    let fields: Vec<&str> = FIELDS.iter().map(|f| f.key).collect();
    format!("{FIXED_COLUMNS}, {}", fields.join(", "))
}

pub(crate) fn client_row(
    w: &Work<'_>,
    id: ClientId,
    kind: ClientKind,
    fields: &FieldTexts,
    owner: Owner,
    number: Option<&str>,
) -> Result<Vec<Value>, Error> {
    let currency = super::super::currency(w.ctx)?;
    let names = names_of(fields);
    let now = w.ctx.now;
    let mut row: Vec<Value> = vec![
        id.into(),
        kind.into(),
        number.map_or_else(|| client_number(id.uuid()), str::to_owned).into(),
        names.display(kind).into(),
        names.sort_key(kind).into(),
        owner.branch_id.into(),
        owner.manager_id.into(),
        birth_day(fields).into(),
        fields.get("income_minor").map(|_| currency).into(),
        now.into(),
        now.into(),
    ];
    row.extend(FIELDS.iter().map(|f| f.to_column(fields.get(f.key).map(String::as_str), currency)));
    Ok(row)
}

/// `MM-DD` of the birth date, for birthday lists.
pub(crate) fn birth_day(fields: &FieldTexts) -> Option<String> {
    fields.get("birth_date").and_then(|d| d.get(5..)).map(str::to_owned)
}

/// Writes numbers and documents of clients; the first document of each becomes his main one.
pub(crate) async fn insert_identifiers(
    w: &mut Work<'_>,
    of: &[(ClientId, &[CheckedIdentifier])],
    source: &str,
) -> Result<(), Error> {
    let pack = super::super::pack(w.ctx)?;
    let (now, author) = (w.ctx.now, w.actor());
    let is_document = |kind: &str| pack.identifier(kind).is_some_and(|k| k.document);
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (id, identifiers) in of {
        let main = identifiers.iter().position(|(kind, _)| is_document(kind));
        for (n, (kind, checked)) in identifiers.iter().enumerate() {
            let row: kernel::IdentifierId = w.new_id();
            let certainty = match checked.certainty {
                jurisdiction::Certainty::Valid => "valid",
                jurisdiction::Certainty::Unchecked => "unchecked",
                jurisdiction::Certainty::NotApplicable => "not_applicable",
            };
            let value = checked.normalised.as_str();
            let what = vec![row.into(), (*id).into(), kind.into(), value.into(), certainty.into()];
            let whence = vec![(main == Some(n)).into(), source.into(), author.into(), now.into()];
            rows.push([what, whence].concat());
            w.record("identifier", row, Some(*id), Change::new().set(kind, value));
        }
    }
    let head = "insert into client_identifier \
                (id, client_id, kind, value, certainty, is_main, source, author_id, at) values";
    w.insert_many(head, &rows, "").await?;
    Ok(())
}

/// Writes contacts of clients; the first of each kind becomes the main one.
pub(crate) async fn insert_contacts(
    w: &mut Work<'_>,
    of: &[(ClientId, &[NewContact])],
    source: &str,
) -> Result<(), Error> {
    let (now, author) = (w.ctx.now, w.actor());
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (id, contacts) in of {
        for (n, contact) in contacts.iter().enumerate() {
            let row: kernel::ContactId = w.new_id();
            let main = !contacts.iter().take(n).any(|c| c.kind == contact.kind);
            let (kind, value) = (contact.kind, contact.value.as_str());
            let what = vec![row.into(), (*id).into(), kind.into(), value.into()];
            let raw: Value = (&contact.raw).into();
            let whence = vec![raw, main.into(), source.into(), author.into(), now.into()];
            rows.push([what, whence].concat());
            w.record("contact", row, Some(*id), Change::new().set(kind, value));
        }
    }
    let head = "insert into client_contact \
                (id, client_id, kind, value, raw, is_main, source, author_id, at) values";
    w.insert_many(head, &rows, "").await?;
    Ok(())
}

/// Refuses a branch that is not there or closed, and a manager who is not at work.
pub(crate) async fn check_owner(
    w: &mut Work<'_>,
    owner: Owner,
    refusals: &mut Refusals,
) -> Result<(), Error> {
    let sql = "select 1 from branch where id = $1 and archived_at is null";
    if let Some(branch) = owner.branch_id
        && w.first(sql, params![branch]).await?.is_none()
    {
        refusals.push(Refusal::field("not-a-choice", "branch_id"));
    }
    let sql = "select 1 from staff where id = $1 and state = 'active'";
    if let Some(manager) = owner.manager_id
        && w.first(sql, params![manager]).await?.is_none()
    {
        refusals.push(Refusal::field("not-a-choice", "manager_id"));
    }
    Ok(())
}
