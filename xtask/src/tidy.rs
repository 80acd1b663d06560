//! House rules that no compiler knows. One file for each subject; every rule is a function from the tree to findings.

mod arrows;
mod door;
mod functions;
mod habits;
mod length;
mod rooms;
mod texts;
mod words;

use crate::tree::{self, Tree};

/// What to do with the list of functions that are allowed to be too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ratchet {
    /// Compare with it.
    Keep,
    /// Write it anew.
    Write,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// Shown.
    Warning,
    /// Shown, and the run fails.
    Error,
}

/// One place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    level: Level,
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    /// A finding that fails the run.
    pub(crate) fn error(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { level: Level::Error, path: path.to_owned(), line, message: message.into() }
    }

    /// A finding that is only shown.
    pub(crate) fn warning(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(path, line, message) }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.level {
            Level::Warning => "warning",
            Level::Error => "error",
        };
        write!(f, "{}:{}: {level}: {}", self.path, self.line, self.message)
    }
}

/// Runs every rule and prints what it finds. The answer is the exit code: 0, or 1 when some finding is an error.
///
/// # Errors
/// When the project cannot be read or the list of long functions cannot be written.
pub(crate) fn run(ratchet: Ratchet) -> Result<u8, String> {
    let tree = Tree::read()?;
    if ratchet == Ratchet::Write {
        let path = tree::root()?.join(functions::LIST);
        std::fs::write(&path, functions::list(&tree))
            .map_err(|e| format!("{}: {e}", path.display()))?;
        println!("wrote {}", functions::LIST);
    }
    let findings = findings(&tree, ratchet);
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    println!(
        "tidy: {} files, {errors} errors, {} warnings",
        tree.files.len(),
        findings.len() - errors
    );
    Ok(u8::from(errors > 0))
}

fn findings(tree: &Tree, ratchet: Ratchet) -> Vec<Finding> {
    let mut findings = arrows::check(tree);
    findings.extend(rooms::check(tree));
    findings.extend(door::check(tree));
    findings.extend(length::check(tree));
    if ratchet == Ratchet::Keep {
        findings.extend(functions::check(tree));
    }
    findings.extend(texts::check(tree));
    findings.extend(habits::check(tree));
    findings.extend(words::check(tree));
    findings
}
