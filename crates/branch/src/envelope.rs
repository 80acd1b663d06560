//! What travels between a branch and the centre, on a line or in a file: sealed to the receiver (HPKE, RFC 9180: X25519,
//! HKDF-SHA-256, ChaCha20-Poly1305), signed by the sender (Ed25519), numbered. Nothing rests on the line being safe.

use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use kernel::{Entropy, Secret};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spine::Error;
use uuid::Uuid;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Bytes of a fingerprint.
pub const PRINT_BYTES: usize = 16;
/// What the seal is for, so that no other protocol's texts can be taken for ours.
const PURPOSE: &[u8] = b"tessera branch exchange 1";

/// The secret keys of a node, or of the centre.
pub struct Keys {
    sign: Secret<[u8; KEY_BYTES]>,
    seal: Secret<[u8; KEY_BYTES]>,
}

impl spine::bundle::Signs for Keys {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.pair()?.sign(message).as_ref().to_vec())
    }
}

/// The public keys of a node, or of the centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// Proves its signatures.
    pub sign: Vec<u8>,
    /// Seals for it.
    pub seal: Vec<u8>,
}

/// What kind of message lies in an envelope: one cannot be taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A node introduces itself.
    Enrol,
    /// It is told who it is.
    Enrolled,
    /// A branch's word.
    Up,
    /// The centre's answer.
    Down,
    /// A branch's word in a carried file.
    FileUp,
    /// The centre's answer in a carried file.
    FileDown,
    /// A node introduces itself in a carried file, with its first word.
    FileEnrol,
    /// It is told who it is in a carried file, with the answer to that word.
    FileEnrolled,
}

/// Who says what to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What kind of message.
    pub kind: Kind,
    /// The node that speaks or is spoken to; nil while it has no id.
    pub node: Uuid,
    /// The number of the branch's word, or of the one that is answered.
    pub number: i64,
}

/// A closed envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Envelope {
    head: Head,
    #[serde(with = "bytes")]
    key: Vec<u8>,
    #[serde(with = "bytes")]
    sealed: Vec<u8>,
    #[serde(with = "bytes")]
    signature: Vec<u8>,
}

/// Byte strings of CBOR, not lists of numbers.
mod bytes {
    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        d.deserialize_byte_buf(Bytes)
    }

    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("bytes")
        }
        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    /// New ones.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let (mut sign, mut seal) = ([0; KEY_BYTES], [0; KEY_BYTES]);
        entropy.fill(&mut sign);
        entropy.fill(&mut seal);
        Self { sign: Secret::new(sign), seal: Secret::new(seal) }
    }
    /// From what [`Keys::to_bytes`] made; none for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sign, seal) = bytes.split_first_chunk::<KEY_BYTES>()?;
        let seal = <[u8; KEY_BYTES]>::try_from(seal).ok()?;
        Some(Self { sign: Secret::new(*sign), seal: Secret::new(seal) })
    }
    /// As bytes, to be kept sealed.
    pub fn to_bytes(&self) -> Secret<Vec<u8>> {
        Secret::new([self.sign.reveal().as_slice(), self.seal.reveal()].concat())
    }
    /// The public halves.
    ///
    /// # Errors
    /// None for keys made here.
    pub fn public(&self) -> Result<PublicKeys, Error> {
        let sign = self.pair()?.public_key().as_ref().to_vec();
        let (_, seal) = X25519HkdfSha256::derive_keypair(self.seal.reveal());
        Ok(PublicKeys { sign, seal: seal.to_bytes().to_vec() })
    }
    fn pair(&self) -> Result<Ed25519KeyPair, Error> {
        Ed25519KeyPair::from_seed_unchecked(self.sign.reveal())
            .map_err(|_| Error::failure("no key of signatures"))
    }
    /// Signs something that is no envelope; its own words must say what it is for.
    ///
    /// # Errors
    /// None for keys made here.
    pub fn sign(&self, what: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.pair()?.sign(what).as_ref().to_vec())
    }
    /// Closes a message for a receiver.
    ///
    /// # Errors
    /// For a receiver whose key is none.
    pub fn close(&self, to: &PublicKeys, head: Head, message: &[u8]) -> Result<Vec<u8>, Error> {
        let no_key = |_| Error::failure("the receiver's key is none");
        let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&to.seal).map_err(no_key)?;
        let told = head.told();
        let (key, sealed) =
            hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
                &OpModeS::Base,
                &public,
                PURPOSE,
                message,
                &told,
            )
            .map_err(no_key)?;
        let key = key.to_bytes().to_vec();
        let signature = self.pair()?.sign(&signed(&told, &key, &sealed)).as_ref().to_vec();
        let envelope = Envelope { head, key, sealed, signature };
        let mut out = Vec::new();
        ciborium::into_writer(&envelope, &mut out).map_err(Error::failure)?;
        Ok(out)
    }
    /// Opens an envelope that was closed for these keys; `sender` tells whose signature is expected, by what the head says.
    ///
    /// # Errors
    /// Refusal `branch-envelope-broken` for what is no envelope or was not closed for these keys,
    /// `branch-signature-wrong` when somebody else has signed it; whatever `sender` answers.
    pub fn open(&self, envelope: &[u8], sender: &PublicKeys) -> Result<(Head, Vec<u8>), Error> {
        let envelope = read(envelope)?;
        let told = envelope.head.told();
        let content = signed(&told, &envelope.key, &envelope.sealed);
        UnparsedPublicKey::new(&ED25519, &sender.sign)
            .verify(&content, &envelope.signature)
            .map_err(|_| Error::refused("branch-signature-wrong"))?;
        let message = self.unseal(&envelope, &told)?;
        Ok((envelope.head, message))
    }
    /// Opens an envelope whose sender introduces himself in it: `of` finds his keys in the message.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn open_stranger<T>(
        &self,
        envelope: &[u8],
        of: impl FnOnce(&[u8]) -> Result<(T, PublicKeys), Error>,
    ) -> Result<(Head, T), Error> {
        let parsed = read(envelope)?;
        let message = self.unseal(&parsed, &parsed.head.told())?;
        let (what, sender) = of(&message)?;
        let (head, _) = self.open(envelope, &sender)?;
        Ok((head, what))
    }
    fn unseal(&self, envelope: &Envelope, told: &[u8]) -> Result<Vec<u8>, Error> {
        let (secret, _) = X25519HkdfSha256::derive_keypair(self.seal.reveal());
        let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&envelope.key);
        let key = key.map_err(|_| broken())?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &key,
            PURPOSE,
            &envelope.sealed,
            told,
        )
        .map_err(|_| broken())
    }
}

impl PublicKeys {
    /// By which people and codes tell them: the beginning of the SHA-256 of both.
    pub fn print(&self) -> [u8; PRINT_BYTES] {
        let mut hasher = Sha256::new();
        hasher.update(PURPOSE);
        hasher.update(&self.sign);
        hasher.update(&self.seal);
        let hash: [u8; 32] = hasher.finalize().into();
        let (print, _) =
            hash.split_first_chunk::<PRINT_BYTES>().unwrap_or((&[0; PRINT_BYTES], &[]));
        *print
    }
    /// Whether this was signed with [`Keys::sign`] by whose keys they are.
    pub fn have_signed(&self, what: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.sign).verify(what, signature).is_ok()
    }
    /// Whether both are keys.
    pub fn are_keys(&self) -> bool {
        self.sign.len() == KEY_BYTES
            && <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&self.seal).is_ok()
    }
}

impl Head {
    /// The head as it is signed and sealed in.
    fn told(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // writing to a vector cannot fail; a head that could not be written opens nothing
        let _ = ciborium::into_writer(self, &mut out);
        out
    }
}

/// What an envelope's outside says, before anybody has looked at signature or seal.
///
/// # Errors
/// Refusal `branch-envelope-broken`.
pub fn head(envelope: &[u8]) -> Result<Head, Error> {
    Ok(read(envelope)?.head)
}

/// Only what is written exactly as [`Keys::close`] writes it: one message has one form.
fn read(envelope: &[u8]) -> Result<Envelope, Error> {
    let read: Envelope = ciborium::from_reader(envelope).map_err(|_| broken())?;
    let mut again = Vec::with_capacity(envelope.len());
    ciborium::into_writer(&read, &mut again).map_err(|_| broken())?;
    if again == envelope { Ok(read) } else { Err(broken()) }
}

fn broken() -> Error {
    Error::refused("branch-envelope-broken")
}

/// What is signed: each part with its length.
fn signed(told: &[u8], key: &[u8], sealed: &[u8]) -> Vec<u8> {
    let mut out = PURPOSE.to_vec();
    for part in [told, key, sealed] {
        out.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use kernel::SeededEntropy;
    use proptest::prelude::*;

    use super::*;

    fn two() -> (Keys, Keys) {
        let chance = SeededEntropy::new(5);
        (Keys::new(&chance), Keys::new(&chance))
    }

    fn head(number: i64) -> Head {
        Head { kind: Kind::Up, node: Uuid::from_u128(7), number }
    }

    fn code(error: Error) -> String {
        match error {
            Error::Refused(refusals) => refusals.0[0].code.clone(),
            other => other.to_string(),
        }
    }

    #[test]
    fn what_was_closed_opens_for_its_receiver_from_its_sender_only() {
        let (branch, centre) = two();
        let thief = Keys::new(&SeededEntropy::new(9));
        let (from, to) = (branch.public().unwrap(), centre.public().unwrap());
        let envelope = branch.close(&to, head(3), b"twelve geese").unwrap();
        let opened = centre.open(&envelope, &from).unwrap();
        assert_eq!(opened, (head(3), b"twelve geese".to_vec()));
        assert_eq!(super::head(&envelope).unwrap(), head(3));
        assert!(!envelope.windows(6).any(|part| part == b"geese "));
        let other = thief.open(&envelope, &from).unwrap_err();
        assert_eq!(code(other), "branch-envelope-broken");
        let forged = thief.close(&to, head(3), b"thirteen geese").unwrap();
        assert_eq!(code(centre.open(&forged, &from).unwrap_err()), "branch-signature-wrong");
    }

    #[test]
    fn keys_come_back_from_bytes_and_have_a_print() {
        let (branch, centre) = two();
        let again = Keys::from_bytes(branch.to_bytes().reveal()).unwrap();
        assert_eq!(again.public().unwrap(), branch.public().unwrap());
        assert_ne!(branch.public().unwrap().print(), centre.public().unwrap().print());
        assert!(Keys::from_bytes(&[1; 63]).is_none() && Keys::from_bytes(&[]).is_none());
        assert!(branch.public().unwrap().are_keys());
    }

    #[test]
    fn a_message_has_one_form() {
        let (branch, centre) = two();
        let (from, to) = (branch.public().unwrap(), centre.public().unwrap());
        let envelope = branch.close(&to, head(1), b"goose").unwrap();
        // the name of a field as bytes, which a lenient reader takes for the same
        let place = envelope.windows(5).position(|part| part == b"dhead").unwrap();
        let mut other = envelope.clone();
        other[place] ^= 0x20;
        let more = [envelope.as_slice(), b"0"].concat();
        for changed in [other, more] {
            assert_eq!(code(centre.open(&changed, &from).unwrap_err()), "branch-envelope-broken");
        }
        assert!(centre.open(&envelope, &from).is_ok());
    }

    proptest! {
        #[test]
        fn nothing_that_was_changed_opens(place in 0..4_096_usize, bit in 0..8_u8) {
            let (branch, centre) = two();
            let (from, to) = (branch.public().unwrap(), centre.public().unwrap());
            let mut envelope = branch.close(&to, head(1), &[7; 100]).unwrap();
            let place = place % envelope.len();
            envelope[place] ^= 1 << bit;
            prop_assert!(centre.open(&envelope, &from).is_err());
        }

        #[test]
        fn bytes_of_anybody_open_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let (branch, centre) = two();
            prop_assert!(centre.open(&bytes, &branch.public().unwrap()).is_err());
        }
    }
}
