//! The strategy bundle: what the bank's method is made of (scripts, prices, limits…), published at the centre as numbered
//! versions. A room says of a table that its rows are part of it ([`crate::Replicated::strategy`]): such rows do not come to
//! branches as they change, but all together, when somebody has published them; or it says a fact that a node either has in its
//! program or has not ([`crate::Registry::fact`]).
//!
//! A version is signed when it is published, told to nodes in the answers of the exchange as what differs from the version they
//! hold, proved and put together by the node, kept until its time, then put into the tables in one transaction. The node says in
//! each of its words what it holds: that is the receipt. Every command done at a branch says under which version it was done.
//! See ADR 0033.
//!
//! Reading order: `content`, `manifest`, `stage`, `commands`, `centre`, `node`, `queries`.

pub(crate) mod centre;
pub mod commands;
mod content;
mod manifest;
pub(crate) mod node;
pub mod queries;
mod stage;

pub use centre::Down;
pub use content::{Content, Delta, PartTable};
pub use manifest::{Manifest, Part};
pub use node::{Held, Holds, Offer, Refused};
pub use stage::Stage;

use crate::Error;

/// What a signature of a version begins with, so that no other text the centre signs can be taken for one.
pub(crate) const PURPOSE: &[u8] = b"tessera strategy bundle 1\0";

/// Signs for the centre; whoever keeps its keys does.
pub trait Signs: Send + Sync {
    /// The Ed25519 signature of a message.
    ///
    /// # Errors
    /// When there is no key.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error>;
}

/// Something a version says of itself that a node has in its program or has not.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// What this program has, by the code of the jurisdiction pack in force.
    pub value: fn(&str) -> String,
}

/// What rooms have brought into the bundle.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Tables, each with the part it belongs to.
    pub(crate) tables: Vec<(&'static str, &'static str)>,
    /// Facts.
    pub(crate) facts: Vec<Fact>,
}

impl Parts {
    /// The facts as this program has them.
    pub(crate) fn facts(&self, jurisdiction: &str) -> std::collections::BTreeMap<String, String> {
        self.facts.iter().map(|f| (f.name.to_owned(), (f.value)(jurisdiction))).collect()
    }
}

/// What is signed of a manifest.
pub(crate) fn signed(manifest: &[u8]) -> Vec<u8> {
    [PURPOSE, manifest].concat()
}
