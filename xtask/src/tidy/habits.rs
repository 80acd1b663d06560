//! Habits we do without: tests that are skipped or that sleep, and what was left over from looking for a mistake.

use super::Finding;
use crate::lexer::{self, Kind, Token};
use crate::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| file.is_rust()).flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let tokens = lexer::tokens(&file.text);
    let production = if file.is_test() { Vec::new() } else { lexer::without_tests(&tokens) };
    let allowed: Vec<usize> = production
        .iter()
        .filter(|token| ["sleep", "sleep_until"].contains(&token.text))
        .map(|token| token.line)
        .collect();
    let mut findings = Vec::new();
    for index in 0..tokens.len() {
        let rest = tokens.get(index..).unwrap_or_default();
        let Some(first) = rest.first() else { continue };
        let message = if let Some(left_over) = left_over(rest) {
            left_over
        } else if is_ignore(rest) {
            "a skipped test tests nothing: assert today's answer with a note, or remove it"
                .to_owned()
        } else if is_sleep(rest) && !allowed.contains(&first.line) {
            "a test does not sleep: wait for the event itself, or move the test's clock".to_owned()
        } else {
            continue;
        };
        findings.push(Finding::error(&file.path, first.line, message));
    }
    findings
}

/// `dbg!`, `todo!`, `unimplemented!`.
fn left_over(rest: &[Token<'_>]) -> Option<String> {
    let first = rest.first()?;
    let left = first.kind == Kind::Ident && ["dbg", "todo", "unimplemented"].contains(&first.text);
    let called = rest.get(1).is_some_and(|token| token.is_punct("!"));
    let opened = rest.get(2).is_some_and(|token| token.is_punct("("));
    (left && called && opened).then(|| format!("{}! is not for keeping", first.text))
}

/// `#[ignore…]`, also behind `cfg_attr`.
fn is_ignore(rest: &[Token<'_>]) -> bool {
    if !lexer::starts_with(rest, &["#", "["]) {
        return false;
    }
    let end = lexer::closing(rest, 1);
    let inside = rest.get(2..end).unwrap_or_default();
    match inside.first() {
        Some(first) if first.is_ident("ignore") => true,
        Some(first) if first.is_ident("cfg_attr") => {
            inside.iter().any(|token| token.is_ident("ignore"))
        }
        _ => false,
    }
}

/// A call of `sleep` or `sleep_until`, by whatever path.
fn is_sleep(rest: &[Token<'_>]) -> bool {
    lexer::starts_with(rest, &["sleep", "("]) || lexer::starts_with(rest, &["sleep_until", "("])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, code: &str) -> usize {
        check(&Tree::of(&[(path, code)])).len()
    }

    #[test]
    fn skipped_tests_are_seen() {
        let attributes = [
            ["#[", "ignore]"].concat(),
            ["#[", "ignore = \"slow\"]"].concat(),
            ["#[", "cfg_attr(x, ignore)]"].concat(),
        ];
        for attribute in attributes {
            assert_eq!(
                count("crates/a/tests/it.rs", &format!("{attribute} fn a() {{}}")),
                1,
                "{attribute}"
            );
        }
        assert_eq!(
            count("crates/a/src/a.rs", "#[doc = \"ignore\"] // #[ignore]\nfn ignore() {}"),
            0
        );
    }

    #[test]
    fn tests_do_not_sleep_and_production_may() {
        let code = "async fn a() { tokio::time::sleep(d).await }";
        assert_eq!(count("crates/a/tests/it.rs", code), 1);
        assert_eq!(count("crates/a/src/tests.rs", code), 1);
        assert_eq!(count("crates/a/src/a.rs", code), 0);
        assert_eq!(
            count("crates/a/src/a.rs", &format!("#[cfg(test)]\nmod tests {{\n{code}\n}}")),
            1
        );
    }

    #[test]
    fn left_overs_are_seen() {
        for name in ["dbg", "todo", "unimplemented"] {
            assert_eq!(count("crates/a/src/a.rs", &format!("fn a() {{ {name}!(1) }}")), 1);
        }
        assert_eq!(count("crates/a/src/a.rs", "// todo!()\nfn todo() { \"dbg!(x)\"; todo() }"), 0);
    }
}
