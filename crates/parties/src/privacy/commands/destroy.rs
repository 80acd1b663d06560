//! Destroying what was kept of a person, when the law's term is over.

use kernel::ClientId;
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::{Read, params};

use super::archive_purpose;
use crate::merge::queries::ABSORBED;
use crate::privacy::model::ErasureState;
use crate::privacy::queries;

/// Destroys the archive of an erased client whose term is over: his keys, and with them everything that
/// was ever sealed under them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DestroyArchive {
    /// Whose.
    pub client_id: ClientId,
}

impl Command for DestroyArchive {
    const NAME: &'static str = "parties.destroy_archive";
    const PERMISSION: &'static str = "system";
    type Output = bool;

    async fn handle(&self, w: &mut Work<'_>) -> Result<bool, Error> {
        let sql = format!(
            "select number, archive from client_erasure where client_id = $1 and state = 'kept' \
             and kept_until <= $2{}",
            w.dialect().for_update()
        );
        let today = w.ctx.now.date_in(&jiff::tz::TimeZone::UTC);
        let Some(row) = w.first(&sql, params![self.client_id, today]).await? else {
            return Ok(false); // done before, or not yet over
        };
        let mut c = row.cols();
        let (number, sealed): (String, Option<String>) = (c.take()?, c.take()?);
        let purpose = archive_purpose(self.client_id);
        let owner = self.client_id.uuid();
        let archive =
            store::keys::open_text(w, owner, &purpose, sealed.unwrap_or_default()).await?;
        let files = queries::addresses_in(&archive.or("{}"));
        let mut all = vec![self.client_id];
        for row in w.query(ABSORBED, params![self.client_id]).await? {
            all.push(row.one()?);
        }
        remove_files(w, &files).await?;
        destroy_keys(w, &all).await?;
        let now = w.ctx.now;
        w.execute(
            "update client_erasure set state = $2, archive = null, destroyed_at = $3 where client_id = $1",
            params![self.client_id, ErasureState::Destroyed, now],
        )
        .await?;
        let change = Change::new().set("number", number).field(
            "state",
            ErasureState::Kept.key(),
            ErasureState::Destroyed.key(),
        );
        w.record("erasure", owner, None, change);
        Ok(true)
    }
}

/// Removes contents that nobody's file names any more.
pub(super) async fn remove_files(w: &mut Work<'_>, files: &[Vec<u8>]) -> Result<(), Error> {
    for address in files {
        let sql = "delete from blob where hash = $1 and not exists \
                   (select 1 from client_file f where f.hash = blob.hash)";
        w.execute(sql, params![address.clone()]).await?;
    }
    Ok(())
}

/// Destroys the keys of clients.
pub(super) async fn destroy_keys(w: &mut Work<'_>, clients: &[ClientId]) -> Result<(), Error> {
    for client in clients {
        w.destroy_key(*client).await?;
    }
    Ok(())
}
