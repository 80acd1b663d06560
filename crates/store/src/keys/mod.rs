//! Keys: what is sealed, under what, and how a key is destroyed.
//!
//! Three floors. A **root** outside the database (a key file, a key management service) seals the **master
//! keys**; a master key seals **data keys**, one for each client and one for the bank itself; a data key seals
//! texts and bytes: the journal's changes, files, identity documents, waiting requests. Destroying a client's data
//! key makes everything sealed under it unreadable, in this database and in every later copy, while
//! the journal, whose hashes are over what is stored, still verifies. Changing the root seals a few master keys anew; changing
//! the master key seals the data keys anew; no content is ever sealed twice.
//!
//! What a sealed thing is for goes in as associated data, so that one cannot be put in another's place.

mod cache;
mod ring;
mod rotate;
mod sealed;
mod secret_box;

pub use ring::{BANK, Keys, Root, RootError};
pub use rotate::{Rotation, Standing, begin_rotation, rewrap_some, seal_masters_anew, standing};
pub use sealed::{
    Item, Opened, is_sealed, open_bytes, open_text, open_texts, seal_bytes, seal_text, seal_texts,
};
pub use secret_box::{KEY_BYTES, SecretBox, SecretBoxError};
