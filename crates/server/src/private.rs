//! Files that hold secrets are for the program alone.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Rights of everybody who is neither the owner nor of his group.
const OTHERS: u32 = 0o007;

/// Whether anybody on the machine may read or write a file.
pub(crate) fn is_open_to_all(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & OTHERS != 0)
}

/// Says so in the log when anybody may.
pub(crate) fn look(what: &str, file: &Path) {
    if is_open_to_all(file) {
        tracing::warn!(
            file = %file.display(),
            "{what} is open to everybody on this machine: take the rights of others away (chmod o-rwx)"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_may_read_or_write_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        assert!(!is_open_to_all(&file), "not there");
        std::fs::write(&file, "secret").unwrap();
        for (mode, is_open) in [(0o600, false), (0o640, false), (0o644, true), (0o602, true)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(is_open_to_all(&file), is_open, "{mode:o}");
        }
    }
}
