//! Loading many complete clients at once: the demo bank and generators.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{BranchId, ClientId, UserId};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Owner, Work};
use store::Value;

use super::rows::{client_columns, client_row};
use crate::client::fields::field;
use crate::client::model::{ClientKind, client_number};
use crate::client::queries::FieldTexts;
use crate::identity;
use crate::search::commands::{IndexDoc, NAME_FIELDS, index_new};
use crate::search::normal_key;
use crate::search::queries::key_holders;

/// A client made elsewhere (the demo bank), complete and already valid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadedClient {
    /// Identity, made by the caller.
    pub id: ClientId,
    /// What he is.
    pub kind: ClientKind,
    /// Canonical field texts.
    pub fields: BTreeMap<String, String>,
    /// Branch.
    pub branch_id: Option<BranchId>,
    /// Manager.
    pub manager_id: Option<UserId>,
    /// Roles with the day they began.
    pub roles: Vec<(String, kernel::Date)>,
    /// Contacts: kind, stored value, label, main.
    pub contacts: Vec<(String, String, String, bool)>,
    /// Numbers and documents: kind, normalised value, issued on, issued by.
    pub identifiers: Vec<(String, String, Option<kernel::Date>, String)>,
    /// Addresses: kind, city, street, postal code.
    pub addresses: Vec<(String, String, String, String)>,
    /// Important dates: kind, title, day, yearly.
    pub dates: Vec<(String, String, kernel::Date, bool)>,
    /// What he said about consents.
    pub consents: Vec<LoadedConsent>,
    /// Links from this client: other, kind, share in basis points, since.
    pub links: Vec<(ClientId, String, Option<i64>, Option<kernel::Date>)>,
    /// Account numbers and other keys he shall be found by: kind, value.
    pub extra_keys: Vec<(String, String)>,
    /// Who stands for this household or group: a client of this or an earlier batch.
    #[serde(default)]
    pub main_member: Option<ClientId>,
}

/// A word about a consent made elsewhere. A version we do not know is kept, and shown as unknown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadedConsent {
    /// To what.
    pub purpose: String,
    /// For which channel.
    pub channel: String,
    /// Given, or withdrawn.
    pub is_given: bool,
    /// Which text he agreed to.
    pub text_version: String,
    /// Kind of what proves it; may be empty.
    pub evidence_kind: String,
    /// What proves it.
    pub evidence: String,
    /// When he said it.
    pub said_at: kernel::Timestamp,
}

/// Loads many complete clients at once; one journal entry each. A number of one client only that somebody
/// has already refuses the batch.
#[derive(Debug, Serialize, Deserialize)]
pub struct LoadClients {
    /// The clients. Links may point to clients of this and of earlier batches.
    pub clients: Vec<LoadedClient>,
    /// Where they come from.
    pub source: String,
}

impl Command for LoadClients {
    const NAME: &'static str = "parties.load_clients";
    const PERMISSION: &'static str = "system";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        load(w, &self.clients, &self.source).await?;
        Ok(u64::try_from(self.clients.len()).unwrap_or(0))
    }
}

/// Rows of the tables around a client.
async fn load(w: &mut Work<'_>, clients: &[LoadedClient], source: &str) -> Result<(), Error> {
    let currency = crate::client::currency(w.ctx)?;
    check_numbers(w, clients).await?;
    let mut rows = Vec::with_capacity(clients.len());
    for c in clients {
        let owner = Owner::row(c.branch_id, c.manager_id);
        rows.push(client_row(w, c.id, c.kind, &known_fields(&c.fields), owner, None)?);
    }
    let head = format!("insert into client ({}) values", client_columns());
    w.insert_many(&head, &rows, "").await?;
    load_parts(w, clients, source).await?;
    load_main_members(w, clients).await?;
    let docs: Vec<IndexDoc> = clients.iter().map(index_doc).collect();
    index_new(w, &docs).await?;
    let ids: Vec<ClientId> = clients.iter().map(|c| c.id).collect();
    identity::commands::refresh_keys(w, &ids).await?;
    for c in clients {
        let mut change = Change::new()
            .set("kind", c.kind.key())
            .set("currency", currency.code())
            .set("source", source);
        for (key, value) in &c.fields {
            change = change.set(key, value.as_str());
        }
        change = change.set("main_member_id", c.main_member.map(|m| m.to_string()));
        w.record("client", c.id, Some(c.id), change);
    }
    Ok(())
}

/// Refuses the whole batch when a number of one client only would get a second owner: the maker of the
/// batch was wrong, and half of it is worth nothing. No lock: whoever loads does it alone.
async fn check_numbers(w: &mut Work<'_>, clients: &[LoadedClient]) -> Result<(), Error> {
    let pack = crate::client::pack(w.ctx)?;
    let is_unique = |kind: &str| pack.identifier(kind).is_some_and(|known| known.unique);
    let mut keys = BTreeSet::new();
    for (kind, value, ..) in clients.iter().flat_map(|c| &c.identifiers) {
        if is_unique(kind) && !keys.insert((kind.clone(), normal_key(value))) {
            return Err(Error::refused_field("identifier-taken", kind));
        }
    }
    let held = key_holders(w, keys).await?;
    match held.keys().next() {
        Some((kind, _)) => Err(Error::refused_field("identifier-taken", kind)),
        None => Ok(()),
    }
}

async fn load_parts(w: &mut Work<'_>, clients: &[LoadedClient], source: &str) -> Result<(), Error> {
    let now = w.ctx.now;
    let pack = crate::client::pack(w.ctx)?;
    let is_document = |kind: &str| pack.identifier(kind).is_some_and(|k| k.document);
    let mut roles: Vec<Vec<Value>> = Vec::new();
    let mut contacts: Vec<Vec<Value>> = Vec::new();
    let mut identifiers: Vec<Vec<Value>> = Vec::new();
    let mut addresses: Vec<Vec<Value>> = Vec::new();
    let mut dates: Vec<Vec<Value>> = Vec::new();
    let (consents, proofs) = consent_rows(w, clients);
    let mut links: Vec<Vec<Value>> = Vec::new();
    let mut origins: Vec<Vec<Value>> = Vec::new();
    for c in clients {
        let id: Value = c.id.into();
        let new = |w: &Work<'_>| Value::Id(w.new_id());
        for (role, since) in &c.roles {
            roles.push(vec![id.clone(), role.into(), (*since).into()]);
        }
        for (kind, value, label, main) in &c.contacts {
            let line =
                vec![new(w), id.clone(), kind.into(), value.into(), value.into(), label.into()];
            contacts.push([line, vec![(*main).into(), source.into(), now.into()]].concat());
        }
        let main = c.identifiers.iter().position(|(kind, ..)| is_document(kind));
        for (n, (kind, value, on, by)) in c.identifiers.iter().enumerate() {
            let line = vec![new(w), id.clone(), kind.into(), value.into(), (*on).into(), by.into()];
            let is_main = main == Some(n);
            identifiers.push([line, vec![is_main.into(), source.into(), now.into()]].concat());
        }
        for (kind, city, street, code) in &c.addresses {
            let line =
                vec![new(w), id.clone(), kind.into(), city.into(), street.into(), code.into()];
            addresses.push([line, vec![source.into(), now.into()]].concat());
        }
        for (kind, title, on, yearly) in &c.dates {
            let line = vec![new(w), id.clone(), kind.into(), title.into(), (*on).into()];
            dates.push([line, vec![(*yearly).into(), now.into()]].concat());
        }
        for (other, kind, share, since) in &c.links {
            let line = vec![new(w), id.clone(), (*other).into(), kind.into(), (*share).into()];
            links.push([line, vec![(*since).into(), now.into()]].concat());
        }
        for key in known_fields(&c.fields).keys() {
            origins.push(vec![id.clone(), key.into(), source.into(), now.into()]);
        }
    }
    let tables: [(&str, &[Vec<Value>]); 9] = [
        ("client_role (client_id, role, since)", &roles),
        ("client_contact (id, client_id, kind, value, raw, label, is_main, source, at)", &contacts),
        (
            "client_identifier (id, client_id, kind, value, issued_on, issued_by, is_main, source, at)",
            &identifiers,
        ),
        ("client_address (id, client_id, kind, city, street, postal_code, source, at)", &addresses),
        ("client_date (id, client_id, kind, title, on_date, yearly, at)", &dates),
        (
            "client_consent (id, client_id, purpose, channel, state, text_version, evidence, at)",
            &consents,
        ),
        ("consent_proof (id, client_id, evidence_kind, said_at)", &proofs),
        ("client_link (id, from_id, to_id, kind, share_bp, since, at)", &links),
        ("field_origin (client_id, field, source, at)", &origins),
    ];
    for (table, rows) in tables {
        w.insert_many(&format!("insert into {table} values"), rows, "on conflict do nothing")
            .await?;
    }
    Ok(())
}

/// What clients said about consents, and what proves it.
fn consent_rows(w: &Work<'_>, clients: &[LoadedClient]) -> (Vec<Vec<Value>>, Vec<Vec<Value>>) {
    let (mut words, mut proofs) = (Vec::new(), Vec::new());
    let said = clients.iter().flat_map(|c| c.consents.iter().map(|word| (c.id, word)));
    for (client, word) in said {
        let (id, client): (Value, Value) = (Value::Id(w.new_id()), client.into());
        let state = if word.is_given { "given" } else { "withdrawn" };
        let what = [&word.purpose, &word.channel, state, &word.text_version, &word.evidence];
        let mut line = vec![id.clone(), client.clone()];
        line.extend(what.into_iter().map(Value::from));
        line.push(w.ctx.now.into());
        words.push(line);
        proofs.push(vec![id, client, word.evidence_kind.as_str().into(), word.said_at.into()]);
    }
    (words, proofs)
}

async fn load_main_members(w: &mut Work<'_>, clients: &[LoadedClient]) -> Result<(), Error> {
    let now = w.ctx.now;
    let rows: Vec<Vec<Value>> = clients
        .iter()
        .filter_map(|c| Some(vec![c.id.into(), c.main_member?.into(), now.into()]))
        .collect();
    let head = "insert into circle_main (circle_id, member_id, at) values";
    w.insert_many(head, &rows, "on conflict do nothing").await?;
    Ok(())
}

/// What a loaded client is found by.
fn index_doc(c: &LoadedClient) -> IndexDoc {
    let fields = known_fields(&c.fields);
    let names: Vec<String> = NAME_FIELDS.iter().filter_map(|k| fields.get(*k).cloned()).collect();
    let mut keys: Vec<(String, String)> = c
        .contacts
        .iter()
        .map(|(kind, value, _, _)| (kind.clone(), value.clone()))
        .chain(c.identifiers.iter().map(|(kind, value, _, _)| (kind.clone(), value.clone())))
        .chain(c.extra_keys.iter().cloned())
        .collect();
    keys.push(("number".to_owned(), client_number(c.id.uuid())));
    IndexDoc { client_id: c.id, names, keys }
}

/// Keeps the fields of our table.
fn known_fields(fields: &BTreeMap<String, String>) -> FieldTexts {
    fields.iter().filter_map(|(k, v)| field(k).map(|f| (f.key.to_owned(), v.clone()))).collect()
}
