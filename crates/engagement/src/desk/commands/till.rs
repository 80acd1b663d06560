//! Cash between the branch's safe and the till of a clerk: two people hand it over, and whoever has the right writes it down.

use jiff::tz::TimeZone;
use kernel::{BranchId, Currency, Money, Refusal, Refusals, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Owner, Work};
use store::{Read, params};
use uuid::Uuid;

use super::operation::{AMOUNT_MAX, REFERENCE_CHARS_MAX};
use super::{branch, check_lengths};
use crate::desk::model::TILL_KINDS;
use crate::desk::queries;

/// Cash was given to a clerk from the safe, or handed back.
///
/// What is in a till counts from the start of the day at the branch: tills are settled each evening, and a till is never summed over
/// all time. Nobody moves cash to or from his own till (`till-own`), also not under another account of his. More than there is cannot
/// be handed back (`till-short`); that is looked at where it is done first and nowhere else: the centre may know of other operations
/// by then, and the cash was handed over all the same.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MoveTillCash {
    /// Whose till.
    pub clerk_id: UserId,
    /// `allocation`: given to the clerk; `settlement`: handed back by him.
    pub kind: String,
    /// Currency of the sum.
    pub currency: Currency,
    /// The sum in minor units, above zero.
    pub amount_minor: i64,
    /// The number of the document, may be empty.
    #[serde(default)]
    pub reference: String,
}

impl MoveTillCash {
    /// What can be checked without the database.
    pub(crate) fn check(&self, refusals: &mut Refusals) {
        if !TILL_KINDS.contains(&self.kind.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "kind"));
        }
        if !(1..=AMOUNT_MAX).contains(&self.amount_minor) {
            refusals.push(Refusal::field("operation-sum", "amount"));
        }
        check_lengths(&[(&self.reference, "reference", REFERENCE_CHARS_MAX)], refusals);
    }
    /// The clerk serves at this branch and is somebody else; he is held for this transaction, so that two settlements of one till
    /// see each other.
    async fn check_clerk(
        &self,
        w: &mut Work<'_>,
        (branch, hand): (BranchId, UserId),
        refusals: &mut Refusals,
    ) -> Result<(), Error> {
        let lock = w.dialect().for_update();
        let sql = format!("select branch_id, state from staff where id = $1{lock}");
        let clerk: Option<(Option<BranchId>, String)> =
            match w.first(&sql, params![self.clerk_id]).await? {
                Some(row) => {
                    let mut c = row.cols();
                    Some((c.take()?, c.take()?))
                }
                None => None,
            };
        // what a branch has done stands, though he may have gone elsewhere meanwhile
        let is_told = w.ctx.origin.is_some();
        let serves = |(at, state): &(Option<BranchId>, String)| {
            is_told || (*at == Some(branch) && state == "active")
        };
        if !clerk.as_ref().is_some_and(serves) {
            refusals.push(Refusal::field("not-a-choice", "clerk_id"));
        } else if self.clerk_id == hand || is_same_person(w, hand, self.clerk_id).await? {
            refusals.push(Refusal::field("till-own", "clerk_id"));
        }
        Ok(())
    }
    async fn check_there_is(&self, w: &mut Work<'_>, branch: BranchId) -> Result<(), Error> {
        if self.kind != "settlement" || w.ctx.origin.is_some() {
            return Ok(());
        }
        let from = day(w, branch).await?;
        let there = queries::in_till(w, (branch, self.clerk_id), self.currency, from).await?;
        if self.amount_minor > there.minor {
            let sum = format!("{} {}", there.plain(), there.currency);
            return Err(Refusal::field("till-short", "amount").arg("sum", sum).into());
        }
        Ok(())
    }
}

/// Whether two accounts are of one person.
async fn is_same_person(w: &mut Work<'_>, one: UserId, other: UserId) -> Result<bool, Error> {
    let sql = "select 1 from staff_person a join staff_person b on b.number = a.number \
               where a.staff_id = $1 and b.staff_id = $2";
    Ok(w.first(sql, params![one, other]).await?.is_some())
}

/// When the day began at a branch; by UTC where its zone says nothing.
async fn day(w: &mut Work<'_>, branch: BranchId) -> Result<Timestamp, Error> {
    let row = w.first("select zone from branch where id = $1", params![branch]).await?;
    let zone: Option<String> = row.map(|row| row.one()).transpose()?;
    let zone = zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
    Ok(Timestamp::start_of(w.ctx.now.date_in(&zone), &zone))
}

impl Command for MoveTillCash {
    const NAME: &'static str = "engagement.move_till_cash";
    const PERMISSION: &'static str = "desk.till";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let branch = branch(w)?;
        let hand = w.actor().ok_or(Error::NotFound)?;
        let owner = Owner::row(Some(branch), Some(self.clerk_id));
        w.ctx.principal.require_over(Self::PERMISSION, owner)?;
        let mut refusals = Refusals::default();
        self.check(&mut refusals);
        self.check_clerk(w, (branch, hand), &mut refusals).await?;
        refusals.into_result()?;
        self.check_there_is(w, branch).await?;
        w.done_at(Owner::row(Some(branch), None));
        w.at_stake(Money::new(self.amount_minor, self.currency));
        self.insert(w, (branch, hand)).await
    }
}

impl MoveTillCash {
    async fn insert(
        &self,
        w: &mut Work<'_>,
        (branch, hand): (BranchId, UserId),
    ) -> Result<Uuid, Error> {
        let id: Uuid = w.new_id();
        w.execute(
            "insert into till_cash (id, branch_id, clerk_id, kind, currency, amount_minor, reference, at, by_id) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                id,
                branch,
                self.clerk_id,
                self.kind.as_str(),
                self.currency,
                self.amount_minor,
                self.reference.trim(),
                w.ctx.now,
                hand
            ],
        )
        .await?;
        let change = Change::new()
            .set("clerk_id", self.clerk_id.to_string())
            .set("kind", self.kind.as_str())
            .set("currency", self.currency.code())
            .set("amount_minor", self.amount_minor);
        w.record("till_cash", id, None, change);
        Ok(id)
    }
}
