//! How messages become bytes: CBOR (RFC 8949), compressed.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// Bytes of a message at most, unpacked: what is larger is refused before it fills the memory.
pub const BYTES_MAX: u64 = 256 << 20;

/// A message as bytes.
///
/// # Errors
/// None for the messages there are.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::new();
    ciborium::into_writer(message, &mut plain).map_err(Error::failure)?;
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(&plain).map_err(Error::failure)?;
    packer.finish().map_err(Error::failure)
}

/// A message from bytes.
///
/// # Errors
/// Refusal `branch-message-broken` for anything else.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    decode_within(bytes, BYTES_MAX)
}

/// The same of somebody who is not known yet, and gets no more memory than so many bytes.
///
/// # Errors
/// As [`decode`].
pub fn decode_within<T: DeserializeOwned>(bytes: &[u8], most: u64) -> Result<T, Error> {
    let broken = || Error::refused("branch-message-broken");
    let mut plain = Vec::new();
    let mut unpacker = DeflateDecoder::new(bytes).take(most.saturating_add(1));
    unpacker.read_to_end(&mut plain).map_err(|_| broken())?;
    if u64::try_from(plain.len()).map_or(true, |length| length > most) {
        return Err(broken());
    }
    ciborium::from_reader(plain.as_slice()).map_err(|_| broken())
}
