//! Leaving and coming back. What a person leaves behind is never without an owner: his successor stands
//! in for him for good.

use kernel::{BranchId, Date, Refusal, Refusals, UserId};
use serde::{Deserialize, Serialize};
use store::{Read, params};
use uuid::Uuid;

use super::absences::{absences, is_active};
use super::giving::may_act_on;
use super::{keep_guardians, lock_rights, tell_deputy, today_of};
use crate::org::edit_rules::{Away, check_absence};
use crate::{Change, Command, Error, Work};

/// The last day of a standing-in that has no end.
const FOR_GOOD: Date = Date::constant(9999, 12, 31);

/// State and branch of a member of staff, locked for this transaction.
async fn state_of(w: &mut Work<'_>, id: UserId) -> Result<(String, Option<BranchId>), Error> {
    let sql =
        format!("select state, branch_id from staff where id = $1{}", w.dialect().for_update());
    let mut c = w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?.cols();
    Ok((c.take()?, c.take()?))
}

/// Dismisses a member of staff: he can sign in no more, and everything of his falls to the successor.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DismissStaff {
    /// Who leaves.
    pub staff_id: UserId,
    /// Who takes over his clients and tasks.
    pub successor_id: UserId,
}

impl Command for DismissStaff {
    const NAME: &'static str = "org.dismiss_staff";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (id, successor, now) = (self.staff_id, self.successor_id, w.ctx.now);
        lock_rights(w).await?;
        let (state, branch) = state_of(w, id).await?;
        let today = today_of(w, branch).await?;
        if state != "active" {
            return Err(Error::refused("staff-dismissed"));
        }
        if w.actor() == Some(id) {
            return Err(Error::refused("own-dismissal"));
        }
        may_act_on(w, id).await?;
        self.check_successor(w, today).await?;
        w.execute("update staff set state = 'dismissed' where id = $1", params![id]).await?;
        keep_guardians(w).await?;
        let sql = "update absence set cancelled_at = $2 \
                   where staff_id = $1 and cancelled_at is null and until_on >= $3";
        w.execute(sql, params![id, now, today]).await?;
        let absence: Uuid = w.new_id();
        w.execute(
            "insert into absence (id, staff_id, deputy_id, from_on, until_on, reason) \
             values ($1, $2, $3, $4, $5, '')",
            params![absence, id, successor, today, FOR_GOOD],
        )
        .await?;
        let sql = "update session set ended_at = $2 where staff_id = $1 and ended_at is null";
        let ended = w.execute(sql, params![id, now]).await?;
        let sql = "update api_token set revoked_at = $2 where staff_id = $1 and revoked_at is null";
        let revoked = w.execute(sql, params![id, now]).await?;
        let change = Change::new()
            .field("state", "active", "dismissed")
            .set("successor", successor.to_string())
            .field("sessions_ended", 0, ended)
            .field("tokens_revoked", 0, revoked);
        w.record("staff", id, None, change);
        tell_deputy(w, "staff-successor", successor, id).await
    }
}

impl DismissStaff {
    async fn check_successor(&self, w: &mut Work<'_>, today: Date) -> Result<(), Error> {
        let new =
            Away { staff: self.staff_id, deputy: self.successor_id, from: today, until: FOR_GOOD };
        let others: Vec<Away> = absences(w, today).await?;
        // his own absences end with his leaving
        let others: Vec<Away> = others.into_iter().filter(|a| a.staff != self.staff_id).collect();
        let active = is_active(w, self.successor_id).await?;
        let mut refusals = Refusals::default();
        for refusal in check_absence(&new, active, &others).0 {
            let code = match refusal.code.as_str() {
                "absence-deputy-self" => "successor-self",
                "absence-deputy-inactive" => "successor-inactive",
                _ => "successor-cycle",
            };
            refusals.push(Refusal::field(code, "successor"));
        }
        Ok(refusals.into_result()?)
    }
}

/// Takes a dismissed member of staff back; what his successor got meanwhile comes back to him.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReinstateStaff {
    /// Who.
    pub staff_id: UserId,
}

impl Command for ReinstateStaff {
    const NAME: &'static str = "org.reinstate_staff";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (id, now) = (self.staff_id, w.ctx.now);
        lock_rights(w).await?;
        let (state, _) = state_of(w, id).await?;
        if state == "active" {
            return Err(Error::refused("staff-active"));
        }
        may_act_on(w, id).await?;
        w.execute(
            "update staff set state = 'active', failures = 0, locked_until = null where id = $1",
            params![id],
        )
        .await?;
        let sql = "update absence set cancelled_at = $2 \
                   where staff_id = $1 and cancelled_at is null and until_on = $3";
        w.execute(sql, params![id, now, FOR_GOOD]).await?;
        w.record("staff", id, None, Change::new().field("state", state, "active"));
        Ok(())
    }
}
