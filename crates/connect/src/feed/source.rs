//! One file opened in its form: its header and then its rows.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::check::single_byte;
use super::delimited::{DelimitedRows, Marks, guess_delimiter};
use super::encoding::{self, Detected};
use super::header::Header;
use super::limits::FILE_BYTES_MAX;
use super::lines::Lines;
use super::mapping::{DelimitedFormat, Format, XlsxFormat};
use super::problem::{FeedError, FeedErrorCode};
use super::row::{Cell, RawRow};
use super::sheet::SheetRows;

enum Rows {
    Delimited(DelimitedRows),
    Sheet(SheetRows),
}

/// An opened file, standing behind its header.
pub(crate) struct RowSource {
    file: String,
    header: Header,
    rows: Rows,
    bytes: u64,
    found: FoundForm,
}

/// What was found out about a file that the mapping left open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundForm {
    /// Encoding in use; absent for workbooks.
    pub encoding: Option<&'static str>,
    /// Delimiter in use; absent for workbooks.
    pub delimiter: Option<char>,
}

impl RowSource {
    /// Opens a file and reads its header.
    pub(crate) fn open(path: &Path, format: &Format) -> Result<Self, FeedError> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let unreadable = |error: std::io::Error| {
            FeedError::new(FeedErrorCode::FileUnreadable, &file).arg("detail", error)
        };
        let meta = std::fs::metadata(path).map_err(unreadable)?;
        if !meta.is_file() {
            return Err(FeedError::new(FeedErrorCode::FileUnreadable, &file)
                .arg("detail", "not a regular file"));
        }
        if meta.len() == 0 {
            return Err(FeedError::new(FeedErrorCode::FileEmpty, &file));
        }
        if meta.len() > FILE_BYTES_MAX {
            return Err(
                FeedError::new(FeedErrorCode::FileTooLarge, &file).arg("limit", FILE_BYTES_MAX)
            );
        }
        let source = |header, rows, found| Self {
            file: file.clone(),
            header,
            rows,
            bytes: meta.len(),
            found,
        };
        match resolved(path, format).map_err(unreadable)? {
            Form::Delimited(format) => {
                let mut opened = Delimited::open(path, &format).map_err(unreadable)?;
                let header = opened.header(&file, &format)?;
                let delimiter = Some(char::from(opened.marks.delimiter));
                let encoding = Some(opened.detected.encoding.name());
                let found = FoundForm { encoding, delimiter };
                Ok(source(header, Rows::Delimited(opened.rows), found))
            }
            Form::Xlsx(format) => {
                let mut rows = SheetRows::open(path, &file, format.sheet.as_deref())?;
                let header = sheet_header(&mut rows, &file, &format)?;
                Ok(source(header, Rows::Sheet(rows), FoundForm::default()))
            }
        }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }
    pub(crate) fn found(&self) -> &FoundForm {
        &self.found
    }
    /// Rows of text files must have as many columns as the header; sheets leave empty cells out.
    pub(crate) fn is_ragged(&self) -> bool {
        matches!(self.rows, Rows::Sheet(_))
    }

    pub(crate) fn next_row(&mut self) -> Option<RawRow> {
        match &mut self.rows {
            Rows::Delimited(rows) => rows.next_row(),
            Rows::Sheet(rows) => rows.next_row(),
        }
    }

    /// Work done and work in all, in a unit of the form's own (bytes or rows).
    pub(crate) fn progress(&self) -> (u64, u64) {
        let (done, all) = match &self.rows {
            Rows::Delimited(rows) => (rows.bytes_read(), self.bytes),
            Rows::Sheet(rows) => (rows.last_row(), rows.rows()),
        };
        (done.min(all), all)
    }
}

/// A format after `auto` is decided.
enum Form {
    Delimited(DelimitedFormat),
    Xlsx(XlsxFormat),
}

fn resolved(path: &Path, format: &Format) -> std::io::Result<Form> {
    Ok(match format {
        // cards have no rows; the mapping's check lets no table be looked for in them
        Format::Vcard => return Err(std::io::ErrorKind::Unsupported.into()),
        Format::Delimited(format) => Form::Delimited(format.clone()),
        Format::Xlsx(format) => Form::Xlsx(format.clone()),
        Format::Auto => {
            let mut head = Vec::new();
            File::open(path)?.take(4).read_to_end(&mut head)?;
            // Every XLSX file is a ZIP archive, and no text begins like one.
            if head == b"PK\x03\x04" {
                Form::Xlsx(XlsxFormat::default())
            } else {
                Form::Delimited(DelimitedFormat::default())
            }
        }
    })
}

struct Delimited {
    rows: DelimitedRows,
    marks: Marks,
    detected: Detected,
}

impl Delimited {
    fn open(path: &Path, format: &DelimitedFormat) -> std::io::Result<Self> {
        let mut file = File::open(path)?;
        let detected = encoding::detect(&mut file, format.encoding)?;
        let quote = single_byte(&format.quote);
        let mut lines = Lines::new(encoding::open(file, detected)?);
        let first = loop {
            match lines.next()? {
                Some(line) if line.bytes.iter().all(u8::is_ascii_whitespace) => {}
                line => break line.map(|l| l.bytes).unwrap_or_default(),
            }
        };
        // Excel's way of naming the delimiter: a line `sep=;` before the header.
        let named = match first.as_slice() {
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if delimiter.is_ascii() => {
                Some(*delimiter)
            }
            _ => None,
        };
        let delimiter = single_byte(&format.delimiter)
            .or(named)
            .unwrap_or_else(|| guess_delimiter(&first, quote));
        let marks = Marks { delimiter, quote };
        let input: Box<dyn Read + Send> = encoding::open(File::open(path)?, detected)?;
        let mut rows = DelimitedRows::new(input, detected.encoding, marks);
        if named.is_some() {
            rows.next_row();
        }
        Ok(Self { rows, marks, detected })
    }

    fn header(&mut self, file: &str, format: &DelimitedFormat) -> Result<Header, FeedError> {
        if !format.header {
            return Ok(Header::new(file, format.columns.clone()));
        }
        let row = self.rows.next_row();
        let row = row.ok_or_else(|| FeedError::new(FeedErrorCode::FileEmpty, file))?;
        header_from(file, row)
    }
}

fn sheet_header(
    rows: &mut SheetRows,
    file: &str,
    format: &XlsxFormat,
) -> Result<Header, FeedError> {
    while let Some(row) = rows.next_row() {
        if row.row > u64::from(format.skip_rows) {
            return header_from(file, row);
        }
    }
    Err(FeedError::new(FeedErrorCode::FileEmpty, file))
}

fn header_from(file: &str, row: RawRow) -> Result<Header, FeedError> {
    let broken = |code: &str, value: &str| {
        FeedError::new(FeedErrorCode::FileHeader, file)
            .arg("row", row.row)
            .arg("reason", code)
            .arg("value", value)
    };
    let cells = row.cells.as_ref().map_err(|fault| broken(fault.code.code(), &fault.value))?;
    let mut names = Vec::with_capacity(cells.len());
    for cell in cells {
        let name = Cell::text(cell).map_err(|fault| broken(fault.code.code(), &fault.value))?;
        names.push(name.trim().to_owned());
    }
    Ok(Header::new(file, names))
}
