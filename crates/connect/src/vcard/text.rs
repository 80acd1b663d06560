//! Escapes of vCard values, split lists and text out of bytes.

use crate::feed::{Encoding, decode};

/// How values of a card are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// 2.1: only delimiters are escaped, a backslash is otherwise a backslash.
    Old,
    /// 3.0 and 4.0: `\n`, `\,`, `\;`, `\\`.
    New,
}

/// Bytes to text: the declared charset when it fits, else UTF-8, else what the whole file looks like. Also whether some
/// bytes are no text in any of them.
pub(super) fn from_bytes(bytes: &[u8], charset: Option<&str>, file: Encoding) -> (String, bool) {
    let declared = charset.and_then(|c| encoding_rs::Encoding::for_label(c.trim().as_bytes()));
    let text = declared
        .and_then(|e| e.decode_without_bom_handling_and_without_replacement(bytes))
        .map(|t| t.into_owned())
        .or_else(|| decode(bytes, Encoding::Utf8))
        .or_else(|| {
            if is_damaged_utf8(bytes) {
                return None;
            }
            // Cards without a charset that are no UTF-8 come from Russian Windows far more often than from elsewhere.
            let file = if file == Encoding::Utf8 { Encoding::Windows1251 } else { file };
            decode(bytes, file)
        });
    let text = text.or_else(|| without_cut_end(bytes));
    let garbled = text.is_none();
    let text = text.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned());
    let plain = |c: &char| !c.is_control() || matches!(c, '\n' | '\t' | '\r');
    (text.chars().filter(plain).collect(), garbled)
}

/// UTF-8 up to the broken letter it ends with, if that is all that is wrong: telephones cut long values in
/// the middle of a letter.
fn without_cut_end(bytes: &[u8]) -> Option<String> {
    let mut chunks = bytes.utf8_chunks();
    let (first, more) = (chunks.next()?, chunks.next());
    let is_cut = more.is_none() && !first.valid().is_empty();
    is_cut.then(|| first.valid().to_owned())
}

/// UTF-8 that lost some bytes: more of what is beyond ASCII is UTF-8 than is not. Texts of one-byte encodings hold a
/// sequence that looks like UTF-8 only by rare chance.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

/// Decodes quoted-printable; what is no `=XX` stays.
pub(super) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        let pair = (*first == b'=').then(|| tail.split_at_checked(2)).flatten();
        let decoded = pair.and_then(|(hex, after)| {
            let hex = std::str::from_utf8(hex).ok()?;
            Some((u8::from_str_radix(hex, 16).ok()?, after))
        });
        match decoded {
            Some((byte, after)) => {
                out.push(byte);
                rest = after;
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// Splits at a delimiter that is not escaped; the parts keep their escapes.
pub(super) fn split(value: &str, delimiter: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut escaped = false;
    for (at, c) in value.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == delimiter {
            parts.push(value.get(from..at).unwrap_or_default());
            from = at + c.len_utf8();
        }
    }
    parts.push(value.get(from..).unwrap_or_default());
    parts
}

/// Removes escapes and blanks at both ends.
pub(super) fn unescape(value: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().copied(), dialect) {
            ('\\', Some('n' | 'N'), Dialect::New) => {
                chars.next();
                out.push('\n');
            }
            // Apple escapes colons, Google quotes.
            ('\\', Some(next @ (',' | ';' | '\\' | ':' | '"')), Dialect::New)
            | ('\\', Some(next @ (',' | ';')), Dialect::Old) => {
                chars.next();
                out.push(next);
            }
            ('\r', Some('\n'), _) => {}
            ('\r', _, _) => out.push('\n'),
            _ => out.push(c),
        }
    }
    out.trim().to_owned()
}

/// Removes escapes; `None` when nothing is left.
pub(super) fn some(value: &str, dialect: Dialect) -> Option<String> {
    let text = unescape(value, dialect);
    (!text.is_empty()).then_some(text)
}

/// Escapes a text value for 3.0 and 4.0.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ',' | ';' => {
                out.push('\\');
                out.push(c);
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}
