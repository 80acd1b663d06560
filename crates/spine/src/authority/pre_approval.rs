//! What the centre has approved beforehand, signed, for one operation of one client: of a kind that is done on nothing else, or
//! of one that has a floor, above it.

use kernel::{ClientId, CommandId, Money, Timestamp, UserId};
use store::params;
use uuid::Uuid;

use super::queries;
use crate::{Change, Error, Work};

/// What is signed begins with this, so that no other signature of the centre can be taken for one.
const PURPOSE: &[u8] = b"tessera pre-approval 1\0";

/// A pre-approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreApproval {
    /// Identity.
    pub id: Uuid,
    /// For whom.
    pub client_id: ClientId,
    /// For which command.
    pub command: String,
    /// Up to which sum.
    pub amount: Money,
    /// Until when.
    pub until: Timestamp,
    /// By whom.
    pub granted_by: Option<UserId>,
    /// When.
    pub granted_at: Timestamp,
    /// The centre's signature.
    pub signature: Vec<u8>,
    /// The command it was used for.
    pub used_by: Option<CommandId>,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
}

/// How a pre-approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It may be used.
    Open,
    /// It was used.
    Used,
    /// It was taken back.
    Withdrawn,
    /// Its time is over.
    Expired,
}

impl State {
    /// The word for it in keys of texts.
    pub const fn key(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Used => "used",
            State::Withdrawn => "withdrawn",
            State::Expired => "expired",
        }
    }
}

impl PreApproval {
    /// How it stands at an instant.
    #[must_use]
    pub fn state(&self, at: Timestamp) -> State {
        if self.used_by.is_some() {
            State::Used
        } else if self.withdrawn_at.is_some() {
            State::Withdrawn
        } else if self.until <= at {
            State::Expired
        } else {
            State::Open
        }
    }
    /// The bytes that are signed: one form for one content.
    pub(super) fn signed(&self) -> Vec<u8> {
        let mut out = PURPOSE.to_vec();
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(self.client_id.uuid().as_bytes());
        out.extend_from_slice(&self.amount.currency.letters());
        out.extend_from_slice(&self.amount.minor.to_be_bytes());
        out.extend_from_slice(&self.until.micros().to_be_bytes());
        // last, because it alone has no length of its own
        out.extend_from_slice(self.command.as_bytes());
        out
    }
    /// Why it does not do for a sum at an instant; whether it was used is another question.
    fn against(&self, (client, command): (ClientId, &str), money: Money, at: Timestamp) -> bool {
        self.client_id != client
            || self.command != command
            || self.amount.currency != money.currency
            || self.amount.minor < money.minor
            || self.until <= at
    }
}

/// At a branch: one that does for this command; or the code of the refusal.
pub(super) async fn usable(
    work: &mut Work<'_>,
    client: ClientId,
    money: Money,
) -> Result<Result<Uuid, &'static str>, Error> {
    let (command, now) = (work.command, work.ctx.now);
    let mut code = "pre-approval-none";
    for one in queries::pre_approvals(work, client).await? {
        if one.against((client, command), money, now) {
            continue;
        }
        let notary = work.registry.doors().notary();
        if !notary.is_some_and(|notary| notary.has_signed(&one.signed(), &one.signature)) {
            code = "pre-approval-forged";
        } else {
            match one.state(now) {
                State::Open => return Ok(Ok(one.id)),
                State::Used => code = "pre-approval-used",
                State::Withdrawn => code = "pre-approval-withdrawn",
                State::Expired => {}
            }
        }
    }
    Ok(Err(code))
}

/// At the centre: uses one that a branch has used, once.
pub(super) async fn consume(
    work: &mut Work<'_>,
    id: Uuid,
    (client, money): (Option<ClientId>, Money),
) -> Result<(), Error> {
    let (command, now, by) = (work.command, work.ctx.now, work.command_id());
    let none = || Error::refused("pre-approval-none");
    let one = queries::one_pre_approval(work, id).await?.ok_or_else(none)?;
    if client.is_none_or(|client| one.against((client, command), money, now)) {
        return Err(none());
    }
    if one.withdrawn_at.is_some() {
        return Err(Error::refused("pre-approval-withdrawn"));
    }
    let sql =
        "update pre_approval set used_by = $2, used_at = $3 where id = $1 and used_by is null";
    if work.execute(sql, params![id, by, now]).await? == 0 {
        return Err(Error::refused("pre-approval-used"));
    }
    let change = Change::new().set("used_by", by.to_string());
    work.record("pre_approval", id, client, change);
    Ok(())
}
