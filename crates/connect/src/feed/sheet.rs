//! Rows of an XLSX sheet. The workbook lives in a thread of its own that stays a few rows ahead: memory is bounded,
//! and whatever a hostile workbook does to the library ends that thread, not the program.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{DataRef, Reader, Xlsx, XlsxCellReader, open_workbook};

use super::limits::{
    COLUMNS_MAX, SHEET_ROWS_AHEAD, SHEETS_MAX, XLSX_BYTES_MAX, XLSX_PARTS_MAX,
    XLSX_UNPACKED_BYTES_MAX,
};
use super::problem::{Fault, FeedError, FeedErrorCode, RejectCode};
use super::row::{Cell, RawRow};
use super::sheet_cell::cell;

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
        let refused =
            |detail: &str| FeedError::new(FeedErrorCode::NotXlsx, file).arg("detail", detail);
        let (sender, messages) = sync_channel(SHEET_ROWS_AHEAD);
        let job =
            Job { path: path.to_owned(), file: file.to_owned(), sheet: sheet.map(str::to_owned) };
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

/// Nobody listens any more: the reader was left early, which is no error.
struct Left;

impl Job {
    /// Sends messages until the sheet ends or nobody listens.
    fn run(&self, sender: &SyncSender<Message>) {
        if let Err(error) = self.read(sender) {
            let _nobody_listens = sender.send(Message::Refused(error));
        }
    }

    fn read(&self, sender: &SyncSender<Message>) -> Result<(), FeedError> {
        let mut book = self.open()?;
        let names = book.sheet_names();
        let found = match &self.sheet {
            Some(wanted) => names.iter().find(|n| n.trim() == wanted.trim()),
            None => names.first(),
        };
        let name = found.filter(|_| names.len() <= SHEETS_MAX).cloned().ok_or_else(|| {
            FeedError::new(FeedErrorCode::SheetMissing, &self.file)
                .arg("sheet", self.sheet.as_deref().unwrap_or("1"))
        })?;
        let cells = book.worksheet_cells_reader(&name).map_err(|error| {
            FeedError::new(FeedErrorCode::NotXlsx, &self.file).arg("detail", error)
        })?;
        let rows = u64::from(cells.dimensions().end.0) + 1;
        if sender.send(Message::Opened { rows }).is_ok() {
            // Leaving early is the reader's right.
            let (Ok(()) | Err(Left)) = send_rows(cells, sender);
        }
        Ok(())
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
        match measure(BufReader::new(file), XLSX_UNPACKED_BYTES_MAX) {
            Ok(true) => {}
            Ok(false) => return Err(too_large(XLSX_UNPACKED_BYTES_MAX)),
            Err(error) => return Err(refused(error.to_string())),
        }
        open_workbook(&self.path).map_err(|e: calamine::XlsxError| refused(e.to_string()))
    }
}

/// Whether an archive unpacks to at most `limit` bytes. The sizes it states are asked first; as they may lie, every part
/// is then unpacked once into nothing and counted.
fn measure<R: Read + Seek>(file: R, limit: u64) -> zip::result::ZipResult<bool> {
    let mut archive = zip::ZipArchive::new(file)?;
    if archive.len() > XLSX_PARTS_MAX {
        return Ok(false);
    }
    let stated = archive.decompressed_size().unwrap_or(0);
    let mut room = limit;
    for index in 0..archive.len() {
        if stated > u128::from(limit) {
            return Ok(false);
        }
        let mut part = archive.by_index(index)?.take(room.saturating_add(1));
        match room.checked_sub(std::io::copy(&mut part, &mut std::io::sink())?) {
            Some(left) => room = left,
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Gathers cells into rows and sends them. A sheet whose rows go backwards is damaged.
fn send_rows<R: Read + Seek>(
    mut cells: XlsxCellReader<'_, R>,
    sender: &SyncSender<Message>,
) -> Result<(), Left> {
    let mut current = SheetRow::new(0);
    let stop = |row: u64, detail: &str| {
        sender.send(Message::Row(unreadable(row, detail))).map_err(|_| Left)
    };
    loop {
        let cell = match cells.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(error) => {
                let row = current.row + 1;
                current.send(sender)?;
                return stop(row, &error.to_string());
            }
        };
        let (row, column) = cell.get_position();
        let row = u64::from(row) + 1;
        if row < current.row {
            return stop(current.row + 1, "row order");
        }
        if row > current.row {
            std::mem::replace(&mut current, SheetRow::new(row)).send(sender)?;
        }
        current.put(usize::try_from(column).unwrap_or(usize::MAX), cell.get_value());
    }
    current.send(sender)?;
    sender.send(Message::End).map_err(|_| Left)
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

    /// Sends the row unless it is blank.
    fn send(self, sender: &SyncSender<Message>) -> Result<(), Left> {
        if self.fault.is_none() && self.cells.iter().all(Cell::is_blank) {
            return Ok(());
        }
        let cells = self.fault.map_or(Ok(self.cells), Err);
        let row = RawRow { row: self.row, cells, ends_file: false };
        sender.send(Message::Row(row)).map_err(|_| Left)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    #[test]
    fn archives_are_measured_by_what_comes_out() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("xl/sharedStrings.xml", options).expect("starts");
        zip.write_all(&[b' '; 50_000]).expect("writes");
        let honest = zip.finish().expect("ends").into_inner();
        assert!(honest.len() < 1_000);
        assert_eq!(measure(Cursor::new(&honest), 50_000).ok(), Some(true));
        assert_eq!(measure(Cursor::new(&honest), 49_999).ok(), Some(false));
        // The same with a stated size of 50 bytes in both places where it stands.
        let stated = 50_000_u32.to_le_bytes();
        let mut lying = honest.clone();
        for at in 0..lying.len() - 4 {
            if lying.get(at..at + 4) == Some(&stated) {
                lying.splice(at..at + 4, 50_u32.to_le_bytes());
            }
        }
        assert_ne!(lying, honest);
        assert_ne!(measure(Cursor::new(&lying), 49_999).ok(), Some(true));
    }
}
