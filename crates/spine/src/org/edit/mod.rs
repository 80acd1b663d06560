//! Editing the organisation: staff, roles, regions, branches, teams, absences, and an administrator's
//! few actions on jobs, messages and tokens. The rules without a database are in `edit_rules`.
//!
//! Whoever edits rights takes one lock first: "somebody always holds them" is a rule over many rows.

mod absences;
pub(super) mod giving;
mod leave;
mod pin;
mod places;
mod roles;
pub(super) mod sign_in;
mod staff;
mod system;

use std::collections::BTreeSet;

use kernel::{BranchId, Date, Lang, Refusal, UserId};
use store::{Read, params};
use uuid::Uuid;

use super::edit_rules;
use crate::{Error, Merge, Registry, Work};

pub use super::password_rules::check_new_password;
pub use absences::{CancelAbsence, PlanAbsence};
pub use leave::{DismissStaff, ReinstateStaff};
pub use pin::{ResetPin, SetPin};
pub use places::{SaveBranch, SaveRegion, SaveTeam, SetBranchArchived, SetTeamArchived};
pub use roles::{DeleteRole, SaveRole};
pub use sign_in::{ChangePassword, EndOtherSessions, EndSessions, SetPassword, UnlockStaff};
pub use staff::{AddStaff, EditStaff, StaffFields};
pub use system::{RetryJob, RetryMessage, RevokeToken, VerifyJournal};

/// Advisory lock of whoever edits rights (PostgreSQL).
const RIGHTS_LOCK: i64 = 7_450_101;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<AddStaff>();
    registry.add::<EditStaff>();
    registry.add::<SetPassword>();
    registry.add::<ChangePassword>();
    registry.add::<UnlockStaff>();
    registry.add::<EndSessions>();
    registry.add::<EndOtherSessions>();
    registry.add::<DismissStaff>();
    registry.add::<ReinstateStaff>();
    registry.add::<SaveRole>();
    registry.add::<DeleteRole>();
    registry.add::<SaveRegion>();
    registry.add::<SaveBranch>();
    registry.add::<SetBranchArchived>();
    registry.add::<SaveTeam>();
    registry.add::<SetTeamArchived>();
    registry.add::<PlanAbsence>();
    registry.add::<CancelAbsence>();
    registry.add::<RetryJob>();
    registry.add::<RetryMessage>();
    registry.add::<RevokeToken>();
    registry.add::<VerifyJournal>();
    registry.add::<SetPin>();
    registry.add::<ResetPin>();
}

/// Waits until nobody else edits rights.
pub(in crate::org) async fn lock_rights(w: &mut Work<'_>) -> Result<(), Error> {
    Ok(w.tx.lock(RIGHTS_LOCK).await?)
}

/// Refuses what has just been written when nobody would be left who can give rights.
async fn keep_guardians(w: &mut Work<'_>) -> Result<(), Error> {
    let sql = "select distinct g.permission from role_grant g \
               join staff_role r on r.role_id = g.role_id join staff s on s.id = r.staff_id \
               where s.state = 'active' and g.permission in ('admin.staff', 'admin.roles')";
    let rows = w.query(sql, &[]).await?;
    let held = rows.into_iter().map(store::Row::one).collect::<Result<BTreeSet<String>, _>>()?;
    match edit_rules::unguarded(&held) {
        None => Ok(()),
        Some(permission) => {
            Err(Refusal::new("last-administrator").arg("permission", permission).into())
        }
    }
}

/// A merge with a thing as it was last written, by the journal.
async fn last_writer(w: &mut Work<'_>, thing: Uuid) -> Result<Merge, Error> {
    let sql = "select actor_id, at from journal_entry where entity_id = $1 \
               order by at desc, seq desc limit 1";
    let Some(row) = w.first(sql, params![thing]).await? else {
        return Ok(Merge::new(None, w.ctx.now));
    };
    let mut c = row.cols();
    Ok(Merge::new(c.take()?, c.take()?))
}

/// An id as a form carries it; empty for none.
fn optional<T: ToString>(id: &Option<T>) -> String {
    id.as_ref().map(T::to_string).unwrap_or_default()
}

/// Today where a branch is; in UTC for somebody without a branch.
async fn today_of(w: &mut Work<'_>, branch: Option<BranchId>) -> Result<Date, Error> {
    let row = w.first("select zone from branch where id = $1", params![branch]).await?;
    let zone: Option<String> = row.map(store::Row::one).transpose()?;
    let zone = zone.and_then(|z| jiff::tz::TimeZone::get(&z).ok());
    Ok(w.ctx.now.date_in(&zone.unwrap_or(jiff::tz::TimeZone::UTC)))
}

/// Tells a member of staff that he now stands in for somebody.
async fn tell_deputy(
    w: &mut Work<'_>,
    kind: &str,
    deputy: UserId,
    absent: UserId,
) -> Result<(), Error> {
    let sql = "select d.lang, s.name, s.name_en from staff d cross join staff s \
               where d.id = $1 and s.id = $2";
    let Some(row) = w.first(sql, params![deputy, absent]).await? else {
        return Ok(());
    };
    let mut c = row.cols();
    let (lang, name, name_en): (String, String, String) = (c.take()?, c.take()?, c.take()?);
    let latin = Lang::from_code(&lang) == Some(Lang::En) && !name_en.is_empty();
    let payload = serde_json::json!({
        "kind": kind,
        "args": { "name": if latin { name_en } else { name } },
        "href": "/me/absence",
    });
    w.send("notice", &deputy.to_string(), &payload).await?;
    Ok(())
}
