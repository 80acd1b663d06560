//! One content line taken apart: `[group.]NAME;PARAM=value:value`.

use crate::feed::Encoding;

use super::limits::PARAMS_MAX;
use super::lines::{ContentLine, colon};
use super::text::{from_bytes, quoted_printable};

/// A content line taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawProperty {
    pub(super) line: u64,
    /// In lower case.
    pub(super) group: Option<String>,
    /// In upper case.
    pub(super) name: String,
    pub(super) params: Vec<(String, String)>,
    /// Decoded text with its escapes.
    pub(super) value: String,
    pub(super) attachment: bool,
    /// Some of its bytes are no text.
    pub(super) garbled: bool,
}

impl RawProperty {
    /// Takes a line apart; `None` when it is no property.
    pub(super) fn parse(line: &ContentLine, file: Encoding) -> Option<RawProperty> {
        let at = colon(&line.bytes)?;
        let (head, _) = from_bytes(line.bytes.get(..at)?, None, file);
        let value = line.bytes.get(at + 1..).unwrap_or_default();
        let mut pieces = split_outside_quotes(&head, ';').into_iter();
        let full = pieces.next()?.trim().to_owned();
        let (group, name) = match full.rsplit_once('.') {
            Some((group, name)) => (Some(group.to_lowercase()), name.to_owned()),
            None => (None, full),
        };
        let is_name = |n: &str| {
            !n.is_empty() && n.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        };
        if !is_name(&name) {
            return None;
        }
        let mut params = Vec::new();
        for piece in pieces {
            add_params(piece.trim(), &mut params);
        }
        params.truncate(PARAMS_MAX);
        let get = |wanted: &str| params.iter().find(|(n, _)| n == wanted).map(|(_, v)| v.as_str());
        let printable = get("ENCODING").is_some_and(|e| e.eq_ignore_ascii_case("QUOTED-PRINTABLE"));
        let charset = get("CHARSET");
        let (text, garbled) = if line.attachment {
            (String::new(), false)
        } else if printable {
            from_bytes(&quoted_printable(value), charset, file)
        } else {
            from_bytes(value, charset, file)
        };
        params.retain(|(name, _)| !matches!(name.as_str(), "ENCODING" | "CHARSET"));
        Some(RawProperty {
            line: line.number,
            group,
            name: name.to_ascii_uppercase(),
            params,
            value: text,
            attachment: line.attachment,
            garbled,
        })
    }

    /// The first parameter of that name.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Types in lower case, without `pref` and without words that say nothing.
    pub(super) fn kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> = Vec::new();
        for (_, value) in self.params.iter().filter(|(n, _)| n == "TYPE") {
            let kind = value.trim().to_lowercase();
            let empty = matches!(kind.as_str(), "" | "pref" | "internet" | "voice" | "x-internet");
            if !empty && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// Marked as the one to use first.
    pub(super) fn preferred(&self) -> bool {
        let typed =
            self.params.iter().any(|(n, v)| n == "TYPE" && v.trim().eq_ignore_ascii_case("pref"));
        typed || self.param("PREF").is_some_and(|p| p.trim() == "1")
    }
}

/// `TYPE="work,voice"` is two types; a bare word of 2.1 is a type or an encoding.
fn add_params(piece: &str, params: &mut Vec<(String, String)>) {
    let Some((name, value)) = piece.split_once('=') else {
        let bare = piece.to_ascii_uppercase();
        match bare.as_str() {
            "" => {}
            "QUOTED-PRINTABLE" | "BASE64" | "8BIT" | "7BIT" => {
                params.push(("ENCODING".to_owned(), bare));
            }
            _ => params.push(("TYPE".to_owned(), piece.to_owned())),
        }
        return;
    };
    let name = name.trim().to_ascii_uppercase();
    let unquoted = |v: &str| unescape_param(v.trim().trim_matches('"'));
    if name == "TYPE" {
        for one in value.split(',') {
            params.push((name.clone(), unquoted(one)));
        }
    } else {
        params.push((name, unquoted(value)));
    }
}

/// RFC 6868: `^n`, `^^`, `^'`.
fn unescape_param(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let replaced = match (c, chars.peek()) {
            ('^', Some('n')) => Some('\n'),
            ('^', Some('^')) => Some('^'),
            ('^', Some('\'')) => Some('"'),
            _ => None,
        };
        if replaced.is_some() {
            chars.next();
        }
        out.push(replaced.unwrap_or(c));
    }
    out
}

fn split_outside_quotes(text: &str, delimiter: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        c == delimiter && !quoted
    })
    .collect()
}
