//! How frames and values lie in the file.

use std::io::{Read as _, Write};

use sha2::{Digest, Sha256};

use super::DumpError;
use crate::Value;

/// Largest frame that is read back (bytes): a page of rows stays far below.
const FRAME_BYTES_MAX: u32 = 1 << 30;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Header,
    Table,
    Rows,
    End,
}

impl Frame {
    const ALL: [Frame; 4] = [Frame::Header, Frame::Table, Frame::Rows, Frame::End];

    const fn letter(self) -> u8 {
        match self {
            Frame::Header => b'H',
            Frame::Table => b'T',
            Frame::Rows => b'R',
            Frame::End => b'E',
        }
    }
}

/// Writes and hashes.
pub(super) struct Sink<W: Write> {
    out: W,
    hasher: Sha256,
    at: u64,
}

impl<W: Write> Sink<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, hasher: Sha256::new(), at: 0 }
    }
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), DumpError> {
        self.hasher.update(bytes);
        self.out.write_all(bytes)?;
        self.at += u64::try_from(bytes.len()).unwrap_or(0);
        Ok(())
    }
    pub(super) fn frame(&mut self, kind: Frame, payload: &[u8]) -> Result<(), DumpError> {
        let length = u32::try_from(payload.len()).ok().filter(|l| *l <= FRAME_BYTES_MAX);
        let length = length.ok_or_else(|| DumpError::Format {
            at: self.at,
            problem: "a page of rows is larger than a gigabyte".to_owned(),
        })?;
        self.bytes(&[kind.letter()])?;
        self.bytes(&length.to_be_bytes())?;
        self.bytes(payload)
    }
    /// Ends the file with its hash.
    pub(super) fn finish(mut self) -> Result<(), DumpError> {
        let hash: [u8; 32] = self.hasher.finalize().into();
        self.out.write_all(&hash)?;
        self.out.flush()?;
        Ok(())
    }
}

/// Reads frames up to, and without, the hash at the end.
pub(super) struct Source<R: std::io::Read> {
    file: R,
    at: u64,
    end: u64,
}

impl<R: std::io::Read> Source<R> {
    /// `end` is where the hash begins.
    pub(super) fn new(file: R, end: u64) -> Self {
        Self { file, at: 0, end }
    }
    pub(super) fn broken(&self, problem: impl Into<String>) -> DumpError {
        DumpError::Format { at: self.at, problem: problem.into() }
    }
    pub(super) fn take(&mut self, length: usize) -> Result<Vec<u8>, DumpError> {
        let wanted = u64::try_from(length).unwrap_or(u64::MAX);
        if wanted > self.end.saturating_sub(self.at) {
            return Err(self.broken("it ends too early"));
        }
        let mut bytes = Vec::with_capacity(length);
        (&mut self.file).take(wanted).read_to_end(&mut bytes)?;
        if bytes.len() != length {
            return Err(self.broken("it ends too early"));
        }
        self.at += wanted;
        Ok(bytes)
    }
    pub(super) fn frame(&mut self) -> Result<(Frame, Vec<u8>), DumpError> {
        let head = self.take(5)?;
        let [letter, a, b, c, d] = head[..] else {
            return Err(self.broken("no frame"));
        };
        let kind = Frame::ALL.into_iter().find(|k| k.letter() == letter);
        let kind = kind.ok_or_else(|| self.broken("an unknown kind of frame"))?;
        let length = u32::from_be_bytes([a, b, c, d]);
        if length > FRAME_BYTES_MAX {
            return Err(self.broken("a frame of more than a gigabyte"));
        }
        let payload = self.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        Ok((kind, payload))
    }
}

/// Appends a value.
pub(super) fn put(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(0),
        Value::Int(v) => {
            out.push(1);
            out.extend_from_slice(&v.to_be_bytes());
        }
        Value::Text(v) => sized(out, 2, v.as_bytes()),
        Value::Bytes(v) => sized(out, 3, v),
        Value::Id(v) => {
            out.push(4);
            out.extend_from_slice(v.as_bytes());
        }
    }
}

fn sized(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    // a value longer than four gigabytes cannot come out of either database
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Takes a value off the front; `None` when the bytes are no value.
pub(super) fn get(bytes: &mut &[u8]) -> Option<Value> {
    let [tag] = array(bytes)?;
    Some(match tag {
        0 => Value::Null,
        1 => Value::Int(i64::from_be_bytes(array(bytes)?)),
        2 => Value::Text(String::from_utf8(run(bytes)?.to_vec()).ok()?),
        3 => Value::Bytes(run(bytes)?.to_vec()),
        4 => Value::Id(uuid::Uuid::from_bytes(array(bytes)?)),
        _ => return None,
    })
}

fn array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (front, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*front)
}

fn run<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(u32::from_be_bytes(array(bytes)?)).ok()?;
    let (front, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(front)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_and_cut_ones_do_not() {
        let all = [
            Value::Null,
            Value::Int(i64::MIN),
            Value::Text("ё".to_owned()),
            Value::Bytes(vec![0, 255]),
            Value::Id(uuid::Uuid::max()),
        ];
        let mut bytes = Vec::new();
        all.iter().for_each(|v| put(&mut bytes, v));
        let mut rest = &bytes[..];
        for want in &all {
            assert_eq!(get(&mut rest).as_ref(), Some(want));
        }
        assert_eq!(get(&mut rest), None);
        for value in &all[1..] {
            let mut one = Vec::new();
            put(&mut one, value);
            assert_eq!(get(&mut &one[..one.len() - 1]), None, "{value:?}");
        }
    }
}
