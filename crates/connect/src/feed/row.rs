//! One row of a file before its mapping, whatever the form of the file.

use jiff::civil::DateTime;

use super::problem::{Fault, RejectCode};

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text as written.
    Text(String),
    /// A spreadsheet date, with the text shown for it.
    Stamp(DateTime, String),
    /// Something that is no value; it matters only when a field asks for it.
    Broken(Fault),
}

impl Cell {
    /// The text of the cell.
    ///
    /// # Errors
    /// The fault of a broken cell.
    pub(crate) fn text(&self) -> Result<&str, Fault> {
        match self {
            Cell::Text(text) | Cell::Stamp(_, text) => Ok(text),
            Cell::Broken(fault) => Err(fault.clone()),
        }
    }
    /// A text without control characters other than line breaks and tabs; a broken cell otherwise.
    pub(crate) fn checked(text: String) -> Cell {
        let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        match text.chars().find(|c| control(*c)) {
            None => Cell::Text(text),
            Some(found) => Cell::Broken(
                Fault::new(RejectCode::Control, &text)
                    .arg("character", format!("U+{:04X}", u32::from(found))),
            ),
        }
    }
    /// Nothing but blanks.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Cell::Text(text) => text.trim().is_empty(),
            Cell::Stamp(..) | Cell::Broken(_) => false,
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawRow {
    /// Line on which it starts, or sheet row, from 1.
    pub(crate) row: u64,
    /// Its cells, or why the row as a whole cannot be read.
    pub(crate) cells: Result<Vec<Cell>, Fault>,
    /// Nothing can be read after it.
    pub(crate) ends_file: bool,
}
