//! The master key: 32 random bytes in a file of their own, made at the first start. Without it nobody can use
//! the second factors that are stored, so it is kept apart from the database and from its backups.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use kernel::{Entropy, Secret};
use spine::org::SecretBox;

use crate::RunError;

/// The box under the key of a file, which is made, for its owner's eyes only, when it is not there.
///
/// # Errors
/// When the file cannot be read or written, or holds no key.
pub(crate) fn open(file: &Path, entropy: &dyn Entropy) -> Result<SecretBox, RunError> {
    let shown = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => Secret::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => create(file, entropy)?,
        Err(error) => return Err(RunError::io(shown)(error)),
    };
    SecretBox::from_text(&text).map_err(|e| RunError::Asked(format!("{shown}: {e}")))
}

fn create(file: &Path, entropy: &dyn Entropy) -> Result<Secret<String>, RunError> {
    let text = SecretBox::new_key(entropy);
    let failed = || RunError::io(file.display().to_string());
    let mut options = std::fs::OpenOptions::new();
    // one that was made meanwhile is never written over
    let mut open = options.write(true).create_new(true).mode(0o600).open(file).map_err(failed())?;
    open.write_all(format!("{}\n", text.reveal()).as_bytes()).map_err(failed())?;
    open.sync_all().map_err(failed())?;
    tracing::info!(file = %file.display(), "a master key was made; keep a copy apart from the database");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use kernel::RandomEntropy;

    use super::*;

    #[test]
    fn the_key_is_made_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bank.db.key");
        let sealed = open(&file, &RandomEntropy).unwrap().seal(&RandomEntropy, b"x", "p").unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(open(&file, &RandomEntropy).unwrap().open(&sealed, "p").is_ok());
        std::fs::write(&file, "no key").unwrap();
        let error = open(&file, &RandomEntropy).unwrap_err().to_string();
        assert!(error.contains("bank.db.key") && !error.contains("no key"), "{error}");
    }
}
