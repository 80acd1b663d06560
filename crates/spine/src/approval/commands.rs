//! Rules, taking a request back, and requests whose time is over. (Deciding is the bus's: `decide`.)

use kernel::{BranchId, Money, Refusal, Refusals, RegionId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Read, params};
use uuid::Uuid;

use super::HOURS_MAX;
use super::model::State;
use crate::{Change, Command, Error, Work};

/// Requests ended in one go.
const EXPIRE_BATCH: i64 = 200;

/// Makes a rule, or changes one.
#[derive(Debug, Serialize, Deserialize)]
pub struct SaveRule {
    /// Which; none: a new one.
    pub rule_id: Option<Uuid>,
    /// The command's name.
    pub command: String,
    /// Only when it changes this field.
    pub field: Option<String>,
    /// Only from this sum on.
    pub amount: Option<Money>,
    /// Only for records of this branch.
    pub branch_id: Option<BranchId>,
    /// Only for records of this region.
    pub region_id: Option<RegionId>,
    /// Only when the maker holds this role (its key).
    pub maker_role: Option<String>,
    /// The permission the second person needs.
    pub checker: String,
    /// How long a request stays open (hours).
    pub hours: i64,
}

impl Command for SaveRule {
    const NAME: &'static str = "org.save_approval_rule";
    const PERMISSION: &'static str = "admin.approvals";
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        self.check()?;
        let (id, before) = match self.rule_id {
            Some(id) => (id, Some(load(w, id).await?)),
            None => (w.new_id(), None),
        };
        let (minor, currency) = (self.amount.map(|a| a.minor), self.amount.map(|a| a.currency));
        w.execute(
            "insert into approval_rule (id, command, field, amount_minor, currency, branch_id, \
             region_id, maker_role, checker, hours, updated_at) values ($1, $2, $3, $4, $5, $6, $7, \
             $8, $9, $10, $11) on conflict (id) do update set command = excluded.command, \
             field = excluded.field, amount_minor = excluded.amount_minor, \
             currency = excluded.currency, branch_id = excluded.branch_id, \
             region_id = excluded.region_id, maker_role = excluded.maker_role, \
             checker = excluded.checker, hours = excluded.hours, \
             version = approval_rule.version + 1, updated_at = excluded.updated_at",
            params![
                id,
                self.command.as_str(),
                self.field.clone(),
                minor,
                currency,
                self.branch_id,
                self.region_id,
                self.maker_role.clone(),
                self.checker.as_str(),
                self.hours,
                w.ctx.now
            ],
        )
        .await?;
        w.record("approval_rule", id, None, self.change(before.as_ref()));
        Ok(id)
    }
}

impl SaveRule {
    fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        let shaped = |key: &str| {
            key.contains('.')
                && key.len() <= 100
                && key.chars().all(|c| c.is_ascii_lowercase() || "._-".contains(c))
        };
        if !shaped(&self.command) {
            refusals.push(Refusal::field("not-a-choice", "command"));
        }
        if !shaped(&self.checker) || matches!(self.checker.as_str(), "app.use" | "system") {
            refusals.push(Refusal::field("not-a-choice", "checker"));
        }
        if !(1..=HOURS_MAX).contains(&self.hours) {
            refusals.push(Refusal::field("approval-hours", "hours").arg("max", HOURS_MAX));
        }
        if self.amount.is_some_and(|a| a.minor <= 0) {
            refusals.push(Refusal::field("approval-amount", "amount"));
        }
        if self.branch_id.is_some() && self.region_id.is_some() {
            refusals.push(Refusal::field("approval-place", "region"));
        }
        if self.field.as_ref().is_some_and(|f| f.len() > 100) {
            refusals.push(Refusal::field("not-a-choice", "field"));
        }
        refusals.into_result()
    }

    fn change(&self, before: Option<&SaveRule>) -> Change {
        let text =
            |rule: Option<&SaveRule>, pick: fn(&SaveRule) -> Option<String>| rule.and_then(pick);
        type Pick = fn(&SaveRule) -> Option<String>;
        let fields: [(&str, Pick); 8] = [
            ("command", |r| Some(r.command.clone())),
            ("field", |r| r.field.clone()),
            ("amount", |r| r.amount.map(|a| format!("{} {}", a.minor, a.currency))),
            ("branch_id", |r| r.branch_id.map(|b| b.to_string())),
            ("region_id", |r| r.region_id.map(|b| b.to_string())),
            ("role", |r| r.maker_role.clone()),
            ("checker", |r| Some(r.checker.clone())),
            ("hours", |r| Some(r.hours.to_string())),
        ];
        fields.iter().fold(Change::new(), |change, (name, pick)| {
            change.field(name, text(before, *pick), text(Some(self), *pick))
        })
    }
}

async fn load(w: &mut Work<'_>, id: Uuid) -> Result<SaveRule, Error> {
    let rules = super::queries::rules(w).await?;
    let rule = rules.into_values().flatten().find(|r| r.id == id).ok_or(Error::NotFound)?;
    Ok(SaveRule {
        rule_id: Some(id),
        command: rule.command,
        field: rule.field,
        amount: rule.amount,
        branch_id: rule.branch_id,
        region_id: rule.region_id,
        maker_role: rule.maker_role,
        checker: rule.checker,
        hours: rule.hours,
    })
}

/// Removes a rule; what waits because of it goes on waiting.
#[derive(Debug, Serialize, Deserialize)]
pub struct DropRule {
    /// Which.
    pub rule_id: Uuid,
}

impl Command for DropRule {
    const NAME: &'static str = "org.drop_approval_rule";
    const PERMISSION: &'static str = "admin.approvals";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let before = load(w, self.rule_id).await?;
        w.execute("delete from approval_rule where id = $1", params![self.rule_id]).await?;
        let change = Change::new()
            .field("command", before.command.as_str(), serde_json::Value::Null)
            .field("checker", before.checker.as_str(), serde_json::Value::Null);
        w.record("approval_rule", self.rule_id, None, change);
        Ok(())
    }
}

/// Takes one's own request back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Withdraw {
    /// Which.
    pub approval_id: Uuid,
}

impl Command for Withdraw {
    const NAME: &'static str = "approval.withdraw";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let me = w.actor().ok_or(Error::NotFound)?;
        let sql = format!(
            "select state, client_id from approval where id = $1 and maker_id = $2{}",
            w.dialect().for_update()
        );
        let row = w.first(&sql, params![self.approval_id, me]).await?.ok_or(Error::NotFound)?;
        let mut c = row.cols();
        let state = State::from_key(&c.take::<String>()?);
        if !state.may_become(State::Withdrawn) {
            return Err(Error::refused("approval-over"));
        }
        w.execute(
            "update approval set state = 'withdrawn', decided_at = $2, decided_by = $3 where id = $1",
            params![self.approval_id, w.ctx.now, me],
        )
        .await?;
        let change = Change::new().field("state", state.key(), State::Withdrawn.key());
        w.record("approval", self.approval_id, c.take()?, change);
        Ok(())
    }
}

/// Ends requests whose time is over; answers how many.
#[derive(Debug, Serialize, Deserialize)]
pub struct Expire {}

impl Command for Expire {
    const NAME: &'static str = "approval.expire";
    const PERMISSION: &'static str = "system";
    type Output = i64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<i64, Error> {
        let sql = format!(
            "select id, client_id, maker_id from approval where state = 'waiting' \
             and expires_at <= $1 order by expires_at limit $2{}",
            w.dialect().for_update()
        );
        let rows = w.query(&sql, params![w.ctx.now, EXPIRE_BATCH]).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let mut ids: Vec<store::Value> = vec![w.ctx.now.into()];
        let mut makers: Vec<(Uuid, Option<UserId>)> = Vec::new();
        for row in rows {
            let mut c = row.cols();
            let id: Uuid = c.take()?;
            let change = Change::new().field("state", "waiting", State::Expired.key());
            w.record("approval", id, c.take()?, change);
            ids.push(id.into());
            makers.push((id, c.take()?));
        }
        let places: Vec<String> = (2..=ids.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "update approval set state = 'expired', decided_at = $1 where id in ({})",
            places.join(", ")
        );
        let ended = w.execute(&sql, &ids).await?;
        for (id, maker) in makers {
            if let Some(maker) = maker {
                let href = format!("/approvals/{id}");
                let notice = json!({ "kind": "approval-expired", "args": {}, "href": href });
                w.send_for(id, "notice", &maker.to_string(), &notice).await?;
            }
        }
        Ok(i64::try_from(ended).unwrap_or(i64::MAX))
    }
}

/// Notes the bank's personnel number of a member of staff: two accounts with one number are one person,
/// who can never be his own second person. An empty number removes it.
#[derive(Debug, Serialize, Deserialize)]
pub struct SetPersonnelNumber {
    /// Whose.
    pub staff_id: UserId,
    /// The number.
    pub number: String,
}

impl Command for SetPersonnelNumber {
    const NAME: &'static str = "org.set_personnel_number";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let number = self.number.trim();
        if number.chars().count() > 50 {
            return Err(Error::refused_field("too-long", "number"));
        }
        if w.actor() == Some(self.staff_id) {
            return Err(Error::refused("personnel-number-own"));
        }
        let sql = "select coalesce(p.number, '') from staff s \
                   left join staff_person p on p.staff_id = s.id where s.id = $1";
        let row = w.first(sql, params![self.staff_id]).await?.ok_or(Error::NotFound)?;
        let before: String = row.one()?;
        if number.is_empty() {
            let sql = "delete from staff_person where staff_id = $1";
            w.execute(sql, params![self.staff_id]).await?;
        } else {
            w.execute(
                "insert into staff_person (staff_id, number) values ($1, $2) \
                 on conflict (staff_id) do update set number = excluded.number",
                params![self.staff_id, number],
            )
            .await?;
        }
        let change = Change::new().field("personnel_number", before, number);
        w.record("staff", self.staff_id, None, change);
        Ok(())
    }
}
