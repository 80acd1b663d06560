//! Bytes to text: which encoding a file is in, and a view of it in which ASCII is ASCII.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, DecoderResult};

use super::mapping::Encoding;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Detected {
    /// Never `Auto`.
    pub(crate) encoding: Encoding,
    pub(crate) bom_bytes: u64,
    big_end_first: bool,
}

/// Counts that tell encodings apart, gathered over the whole file.
#[derive(Default)]
struct Census {
    /// Characters of two to four bytes that are right UTF-8, and bytes that are not.
    multibyte: u64,
    broken: u64,
    /// NUL bytes at even and odd places: UTF-16 of Latin text has them on one side.
    zeros: [u64; 2],
    total: u64,
    /// Bytes that are letters in windows-1251 and drawing in cp866, and the other way round.
    like_1251: u64,
    like_866: u64,
    /// Bytes above 127 and how many runs they form: Cyrillic words are long runs, Czech accents stand alone.
    high: u64,
    high_runs: u64,
    /// Runs of high bytes that touch a Latin letter: accents do, a Cyrillic initial between delimiters does not.
    beside_latin: u64,
    carry: Vec<u8>,
    last: u8,
    run_counted: bool,
}

/// Finds the encoding. A declared one is taken as it is, except that a byte order mark is skipped.
pub(crate) fn detect<R: Read + Seek>(file: &mut R, declared: Encoding) -> io::Result<Detected> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(3).read_to_end(&mut head)?;
    let found =
        |encoding, bom_bytes, big_end_first| Detected { encoding, bom_bytes, big_end_first };
    let by_mark = match head.as_slice() {
        [0xEF, 0xBB, 0xBF] => Some(found(Encoding::Utf8, 3, false)),
        [0xFF, 0xFE, ..] => Some(found(Encoding::Utf16, 2, false)),
        [0xFE, 0xFF, ..] => Some(found(Encoding::Utf16, 2, true)),
        _ => None,
    };
    if let Some(marked) = by_mark
        && (declared == Encoding::Auto || declared == marked.encoding)
    {
        return Ok(marked);
    }
    if declared != Encoding::Auto && declared != Encoding::Utf16 {
        return Ok(found(declared, 0, false));
    }
    file.seek(SeekFrom::Start(0))?;
    let mut census = Census::default();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let length = file.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        census.take(chunk.get(..length).unwrap_or_default());
    }
    let big_end_first = census.zeros[0] > census.zeros[1];
    let encoding = if declared == Encoding::Utf16 { Encoding::Utf16 } else { census.verdict() };
    Ok(found(encoding, 0, big_end_first))
}

impl Census {
    fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                0 if self.total.is_multiple_of(2) => self.zeros[0] += 1,
                0 => self.zeros[1] += 1,
                0xC0..=0xDF | 0xF0..=0xFF => self.like_1251 += 1,
                0x80..=0xAF => self.like_866 += 1,
                _ => {}
            }
            self.count_run(byte);
            self.total += 1;
        }
        self.carry.extend_from_slice(bytes);
        let mut joined = std::mem::take(&mut self.carry);
        let mut rest = joined.as_slice();
        loop {
            let (valid, error_len) = match std::str::from_utf8(rest) {
                Ok(text) => (text, Some(0)),
                Err(error) => {
                    let head = rest.get(..error.valid_up_to()).unwrap_or_default();
                    (std::str::from_utf8(head).unwrap_or_default(), error.error_len())
                }
            };
            let characters = valid.bytes().filter(|b| *b >= 0xC0).count();
            self.multibyte += u64::try_from(characters).unwrap_or(0);
            rest = rest.get(valid.len()..).unwrap_or_default();
            match error_len {
                Some(0) | None => break,
                Some(length) => {
                    self.broken += 1;
                    rest = rest.get(length..).unwrap_or_default();
                }
            }
        }
        let unfinished = rest.len();
        joined.drain(..joined.len().saturating_sub(unfinished));
        self.carry = joined;
    }

    fn count_run(&mut self, byte: u8) {
        let (high, after_high) = (byte >= 0x80, self.last >= 0x80);
        if high {
            self.high += 1;
        }
        if high && !after_high {
            self.high_runs += 1;
            self.run_counted = self.last.is_ascii_alphabetic();
            self.beside_latin += u64::from(self.run_counted);
        }
        if after_high && byte.is_ascii_alphabetic() && !self.run_counted {
            self.beside_latin += 1;
        }
        self.last = byte;
    }

    fn verdict(&self) -> Encoding {
        let [even, odd] = self.zeros;
        // Text of one byte per character has no NUL; a few stray ones are damage, not UTF-16.
        if (even.max(odd)) * 5 > self.total && even.min(odd) * 10 < even.max(odd) {
            return Encoding::Utf16;
        }
        // A UTF-8 file with a few damaged rows stays UTF-8, so that those rows are rejected, not garbled.
        if self.broken == 0 || self.multibyte > self.broken.saturating_mul(20) {
            return Encoding::Utf8;
        }
        // Mean run of high bytes below 1.5, most of them inside Latin words: accents.
        if self.high * 2 < self.high_runs * 3 && self.beside_latin * 2 > self.high_runs {
            return Encoding::Windows1250;
        }
        if self.like_866 > self.like_1251 { Encoding::Cp866 } else { Encoding::Windows1251 }
    }
}

/// The file's bytes from behind the byte order mark, with UTF-16 turned into UTF-8.
pub(crate) fn open<R: Read + Seek + Send + 'static>(
    mut file: R,
    detected: Detected,
) -> io::Result<Box<dyn Read + Send>> {
    file.seek(SeekFrom::Start(detected.bom_bytes))?;
    if detected.encoding != Encoding::Utf16 {
        return Ok(Box::new(file));
    }
    let utf16 = if detected.big_end_first { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE };
    Ok(Box::new(Utf16Reader::new(file, utf16)))
}

/// One value as text; `None` when the bytes are none of that encoding.
/// UTF-16 arrives here as UTF-8, see [`open`].
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> Option<String> {
    let table = match encoding {
        Encoding::Auto | Encoding::Utf8 | Encoding::Utf16 => {
            return std::str::from_utf8(bytes).ok().map(str::to_owned);
        }
        Encoding::Windows1251 => encoding_rs::WINDOWS_1251,
        Encoding::Windows1250 => encoding_rs::WINDOWS_1250,
        Encoding::Cp866 => encoding_rs::IBM866,
    };
    table.decode_without_bom_handling_and_without_replacement(bytes).map(|t| t.into_owned())
}

/// What a lone surrogate becomes: a byte that UTF-8 never has, so that its value is rejected and no other.
const BROKEN: u8 = 0xFF;

/// Turns UTF-16 into UTF-8 while it is read.
struct Utf16Reader<R> {
    inner: R,
    decoder: Decoder,
    source: Vec<u8>,
    /// Decoded bytes not yet taken, from `taken` on.
    ready: Vec<u8>,
    taken: usize,
    finished: bool,
}

impl<R: Read> Utf16Reader<R> {
    fn new(inner: R, encoding: &'static encoding_rs::Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            source: vec![0; 32 * 1024],
            ready: Vec::new(),
            taken: 0,
            finished: false,
        }
    }

    /// Decodes the next piece into `ready`.
    fn refill(&mut self) -> io::Result<()> {
        let length = self.inner.read(&mut self.source)?;
        self.finished = length == 0;
        self.taken = 0;
        // Two bytes become at most three, one more character may be left from before.
        self.ready.resize(length * 2 + 16, 0);
        let mut source = self.source.get(..length).unwrap_or_default();
        let mut filled = 0;
        loop {
            let room = self.ready.get_mut(filled..).unwrap_or_default();
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(source, room, self.finished);
            source = source.get(read..).unwrap_or_default();
            filled += written;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => self.ready.resize(self.ready.len() + 1024, 0),
                DecoderResult::Malformed(..) => {
                    if filled >= self.ready.len() {
                        self.ready.resize(filled + 1024, 0);
                    }
                    if let Some(slot) = self.ready.get_mut(filled) {
                        *slot = BROKEN;
                        filled += 1;
                    }
                }
            }
        }
        self.ready.truncate(filled);
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken >= self.ready.len() && !self.finished {
            self.refill()?;
        }
        let ready = self.ready.get(self.taken..).unwrap_or_default();
        let length = ready.len().min(out.len());
        for (slot, byte) in out.iter_mut().zip(ready) {
            *slot = *byte;
        }
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn found(bytes: Vec<u8>) -> Encoding {
        detect(&mut Cursor::new(bytes), Encoding::Auto).map(|d| d.encoding).unwrap_or_default()
    }

    #[test]
    fn encodings_are_told_apart() {
        let russian = "Фамилия;Имя;Телефон\nСмирнова;Наталья;89161234567\n";
        let czech = "Příjmení;Jméno;Město\nDvořák;Jiří;Plzeň\n";
        assert_eq!(found(russian.into()), Encoding::Utf8);
        assert_eq!(
            found(encoding_rs::WINDOWS_1251.encode(russian).0.into()),
            Encoding::Windows1251
        );
        assert_eq!(found(encoding_rs::WINDOWS_1250.encode(czech).0.into()), Encoding::Windows1250);
        // No encoder for IBM866 output differs from the table, so the bytes are spelled out: "Иванов".
        assert_eq!(found(b"name\n\x88\xa2\xa0\xad\xae\xa2\n".to_vec()), Encoding::Cp866);
        let initials = "id;sex\n1;М\n2;Ж\n";
        assert_eq!(
            found(encoding_rs::WINDOWS_1251.encode(initials).0.into()),
            Encoding::Windows1251
        );
        let utf16: Vec<u8> = "name;phone\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(found(utf16), Encoding::Utf16);
        assert_eq!(found(b"plain;ascii\n".to_vec()), Encoding::Utf8);
        let mut damaged = russian.as_bytes().to_vec();
        damaged.push(0xC3);
        damaged.extend_from_slice(b";\n");
        assert_eq!(found(damaged), Encoding::Utf8);
    }

    #[test]
    fn a_lone_surrogate_spoils_its_place_only() {
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend([0x41, 0x00, 0x00, 0xD8, 0x42, 0x00]);
        let mut file = Cursor::new(bytes);
        let detected = detect(&mut file, Encoding::Auto).expect("reads");
        let mut text = Vec::new();
        open(file, detected).expect("opens").read_to_end(&mut text).expect("reads");
        assert_eq!(text, b"A\xFFB");
    }
}
