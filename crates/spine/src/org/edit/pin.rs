//! The PIN with which a supervisor signs at a branch (`authority`): set by its owner, taken away by who may set passwords.

use kernel::UserId;
use serde::{Deserialize, Serialize};
use store::params;

use super::giving;
use crate::{Change, Command, Error, Work};

/// Sets one's own PIN; its shape is checked, and it is hashed, before ([`crate::authority::check_new_pin`]).
#[derive(Debug, Serialize, Deserialize)]
pub struct SetPin {
    /// Its argon2 hash.
    pub pin_hash: String,
}

impl Command for SetPin {
    const NAME: &'static str = "org.set_pin";
    const PERMISSION: &'static str = crate::authority::SUPERVISE;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let me = w.actor().ok_or(Error::NotFound)?;
        let sql = "insert into staff_pin (staff_id, pin_hash, set_at) values ($1, $2, $3) \
                   on conflict (staff_id) do update set pin_hash = excluded.pin_hash, set_at = excluded.set_at";
        w.execute(sql, params![me, self.pin_hash.as_str(), w.ctx.now]).await?;
        w.record("staff", me, None, Change::new().set("pin", "set"));
        Ok(())
    }
}

/// Takes a person's PIN away: he signs nothing until he has set another.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ResetPin {
    /// Whose.
    pub staff_id: UserId,
}

impl Command for ResetPin {
    const NAME: &'static str = "org.reset_pin";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        giving::may_act_on(w, self.staff_id).await?;
        let sql = "delete from staff_pin where staff_id = $1";
        if w.execute(sql, params![self.staff_id]).await? == 1 {
            w.record("staff", self.staff_id, None, Change::new().field("pin", "set", ""));
        }
        Ok(())
    }
}
