//! The mapping file: how columns of a source become fields of records. README.md describes it for people.

use std::collections::BTreeMap;

use kernel::Currency;
use serde::{Deserialize, Serialize};

/// The version of the mapping format this program reads.
pub const MAPPING_VERSION: u32 = 1;

/// The mappings that come with the product: name and TOML text.
pub const PROJECT_MAPPINGS: [(&str, &str); 2] = [
    ("berka", include_str!("../../mappings/berka.toml")),
    ("contacts", include_str!("../../mappings/contacts.toml")),
];

/// A whole mapping: one source system, its files in load order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Version of the format: [`MAPPING_VERSION`].
    pub version: u32,
    /// The source system; external ids are unique within it.
    pub source: String,
    /// What the mapping is called on screen, by language code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub title: BTreeMap<String, String>,
    /// Currency of money fields that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Rules for files, in load order.
    pub files: Vec<FileRule>,
}

/// How one file of the folder is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Name of the rule: used by lookups and shown in reports.
    pub name: String,
    /// File name patterns with `*` and `?`, letter case ignored.
    #[serde(with = "one_or_many")]
    pub pattern: Vec<String>,
    /// Kind of the records; a rule without one only serves lookups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The folder may lack such a file.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// The form of the file.
    pub format: Format,
    /// How the external id is made; needed when there is a kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<IdRule>,
    /// Rows that are no records, such as totals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<ColumnIn>,
    /// The fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldRule>,
}

/// The form of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Format {
    /// Text with one delimiter.
    Delimited(DelimitedFormat),
    /// An Excel workbook.
    Xlsx(XlsxFormat),
    /// Contact cards, vCard 2.1 to 4.0; fields and ids are those of the cards.
    Vcard,
    /// Whatever it turns out to be: the first sheet of a workbook, or delimited text with a header.
    Auto,
}

/// Text with one delimiter between columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelimitedFormat {
    /// One ASCII character, or `auto`: the one of `, ; tab |` that the first line has most of.
    #[serde(default = "auto_delimiter")]
    pub delimiter: String,
    /// One ASCII character, or empty for none.
    #[serde(default = "double_quote")]
    pub quote: String,
    /// The first row names the columns.
    #[serde(default = "yes")]
    pub header: bool,
    /// How bytes become text.
    #[serde(default)]
    pub encoding: Encoding,
    /// Names of the columns of a file without a header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

impl Default for DelimitedFormat {
    fn default() -> Self {
        Self {
            delimiter: auto_delimiter(),
            quote: double_quote(),
            header: true,
            encoding: Encoding::Auto,
            columns: Vec::new(),
        }
    }
}

/// One sheet of an Excel workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XlsxFormat {
    /// Name of the sheet; the first one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Rows above the header, such as a report title.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip_rows: u32,
}

/// How bytes become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// By byte order mark, else by what the bytes can be.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows Cyrillic.
    #[serde(rename = "windows-1251")]
    Windows1251,
    /// Windows Central European.
    #[serde(rename = "windows-1250")]
    Windows1250,
    /// DOS Cyrillic.
    #[serde(rename = "cp866")]
    Cp866,
    /// UTF-16, little end first unless the byte order mark says otherwise.
    #[serde(rename = "utf-16")]
    Utf16,
}

impl Encoding {
    /// The name as mappings write it.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Auto => "auto",
            Encoding::Utf8 => "utf-8",
            Encoding::Windows1251 => "windows-1251",
            Encoding::Windows1250 => "windows-1250",
            Encoding::Cp866 => "cp866",
            Encoding::Utf16 => "utf-16",
        }
    }
}

/// How an external id is made. The same row gives the same id in every run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdRule {
    /// Target fields whose values make the id, joined by `/`.
    pub of: Vec<String>,
    /// Written before it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Take a digest of the values instead of the values.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hash: bool,
    /// Rows with the same values are different things: number them in file order.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ordinal: bool,
}

/// A condition on one column: its trimmed value is one of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnIn {
    /// The column of the file.
    pub column: String,
    /// The values; `""` stands for an empty cell.
    pub values: Vec<String>,
}

/// The type a text becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Kept as text.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// An exact decimal fraction.
    Decimal,
    /// Minor units of a currency.
    Money,
    /// A civil date.
    Date,
    /// A civil date and time.
    Datetime,
    /// Yes or no.
    Bool,
    /// The external id of another record.
    Reference,
    /// The date of birth inside a Czech birth number.
    BirthNumberDate,
    /// The sex inside a Czech birth number: `male` or `female`.
    BirthNumberSex,
}

/// One target field. Options work in the order in which they stand here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// Name of the target field.
    pub to: String,
    /// The column; of several names the first that the file has.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub from: Vec<String>,
    /// Columns joined by `sep`, empty ones left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concat: Vec<String>,
    /// What joins them; a blank when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sep: Option<String>,
    /// The same text for every row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The file may lack the column; the field is then absent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// Keep blanks at both ends.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keep_blanks: bool,
    /// Values that mean "nothing", such as `-` or `?`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub empty: Vec<String>,
    /// Taken instead of an empty value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// An empty value rejects the row.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// The feed is the master of the field: its value goes above what a person of the bank wrote.
    #[serde(default, skip_serializing_if = "is_false")]
    pub master: bool,
    /// Removed from the start; a value without it is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strip_prefix: Option<String>,
    /// Removed from the end; a value without it is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strip_suffix: Option<String>,
    /// Remove zeros from the start, all but the last digit.
    #[serde(default, skip_serializing_if = "is_false")]
    pub strip_zeros: bool,
    /// Value → value. A value that is not named is rejected, unless `otherwise` or `keep_others` say else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, String>,
    /// Result for a value that `map` or `lookup` do not name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
    /// Values that `map` does not name stay as they are.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keep_others: bool,
    /// The value is a key of another file; take that row's column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<LookupRule>,
    /// Written before a value that is not empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Written after a value that is not empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// The type.
    #[serde(default, rename = "as", skip_serializing_if = "is_text")]
    pub kind: FieldType,
    /// Dates: the forms to try, made of `yyyy yy mm dd hh mm ss`; `mm` after `hh` is minutes.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub format: Vec<String>,
    /// Dates with `yy`: years below it are 20yy, others 19yy; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pivot: Option<u8>,
    /// Numbers: the decimal mark, `.` or `,`; when absent either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// Money: the currency; the mapping's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Money: the column that holds the currency code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency_from: Option<String>,
    /// Numbers and money: change the sign when another column has one of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negate_when: Option<ColumnIn>,
    /// References: the kind they point to.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A column of another file, found by key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupRule {
    /// Name of the rule of that file.
    pub file: String,
    /// Its column that holds the key.
    pub key: String,
    /// Its column that holds the result.
    pub value: String,
}

impl Mapping {
    /// The rule of that name.
    pub fn file(&self, name: &str) -> Option<&FileRule> {
        self.files.iter().find(|f| f.name == name)
    }
    /// The mapping as a TOML text that [`Mapping::parse`] reads back.
    pub fn to_toml(&self) -> String {
        // Serialising these plain structs cannot fail: no map keys other than strings, no odd types.
        toml::to_string(self).unwrap_or_default()
    }
}

fn auto_delimiter() -> String {
    "auto".to_owned()
}
fn double_quote() -> String {
    "\"".to_owned()
}
fn yes() -> bool {
    true
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_text(kind: &FieldType) -> bool {
    *kind == FieldType::Text
}

/// A TOML string or an array of strings.
mod one_or_many {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }

    pub(super) fn serialize<S: Serializer>(list: &[String], s: S) -> Result<S::Ok, S::Error> {
        match list {
            [one] => s.serialize_str(one),
            many => many.serialize(s),
        }
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
        Ok(match OneOrMany::deserialize(d)? {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        })
    }
}
