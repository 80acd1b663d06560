//! The bus's part before a decision: does this command wait, and keeping what waits.

use std::collections::BTreeSet;

use kernel::{BranchId, ClientId, CommandId};
use serde_json::{Value as Json, json};
use store::journal::{self, Draft};
use store::{Read, Row, Tx, Value, Writer, keys, outbox, params};
use uuid::Uuid;

use super::model::{Approval, Need, State, Waiting};
use super::queries;
use super::right::checkers;
use super::rule::Facts;
use super::{HOURS_MAX, TOLD_MAX, may_wait};
use crate::org::Loaded;
use crate::{Change, Ctx, Error, Owner, Work};

/// Life of a request that a command itself asks for (hours).
const OWN_HOURS: i64 = 72;
/// Distinct owners of the records of one request; a command over more is refused when it would wait.
const OWNERS_MAX: usize = 100;

/// Why a command waits, and for whom.
pub(crate) struct Demand {
    reason: String,
    hours: i64,
    needs: Vec<Need>,
    drafts: Vec<Draft>,
}

/// Whether what a handler has just done must wait. Reads only; the caller undoes the transaction then.
pub(crate) async fn asked(
    work: &mut Work<'_>,
    permission: &str,
    loaded: &Loaded,
    owner_sql: Option<&str>,
) -> Result<Option<Demand>, Error> {
    // rules are for people and for programs they let in; the program itself has no second person
    let principal = &work.ctx.principal;
    let is_system = principal.user_id.is_none() && !principal.is_program;
    let rules = loaded.rules.get(work.command).filter(|_| !is_system && may_wait(permission));
    let rules = rules.map_or(&[][..], Vec::as_slice);
    if rules.is_empty() && work.own_demand.is_none() {
        return Ok(None);
    }
    if work.drafts.is_empty() {
        return Ok(None); // it changes nothing
    }
    let owners = owners(work, owner_sql).await?;
    let facts = facts(work, loaded, &owners);
    let matching: Vec<_> = rules.iter().filter(|rule| rule.asks(&facts)).collect();
    let mut permissions: BTreeSet<String> = matching.iter().map(|r| r.checker.clone()).collect();
    let mut hours = matching.iter().map(|r| r.hours).min();
    let mut reason = "rule".to_owned();
    if let Some((code, permission)) = work.own_demand.take() {
        permissions.insert(permission.to_owned());
        hours = Some(hours.unwrap_or(OWN_HOURS).min(OWN_HOURS));
        code.clone_into(&mut reason);
    }
    let Some(hours) = hours else { return Ok(None) };
    if work.actor().is_none() {
        // in whose name would it be carried out, and who would be told?
        return Err(Error::refused("approval-no-person"));
    }
    if owners.len() > OWNERS_MAX {
        return Err(Error::refused("approval-too-wide"));
    }
    let needs = permissions.iter().flat_map(|permission| {
        owners.iter().map(|owner| Need { permission: permission.clone(), owner: *owner })
    });
    Ok(Some(Demand {
        reason,
        hours: hours.clamp(1, HOURS_MAX),
        needs: needs.collect(),
        drafts: std::mem::take(&mut work.drafts),
    }))
}

/// To whom the records of the drafts belong, each once: the place the command has named, else their clients' owners; nobody's when
/// they are of no client.
async fn owners(work: &mut Work<'_>, owner_sql: Option<&str>) -> Result<Vec<Owner>, Error> {
    if let Some(place) = work.place {
        return Ok(vec![place]);
    }
    let clients: BTreeSet<Uuid> = work.drafts.iter().filter_map(|d| d.client_id).collect();
    let has_other = work.drafts.iter().any(|d| d.client_id.is_none());
    let mut owners: Vec<Owner> = Vec::new();
    if let (Some(sql), false) = (owner_sql, clients.is_empty()) {
        let places: Vec<String> = (1..=clients.len()).map(|n| format!("${n}")).collect();
        let values: Vec<Value> = clients.iter().map(|id| (*id).into()).collect();
        for row in work.query(&format!("{sql} ({})", places.join(", ")), &values).await? {
            let mut c = row.cols();
            let owner = Owner::row(c.take()?, c.take()?);
            if !owners.contains(&owner) {
                owners.push(owner);
            }
        }
    }
    if owners.is_empty() || (has_other && clients.is_empty()) {
        owners = vec![Owner::default()];
    }
    Ok(owners)
}

fn facts(work: &Work<'_>, loaded: &Loaded, owners: &[Owner]) -> Facts {
    let mut fields = BTreeSet::new();
    for draft in &work.drafts {
        if let Ok(Json::Object(changes)) = serde_json::from_str(&draft.changes) {
            fields.extend(changes.into_iter().map(|(name, _)| name));
        }
    }
    let principal = &work.ctx.principal;
    let region = |branch: Option<BranchId>| {
        branch.and_then(|b| loaded.branches.get(&b)).map(|b| b.region_id)
    };
    let places = owners.iter().map(|owner| {
        let branch = owner.branch_id.or(principal.branch_id);
        (branch, region(branch))
    });
    Facts {
        maker_roles: principal.roles.clone(),
        fields,
        amounts: work.amounts.clone(),
        places: places.collect(),
    }
}

/// A command as it is kept.
pub(crate) struct Kept<'a> {
    /// Its id.
    pub(crate) id: CommandId,
    /// Its name.
    pub(crate) name: &'static str,
    /// Its payload, JSON.
    pub(crate) payload: String,
    /// What ties the id to payload and maker.
    pub(crate) digest: &'a [u8],
    /// The node.
    pub(crate) node: &'a str,
}

/// Keeps a command that waits, once; answers the request, or what became of it.
pub(crate) async fn keep(
    writer: &Writer,
    ctx: &Ctx,
    command: &Kept<'_>,
    demand: Demand,
    loaded: &Loaded,
) -> Result<(Waiting, Vec<Draft>), Error> {
    let mut tx = writer.begin().await?;
    match insert(&mut tx, ctx, command, demand, loaded).await {
        Ok(kept) => {
            ctx.wrote(tx.commit_marked().await?);
            Ok(kept)
        }
        Err(error) => {
            if let Err(lost) = tx.rollback().await {
                tracing::warn!(error = %lost, "rollback failed; the connection is dropped");
            }
            Err(error)
        }
    }
}

async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    command: &Kept<'_>,
    demand: Demand,
    loaded: &Loaded,
) -> Result<(Waiting, Vec<Draft>), Error> {
    let approval = Approval {
        id: ctx.new_id(),
        command_id: command.id,
        command: command.name.to_owned(),
        maker_id: ctx.principal.user_id,
        client_id: demand.drafts.iter().find_map(|d| d.client_id).map(ClientId::from),
        reason: demand.reason,
        changes: changes(&demand.drafts),
        state: State::Waiting,
        made_at: ctx.now,
        expires_at: ctx.now.plus_hours(demand.hours),
        decided_at: None,
        decided_by: None,
        decided_for: None,
        note: String::new(),
        needs: demand.needs,
    };
    let is_new = insert_head(tx, ctx, command, &approval).await?;
    if !is_new {
        return Ok((before(tx, command).await?, Vec::new()));
    }
    insert_parts(tx, &approval, &demand.drafts).await?;
    let change = Change::new()
        .set("command", command.name)
        .set("state", State::Waiting.key())
        .set("reason", approval.reason.as_str())
        .set("expires_at", approval.expires_at.micros());
    let (asking, thing) = (("approval.ask", command.id), ("approval", approval.id));
    let draft = change.draft(ctx, command.node, asking, thing, approval.client_id);
    let drafts = vec![draft];
    journal::append(tx, ctx.entropy.as_ref(), &drafts).await?;
    tell(tx, ctx, &approval, loaded).await?;
    let waiting =
        Waiting { approval_id: approval.id, since: approval.made_at, until: approval.expires_at };
    Ok((waiting, drafts))
}

async fn insert_head(
    tx: &mut Tx,
    ctx: &Ctx,
    command: &Kept<'_>,
    approval: &Approval,
) -> Result<bool, Error> {
    let chance = (ctx.entropy.as_ref(), ctx.now);
    let (owner, purpose) = queries::sealed_for(&approval.client_id, approval.id, "payload");
    let payload = keys::seal_text(tx, chance, owner, &purpose, &command.payload).await?;
    let (owner, purpose) = queries::sealed_for(&approval.client_id, approval.id, "changes");
    let shown = approval.changes.to_string();
    let changes = keys::seal_text(tx, chance, owner, &purpose, &shown).await?;
    let rows = tx
        .execute(
            "insert into approval (id, command_id, command, payload, digest, channel, maker_id, \
             client_id, reason, changes, state, made_at, expires_at) values ($1, $2, $3, $4, $5, $6, \
             $7, $8, $9, $10, 'waiting', $11, $12) on conflict (command_id) do nothing",
            params![
                approval.id,
                command.id,
                command.name,
                payload,
                command.digest.to_vec(),
                ctx.channel,
                approval.maker_id,
                approval.client_id,
                approval.reason.as_str(),
                changes,
                approval.made_at,
                approval.expires_at
            ],
        )
        .await?;
    Ok(rows == 1)
}

async fn insert_parts(tx: &mut Tx, approval: &Approval, drafts: &[Draft]) -> Result<(), Error> {
    let needs: Vec<Vec<Value>> = (0_i64..)
        .zip(&approval.needs)
        .map(|(n, need)| {
            vec![
                approval.id.into(),
                n.into(),
                need.permission.as_str().into(),
                need.owner.branch_id.into(),
                need.owner.manager_id.into(),
            ]
        })
        .collect();
    let head = "insert into approval_need (approval_id, ordinal, permission, branch_id, manager_id) \
                values";
    tx.insert_many(head, &needs, "").await?;
    let records: BTreeSet<Uuid> =
        drafts.iter().flat_map(|d| [Some(d.entity_id), d.client_id]).flatten().collect();
    let records: Vec<Vec<Value>> =
        records.into_iter().map(|id| vec![id.into(), approval.id.into()]).collect();
    tx.insert_many("insert into approval_record (record_id, approval_id) values", &records, "")
        .await?;
    Ok(())
}

/// What became of a request whose command arrives again.
async fn before(tx: &mut Tx, command: &Kept<'_>) -> Result<Waiting, Error> {
    let sql = "select digest, id, state, made_at, expires_at from approval where command_id = $1";
    let row: Row = tx.first(sql, params![command.id]).await?.ok_or(Error::NotFound)?;
    let mut c = row.cols();
    let digest: Vec<u8> = c.take()?;
    if digest != command.digest {
        return Err(Error::refused("command-id-reused"));
    }
    let approval_id: Uuid = c.take()?;
    let state: String = c.take()?;
    match State::from_key(&state) {
        // approved: its result is in the command log, and this was not asked
        State::Waiting | State::Approved => {
            Ok(Waiting { approval_id, since: c.take()?, until: c.take()? })
        }
        State::Declined => Err(Error::refused("approval-declined")),
        State::Withdrawn => Err(Error::refused("approval-withdrawn")),
        State::Expired => Err(Error::refused("approval-expired")),
    }
}

/// The drafts as the second person is shown them.
fn changes(drafts: &[Draft]) -> Json {
    let one = |d: &Draft| {
        let fields: Json = serde_json::from_str(&d.changes).unwrap_or(Json::Null);
        json!({
            "entity": d.entity,
            "entity_id": d.entity_id,
            "client_id": d.client_id,
            "changes": fields,
        })
    };
    Json::Array(drafts.iter().take(queries::CHANGES_MAX).map(one).collect())
}

/// Tells those who may decide.
async fn tell(tx: &mut Tx, ctx: &Ctx, approval: &Approval, loaded: &Loaded) -> Result<(), Error> {
    let today = ctx.now.date_in(&jiff::tz::TimeZone::UTC);
    for user in checkers(loaded, approval, today, TOLD_MAX) {
        put_notice(tx, ctx, approval, user, "approval-asked").await?;
    }
    Ok(())
}

/// A notice about a request, sent after the commit.
pub(super) async fn put_notice(
    tx: &mut Tx,
    ctx: &Ctx,
    approval: &Approval,
    user: kernel::UserId,
    kind: &str,
) -> Result<(), Error> {
    let payload =
        json!({ "kind": kind, "args": {}, "href": format!("/approvals/{}", approval.id) });
    let message = outbox::Message {
        id: ctx.new_id(),
        cause: approval.id,
        channel: "notice".to_owned(),
        // one request tells one person twice at most: that it waits for him, or what became of his
        recipient: user.to_string(),
        payload: payload.to_string(),
        attempts: 0,
    };
    outbox::put(tx, &message, ctx.now).await?;
    Ok(())
}
