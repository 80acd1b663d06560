//! Folders for the files of a feed while it is read. They hold clients' data in plain text, so none may outlive its
//! program: a folder is locked as long as somebody uses it, and what nobody holds is swept at the next start.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "tessera-feed-";

/// A folder of one's own, gone when dropped.
pub(crate) struct Scratch {
    folder: TempDir,
    /// Keeps it from being swept; let go of by the system however the program ends.
    _lock: File,
}

impl Scratch {
    /// A new one, readable for its owner only.
    ///
    /// # Errors
    /// The file system's.
    pub(crate) fn new() -> io::Result<Scratch> {
        Self::within(&std::env::temp_dir())
    }
    fn within(parent: &Path) -> io::Result<Scratch> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = File::open(folder.path())?;
        lock.lock_shared()?;
        Ok(Scratch { folder, _lock: lock })
    }
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes what programs that were killed have left behind; answers how many folders. What cannot be removed is
/// somebody else's.
pub fn sweep() -> usize {
    sweep_within(&std::env::temp_dir())
}

fn sweep_within(parent: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(parent) else { return 0 };
    let ours = entries.filter_map(Result::ok).filter(|entry| {
        entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.file_type().is_ok_and(|kind| kind.is_dir())
    });
    ours.filter(|entry| {
        let is_free = File::open(entry.path()).is_ok_and(|folder| folder.try_lock().is_ok());
        is_free && std::fs::remove_dir_all(entry.path()).is_ok()
    })
    .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_swept_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let held = Scratch::within(parent.path()).unwrap();
        std::fs::write(held.path().join("clients.csv"), "x").unwrap();
        let left = parent.path().join(format!("{PREFIX}left"));
        std::fs::create_dir(&left).unwrap();
        std::fs::write(left.join("clients.csv"), "x").unwrap();
        std::fs::create_dir(parent.path().join("of-others")).unwrap();
        assert_eq!(sweep_within(parent.path()), 1);
        assert!(held.path().join("clients.csv").exists() && !left.exists());
        assert!(parent.path().join("of-others").exists());
        drop(held);
        assert_eq!(sweep_within(parent.path()), 0, "it went by itself");
    }
}
