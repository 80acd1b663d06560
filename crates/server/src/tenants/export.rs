//! All of a bank's data in open formats: one file of JSON lines for each table, and the files as files. What is sealed
//! is opened; what would let others in (passwords, second factors, tokens, keys) stays.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::Value as Json;
use store::dump::schema::{self, Table};
use store::dump::{Pages, hexadecimal, object};
use store::keys::{self, BANK, Item};
use store::{Snapshot, Store, Value, blobs, journal};
use uuid::Uuid;

use crate::RunError;

/// Tables that hold what would let others in, or are worked out of others.
const LEFT_OUT: [&str; 20] = [
    "api_token",
    "blob",
    "client_key",
    "client_token",
    "command_log",
    "data_key",
    "known_device",
    "master_key",
    "match_key",
    "name_token",
    "outbox",
    "passkey",
    "passkey_challenge",
    "provider_account",
    "recovery_code",
    "session",
    "temporary_password",
    "token_address",
    "token_gram",
    "totp",
];
/// Columns of others that do.
const HIDDEN: [(&str, &str); 4] = [
    ("staff", "password_hash"),
    ("webhook", "secret"),
    ("approval", "digest"),
    // a command that waits may set a password
    ("approval", "payload"),
];
/// Files written at once.
const FILES: i64 = 100;

/// Writes the folder, from one snapshot; answers rows and files.
///
/// # Errors
/// When the folder is there already, or the database or the disk fails.
pub(super) async fn write(store: &Store, dir: &Path) -> Result<(u64, u64), RunError> {
    let shown = || RunError::io(dir.display().to_string());
    fs::create_dir(dir).map_err(shown())?;
    fs::create_dir(dir.join("files")).map_err(shown())?;
    let mut db = store.reader.snapshot().await?;
    let mut rows = 0;
    for table in schema::tables(&mut db).await? {
        if !LEFT_OUT.contains(&table.name.as_str()) {
            rows += write_table(&mut db, &table, dir).await?;
        }
    }
    Ok((rows, write_files(&mut db, dir).await?))
}

async fn write_table(db: &mut Snapshot, table: &Table, dir: &Path) -> Result<u64, RunError> {
    let file = dir.join(format!("{}.jsonl", table.name));
    let failed = || RunError::io(file.display().to_string());
    let mut out = BufWriter::new(fs::File::create(&file).map_err(failed())?);
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let (mut pages, mut rows) = (Pages::of(table)?, 0);
    while let Some(page) = pages.next(db).await? {
        for row in opened(db, table, &names, page).await? {
            serde_json::to_writer(&mut out, &row).map_err(store::StoreError::from)?;
            out.write_all(b"\n").map_err(failed())?;
            rows += 1;
        }
    }
    out.flush().map_err(failed())?;
    Ok(rows)
}

/// Rows as objects, with the sealed texts among them opened.
async fn opened(
    db: &mut Snapshot,
    table: &Table,
    names: &[String],
    rows: Vec<Vec<Value>>,
) -> Result<Vec<Json>, RunError> {
    let one = |row| {
        let mut object = object(names.iter(), row);
        for (_, column) in HIDDEN.iter().filter(|(of, _)| *of == table.name) {
            object.as_object_mut().map(|fields| fields.remove(*column));
        }
        object
    };
    let mut objects: Vec<Json> = rows.into_iter().map(one).collect();
    let mut places = Vec::new();
    let mut items: Vec<Item> = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        for (name, value) in object.as_object().into_iter().flatten() {
            let Some(text) = value.as_str().filter(|text| keys::is_sealed(text)) else { continue };
            if let Some(item) = item(&table.name, name, object, text) {
                places.push((at, name.clone()));
                items.push(item);
            }
        }
    }
    let texts = keys::open_texts(db, items).await?;
    for ((at, name), text) in places.into_iter().zip(texts) {
        if let Some(value) = objects.get_mut(at).and_then(|object| object.get_mut(&name)) {
            *value = Json::String(text.or(""));
        }
    }
    Ok(objects)
}

/// Whose a sealed text is and what for, by the rules of who wrote it.
fn item(table: &str, column: &str, row: &Json, text: &str) -> Option<Item> {
    let id = |name: &str| row.get(name)?.as_str()?.parse::<Uuid>().ok();
    let owner = id("client_id").unwrap_or(BANK);
    match table {
        "journal_entry" => {
            let command = id("command_id")?.into();
            Some(journal::item(id("client_id"), command, id("entity_id")?, text.to_owned()))
        }
        "approval" => Some((owner, format!("approval/{}/{column}", id("id")?), text.to_owned())),
        "client_erasure" => {
            Some((owner, format!("client_erasure/{owner}/archive"), text.to_owned()))
        }
        _ => None,
    }
}

async fn write_files(db: &mut Snapshot, dir: &Path) -> Result<u64, RunError> {
    let (mut after, mut files) = (Vec::new(), 0);
    loop {
        let addresses = blobs::addresses(db, &after, FILES).await?;
        if addresses.is_empty() {
            return Ok(files);
        }
        for address in addresses {
            if let Some(content) = blobs::get(db, &address).await? {
                let name = hexadecimal(&address);
                let file = dir.join("files").join(name);
                fs::write(&file, content).map_err(RunError::io(file.display().to_string()))?;
                files += 1;
            }
            after = address;
        }
    }
}
