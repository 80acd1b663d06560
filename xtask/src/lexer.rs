//! Just enough of Rust's lexical grammar to look at code without being fooled by comments and strings.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or keyword.
    Ident,
    /// A string literal of any kind; the token's text is what stands between the quotes, escapes untouched.
    Text,
    /// A number, character or lifetime: nothing a check asks for.
    Other,
    /// One character of punctuation.
    Punct,
}

/// One token with the line it begins on, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its text.
    pub(crate) text: &'a str,
    /// The line it begins on.
    pub(crate) line: usize,
}

impl Token<'_> {
    /// True for this name or keyword.
    pub(crate) fn is_ident(&self, name: &str) -> bool {
        self.kind == Kind::Ident && self.text == name
    }

    /// True for this character of punctuation.
    pub(crate) fn is_punct(&self, sign: &str) -> bool {
        self.kind == Kind::Punct && self.text == sign
    }
}

/// True if `tokens` begins with these names and signs, one string for each token.
pub(crate) fn starts_with(tokens: &[Token<'_>], pattern: &[&str]) -> bool {
    tokens.len() >= pattern.len()
        && tokens
            .iter()
            .zip(pattern)
            .all(|(token, want)| token.kind != Kind::Text && token.text == *want)
}

/// Where the bracket closes that opens at `open`: the index of its partner, or of the last token.
pub(crate) fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != Kind::Punct {
            continue;
        }
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index;
                }
            }
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}

/// The tokens without the items that stand under `#[cfg(test)]`.
pub(crate) fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let rest = tokens.get(index..).unwrap_or_default();
        if starts_with(rest, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            index = end_of_item(tokens, index + 7) + 1;
        } else {
            kept.push(*token);
            index += 1;
        }
    }
    kept
}

/// The last token of the item that begins at `from`: its closing brace, or the semicolon before any brace.
fn end_of_item(tokens: &[Token<'_>], from: usize) -> usize {
    let mut index = from;
    while let Some(token) = tokens.get(index) {
        if token.is_punct(";") {
            return index;
        }
        if token.is_punct("{") {
            return closing(tokens, index);
        }
        index = if token.is_punct("(") || token.is_punct("[") {
            closing(tokens, index) + 1
        } else {
            index + 1
        };
    }
    tokens.len()
}

/// Splits source text into tokens. Comments and white space are dropped; text that is no Rust gives some tokens, never an error.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { rest: source, line: 1 };
    std::iter::from_fn(|| lexer.next_token()).collect()
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lexer<'a> {
    /// Takes `bytes` from the front (less if a character would be cut) and counts the lines in it.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn skip_blank(&mut self) {
        loop {
            let blank = self.rest.len() - self.rest.trim_start().len();
            self.take(blank);
            if self.rest.starts_with("//") {
                self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.take(block_comment(self.rest));
            } else {
                return;
            }
        }
    }

    fn next_token(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let line = self.line;
        let first = self.rest.chars().next()?;
        if let Some(opening) = string_opening(self.rest) {
            self.take(opening.bytes);
            let text = self.take(match &opening.closing {
                Some(closing) => self.rest.find(closing).unwrap_or(self.rest.len()),
                None => plain_string_length(self.rest),
            });
            self.take(opening.closing.map_or(1, |closing| closing.len()));
            return Some(Token { kind: Kind::Text, text, line });
        }
        let (kind, length) = if first == '\'' || self.rest.starts_with("b'") {
            (Kind::Other, quote_length(self.rest))
        } else if first.is_alphabetic() || first == '_' {
            (Kind::Ident, word_length(self.rest))
        } else if first.is_ascii_digit() {
            (Kind::Other, number_length(self.rest))
        } else {
            (Kind::Punct, first.len_utf8())
        };
        Some(Token { kind, text: self.take(length), line })
    }
}

/// How a string literal opens.
struct Opening {
    /// Length of the prefix with its quote.
    bytes: usize,
    /// What ends a raw string; `None` for a plain one, which a bare quote ends.
    closing: Option<String>,
}

fn string_opening(rest: &str) -> Option<Opening> {
    for prefix in ["r", "br", "cr"] {
        let Some(after) = rest.strip_prefix(prefix) else {
            continue;
        };
        let quoted = after.trim_start_matches('#');
        if quoted.starts_with('"') {
            let hashes = after.len() - quoted.len();
            let closing = format!("\"{}", "#".repeat(hashes));
            return Some(Opening { bytes: prefix.len() + hashes + 1, closing: Some(closing) });
        }
    }
    let prefix = ["\"", "b\"", "c\""].into_iter().find(|prefix| rest.starts_with(prefix))?;
    Some(Opening { bytes: prefix.len(), closing: None })
}

/// Length of a plain string's inside: up to the first quote that no backslash protects.
fn plain_string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (index, sign) in rest.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index,
            _ => {}
        }
    }
    rest.len()
}

/// Length of a block comment, nested ones included.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut index = 0;
    while let Some(here) = rest.get(index..).filter(|here| !here.is_empty()) {
        let step = if here.starts_with("/*") {
            depth += 1;
            2
        } else if here.starts_with("*/") {
            depth -= 1;
            2
        } else {
            here.chars().next().map_or(1, char::len_utf8)
        };
        index += step;
        if depth == 0 {
            return index;
        }
    }
    rest.len()
}

/// Length of a character literal or a lifetime.
fn quote_length(rest: &str) -> usize {
    let prefix = if rest.starts_with('b') { 2 } else { 1 };
    let mut inside = rest.get(prefix..).unwrap_or_default().chars();
    match (inside.next(), inside.next()) {
        (Some('\\'), Some(escaped)) => {
            let from = prefix + 1 + escaped.len_utf8();
            let end = rest.get(from..).and_then(|after| after.find('\''));
            end.map_or(rest.len(), |end| from + end + 1)
        }
        (Some(sign), Some('\'')) => prefix + sign.len_utf8() + 1,
        _ => prefix + word_length(rest.get(prefix..).unwrap_or_default()),
    }
}

fn word_length(rest: &str) -> usize {
    let rest_of_raw = rest.strip_prefix("r#").unwrap_or(rest);
    let skipped = rest.len() - rest_of_raw.len();
    skipped
        + rest_of_raw.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest_of_raw.len())
}

/// Length of a number: a dot belongs to it only before another digit, so that `0..5` is three tokens.
fn number_length(rest: &str) -> usize {
    let whole = word_length(rest);
    let after = rest.get(whole..).unwrap_or_default();
    match after.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            whole + 1 + word_length(fraction)
        }
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> Vec<(Kind, &str, usize)> {
        tokens(source).into_iter().map(|token| (token.kind, token.text, token.line)).collect()
    }

    #[test]
    fn comments_and_strings_do_not_fool_it() {
        let source =
            "// \"a\"\n/* b /* c */ \" */ let s = \"x \\\" // y\";\nr#\"raw \"z\" \"# b\"w\"";
        assert_eq!(
            shown(source),
            [
                (Kind::Ident, "let", 2),
                (Kind::Ident, "s", 2),
                (Kind::Punct, "=", 2),
                (Kind::Text, "x \\\" // y", 2),
                (Kind::Punct, ";", 2),
                (Kind::Text, "raw \"z\" ", 3),
                (Kind::Text, "w", 3),
            ]
        );
    }

    #[test]
    fn characters_lifetimes_numbers_and_raw_names() {
        let texts: Vec<&str> = tokens("'a' '\\'' '\\u{41}' &'static r#type b'\"' 0..5 1.5e3 'ё' x")
            .iter()
            .map(|t| t.text)
            .collect();
        assert_eq!(
            texts,
            [
                "'a'",
                "'\\''",
                "'\\u{41}'",
                "&",
                "'static",
                "r#type",
                "b'\"'",
                "0",
                ".",
                ".",
                "5",
                "1.5e3",
                "'ё'",
                "x"
            ]
        );
    }

    #[test]
    fn unfinished_text_ends_without_a_panic() {
        for source in ["\"abc", "/* abc", "'", "r#\"abc\"", "b'", "'\\", "r#", "ё\"ё"] {
            tokens(source);
        }
    }

    #[test]
    fn test_modules_are_left_out() {
        let tokens = tokens(
            "fn a() {} #[cfg(test)] mod tests { fn b() { {} } } #[cfg(test)] use x; fn c() {}",
        );
        let names: Vec<&str> = without_tests(&tokens)
            .iter()
            .filter(|t| t.kind == Kind::Ident)
            .map(|t| t.text)
            .collect();
        assert_eq!(names, ["fn", "a", "fn", "c"]);
    }
}
