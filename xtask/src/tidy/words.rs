//! Nothing of one machine in the project: no private paths, and lock files that name public registries only.

use super::Finding;
use crate::tree::{File, Tree};

/// Paths of a machine some of us work on. Written in two halves, so that this file does not break its own rule.
const PRIVATE: [&str; 5] = [
    concat!("/wo", "rk/main"),
    concat!("/wo", "rk/shared"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/tmp", "/bash_jobs"),
];
/// Where Rust crates come from.
const CRATES: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Where browser libraries come from.
const PACKAGES: &str = "https://registry.npmjs.org/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let message = match PRIVATE.iter().find(|word| line.contains(**word)) {
            Some(word) => format!("{word} is a path of one machine"),
            None => match foreign_source(&file.path, line.trim()) {
                Some(source) => format!("{source} is no public registry"),
                None => continue,
            },
        };
        findings.push(Finding::error(&file.path, index + 1, message));
    }
    findings
}

/// The place a line of a lock file or a registry's setting names, when it is not a public one.
fn foreign_source<'a>(path: &str, line: &'a str) -> Option<&'a str> {
    let (key, home) = match path.rsplit('/').next()? {
        "Cargo.lock" => ("source = ", CRATES),
        "package-lock.json" => ("\"resolved\": ", PACKAGES),
        ".npmrc" => ("registry=", PACKAGES),
        "config.toml" => ("registry = ", CRATES),
        _ => return None,
    };
    let source = line.strip_prefix(key)?.trim_matches(['"', ',']);
    (!source.starts_with(home)).then_some(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn private_paths_are_seen_anywhere() {
        for word in PRIVATE {
            assert_eq!(count("docs/a.md", &format!("see {word}x")), 1);
        }
        assert_eq!(count("crates/a/src/a.rs", "route(\"/work/queue\"); \"/home\""), 0);
    }

    #[test]
    fn lock_files_name_public_registries() {
        assert_eq!(
            count(
                "Cargo.lock",
                "source = \"registry+https://github.com/rust-lang/crates.io-index\""
            ),
            0
        );
        assert_eq!(count("Cargo.lock", "source = \"registry+https://mirror.example/index\""), 1);
        assert_eq!(
            count("package-lock.json", "  \"resolved\": \"https://registry.npmjs.org/a.tgz\","),
            0
        );
        assert_eq!(
            count("package-lock.json", "  \"resolved\": \"http://mirror.example/a.tgz\","),
            1
        );
        assert_eq!(count(".npmrc", "registry=http://mirror.example/"), 1);
    }
}
