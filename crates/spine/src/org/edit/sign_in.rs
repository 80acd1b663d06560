//! How members of staff come in: passwords, locks and sessions.

use kernel::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, params};

use super::giving::may_act_on;
use super::lock_rights;
use crate::{Change, Command, Error, Work};

/// Ends sessions of a person, all but one; answers how many.
pub(in crate::org) async fn end_sessions(
    w: &mut Work<'_>,
    user: UserId,
    but: Option<SessionId>,
) -> Result<u64, Error> {
    let now = w.ctx.now;
    let sql = "update session set ended_at = $2 where staff_id = $1 and ended_at is null \
               and id <> coalesce($3, staff_id)";
    Ok(w.execute(sql, params![user, now, but]).await?)
}

/// Notes that a person's password is known to somebody else and must be changed first.
pub(in crate::org) async fn mark_temporary(w: &mut Work<'_>, id: UserId) -> Result<(), Error> {
    let now = w.ctx.now;
    w.execute(
        "insert into temporary_password (staff_id, set_at) values ($1, $2) \
         on conflict (staff_id) do update set set_at = excluded.set_at",
        params![id, now],
    )
    .await?;
    Ok(())
}

/// Sets somebody else's password, which he must change when he first signs in, and ends his sessions.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetPassword {
    /// Whose.
    pub staff_id: UserId,
    /// argon2id hash of it.
    pub password_hash: String,
}

impl Command for SetPassword {
    const NAME: &'static str = "org.set_password";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        if w.actor() == Some(self.staff_id) {
            return Err(Error::refused_field("own-password", "password"));
        }
        lock_rights(w).await?;
        may_act_on(w, self.staff_id).await?;
        let found = w
            .execute(
                "update staff set password_hash = $2, failures = 0, locked_until = null \
                 where id = $1",
                params![self.staff_id, &self.password_hash],
            )
            .await?;
        if found == 0 {
            return Err(Error::NotFound);
        }
        mark_temporary(w, self.staff_id).await?;
        let ended = end_sessions(w, self.staff_id, None).await?;
        let change = Change::new().set("password", "changed").set("sessions_ended", ended);
        w.record("staff", self.staff_id, None, change);
        Ok(())
    }
}

/// Changes one's own password and ends one's other sessions. The caller has checked the old password
/// against `proven_hash`, which must still be the stored one.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChangePassword {
    /// The stored hash the old password was checked against.
    pub proven_hash: String,
    /// argon2id hash of the new one.
    pub password_hash: String,
    /// The session that stays.
    pub keep_session: Option<SessionId>,
}

impl Command for ChangePassword {
    const NAME: &'static str = "org.change_password";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let me = w.actor().ok_or(Error::NotFound)?;
        let changed = w
            .execute(
                "update staff set password_hash = $2, failures = 0 \
                 where id = $1 and password_hash = $3",
                params![me, &self.password_hash, &self.proven_hash],
            )
            .await?;
        if changed == 0 {
            return Err(Error::refused_field("password-wrong", "old"));
        }
        w.execute("delete from temporary_password where staff_id = $1", params![me]).await?;
        let sql = "delete from password_duty where session_id in \
                   (select id from session where staff_id = $1)";
        w.execute(sql, params![me]).await?;
        let ended = end_sessions(w, me, self.keep_session).await?;
        let change = Change::new().set("password", "changed").set("sessions_ended", ended);
        w.record("staff", me, None, change);
        Ok(())
    }
}

/// Opens an account that was locked by wrong passwords.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UnlockStaff {
    /// Whose.
    pub staff_id: UserId,
}

impl Command for UnlockStaff {
    const NAME: &'static str = "org.unlock_staff";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = "select locked_until from staff where id = $1";
        let row = w.first(sql, params![self.staff_id]).await?.ok_or(Error::NotFound)?;
        let locked: Option<i64> = row.one()?;
        // or who may unlock could try a better man's passwords without end
        may_act_on(w, self.staff_id).await?;
        w.execute(
            "update staff set failures = 0, locked_until = null where id = $1",
            params![self.staff_id],
        )
        .await?;
        let change = Change::new().field("locked_until", locked, Json::Null);
        w.record("staff", self.staff_id, None, change);
        Ok(())
    }
}

/// Ends all of one's own sessions but one.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EndOtherSessions {
    /// The session that stays.
    pub keep_session: Option<SessionId>,
}

impl Command for EndOtherSessions {
    const NAME: &'static str = "org.end_other_sessions";
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let me = w.actor().ok_or(Error::NotFound)?;
        let ended = end_sessions(w, me, self.keep_session).await?;
        if ended > 0 {
            w.record("staff", me, None, Change::new().set("sessions_ended", ended));
        }
        Ok(ended)
    }
}

/// Ends all sessions of a person.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EndSessions {
    /// Whose.
    pub staff_id: UserId,
}

impl Command for EndSessions {
    const NAME: &'static str = "org.end_sessions";
    const PERMISSION: &'static str = "admin.staff";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let ended = end_sessions(w, self.staff_id, None).await?;
        if ended > 0 {
            w.record("staff", self.staff_id, None, Change::new().set("sessions_ended", ended));
        }
        Ok(ended)
    }
}
