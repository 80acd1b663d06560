//! Passkeys (Web Authentication, level 2): what a person's device proves by signing, without a secret that
//! anybody here could lose.
//!
//! A passkey is asked for with user verification (a finger, a face, the device's own code) always, so it is
//! possession and knowledge at once: alone it signs in, and after a password it is a second factor. Which make
//! of device it is, nobody asks: attestation is not wanted and not read. The device signs a challenge of
//! ours, for our address and no other; a challenge is good for a few minutes and, once it was answered well,
//! spent.
//!
//! - `cose`: public keys as devices write them.
//! - `ceremony`: the checks of the standard, pure.
//! - `commands`, `queries`: what is kept.

mod ceremony;
pub mod commands;
mod cose;
pub mod queries;

pub use ceremony::{CHALLENGE_BYTES, Made, NewKey, Party, Problem, Signed, made, signed};
pub use commands::{
    AddPasskey, NotePasskeyCounter, RemovePasskey, RenamePasskey, Spent, UsePasskey,
};
pub use cose::{ALGORITHMS, PublicKey};
pub use queries::{KeyOwner, Passkey, key_owner, passkeys};
