//! `tessera keys`: how the keys stand, and changing them while the bank works.

use kernel::RandomEntropy;
use store::Store;
use store::keys::{self, Standing};

use crate::cli::Db;
use crate::root::FileRoot;
use crate::{RunError, database};

/// How the keys stand, in words.
///
/// # Errors
/// When the database is not there, or its root does not open it.
pub(crate) async fn status(db: &Db) -> Result<String, RunError> {
    let store = unlocked(db).await?;
    let Standing { master, masters, behind } = keys::standing(&mut store.reader.clone()).await?;
    let rest = if behind { ", some client keys are still under an elder one" } else { "" };
    Ok(format!("the root opens the database; master key {master} ({masters} kept){rest}"))
}

/// Makes a new master key and seals every data key anew. May be stopped and called again.
///
/// # Errors
/// As [`status`].
pub(crate) async fn rotate(db: &Db) -> Result<String, RunError> {
    let store = unlocked(db).await?;
    let master = keys::begin_rotation(&store.writer, &RandomEntropy, database::now()).await?;
    let mut done = 0;
    loop {
        let step = keys::rewrap_some(&store.writer, &RandomEntropy).await?;
        done += step.done;
        if step.finished {
            return Ok(format!(
                "master key {master}: {done} data keys sealed anew, elder keys gone"
            ));
        }
        if step.done == 0 {
            let words = "another process is changing the keys: run it again when that one is done";
            return Err(RunError::Asked(words.to_owned()));
        }
    }
}

/// Seals the master keys anew under the root's current key.
///
/// # Errors
/// As [`status`].
pub(crate) async fn reseal(db: &Db) -> Result<String, RunError> {
    let store = unlocked(db).await?;
    let count = keys::seal_masters_anew(&store.writer, &RandomEntropy).await?;
    Ok(format!("{count} master keys sealed anew"))
}

/// Puts a new key into the key file, seals the master keys under it, and takes the old key away. A stop in
/// between leaves a file that opens everything.
///
/// # Errors
/// As [`status`]; when the root is no file.
pub(crate) async fn new_root(db: &Db) -> Result<String, RunError> {
    if !db.key_command.is_empty() {
        let words =
            "the key management service changes its own keys; then run `tessera keys reseal`";
        return Err(RunError::Asked(words.to_owned()));
    }
    let root = FileRoot { file: db.key_file() };
    let store = unlocked(db).await?;
    let failed = |e: store::keys::RootError| RunError::Asked(e.to_string());
    root.put_new(&RandomEntropy).map_err(failed)?;
    keys::seal_masters_anew(&store.writer, &RandomEntropy).await?;
    root.drop_old().map_err(failed)?;
    Ok(format!("{} holds a new key; keep a copy apart from the database", root.file.display()))
}

async fn unlocked(db: &Db) -> Result<Store, RunError> {
    let store = database::existing(&db.url).await?;
    database::must_be_current(&store).await?;
    store.writer.keys().unlock(&store.writer, db.root(), &RandomEntropy, database::now()).await?;
    Ok(store)
}
