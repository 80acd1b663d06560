//! Operations at the desk. The bank's rules may want a second person for them; without a line they are done up to a limit.

use kernel::{ClientId, Currency, DeskOperationId, Money, Refusal, Refusals, VisitId, limits};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Owner, Work};
use store::{Read, params};

use super::{SERVE, branch, check_lengths, served};
use crate::desk::model::{KINDS, has_sum};
use crate::desk::queries;
use crate::queries::client_ref;

/// Longest number of a document (characters).
pub(crate) const REFERENCE_CHARS_MAX: usize = 40;
/// A sum no desk ever moves (minor units): a slip of the hand.
pub(crate) const AMOUNT_MAX: i64 = 1_000_000_000_000_000;

/// Something was done for a client at the desk.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RecordOperation {
    /// The visit it was done in.
    #[serde(default)]
    pub visit_id: Option<VisitId>,
    /// For whom; the client of the visit when nothing is said.
    #[serde(default)]
    pub client_id: Option<ClientId>,
    /// Kind word.
    pub kind: String,
    /// Currency of the sum.
    pub currency: Currency,
    /// The sum in minor units; 0 for what moves no sum.
    pub amount_minor: i64,
    /// The number of the document, may be empty.
    #[serde(default)]
    pub reference: String,
    /// Words, may be empty.
    #[serde(default)]
    pub note: String,
}

impl RecordOperation {
    /// What can be checked without the database.
    pub(crate) fn check(&self, refusals: &mut Refusals) {
        if !KINDS.contains(&self.kind.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "kind"));
        }
        let is_right = match has_sum(&self.kind) {
            true => (1..=AMOUNT_MAX).contains(&self.amount_minor),
            false => self.amount_minor == 0,
        };
        if !is_right {
            let code = if has_sum(&self.kind) { "operation-sum" } else { "operation-no-sum" };
            refusals.push(Refusal::field(code, "amount"));
        }
        let texts = [
            (self.reference.as_str(), "reference", REFERENCE_CHARS_MAX),
            (self.note.as_str(), "note", limits::TEXT_CHARS_MAX),
        ];
        check_lengths(&texts, refusals);
    }
}

impl Command for RecordOperation {
    const NAME: &'static str = "engagement.record_operation";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Floor;
    type Output = DeskOperationId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<DeskOperationId, Error> {
        let mut refusals = Refusals::default();
        self.check(&mut refusals);
        let visit = match self.visit_id {
            Some(visit) => Some(served(w, visit).await?),
            None => None,
        };
        if visit.as_ref().is_some_and(|visit| !visit.state.is_open()) {
            refusals.push(Refusal::new("visit-ended"));
        }
        refusals.into_result()?;
        let client = match self.client_id {
            Some(client) => {
                let client = client_ref::get(w, client).await?;
                w.ctx.principal.require_over("client.read", client.owner())?;
                Some(client.id)
            }
            // whoever the visit is with: he may be out of the clerk's reach, or not here at all
            None => visit.as_ref().and_then(|visit| visit.client_id),
        };
        let branch = match &visit {
            Some(visit) => visit.branch_id,
            None => branch(w)?,
        };
        w.ctx.principal.require_over(SERVE, Owner::row(Some(branch), w.actor()))?;
        let sum = Money::new(self.amount_minor, self.currency);
        w.done_at(Owner::row(Some(branch), None));
        if sum.minor > 0 {
            w.at_stake(sum);
        }
        let row = Row {
            place: (branch, self.visit_id, client),
            kind: &self.kind,
            sum,
            words: (self.reference.trim(), self.note.trim()),
            reverses: None,
            id: None,
        };
        row.insert(w).await
    }
}

/// A row about to be written.
pub(crate) struct Row<'a> {
    /// Where, in which visit, for whom.
    pub(crate) place: (kernel::BranchId, Option<VisitId>, Option<ClientId>),
    /// Kind word.
    pub(crate) kind: &'a str,
    /// How much.
    pub(crate) sum: Money,
    /// Number of the document, and words.
    pub(crate) words: (&'a str, &'a str),
    /// The operation it takes back.
    pub(crate) reverses: Option<DeskOperationId>,
    /// Its id, where something else has given it one.
    pub(crate) id: Option<DeskOperationId>,
}

impl Row<'_> {
    pub(crate) async fn insert(&self, w: &mut Work<'_>) -> Result<DeskOperationId, Error> {
        let id: DeskOperationId = self.id.unwrap_or_else(|| w.new_id());
        let clerk = w.actor().ok_or(Error::NotFound)?;
        let (branch, visit, client) = self.place;
        w.execute(
            "insert into desk_operation (id, branch_id, visit_id, client_id, kind, currency, amount_minor, reference, \
             note, clerk_id, at, reverses_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            params![
                id,
                branch,
                visit,
                client,
                self.kind,
                self.sum.currency,
                self.sum.minor,
                self.words.0,
                self.words.1,
                clerk,
                w.ctx.now,
                self.reverses
            ],
        )
        .await?;
        let change = Change::new()
            .set("kind", self.kind)
            .set("currency", self.sum.currency.code())
            .set("amount_minor", self.sum.minor)
            .set("reverses_id", self.reverses.map(|id| id.to_string()));
        w.record("desk_operation", id, client, change);
        Ok(id)
    }
}

/// An operation was wrong: one against it is written, once; nothing is ever deleted.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReverseOperation {
    /// Which.
    pub operation_id: DeskOperationId,
    /// Why.
    pub reason: String,
}

impl Command for ReverseOperation {
    const NAME: &'static str = "engagement.reverse_operation";
    const PERMISSION: &'static str = "desk.reverse";
    const OFFLINE: spine::Offline = spine::Offline::Floor;
    type Output = DeskOperationId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<DeskOperationId, Error> {
        let wrong = queries::operation(w, self.operation_id).await?.ok_or(Error::NotFound)?;
        w.ctx.principal.require_over("desk.reverse", wrong.owner())?;
        let reason = self.reason.trim();
        let mut refusals = Refusals::default();
        if reason.is_empty() {
            refusals.push(Refusal::field("required", "reason"));
        }
        check_lengths(&[(reason, "reason", limits::TEXT_CHARS_MAX)], &mut refusals);
        let sql = "select id from desk_operation where reverses_id = $1";
        let is_reversed = w.first(sql, params![wrong.id]).await?.is_some();
        if is_reversed || wrong.reverses_id.is_some() {
            refusals.push(Refusal::new("operation-reversed"));
        }
        refusals.into_result()?;
        let sum = wrong.sum();
        w.done_at(Owner::row(Some(wrong.branch_id), None));
        if sum.minor > 0 {
            w.at_stake(sum);
        }
        let row = Row {
            place: (wrong.branch_id, wrong.visit_id, wrong.client_id),
            kind: &wrong.kind,
            sum: Money::new(-sum.minor, sum.currency),
            words: (&wrong.reference, reason),
            reverses: Some(wrong.id),
            id: None,
        };
        row.insert(w).await
    }
}
