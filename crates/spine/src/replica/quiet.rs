//! Words of nodes that say nothing new. Hundreds of branches ask every few seconds whether there is anything: what they have asked
//! already is answered without writing, so that they do not stand before whoever works at the centre.
//!
//! What is remembered here is of this program alone. Whether another one has noted something of the node since, the number in
//! the database tells; then the word is noted again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::message::{Up, Want};
use super::nodes::BranchNode;
use crate::Error;

/// For how long a node's words are not noted while they say the same (seconds): so old may what is told of it be.
const SECONDS: i64 = 20;

/// What was noted of a node last.
struct Noted {
    /// The highest number heard here.
    heard: i64,
    /// The number of the word that was noted.
    number: i64,
    at: Timestamp,
    digest: [u8; 32],
}

/// How a word is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// It was heard before.
    Old,
    /// It says what the one before has said.
    Quiet,
    /// It is to be noted.
    New,
}

/// What was noted of the nodes that speak with this program.
#[derive(Clone, Default)]
pub(super) struct Quiet(Arc<Mutex<BTreeMap<Uuid, Noted>>>);

impl Quiet {
    /// Takes a word. `node` is as the database has it.
    pub(super) fn take(&self, node: &BranchNode, up: &Up, now: Timestamp) -> Result<Word, Error> {
        let digest = digest(up)?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // a database that was put back knows less than this program
        let known = all.get_mut(&node.id).filter(|noted| noted.number <= node.heard);
        let Some(noted) = known else { return Ok(Word::New) };
        if up.number <= noted.heard {
            return Ok(Word::Old);
        }
        let age = now.seconds_since(noted.at);
        let is_quiet = up.commands.is_empty()
            && up.ask.is_none()
            && noted.number == node.heard
            && noted.digest == digest
            && (0..SECONDS).contains(&age);
        if !is_quiet {
            return Ok(Word::New);
        }
        noted.heard = up.number;
        Ok(Word::Quiet)
    }
    /// A word was noted.
    pub(super) fn noted(&self, node: Uuid, up: &Up, at: Timestamp) -> Result<(), Error> {
        let (heard, number, digest) = (up.number, up.number, digest(up)?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(node, Noted { heard, number, at, digest });
        Ok(())
    }
    /// Nothing is remembered any more.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
    /// The next word of the node is to be noted: it tells whether what was given has come.
    pub(super) fn wake(&self, node: Uuid) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(noted) = all.get_mut(&node) {
            noted.digest = [0; 32];
        }
    }
}

/// What a word says, without what changes from one to the next by itself.
fn digest(up: &Up) -> Result<[u8; 32], Error> {
    let wants = match &up.want {
        Want::Nothing => 0,
        Want::Base(_) => 1,
        Want::Changes(_) => 2,
    };
    let said =
        (&up.holds, &up.program, up.schema, up.waiting, up.oldest, &up.keeps, &up.tables, wants);
    Ok(Sha256::digest(serde_json::to_vec(&said)?).into())
}
