//! Files for tests: made in a temporary folder, or unpacked from the shared public data when it is there.

use std::path::{Path, PathBuf};
use std::process::Command;

use connect::feed::{Feed, FeedReader, Mapping, Record, Reject};
use tempfile::TempDir;

/// The folder of public data, named by `TESSERA_DATA` or beside the checkout; `None` when absent.
pub fn public_data(part: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("TESSERA_DATA").map_or(beside, PathBuf::from);
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!("absent: {} (public test data); the test did not run", path.display());
    None
}

/// Unpacks every `.xz` of a folder with the `xz` program; `None` when it is not installed.
pub fn unpack_folder(from: &Path) -> Option<TempDir> {
    let dir = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_stem().filter(|_| path.extension().is_some_and(|e| e == "xz"))
        else {
            continue;
        };
        let Ok(output) = Command::new("xz").arg("-dc").arg(&path).output() else {
            eprintln!("absent: the xz program; the test did not run");
            return None;
        };
        assert!(output.status.success(), "xz failed on {}", path.display());
        std::fs::write(dir.path().join(name), output.stdout).unwrap();
    }
    Some(dir)
}

/// A folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

/// Records and rejects of one file.
pub type Read = (Vec<Record>, Vec<Reject>);

pub fn drain(reader: FeedReader) -> Read {
    let mut read = (Vec::new(), Vec::new());
    for item in reader {
        match item {
            Ok(record) => read.0.push(record),
            Err(reject) => read.1.push(reject),
        }
    }
    read
}

/// Reads the only file of a folder that has this content.
pub fn read(mapping: &str, name: &str, bytes: &[u8]) -> Read {
    let dir = folder(&[(name, bytes)]);
    let feed = Feed::open(Mapping::parse(mapping).unwrap(), dir.path()).unwrap();
    drain(feed.reader(&feed.files()[0]).unwrap())
}
