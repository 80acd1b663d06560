//! Who may hold a write transaction: `store::Writer`, `store::Tx` and the `store::Store` they come from are named below the
//! command bus and where the program is put together. A page cannot obtain one, because nothing it can reach names the type.

use super::Finding;
use crate::lexer::{self, Token};
use crate::tree::{File, Tree};

/// The types that lead to a write transaction.
const WRITING: &[&str] = &["Writer", "Tx", "Store"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| file.is_room_code()).flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let tokens = lexer::without_tests(&lexer::tokens(&file.text));
    let found = match file.krate() {
        Some("store" | "testkit") => return Vec::new(),
        Some("spine") => uses(&tokens, WRITING, Where::PublicUse),
        Some("server") if file.path.starts_with("crates/server/src/wiring") => return Vec::new(),
        // The command line opens databases; what it wants written goes through the bus all the same.
        Some("server") => uses(&tokens, &["Writer", "Tx"], Where::Anywhere),
        _ => uses(&tokens, WRITING, Where::Anywhere),
    };
    let finding = |(name, line): (&str, usize)| {
        let message = match name {
            "*" => "name what you take from store: a glob brings store::Writer along".to_owned(),
            _ => format!("store::{name} is not for this place: a change is a command"),
        };
        Finding::error(&file.path, line, message)
    };
    found.into_iter().map(finding).collect()
}

/// Which mentions count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Anywhere,
    /// Only those that hand the type on to other crates.
    PublicUse,
}

/// Each place where one of `closed` is named or imported from `store`, or reached by a glob, with its line.
fn uses<'a>(tokens: &[Token<'a>], closed: &[&str], which: Where) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let rest = tokens.get(index..).unwrap_or_default();
        let before = tokens.get(..index).unwrap_or_default();
        let counts = which == Where::Anywhere || is_public_use(before);
        if !counts || !lexer::starts_with(rest, &["store", ":", ":"]) {
            continue;
        }
        let named = rest.get(3..).unwrap_or_default();
        let end = match named.first() {
            Some(first) if first.is_punct("{") => lexer::closing(named, 0),
            _ => 1,
        };
        let names = named.iter().take(end);
        let hits = names.filter(|t| t.is_punct("*") || closed.iter().any(|name| t.is_ident(name)));
        found.extend(hits.map(|hit| (hit.text, token.line)));
    }
    found
}

fn is_public_use(before: &[Token<'_>]) -> bool {
    let mut back = before.iter().rev();
    back.next().is_some_and(|t| t.is_ident("use")) && back.next().is_some_and(|t| t.is_ident("pub"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn only_the_bus_and_the_wiring_name_the_writer() {
        for code in [
            "fn a(w: &store::Writer) {}",
            "use store::Writer;",
            "use store::{Reader, Writer};",
            "use store::{a::{b, Writer as W}};",
            "use store::*;",
        ] {
            assert_eq!(count("crates/parties/src/client/pages.rs", code), 1, "{code}");
            assert_eq!(count("crates/parties/src/client/commands.rs", code), 1, "{code}");
            assert_eq!(count("crates/store/src/door.rs", code), 0, "{code}");
            assert_eq!(count("crates/server/src/wiring/a.rs", code), 0, "{code}");
            assert_eq!(count("crates/server/src/wiring.rs", code), 0, "{code}");
            assert_eq!(count("crates/server/src/serve.rs", code), 1, "{code}");
        }
        assert_eq!(count("crates/parties/src/a.rs", "use store::{Store, Tx};"), 2);
        assert_eq!(count("crates/server/src/migrate.rs", "fn a(s: store::Store) {}"), 0);
    }

    #[test]
    fn other_writers_are_no_matter() {
        assert_eq!(
            count(
                "crates/connect/src/csv.rs",
                "use csv::Writer; use store::Reader; let store = Writer::new();"
            ),
            0
        );
    }

    #[test]
    fn spine_uses_it_but_does_not_hand_it_on() {
        assert_eq!(
            count(
                "crates/spine/src/bus.rs",
                "use store::Writer; pub struct Bus { writer: store::Writer }"
            ),
            0
        );
        assert_eq!(count("crates/spine/src/lib.rs", "pub use store::{Reader, Writer};"), 1);
    }
}
