//! The files of the project: found once, read once, handed to every check.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that hold nothing of ours; looked at only when git cannot list the files.
const SKIPPED: [&str; 5] = [".git", "target", "node_modules", ".cache", "demo-data"];

/// One text file of the project.
#[derive(Debug)]
pub(crate) struct File {
    /// Path from the root of the project, with `/` between its parts.
    pub(crate) path: String,
    /// What stands in it.
    pub(crate) text: String,
}

impl File {
    /// The crate the file belongs to: the folder under `crates/`.
    pub(crate) fn krate(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// True if some folder of the path, or the file itself without its ending, is one of `names`.
    pub(crate) fn has_part(&self, names: &[&str]) -> bool {
        self.path.split('/').any(|part| names.contains(&part.strip_suffix(".rs").unwrap_or(part)))
    }

    /// True for Rust code of a room that ships: not tests, not benches.
    pub(crate) fn is_room_code(&self) -> bool {
        self.is_rust() && self.krate().is_some() && !self.is_test()
    }

    /// True for files that hold nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        self.has_part(&["tests", "benches", "test_support"]) || self.path.ends_with("_tests.rs")
    }

    /// True for Rust source.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Every text file that is, or is about to be, under version control.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The files, in order of their paths.
    pub(crate) files: Vec<File>,
}

impl Tree {
    /// Reads the project that the current folder lies in. Binary files are left out.
    ///
    /// # Errors
    /// When no workspace is found above the current folder, or its folders cannot be read.
    pub(crate) fn read() -> Result<Self, String> {
        let root = root()?;
        let mut paths = match listed_by_git(&root) {
            Some(paths) => paths,
            None => {
                let mut found = Vec::new();
                walk(&root, &root, &mut found)?;
                found
            }
        };
        paths.sort();
        let files = paths
            .into_iter()
            .filter_map(|path| {
                let bytes = std::fs::read(root.join(&path)).ok()?;
                Some(File { path, text: String::from_utf8(bytes).ok()? })
            })
            .collect();
        Ok(Self { files })
    }

    /// The file of that path.
    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// A tree of files given as path and text, for the tests of the checks.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        Self { files }
    }
}

/// The folder of the workspace's own `Cargo.toml`, looked for from the current folder upwards.
///
/// # Errors
/// When there is none.
pub(crate) fn root() -> Result<PathBuf, String> {
    let here = std::env::current_dir().map_err(|e| format!("current folder: {e}"))?;
    here.ancestors()
        .find(|dir| {
            std::fs::read_to_string(dir.join("Cargo.toml"))
                .is_ok_and(|text| text.lines().any(|line| line == "[workspace]"))
        })
        .map(Path::to_path_buf)
        .ok_or_else(|| "no workspace above the current folder".to_owned())
}

/// Tracked files and new ones that are not ignored; `None` when this is no git checkout.
fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .output()
        .ok()?;
    if !output.status.success() || output.stdout.is_empty() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

fn walk(root: &Path, dir: &Path, found: &mut Vec<String>) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}", dir.display());
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if name.is_some_and(|name| SKIPPED.contains(&name.as_str())) {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, found)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            found.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}
