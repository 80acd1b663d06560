//! Fields and kinds of record the bank has made for itself, as imports offer and name them.

use std::collections::BTreeMap;

use kernel::Lang;
use spine::Error;
use web::i18n::L;
use web::{AddedField, Cx};

use super::super::model::renamed;
use crate::feed::AddedColumns;

/// Before the key of a kind of record: `record:visits`.
const RECORD: &str = "record:";
/// The object whose fields are fields of clients.
const CLIENT: &str = "client";
/// Who may write records of the bank's own kinds.
const MAY_WRITE: &str = "record.edit";

/// A kind of record of the bank's own.
struct OwnKind {
    /// As mappings name it.
    kind: String,
    /// Many of them.
    name: String,
    /// Fields and the names of their columns.
    columns: AddedColumns,
}

/// What the bank has added for itself, as far as an import may bring it.
pub(in crate::import) struct Added {
    fields: Vec<AddedField>,
    kinds: Vec<OwnKind>,
}

impl Added {
    /// Reads it.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::import) async fn of(cx: &Cx) -> Result<Self, Error> {
        let fields = cx.added_fields().await?;
        let mut kinds: BTreeMap<String, OwnKind> = BTreeMap::new();
        let may_write = cx.principal().has(MAY_WRITE);
        let of_records = |f: &&AddedField| !f.object_name.is_empty() && f.is_active && f.is_seen;
        for field in fields.iter().filter(of_records).filter(|_| may_write) {
            let kind = kinds.entry(field.object.clone()).or_insert_with(|| OwnKind {
                kind: format!("{RECORD}{}", field.object),
                name: field.object_name.clone(),
                columns: Vec::new(),
            });
            kind.columns.push((field.key.clone(), field.labels.to_vec()));
        }
        let mut kinds: Vec<OwnKind> = kinds.into_values().collect();
        for kind in &mut kinds {
            // what every record has gives way to a field of the same name
            kind.columns.push(("number".to_owned(), both(&cx.l, &["records-number"])));
            let client = ["records-client-number", "records-client"];
            kind.columns.push(("client".to_owned(), both(&cx.l, &client)));
        }
        Ok(Self { fields, kinds })
    }
    /// The columns a table of contacts may have for fields of clients.
    pub(super) fn of_clients(&self) -> AddedColumns {
        let clients = self.fields.iter().filter(|f| f.is_active && f.object == CLIENT);
        clients.map(|f| (f.key.clone(), f.labels.to_vec())).collect()
    }
    /// The kinds of record that may be brought in: as mappings name them, and for people.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kinds.iter().map(|one| (one.kind.as_str(), one.name.as_str()))
    }
    /// The columns of a table of such records; none when the person may not bring them in.
    pub(super) fn columns(&self, kind: &str) -> Option<&AddedColumns> {
        self.kinds.iter().find(|one| one.kind == kind).map(|one| &one.columns)
    }
    /// What the records of a file are called.
    pub(super) fn kind_words(&self, l: &L, kind: &str) -> String {
        let Some(object) = kind.strip_prefix(RECORD) else {
            return l.t(&format!("import-kind-{}", kind.replace('_', "-")));
        };
        let known = self.fields.iter().find(|f| f.object == object);
        known.map_or(object, |f| f.object_name.as_str()).to_owned()
    }
    /// The name of a field of a kind of record, as the rest of the product calls it; a field only the mapping knows
    /// keeps its own.
    pub(super) fn field_words(&self, l: &L, kind: &str, field: &str) -> String {
        let record = kind.strip_prefix(RECORD);
        let object = record.unwrap_or(if kind == "contact" { CLIENT } else { kind });
        if let Some(own) = self.fields.iter().find(|f| f.object == object && f.key == field) {
            return own.label.clone();
        }
        let key = match (record, field) {
            (Some(_), "number") => "records-number".to_owned(),
            (Some(_), "client") => "records-client".to_owned(),
            (_, "full_name") => "field-full-name".to_owned(),
            (_, field) => format!("field-{}", renamed(field).replace('_', "-")),
        };
        if l.texts.has(l.lang, &key) { l.t(&key) } else { field.to_owned() }
    }
}

/// Texts in both languages: a file may have left the bank in either.
fn both(l: &L, keys: &[&str]) -> Vec<String> {
    let words = |key: &&str| [Lang::Ru, Lang::En].map(|lang| l.texts.message(lang, key, &[]));
    keys.iter().flat_map(words).collect()
}
