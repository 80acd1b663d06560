//! What is signed of a version: its number, its time, the prints of its parts, and its facts.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::replica::code;

/// Bytes of a manifest at most.
const BYTES_MAX: u64 = 1 << 20;

/// A version as the centre has signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its number; each is higher than all before.
    pub version: i64,
    /// From when on it is in force.
    pub in_force_at: Timestamp,
    /// Its parts.
    pub parts: Vec<Part>,
    /// What a node must have in its program.
    pub facts: BTreeMap<String, String>,
}

/// A part and its print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// SHA-256 of its tables, in hexadecimal.
    pub digest: String,
    /// How many rows it has.
    pub rows: i64,
}

impl Manifest {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Error> {
        code::encode(self)
    }
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        code::decode_within(bytes, BYTES_MAX)
    }
    /// The print of all it holds, whatever its number and time.
    pub fn print(&self) -> String {
        print(&self.parts, &self.facts)
    }
}

/// The print of parts and facts together.
pub(crate) fn print(parts: &[Part], facts: &BTreeMap<String, String>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(format!("{}\n{}\n", part.name, part.digest));
    }
    for (name, value) in facts {
        hasher.update(format!("{name}={value}\n"));
    }
    hexadecimal(&hasher.finalize())
}

/// Bytes as digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
