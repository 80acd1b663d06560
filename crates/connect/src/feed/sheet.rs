//! Rows of an XLSX sheet. The workbook lives in a thread of its own that stays a few rows ahead: memory is bounded,
//! and whatever a hostile workbook does to the library ends that thread, not the program.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, open_workbook};
use jiff::civil::DateTime;

use super::limits::{
    COLUMNS_MAX, SHEET_ROWS_AHEAD, SHEETS_MAX, XLSX_BYTES_MAX, XLSX_PARTS_MAX,
    XLSX_UNPACKED_BYTES_MAX,
};
use super::problem::{FeedError, FeedErrorCode, Fault, RejectCode};
use super::row::{Cell, RawRow};

/// What the workbook's thread says.
enum Message {
    Opened { rows: u64 },
    Refused(FeedError),
    Row(RawRow),
    End,
}

/// Reads rows one by one.
pub(crate) struct SheetRows {
    messages: Receiver<Message>,
    rows: u64,
    last_row: u64,
    finished: bool,
}

impl SheetRows {
    /// Opens a sheet: the named one or the first.
    pub(crate) fn open(path: &Path, file: &str, sheet: Option<&str>) -> Result<Self, FeedError> {
        let refused = |detail: &str| {
            FeedError::new(FeedErrorCode::NotXlsx, file).arg("detail", detail)
        };
        let (sender, messages) = sync_channel(SHEET_ROWS_AHEAD);
        let job = Job { path: path.to_owned(), file: file.to_owned(), sheet: sheet.map(str::to_owned) };
        std::thread::Builder::new()
            .name("sheet".to_owned())
            .spawn(move || job.run(&sender))
            .map_err(|error| {
                FeedError::new(FeedErrorCode::FileUnreadable, file).arg("detail", error)
            })?;
        match messages.recv() {
            Ok(Message::Opened { rows }) => {
                Ok(Self { messages, rows, last_row: 0, finished: false })
            }
            Ok(Message::Refused(error)) => Err(error),
            Ok(Message::Row(_) | Message::End) | Err(_) => Err(refused("workbook")),
        }
    }

    /// Rows the sheet claims to have.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The row read last.
    pub(crate) fn last_row(&self) -> u64 {
        self.last_row
    }

    /// The next row that holds something; `None` at the end.
    pub(crate) fn next_row(&mut self) -> Option<RawRow> {
        if self.finished {
            return None;
        }
        match self.messages.recv() {
            Ok(Message::Row(row)) => {
                self.finished = row.ends_file;
                self.last_row = row.row;
                Some(row)
            }
            Ok(Message::End) => {
                self.finished = true;
                None
            }
            Ok(Message::Opened { .. } | Message::Refused(_)) | Err(_) => {
                self.finished = true;
                Some(unreadable(self.last_row + 1, "workbook"))
            }
        }
    }
}

fn unreadable(row: u64, detail: &str) -> RawRow {
    let fault = Fault::new(RejectCode::Unreadable, "").arg("detail", detail);
    RawRow { row, cells: Err(fault), ends_file: true }
}

struct Job {
    path: PathBuf,
    file: String,
    sheet: Option<String>,
}

impl Job {
    /// Sends messages until the sheet ends or nobody listens.
    fn run(&self, sender: &SyncSender<Message>) {
        let mut book = match self.open() {
            Ok(book) => book,
            Err(error) => {
                let _nobody_listens = sender.send(Message::Refused(error));
                return;
            }
        };
        let missing = || {
            FeedError::new(FeedErrorCode::SheetMissing, &self.file)
                .arg("sheet", self.sheet.as_deref().unwrap_or("1"))
        };
        let names = book.sheet_names();
        let found = match &self.sheet {
            Some(wanted) => names.iter().find(|n| n.trim() == wanted.trim()),
            None => names.first(),
        };
        let Some(name) = found.filter(|_| names.len() <= SHEETS_MAX).cloned() else {
            let _nobody_listens = sender.send(Message::Refused(missing()));
            return;
        };
        let mut cells = match book.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            Err(error) => {
                let refused = FeedError::new(FeedErrorCode::NotXlsx, &self.file)
                    .arg("detail", error);
                let _nobody_listens = sender.send(Message::Refused(refused));
                return;
            }
        };
        let rows = u64::from(cells.dimensions().end.0) + 1;
        if sender.send(Message::Opened { rows }).is_err() {
            return;
        }
        let mut current = SheetRow { row: 0, cells: Vec::new(), fault: None };
        loop {
            match cells.next_cell() {
                Ok(Some(cell)) => {
                    let (row, column) = cell.get_position();
                    let row = u64::from(row) + 1;
                    if row != current.row {
                        if row < current.row {
                            let _nobody_listens =
                                sender.send(Message::Row(unreadable(row, "row order")));
                            return;
                        }
                        let full = std::mem::replace(&mut current, SheetRow::new(row));
                        if !full.send(sender) {
                            return;
                        }
                    }
                    current.put(usize::try_from(column).unwrap_or(usize::MAX), cell.get_value());
                }
                Ok(None) => break,
                Err(error) => {
                    let row = current.row + 1;
                    if current.send(sender) {
                        let _nobody_listens =
                            sender.send(Message::Row(unreadable(row, &error.to_string())));
                    }
                    return;
                }
            }
        }
        if current.send(sender) {
            let _nobody_listens = sender.send(Message::End);
        }
    }

    /// Opens the workbook after measuring it, so that an archive that unpacks without end is never unpacked.
    fn open(&self) -> Result<Xlsx<BufReader<File>>, FeedError> {
        let refused = |detail: String| {
            FeedError::new(FeedErrorCode::NotXlsx, &self.file).arg("detail", detail)
        };
        let too_large = |limit: u64| {
            FeedError::new(FeedErrorCode::FileTooLarge, &self.file).arg("limit", limit)
        };
        let file = File::open(&self.path).map_err(|error| {
            FeedError::new(FeedErrorCode::FileUnreadable, &self.file).arg("detail", error)
        })?;
        if file.metadata().is_ok_and(|m| m.len() > XLSX_BYTES_MAX) {
            return Err(too_large(XLSX_BYTES_MAX));
        }
        let mut archive =
            zip::ZipArchive::new(BufReader::new(file)).map_err(|e| refused(e.to_string()))?;
        if archive.len() > XLSX_PARTS_MAX {
            return Err(refused(format!("{} parts", archive.len())));
        }
        let mut room = XLSX_UNPACKED_BYTES_MAX;
        for index in 0..archive.len() {
            // Sizes in the directory may lie, so every part is unpacked once into nothing and counted.
            let part = archive.by_index(index).map_err(|e| refused(e.to_string()))?;
            let mut part = part.take(room + 1);
            let length = std::io::copy(&mut part, &mut std::io::sink())
                .map_err(|e| refused(e.to_string()))?;
            room = room.checked_sub(length).ok_or_else(|| too_large(XLSX_UNPACKED_BYTES_MAX))?;
        }
        drop(archive);
        open_workbook(&self.path).map_err(|e: calamine::XlsxError| refused(e.to_string()))
    }
}

struct SheetRow {
    row: u64,
    cells: Vec<Cell>,
    fault: Option<Fault>,
}

impl SheetRow {
    fn new(row: u64) -> Self {
        Self { row, cells: Vec::new(), fault: None }
    }

    fn put(&mut self, column: usize, value: &DataRef<'_>) {
        let cell = cell(value);
        if column >= COLUMNS_MAX {
            if !cell.is_blank() {
                self.fault = Some(
                    Fault::new(RejectCode::TooManyColumns, "")
                        .arg("found", column.saturating_add(1))
                        .arg("expected", COLUMNS_MAX),
                );
            }
            return;
        }
        while self.cells.len() <= column {
            self.cells.push(Cell::Text(String::new()));
        }
        if let Some(slot) = self.cells.get_mut(column) {
            *slot = cell;
        }
    }

    /// Sends the row unless it is blank; `false` when nobody listens.
    fn send(self, sender: &SyncSender<Message>) -> bool {
        if self.fault.is_none() && self.cells.iter().all(Cell::is_blank) {
            return true;
        }
        let cells = self.fault.map_or(Ok(self.cells), Err);
        sender.send(Message::Row(RawRow { row: self.row, cells, ends_file: false })).is_ok()
    }
}

fn cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Text(String::new()),
        DataRef::String(text) => Cell::checked(text.clone()),
        DataRef::SharedString(text) => Cell::checked((*text).to_owned()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::checked(text.clone()),
        DataRef::Bool(yes) => Cell::Text(yes.to_string()),
        DataRef::Int(number) => digits_kept(number.to_string()),
        DataRef::Float(number) => digits_kept(format!("{number:.14e}")),
        DataRef::DateTime(moment) => stamp(*moment),
        DataRef::Error(error) => Cell::Broken(Fault::new(RejectCode::CellError, &error.to_string())),
    }
}

/// A number as the spreadsheet shows it: 15 digits and no more. An account number typed into a number cell has lost
/// its last digits for good, and saying so beats importing a wrong one.
fn digits_kept(scientific: String) -> Cell {
    match plain_digits(&scientific) {
        Some(text) => Cell::Text(text),
        None => Cell::Broken(Fault::new(RejectCode::LostDigits, &scientific)),
    }
}

/// `1.50000000000000e2` → `150`; `None` beyond 15 digits before the point.
fn plain_digits(number: &str) -> Option<String> {
    let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |m| ("-", m));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    if point > 15 || point < -40 {
        let zero = digits.bytes().all(|b| b == b'0');
        return if zero || point < 0 { Some("0".to_owned()) } else { None };
    }
    let (before, after) = if point <= 0 {
        let zeros = usize::try_from(-point).ok()?;
        (String::new(), format!("{}{digits}", "0".repeat(zeros)))
    } else {
        let point = usize::try_from(point).ok()?;
        let padded = format!("{digits:0<point$}");
        let (before, after) = padded.split_at(point);
        (before.to_owned(), after.to_owned())
    };
    let before = before.trim_start_matches('0');
    let after = after.trim_end_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    let sign = if before == "0" && after.is_empty() { "" } else { sign };
    Some(if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") })
}

fn stamp(moment: ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let civil = (|| {
        DateTime::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second).ok()?,
            0,
        )
        .ok()
    })();
    match civil {
        Some(civil) if civil.time() == jiff::civil::Time::midnight() => {
            Cell::Stamp(civil, civil.date().to_string())
        }
        Some(civil) => Cell::Stamp(civil, civil.to_string()),
        // Excel knows a 29 February 1900 that never was.
        None => Cell::Broken(Fault::new(RejectCode::Date, &format!("{year}-{month}-{day}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheet_numbers_become_plain_text() {
        let text = |number: f64| plain_digits(&format!("{number:.14e}"));
        assert_eq!(text(150.0).as_deref(), Some("150"));
        assert_eq!(text(-0.29).as_deref(), Some("-0.29"));
        assert_eq!(text(1_234.560_000_000_000_1).as_deref(), Some("1234.56"));
        assert_eq!(text(0.0).as_deref(), Some("0"));
        assert_eq!(text(0.000_1).as_deref(), Some("0.0001"));
        assert_eq!(text(999_999_999_999_999.0).as_deref(), Some("999999999999999"));
        assert_eq!(text(40_702_810_938_000_012_345.0), None);
        assert_eq!(text(f64::NAN), None);
        assert_eq!(text(f64::INFINITY), None);
        assert_eq!(plain_digits("770708389312").as_deref(), Some("770708389312"));
    }
}
