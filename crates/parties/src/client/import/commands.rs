//! The command that takes a batch of clients from a feed.

use std::collections::BTreeMap;

use kernel::{BranchId, ClientId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Change, Command, Error, Owner, Work};
use store::{Read, Value, params};

use crate::client::commands::rows::{
    CheckedIdentifier, NewContact, client_columns, client_row, insert_contacts, insert_identifiers,
    read_fields,
};
use crate::client::commands::{Changed, write_changes};
use crate::client::fields::FIELDS;
use crate::client::model::{ClientKind, client_number};
use crate::client::queries::{self, FieldTexts};
use crate::search::commands::{IndexDoc, NAME_FIELDS, index_new};

/// Clients of one feed, in file order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportClients(pub ImportBatch);

impl Command for ImportClients {
    const NAME: &'static str = "parties.import_clients";
    const PERMISSION: &'static str = "import.run";
    type Output = ImportOutcome;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut outcome = ImportOutcome::default();
        let known = known_refs(w, batch, "client").await?;
        let branches = branch_refs(w, &batch.source).await?;
        let mut fresh: Vec<Incoming> = Vec::new();
        for row in &batch.rows {
            let incoming = match read_row(w, row, &branches)? {
                Ok(incoming) => incoming,
                Err(rejects) => {
                    outcome.rejected.extend(rejects);
                    continue;
                }
            };
            match known.get(row.external_id.as_str()) {
                Some((_, digest)) if *digest == incoming.digest => outcome.unchanged += 1,
                Some((id, _)) => {
                    update(w, (*id).into(), &incoming, &batch.source).await?;
                    outcome.changed += 1;
                }
                None if fresh.iter().any(|f| f.external_id == row.external_id) => {
                    outcome.rejected.push(reject(row.row, None, "import-twice", &row.external_id));
                }
                None => fresh.push(incoming),
            }
        }
        outcome.created = u64::try_from(fresh.len()).unwrap_or(0);
        insert(w, fresh, &batch.source).await?;
        Ok(outcome)
    }
}

/// A checked row.
struct Incoming {
    external_id: String,
    kind: ClientKind,
    fields: FieldTexts,
    number: Option<String>,
    branch_id: Option<BranchId>,
    contacts: Vec<NewContact>,
    identifiers: Vec<CheckedIdentifier>,
    address: Option<[String; 4]>,
    digest: Vec<u8>,
}

/// External id → our id and the digest of the row it was last read from.
pub(crate) async fn known_refs(
    w: &mut Work<'_>,
    batch: &ImportBatch,
    kind: &str,
) -> Result<BTreeMap<String, (uuid::Uuid, Vec<u8>)>, Error> {
    let mut out = BTreeMap::new();
    for chunk in batch.rows.chunks(500) {
        let places: Vec<String> = (3..chunk.len() + 3).map(|n| format!("${n}")).collect();
        let sql = format!(
            "select external_id, entity_id, digest from external_ref \
             where source = $1 and kind = $2 and external_id in ({})",
            places.join(", ")
        );
        let mut values: Vec<Value> = vec![(&batch.source).into(), kind.into()];
        values.extend(chunk.iter().map(|r| Value::from(&r.external_id)));
        for row in w.query(&sql, &values).await? {
            let mut c = row.cols();
            out.insert(c.take()?, (c.take()?, c.take()?));
        }
    }
    Ok(out)
}

async fn branch_refs(
    w: &mut Work<'_>,
    source: &str,
) -> Result<BTreeMap<String, BranchId>, Error> {
    let sql = "select external_id, entity_id from external_ref where source = $1 and kind = 'branch'";
    let mut out = BTreeMap::new();
    for row in w.query(sql, params![source]).await? {
        let mut c = row.cols();
        out.insert(c.take()?, c.take()?);
    }
    Ok(out)
}

fn reject(row: u64, field: Option<&str>, code: &str, value: &str) -> ImportReject {
    ImportReject {
        row,
        field: field.map(str::to_owned),
        code: code.to_owned(),
        value: value.chars().take(60).collect(),
    }
}

fn read_row(
    w: &Work<'_>,
    row: &ImportRow,
    branches: &BTreeMap<String, BranchId>,
) -> Result<Result<Incoming, Vec<ImportReject>>, Error> {
    let mut rejects = Vec::new();
    let kind = row.text("party_kind").unwrap_or_else(|| "person".to_owned());
    let Some(kind) = ClientKind::from_key(&kind) else {
        return Ok(Err(vec![reject(row.row, Some("party_kind"), "not-a-choice", &kind)]));
    };
    let mut typed: BTreeMap<String, String> = BTreeMap::new();
    for def in FIELDS.iter().filter(|f| f.kinds.contains(&kind)) {
        if let Some(text) = row.text(def.key) {
            typed.insert(def.key.to_owned(), text);
        }
    }
    typed.entry("status".to_owned()).or_insert_with(|| "active".to_owned());
    let (fields, refusals) = read_fields(w, kind, &typed)?;
    for refusal in refusals.0 {
        let field = refusal.field.as_deref();
        let value = field.and_then(|f| row.text(f)).unwrap_or_default();
        rejects.push(reject(row.row, field, &refusal.code, &value));
    }
    let branch = row.text("branch");
    let branch_id = branch.as_deref().and_then(|b| branches.get(b)).copied();
    if let (Some(branch), None) = (&branch, branch_id) {
        rejects.push(reject(row.row, Some("branch"), "import-unknown-ref", branch));
    }
    let (contacts, identifiers) = read_reach(w, row, kind, &mut rejects)?;
    let place = |key: &str| row.text(key).unwrap_or_default();
    let address = [place("region"), place("city"), place("street"), place("postal_code")];
    if !rejects.is_empty() {
        return Ok(Err(rejects));
    }
    Ok(Ok(Incoming {
        external_id: row.external_id.clone(),
        kind,
        fields,
        number: row.text("number"),
        branch_id,
        contacts,
        identifiers,
        address: address.iter().any(|p| !p.is_empty()).then_some(address),
        digest: Sha256::digest(serde_json::to_vec(&row.fields)?).to_vec(),
    }))
}

type Reach = (Vec<NewContact>, Vec<CheckedIdentifier>);

fn read_reach(
    w: &Work<'_>,
    row: &ImportRow,
    kind: ClientKind,
    rejects: &mut Vec<ImportReject>,
) -> Result<Reach, Error> {
    let pack = crate::client::pack(w.ctx)?;
    let mut contacts = Vec::new();
    let mut identifiers = Vec::new();
    if let Some(raw) = row.text("phone") {
        match jurisdiction::parse_phone(&raw, &pack.phone_region) {
            Ok(phone) => contacts.push(NewContact { kind: "phone", value: phone.e164, raw }),
            Err(r) => rejects.push(reject(row.row, Some("phone"), &r.code, &raw)),
        }
    }
    if let Some(raw) = row.text("email") {
        match jurisdiction::parse_email(&raw) {
            Ok(mail) => contacts.push(NewContact { kind: "email", value: mail.normalised, raw }),
            Err(r) => rejects.push(reject(row.row, Some("email"), &r.code, &raw)),
        }
    }
    for key in ["inn", "passport_rf"] {
        let (Some(raw), Some(subject)) = (row.text(key), kind.subject()) else { continue };
        match jurisdiction::validate_identifier_for(pack, key, subject, &raw) {
            Ok(checked) => identifiers.push((key.to_owned(), checked)),
            Err(r) => rejects.push(reject(row.row, Some(key), &r.code, &raw)),
        }
    }
    Ok((contacts, identifiers))
}

async fn insert(w: &mut Work<'_>, fresh: Vec<Incoming>, source: &str) -> Result<(), Error> {
    let label = format!("import:{source}");
    let now = w.ctx.now;
    let (mut clients, mut refs, mut origins, mut roles, mut docs) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut ids: Vec<ClientId> = Vec::new();
    for one in &fresh {
        let id: ClientId = w.new_id();
        let owner = Owner { branch_id: one.branch_id, manager_id: None };
        clients.push(client_row(w, id, one.kind, &one.fields, owner, one.number.as_deref())?);
        refs.push(vec![
            source.into(),
            "client".into(),
            (&one.external_id).into(),
            Value::Id(id.uuid()),
            one.digest.clone().into(),
        ]);
        roles.push(vec![
            id.into(),
            "client".into(),
            now.date_in(&jiff::tz::TimeZone::UTC).into(),
        ]);
        for key in one.fields.keys() {
            origins.push(vec![id.into(), (*key).into(), (&label).into(), now.into()]);
        }
        docs.push(index_doc(id, one));
        ids.push(id);
    }
    let head = format!("insert into client ({}) values", client_columns());
    w.insert_many(&head, &clients, "").await?;
    let head = "insert into external_ref (source, kind, external_id, entity_id, digest) values";
    w.insert_many(head, &refs, "").await?;
    w.insert_many("insert into client_role (client_id, role, since) values", &roles, "").await?;
    let head = "insert into field_origin (client_id, field, source, at) values";
    w.insert_many(head, &origins, "").await?;
    index_new(w, &docs).await?;
    for (id, one) in ids.into_iter().zip(&fresh) {
        insert_contacts(w, id, &one.contacts, &label).await?;
        insert_identifiers(w, id, &one.identifiers, &label).await?;
        if let Some(address) = &one.address {
            insert_address(w, id, address, &label).await?;
        }
        let change = one.fields.iter().fold(
            Change::new().set("kind", one.kind.key()).set("external_id", one.external_id.as_str()),
            |change, (key, value)| change.set(key, value.as_str()),
        );
        w.record("client", id, Some(id), change);
    }
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

async fn insert_address(
    w: &mut Work<'_>,
    id: ClientId,
    [region, city, street, code]: &[String; 4],
    label: &str,
) -> Result<(), Error> {
    let row: uuid::Uuid = w.new_id();
    let now = w.ctx.now;
    w.execute(
        "insert into client_address (id, client_id, kind, region, city, street, postal_code, source, \
         at) values ($1, $2, 'registration', $3, $4, $5, $6, $7, $8)",
        params![row, id, region, city, street, code, label, now],
    )
    .await?;
    Ok(())
}

/// Writes the fields the feed brought that differ; fields it does not bring stay as they are.
async fn update(
    w: &mut Work<'_>,
    id: ClientId,
    incoming: &Incoming,
    source: &str,
) -> Result<(), Error> {
    let currency = crate::client::currency(w.ctx)?;
    let before = queries::fields(w, id, currency).await?;
    let mut after = before.clone();
    let mut changed: Changed = Vec::new();
    for def in FIELDS {
        let Some(value) = incoming.fields.get(def.key) else { continue };
        if before.get(def.key) != Some(value) {
            after.insert(def.key, value.clone());
            changed.push((def, Some(value.clone())));
        }
    }
    if !changed.is_empty() {
        let label = format!("import:{source}");
        write_changes(w, id, incoming.kind, &before, &after, &changed, &label).await?;
    }
    w.execute(
        "update external_ref set digest = $4 where source = $1 and kind = 'client' \
         and external_id = $2 and entity_id = $3",
        params![source, &incoming.external_id, id, incoming.digest.clone()],
    )
    .await?;
    Ok(())
}
