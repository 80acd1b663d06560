//! What the bus does about what is not the branch's own to do: it asks the centre, or a supervisor signs, or it refuses.

use kernel::CommandId;
use kernel::offline::Line;
use store::params;

use super::check::{Asking, Trial};
use super::pin;
use crate::replica::message::{Answer, Asked, Outcome, Pushed};
use crate::{Bus, Ctx, Error};

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
    pub(crate) payload: String,
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
        if let (Line::Up, Some(actor)) = (how.line, ctx.principal.user_id) {
            let command = Pushed {
                id: tried.id,
                name: tried.name.to_owned(),
                payload: tried.payload.clone(),
                actor,
                at: ctx.now,
                channel: ctx.channel.to_owned(),
                bundle: None,
                supervisor: None,
                pre_approval: None,
            };
            let asked = match self.doors().asks() {
                Some(asks) => asks.ask(command).await,
                None => None,
            };
            return match asked {
                Some(asked) => self.heard(ctx, tried, asked).await.map(Beyond::Told),
                // nobody has answered: what fits without a line may still be done
                None => Ok(Beyond::Again(Trial { line: Line::Down, ..how })),
            };
        }
        match (&ctx.pin, how.lifted) {
            (Some(signs), None) if asking.is_liftable => {
                let (login, pin) = signs.as_ref();
                let supervisor = pin::signed(self, ctx, (login, pin)).await?;
                Ok(Beyond::Again(Trial { lifted: Some(supervisor), ..how }))
            }
            _ => Err(asking.refusal.into()),
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
