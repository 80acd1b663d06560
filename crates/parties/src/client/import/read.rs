//! What a row of a feed says of a client.

use std::collections::BTreeMap;

use kernel::{BranchId, Refusal};
use sha2::{Digest, Sha256};
use spine::import::{ImportReject, ImportRow};
use spine::{Error, Work};

use crate::client::ClientField;
use crate::client::commands::rows::{CheckedIdentifier, NewContact, read_fields, resolve_links};
use crate::client::model::ClientKind;
use crate::client::queries::FieldTexts;
use crate::fields::model::Definitions;

/// Columns of one meaning that are read: `phone`, `phone_2`, … `phone_20`.
const ALIKE_MAX: usize = 20;
/// Numbers and documents a feed may bring.
pub(super) const IDENTIFIERS: [&str; 2] = ["inn", "passport_rf"];

/// A checked row.
pub(super) struct Incoming {
    pub(super) external_id: String,
    /// File row.
    pub(super) row: u64,
    pub(super) kind: ClientKind,
    /// All fields of a new client, defaults included.
    pub(super) fields: FieldTexts,
    /// Keys of the fields the feed itself brought: a default never overwrites what the bank knows.
    pub(super) brought: Vec<String>,
    pub(super) number: Option<String>,
    pub(super) branch_id: Option<BranchId>,
    /// The feed's own name of the branch.
    pub(super) branch: Option<String>,
    pub(super) contacts: Vec<NewContact>,
    pub(super) identifiers: Vec<CheckedIdentifier>,
    /// Region, city, street, postal code.
    pub(super) address: Option<[String; 4]>,
    pub(super) digest: Vec<u8>,
}

/// Branches of the source by external id.
pub(super) type Branches = BTreeMap<String, BranchId>;

pub(super) fn reject(row: u64, field: Option<&str>, code: &str, value: &str) -> ImportReject {
    ImportReject {
        row,
        field: field.map(str::to_owned),
        code: code.to_owned(),
        args: Vec::new(),
        value: value.chars().take(60).collect(),
    }
}

fn refused(row: u64, field: &str, refusal: Refusal, value: &str) -> ImportReject {
    ImportReject { args: refusal.args, ..reject(row, Some(field), &refusal.code, value) }
}

/// Reads and checks a row; all its refusals come together. `status` is that of a new client of whom the
/// feed does not say it.
pub(super) async fn read_row(
    w: &mut Work<'_>,
    row: &ImportRow,
    (branches, definitions): (&Branches, &Definitions),
    status: &str,
) -> Result<Result<Incoming, Vec<ImportReject>>, Error> {
    let mut rejects = Vec::new();
    let texts = plain_texts(row);
    let text = |key: &str| texts.get(key).cloned();
    let kind = text("party_kind").unwrap_or_else(|| "person".to_owned());
    let Some(kind) = ClientKind::from_key(&kind) else {
        return Ok(Err(vec![reject(row.row, Some("party_kind"), "not-a-choice", &kind)]));
    };
    let mut typed: BTreeMap<String, String> = BTreeMap::new();
    for def in ClientField::all(definitions, kind, &w.ctx.principal) {
        typed.extend(text(def.key()).map(|text| (def.key().to_owned(), text)));
    }
    let brought = typed.keys().cloned().collect();
    typed.entry("status".to_owned()).or_insert_with(|| status.to_owned());
    let (mut fields, mut refusals) = read_fields(w, kind, definitions, &typed, true)?;
    resolve_links(w, definitions, &mut fields, true, &mut refusals).await?;
    for refusal in refusals.0 {
        let field = refusal.field.clone().unwrap_or_default();
        let value = text(&field).unwrap_or_default();
        rejects.push(refused(row.row, &field, refusal, &value));
    }
    let branch = text("branch");
    let branch_id = branch.as_deref().and_then(|b| branches.get(b)).copied();
    if let (Some(branch), None) = (&branch, branch_id) {
        rejects.push(reject(row.row, Some("branch"), "import-unknown-ref", branch));
    }
    let contacts = read_contacts(w, row.row, &texts, &mut rejects)?;
    let identifiers = read_identifiers(w, row.row, kind, &texts, &mut rejects)?;
    let address = ["region", "city", "street", "postal_code"].map(|k| text(k).unwrap_or_default());
    if !rejects.is_empty() {
        return Ok(Err(rejects));
    }
    Ok(Ok(Incoming {
        external_id: row.external_id.clone(),
        row: row.row,
        kind,
        fields,
        brought,
        number: text("number"),
        branch_id,
        branch,
        contacts,
        identifiers,
        address: address.iter().any(|p| !p.is_empty()).then_some(address),
        digest: Sha256::digest(serde_json::to_vec(&row.fields)?).to_vec(),
    }))
}

/// The row's texts; the reader of birth numbers writes sexes in full.
fn plain_texts(row: &ImportRow) -> BTreeMap<String, String> {
    let texts = row.fields.keys().filter_map(|key| Some((key.clone(), row.text(key)?)));
    let mut texts: BTreeMap<String, String> = texts.collect();
    if let Some(sex) = texts.get_mut("sex") {
        match sex.as_str() {
            "male" => "m".clone_into(sex),
            "female" => "f".clone_into(sex),
            _ => {}
        }
    }
    texts
}

fn alike(texts: &BTreeMap<String, String>, key: &str) -> Vec<(String, String)> {
    let further = (2..=ALIKE_MAX).map(|n| format!("{key}_{n}"));
    let keys = std::iter::once(key.to_owned()).chain(further);
    keys.filter_map(|k| texts.get(&k).map(|text| (k.clone(), text.clone()))).collect()
}

fn read_contacts(
    w: &Work<'_>,
    row: u64,
    texts: &BTreeMap<String, String>,
    rejects: &mut Vec<ImportReject>,
) -> Result<Vec<NewContact>, Error> {
    let pack = crate::client::pack(w.ctx)?;
    let mut out: Vec<NewContact> = Vec::new();
    let mut add = |kind: &'static str, value: String, raw: String| {
        if !out.iter().any(|c| c.kind == kind && c.value == value) {
            out.push(NewContact { kind, value, raw });
        }
    };
    for (key, raw) in alike(texts, "phone") {
        match jurisdiction::parse_phone(&raw, &pack.phone_region) {
            Ok(phone) => add("phone", phone.e164, raw),
            Err(r) => rejects.push(refused(row, &key, r, &raw)),
        }
    }
    for (key, raw) in alike(texts, "email") {
        match jurisdiction::parse_email(&raw) {
            Ok(mail) => add("email", mail.normalised, raw),
            Err(r) => rejects.push(refused(row, &key, r, &raw)),
        }
    }
    if let Some(site) = texts.get("site") {
        add("site", site.clone(), site.clone());
    }
    Ok(out)
}

fn read_identifiers(
    w: &Work<'_>,
    row: u64,
    kind: ClientKind,
    texts: &BTreeMap<String, String>,
    rejects: &mut Vec<ImportReject>,
) -> Result<Vec<CheckedIdentifier>, Error> {
    let pack = crate::client::pack(w.ctx)?;
    let mut out = Vec::new();
    for key in IDENTIFIERS {
        let (Some(raw), Some(subject)) = (texts.get(key), kind.subject()) else { continue };
        match jurisdiction::validate_identifier_for(pack, key, subject, raw) {
            Ok(checked) => out.push((key.to_owned(), checked)),
            Err(r) => rejects.push(refused(row, key, r, raw)),
        }
    }
    Ok(out)
}
