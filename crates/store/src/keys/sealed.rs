//! Sealed texts and bytes. A sealed text stands in the text column of the plain one, marked; a text that
//! is not marked is taken as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use kernel::{Entropy, Timestamp};
use uuid::Uuid;

use super::SecretBox;
use super::ring::Found;
use crate::{Async, Read, StoreError, Tx};

/// What a sealed text begins with; no JSON and no form of ours does.
const MARK: &str = "sealed:1:";

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Here it is.
    Text(String),
    /// The key was destroyed; nobody can ever read it.
    Destroyed,
}

impl Opened {
    /// The text, or another one in the place of what was destroyed.
    pub fn or(self, destroyed: &str) -> String {
        match self {
            Opened::Text(text) => text,
            Opened::Destroyed => destroyed.to_owned(),
        }
    }
}

/// Whether a text is sealed.
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

/// A text to seal or to open: whose it is, what it is for, itself.
pub type Item = (Uuid, String, String);

/// Seals texts in their transaction, each for its owner; an owner without a key gets one. A text whose owner's
/// key was closed or destroyed becomes `None`: it must not be written.
///
/// # Errors
/// The database's; [`StoreError::Keys`] while the keys are locked.
pub fn seal_texts<'a>(
    tx: &'a mut Tx,
    (entropy, now): (&'a dyn Entropy, Timestamp),
    items: &'a [Item],
) -> Async<'a, Vec<Option<String>>> {
    Box::pin(async move {
        let keys = Arc::clone(tx.keys());
        let owners: Vec<Uuid> = items.iter().map(|(owner, _, _)| *owner).collect();
        let found = keys.for_writing(tx, &owners, entropy, now).await?;
        let seal = |(owner, purpose, plain): &Item| {
            let seal = |key: &SecretBox| seal_last(key, entropy, purpose, plain);
            found.get(owner).map(seal).transpose()
        };
        items.iter().map(seal).collect()
    })
}

/// Seals the last text of an owner with the key that [`super::Keys::close`] gave.
///
/// # Errors
/// [`StoreError::Keys`] when there is too much to seal.
pub fn seal_last(
    key: &SecretBox,
    entropy: &dyn Entropy,
    purpose: &str,
    plain: &str,
) -> Result<String, StoreError> {
    let sealed = key.seal(entropy, plain.as_bytes(), purpose)?;
    Ok(format!("{MARK}{}", STANDARD_NO_PAD.encode(sealed)))
}

/// Seals one text; see [`seal_texts`].
///
/// # Errors
/// As there; [`StoreError::Keys`] also when the owner's key was destroyed.
pub async fn seal_text(
    tx: &mut Tx,
    chance: (&dyn Entropy, Timestamp),
    owner: Uuid,
    purpose: &str,
    plain: &str,
) -> Result<String, StoreError> {
    let item = [(owner, purpose.to_owned(), plain.to_owned())];
    let sealed = seal_texts(tx, chance, &item).await?.pop().flatten();
    sealed.ok_or_else(|| StoreError::Keys("the owner's key was destroyed".to_owned()))
}

/// Opens texts; those that are not sealed stay as they are. The keys of all are asked for in one statement,
/// and only those that are not known.
///
/// # Errors
/// The database's; [`StoreError::Keys`] for a text that was changed, belongs elsewhere, or whose key is missing.
pub async fn open_texts<R: Read>(db: &mut R, items: Vec<Item>) -> Result<Vec<Opened>, StoreError> {
    let keys = Arc::clone(db.keys());
    let owners: Vec<Uuid> =
        items.iter().filter(|(_, _, text)| is_sealed(text)).map(|(owner, _, _)| *owner).collect();
    let found = if owners.is_empty() { BTreeMap::new() } else { keys.find(db, &owners).await? };
    items
        .into_iter()
        .map(|(owner, purpose, text)| match text.strip_prefix(MARK) {
            None => Ok(Opened::Text(text)),
            Some(body) => open(found.get(&owner), body, &purpose),
        })
        .collect()
}

/// Opens one text; see [`open_texts`].
///
/// # Errors
/// As there.
pub async fn open_text<R: Read>(
    db: &mut R,
    owner: Uuid,
    purpose: &str,
    text: String,
) -> Result<Opened, StoreError> {
    let mut all = open_texts(db, vec![(owner, purpose.to_owned(), text)]).await?;
    Ok(all.pop().unwrap_or(Opened::Destroyed))
}

fn open(found: Option<&Found>, body: &str, purpose: &str) -> Result<Opened, StoreError> {
    let changed = || StoreError::Keys(format!("a sealed text of {purpose} was changed"));
    match found {
        Some(Found::Key(key) | Found::Closed(key)) => {
            let sealed = STANDARD_NO_PAD.decode(body).map_err(|_| changed())?;
            let plain = key.open(&sealed, purpose).map_err(|_| changed())?;
            let text = String::from_utf8(plain.reveal().clone()).map_err(|_| changed())?;
            Ok(Opened::Text(text))
        }
        Some(Found::Destroyed) => Ok(Opened::Destroyed),
        None => Err(StoreError::Keys(format!("the key of a sealed text of {purpose} is missing"))),
    }
}

/// Seals bytes for an owner.
///
/// # Errors
/// As [`seal_text`].
pub async fn seal_bytes(
    tx: &mut Tx,
    (entropy, now): (&dyn Entropy, Timestamp),
    owner: Uuid,
    purpose: &str,
    plain: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let keys = Arc::clone(tx.keys());
    let found = keys.for_writing(tx, &[owner], entropy, now).await?;
    let key = found.get(&owner);
    let key = key.ok_or_else(|| StoreError::Keys("the owner's key was destroyed".to_owned()))?;
    Ok(key.seal(entropy, plain, purpose)?)
}

/// Opens bytes of an owner; none when his key was destroyed.
///
/// # Errors
/// As [`open_texts`].
pub async fn open_bytes<R: Read>(
    db: &mut R,
    owner: Uuid,
    purpose: &str,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, StoreError> {
    let keys = Arc::clone(db.keys());
    match keys.find(db, &[owner]).await?.remove(&owner) {
        Some(Found::Key(key) | Found::Closed(key)) => {
            Ok(Some(key.open(sealed, purpose)?.reveal().clone()))
        }
        Some(Found::Destroyed) => Ok(None),
        None => Err(StoreError::Keys(format!("the key of {purpose} is missing"))),
    }
}
