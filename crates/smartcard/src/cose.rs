//! Signed messages: `COSE_Sign1` (RFC 9052), with the algorithm in the protected header and the key's name beside
//! it. Ed25519 is built in; where law asks for another algorithm, a bank brings its own [`Signer`] and
//! [`Verifier`], and nothing else changes.

use std::collections::BTreeMap;
use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::cbor::{CborFault, Reader, Writer};

/// The tag of `COSE_Sign1`.
const SIGN1: u64 = 18;
/// Labels of headers.
const ALGORITHM: u64 = 1;
const KEY_ID: u64 = 4;
/// Longest name of a key (bytes).
const KEY_ID_MAX: usize = 32;
/// Longest signature of any algorithm (bytes): that of GOST R 34.10-2012 with 512 bits has 128.
const SIGNATURE_MAX: usize = 160;
/// Longest payload (bytes).
const PAYLOAD_MAX: usize = 1024;

/// A number of IANA's registry "COSE Algorithms".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm(pub i64);

impl Algorithm {
    /// `EdDSA`.
    pub const EDDSA: Self = Self(-8);
}

/// The name of a key (`kid`): at most 32 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(Vec<u8>);

impl KeyId {
    /// A name; `None` when it is empty or too long.
    pub fn new(name: &[u8]) -> Option<Self> {
        (1..=KEY_ID_MAX).contains(&name.len()).then(|| Self(name.to_vec()))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.0.escape_ascii())
    }
}

/// What a signature is for. It is signed with the rest, so that what was signed for one purpose is nothing for
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What a client's card carries.
    Profile,
    /// The head of a desk's journal.
    JournalHead,
}

impl Purpose {
    /// The external data of `Sig_structure`.
    const fn external(self) -> &'static [u8] {
        match self {
            Self::Profile => b"",
            Self::JournalHead => b"tessera journal head",
        }
    }
}

/// Why something is not taken for signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoseFault {
    /// No `COSE_Sign1` of ours.
    #[error("no signed message: {0}")]
    Malformed(#[from] CborFault),
    /// Signed by a key nobody here knows.
    #[error("signed by an unknown key")]
    UnknownKey,
    /// The key is of another algorithm than the message says.
    #[error("another algorithm than the key's")]
    Algorithm,
    /// The signature is not right.
    #[error("the signature is not right")]
    Signature,
}

/// Signs.
pub trait Signer: Send + Sync {
    /// The algorithm of the signatures.
    fn algorithm(&self) -> Algorithm;
    /// The name of the key.
    fn key_id(&self) -> &KeyId;
    /// The signature of a message.
    fn sign(&self, message: &[u8]) -> Vec<u8>;
}

/// Knows the keys whose signatures count.
pub trait Verifier: Send + Sync {
    /// Whether the signature of `message` is right.
    ///
    /// # Errors
    /// Says whether the key, the algorithm or the signature is not right.
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &KeyId,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CoseFault>;
}

/// Signs `payload` for a purpose.
pub fn sign(purpose: Purpose, payload: &[u8], signer: &dyn Signer) -> Vec<u8> {
    let protected = protected(signer.algorithm());
    let signature = signer.sign(&to_be_signed(purpose, &protected, payload));
    let mut out = Writer::default();
    out.tag(SIGN1).array(4).bytes(&protected);
    out.map(1).uint(KEY_ID).bytes(&signer.key_id().0);
    out.bytes(payload).bytes(&signature);
    out.done()
}

/// The payload of a message that was signed for this purpose by a key of `keys`.
///
/// # Errors
/// Says why it does not count as signed.
pub fn open(
    purpose: Purpose,
    message: &[u8],
    keys: &(impl Verifier + ?Sized),
) -> Result<Vec<u8>, CoseFault> {
    let parts = Parts::read(message)?;
    let signed = to_be_signed(purpose, parts.protected, parts.payload);
    keys.verify(parts.algorithm, &parts.key, &signed, parts.signature)?;
    Ok(parts.payload.to_vec())
}

struct Parts<'a> {
    protected: &'a [u8],
    algorithm: Algorithm,
    key: KeyId,
    payload: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(message: &'a [u8]) -> Result<Self, CborFault> {
        let mut reader = Reader::new(message);
        expect(reader.tag()?, SIGN1)?;
        expect(reader.array()?, 4)?;
        let protected = reader.bytes(16)?;
        expect(reader.map()?, 1)?;
        expect(reader.uint()?, KEY_ID)?;
        let key = KeyId::new(reader.bytes(KEY_ID_MAX)?).ok_or(CborFault::Unexpected)?;
        let payload = reader.bytes(PAYLOAD_MAX)?;
        let signature = reader.bytes(SIGNATURE_MAX)?;
        reader.end()?;
        let mut header = Reader::new(protected);
        expect(header.map()?, 1)?;
        expect(header.uint()?, ALGORITHM)?;
        let algorithm = Algorithm(header.int()?);
        header.end()?;
        Ok(Self { protected, algorithm, key, payload, signature })
    }
}

fn expect(found: u64, wanted: u64) -> Result<(), CborFault> {
    if found == wanted { Ok(()) } else { Err(CborFault::Unexpected) }
}

fn protected(algorithm: Algorithm) -> Vec<u8> {
    let mut header = Writer::default();
    header.map(1).uint(ALGORITHM).int(algorithm.0);
    header.done()
}

fn to_be_signed(purpose: Purpose, protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = Writer::default();
    out.array(4).text("Signature1").bytes(protected).bytes(purpose.external()).bytes(payload);
    out.done()
}

/// A key that signs with Ed25519.
pub struct Ed25519Signer {
    name: KeyId,
    key: SigningKey,
}

impl Ed25519Signer {
    /// From the secret's 32 bytes.
    pub fn new(name: KeyId, seed: &[u8; 32]) -> Self {
        Self { name, key: SigningKey::from_bytes(seed) }
    }
    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Signer for Ed25519Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EDDSA
    }
    fn key_id(&self) -> &KeyId {
        &self.name
    }
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).to_bytes().to_vec()
    }
}

/// Public keys of Ed25519, by name.
#[derive(Clone, Debug, Default)]
pub struct Ed25519Keys(BTreeMap<KeyId, VerifyingKey>);

impl Ed25519Keys {
    /// Adds a key. False, and nothing is added, when the bytes are no point of the curve, or one of the few
    /// under which everything verifies.
    pub fn add(&mut self, name: KeyId, public: &[u8; 32]) -> bool {
        match VerifyingKey::from_bytes(public) {
            Ok(key) if !key.is_weak() => {
                self.0.insert(name, key);
                true
            }
            Ok(_) | Err(_) => false,
        }
    }
}

impl Verifier for Ed25519Keys {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &KeyId,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CoseFault> {
        let key = self.0.get(key).ok_or(CoseFault::UnknownKey)?;
        if algorithm != Algorithm::EDDSA {
            return Err(CoseFault::Algorithm);
        }
        let signature = Signature::from_slice(signature).map_err(|_| CoseFault::Signature)?;
        key.verify_strict(message, &signature).map_err(|_| CoseFault::Signature)
    }
}
