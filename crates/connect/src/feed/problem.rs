//! What can be wrong: a row that is rejected, and an error that stops a whole file or mapping.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::limits::REJECT_VALUE_CHARS;

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $code:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }
        impl $name {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// The stable code, also the end of the message key.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)* }
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.code())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                $name::ALL.iter().copied().find(|c| c.code() == text)
                    .ok_or_else(|| serde::de::Error::custom("unknown code"))
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// Why one row was rejected.
    RejectCode {
        /// Bytes that are no text in the file's encoding.
        Encoding => "encoding",
        /// A NUL or another control character inside a value.
        Control => "control",
        /// An opening quote without a closing one.
        UnclosedQuote => "unclosed-quote",
        /// Text between a closing quote and the next delimiter.
        StrayQuote => "stray-quote",
        /// Fewer columns than the header.
        TooFewColumns => "too-few-columns",
        /// More columns than the header.
        TooManyColumns => "too-many-columns",
        /// A row longer than the limit.
        RowTooLong => "row-too-long",
        /// A value longer than the limit.
        FieldTooLong => "field-too-long",
        /// A required value is empty.
        Required => "required",
        /// Not a whole number.
        Integer => "integer",
        /// Not a number.
        Decimal => "decimal",
        /// Not an amount of money.
        Money => "money",
        /// More decimals than the currency has.
        MoneyDecimals => "money-decimals",
        /// Not a currency code.
        Currency => "currency",
        /// A number outside the range that can be kept.
        Range => "range",
        /// Not a date in the expected form.
        Date => "date",
        /// Neither yes nor no.
        Bool => "bool",
        /// A value that the mapping's list does not name.
        NotMapped => "not-mapped",
        /// A key that the lookup file does not have.
        NotFound => "not-found",
        /// A value without the prefix or suffix it must have.
        Affix => "affix",
        /// Not a Czech birth number.
        BirthNumber => "birth-number",
        /// A spreadsheet cell that holds an error such as #REF!.
        CellError => "cell-error",
        /// A spreadsheet number of more than 15 digits: the program that wrote it has lost digits.
        LostDigits => "lost-digits",
        /// The external id is empty.
        IdEmpty => "id-empty",
        /// The external id is longer than the limit.
        IdTooLong => "id-too-long",
        /// Too many different keys to number repeated rows.
        TooManyKeys => "too-many-keys",
        /// The file cannot be read beyond this row.
        Unreadable => "unreadable",
        /// A line of a contact card that is no property.
        CardLine => "card-line",
        /// Lines outside of any card.
        CardOutside => "card-outside",
        /// A card without an end.
        CardUnterminated => "card-unterminated",
        /// A card with neither name nor phone nor e-mail.
        CardEmpty => "card-empty",
        /// A birthday or anniversary of a card that is no date.
        CardDate => "card-date",
        /// A property of a card longer than the limit.
        CardTooLong => "card-too-long",
        /// More properties in a card, or cards in a file, than the limit.
        CardTooMany => "card-too-many",
        /// Bytes in a card that are no text.
        CardEncoding => "card-encoding",
    }
}

impl RejectCode {
    /// The Fluent key of the reason; cards have the words of their reader.
    pub fn message_key(self) -> String {
        match self.code().strip_prefix("card-") {
            Some(problem) => format!("vcard-problem-{problem}"),
            None => format!("feed-reject-{}", self.code()),
        }
    }
}

/// One row that was not taken, with the place and the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// File name without its folder.
    pub file: String,
    /// Line or sheet row, from 1.
    pub row: u64,
    /// Which card of a file of cards, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<u32>,
    /// The column of the file, or the property of the card, when the reason lies in one.
    pub column: Option<String>,
    /// The reason.
    pub code: RejectCode,
    /// The offending value, shortened.
    pub value: String,
    /// Arguments of the message, name and value.
    pub args: Vec<(String, String)>,
    /// Nothing after this row could be read: the file counts as failed, not as read.
    pub ends_file: bool,
}

impl Reject {
    /// The Fluent key of the reason.
    pub fn message_key(&self) -> String {
        self.code.message_key()
    }
}

/// A reason found in one value, before the row and column are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: RejectCode,
    pub(crate) value: String,
    pub(crate) args: Vec<(String, String)>,
}

impl Fault {
    pub(crate) fn new(code: RejectCode, value: &str) -> Self {
        Self { code, value: shorten(value), args: Vec::new() }
    }
    pub(crate) fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
}

/// The start of a value, safe to show: no control characters, at most [`REJECT_VALUE_CHARS`].
pub(crate) fn shorten(value: &str) -> String {
    let mut short: String = value
        .chars()
        .take(REJECT_VALUE_CHARS)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if value.chars().nth(REJECT_VALUE_CHARS).is_some() {
        short.push('…');
    }
    short
}

codes! {
    /// Why a mapping, a folder or a whole file was refused.
    FeedErrorCode {
        /// The mapping is no TOML or has an unknown key.
        MappingSyntax => "mapping-syntax",
        /// The mapping is written for another version of the format.
        MappingVersion => "mapping-version",
        /// The mapping is larger than a limit.
        MappingTooLarge => "mapping-too-large",
        /// The mapping names no file.
        MappingNoFiles => "mapping-no-files",
        /// Two rules or two fields have one name.
        MappingDuplicate => "mapping-duplicate",
        /// A file pattern is empty or contains a folder.
        MappingPattern => "mapping-pattern",
        /// Delimiter or quote is not one ASCII character.
        MappingDelimiter => "mapping-delimiter",
        /// A field must have exactly one of `from`, `concat`, `value`.
        MappingSource => "mapping-source",
        /// An option that the field's type does not have, or lacks.
        MappingOption => "mapping-option",
        /// A date format nobody can read.
        MappingDateFormat => "mapping-date-format",
        /// A money field without a currency.
        MappingCurrency => "mapping-currency",
        /// A lookup into a rule that does not exist.
        MappingLookup => "mapping-lookup",
        /// A kind without a way to make its external id.
        MappingId => "mapping-id",
        /// The folder cannot be listed.
        FolderUnreadable => "folder-unreadable",
        /// The folder has too many files.
        FolderTooManyFiles => "folder-too-many-files",
        /// No file of the folder fits a rule's pattern.
        FileMissing => "file-missing",
        /// The file cannot be read.
        FileUnreadable => "file-unreadable",
        /// The file holds nothing.
        FileEmpty => "file-empty",
        /// The file is larger than the limit.
        FileTooLarge => "file-too-large",
        /// A file of contact cards without a card.
        NoCard => "no-card",
        /// The header row is broken.
        FileHeader => "file-header",
        /// A column of the mapping is not in the file.
        ColumnMissing => "column-missing",
        /// A column of the mapping is in the file twice.
        ColumnTwice => "column-twice",
        /// The file is no XLSX workbook, or a damaged one.
        NotXlsx => "not-xlsx",
        /// The workbook has no such sheet.
        SheetMissing => "sheet-missing",
        /// A lookup file has more rows than the limit.
        LookupTooLarge => "lookup-too-large",
        /// A lookup file has a row that cannot be read.
        LookupBroken => "lookup-broken",
    }
}

/// An error that stops a mapping, a folder or a file before or instead of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct FeedError {
    /// The reason.
    pub code: FeedErrorCode,
    /// Where: a file name, or the rule and field of the mapping.
    pub place: String,
    /// Arguments of the message, name and value (`place` not included).
    pub args: Vec<(String, String)>,
}

impl FeedError {
    pub(crate) fn new(code: FeedErrorCode, place: &str) -> Self {
        Self { code, place: place.to_owned(), args: Vec::new() }
    }
    pub(crate) fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
    /// The Fluent key of the message; its arguments are `args` and `place`.
    pub fn message_key(&self) -> String {
        format!("feed-error-{}", self.code.code())
    }
}

impl fmt::Display for FeedError {
    /// For logs: code, place and arguments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.code.code(), self.place)?;
        self.args.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}
