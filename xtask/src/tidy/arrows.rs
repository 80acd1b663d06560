//! Arrows between crates: who may use whom. The same table stands in ARCHITECTURE.md for people.

use super::Finding;
use crate::tree::{File, Tree};

/// Every room and the rooms it may use, from the ground up.
const ROOMS: [(&str, &[&str]); 16] = [
    ("kernel", &[]),
    ("policy", &[]),
    ("jurisdiction", &["kernel"]),
    ("smartcard", &["kernel"]),
    ("store", &["kernel"]),
    ("spine", &["kernel", "policy", "store"]),
    ("web", &["kernel", "spine"]),
    ("parties", CONTEXT),
    ("engagement", &["kernel", "jurisdiction", "smartcard", "store", "spine", "web"]),
    ("connect", CONTEXT),
    ("admin", CONTEXT),
    ("branch", CONTEXT),
    ("strategy", CONTEXT),
    ("demo", &["kernel", "jurisdiction", "store", "spine", "parties", "engagement", "strategy"]),
    (
        "server",
        &[
            "kernel",
            "jurisdiction",
            "smartcard",
            "store",
            "spine",
            "web",
            "parties",
            "engagement",
            "connect",
            "admin",
            "branch",
            "strategy",
            "demo",
        ],
    ),
    (
        "testkit",
        &[
            "kernel",
            "jurisdiction",
            "store",
            "spine",
            "web",
            "parties",
            "engagement",
            "connect",
            "admin",
            "branch",
            "strategy",
            "demo",
        ],
    ),
];

/// What a context may use; never another context.
const CONTEXT: &[&str] = &["kernel", "jurisdiction", "store", "spine", "web"];

/// Libraries that only some rooms may touch: database drivers behind the one door, HTTP above the spine.
const LIBRARIES: [(&[&str], &[&str]); 2] = [
    (&["rusqlite", "tokio-postgres", "deadpool-postgres", "refinery"], &["store", "testkit"]),
    (
        &["axum", "maud", "tower", "tower-http", "hyper", "http"],
        &[
            "web",
            "parties",
            "engagement",
            "connect",
            "admin",
            "branch",
            "strategy",
            "server",
            "testkit",
        ],
    ),
];

/// Which table of a manifest a dependency stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    Normal,
    Dev,
}

#[derive(Debug, PartialEq, Eq)]
struct Dependency<'a> {
    table: Table,
    name: &'a str,
    line: usize,
}

/// Where people read the table.
const MAP: &str = "ARCHITECTURE.md";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let manifests = tree
        .files
        .iter()
        .filter(|f| f.krate().is_some_and(|k| f.path == format!("crates/{k}/Cargo.toml")));
    let mut findings: Vec<Finding> = manifests.flat_map(check_manifest).collect();
    if let Some(map) = tree.get(MAP) {
        findings.extend(differences(map));
    }
    findings
}

/// What people read must be what is checked: each room's line in the code map names the rooms it may use.
fn differences(map: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (room, allowed) in ROOMS {
        let line = map.text.lines().position(|line| line.starts_with(&format!("| `{room}` |")));
        let Some(line) = line else {
            findings.push(Finding::error(MAP, 1, format!("the code map does not name {room}")));
            continue;
        };
        let cell = map
            .text
            .lines()
            .nth(line)
            .and_then(|line| line.split('|').nth(3))
            .unwrap_or_default()
            .trim();
        let in_words = ["〃", "all", "all but server; used by tests only"].contains(&cell);
        let expected = if allowed.is_empty() { "–".to_owned() } else { allowed.join(", ") };
        if !in_words && cell != expected {
            findings.push(Finding::error(MAP, line + 1, format!("{room} may use: {expected}")));
        }
    }
    findings
}

fn check_manifest(file: &File) -> Vec<Finding> {
    let krate = file.krate().unwrap_or_default();
    let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == krate) else {
        let message = format!(
            "crate {krate} has no place in the house: add it to the table in ARCHITECTURE.md and in xtask"
        );
        return vec![Finding::error(&file.path, 1, message)];
    };
    let mut findings = Vec::new();
    if !file.text.lines().any(|line| line.replace(' ', "") == format!("name=\"{krate}\"")) {
        findings.push(Finding::error(
            &file.path,
            1,
            "the folder and the crate have different names",
        ));
    }
    for dependency in dependencies(&file.text) {
        let name = dependency.name;
        let is_room = ROOMS.iter().any(|(room, _)| *room == name);
        let helper = dependency.table == Table::Dev && name == "testkit";
        if is_room && !helper && !allowed.contains(&name) {
            let message =
                format!("{krate} must not use {name}; it may use: {}", allowed.join(", "));
            findings.push(Finding::error(&file.path, dependency.line, message));
        }
        let closed = LIBRARIES.iter().find(|(libraries, _)| libraries.contains(&name));
        if let Some((_, rooms)) = closed
            && dependency.table == Table::Normal
            && !rooms.contains(&krate)
        {
            let message =
                format!("{krate} must not use {name}; only these may: {}", rooms.join(", "));
            findings.push(Finding::error(&file.path, dependency.line, message));
        }
    }
    findings
}

/// The dependencies of a manifest, written as lines (`x = …`, `x.workspace = true`) or as tables (`[dependencies.x]`).
fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut found = Vec::new();
    let mut table = None;
    for (number, line) in manifest.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (kind, name) = section(header);
            table = if name.is_none() { kind } else { None };
            if let (Some(table), Some(name)) = (kind, name) {
                found.push(Dependency { table, name, line: number + 1 });
            }
        } else if let (Some(table), Some((key, _))) = (table, line.split_once('=')) {
            let name = key.split('.').next().unwrap_or_default().trim().trim_matches('"');
            found.push(Dependency { table, name, line: number + 1 });
        }
    }
    found
}

/// What a table's header says: the kind of dependencies in it, and the name if it is the table of one dependency.
fn section(header: &str) -> (Option<Table>, Option<&str>) {
    let (before, name) = match header.rsplit_once("dependencies.") {
        Some((before, name)) => (format!("{before}dependencies"), Some(name.trim_matches('"'))),
        None => (header.to_owned(), None),
    };
    let kind = if before.ends_with("dev-dependencies") {
        Some(Table::Dev)
    } else if before.ends_with("dependencies") {
        Some(Table::Normal)
    } else {
        None
    };
    (kind, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(krate: &str, dependencies: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"{krate}\"\n{dependencies}");
        let tree = Tree::of(&[(&format!("crates/{krate}/Cargo.toml"), &manifest)]);
        check(&tree).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn arrows_only_go_down() {
        assert!(
            found("spine", "[dependencies]\nkernel = { workspace = true }\nstore.workspace = true")
                .is_empty()
        );
        let up = found("store", "[dependencies]\nspine = { path = \"../spine\" }");
        assert!(
            matches!(up.as_slice(), [one] if one.contains("Cargo.toml:4") && one.contains("store must not use spine"))
        );
        assert_eq!(found("parties", "[dependencies.engagement]\nworkspace = true").len(), 1);
        assert_eq!(found("parties", "[target.'cfg(unix)'.dependencies]\nconnect = {}").len(), 1);
        assert_eq!(found("parties", "[build-dependencies]\nadmin = {}").len(), 1);
    }

    #[test]
    fn testkit_helps_every_room_in_tests_only() {
        assert!(found("store", "[dev-dependencies]\ntestkit = {}").is_empty());
        assert_eq!(found("store", "[dependencies]\ntestkit = {}").len(), 1);
        assert_eq!(found("parties", "[dev-dependencies]\nengagement = {}").len(), 1);
    }

    #[test]
    fn drivers_and_http_stay_in_their_rooms() {
        assert_eq!(found("parties", "[dependencies]\nrusqlite = {}").len(), 1);
        assert_eq!(found("spine", "[dependencies]\naxum = {}").len(), 1);
        assert!(found("spine", "[dev-dependencies]\ntokio-postgres = {}").is_empty());
        assert!(found("web", "[dependencies]\naxum = {}\nmaud = {}").is_empty());
    }

    #[test]
    fn the_map_for_people_says_the_same() {
        let line = |(room, allowed): &(&str, &[&str])| {
            let cell = if allowed.is_empty() { "–".to_owned() } else { allowed.join(", ") };
            format!("| `{room}` | words | {cell} |\n")
        };
        let map: String = ROOMS.iter().map(line).collect();
        assert!(check(&Tree::of(&[(MAP, &map)])).is_empty());
        assert_eq!(
            check(&Tree::of(&[(MAP, &map.replace("| kernel, spine |", "| kernel |"))])).len(),
            1
        );
        assert_eq!(check(&Tree::of(&[(MAP, &map.replace("| `demo` |", "| `toys` |"))])).len(), 1);
    }

    #[test]
    fn strangers_and_wrong_names_are_seen() {
        assert_eq!(found("attic", "").len(), 1);
        let tree = Tree::of(&[("crates/store/Cargo.toml", "[package]\nname = \"shop\"")]);
        assert_eq!(check(&tree).len(), 1);
    }
}
