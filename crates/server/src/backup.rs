//! `tessera backup` and `tessera restore`.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use store::Store;
use store::dump::{self, Header, Totals, schema};

use crate::{RunError, database};

/// Writes a backup beside its final name, and gives it that name when it is whole. The database stays in
/// use meanwhile.
///
/// # Errors
/// When the file is already there, or the database or the disk fails; nothing half-done is left.
pub(crate) async fn backup(url: &str, file: &Path) -> Result<Totals, RunError> {
    if file.exists() {
        return Err(RunError::Asked(format!("{} is already there", file.display())));
    }
    let store = database::existing(url).await?;
    let partial = partial_name(file);
    let written = write(&store, &partial).await;
    let shown = file.display().to_string();
    match written {
        Ok(totals) => {
            fs::rename(&partial, file).map_err(RunError::io(shown))?;
            Ok(totals)
        }
        Err(error) => {
            if let Err(left) = fs::remove_file(&partial) {
                tracing::warn!(file = %partial.display(), error = %left, "could not be removed");
            }
            Err(error)
        }
    }
}

fn partial_name(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    file.with_file_name(name)
}

async fn write(store: &Store, partial: &Path) -> Result<Totals, RunError> {
    let shown = || RunError::io(partial.display().to_string());
    let out = create(partial).map_err(shown())?;
    let mut snapshot = store.reader.snapshot().await?;
    let header = Header {
        made_at: database::now(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        migrations: schema::applied(&mut snapshot).await?,
    };
    let mut buffered = BufWriter::with_capacity(1 << 20, out);
    let totals = dump::backup(&mut snapshot, &mut buffered, &header).await?;
    buffered.flush().map_err(shown())?;
    buffered.get_ref().sync_all().map_err(shown())?;
    Ok(totals)
}

/// A file only its owner may read: it holds the whole bank.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Fills an empty database from a backup; its schema is brought up to date first.
///
/// # Errors
/// When the file is not whole, comes from a newer program, or the database is not empty; then no row was
/// written.
pub(crate) async fn restore(url: &str, file: &Path) -> Result<(Header, Totals), RunError> {
    let mut opened = File::open(file).map_err(RunError::io(file.display().to_string()))?;
    let header = dump::inspect(&mut opened)?;
    let steps = crate::wiring::migrations(&crate::wiring::modules());
    let unknown: Vec<i64> = header
        .migrations
        .iter()
        .filter(|n| !steps.iter().any(|s| i64::from(s.number) == **n))
        .copied()
        .collect();
    if !unknown.is_empty() {
        let words = format!(
            "the backup was made by version {}, which has steps of the schema unknown here: {unknown:?}",
            header.program
        );
        return Err(RunError::Asked(words));
    }
    let store = Store::open(url).await?;
    store.writer.migrate(&steps).await?;
    let totals = dump::restore(&store.writer, &mut opened).await?;
    store.writer.finish_bulk_load().await?;
    Ok((header, totals))
}
