//! The contract between a feed and the rooms it fills: a target names a kind of record, its fields and
//! the command that takes a batch of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A kind of record a room accepts from feeds.
#[derive(Clone, Copy, Debug)]
pub struct ImportTarget {
    /// Stable key: `client`, `account`, `transaction`, …
    pub kind: &'static str,
    /// The command that takes an [`ImportBatch`] of it and answers an [`ImportOutcome`].
    pub command: &'static str,
    /// Fields it understands, required ones first.
    pub fields: &'static [ImportField],
}

/// A field of a target.
#[derive(Clone, Copy, Debug)]
pub struct ImportField {
    /// Key, also the text key after `import-field-`.
    pub key: &'static str,
    /// Whether a row without it is rejected.
    pub required: bool,
}

/// A value a feed delivers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ImportValue {
    /// Whole number: amounts in minor units, counts.
    Int(i64),
    /// Text, dates as `YYYY-MM-DD`.
    Text(String),
}

/// One record of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// File row it came from, from 1.
    pub row: u64,
    /// Identity within source and kind.
    pub external_id: String,
    /// Field values.
    pub fields: BTreeMap<String, ImportValue>,
}

impl ImportRow {
    /// A text field; whole numbers are written out.
    pub fn text(&self, key: &str) -> Option<String> {
        match self.fields.get(key) {
            Some(ImportValue::Text(t)) if t.is_empty() => None,
            Some(ImportValue::Text(t)) => Some(t.clone()),
            Some(ImportValue::Int(i)) => Some(i.to_string()),
            None => None,
        }
    }
    /// A whole number.
    pub fn int(&self, key: &str) -> Option<i64> {
        match self.fields.get(key) {
            Some(ImportValue::Int(i)) => Some(*i),
            Some(ImportValue::Text(t)) => t.parse().ok(),
            None => None,
        }
    }
}

/// A batch of records of one kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportBatch {
    /// The source system's key: external ids are unique within it.
    pub source: String,
    /// The kind as the mapping names it: its target's, and behind a colon which of the bank's own kinds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The records, in file order.
    pub rows: Vec<ImportRow>,
    /// Fields the source rules over: its word goes above what a person wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub master: Vec<String>,
}

/// A record, or one field of it, that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReject {
    /// File row.
    pub row: u64,
    /// Field, when one is to blame.
    pub field: Option<String>,
    /// Refusal code.
    pub code: String,
    /// Arguments of the refusal's message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(String, String)>,
    /// The refused value, shortened.
    pub value: String,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOutcome {
    /// New records.
    pub created: u64,
    /// Known records with new content.
    pub changed: u64,
    /// Known records with the same content.
    pub unchanged: u64,
    /// Records refused.
    pub rejected: Vec<ImportReject>,
    /// Fields of records that were taken in which the feed differs from what a person wrote: his word
    /// stayed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<ImportReject>,
    /// Pairs of records found that are probably the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pairs: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
