//! Physical lines of a byte stream, in bounded memory: LF, CR LF and a lone CR all end a line.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::limits::ROW_BYTES_MAX;

const CHUNK_BYTES: usize = 64 * 1024;

/// One line without its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
    /// It was longer than [`ROW_BYTES_MAX`]; only the start is kept.
    pub(crate) cut: bool,
}

/// Reads lines; lines that were read too far can be put back.
pub(crate) struct Lines {
    input: Box<dyn Read + Send>,
    chunk: Vec<u8>,
    at: usize,
    filled: usize,
    number: u64,
    bytes_read: u64,
    /// The last line ended with CR: a LF right behind it belongs to that end.
    after_return: bool,
    returned: VecDeque<Line>,
}

impl Lines {
    pub(crate) fn new(input: Box<dyn Read + Send>) -> Self {
        Self {
            input,
            chunk: vec![0; CHUNK_BYTES],
            at: 0,
            filled: 0,
            number: 0,
            bytes_read: 0,
            after_return: false,
            returned: VecDeque::new(),
        }
    }

    /// Bytes taken from the input so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The number of the line read last.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Puts lines back in their order, in front of what follows.
    pub(crate) fn put_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.returned.push_front(line);
        }
    }

    /// The next line; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Line::default();
        let mut any = false;
        loop {
            if self.at >= self.filled {
                self.filled = read_some(&mut self.input, &mut self.chunk)?;
                self.at = 0;
                self.bytes_read += u64::try_from(self.filled).unwrap_or(0);
                if self.filled == 0 {
                    break;
                }
            }
            let ready = self.chunk.get(self.at..self.filled).unwrap_or_default();
            if std::mem::take(&mut self.after_return) && ready.first() == Some(&b'\n') {
                self.at += 1;
                continue;
            }
            any = true;
            let end = ready.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let taken = ready.get(..end.unwrap_or(ready.len())).unwrap_or_default();
            let room = ROW_BYTES_MAX.saturating_sub(line.bytes.len());
            line.cut |= taken.len() > room;
            line.bytes.extend_from_slice(taken.get(..room.min(taken.len())).unwrap_or_default());
            self.at += taken.len();
            if end.is_some() {
                self.after_return = self.chunk.get(self.at) == Some(&b'\r');
                self.at += 1;
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        line.number = self.number;
        Ok(Some(line))
    }
}

fn read_some(input: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
