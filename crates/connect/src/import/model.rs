//! What a run brought, and which mappings come with the product.

use std::collections::BTreeMap;

use kernel::Lang;
use serde::{Deserialize, Serialize};
use spine::import::{ImportReject, ImportTarget, ImportValue};
use web::i18n::{Arg, L, Texts};

use crate::feed::{FieldValue, PROJECT_MAPPINGS, Record, spreadsheet_safe};

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FileSummary {
    /// File name.
    pub file: String,
    /// Kind of its records.
    pub kind: String,
    /// Rows read.
    pub rows: u64,
    /// New records.
    pub created: u64,
    /// Known records with new content.
    pub changed: u64,
    /// Known records with the same content.
    pub unchanged: u64,
    /// Rows refused, by the reader or by the room.
    pub rejected: u64,
    /// Fields in which a person's word stayed above the feed's.
    #[serde(default)]
    pub kept: u64,
    /// Pairs of records found that are probably the same.
    #[serde(default)]
    pub pairs: u64,
}

/// What became of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Summary {
    /// By file, in load order.
    pub files: Vec<FileSummary>,
}

impl Summary {
    /// Rows refused in all files.
    pub fn rejected(&self) -> u64 {
        self.files.iter().map(|f| f.rejected).sum()
    }
    /// Fields of all files in which a person's word stayed.
    pub fn kept(&self) -> u64 {
        self.files.iter().map(|f| f.kept).sum()
    }
    /// Pairs found in all files.
    pub fn pairs(&self) -> u64 {
        self.files.iter().map(|f| f.pairs).sum()
    }
    /// Sums over all files, in the order created, changed, unchanged, rejected.
    pub fn totals(&self) -> [u64; 4] {
        let sum = |pick: fn(&FileSummary) -> u64| self.files.iter().map(pick).sum();
        [sum(|f| f.created), sum(|f| f.changed), sum(|f| f.unchanged), sum(|f| f.rejected)]
    }
}

/// One line of the rejects file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RejectLine {
    /// File name.
    pub file: String,
    /// Row, from 1.
    pub row: u64,
    /// Which card of a file of cards, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<u64>,
    /// Column, property or field to blame.
    pub column: Option<String>,
    /// Stable code.
    pub code: String,
    /// Text key of the reason.
    pub message_key: String,
    /// Arguments of the reason.
    pub args: Vec<(String, String)>,
    /// The refused value, shortened.
    pub value: String,
}

/// The code of a field that gave way to what a person wrote.
const KEPT: &str = "import-kept";

impl RejectLine {
    /// The row was taken; only this field of it gave way to what a person wrote.
    pub fn is_kept(&self) -> bool {
        self.code == KEPT
    }
    pub(super) fn from_feed(reject: &crate::feed::Reject) -> Self {
        Self {
            file: reject.file.clone(),
            row: reject.row,
            card: reject.card.map(u64::from),
            column: reject.column.clone(),
            code: reject.code.code().to_owned(),
            message_key: reject.message_key(),
            args: reject.args.clone(),
            value: reject.value.clone(),
        }
    }
    pub(super) fn from_room(file: &str, card: Option<u64>, reject: ImportReject) -> Self {
        Self {
            file: file.to_owned(),
            row: reject.row,
            card,
            column: reject.field,
            message_key: format!("refusal-{}", reject.code),
            code: reject.code,
            args: reject.args,
            value: reject.value,
        }
    }
}

/// The targets of all rooms, by kind.
#[derive(Clone, Debug, Default)]
pub struct TargetTable(BTreeMap<&'static str, ImportTarget>);

impl TargetTable {
    /// From what the modules registered.
    pub fn new(targets: impl IntoIterator<Item = ImportTarget>) -> Self {
        Self(targets.into_iter().map(|t| (t.kind, t)).collect())
    }
    /// The target of a kind; behind a colon stands which of the bank's own kinds it is.
    pub fn of(&self, kind: &str) -> Option<&ImportTarget> {
        self.0.get(kind.split_once(':').map_or(kind, |(target, _)| target))
    }
}

/// A mapping that comes with the product.
pub fn built_in_mapping(key: &str) -> Option<&'static str> {
    PROJECT_MAPPINGS.iter().find(|(k, _)| *k == key).map(|(_, text)| *text)
}

/// The field a room takes for what address books call otherwise.
pub(super) fn renamed(field: &str) -> &str {
    match field {
        "middle_name" => "patronymic",
        "tax_id" => "inn",
        "address" => "street",
        "company" => "employer",
        "website" => "site",
        "full_name" => "last_name",
        other => other,
    }
}

/// The fields of a record in the form rooms take them.
pub(super) fn import_fields(record: Record) -> BTreeMap<String, ImportValue> {
    record.fields.into_iter().map(|(key, value)| (key, import_value(value))).collect()
}

fn import_value(value: FieldValue) -> ImportValue {
    match value {
        FieldValue::Integer(number) => ImportValue::Int(number),
        FieldValue::Money(money) => ImportValue::Int(money.minor),
        FieldValue::Bool(yes) => ImportValue::Int(i64::from(yes)),
        FieldValue::Text(_)
        | FieldValue::Decimal(_)
        | FieldValue::Date(_)
        | FieldValue::DateTime(_)
        | FieldValue::Reference { .. } => ImportValue::Text(value.to_string()),
    }
}

/// Why a run failed: a text key and its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Text key.
    pub key: String,
    /// Arguments of the text.
    pub args: Vec<(String, String)>,
}

impl Problem {
    /// As stored.
    pub(super) fn of(key: &str, args: &[(&str, &str)]) -> String {
        let args = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let problem = Problem { key: key.to_owned(), args };
        serde_json::to_string(&problem).unwrap_or_default()
    }
    /// From the stored form; none when the run did not fail.
    pub fn read(stored: &str) -> Option<Problem> {
        serde_json::from_str(stored).ok()
    }
    /// In the reader's language.
    pub fn words(&self, l: &L) -> String {
        let args: Vec<(&str, Arg<'_>)> =
            self.args.iter().map(|(k, v)| (k.as_str(), Arg::from(v))).collect();
        l.ta(&self.key, &args)
    }
}

impl RejectLine {
    /// The reason in the reader's language.
    pub fn reason(&self, texts: &Texts, lang: Lang) -> String {
        let args: Vec<(&str, Arg<'_>)> =
            self.args.iter().map(|(k, v)| (k.as_str(), Arg::from(v))).collect();
        texts.message(lang, &self.message_key, &args)
    }
}

/// Rejects as CSV that a spreadsheet opens safely (UTF-8 with a byte order mark).
pub fn rejects_csv(texts: &Texts, lang: Lang, rejects: &[RejectLine]) -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
    let head = ["file", "row", "column", "code", "reason", "value", "card"];
    let mut lines = vec![head.map(str::to_owned)];
    for r in rejects {
        lines.push([
            spreadsheet_safe(&r.file),
            r.row.to_string(),
            spreadsheet_safe(r.column.as_deref().unwrap_or("")),
            r.code.clone(),
            spreadsheet_safe(&r.reason(texts, lang)),
            spreadsheet_safe(&r.value),
            r.card.map(|card| card.to_string()).unwrap_or_default(),
        ]);
    }
    for line in &lines {
        // writing to memory cannot fail
        let _ = csv.write_record(line);
    }
    csv.into_inner().unwrap_or_default()
}
