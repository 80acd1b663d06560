//! File contents, kept in the database so that a backup and a transaction hold them too.

use sha2::{Digest, Sha256};

use crate::{Read, Row, StoreError, Tx, params};

/// Stores a content once; answers its SHA-256.
///
/// # Errors
/// The database's.
pub async fn put(tx: &mut Tx, content: &[u8]) -> Result<[u8; 32], StoreError> {
    let hash: [u8; 32] = Sha256::digest(content).into();
    let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
    tx.execute(
        "insert into blob (hash, size, content) values ($1, $2, $3) on conflict (hash) do nothing",
        params![hash.to_vec(), size, content.to_vec()],
    )
    .await?;
    Ok(hash)
}

/// Reads a content by its SHA-256.
///
/// # Errors
/// The database's.
pub async fn get<R: Read>(db: &mut R, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    db.first("select content from blob where hash = $1", params![hash.to_vec()])
        .await?
        .map(Row::one)
        .transpose()
}
