//! The rejects file: a CSV that a person opens in a spreadsheet and mends.

use std::io::Write;

use web::format::spreadsheet_cell;

use super::problem::Reject;

/// Writes rejects as CSV (UTF-8, comma): `file,row,column,code,reason,value`.
pub struct RejectsWriter<W: Write> {
    csv: csv::Writer<W>,
    written: u64,
}

impl<W: Write> RejectsWriter<W> {
    /// Starts a file with its header.
    ///
    /// # Errors
    /// As the underlying writer.
    pub fn new(out: W) -> std::io::Result<Self> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["file", "row", "column", "code", "reason", "value"])
            .map_err(std::io::Error::other)?;
        Ok(Self { csv, written: 0 })
    }

    /// Adds one reject; `reason` is its message in the reader's language (see [`Reject::message_key`]).
    ///
    /// # Errors
    /// As the underlying writer.
    pub fn write(&mut self, reject: &Reject, reason: &str) -> std::io::Result<()> {
        self.written += 1;
        self.csv
            .write_record([
                spreadsheet_safe(&reject.file).as_str(),
                &reject.row.to_string(),
                &spreadsheet_safe(reject.column.as_deref().unwrap_or_default()),
                reject.code.code(),
                &spreadsheet_safe(reason),
                &spreadsheet_safe(&reject.value),
            ])
            .map_err(std::io::Error::other)
    }

    /// Rejects written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes what is buffered and gives the writer back.
    ///
    /// # Errors
    /// As the underlying writer.
    pub fn finish(self) -> std::io::Result<W> {
        self.csv.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

/// A text that a spreadsheet would run as a formula is disarmed; numbers and phones stay.
pub(crate) fn spreadsheet_safe(text: &str) -> String {
    let number =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ',' | ' ' | '(' | ')');
    if text.chars().all(number) { text.to_owned() } else { spreadsheet_cell(text) }
}
