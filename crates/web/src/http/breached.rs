//! The bank's own copy of a list of passwords that are known from thefts: a text of lines `SHA1:COUNT`, sorted, as
//! such lists are given out. It is searched where it lies; nothing is asked of anybody outside.

use std::fs::File;
use std::io::{BufRead, BufReader, Error, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use kernel::Secret;
use sha1::{Digest, Sha1};

/// Letters of a digest.
const DIGITS: usize = 40;

/// The list.
#[derive(Clone, Debug)]
pub struct Breached {
    file: PathBuf,
}

impl Breached {
    /// Looks whether the file is such a list.
    ///
    /// # Errors
    /// When it cannot be read, or does not begin with a line of digests.
    pub fn open(file: &Path) -> Result<Self, Error> {
        let mut line = String::new();
        BufReader::new(File::open(file)?).read_line(&mut line)?;
        let is_digest = |d: &str| d.len() == DIGITS && d.bytes().all(|b| b.is_ascii_hexdigit());
        if !line.get(..DIGITS).is_some_and(is_digest) {
            let words = "no list of passwords: lines of SHA-1 digests, sorted";
            return Err(Error::new(ErrorKind::InvalidData, words));
        }
        Ok(Self { file: file.to_owned() })
    }
    /// Whether a password is on the list. Reads some dozens of lines, wherever in the file it would stand.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn holds(&self, password: &Secret<String>) -> Result<bool, Error> {
        let wanted = digest(password);
        let mut list = BufReader::with_capacity(256, File::open(&self.file)?);
        let (mut from, mut to) = (0, list.get_ref().metadata()?.len());
        // the line that begins at or after a byte; the one we look for begins between `from` and `to`
        while from < to {
            let middle = from + (to - from) / 2;
            let (begin, line) = line_after(&mut list, middle)?;
            let found = line.get(..DIGITS).unwrap_or_default().to_ascii_uppercase();
            if line.is_empty() || begin >= to {
                to = middle;
            } else if found == wanted {
                return Ok(true);
            } else if found < wanted {
                from = begin + u64::try_from(line.len()).unwrap_or(1);
            } else {
                to = middle;
            }
        }
        Ok(false)
    }
}

fn digest(password: &Secret<String>) -> String {
    use std::fmt::Write;
    Sha1::digest(password.reveal().as_bytes()).iter().fold(String::new(), |mut text, byte| {
        // writing to a String cannot fail
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// The first line that begins at or after a byte, and where; empty at the end.
fn line_after(list: &mut BufReader<File>, byte: u64) -> Result<(u64, String), Error> {
    let mut skipped = Vec::new();
    let mut begin = 0;
    if byte > 0 {
        list.seek(SeekFrom::Start(byte - 1))?;
        list.read_until(b'\n', &mut skipped)?;
        begin = byte - 1 + u64::try_from(skipped.len()).unwrap_or(0);
    } else {
        list.seek(SeekFrom::Start(0))?;
    }
    let mut line = String::new();
    list.read_line(&mut line)?;
    Ok((begin, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn every_password_of_a_list_is_found_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("breached.txt");
        for count in [1, 2, 3, 50, 501] {
            let known: Vec<String> = (0..count).map(|n| format!("password {n}")).collect();
            let mut lines: Vec<String> = known
                .iter()
                .enumerate()
                .map(|(n, p)| {
                    format!(
                        "{}:{}\r\n",
                        digest(&secret(p)),
                        7_i64.pow(u32::try_from(n % 9).unwrap())
                    )
                })
                .collect();
            lines.sort();
            std::fs::write(&file, lines.concat()).unwrap();
            let list = Breached::open(&file).unwrap();
            assert!(known.iter().all(|p| list.holds(&secret(p)).unwrap()), "{count}");
            for n in 0..200 {
                assert!(!list.holds(&secret(&format!("words of my own {n}"))).unwrap(), "{count}");
            }
        }
        assert_eq!(digest(&secret("password")), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
        std::fs::write(&file, "password\n").unwrap();
        assert!(Breached::open(&file).is_err());
    }
}
