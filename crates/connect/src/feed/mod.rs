//! Reading feeds: files of another system become typed records by a mapping.
//!
//! Owns the mapping format, the readers of delimited text, XLSX and contact cards, the transforms and the rejects. It knows neither
//! SQL nor HTTP nor what a record is used for. The crate's README describes the mapping format.
//! Reading order: `mapping`, `folder`, `reader`, `cards`, `table`, `bind`, `transform`; below them `source`, `delimited`, `sheet`.

mod bind;
mod cards;
mod check;
mod dates;
mod delimited;
mod encoding;
mod folder;
mod guess;
mod header;
mod identity;
mod known;
pub mod limits;
mod lines;
mod lookup;
mod mapping;
mod number;
mod pattern;
mod problem;
mod reader;
mod rejects;
mod row;
mod sheet;
mod sheet_cell;
mod source;
mod table;
mod transform;
mod value;

pub(crate) use encoding::{decode, detect, open as open_text};
pub use folder::{Feed, FeedFile, FilePreview, preview};
pub use guess::{
    AddedColumns, RecordsProblem, SniffedFile, guess_mapping, records_mapping, sniff, take_added,
};
pub(crate) use header::fold;
pub(crate) use identity::{contact_id, long_id};
pub use mapping::{
    ColumnIn, DelimitedFormat, Encoding, FieldRule, FieldType, FileRule, Format, IdRule,
    LookupRule, MAPPING_VERSION, Mapping, PROJECT_MAPPINGS, XlsxFormat,
};
pub use problem::{FeedError, FeedErrorCode, Reject, RejectCode};
pub(crate) use problem::{codes, shorten};
pub use reader::{Counts, FeedReader};
pub use rejects::RejectsWriter;
pub(crate) use rejects::spreadsheet_safe;
pub use source::FoundForm;
pub use value::{Decimal, FieldValue, Record};
