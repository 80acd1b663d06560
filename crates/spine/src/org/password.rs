//! Passwords: argon2id with the crate's present defaults (19 MiB, two passes).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use kernel::Secret;

/// A stored hash could not be made or read.
#[derive(Debug, thiserror::Error)]
#[error("password hash: {0}")]
pub struct PasswordError(String);

/// Hashes a password. Slow by design (tens of milliseconds): call it outside a transaction.
///
/// # Errors
/// When the hasher refuses its parameters.
pub fn hash_password(password: &Secret<String>) -> Result<String, PasswordError> {
    Argon2::default()
        .hash_password(password.reveal().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| PasswordError(e.to_string()))
}

/// Compares a password with a stored hash. As slow as hashing, also when it does not match.
pub fn check_password(password: &Secret<String>, stored: &str) -> bool {
    argon2::password_hash::phc::PasswordHash::new(stored).is_ok_and(|hash| {
        Argon2::default().verify_password(password.reveal().as_bytes(), &hash).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hash = hash_password(&Secret::new("correct horse".to_owned())).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(check_password(&Secret::new("correct horse".to_owned()), &hash));
        assert!(!check_password(&Secret::new("correct hors".to_owned()), &hash));
        assert!(!check_password(&Secret::new(String::new()), "not a hash"));
    }
}
