//! Setting up, using and taking away second factors.

use kernel::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, Value, params};

use super::code::{RECOVERY_CODES, oldest_step};
use crate::org::edit::giving::may_act_on;
use crate::org::edit::lock_rights;
use crate::org::edit::sign_in::end_sessions;
use crate::org::marks::{self, Mark, Origin};
use crate::org::passkey;
use crate::{Change, Command, Error, Registry, Work};

pub(in crate::org) fn register(registry: &mut Registry) {
    registry.add::<EnrolTotp>();
    registry.add::<RemoveTotp>();
    registry.add::<RenewRecoveryCodes>();
    registry.add::<PassTotp>();
    registry.add::<UseRecoveryCode>();
    registry.add::<ResetSecondFactor>();
}

/// A person acts for himself; a program, though it may have an owner, has no second factor.
pub(in crate::org) fn myself(w: &Work<'_>) -> Result<UserId, Error> {
    w.actor().filter(|_| !w.ctx.principal.is_program).ok_or(Error::NotFound)
}

pub(in crate::org) async fn put_codes(
    w: &mut Work<'_>,
    user: UserId,
    hashes: &[Vec<u8>],
) -> Result<(), Error> {
    if hashes.len() != RECOVERY_CODES {
        return Err(Error::failure("recovery codes of another number"));
    }
    forget_codes(w, user).await?;
    let rows: Vec<Vec<Value>> =
        hashes.iter().map(|hash| vec![user.into(), hash.clone().into()]).collect();
    w.insert_many("insert into recovery_code (staff_id, code_hash) values", &rows, "").await?;
    Ok(())
}

pub(in crate::org) async fn forget_codes(w: &mut Work<'_>, user: UserId) -> Result<(), Error> {
    w.execute("delete from recovery_code where staff_id = $1", params![user]).await?;
    Ok(())
}

async fn has_passkeys(w: &mut Work<'_>, user: UserId) -> Result<bool, Error> {
    let sql = "select 1 from passkey where staff_id = $1 limit 1";
    Ok(w.first(sql, params![user]).await?.is_some())
}

/// Whether a role of the person requires a second factor.
pub(in crate::org) async fn is_required(w: &mut Work<'_>, user: UserId) -> Result<bool, Error> {
    let sql = "select 1 from staff_role s join role_second_factor f on f.role_id = s.role_id \
               where s.staff_id = $1 limit 1";
    Ok(w.first(sql, params![user]).await?.is_some())
}

async fn forget_totp(w: &mut Work<'_>, user: UserId) -> Result<bool, Error> {
    Ok(w.execute("delete from totp where staff_id = $1", params![user]).await? > 0)
}

/// Sets up one's own second factor, in the place of one there may be. The caller has seen a right code.
#[derive(Debug, Serialize, Deserialize)]
pub struct EnrolTotp {
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// The step of the code that proved it: it is spent.
    pub step: i64,
    /// Digests of the recovery codes.
    pub code_hashes: Vec<Vec<u8>>,
}

impl Command for EnrolTotp {
    const NAME: &'static str = "org.enrol_totp";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let me = myself(w)?;
        let now = w.ctx.now;
        w.execute(
            "insert into totp (staff_id, secret, last_step, created_at) values ($1, $2, $3, $4) \
             on conflict (staff_id) do update set secret = excluded.secret, \
             last_step = excluded.last_step, created_at = excluded.created_at",
            params![me, self.sealed.clone(), self.step, now],
        )
        .await?;
        put_codes(w, me, &self.code_hashes).await?;
        w.record("staff", me, None, Change::new().set("second_factor", "on"));
        Ok(())
    }
}

/// Takes the codes of one's own device away, unless they are the last factor and a role of one's own requires
/// one. Recovery codes stay as long as there are passkeys.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemoveTotp {}

impl Command for RemoveTotp {
    const NAME: &'static str = "org.remove_totp";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let me = myself(w)?;
        if !has_passkeys(w, me).await? {
            if is_required(w, me).await? {
                return Err(Error::refused("factor-required"));
            }
            forget_codes(w, me).await?;
        }
        if !forget_totp(w, me).await? {
            return Err(Error::NotFound);
        }
        w.record("staff", me, None, Change::new().field("second_factor", "on", Json::Null));
        Ok(())
    }
}

/// New recovery codes in the place of the old ones.
#[derive(Debug, Serialize, Deserialize)]
pub struct RenewRecoveryCodes {
    /// Digests of the new codes.
    pub code_hashes: Vec<Vec<u8>>,
}

impl Command for RenewRecoveryCodes {
    const NAME: &'static str = "org.renew_recovery_codes";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let me = myself(w)?;
        let sql = "select 1 from totp where staff_id = $1";
        if w.first(sql, params![me]).await?.is_none() && !has_passkeys(w, me).await? {
            return Err(Error::NotFound);
        }
        put_codes(w, me, &self.code_hashes).await?;
        w.record("staff", me, None, Change::new().set("recovery_codes", "renewed"));
        Ok(())
    }
}

/// Spends the step of a right code; refused when it, or a later one, is spent already. Leaves no journal
/// entry: the session that follows does.
#[derive(Debug, Serialize, Deserialize)]
pub struct PassTotp {
    /// Whose code.
    pub user_id: UserId,
    /// Its step.
    pub step: i64,
}

impl Command for PassTotp {
    const NAME: &'static str = "org.pass_totp";
    const PERMISSION: &'static str = "system";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        if self.step < oldest_step(w.ctx.now) {
            return Err(Error::refused("code-wrong"));
        }
        let sql = "update totp set last_step = $2 where staff_id = $1 and last_step < $2";
        if w.execute(sql, params![self.user_id, self.step]).await? == 0 {
            return Err(Error::refused("code-wrong"));
        }
        Ok(())
    }
}

/// Spends a recovery code; answers how many are left.
#[derive(Debug, Serialize, Deserialize)]
pub struct UseRecoveryCode {
    /// Whose.
    pub user_id: UserId,
    /// Its digest.
    pub code_hash: Vec<u8>,
    /// Network address.
    pub address: String,
    /// What kind of browser.
    pub device: String,
}

impl Command for UseRecoveryCode {
    const NAME: &'static str = "org.use_recovery_code";
    const PERMISSION: &'static str = "system";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = i64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<i64, Error> {
        let now = w.ctx.now;
        let used = w
            .execute(
                "update recovery_code set used_at = $3 \
                 where staff_id = $1 and code_hash = $2 and used_at is null",
                params![self.user_id, self.code_hash.clone(), now],
            )
            .await?;
        if used == 0 {
            return Err(Error::refused("code-wrong"));
        }
        let sql = "select count(*) from recovery_code where staff_id = $1 and used_at is null";
        let row = w.first(sql, params![self.user_id]).await?.ok_or(Error::NotFound)?;
        let left: i64 = row.one()?;
        let origin = Origin { address: &self.address, device: &self.device };
        marks::put(w, Mark::RecoveryCode, (Some(self.user_id), None), origin).await?;
        w.record(
            "staff",
            self.user_id,
            None,
            Change::new().field("recovery_codes", left + 1, left),
        );
        Ok(left)
    }
}

/// Takes somebody else's second factors away, his passkeys too, when a device is lost, and ends his sessions.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResetSecondFactor {
    /// Whose.
    pub staff_id: UserId,
}

impl Command for ResetSecondFactor {
    const NAME: &'static str = "org.reset_second_factor";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        if w.actor() == Some(self.staff_id) {
            return Err(Error::refused("own-factor"));
        }
        lock_rights(w).await?;
        may_act_on(w, self.staff_id).await?;
        let had_codes = forget_totp(w, self.staff_id).await?;
        let keys = passkey::commands::forget(w, self.staff_id).await?;
        if !had_codes && keys == 0 {
            return Err(Error::NotFound);
        }
        forget_codes(w, self.staff_id).await?;
        let ended = end_sessions(w, self.staff_id, None).await?;
        let mut change = Change::new().set("sessions_ended", ended);
        if had_codes {
            change = change.field("second_factor", "on", Json::Null);
        }
        if keys > 0 {
            change = change.field("passkeys", keys, Json::Null);
        }
        w.record("staff", self.staff_id, None, change);
        Ok(())
    }
}
