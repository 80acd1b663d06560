//! Texts: every message exists in Russian and English with the same arguments, once; every message the code names exists.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::lexer::{self, Kind, Token};
use crate::tree::{File, Tree};

const LANGUAGES: [&str; 2] = ["ru", "en"];

/// One message of a Fluent file.
#[derive(Debug, PartialEq, Eq)]
struct Message<'a> {
    key: &'a str,
    line: usize,
    /// Names of the arguments (`$name`) in its value and attributes.
    arguments: BTreeSet<&'a str>,
}

/// Where a message stands: path, line, arguments.
type Place<'a> = (&'a str, usize, BTreeSet<&'a str>);
/// The messages of one language by key.
type Book<'a> = BTreeMap<&'a str, Place<'a>>;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut books: BTreeMap<&str, Book<'_>> =
        LANGUAGES.iter().map(|language| (*language, Book::new())).collect();
    for file in &tree.files {
        let Some(book) = language(file).and_then(|language| books.get_mut(language)) else {
            continue;
        };
        for message in messages(file, &mut findings) {
            let place = (file.path.as_str(), message.line, message.arguments);
            if let Some((other, line, _)) = book.insert(message.key, place) {
                let text = format!("{} stands already in {other}:{line}", message.key);
                findings.push(Finding::error(&file.path, message.line, text));
            }
        }
    }
    for (language, book) in &books {
        for (other_language, other) in books.iter().filter(|(name, _)| *name != language) {
            compare(book, other_language, other, &mut findings);
        }
    }
    let keys: BTreeSet<&str> = books.values().flat_map(BTreeMap::keys).copied().collect();
    let code = tree.files.iter().filter(|file| file.is_room_code());
    findings.extend(code.flat_map(|file| unknown_keys(file, &keys)));
    findings
}

/// The language of a file `crates/*/i18n/ru.ftl` or `crates/*/i18n/ru/*.ftl`.
fn language(file: &File) -> Option<&str> {
    file.krate()?;
    let (_, inside) = file.path.strip_suffix(".ftl")?.split_once("/i18n/")?;
    inside.split('/').next()
}

/// Reports what `book` has and `other` has not, or has with other arguments.
fn compare(book: &Book<'_>, language: &str, other: &Book<'_>, findings: &mut Vec<Finding>) {
    for (key, (path, line, arguments)) in book {
        match other.get(key) {
            None => findings.push(Finding::error(
                path,
                *line,
                format!("{key} is missing in {language}"),
            )),
            Some((_, _, others)) => {
                let missing: Vec<&str> = arguments.difference(others).copied().collect();
                if !missing.is_empty() {
                    let text =
                        format!("{key} says ${} here and not in {language}", missing.join(", $"));
                    findings.push(Finding::error(path, *line, text));
                }
            }
        }
    }
}

/// The messages and terms of a Fluent file; lines that belong to none are reported.
fn messages<'a>(file: &'a File, findings: &mut Vec<Finding>) -> Vec<Message<'a>> {
    let mut messages: Vec<Message<'a>> = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with([' ', '}']) {
            match line.split_once('=') {
                Some((key, _)) if is_key(key.trim_end()) => messages.push(Message {
                    key: key.trim_end(),
                    line: index + 1,
                    arguments: BTreeSet::new(),
                }),
                _ => {
                    findings.push(Finding::error(&file.path, index + 1, "this line is no message"));
                    continue;
                }
            }
        }
        if let Some(message) = messages.last_mut() {
            message.arguments.extend(arguments(line));
        }
    }
    messages
}

fn is_key(key: &str) -> bool {
    let name = key.strip_prefix('-').unwrap_or(key);
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Names after a `$` that stands inside braces or in a selector; a dollar sign in plain text has no name after it.
fn arguments(line: &str) -> impl Iterator<Item = &str> {
    line.split('$').skip(1).filter_map(|after| {
        let end = after
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(after.len());
        after.get(..end).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
    })
}

/// Messages that the code names by a literal and that exist nowhere.
fn unknown_keys(file: &File, keys: &BTreeSet<&str>) -> Vec<Finding> {
    let tokens = lexer::without_tests(&lexer::tokens(&file.text));
    let named = (0..tokens.len()).filter_map(|index| named_key(tokens.get(index..)?));
    named
        .filter(|(key, _)| !keys.contains(key.as_str()))
        .map(|(key, line)| Finding::error(&file.path, line, format!("no text file says {key}")))
        .collect()
}

/// The key that the code names here: `.t("key")`, `.ta("key", …)`, `t!("key")`, or a refusal's code.
fn named_key(tokens: &[Token<'_>]) -> Option<(String, usize)> {
    let calls: [(&[&str], &str); 7] = [
        (&[".", "t", "("], ""),
        (&[".", "ta", "("], ""),
        (&["t", "!", "("], ""),
        (&["Refusal", ":", ":", "new", "("], "refusal-"),
        (&["Refusal", ":", ":", "field", "("], "refusal-"),
        (&["Error", ":", ":", "refused", "("], "refusal-"),
        (&["Error", ":", ":", "refused_field", "("], "refusal-"),
    ];
    calls.into_iter().find_map(|(call, prefix)| {
        let literal = tokens.get(call.len()).filter(|token| token.kind == Kind::Text)?;
        lexer::starts_with(tokens, call)
            .then(|| (format!("{prefix}{}", literal.text), literal.line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files)).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn both_languages_say_the_same_messages() {
        let ru = "a = Клиент { $name }\nb =\n    { $count ->\n        [one] один\n       *[other] { $count }\n    }\n";
        let en = "# a comment\na = Client { $name }\nb = { $count } of them\n";
        assert!(found(&[("crates/a/i18n/ru.ftl", ru), ("crates/a/i18n/en.ftl", en)]).is_empty());
        let lines = found(&[
            ("crates/a/i18n/ru.ftl", "a = x\n"),
            ("crates/a/i18n/en.ftl", "a = x\nc = y\n"),
        ]);
        assert_eq!(lines, ["crates/a/i18n/en.ftl:2: error: c is missing in ru"]);
        let lines = found(&[
            ("crates/a/i18n/ru.ftl", "a = { $name }\n"),
            ("crates/a/i18n/en.ftl", "a = $5 { $who }\n"),
        ]);
        assert_eq!(lines.len(), 2, "{lines:?}");
    }

    #[test]
    fn a_key_stands_once_in_all_crates() {
        let both = |krate: &str| {
            [format!("crates/{krate}/i18n/ru.ftl"), format!("crates/{krate}/i18n/en.ftl")]
        };
        let ([a_ru, a_en], [b_ru, b_en]) = (both("a"), both("b"));
        let text = "title = x\n";
        assert_eq!(found(&[(&a_ru, text), (&a_en, text), (&b_ru, text), (&b_en, text)]).len(), 2);
    }

    #[test]
    fn what_is_no_message_is_reported() {
        let lines = found(&[
            ("crates/a/i18n/ru.ftl", "a = x\nБ = y\nno equals sign\n"),
            ("crates/a/i18n/en.ftl", "a = x\n"),
        ]);
        assert_eq!(lines.len(), 2, "{lines:?}");
    }

    #[test]
    fn code_names_only_what_exists() {
        let texts = [
            ("crates/a/i18n/ru.ftl", "known = x\nrefusal-bad = y\n"),
            ("crates/a/i18n/en.ftl", "known = x\nrefusal-bad = y\n"),
        ];
        let with = |code: &str| {
            let mut files = texts.to_vec();
            files.push(("crates/a/src/pages.rs", code));
            found(&files).len()
        };
        assert_eq!(
            with(
                "fn a() { l.t(\"known\"); l.ta(\"known\", &[]); t!(\"known\"); Refusal::new(\"bad\"); l.t(key) }"
            ),
            0
        );
        for code in [
            "l.t(\"lost\")",
            "l.ta(\"lost\", &[])",
            "t!(\"lost\")",
            "Refusal::new(\"lost\")",
            "Refusal::field(\"lost\", \"f\")",
            "Error::refused(\"lost\")",
        ] {
            assert_eq!(with(code), 1, "{code}");
        }
        assert_eq!(with("#[cfg(test)] mod tests { fn a() { l.t(\"lost\") } }"), 0);
    }
}
