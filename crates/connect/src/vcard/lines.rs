//! From bytes to content lines: folding, soft breaks of quoted-printable, attachments that are passed over.

use super::limits::PROPERTY_BYTES_MAX;

/// One unfolded line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContentLine {
    /// The line it starts on, from 1.
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
    /// It carried base64 data, which was not kept.
    pub(super) attachment: bool,
    /// It was longer than the limit; only the start is kept.
    pub(super) cut: bool,
}

/// Walks over the lines of a file.
pub(super) struct ContentLines<'a> {
    rest: &'a [u8],
    number: u64,
}

impl<'a> ContentLines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, number: 0 }
    }

    /// The lines of what is left of a file after `number` lines.
    pub(super) fn after(rest: &'a [u8], number: u64) -> Self {
        Self { rest, number }
    }

    /// Lines read so far.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Bytes that are still to be read.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    fn peek(&self) -> Option<&'a [u8]> {
        (!self.rest.is_empty()).then(|| split_line(self.rest).0)
    }

    fn take(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = split_line(self.rest);
        self.rest = rest;
        self.number += 1;
        Some(line)
    }

    /// Takes the next line when it fits.
    fn take_if(&mut self, fits: impl Fn(&[u8]) -> bool) -> Option<&'a [u8]> {
        if self.peek().is_some_and(fits) { self.take() } else { None }
    }

    /// A base64 value goes on over indented lines, and in 2.1 over lines that cannot be a property.
    fn skip_data(&mut self) {
        let data = |line: &[u8]| !is_blank(line) && (starts_blank(line) || !line.contains(&b':'));
        while self.take_if(data).is_some() {}
    }
}

impl Iterator for ContentLines<'_> {
    type Item = ContentLine;

    fn next(&mut self) -> Option<ContentLine> {
        let first = loop {
            let line = self.take()?;
            if !is_blank(line) {
                break line;
            }
        };
        let number = self.number;
        let mut line = ContentLine { number, bytes: Vec::new(), attachment: false, cut: false };
        line.push(first);
        let mut form = None;
        let mut newest = first;
        loop {
            // Parameters may themselves be folded, so the form is known only when the colon has come. It is looked for
            // in the new piece alone, which keeps the work in proportion to the file.
            if form.is_none() && newest.contains(&b':') {
                form = Form::of(&line.bytes);
            }
            if form == Some(Form::Base64) {
                line.attachment = true;
                self.skip_data();
                break;
            }
            let soft_break = form == Some(Form::QuotedPrintable)
                && line.bytes.last() == Some(&b'=')
                && !line.cut;
            if soft_break {
                let Some(next) = self.take() else { break };
                line.bytes.pop();
                newest = next;
            } else {
                let Some(folded) = self.take_if(|l| starts_blank(l) && !is_blank(l)) else {
                    break;
                };
                newest = folded.get(1..).unwrap_or_default();
            }
            line.push(newest);
        }
        Some(line)
    }
}

impl ContentLine {
    fn push(&mut self, bytes: &[u8]) {
        let room = PROPERTY_BYTES_MAX.saturating_sub(self.bytes.len());
        self.cut |= bytes.len() > room;
        self.bytes.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    QuotedPrintable,
    Base64,
}

impl Form {
    /// `None` while the line has no colon.
    fn of(line: &[u8]) -> Option<Form> {
        let colon = colon(line)?;
        let head = line.get(..colon).unwrap_or_default().to_ascii_uppercase();
        let mut form = Form::Plain;
        for param in head.split(|b| *b == b';').skip(1) {
            let value = param.rsplit(|b| *b == b'=').next().unwrap_or_default();
            let named = param.contains(&b'=');
            match value {
                b"QUOTED-PRINTABLE" => form = Form::QuotedPrintable,
                b"BASE64" => form = Form::Base64,
                b"B" if named && param.starts_with(b"ENCODING") => form = Form::Base64,
                _ => {}
            }
        }
        Some(form)
    }
}

/// Where the value begins: the first colon outside quotes.
pub(super) fn colon(line: &[u8]) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b':' if !quoted => return Some(at),
            _ => {}
        }
    }
    // A quote that never closes hides the colon: then it was no quote.
    line.iter().position(|b| *b == b':')
}

fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    // Mail gateways and careless exports make CR CR LF of CR LF; that is still one line end.
    let returns = rest.iter().take_while(|b| **b == b'\r').count();
    let length = if rest.get(returns) == Some(&b'\n') { returns + 1 } else { 1 };
    (line, rest.get(length..).unwrap_or_default())
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

fn starts_blank(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}
