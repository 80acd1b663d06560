//! Which files are taken in: known kinds of documents only, told by their content, under a name that
//! is safe on every machine.

use kernel::Refusal;

/// Longest kept file name (characters).
const NAME_CHARS_MAX: usize = 120;
/// How much of a text file is looked at to see that it is text (bytes).
const TEXT_PROBE: usize = 4_096;

/// A file that may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sniffed {
    /// Media type by content, whatever the browser said.
    pub mime: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Starts with these bytes.
    Magic(&'static [u8]),
    /// An office document in a ZIP container.
    Zip,
    /// An old office document (compound file).
    Compound,
    /// `RIFF….WEBP`.
    WebP,
    /// HEIC: `ftyp` at byte 4.
    BaseMedia,
    /// No control bytes.
    Text,
    /// A signature or a key container: DER or text.
    Signature,
}

const KINDS: &[(&str, &str, Content)] = &[
    ("pdf", "application/pdf", Content::Magic(b"%PDF-")),
    ("jpg", "image/jpeg", Content::Magic(&[0xFF, 0xD8, 0xFF])),
    ("jpeg", "image/jpeg", Content::Magic(&[0xFF, 0xD8, 0xFF])),
    ("png", "image/png", Content::Magic(&[0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A])),
    ("gif", "image/gif", Content::Magic(b"GIF8")),
    ("tif", "image/tiff", Content::Magic(b"II*\0")),
    ("tif", "image/tiff", Content::Magic(b"MM\0*")),
    ("tiff", "image/tiff", Content::Magic(b"II*\0")),
    ("tiff", "image/tiff", Content::Magic(b"MM\0*")),
    ("webp", "image/webp", Content::WebP),
    ("heic", "image/heic", Content::BaseMedia),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Content::Zip,
    ),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content::Zip),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Content::Zip,
    ),
    ("odt", "application/vnd.oasis.opendocument.text", Content::Zip),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet", Content::Zip),
    ("zip", "application/zip", Content::Zip),
    ("doc", "application/msword", Content::Compound),
    ("xls", "application/vnd.ms-excel", Content::Compound),
    ("ppt", "application/vnd.ms-powerpoint", Content::Compound),
    ("msg", "application/vnd.ms-outlook", Content::Compound),
    ("rtf", "application/rtf", Content::Magic(b"{\\rtf")),
    ("txt", "text/plain", Content::Text),
    ("csv", "text/csv", Content::Text),
    ("xml", "application/xml", Content::Text),
    ("eml", "message/rfc822", Content::Text),
    ("vcf", "text/vcard", Content::Text),
    ("sig", "application/pkcs7-signature", Content::Signature),
    ("p7s", "application/pkcs7-signature", Content::Signature),
];

/// First bytes of programs and scripts, whatever their name.
const PROGRAMS: &[&[u8]] = &[
    b"MZ",
    b"\x7FELF",
    &[0xFE, 0xED, 0xFA, 0xCE],
    &[0xFE, 0xED, 0xFA, 0xCF],
    &[0xCE, 0xFA, 0xED, 0xFE],
    &[0xCF, 0xFA, 0xED, 0xFE],
    &[0xCA, 0xFE, 0xBA, 0xBE],
    b"#!",
    b"L\0\0\0\x01\x14\x02\0",
];

/// Looks at a file's name and content.
///
/// # Errors
/// Refuses at the field `file` an empty file (`file-empty`), a program (`file-program`), a kind that is
/// not on the list (`file-kind`), and a content that is not what the name says (`file-content`).
pub fn sniff(name: &str, content: &[u8]) -> Result<Sniffed, Refusal> {
    if content.is_empty() {
        return Err(Refusal::field("file-empty", "file"));
    }
    if PROGRAMS.iter().any(|magic| content.starts_with(magic)) {
        return Err(Refusal::field("file-program", "file"));
    }
    let ending = name.rsplit_once('.').map(|(_, e)| e.to_lowercase()).unwrap_or_default();
    let mut known = KINDS.iter().filter(|(e, _, _)| *e == ending).peekable();
    if known.peek().is_none() {
        return Err(Refusal::field("file-kind", "file").arg("ending", shown(&ending)));
    }
    known
        .find(|(_, _, expected)| holds(*expected, content))
        .map(|(_, mime, _)| Sniffed { mime })
        .ok_or_else(|| Refusal::field("file-content", "file").arg("ending", shown(&ending)))
}

fn shown(ending: &str) -> String {
    ending.chars().take(12).collect()
}

fn holds(expected: Content, content: &[u8]) -> bool {
    match expected {
        Content::Magic(magic) => content.starts_with(magic),
        Content::Zip => content.starts_with(b"PK\x03\x04"),
        Content::Compound => content.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        Content::WebP => content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP"),
        Content::BaseMedia => content.get(4..8) == Some(b"ftyp"),
        Content::Text => is_text(content),
        Content::Signature => content.first() == Some(&0x30) || is_text(content),
    }
}

fn is_text(content: &[u8]) -> bool {
    let plain = |b: &u8| *b >= 0x20 || matches!(*b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B);
    content.iter().take(TEXT_PROBE).all(plain)
}

/// A file name without folders, control characters and what file systems forbid; never empty.
pub fn safe_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = base
        .chars()
        .filter(|c| !c.is_control() && !is_direction_mark(*c))
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    let clean = clean.trim_start_matches(|c: char| c == '.' || c.is_whitespace()).trim_end();
    let count = clean.chars().count();
    if count <= NAME_CHARS_MAX {
        return if clean.is_empty() { "file".to_owned() } else { clean.to_owned() };
    }
    // the ending says what the file is: the middle goes
    let ending: String = clean.rsplit_once('.').map(|(_, e)| format!(".{e}")).unwrap_or_default();
    let ending = if ending.chars().count() <= 12 { ending } else { String::new() };
    let keep = NAME_CHARS_MAX - ending.chars().count();
    let short: String = clean.chars().take(keep).chain(ending.chars()).collect();
    short.trim_end().to_owned()
}

/// Marks that turn the reading direction make `fdp.exe` look like `exe.pdf`.
const fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `Content-Disposition` of a download (RFC 6266): a plain name for old readers, the true one encoded.
pub fn disposition(name: &str) -> String {
    use std::fmt::Write;
    let name = safe_name(name);
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || " ._-()".contains(c) { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // writing to a String cannot fail
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_programs_stay_out() {
        let code =
            |name: &str, content: &[u8]| sniff(name, content).map(|s| s.mime).map_err(|r| r.code);
        assert_eq!(code("Паспорт.PDF", b"%PDF-1.7 ..."), Ok("application/pdf"));
        assert_eq!(code("note.txt", "привет\n".as_bytes()), Ok("text/plain"));
        assert_eq!(code("scan.tif", b"MM\0*rest"), Ok("image/tiff"));
        assert_eq!(code("a.pdf", b"MZ\x90\0"), Err("file-program".into()));
        assert_eq!(code("a.txt", b"#!/bin/sh\nrm"), Err("file-program".into()));
        assert_eq!(code("a.exe", b"something"), Err("file-kind".into()));
        assert_eq!(code("page.html", b"<script>"), Err("file-kind".into()));
        assert_eq!(code("macro.docm", b"PK\x03\x04"), Err("file-kind".into()));
        assert_eq!(code("noending", b"%PDF-"), Err("file-kind".into()));
        assert_eq!(code("photo.jpg", b"%PDF-1.7"), Err("file-content".into()));
        assert_eq!(code("a.txt", b"a\0b"), Err("file-content".into()));
        assert_eq!(code("a.pdf", b""), Err("file-empty".into()));
    }

    #[test]
    fn names_are_safe_and_keep_their_ending() {
        assert_eq!(safe_name("..\\..\\a/b: c?.pdf"), "b_ c_.pdf");
        assert_eq!(safe_name("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(safe_name("..."), "file");
        let long = safe_name(&format!("{}.pdf", "я".repeat(500)));
        assert!(long.ends_with(".pdf") && long.chars().count() == NAME_CHARS_MAX);
    }

    #[test]
    fn downloads_carry_both_names_and_no_line_break() {
        let header = disposition("Устав\r\nX: 1.pdf");
        let (plain, encoded) = header.split_once("; filename*=UTF-8''").unwrap();
        assert_eq!(plain, "attachment; filename=\"_____X_ 1.pdf\"");
        assert_eq!(encoded, "%D0%A3%D1%81%D1%82%D0%B0%D0%B2X_%201.pdf");
        assert!(header.is_ascii() && !header.contains('\n'));
    }
}
