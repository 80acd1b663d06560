//! Adding, using and taking away passkeys.

use kernel::limits::{PASSKEY_NAME_CHARS_MAX, PASSKEYS_MAX};
use kernel::{PasskeyId, Refusal, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, params};

use super::ceremony::CHALLENGE_BYTES;
use crate::org::factor::commands::{forget_codes, is_required, myself, put_codes};
use crate::org::marks::{self, Mark, Origin};
use crate::{Change, Command, Error, Registry, Work};

pub(in crate::org) fn register(registry: &mut Registry) {
    registry.add::<AddPasskey>();
    registry.add::<RenamePasskey>();
    registry.add::<RemovePasskey>();
    registry.add::<UsePasskey>();
    registry.add::<NotePasskeyCounter>();
}

/// A challenge that was answered well, and until when it could have been answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spent {
    /// Its bytes.
    pub challenge: Vec<u8>,
    /// Its end.
    pub until: Timestamp,
}

/// Spends a challenge; those whose time is over are forgotten, for nobody takes them any more.
async fn spend(w: &mut Work<'_>, spent: &Spent) -> Result<(), Error> {
    let now = w.ctx.now;
    if spent.until <= now || spent.challenge.len() != CHALLENGE_BYTES {
        return Err(Error::refused("passkey-late"));
    }
    w.execute("delete from passkey_challenge where until <= $1", params![now]).await?;
    let sql = "insert into passkey_challenge (challenge, until) values ($1, $2) \
               on conflict do nothing";
    match w.execute(sql, params![spent.challenge.clone(), spent.until]).await? {
        0 => Err(Error::refused("passkey-spent")),
        _ => Ok(()),
    }
}

fn checked_name(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::refused_field("required", "name"));
    }
    if name.chars().count() > PASSKEY_NAME_CHARS_MAX {
        let refusal = Refusal::field("too-long", "name").arg("max", PASSKEY_NAME_CHARS_MAX);
        return Err(Error::Refused(refusal.into()));
    }
    Ok(name)
}

async fn count(w: &mut Work<'_>, user: UserId) -> Result<usize, Error> {
    let sql = "select count(*) from passkey where staff_id = $1";
    let row = w.first(sql, params![user]).await?.ok_or(Error::NotFound)?;
    Ok(usize::try_from(row.one::<i64>()?).unwrap_or(usize::MAX))
}

/// Takes all passkeys of a person; answers how many there were.
pub(in crate::org) async fn forget(w: &mut Work<'_>, user: UserId) -> Result<u64, Error> {
    Ok(w.execute("delete from passkey where staff_id = $1", params![user]).await?)
}

/// Adds a passkey of one's own. The caller has made the checks of the ceremony.
#[derive(Debug, Serialize, Deserialize)]
pub struct AddPasskey {
    /// Its name, as the device chose it.
    pub credential_id: Vec<u8>,
    /// Its public key, as the device wrote it.
    pub public_key: Vec<u8>,
    /// How often it has signed.
    pub counter: i64,
    /// Its name, as the person chose it.
    pub name: String,
    /// The challenge it answered.
    pub spent: Spent,
    /// Digests of recovery codes, for somebody who has none yet; empty otherwise.
    pub code_hashes: Vec<Vec<u8>>,
}

impl Command for AddPasskey {
    const NAME: &'static str = "org.add_passkey";
    const PERMISSION: &'static str = "app.use";
    type Output = PasskeyId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<PasskeyId, Error> {
        let me = myself(w)?;
        let name = checked_name(&self.name)?;
        spend(w, &self.spent).await?;
        if count(w, me).await? >= PASSKEYS_MAX {
            let refusal = Refusal::new("passkey-many").arg("max", PASSKEYS_MAX);
            return Err(Error::Refused(refusal.into()));
        }
        let id: PasskeyId = w.new_id();
        let now = w.ctx.now;
        let sql = "insert into passkey (id, staff_id, credential_id, public_key, counter, name, \
                   created_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
        let (credential, key) = (self.credential_id.clone(), self.public_key.clone());
        let values = params![id, me, credential, key, self.counter, name, now];
        if w.execute(sql, values).await? == 0 {
            return Err(Error::refused("passkey-known"));
        }
        if !self.code_hashes.is_empty() {
            put_codes(w, me, &self.code_hashes).await?;
        }
        w.record("staff", me, None, Change::new().field("passkey", Json::Null, name));
        Ok(id)
    }
}

async fn own_name(w: &mut Work<'_>, me: UserId, id: PasskeyId) -> Result<String, Error> {
    let sql = "select name from passkey where id = $1 and staff_id = $2";
    Ok(w.first(sql, params![id, me]).await?.ok_or(Error::NotFound)?.one()?)
}

/// Gives a passkey of one's own another name.
#[derive(Debug, Serialize, Deserialize)]
pub struct RenamePasskey {
    /// Which.
    pub passkey_id: PasskeyId,
    /// Its new name.
    pub name: String,
}

impl Command for RenamePasskey {
    const NAME: &'static str = "org.rename_passkey";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let me = myself(w)?;
        let before = own_name(w, me, self.passkey_id).await?;
        let name = checked_name(&self.name)?;
        let sql = "update passkey set name = $2 where id = $1";
        w.execute(sql, params![self.passkey_id, name]).await?;
        if before != name {
            w.record("staff", me, None, Change::new().field("passkey", before, name));
        }
        Ok(())
    }
}

/// Takes a passkey of one's own away; the last factor stays when a role of one's own requires one.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemovePasskey {
    /// Which.
    pub passkey_id: PasskeyId,
}

impl Command for RemovePasskey {
    const NAME: &'static str = "org.remove_passkey";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let me = myself(w)?;
        let name = own_name(w, me, self.passkey_id).await?;
        let has_codes = w.first("select 1 from totp where staff_id = $1", params![me]).await?;
        if has_codes.is_none() && count(w, me).await? == 1 {
            if is_required(w, me).await? {
                return Err(Error::refused("factor-required"));
            }
            forget_codes(w, me).await?;
        }
        w.execute("delete from passkey where id = $1", params![self.passkey_id]).await?;
        w.record("staff", me, None, Change::new().field("passkey", name, Json::Null));
        Ok(())
    }
}

/// Notes that a passkey has signed somebody in. Refused when its counter does not go on: then there is a
/// copy of it somewhere. The caller has made the checks of the ceremony.
#[derive(Debug, Serialize, Deserialize)]
pub struct UsePasskey {
    /// Which.
    pub passkey_id: PasskeyId,
    /// How often it says it has signed.
    pub counter: i64,
    /// The challenge it answered.
    pub spent: Spent,
}

impl Command for UsePasskey {
    const NAME: &'static str = "org.use_passkey";
    const PERMISSION: &'static str = "system";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = "select p.staff_id, p.name, p.counter, s.state from passkey p \
                   join staff s on s.id = p.staff_id where p.id = $1";
        let unknown = || Error::refused("passkey-unknown");
        let row = w.first(sql, params![self.passkey_id]).await?.ok_or_else(unknown)?;
        let mut c = row.cols();
        let (user, name): (UserId, String) = (c.take()?, c.take()?);
        let (known, state): (i64, String) = (c.take()?, c.take()?);
        if state != "active" {
            return Err(unknown());
        }
        spend(w, &self.spent).await?;
        // a device that does not count says nothing every time
        let goes_on = self.counter > known || (self.counter == 0 && known == 0);
        let now = w.ctx.now;
        let sql = "update passkey set counter = $2, used_at = $3 where id = $1 and counter = $4";
        let values = params![self.passkey_id, self.counter, now, known];
        if !goes_on || w.execute(sql, values).await? == 0 {
            return Err(Error::refused("passkey-counter"));
        }
        w.record("staff", user, None, Change::new().set("passkey_used", name));
        Ok(())
    }
}

/// Notes that the counter of a passkey did not go on.
#[derive(Debug, Serialize, Deserialize)]
pub struct NotePasskeyCounter {
    /// Whose passkey.
    pub user_id: UserId,
    /// Network address.
    pub address: String,
    /// What kind of browser.
    pub device: String,
}

impl Command for NotePasskeyCounter {
    const NAME: &'static str = "org.note_passkey_counter";
    const PERMISSION: &'static str = "system";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let origin = Origin { address: &self.address, device: &self.device };
        marks::put(w, Mark::PasskeyCounter, (Some(self.user_id), None), origin).await
    }
}
