//! How long a function may be: a screen of 70 lines. Those that were longer when the rule came stand in a list that may only shrink.

use std::collections::BTreeMap;

use super::Finding;
use crate::lexer::{self, Kind, Token};
use crate::tree::Tree;

/// The list of known offenders: lines of `path::function lines`.
pub(super) const LIST: &str = "xtask/tidy-functions.txt";

const HEADER: &str = "\
# Functions longer than 70 lines that are waiting to be split: path::function and its length in lines.
# The list may only shrink. `cargo xtask tidy --ratchet` writes it anew.
";
const MAX_LINES: usize = 70;

/// A function that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Long {
    line: usize,
    lines: usize,
}

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let known = known(tree.get(LIST).map_or("", |file| file.text.as_str()));
    let found = found(tree);
    let mut findings = Vec::new();
    for (name, long) in &found {
        let path = name.split("::").next().unwrap_or(name);
        let allowed = known.get(name.as_str()).copied();
        if allowed.is_none_or(|lines| long.lines > lines) {
            let message = format!(
                "{name} has {} lines, more than {}",
                long.lines,
                allowed.unwrap_or(MAX_LINES)
            );
            findings.push(Finding::error(path, long.line, message));
        } else if allowed.is_some_and(|lines| long.lines < lines) {
            findings.push(Finding::error(
                LIST,
                1,
                format!("{name} has shrunk: run `cargo xtask tidy --ratchet`"),
            ));
        }
    }
    for name in known.keys().filter(|name| !found.contains_key(**name)) {
        findings.push(Finding::error(
            LIST,
            1,
            format!("{name} is long no more: run `cargo xtask tidy --ratchet`"),
        ));
    }
    findings
}

/// The list as it should stand now.
pub(super) fn list(tree: &Tree) -> String {
    let lines = found(tree).into_iter().map(|(name, long)| format!("{name} {}\n", long.lines));
    std::iter::once(HEADER.to_owned()).chain(lines).collect()
}

fn known(text: &str) -> BTreeMap<&str, usize> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(name, lines)| Some((name, lines.parse().ok()?)))
        .collect()
}

/// Long functions by `path::name`; of several with one name in a file the longest counts.
fn found(tree: &Tree) -> BTreeMap<String, Long> {
    let mut found: BTreeMap<String, Long> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| file.is_rust()) {
        for (name, long) in functions(&lexer::tokens(&file.text)) {
            if long.lines <= MAX_LINES {
                continue;
            }
            let longest = found.entry(format!("{}::{name}", file.path)).or_insert(long);
            if long.lines > longest.lines {
                *longest = long;
            }
        }
    }
    found
}

/// Every function that has a body, with its first line and its length.
fn functions<'a>(tokens: &[Token<'a>]) -> Vec<(&'a str, Long)> {
    let mut functions = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let Some(name) =
            tokens.get(index + 1).filter(|next| token.is_ident("fn") && next.kind == Kind::Ident)
        else {
            continue;
        };
        let Some(open) = body(tokens, index + 2) else {
            continue;
        };
        if let Some(end) = tokens.get(lexer::closing(tokens, open)) {
            functions
                .push((name.text, Long { line: token.line, lines: end.line + 1 - token.line }));
        }
    }
    functions
}

/// Where the body opens of a function whose signature goes on at `from`; `None` for a declaration.
fn body(tokens: &[Token<'_>], from: usize) -> Option<usize> {
    let mut index = from;
    loop {
        let token = tokens.get(index)?;
        if token.is_punct("{") {
            return Some(index);
        }
        if token.is_punct(";") {
            return None;
        }
        index = if token.is_punct("(") || token.is_punct("[") {
            lexer::closing(tokens, index) + 1
        } else {
            index + 1
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_lines(name: &str, lines: usize) -> String {
        format!(
            "trait T {{ fn a(x: [u8; 2]); }}\nfn {name}() -> [u8; 2] {{\n{}}}\n",
            "let x = \"}\";\n".repeat(lines - 2)
        )
    }

    #[test]
    fn length_counts_from_fn_to_the_brace() {
        let code = of_lines("b", 71);
        assert_eq!(functions(&lexer::tokens(&code)), [("b", Long { line: 2, lines: 71 })]);
    }

    #[test]
    fn new_offenders_fail_and_known_ones_may_only_shrink() {
        let count = |lines: usize, list: &str| {
            check(&Tree::of(&[("crates/a/src/a.rs", &of_lines("b", lines)), (LIST, list)])).len()
        };
        assert_eq!(count(70, HEADER), 0);
        assert_eq!(count(71, HEADER), 1);
        assert_eq!(count(80, "crates/a/src/a.rs::b 80\n"), 0);
        assert_eq!(count(81, "crates/a/src/a.rs::b 80\n"), 1);
        assert_eq!(count(79, "crates/a/src/a.rs::b 80\n"), 1);
        assert_eq!(count(70, "crates/a/src/a.rs::b 80\n"), 1);
    }

    #[test]
    fn the_written_list_is_the_list_it_reads() {
        let code = of_lines("b", 90);
        let files = [("crates/a/src/a.rs", code.as_str())];
        let list = list(&Tree::of(&files));
        assert!(check(&Tree::of(&[("crates/a/src/a.rs", &code), (LIST, &list)])).is_empty());
    }
}
