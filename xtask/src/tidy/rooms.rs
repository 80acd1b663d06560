//! Where SQL and HTTP may stand: SQL in queries and commands, HTTP in pages and api.

use super::Finding;
use crate::lexer::{self, Kind, Token};
use crate::tree::{File, Tree};

/// Rooms whose subject is the database.
const SQL_ROOMS: [&str; 3] = ["store", "spine", "testkit"];
/// Files and folders of a slice that speak SQL.
const SQL_PARTS: [&str; 3] = ["queries", "commands", "migrations"];
/// Rooms whose subject is HTTP.
const HTTP_ROOMS: [&str; 3] = ["web", "server", "testkit"];
/// Files and folders of a slice that speak HTTP or write markup.
const HTTP_PARTS: [&str; 4] = ["pages", "parts", "api", "http_client"];
/// Libraries of HTTP and markup, as they are named in code.
const HTTP_LIBRARIES: [&str; 6] = ["axum", "http", "hyper", "maud", "tower", "tower_http"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| file.is_room_code()).flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let tokens = lexer::without_tests(&lexer::tokens(&file.text));
    let room = file.krate().unwrap_or_default();
    let mut findings = Vec::new();
    if !SQL_ROOMS.contains(&room) && !file.has_part(&SQL_PARTS) {
        for token in tokens.iter().filter(|token| token.kind == Kind::Text && is_sql(token.text)) {
            findings.push(Finding::error(
                &file.path,
                token.line,
                "SQL stands only in queries.rs and commands.rs",
            ));
        }
    }
    if !HTTP_ROOMS.contains(&room) && !file.has_part(&HTTP_PARTS) {
        for (library, line) in http_libraries(&tokens) {
            let message =
                format!("{library} stands only in pages.rs, parts.rs, api.rs and http_client.rs");
            findings.push(Finding::error(&file.path, line, message));
        }
    }
    findings
}

/// True for text that begins like a statement, in any letter case. One word alone is no SQL: commands have such names.
fn is_sql(text: &str) -> bool {
    let plain = text.replace("\\n", " ").replace('\\', " ").to_lowercase();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let has = |word: &str| {
        words.iter().skip(1).any(|w| *w == word || w.strip_suffix('(').is_some_and(|w| w == word))
    };
    match words.as_slice() {
        ["select", second, ..] => {
            has("from") || second.starts_with(|c: char| c.is_ascii_digit() || c == '$')
        }
        ["insert", "into" | "or", ..] | ["delete", "from", ..] => true,
        ["update", _, ..] => has("set"),
        ["with", _, ..] => has("as") && has("select"),
        ["create" | "drop" | "alter", what, ..] => {
            matches!(*what, "table" | "index" | "unique" | "view" | "trigger")
        }
        _ => false,
    }
}

/// Each library of HTTP that a path begins with (`axum::`, `use axum;`), with its line.
fn http_libraries<'a>(tokens: &[Token<'a>]) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    let mut before: Option<&Token<'_>> = None;
    for (index, token) in tokens.iter().enumerate() {
        let rest = tokens.get(index + 1..).unwrap_or_default();
        let named = token.kind == Kind::Ident && HTTP_LIBRARIES.contains(&token.text);
        let inside_path = before.is_some_and(|b| b.is_punct(":") || b.is_punct("."));
        let imported = before.is_some_and(|b| b.is_ident("use"));
        if named && !inside_path && (imported || lexer::starts_with(rest, &[":", ":"])) {
            found.push((token.text, token.line));
        }
        before = Some(token);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn sql_is_known_by_its_first_words() {
        for sql in [
            "select a\n from b",
            "  SELECT 1",
            "insert into a values (1)",
            "UPDATE a SET b = 1",
            "delete from a",
        ] {
            assert!(is_sql(sql), "{sql}");
        }
        assert!(is_sql("with x as (select 1) \\\n select * from x"));
        assert!(is_sql("create table if not exists a (b int)"));
        for text in [
            "select",
            "update",
            "select a client",
            "with love",
            "insert the card",
            "delete",
            "updated set",
        ] {
            assert!(!is_sql(text), "{text}");
        }
    }

    #[test]
    fn sql_stands_in_queries_and_commands() {
        let code = "fn a() { run(\"select a from b\") }";
        assert_eq!(count("crates/parties/src/client/model.rs", code), 1);
        assert_eq!(count("crates/parties/src/client/pages.rs", code), 1);
        for path in [
            "crates/parties/src/client/queries.rs",
            "crates/parties/src/client/commands/add.rs",
            "crates/spine/src/bus.rs",
            "crates/parties/tests/it.rs",
            "crates/parties/src/client/tests.rs",
        ] {
            assert_eq!(count(path, code), 0, "{path}");
        }
        assert_eq!(
            count(
                "crates/parties/src/a.rs",
                "// select a from b\n#[cfg(test)] mod tests { const A: &str = \"select a from b\"; }"
            ),
            0
        );
    }

    #[test]
    fn http_stands_in_pages_and_api() {
        let code = "use axum::Router; fn a() -> maud::Markup { maud::html! { p { } } }";
        assert_eq!(count("crates/parties/src/client/commands.rs", code), 3);
        assert_eq!(count("crates/parties/src/client/pages.rs", code), 0);
        assert_eq!(count("crates/parties/src/pages/list.rs", code), 0);
        assert_eq!(count("crates/parties/src/client/parts.rs", code), 0);
        assert_eq!(count("crates/connect/src/http_client.rs", code), 0);
        assert_eq!(count("crates/server/src/serve.rs", code), 0);
        assert_eq!(
            count(
                "crates/parties/src/client/model.rs",
                "use crate::http::Url; let http = 1; \"axum::\""
            ),
            0
        );
    }
}
