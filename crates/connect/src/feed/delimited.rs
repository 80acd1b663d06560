//! Rows of delimited text, in bounded memory. A row that cannot be read costs that row, not the rest of the file:
//! after a quote that never closes, reading goes on at the line after the one it opened on.

use std::io::{self, Read};

use super::encoding;
use super::limits::{COLUMNS_MAX, FIELD_BYTES_MAX, QUOTED_LINES_MAX, ROW_BYTES_MAX};
use super::lines::{Line, Lines};
use super::mapping::Encoding;
use super::problem::{Fault, RejectCode};
use super::row::{Cell, RawRow};

/// Marks of one delimited form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
}

/// Reads rows one by one.
pub(crate) struct DelimitedRows {
    lines: Lines,
    encoding: Encoding,
    marks: Marks,
    finished: bool,
}

impl DelimitedRows {
    pub(crate) fn new(input: Box<dyn Read + Send>, encoding: Encoding, marks: Marks) -> Self {
        Self { lines: Lines::new(input), encoding, marks, finished: false }
    }

    /// Bytes taken from the file so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.lines.bytes_read()
    }

    /// The next row that is not a blank line; `None` at the end of the file.
    pub(crate) fn next_row(&mut self) -> Option<RawRow> {
        while !self.finished {
            match self.lines.next() {
                Ok(Some(line)) if line.bytes.iter().all(u8::is_ascii_whitespace) && !line.cut => {
                    // A line of nothing but tabs is a row of empty cells to some, a blank line to all.
                }
                Ok(Some(line)) => return Some(self.row_from(line)),
                Ok(None) => self.finished = true,
                Err(error) => return Some(self.unreadable(&error)),
            }
        }
        None
    }

    fn unreadable(&mut self, error: &io::Error) -> RawRow {
        self.finished = true;
        let fault = Fault::new(RejectCode::Unreadable, "").arg("detail", error);
        RawRow { row: self.lines.number() + 1, cells: Err(fault), ends_file: true }
    }

    /// The row that starts on a line; takes more lines while a quote is open.
    fn row_from(&mut self, first: Line) -> RawRow {
        let row = first.number;
        let broken = |fault| RawRow { row, cells: Err(fault), ends_file: false };
        if first.cut {
            return broken(
                Fault::new(RejectCode::RowTooLong, &self.start_of(&first))
                    .arg("limit", ROW_BYTES_MAX),
            );
        }
        let mut draft = Draft::new(self.marks);
        let mut state = draft.take(&first.bytes);
        let mut further: Vec<Line> = Vec::new();
        let mut bytes = first.bytes.len();
        while state == State::Quoted {
            let within = further.len() < usize::try_from(QUOTED_LINES_MAX).unwrap_or(0)
                && bytes < ROW_BYTES_MAX;
            let next = if within { self.lines.next() } else { Ok(None) };
            match next {
                Ok(Some(line)) if !line.cut => {
                    bytes += line.bytes.len() + 1;
                    draft.line_break();
                    state = draft.take(&line.bytes);
                    further.push(line);
                }
                Ok(cut) => {
                    further.extend(cut);
                    break;
                }
                // The row is rejected for its quote; the next read meets the same error and reports it.
                Err(_) => break,
            }
        }
        let code = match state {
            State::Quoted => RejectCode::UnclosedQuote,
            State::Stray => RejectCode::StrayQuote,
            State::FieldStart | State::Plain | State::QuoteSeen => {
                return RawRow { row, cells: draft.finish(self.encoding), ends_file: false };
            }
        };
        self.lines.put_back(further);
        broken(Fault::new(code, &self.start_of(&first)))
    }

    fn start_of(&self, line: &Line) -> String {
        let start = line.bytes.get(..line.bytes.len().min(400)).unwrap_or_default();
        encoding::decode(start, self.encoding)
            .unwrap_or_else(|| String::from_utf8_lossy(start).into_owned())
    }
}

/// Where the reader stands inside a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quote inside a quoted value: its end, or the first half of a doubled quote.
    QuoteSeen,
    /// Text behind a closing quote: the row is broken.
    Stray,
}

/// One row while it is being read.
struct Draft {
    marks: Marks,
    state: State,
    /// The bytes of all kept fields, and where each ends.
    data: Vec<u8>,
    ends: Vec<usize>,
    columns: usize,
    /// Columns whose value was longer than the limit.
    long: Vec<usize>,
}

impl Draft {
    fn new(marks: Marks) -> Self {
        Self {
            marks,
            state: State::FieldStart,
            data: Vec::new(),
            ends: Vec::new(),
            columns: 0,
            long: Vec::new(),
        }
    }

    /// Takes one line; `Quoted` afterwards means that the row goes on.
    fn take(&mut self, line: &[u8]) -> State {
        for &byte in line {
            let quote = Some(byte) == self.marks.quote;
            match self.state {
                State::Stray => break,
                State::FieldStart if quote => self.state = State::Quoted,
                State::Quoted if quote => self.state = State::QuoteSeen,
                State::Quoted => self.keep(byte),
                State::QuoteSeen if quote => {
                    self.keep(byte);
                    self.state = State::Quoted;
                }
                State::FieldStart | State::Plain | State::QuoteSeen
                    if byte == self.marks.delimiter =>
                {
                    self.end_field();
                    self.state = State::FieldStart;
                }
                State::QuoteSeen if byte == b' ' => {}
                State::QuoteSeen => self.state = State::Stray,
                State::FieldStart | State::Plain => {
                    self.keep(byte);
                    self.state = State::Plain;
                }
            }
        }
        self.state
    }

    fn line_break(&mut self) {
        self.keep(b'\n');
    }

    fn keep(&mut self, byte: u8) {
        let from = self.ends.last().copied().unwrap_or(0);
        if self.columns >= COLUMNS_MAX {
            return;
        }
        if self.data.len() - from < FIELD_BYTES_MAX {
            self.data.push(byte);
        } else if self.long.last() != Some(&self.columns) {
            self.long.push(self.columns);
        }
    }

    fn end_field(&mut self) {
        if self.columns < COLUMNS_MAX {
            self.ends.push(self.data.len());
        }
        self.columns += 1;
    }

    fn finish(mut self, encoding: Encoding) -> Result<Vec<Cell>, Fault> {
        self.end_field();
        if self.columns > COLUMNS_MAX {
            return Err(Fault::new(RejectCode::TooManyColumns, "")
                .arg("found", self.columns)
                .arg("expected", COLUMNS_MAX));
        }
        let mut from = 0;
        let mut cells = Vec::with_capacity(self.ends.len());
        for (index, end) in self.ends.iter().enumerate() {
            let bytes = self.data.get(from..*end).unwrap_or_default();
            cells.push(if self.long.contains(&index) {
                let start = bytes.get(..400).unwrap_or_default();
                Cell::Broken(
                    Fault::new(RejectCode::FieldTooLong, &String::from_utf8_lossy(start))
                        .arg("limit", FIELD_BYTES_MAX),
                )
            } else {
                cell(bytes, encoding)
            });
            from = *end;
        }
        Ok(cells)
    }
}

fn cell(bytes: &[u8], encoding: Encoding) -> Cell {
    match encoding::decode(bytes, encoding) {
        Some(text) => Cell::checked(text),
        None => Cell::Broken(
            Fault::new(RejectCode::Encoding, &String::from_utf8_lossy(bytes))
                .arg("encoding", encoding.name()),
        ),
    }
}

/// The delimiter of a first line: the candidate it has most of outside quotes, else a comma.
pub(crate) fn guess_delimiter(line: &[u8], quote: Option<u8>) -> u8 {
    let mut best = (b',', 0);
    for candidate in [b';', b',', b'\t', b'|'] {
        let mut inside = false;
        let mut count = 0_usize;
        for byte in line {
            inside ^= Some(*byte) == quote;
            count += usize::from(!inside && *byte == candidate);
        }
        if count > best.1 {
            best = (candidate, count);
        }
    }
    best.0
}
