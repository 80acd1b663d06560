//! Limits and pre-approvals are changed at the centre.

use kernel::{ClientId, Money, Refusal, Refusals, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, params};
use uuid::Uuid;

use super::limit::{ANY, Limit};
use super::{EDIT, GRANT, PreApproval, queries};
use crate::{Change, Command, Error, Offline, Registry, Work};

/// Days a pre-approval is good for at most.
pub const DAYS_MAX: i64 = 31;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<SaveLimit>();
    registry.add::<DropLimit>();
    registry.add::<GrantPreApproval>();
    registry.add::<WithdrawPreApproval>();
    registry.add::<PruneSpent>();
}

/// Makes a limit, or changes the one of the same command, role and currency.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveLimit {
    /// The limit.
    #[serde(flatten)]
    pub limit: Limit,
}

impl Command for SaveLimit {
    const NAME: &'static str = "authority.save_limit";
    const PERMISSION: &'static str = EDIT;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let limit = &self.limit;
        let mut refusals = limit.check().err().unwrap_or_default();
        if limit.command != ANY && w.registry.offline_of(&limit.command) != Some(Offline::Floor) {
            refusals.push(Refusal::field("not-a-choice", "command"));
        }
        let role = "select 1 from role where key = $1";
        if !limit.role.is_empty() && w.first(role, params![&limit.role]).await?.is_none() {
            refusals.push(Refusal::field("not-a-choice", "role"));
        }
        refusals.into_result()?;
        let known = queries::limits(w).await?.into_iter().find(|kept| same(&kept.limit, limit));
        let id = known.as_ref().map_or_else(|| w.new_id(), |kept| kept.id);
        w.execute(
            "insert into offline_limit (id, command, role, currency, floor_minor, threshold_minor, pick_bp, \
             pick_max_bp, lower_count, upper_count, client_day_minor, person_day_minor, lift_minor, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
             on conflict (command, role, currency) do update set floor_minor = excluded.floor_minor, \
             threshold_minor = excluded.threshold_minor, pick_bp = excluded.pick_bp, \
             pick_max_bp = excluded.pick_max_bp, lower_count = excluded.lower_count, \
             upper_count = excluded.upper_count, client_day_minor = excluded.client_day_minor, \
             person_day_minor = excluded.person_day_minor, lift_minor = excluded.lift_minor, \
             updated_at = excluded.updated_at",
            params![
                id,
                &limit.command,
                &limit.role,
                limit.currency,
                limit.floor_minor,
                limit.threshold_minor,
                limit.pick_bp,
                limit.pick_max_bp,
                limit.lower_count,
                limit.upper_count,
                limit.client_day_minor,
                limit.person_day_minor,
                limit.lift_minor,
                w.ctx.now
            ],
        )
        .await?;
        w.record("offline_limit", id, None, change(known.map(|kept| kept.limit).as_ref(), limit)?);
        Ok(id)
    }
}

fn same(one: &Limit, other: &Limit) -> bool {
    (&one.command, &one.role, one.currency) == (&other.command, &other.role, other.currency)
}

/// Field by field, named as in the payload.
fn change(before: Option<&Limit>, after: &Limit) -> Result<Change, Error> {
    let before = before.map(serde_json::to_value).transpose()?.unwrap_or(Json::Null);
    let Json::Object(after) = serde_json::to_value(after)? else { return Ok(Change::new()) };
    let of = |field: &str| before.get(field).cloned().unwrap_or(Json::Null);
    let changed = after.into_iter().map(|(field, value)| (of(&field), field, value));
    Ok(changed.fold(Change::new(), |change, (was, field, is)| change.field(&field, was, is)))
}

/// Takes a limit away: what it was for goes by a wider one, or is asked of the centre.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DropLimit {
    /// Which.
    pub limit_id: Uuid,
}

impl Command for DropLimit {
    const NAME: &'static str = "authority.drop_limit";
    const PERMISSION: &'static str = EDIT;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let all = queries::limits(w).await?;
        let kept = all.into_iter().find(|kept| kept.id == self.limit_id).ok_or(Error::NotFound)?;
        w.execute("delete from offline_limit where id = $1", params![self.limit_id]).await?;
        let Limit { command, role, currency, floor_minor, .. } = kept.limit;
        let change = Change::new()
            .field("command", command, Json::Null)
            .field("role", role, Json::Null)
            .field("currency", currency.to_string(), Json::Null)
            .field("floor_minor", floor_minor, Json::Null);
        w.record("offline_limit", self.limit_id, None, change);
        Ok(())
    }
}

/// Approves one operation of a client beforehand, so that a branch may do it without asking.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct GrantPreApproval {
    /// For whom.
    pub client_id: ClientId,
    /// For which command.
    pub command: String,
    /// Up to which sum.
    pub amount: Money,
    /// Until when.
    pub until: Timestamp,
}

impl Command for GrantPreApproval {
    const NAME: &'static str = "authority.grant_pre_approval";
    const PERMISSION: &'static str = GRANT;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        require_client(w, self.client_id).await?;
        self.check(w)?;
        let granted = PreApproval {
            id: w.new_id(),
            client_id: self.client_id,
            command: self.command.clone(),
            amount: self.amount,
            until: self.until,
            granted_by: w.actor(),
            granted_at: w.ctx.now,
            signature: Vec::new(),
            used_by: None,
            withdrawn_at: None,
        };
        let notary = w.registry.doors().notary();
        let signature = notary
            .ok_or_else(|| Error::failure("nobody signs for the centre"))?
            .sign(&granted.signed())?;
        w.execute(
            "insert into pre_approval (id, client_id, command, amount_minor, currency, until, granted_by, granted_at, \
             signature) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                granted.id,
                granted.client_id,
                &granted.command,
                granted.amount.minor,
                granted.amount.currency,
                granted.until,
                granted.granted_by,
                granted.granted_at,
                signature
            ],
        )
        .await?;
        let amount = format!("{} {}", self.amount.plain(), self.amount.currency);
        let change = Change::new()
            .set("command", self.command.as_str())
            .set("amount", amount)
            .set("until", self.until.to_string());
        w.record("pre_approval", granted.id, Some(self.client_id), change);
        Ok(granted.id)
    }
}

impl GrantPreApproval {
    fn check(&self, w: &Work<'_>) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        let offline = w.registry.offline_of(&self.command);
        if !offline.is_some_and(Offline::is_approvable) {
            refusals.push(Refusal::field("not-a-choice", "command"));
        }
        if self.amount.minor <= 0 {
            refusals.push(Refusal::field("not-an-amount", "amount"));
        }
        if self.until <= w.ctx.now || self.until > w.ctx.now.plus_days(DAYS_MAX) {
            refusals.push(Refusal::field("pre-approval-until", "until").arg("days", DAYS_MAX));
        }
        refusals.into_result()
    }
}

/// The client must be one this person may grant to, by his scope and by the rules of secrecy.
async fn require_client(w: &mut Work<'_>, client: ClientId) -> Result<(), Error> {
    let (owners, ctx) = (w.registry.owners(), w.ctx);
    queries::reached(w, (owners, &ctx.principal), client).await
}

/// Takes back what was approved beforehand and not used. A branch that has not heard of it may use it meanwhile; the centre
/// refuses that then.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WithdrawPreApproval {
    /// Which.
    pub pre_approval_id: Uuid,
}

impl Command for WithdrawPreApproval {
    const NAME: &'static str = "authority.withdraw_pre_approval";
    const PERMISSION: &'static str = GRANT;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let id = self.pre_approval_id;
        let one = queries::one_pre_approval(w, id).await?.ok_or(Error::NotFound)?;
        require_client(w, one.client_id).await?;
        if one.used_by.is_some() {
            return Err(Error::refused("pre-approval-used"));
        }
        let sql = "insert into pre_approval_withdrawn (pre_approval_id, client_id, withdrawn_by, withdrawn_at) \
                   values ($1, $2, $3, $4) on conflict (pre_approval_id) do nothing";
        let by = w.actor().ok_or(Error::NotFound)?;
        if w.execute(sql, params![id, one.client_id, by, w.ctx.now]).await? == 0 {
            return Err(Error::refused("pre-approval-withdrawn"));
        }
        let change = Change::new().set("withdrawn_at", w.ctx.now.to_string());
        w.record("pre_approval", id, Some(one.client_id), change);
        Ok(())
    }
}

/// Takes away what a node has counted and nothing asks for any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct PruneSpent {}

/// Days after which it is: longer than any pre-approval is good for, whose use it tells.
const SPENT_DAYS: i64 = 40;

impl Command for PruneSpent {
    const NAME: &'static str = "authority.prune_spent";
    const PERMISSION: &'static str = "system";
    const OFFLINE: Offline = Offline::Local;
    /// How many rows.
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        // who has signed is told with a command, so that what waits to be told keeps it
        let sql = "delete from offline_spent where at < $1 and not exists (select 1 from pending_command p \
                   where p.id = offline_spent.command_id and p.answered_in is null)";
        Ok(w.execute(sql, params![w.ctx.now.plus_days(-SPENT_DAYS)]).await?)
    }
}
