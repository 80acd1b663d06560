//! The bus's part of a decision: another person's word, and the command carried out in its maker's name, in
//! one transaction.

use kernel::{CommandId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Read, StoreError, journal, keys, params};
use uuid::Uuid;

use super::NOTE_CHARS_MAX;
use super::keep::put_notice;
use super::model::{Approval, State, Verdict};
use super::queries;
use super::right::{Right, right_to_decide};
use crate::again::Again;
use crate::bus::{Bus, CommandInfo, count};
use crate::ctx::channel;
use crate::org::Loaded;
use crate::{Change, Ctx, Error, Work};

/// Deciding stands in the lists of commands, though it is the bus's own.
pub const DECIDE: CommandInfo = CommandInfo {
    name: "approval.decide",
    permission: "app.use",
    offline: crate::replica::Offline::Never,
};

/// What a second person says of a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// Which.
    pub approval_id: Uuid,
    /// Yes or no.
    pub verdict: Verdict,
    /// Why; a refusal needs words.
    #[serde(default)]
    pub note: String,
}

/// A command as it was kept.
struct Stored {
    payload: String,
    digest: Vec<u8>,
    channel: String,
}

impl Bus {
    /// Decides a request once, however often the id arrives. With a yes the command is carried out in its
    /// maker's name and under his rights of now; when it is refused, nothing happens and it goes on
    /// waiting.
    ///
    /// # Errors
    /// [`Error::NotFound`] to whom the request is none of his business; refusals `approval-own`,
    /// `approval-over`, `approval-expired`, `approval-maker-gone`; whatever the command itself answers.
    pub async fn decide(&self, ctx: &Ctx, id: CommandId, decision: &Decision) -> Result<(), Error> {
        ctx.principal.require(DECIDE.permission)?;
        let begin = std::time::Instant::now();
        let mut again = Again::new(self.writer());
        let answer = loop {
            match Box::pin(self.decide_once(ctx, id, decision)).await {
                Err(error) if again.after(&error).await => {}
                other => break other,
            }
        };
        count(DECIDE.name, begin, answer.as_ref().err());
        answer
    }

    async fn decide_once(
        &self,
        ctx: &Ctx,
        id: CommandId,
        decision: &Decision,
    ) -> Result<(), Error> {
        let loaded = self.directory().get();
        let mut work = self.work(ctx, DECIDE.name, id).await?;
        if !note_decision(&mut work, decision).await? {
            ctx.wrote(work.tx.commit_marked().await?);
            return Ok(());
        }
        let (approval, stored) = lock(&mut work, decision.approval_id).await?;
        let instead_of = check(ctx, &loaded, &approval, decision)?;
        let mut done = Vec::new();
        if decision.verdict == Verdict::Approve {
            let maker = maker(ctx, &loaded, &approval, &stored)?;
            (work, done) = self.carry_out(work, &maker, &approval, stored).await?;
        }
        settle(&mut work, &approval, decision, instead_of).await?;
        let Work { tx, mut drafts, wakes_jobs, .. } = work;
        ctx.wrote(tx.commit_marked().await?);
        drafts.append(&mut done);
        self.live().committed(&drafts, wakes_jobs);
        Ok(())
    }

    /// Runs the kept command in this transaction, as its maker; an error undoes it all.
    async fn carry_out<'a>(
        &'a self,
        work: Work<'a>,
        maker: &Ctx,
        approval: &Approval,
        stored: Stored,
    ) -> Result<(Work<'a>, Vec<journal::Draft>), Error> {
        let over = || Error::refused("approval-over");
        let command = self.registered(&approval.command).ok_or_else(over)?;
        let id = approval.command_id;
        let Work { ctx, mut tx, command_id, node, registry, wakes_jobs, .. } = work;
        let sql = "insert into command_log (id, name, actor_id, at, digest, result) \
                   values ($1, $2, $3, $4, $5, '') on conflict (id) do nothing";
        let name = command.info.name;
        let row = params![id, name, approval.maker_id, ctx.now, stored.digest];
        if tx.execute(sql, row).await? == 0 {
            return Err(over());
        }
        let payload = serde_json::from_str(&stored.payload)?;
        let mut other = Work::new(maker, tx, (name, id), node, registry);
        let output = command.rehearse(&mut other, payload).await?;
        let Work { mut tx, drafts, wakes_jobs: other_wakes, .. } = other;
        journal::append(&mut tx, ctx.entropy.as_ref(), &drafts).await?;
        let sql = "update command_log set result = $2 where id = $1";
        tx.execute(sql, params![id, output]).await?;
        let mut work = Work::new(ctx, tx, (DECIDE.name, command_id), node, registry);
        work.wakes_jobs = wakes_jobs || other_wakes;
        Ok((work, drafts))
    }
}

/// The maker's context, with his rights of now.
fn maker(ctx: &Ctx, loaded: &Loaded, approval: &Approval, stored: &Stored) -> Result<Ctx, Error> {
    let principal = approval.maker_id.and_then(|maker| loaded.principal_shared(maker));
    let principal = principal.ok_or_else(|| Error::refused("approval-maker-gone"))?;
    Ok(Ctx { principal, channel: channel(&stored.channel), ..ctx.clone() })
}

/// Notes the decision's id; `false` when it was here before.
async fn note_decision(work: &mut Work<'_>, decision: &Decision) -> Result<bool, Error> {
    let mut hasher = Sha256::new();
    hasher.update(work.ctx.principal.user_id.map_or([0; 16], |u| *u.uuid().as_bytes()));
    hasher.update(serde_json::to_vec(decision)?);
    let digest = hasher.finalize().to_vec();
    let (id, actor, now) = (work.command_id, work.actor(), work.ctx.now);
    let fresh = work
        .tx
        .execute(
            "insert into command_log (id, name, actor_id, at, digest, result) \
             values ($1, $2, $3, $4, $5, 'null') on conflict (id) do nothing",
            params![id, DECIDE.name, actor, now, digest.clone()],
        )
        .await?;
    if fresh == 1 {
        return Ok(true);
    }
    let row = work.tx.first("select digest from command_log where id = $1", params![id]).await?;
    let before: Vec<u8> = row.ok_or(StoreError::Busy)?.one()?;
    if before == digest { Ok(false) } else { Err(Error::refused("command-id-reused")) }
}

/// The request, locked until the transaction ends: two second persons cannot both decide it.
async fn lock(work: &mut Work<'_>, id: Uuid) -> Result<(Approval, Stored), Error> {
    let sql = format!(
        "select payload, digest, channel from approval where id = $1{}",
        work.tx.dialect().for_update()
    );
    let row = work.tx.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    let mut c = row.cols();
    let (payload, digest, channel) = (c.take()?, c.take()?, c.take()?);
    let approval = queries::one(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let (owner, purpose) = queries::sealed_for(&approval.client_id, id, "payload");
    let payload = match keys::open_text(&mut work.tx, owner, &purpose, payload).await? {
        keys::Opened::Text(payload) => payload,
        keys::Opened::Destroyed => return Err(Error::refused("approval-over")),
    };
    Ok((approval, Stored { payload, digest, channel }))
}

/// Whether this person may say this of this request now; answers in whose stead.
fn check(
    ctx: &Ctx,
    loaded: &Loaded,
    approval: &Approval,
    decision: &Decision,
) -> Result<Option<UserId>, Error> {
    let today = ctx.now.date_in(&jiff::tz::TimeZone::UTC);
    // whether he could have decided it is asked first: to others it does not exist
    let as_open = Approval { state: State::Waiting, ..approval.clone() };
    let instead_of = match right_to_decide(loaded, &ctx.principal, &as_open, today) {
        Right::Decide { instead_of } => instead_of,
        Right::Own => return Err(Error::refused("approval-own")),
        Right::None => return Err(Error::NotFound),
    };
    let next = match decision.verdict {
        Verdict::Approve => State::Approved,
        Verdict::Decline => State::Declined,
    };
    if !approval.state.may_become(next) {
        return Err(Error::refused("approval-over"));
    }
    if ctx.now >= approval.expires_at {
        return Err(Error::refused("approval-expired"));
    }
    if decision.note.chars().count() > NOTE_CHARS_MAX {
        return Err(kernel::Refusal::field("too-long", "note").arg("max", NOTE_CHARS_MAX).into());
    }
    if decision.verdict == Verdict::Decline && decision.note.trim().is_empty() {
        return Err(Error::refused_field("required", "note"));
    }
    Ok(instead_of)
}

/// Writes the decision down and tells the maker.
async fn settle(
    work: &mut Work<'_>,
    approval: &Approval,
    decision: &Decision,
    instead_of: Option<UserId>,
) -> Result<(), Error> {
    let (state, kind) = match decision.verdict {
        Verdict::Approve => (State::Approved, "approval-approved"),
        Verdict::Decline => (State::Declined, "approval-declined"),
    };
    let (me, now, note) = (work.actor(), work.ctx.now, decision.note.trim());
    work.tx
        .execute(
            "update approval set state = $2, decided_at = $3, decided_by = $4, decided_for = $5, \
             note = $6 where id = $1",
            params![approval.id, state.key(), now, me, instead_of, note],
        )
        .await?;
    let change = Change::new()
        .set("command", approval.command.as_str())
        .field("state", State::Waiting.key(), state.key())
        .set("instead_of", instead_of.map(|u| u.to_string()))
        .set("note", (!note.is_empty()).then(|| note.to_owned()));
    work.record("approval", approval.id, approval.client_id, change);
    let drafts = work.drafts.clone();
    journal::append(&mut work.tx, work.ctx.entropy.as_ref(), &drafts).await?;
    if let Some(maker) = approval.maker_id {
        work.wakes_jobs = true;
        put_notice(&mut work.tx, work.ctx, approval, maker, kind).await?;
    }
    Ok(())
}
