//! Files of a client.

use kernel::{ClientId, FileId, Refusal, limits};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spine::secrecy::Group;
use spine::{Change, Command, Error, Work};
use store::params;

use super::{editable, has_room, touch};
use crate::contacts::model::{FileKind, safe_name, sniff};
use crate::contacts::queries;

/// Takes a file in. The payload carries the content's hash, not the content: a command is kept, hashed
/// and sent on, and a file of many megabytes should not be that more than once. Whoever sends the
/// command from elsewhere puts the content in first.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddFile {
    /// Whose.
    pub client_id: ClientId,
    /// Name on the sender's machine.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// The content; empty when it is stored already.
    #[serde(skip)]
    pub content: Vec<u8>,
}

impl AddFile {
    /// A command for a content.
    pub fn new(client_id: ClientId, name: &str, kind: FileKind, content: Vec<u8>) -> Self {
        let sha256 = hexadecimal(&Sha256::digest(&content));
        Self { client_id, name: name.to_owned(), kind, sha256, content }
    }
}

impl Command for AddFile {
    const NAME: &'static str = "parties.add_file";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = FileId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<FileId, Error> {
        editable(w, self.client_id, Group::Documents).await?;
        let present = queries::files(w, self.client_id).await?;
        has_room(present.len())?;
        let stored;
        let content = if self.content.is_empty() {
            stored = self.stored_content(w).await?;
            &stored
        } else {
            &self.content
        };
        if content.len() > limits::UPLOAD_BYTES_MAX {
            let max = limits::UPLOAD_BYTES_MAX / 1024 / 1024;
            return Err(Refusal::field("file-too-large", "file").arg("max", max).into());
        }
        let sniffed = sniff(&self.name, content)?;
        if hexadecimal(&Sha256::digest(content)) != self.sha256 {
            return Err(Error::refused_field("file-hash", "file"));
        }
        let hash = w.put_blob(Some(self.client_id), content).await?;
        if present.iter().any(|f| f.hash == hash) {
            return Err(Error::refused_field("file-twin", "file"));
        }
        let id: FileId = w.new_id();
        let name = safe_name(&self.name);
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into client_file (id, client_id, name, mime, size, hash, kind, author_id, at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                id,
                self.client_id,
                &name,
                sniffed.mime,
                size,
                hash.to_vec(),
                self.kind,
                author,
                now
            ],
        )
        .await?;
        let change = Change::new()
            .set("name", name)
            .set("kind", self.kind.key())
            .set("size", size)
            .set("sha256", self.sha256.as_str());
        w.record("file", id, Some(self.client_id), change);
        touch(w, self.client_id).await?;
        Ok(id)
    }
}

impl AddFile {
    async fn stored_content(&self, w: &mut Work<'_>) -> Result<Vec<u8>, Error> {
        let hash = from_hexadecimal(&self.sha256)
            .ok_or_else(|| Error::refused_field("file-hash", "file"))?;
        let address = store::blobs::address(self.client_id.uuid(), &hash);
        let found = store::blobs::get(w, &address).await?;
        found.ok_or_else(|| Error::refused_field("file-empty", "file"))
    }
}

/// Archives a file; its content stays for the journal's sake.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveFile {
    /// Which.
    pub file_id: FileId,
}

impl Command for ArchiveFile {
    const NAME: &'static str = "parties.archive_file";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let stored = queries::file(w, self.file_id).await?.ok_or(Error::NotFound)?;
        editable(w, stored.client_id, Group::Documents).await?;
        let now = w.ctx.now;
        w.execute("update client_file set archived_at = $2 where id = $1", params![stored.id, now])
            .await?;
        let gone: Option<&str> = None;
        let change = Change::new().field("name", stored.name.as_str(), gone);
        w.record("file", stored.id, Some(stored.client_id), change);
        touch(w, stored.client_id).await
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // writing to a String cannot fail
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
