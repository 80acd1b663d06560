//! Pure rules of this slice: the words it stores, how typed values are read, how an edit meets the
//! edit of another person, when a date comes round, what a client's words about consents allow, which files are taken in.

mod consent;
#[cfg(test)]
mod consent_tests;
mod file;
mod mask;
mod occasion;
mod value;
mod words;

pub use consent::{ConsentState, ConsentWord, Verdict, allows, is_text_version, states, until};
pub use file::{Sniffed, disposition, safe_name, sniff};
pub use mask::masked;
pub use occasion::{Distance, Occasion, distance, next_occurrence, occasions};
pub use spine::Merge;
pub use value::{check_text, contact_value, is_stale, optional_date};
pub use words::{
    AddressKind, ConsentChannel, ContactKind, DateKind, EvidenceKind, FileKind, Lack, Purpose,
    SOURCES,
};
