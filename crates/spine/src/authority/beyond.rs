//! What the bus does about what is not the branch's own to do: it asks the centre, or a supervisor signs, or it refuses.

use kernel::offline::Line;
use kernel::{CommandId, Refusal};
use store::params;

use super::check::{Asking, Trial};
use super::{Reply, pin};
use crate::perform::{Async, Plain, answer_before, digest};
use crate::replica::message::{Answer, Asked, Outcome, Pushed};
use crate::{Bus, Command, Ctx, Error};

/// What is to be done next.
pub(crate) enum Beyond {
    /// The centre has done it; its answer.
    Told(String),
    /// Try it again so.
    Again(Trial),
}

/// A command that is being tried.
pub(crate) struct Tried<'a> {
    pub(crate) id: CommandId,
    pub(crate) name: &'static str,
    pub(crate) payload: &'a str,
    pub(crate) digest: &'a [u8],
}

impl Bus {
    /// How a command is tried first.
    pub(crate) fn how(&self) -> Trial {
        let line = if self.doors().asks().is_some() { Line::Up } else { Line::Down };
        Trial { line, lifted: None }
    }
    /// Goes on with what did not fit when it was tried so.
    pub(crate) async fn beyond(
        &self,
        ctx: &Ctx,
        tried: &Tried<'_>,
        (asking, how): (Asking, Trial),
    ) -> Result<Beyond, Error> {
        if how.line == Line::Up {
            return match self.asked(ctx, tried).await? {
                Some(result) => Ok(Beyond::Told(result)),
                // nobody has answered: what fits without a line may still be done, under the same id
                None => Ok(Beyond::Again(Trial { line: Line::Down, ..how })),
            };
        }
        match (&ctx.pin, how.lifted) {
            (Some(signs), None) if asking.is_liftable => {
                let (login, pin) = signs.as_ref();
                let supervisor = pin::signed(self, ctx, (login, pin)).await?;
                Ok(Beyond::Again(Trial { lifted: Some(supervisor), ..how }))
            }
            _ if self.doors().is_silent_about(tried.id) => Err(silent(asking.is_liftable)),
            _ => Err(asking.refusal.into()),
        }
    }
    /// Has the centre do a command at once, when there is a line; none when there is none, or no answer comes in time. It may have
    /// been done all the same: the id says so when it comes again.
    ///
    /// # Errors
    /// What the centre refuses; the database's.
    pub async fn ask_centre<C: Command>(
        &self,
        ctx: &Ctx,
        id: CommandId,
        command: &C,
    ) -> Result<Option<C::Output>, Error> {
        let told = self.asked_at_once(ctx, id, command).await?;
        told.map(|told| serde_json::from_str(&told)).transpose().map_err(Error::from)
    }
    fn asked_at_once<'a>(
        &'a self,
        ctx: &'a Ctx,
        id: CommandId,
        command: &'a dyn Plain,
    ) -> Async<'a, Option<String>> {
        Box::pin(async move {
            let info = command.info();
            ctx.principal.require(info.permission)?;
            let payload = command.payload()?;
            let digest = digest(ctx, info.name, &payload);
            let mut work = self.work(ctx, info.name, id).await?;
            let before = answer_before(&mut work, id, &digest).await;
            work.tx.rollback().await?;
            if let Some(answer) = before? {
                return Ok(Some(answer));
            }
            let tried = Tried { id, name: info.name, payload: &payload, digest: &digest };
            self.asked(ctx, &tried).await
        })
    }
    /// A command the centre was asked to do before, and has not answered: it may be done already, and its rows may have come. So
    /// nobody does it here before the centre has said what has become of it; a supervisor may, who answers for it. None when he does.
    pub(crate) async fn asked_before(
        &self,
        ctx: &Ctx,
        tried: &Tried<'_>,
    ) -> Result<Option<String>, Error> {
        match self.asked(ctx, tried).await? {
            Some(result) => Ok(Some(result)),
            None if ctx.pin.is_some() => Ok(None),
            None => Err(silent(true)),
        }
    }
    /// Asks the centre to do it; none when there is no line, or no answer comes.
    async fn asked(&self, ctx: &Ctx, tried: &Tried<'_>) -> Result<Option<String>, Error> {
        let (Some(asks), Some(actor)) = (self.doors().asks(), ctx.principal.user_id) else {
            return Ok(None);
        };
        let command = Pushed {
            id: tried.id,
            name: tried.name.to_owned(),
            payload: tried.payload.to_owned(),
            actor,
            at: ctx.now,
            channel: ctx.channel.to_owned(),
            bundle: None,
            supervisor: None,
            pre_approval: None,
        };
        match asks.ask(command).await {
            Reply::Answered(asked) => {
                self.doors().note_answer(tried.id);
                self.heard(ctx, tried, asked).await.map(Some)
            }
            Reply::NotAsked => Ok(None),
            Reply::Silent => {
                self.doors().note_silence(tried.id);
                Ok(None)
            }
        }
    }
    /// What the centre has said. What it has done is kept as this node's first answer, so that the id is known when it comes
    /// again.
    async fn heard(&self, ctx: &Ctx, tried: &Tried<'_>, asked: Asked) -> Result<String, Error> {
        let Asked { answer, result } = asked;
        match answer.outcome {
            Outcome::Accepted => {
                let sql = "insert into command_log (id, name, actor_id, at, digest, result) \
                           values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
                let (actor, digest) = (ctx.principal.user_id, tried.digest.to_vec());
                let mut tx = self.writer().begin().await?;
                let row = params![tried.id, tried.name, actor, ctx.now, digest, result.as_str()];
                tx.execute(sql, row).await?;
                ctx.wrote(tx.commit_marked().await?);
                Ok(result)
            }
            Outcome::Waits => Err(Error::Waiting(serde_json::from_str(&answer.detail)?)),
            Outcome::Refused => Err(refused(&answer)),
        }
    }
}

/// What somebody is told whose command may have been done at the centre.
fn silent(is_liftable: bool) -> Error {
    let lift = if is_liftable { "yes" } else { "no" };
    Refusal::new("centre-silent").arg("lift", lift).into()
}

/// The centre's no as this node says it.
fn refused(answer: &Answer) -> Error {
    match answer.code.as_str() {
        "forbidden" => Error::Forbidden(answer.detail.clone()),
        "not-found" => Error::NotFound,
        "conflict" => match serde_json::from_str(&answer.detail) {
            Ok(conflict) => Error::Conflict(conflict),
            Err(_) => Error::refused("branch-message-broken"),
        },
        code => match serde_json::from_str(&answer.detail) {
            Ok(refusals) => Error::Refused(refusals),
            Err(_) => Error::refused(code),
        },
    }
}
