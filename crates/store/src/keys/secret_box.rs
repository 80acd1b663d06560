//! Small secrets at rest: sealed with XChaCha20-Poly1305 under the node's master key. What a sealed text is
//! for goes in as associated data, so that one can never be put in the place of another.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use kernel::{Entropy, Secret};

/// Length of the master key (bytes).
pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// Which way a text is sealed stands before it, so that another way can come later.
const VERSION: u8 = 1;

/// A sealed text cannot be opened, or a key cannot be read. Says nothing of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretBoxError {
    /// No 32 bytes in base64.
    #[error("the key is not {KEY_BYTES} bytes in base64")]
    Key,
    /// Sealed under another key, for another purpose, or changed since.
    #[error("a sealed secret cannot be opened with this key")]
    Sealed,
}

/// Seals and opens; cheap to clone.
#[derive(Clone)]
pub struct SecretBox {
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for SecretBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBox(***)")
    }
}

impl SecretBox {
    /// A box under a key.
    pub fn new(key: &Secret<[u8; KEY_BYTES]>) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.reveal().into()) }
    }
    /// A box under a key as it stands in its file.
    ///
    /// # Errors
    /// [`SecretBoxError::Key`].
    pub fn from_text(text: &Secret<String>) -> Result<Self, SecretBoxError> {
        let bytes = STANDARD.decode(text.reveal().trim()).map_err(|_| SecretBoxError::Key)?;
        let key = <[u8; KEY_BYTES]>::try_from(bytes).map_err(|_| SecretBoxError::Key)?;
        Ok(Self::new(&Secret::new(key)))
    }
    /// A new key as it stands in its file.
    pub fn new_key(entropy: &dyn Entropy) -> Secret<String> {
        let mut key = [0_u8; KEY_BYTES];
        entropy.fill(&mut key);
        Secret::new(STANDARD.encode(key))
    }
    /// Seals bytes for a purpose.
    ///
    /// # Errors
    /// [`SecretBoxError::Sealed`] when there is too much to seal.
    pub fn seal(
        &self,
        entropy: &dyn Entropy,
        plain: &[u8],
        purpose: &str,
    ) -> Result<Vec<u8>, SecretBoxError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: purpose.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| SecretBoxError::Sealed)?;
        let mut out = vec![VERSION];
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }
    /// Opens what was sealed for a purpose.
    ///
    /// # Errors
    /// [`SecretBoxError::Sealed`].
    pub fn open(&self, sealed: &[u8], purpose: &str) -> Result<Secret<Vec<u8>>, SecretBoxError> {
        let (version, rest) = sealed.split_first().ok_or(SecretBoxError::Sealed)?;
        if *version != VERSION {
            return Err(SecretBoxError::Sealed);
        }
        let (nonce, body) =
            rest.split_first_chunk::<NONCE_BYTES>().ok_or(SecretBoxError::Sealed)?;
        let payload = Payload { msg: body, aad: purpose.as_bytes() };
        let opened = self.cipher.decrypt(&XNonce::from(*nonce), payload);
        opened.map(Secret::new).map_err(|_| SecretBoxError::Sealed)
    }
}

#[cfg(test)]
mod tests {
    use kernel::SeededEntropy;

    use super::*;

    #[test]
    fn a_secret_opens_only_whole_under_its_key_and_for_its_purpose() {
        let chance = SeededEntropy::new(3);
        let mine = SecretBox::new(&Secret::new([7; KEY_BYTES]));
        let sealed = mine.seal(&chance, b"twelve geese", "totp:1").unwrap();
        assert_eq!(mine.open(&sealed, "totp:1").unwrap().reveal(), b"twelve geese");
        assert!(!sealed.windows(5).any(|part| part == b"geese"));
        assert!(mine.open(&sealed, "totp:2").is_err(), "another purpose");
        let other = SecretBox::new(&Secret::new([8; KEY_BYTES]));
        assert!(other.open(&sealed, "totp:1").is_err(), "another key");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(mine.open(&changed, "totp:1").is_err(), "byte {at}");
            assert!(mine.open(&sealed[..at], "totp:1").is_err(), "cut at {at}");
        }
        assert_ne!(sealed, mine.seal(&chance, b"twelve geese", "totp:1").unwrap(), "a new nonce");
    }

    #[test]
    fn a_key_is_read_as_it_was_written_and_nothing_else_is_one() {
        let key = SecretBox::new_key(&SeededEntropy::new(4));
        let chance = SeededEntropy::new(5);
        let sealed = SecretBox::from_text(&key).unwrap().seal(&chance, b"x", "p").unwrap();
        let again = Secret::new(format!("{}\n", key.reveal()));
        assert!(SecretBox::from_text(&again).unwrap().open(&sealed, "p").is_ok());
        for bad in ["", "short", "####", "AAAA"] {
            let read = SecretBox::from_text(&Secret::new(bad.to_owned()));
            assert_eq!(read.err(), Some(SecretBoxError::Key), "{bad}");
        }
    }
}
