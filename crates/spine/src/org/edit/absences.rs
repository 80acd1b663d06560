//! Absences and who stands in: one's own, or anybody's with `admin.staff`.

use kernel::{Date, Refusal, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Read, params};
use uuid::Uuid;

use super::giving::may_act_on;
use super::{lock_rights, tell_deputy};
use crate::org::edit_rules::{Away, check_absence, check_line};
use crate::{Change, Command, Error, Work};

/// Absences that reach `from` or further and were not called off.
pub(super) async fn absences(w: &mut Work<'_>, from: Date) -> Result<Vec<Away>, Error> {
    let sql = "select staff_id, deputy_id, from_on, until_on from absence \
               where cancelled_at is null and until_on >= $1";
    let mut all = Vec::new();
    for row in w.query(sql, params![from]).await? {
        let mut c = row.cols();
        all.push(Away { staff: c.take()?, deputy: c.take()?, from: c.take()?, until: c.take()? });
    }
    Ok(all)
}

/// Whether somebody works here.
pub(super) async fn is_active(w: &mut Work<'_>, id: UserId) -> Result<bool, Error> {
    let sql = "select id from staff where id = $1 and state = 'active'";
    Ok(w.first(sql, params![id]).await?.is_some())
}

fn may_plan_for(w: &Work<'_>, staff: UserId) -> Result<(), Error> {
    let may = w.actor() == Some(staff) || w.ctx.principal.has("admin.staff");
    if may { Ok(()) } else { Err(Error::NotFound) }
}

/// Says when somebody is away and who stands in.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlanAbsence {
    /// Who is away.
    pub staff_id: UserId,
    /// Who stands in.
    pub deputy_id: UserId,
    /// First day away.
    pub from_on: Date,
    /// Last day away.
    pub until_on: Date,
    /// Why, in a few words; may be empty.
    pub reason: String,
}

impl Command for PlanAbsence {
    const NAME: &'static str = "org.plan_absence";
    const PERMISSION: &'static str = "app.use";
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        may_plan_for(w, self.staff_id)?;
        lock_rights(w).await?;
        if w.actor() == Some(self.deputy_id) {
            // a deputy sees the work of whom he stands in for
            may_act_on(w, self.staff_id).await?;
        }
        let new = Away {
            staff: self.staff_id,
            deputy: self.deputy_id,
            from: self.from_on,
            until: self.until_on,
        };
        let others = absences(w, self.from_on).await?;
        let mut refusals = check_absence(&new, is_active(w, self.deputy_id).await?, &others);
        check_line(&self.reason, "reason", false, &mut refusals);
        if !is_active(w, self.staff_id).await? {
            refusals.push(Refusal::field("staff-dismissed", "staff"));
        }
        refusals.into_result()?;
        let id: Uuid = w.new_id();
        let reason = self.reason.trim();
        w.execute(
            "insert into absence (id, staff_id, deputy_id, from_on, until_on, reason) \
             values ($1, $2, $3, $4, $5, $6)",
            params![id, self.staff_id, self.deputy_id, self.from_on, self.until_on, reason],
        )
        .await?;
        let change = Change::new()
            .set("staff", self.staff_id.to_string())
            .set("deputy", self.deputy_id.to_string())
            .set("from_on", self.from_on.to_string())
            .set("until_on", self.until_on.to_string());
        // the reason may be an illness: the journal says that there is one, not which
        w.record("absence", id, None, change);
        if w.actor() != Some(self.deputy_id) {
            tell_deputy(w, "staff-deputy", self.deputy_id, self.staff_id).await?;
        }
        Ok(id)
    }
}

/// Calls an absence off; from now on the person acts for himself.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CancelAbsence {
    /// Which.
    pub absence_id: Uuid,
}

impl Command for CancelAbsence {
    const NAME: &'static str = "org.cancel_absence";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = "select a.staff_id, s.state, a.cancelled_at from absence a \
                   join staff s on s.id = a.staff_id where a.id = $1";
        let mut c = w.first(sql, params![self.absence_id]).await?.ok_or(Error::NotFound)?.cols();
        let (staff, state): (UserId, String) = (c.take()?, c.take()?);
        let cancelled: Option<Timestamp> = c.take()?;
        may_plan_for(w, staff)?;
        if cancelled.is_some() {
            return Ok(());
        }
        if state != "active" {
            // a dismissed person's work stays with his successor
            return Err(Error::refused("staff-dismissed"));
        }
        let now = w.ctx.now;
        w.execute(
            "update absence set cancelled_at = $2 where id = $1",
            params![self.absence_id, now],
        )
        .await?;
        let change = Change::new().set("cancelled_at", now.micros());
        w.record("absence", self.absence_id, None, change);
        Ok(())
    }
}
