//! File contents, kept in the database so that a backup and a transaction hold them too, each sealed under the key
//! of whom it belongs to.

use kernel::{Entropy, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Read, Row, StoreError, Tx, keys, params};

/// What a sealed content begins with; whose it is follows.
const MARK: &[u8; 4] = b"TSB1";
const OWNER_BYTES: usize = 16;

/// Where the content with this SHA-256 of this owner is kept: the same file of two owners is two contents, each
/// destroyed with its own key.
pub fn address(owner: Uuid, sha256: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(owner.as_bytes());
    hasher.update(sha256);
    hasher.finalize().into()
}

fn purpose(address: &[u8]) -> String {
    use std::fmt::Write;
    address.iter().fold("blob/".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Stores a content of an owner once; answers its address.
///
/// # Errors
/// The database's; [`StoreError::Keys`] when the owner's key was destroyed.
pub async fn put(
    tx: &mut Tx,
    chance: (&dyn Entropy, Timestamp),
    owner: Uuid,
    content: &[u8],
) -> Result<[u8; 32], StoreError> {
    let address = address(owner, &Sha256::digest(content));
    let known = "select 1 from blob where hash = $1";
    if tx.first(known, params![address.to_vec()]).await?.is_some() {
        return Ok(address);
    }
    let sealed = keys::seal_bytes(tx, chance, owner, &purpose(&address), content).await?;
    let stored = [MARK.as_slice(), owner.as_bytes().as_slice(), &sealed].concat();
    let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
    tx.execute(
        "insert into blob (hash, size, content) values ($1, $2, $3) on conflict (hash) do nothing",
        params![address.to_vec(), size, stored],
    )
    .await?;
    Ok(address)
}

/// Reads a content by its address; none when it is not there, or its owner's key was destroyed.
///
/// # Errors
/// The database's; [`StoreError::Keys`] for a content that was changed.
pub async fn get<R: Read>(db: &mut R, address: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "select content from blob where hash = $1";
    let found = db.first(sql, params![address.to_vec()]).await?;
    let Some(stored) = found.map(Row::one::<Vec<u8>>).transpose()? else { return Ok(None) };
    let sealed = stored.strip_prefix(MARK).and_then(|rest| rest.split_first_chunk::<OWNER_BYTES>());
    match sealed {
        Some((owner, sealed)) => {
            keys::open_bytes(db, Uuid::from_bytes(*owner), &purpose(address), sealed).await
        }
        // written before contents were sealed
        None => Ok(Some(stored)),
    }
}

/// Addresses of contents behind an address, in order; from the first behind an empty one.
///
/// # Errors
/// The database's.
pub async fn addresses<R: Read>(
    db: &mut R,
    after: &[u8],
    limit: i64,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "select hash from blob where hash > $1 order by hash limit $2";
    db.query(sql, params![after.to_vec(), limit]).await?.into_iter().map(Row::one).collect()
}

/// A stored content as it travels to another node, where the keys are others: whose it is, and the content itself. None when
/// its owner's key was destroyed.
///
/// # Errors
/// As [`get`].
pub async fn leave<R: Read>(
    db: &mut R,
    address: &[u8],
    stored: &[u8],
) -> Result<Option<Vec<u8>>, StoreError> {
    let sealed = stored.strip_prefix(MARK).and_then(|rest| rest.split_first_chunk::<OWNER_BYTES>());
    let Some((owner, sealed)) = sealed else {
        return Ok(Some([keys::BANK.as_bytes().as_slice(), stored].concat()));
    };
    let plain = keys::open_bytes(db, Uuid::from_bytes(*owner), &purpose(address), sealed).await?;
    Ok(plain.map(|plain| [owner.as_slice(), &plain].concat()))
}

/// What has travelled, as it is stored here: sealed under this node's key of its owner.
///
/// # Errors
/// The database's; [`StoreError::Column`] for what no node sends.
pub async fn arrive(
    tx: &mut Tx,
    chance: (&dyn Entropy, Timestamp),
    address: &[u8],
    travelled: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let parts = travelled.split_first_chunk::<OWNER_BYTES>();
    let Some((owner, plain)) = parts else {
        return Err(StoreError::Column { index: 0, problem: "a content of nobody".to_owned() });
    };
    let owner_id = Uuid::from_bytes(*owner);
    let sealed = keys::seal_bytes(tx, chance, owner_id, &purpose(address), plain).await?;
    Ok([MARK.as_slice(), owner, &sealed].concat())
}
