//! A mapping guessed from the header of a contact list, for a person to confirm or mend.

use std::collections::BTreeMap;
use std::path::Path;

use super::cards::{CardRows, is_cards};
use super::header::fold;
use super::identity::WHO;
use super::known::recognise;
use super::mapping::{
    DelimitedFormat, FieldRule, FieldType, FileRule, Format, IdRule, MAPPING_VERSION, Mapping,
    XlsxFormat,
};
use super::problem::FeedError;
use super::source::RowSource;

/// What one uploaded file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SniffedFile {
    /// Its form, with encoding and delimiter as found.
    pub format: Format,
    /// Its columns.
    pub columns: Vec<String>,
}

impl SniffedFile {
    /// The guessed mapping for this very form.
    pub fn mapping(&self) -> Mapping {
        if self.format == Format::Vcard {
            return cards_mapping();
        }
        let mut mapping = guess_mapping(&self.columns);
        for rule in &mut mapping.files {
            rule.format = self.format.clone();
        }
        mapping
    }
}

/// Finds out the form and the columns of a file with a header row.
///
/// # Errors
/// Refuses a file that cannot be read, is empty, is a damaged workbook or should have cards and has none.
pub fn sniff(path: &Path) -> Result<SniffedFile, FeedError> {
    if is_cards(path).unwrap_or(false) {
        CardRows::open(path, "contact")?;
        return Ok(SniffedFile { format: Format::Vcard, columns: Vec::new() });
    }
    let source = RowSource::open(path, &Format::Auto)?;
    let format = match source.found().delimiter {
        Some(delimiter) => Format::Delimited(DelimitedFormat {
            delimiter: delimiter.to_string(),
            ..DelimitedFormat::default()
        }),
        None => Format::Xlsx(XlsxFormat::default()),
    };
    Ok(SniffedFile { format, columns: source.header().names().to_vec() })
}

/// Columns of one meaning that are taken.
const SAME_MEANING_MAX: usize = 5;

/// The mapping for a list of contacts with these columns. Columns that nobody recognises are left out; a list without
/// any name takes its first column for the full name.
pub fn guess_mapping(header: &[String]) -> Mapping {
    let mut fields: Vec<FieldRule> = Vec::new();
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    for column in header {
        let Some(known) = recognise(column) else {
            continue;
        };
        let times = used.entry(known.to).or_insert(0);
        *times += 1;
        let to = match *times {
            1 => known.to.to_owned(),
            n if known.many && n <= SAME_MEANING_MAX => format!("{}_{n}", known.to),
            _ => continue,
        };
        fields.push(field(to, known.kind, column));
    }
    let named = |f: &FieldRule| {
        ["last_name", "first_name", "full_name", "company", "email", "phone"]
            .contains(&f.to.as_str())
    };
    if !fields.iter().any(named)
        && let Some(first) = header.iter().find(|c| !c.trim().is_empty())
    {
        fields.retain(|f| f.from.first() != Some(first));
        fields.push(field("full_name".to_owned(), FieldType::Text, first));
    }
    contacts_mapping(Format::Auto, Some(identity(&fields)), fields)
}

/// Fields a bank has added for itself, as columns are recognised by them: key and names.
pub type AddedColumns = Vec<(String, Vec<String>)>;

/// Takes the columns in that are called like fields the bank has added, or by their keys, unless they are taken
/// for something else already.
pub fn take_added(mapping: &mut Mapping, columns: &[String], added: &AddedColumns) {
    for rule in &mut mapping.files {
        for column in columns {
            let name = fold(column);
            let is_called = |(key, names): &&(String, Vec<String>)| {
                fold(key) == name || names.iter().any(|n| !n.is_empty() && fold(n) == name)
            };
            let is_used = rule.fields.iter().any(|f| f.from.contains(column));
            let Some((key, _)) = added.iter().find(is_called).filter(|_| !is_used) else {
                continue;
            };
            if !rule.fields.iter().any(|f| f.to == *key) {
                rule.fields.push(field(key.clone(), FieldType::Text, column));
            }
        }
    }
}

/// Why no mapping can be made for a table of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordsProblem {
    /// It is no table: contact cards.
    NotATable,
    /// No column is called like a field of these records.
    NoColumns,
    /// There is no such column to tell rows by.
    NoKey,
}

/// The field that only tells rows apart.
const KEY_FIELD: &str = "key";

/// The mapping for a table of records: columns are called like fields, or by their keys; of the names of a field the
/// first that the file has counts. `key` is the column that tells records apart in every file; without one a row is
/// known by all it says.
///
/// # Errors
/// When the file cannot be read so.
pub fn records_mapping(
    sniffed: &SniffedFile,
    kind: &str,
    known: &AddedColumns,
    key: Option<&str>,
) -> Result<Mapping, RecordsProblem> {
    if sniffed.format == Format::Vcard {
        return Err(RecordsProblem::NotATable);
    }
    let column_of = |name: &str| {
        let name = fold(name);
        sniffed.columns.iter().find(|column| !name.is_empty() && fold(column) == name)
    };
    let mut fields: Vec<FieldRule> = Vec::new();
    for (to, names) in known {
        let mut names = names.iter().map(String::as_str).chain([to.as_str()]);
        let is_free = |c: &&String| !fields.iter().any(|f| f.from.contains(c));
        let column = names.find_map(|name| column_of(name).filter(is_free));
        fields.extend(column.map(|column| field(to.clone(), FieldType::Text, column)));
    }
    if fields.is_empty() {
        return Err(RecordsProblem::NoColumns);
    }
    let id = match key {
        None => {
            let of = fields.iter().map(|f| f.to.clone()).collect();
            IdRule { of, hash: true, ordinal: true, ..IdRule::default() }
        }
        Some(key) => {
            let column = column_of(key).ok_or(RecordsProblem::NoKey)?;
            let known = fields.iter().find(|f| f.from.contains(column)).map(|f| f.to.clone());
            if known.is_none() {
                fields.push(field(KEY_FIELD.to_owned(), FieldType::Text, column));
            }
            let to = known.unwrap_or_else(|| KEY_FIELD.to_owned());
            IdRule { prefix: format!("{to}="), of: vec![to], ..IdRule::default() }
        }
    };
    let mut mapping = contacts_mapping(sniffed.format.clone(), Some(id), fields);
    mapping.source = "records".to_owned();
    for rule in &mut mapping.files {
        rule.name = "records".to_owned();
        rule.kind = Some(kind.to_owned());
    }
    Ok(mapping)
}

/// The mapping for files of contact cards.
fn cards_mapping() -> Mapping {
    contacts_mapping(Format::Vcard, None, Vec::new())
}

fn contacts_mapping(format: Format, id: Option<IdRule>, fields: Vec<FieldRule>) -> Mapping {
    let rule = FileRule {
        name: "contacts".to_owned(),
        pattern: vec!["*".to_owned()],
        kind: Some("contact".to_owned()),
        optional: false,
        format,
        id,
        skip: Vec::new(),
        fields,
    };
    Mapping {
        version: MAPPING_VERSION,
        source: "contacts".to_owned(),
        title: BTreeMap::new(),
        currency: None,
        files: vec![rule],
    }
}

fn field(to: String, kind: FieldType, column: &str) -> FieldRule {
    let mut rule = FieldRule { to, kind, from: vec![column.to_owned()], ..FieldRule::default() };
    if rule.kind == FieldType::Date {
        rule.format = ["dd.mm.yyyy", "yyyy-mm-dd", "dd/mm/yyyy", "yyyymmdd", "dd.mm.yy"]
            .map(str::to_owned)
            .to_vec();
        rule.pivot = Some(26);
        // Outlook's way of writing "none".
        rule.empty = vec!["0/0/00".to_owned(), "0.0.00".to_owned()];
    }
    if rule.to == "sex" {
        for (written, sex) in [
            ("М", "male"),
            ("м", "male"),
            ("муж", "male"),
            ("Муж", "male"),
            ("муж.", "male"),
            ("Мужской", "male"),
            ("мужской", "male"),
            ("M", "male"),
            ("m", "male"),
            ("Male", "male"),
            ("male", "male"),
            ("Ж", "female"),
            ("ж", "female"),
            ("жен", "female"),
            ("Жен", "female"),
            ("жен.", "female"),
            ("Женский", "female"),
            ("женский", "female"),
            ("F", "female"),
            ("f", "female"),
            ("Female", "female"),
            ("female", "female"),
        ] {
            rule.map.insert(written.to_owned(), sex.to_owned());
        }
        rule.otherwise = Some(String::new());
    }
    rule
}

/// A number of the source when there is one, else a digest of who it is, so that a second import finds him again.
fn identity(fields: &[FieldRule]) -> IdRule {
    let has = |name: &&str| fields.iter().any(|f| f.to == **name);
    if has(&"number") {
        return IdRule { of: vec!["number".to_owned()], ..IdRule::default() };
    }
    let of = WHO.iter().filter(|n| has(n)).map(|n| (*n).to_owned()).collect();
    IdRule { of, prefix: String::new(), hash: true, ordinal: true }
}
