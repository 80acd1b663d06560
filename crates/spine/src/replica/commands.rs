//! Commands on branch nodes, executed at the centre.

use kernel::{BranchId, ClientId, CommandId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::keys::{self, BANK};
use store::{Read, params};
use uuid::Uuid;

use super::message::Pushed;
use super::nodes::{self, BranchNode, LEASE_HOURS, NodeState};
use super::{Mode, pending, refusals};
use crate::{Change, Command, Error, Registry, Work};

/// Characters of a node's name at most.
const NAME_CHARS_MAX: usize = 40;
/// Days a node may work without the centre at most: what it has done may be told much later than that.
pub const LEASE_DAYS_MAX: i64 = 31;
const HOURS_MAX: i64 = 24 * LEASE_DAYS_MAX;
/// Days a code of enrolment is good for when nobody says otherwise, and at most.
pub const CODE_DAYS: i64 = 1;
const CODE_DAYS_MAX: i64 = 31;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<InviteNode>();
    registry.add::<EnrolNode>();
    registry.add::<RevokeNode>();
    registry.add::<KeepRefusal>();
    registry.add::<PruneChanges>();
    registry.add::<super::mode::SetSilence>();
}

/// Prepares a node at a branch: it may enrol once with a code.
#[derive(Debug, Serialize, Deserialize)]
pub struct InviteNode {
    /// The branch.
    pub branch_id: BranchId,
    /// Its name, also in the journal.
    pub name: String,
    /// SHA-256 of the code.
    pub code_hash: Vec<u8>,
    /// Hours it may work after the centre's last answer.
    pub lease_hours: Option<i64>,
    /// Days its code is good for: until the node has shown it here, on a line or in a file.
    #[serde(default)]
    pub code_days: Option<i64>,
}

/// A whole number that lies within bounds.
fn within(number: i64, most: i64, field: &str) -> Result<i64, Error> {
    match number {
        ..1 => Err(kernel::Refusal::field("number-small", field).arg("min", 1).into()),
        n if n > most => Err(kernel::Refusal::field("number-large", field).arg("max", most).into()),
        n => Ok(n),
    }
}

impl Command for InviteNode {
    const NAME: &'static str = "branch.invite_node";
    const PERMISSION: &'static str = "admin.nodes";
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let name = self.name.trim();
        if name.is_empty() {
            return Err(Error::refused_field("required", "name"));
        }
        if name.chars().count() > NAME_CHARS_MAX {
            return Err(kernel::Refusal::field("too-long", "name")
                .arg("max", NAME_CHARS_MAX)
                .into());
        }
        let hours = within(self.lease_hours.unwrap_or(LEASE_HOURS), HOURS_MAX, "lease_hours")?;
        let days = within(self.code_days.unwrap_or(CODE_DAYS), CODE_DAYS_MAX, "code_days")?;
        let sql = "select code from branch where id = $1 and archived_at is null";
        let branch = w.first(sql, params![self.branch_id]).await?;
        let code: String =
            branch.ok_or_else(|| Error::refused_field("not-a-choice", "branch_id"))?.one()?;
        let id: Uuid = w.new_id();
        let sql = "insert into branch_node (id, branch_id, name, state, code_hash, code_until, made_at, made_by, \
                   lease_hours) values ($1, $2, $3, 'invited', $4, $5, $6, $7, $8) on conflict (name) do nothing";
        let (now, until) = (w.ctx.now, w.ctx.now.plus_days(days));
        let row =
            params![id, self.branch_id, name, self.code_hash.clone(), until, now, w.actor(), hours];
        if w.execute(sql, row).await? == 0 {
            return Err(Error::refused_field("branch-name-taken", "name"));
        }
        let change = Change::new()
            .set("name", name)
            .set("branch", code)
            .set("state", NodeState::Invited.key())
            .set("lease_hours", hours);
        w.record("branch_node", id, None, change);
        Ok(id)
    }
}

/// A node shows its code and its public keys.
#[derive(Debug, Serialize, Deserialize)]
pub struct EnrolNode {
    /// SHA-256 of the code.
    pub code_hash: Vec<u8>,
    /// Public key of its signatures.
    pub sign_key: Vec<u8>,
    /// Public key of what is sealed for it.
    pub seal_key: Vec<u8>,
    /// Whether it does so by a file that was carried: then there is no line to be missed.
    #[serde(default)]
    pub by_file: bool,
}

/// Who a node is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// Its id.
    pub node: Uuid,
    /// Its name.
    pub name: String,
    /// The branch it is at.
    pub branch: BranchId,
}

impl Command for EnrolNode {
    const NAME: &'static str = "branch.enrol_node";
    const PERMISSION: &'static str = "system";
    type Output = Enrolled;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Enrolled, Error> {
        let wrong = || Error::refused("branch-code-wrong");
        let (code, now) = (self.code_hash.clone(), w.ctx.now);
        let keys = (Some(self.sign_key.clone()), Some(self.seal_key.clone()));
        let sql =
            "select id, name, branch_id, sign_key, seal_key from branch_node where code_hash = $1";
        let row = w.first(sql, params![code.clone()]).await?.ok_or_else(wrong)?;
        let mut c = row.cols();
        let who = Enrolled { node: c.take()?, name: c.take()?, branch: c.take()? };
        if (c.take()?, c.take()?) == keys {
            // the same node may say the same again, however late: the answer may have been lost
            return Ok(who);
        }
        let sql = "update branch_node set state = 'active', sign_key = $2, seal_key = $3, enrolled_at = $4 \
                   where code_hash = $1 and code_until > $4 and state = 'invited'";
        if w.execute(sql, params![code, keys.0, keys.1, now]).await? == 0 {
            return Err(wrong());
        }
        begin_work(w, &who, self.by_file).await?;
        let (before, after) = (NodeState::Invited.key(), NodeState::Active.key());
        let change = Change::new().set("name", who.name.as_str()).field("state", before, after);
        w.record("branch_node", who.node, None, change);
        Ok(who)
    }
}

/// A branch that worked at the centre works on its first node from now on, with a line or without.
async fn begin_work(w: &mut Work<'_>, who: &Enrolled, by_file: bool) -> Result<(), Error> {
    let mode = if by_file { Mode::Autonomous } else { Mode::Distributed };
    let sql = "update branch set mode = $3 where id = $1 and mode = 'centralised' and not exists \
               (select 1 from branch_node n where n.branch_id = $1 and n.state = 'active' and n.id <> $2)";
    if w.execute(sql, params![who.branch, who.node, mode.key()]).await? == 1 {
        let (before, after) = (Mode::Centralised.key(), mode.key());
        let change = Change::new().field("mode", before, after);
        w.record("branch", who.branch.uuid(), None, change);
    }
    Ok(())
}

/// Shuts a node out: it was stolen, or is used no more.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RevokeNode {
    /// Which.
    pub node_id: Uuid,
}

impl Command for RevokeNode {
    const NAME: &'static str = "branch.revoke_node";
    const PERMISSION: &'static str = "admin.nodes";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = "select name, state from branch_node where id = $1";
        let row = w.first(sql, params![self.node_id]).await?.ok_or(Error::NotFound)?;
        let mut c = row.cols();
        let (name, state): (String, String) = (c.take()?, c.take()?);
        let sql = "update branch_node set state = 'revoked', code_hash = null, revoked_at = $2 where id = $1 \
                   and state <> 'revoked'";
        if w.execute(sql, params![self.node_id, w.ctx.now]).await? == 0 {
            return Ok(());
        }
        let sql = "delete from branch_node_client where node_id = $1";
        w.execute(sql, params![self.node_id]).await?;
        let change =
            Change::new().set("name", name).field("state", state, NodeState::Revoked.key());
        w.record("branch_node", self.node_id, None, change);
        Ok(())
    }
}

/// Notes of changed rows that one command takes away.
const PRUNE_ROWS: i64 = 20_000;

/// Takes away notes of changed rows that every node has read. One that was not heard for longer than any may work alone is not
/// waited for: should it come back, it compares everything.
#[derive(Debug, Serialize, Deserialize)]
pub struct PruneChanges {}

impl Command for PruneChanges {
    const NAME: &'static str = "branch.prune_changes";
    const PERMISSION: &'static str = "system";
    /// Whether there may be more.
    type Output = bool;

    async fn handle(&self, w: &mut Work<'_>) -> Result<bool, Error> {
        let since = w.ctx.now.plus_hours(-HOURS_MAX);
        let Some(places) = nodes::places(&mut *w, since).await? else { return Ok(false) };
        let pruned = store::capture::prune(&mut w.tx, &places, PRUNE_ROWS).await?;
        Ok(i64::try_from(pruned).is_ok_and(|pruned| pruned == PRUNE_ROWS))
    }
}

/// Keeps what a branch has done and the centre does not do, until somebody has decided what becomes of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeepRefusal {
    node_id: Uuid,
    branch_id: BranchId,
    command_id: CommandId,
    command: String,
    payload: String,
    actor_id: UserId,
    done_at: Timestamp,
    code: String,
    detail: String,
}

impl KeepRefusal {
    pub(super) fn of(node: &BranchNode, done: &Pushed, (code, detail): (&str, &str)) -> Self {
        Self {
            node_id: node.id,
            branch_id: node.branch_id,
            command_id: done.id,
            command: done.name.clone(),
            payload: done.payload.clone(),
            actor_id: done.actor,
            done_at: done.at,
            code: code.to_owned(),
            detail: detail.to_owned(),
        }
    }
    /// The id of the command that keeps it: follows from that of the command that was refused.
    pub(super) fn command_id(&self) -> CommandId {
        let mut hasher = Sha256::new();
        hasher.update(b"tessera refusal of a branch\0");
        hasher.update(self.command_id.uuid().as_bytes());
        CommandId::from_hash(&hasher.finalize().into())
    }
}

impl KeepRefusal {
    /// What was wanted and what was answered, sealed under the client's key, or the bank's when he has none here. Of somebody
    /// whose data was erased nothing is kept.
    async fn sealed(
        &self,
        w: &mut Work<'_>,
        client: Option<ClientId>,
    ) -> Result<(String, String), Error> {
        let sql = "select case when destroyed_at is null and closed_at is null then 1 else 0 end \
                   from data_key where owner_id = $1";
        let key: Option<bool> = match client {
            Some(client) => {
                w.first(sql, params![client]).await?.map(store::Row::one).transpose()?
            }
            None => None,
        };
        let owner = match (client, key) {
            (Some(_), Some(false)) => return Ok((String::new(), String::new())),
            (Some(client), Some(true)) => client.uuid(),
            _ => BANK,
        };
        let chance = (w.ctx.entropy.as_ref(), w.ctx.now);
        let items = refusals::items(owner, self.command_id, &self.payload, &self.detail);
        let mut sealed = keys::seal_texts(&mut w.tx, chance, &items).await?.into_iter();
        let mut next = || sealed.next().flatten().unwrap_or_default();
        Ok((next(), next()))
    }
}

impl Command for KeepRefusal {
    const NAME: &'static str = "branch.keep_refusal";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let client = pending::client_of(&self.payload);
        let (payload, answer) = self.sealed(w, client).await?;
        let sql = "insert into branch_refusal (id, node_id, branch_id, command, payload, actor_id, client_id, done_at, \
                   refused_at, code, answer, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open') \
                   on conflict (id) do nothing";
        let row = params![
            self.command_id,
            self.node_id,
            self.branch_id,
            self.command.as_str(),
            payload,
            self.actor_id,
            client,
            self.done_at,
            w.ctx.now,
            self.code.as_str(),
            answer
        ];
        if w.execute(sql, row).await? == 1 {
            let change = Change::new()
                .set("command", self.command.as_str())
                .set("code", self.code.as_str())
                .set("actor", self.actor_id.to_string());
            w.record("branch_refusal", self.command_id.uuid(), client, change);
        }
        Ok(())
    }
}
