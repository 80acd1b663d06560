//! At a branch: whether what a handler has just done may stand on this branch's own authority.

use std::collections::BTreeMap;

use kernel::offline::{CHANCES, Line};
use kernel::{ClientId, Currency, Entropy, Money, Refusal, UserId};
use sha2::{Digest, Sha256};
use store::{Tx, params};
use uuid::Uuid;

use super::limit::{Before, Limit, Reason, Verdict, fitting};
use super::{pre_approval, queries};
use crate::org::Loaded;
use crate::replica::Offline;
use crate::{Change, Error, Work};

/// How it is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial {
    /// Whether the centre can be asked.
    pub(crate) line: Line,
    /// Who has lifted the limit.
    pub(crate) lifted: Option<UserId>,
}

/// What the branch says.
pub(crate) enum Ruling {
    /// It may stand; this is noted with it.
    Fits(Vec<Spent>),
    /// Not on its own authority.
    Asks(Asking),
}

/// What is not the branch's to do.
pub(crate) struct Asking {
    /// What the person is told when nobody can be asked.
    pub(crate) refusal: Refusal,
    /// Whether a supervisor may lift it.
    pub(crate) is_liftable: bool,
}

/// A sum that was done on the branch's own authority.
pub(crate) struct Spent {
    money: Money,
    client: Option<ClientId>,
    is_picked: bool,
    supervisor: Option<UserId>,
    pre_approval: Option<Uuid>,
}

impl Spent {
    /// What was done on a pre-approval.
    const fn on(id: Uuid, client: ClientId, money: Money) -> Self {
        let (client, pre_approval) = (Some(client), Some(id));
        Self { money, client, is_picked: false, supervisor: None, pre_approval }
    }
}

/// What is at stake, by currency. A sum that is taken back weighs as much as one that is given.
pub(super) fn stakes(work: &Work<'_>) -> Vec<Money> {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for money in &work.amounts {
        let sum = sums.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.minor.saturating_abs());
    }
    sums.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect()
}

/// Whom it is about: the first client it records.
pub(super) fn client(work: &Work<'_>) -> Option<ClientId> {
    work.drafts.iter().find_map(|draft| draft.client_id).map(ClientId::from)
}

/// Rules on what the handler has done.
pub(crate) async fn rule(
    work: &mut Work<'_>,
    offline: Offline,
    loaded: &Loaded,
    how: Trial,
) -> Result<Ruling, Error> {
    match offline {
        Offline::Free | Offline::Local | Offline::Never => Ok(Ruling::Fits(Vec::new())),
        Offline::PreApproved => pre_approved(work).await,
        Offline::Floor => {
            let mut spent = Vec::new();
            for money in stakes(work) {
                let ruled = match floor(work, loaded, (money, how)).await? {
                    Ok(one) => Ok(one),
                    Err(asking) => approved(work, money).await?.ok_or(asking),
                };
                match ruled {
                    Ok(one) => spent.push(one),
                    Err(asking) => return Ok(Ruling::Asks(asking)),
                }
            }
            Ok(Ruling::Fits(spent))
        }
    }
}

async fn floor(
    work: &mut Work<'_>,
    loaded: &Loaded,
    (money, how): (Money, Trial),
) -> Result<Result<Spent, Asking>, Error> {
    let principal = &work.ctx.principal;
    let actor = principal.user_id.ok_or_else(|| Error::refused("only-at-centre"))?;
    let (roles, branch, now) = (principal.roles.clone(), principal.branch_id, work.ctx.now);
    let limits = queries::limits(work).await?;
    let limits = limits.iter().map(|kept| &kept.limit);
    let Some(limit) = fitting(limits, (work.command, &roles, money.currency)).cloned() else {
        let refusal = Refusal::new("offline-limit-none").arg("currency", money.currency);
        return Ok(Err(Asking { refusal, is_liftable: false }));
    };
    let client = client(work);
    let whose = queries::Whose { actor, client, currency: money.currency };
    let before = queries::before(work, &whose, queries::day(loaded, branch, now), now).await?;
    let luck = luck(work).await?;
    let spent =
        |is_picked, supervisor| Spent { money, client, is_picked, supervisor, pre_approval: None };
    let may_be_lifted = limit.may_be_lifted(money.minor, &before);
    match limit.weigh(money.minor, &before, (how.line, luck)) {
        Verdict::Fits { picked } => Ok(Ok(spent(picked, how.lifted))),
        Verdict::Beyond(_) if how.lifted.is_some() && may_be_lifted => {
            Ok(Ok(spent(false, how.lifted)))
        }
        Verdict::Beyond(reason) => {
            let refusal = told(reason, &limit, (&before, money.currency, may_be_lifted));
            Ok(Err(Asking { refusal, is_liftable: may_be_lifted }))
        }
    }
}

/// The refusal with the limit and what remains of it in the words.
fn told(
    reason: Reason,
    limit: &Limit,
    (before, currency, may_be_lifted): (&Before, Currency, bool),
) -> Refusal {
    let bound = match reason {
        Reason::Client => limit.client_day_minor,
        Reason::Person => limit.person_day_minor,
        Reason::Rule(_) => limit.floor_minor,
    };
    let words = |minor: i64| format!("{} {currency}", Money::new(minor, currency).plain());
    Refusal::new("above-offline-limit")
        .arg("why", reason.key())
        .arg("limit", words(bound))
        .arg("left", words(limit.left(before)))
        .arg("lift", if may_be_lifted { "yes" } else { "no" })
}

/// What is above the floor may have been approved beforehand, when it is one sum.
async fn approved(work: &mut Work<'_>, money: Money) -> Result<Option<Spent>, Error> {
    let stakes = stakes(work);
    let (Some(client), [_]) = (client(work), stakes.as_slice()) else { return Ok(None) };
    let usable = pre_approval::usable(work, client, money).await?;
    Ok(usable.ok().map(|id| Spent::on(id, client, money)))
}

async fn pre_approved(work: &mut Work<'_>) -> Result<Ruling, Error> {
    let none =
        |code: &str| Ok(Ruling::Asks(Asking { refusal: Refusal::new(code), is_liftable: false }));
    let (stakes, client) = (stakes(work), client(work));
    let ([money], Some(client)) = (stakes.as_slice(), client) else {
        return none("pre-approval-none");
    };
    match pre_approval::usable(work, client, *money).await? {
        Ok(id) => Ok(Ruling::Fits(vec![Spent::on(id, client, *money)])),
        Err(code) => none(code),
    }
}

/// Notes what was done, in its transaction: what counts against the next, and who has lifted a limit.
pub(crate) async fn spend(work: &mut Work<'_>, spent: &[Spent]) -> Result<(), Error> {
    let sql = "insert into offline_spent (command_id, currency, command, actor_id, client_id, amount_minor, at, \
               picked, supervisor_id, pre_approval_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    for one in spent {
        let (id, command, actor, now) =
            (work.command_id(), work.command, work.actor(), work.ctx.now);
        let row = params![
            id,
            one.money.currency,
            command,
            actor,
            one.client,
            one.money.minor,
            now,
            one.is_picked,
            one.supervisor,
            one.pre_approval
        ];
        work.execute(sql, row).await?;
        let change = Change::new()
            .set("amount", format!("{} {}", one.money.plain(), one.money.currency))
            .set("picked", one.is_picked.then_some(true))
            .set("supervisor", one.supervisor.map(|id| id.to_string()))
            .set("pre_approval", one.pre_approval.map(|id| id.to_string()));
        work.record("offline_authority", id.uuid(), one.client, change);
    }
    Ok(())
}

/// Chance of this command at this node: the same however often it is tried, and told by nothing outside the node.
async fn luck(work: &mut Work<'_>) -> Result<u32, Error> {
    // a node without a secret has no luck: everything is picked out
    let Some(secret) = queries::chance(work).await? else { return Ok(0) };
    let mut hasher = Sha256::new();
    hasher.update(b"tessera chance of an operation\0");
    hasher.update(secret.as_bytes());
    hasher.update(work.command_id().uuid().as_bytes());
    let hash: [u8; 32] = hasher.finalize().into();
    let (first, _) = hash.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
    Ok(u32::from_le_bytes(*first) % CHANCES)
}

/// Makes the secret this node's chance comes from, unless there is one. Not in the transaction of a command: that may be
/// undone, and trying again must not be another throw.
pub(crate) async fn begin(tx: &mut Tx, chance: &dyn Entropy) -> Result<(), Error> {
    let mut bytes = [0; 32];
    chance.fill(&mut bytes);
    let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let sql =
        "insert into node_setting (name, value) values ($1, $2) on conflict (name) do nothing";
    tx.execute(sql, params![queries::SECRET, secret]).await?;
    Ok(())
}
