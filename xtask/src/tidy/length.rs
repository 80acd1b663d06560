//! How long a file may be: 100 to 300 lines is the aim, 500 is worth a word, 800 is the end.

use super::Finding;
use crate::tree::{File, Tree};

const WARN_LINES: usize = 500;
const FAIL_LINES: usize = 800;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| is_code(file)).filter_map(check_file).collect()
}

fn is_code(file: &File) -> bool {
    [".rs", ".css", ".js", ".sh", ".sql"].iter().any(|ending| file.path.ends_with(ending))
}

fn check_file(file: &File) -> Option<Finding> {
    let lines = file.text.lines().count();
    if lines > FAIL_LINES {
        Some(Finding::error(
            &file.path,
            lines,
            format!(
                "{lines} lines; a file of more than {FAIL_LINES} has several subjects: split it"
            ),
        ))
    } else if lines > WARN_LINES {
        Some(Finding::warning(&file.path, lines, format!("{lines} lines; think of splitting it")))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::Level;

    #[test]
    fn long_files_are_warned_of_and_then_refused() {
        let level = |path: &str, lines: usize| {
            check(&Tree::of(&[(path, &"x\n".repeat(lines))])).first().map(|finding| finding.level)
        };
        assert_eq!(level("crates/a/src/a.rs", 500), None);
        assert_eq!(level("crates/a/src/a.rs", 501), Some(Level::Warning));
        assert_eq!(level("crates/a/src/a.rs", 801), Some(Level::Error));
        assert_eq!(level("Cargo.lock", 5000), None);
    }
}
