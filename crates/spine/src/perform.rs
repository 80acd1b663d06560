//! What happens around a handler. It is the same for every command, so it stands in the program once: here a command has no type
//! any more ([`Plain`]), and its output is JSON text. Typed and compiled anew for each of some two hundred commands it was a fifth
//! of the program, and a program's pages are memory like any other.

use std::future::Future;
use std::pin::Pin;

use kernel::{CommandId, Refusal};
use sha2::{Digest, Sha256};
use store::{Read, StoreError, journal, params};

use crate::again::Again;
use crate::approval::{self, Demand, Kept};
use crate::authority::{self, Asking, Beyond, Ruling, Trial, Tried};
use crate::org::Loaded;
use crate::{Bus, Command, CommandInfo, Ctx, Error, Work, replica};

/// What will be answered.
pub(crate) type Async<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A command without its type.
pub(crate) trait Plain: Send + Sync {
    /// Its name and what it needs.
    fn info(&self) -> CommandInfo;
    /// Itself as JSON text.
    fn payload(&self) -> Result<String, Error>;
    /// Runs its handler; its output as JSON text.
    fn run<'a>(&'a self, work: &'a mut Work<'_>) -> Async<'a, String>;
}

impl<C: Command> Plain for C {
    fn info(&self) -> CommandInfo {
        CommandInfo::of::<C>()
    }
    fn payload(&self) -> Result<String, Error> {
        Ok(serde_json::to_string(self)?)
    }
    fn run<'a>(&'a self, work: &'a mut Work<'_>) -> Async<'a, String> {
        Box::pin(async move { Ok(serde_json::to_string(&self.handle(work).await?)?) })
    }
}

impl Bus {
    /// Executes a command once, however often its id arrives; see [`Bus::execute`].
    pub(crate) fn perform<'a>(
        &'a self,
        ctx: &'a Ctx,
        id: CommandId,
        command: &'a dyn Plain,
    ) -> Async<'a, String> {
        Box::pin(async move {
            let info = command.info();
            ctx.principal.require(info.permission)?;
            self.require_here(ctx, info.offline)?;
            let payload = command.payload()?;
            let digest = digest(ctx, info.name, &payload);
            let tried = Tried { id, name: info.name, payload: &payload, digest: &digest };
            let begin = std::time::Instant::now();
            let work = self.until_done(ctx, command, &tried);
            let answer = crate::trace::command(ctx, info.name, work).await;
            crate::bus::count(info.name, begin, answer.as_ref().err());
            answer
        })
    }

    /// Tries until it is done, here or at the centre, or is not to be done.
    async fn until_done(
        &self,
        ctx: &Ctx,
        command: &dyn Plain,
        tried: &Tried<'_>,
    ) -> Result<String, Error> {
        if self.doors().is_silent_about(tried.id)
            && let Some(result) = self.asked_before(ctx, tried).await?
        {
            return Ok(result);
        }
        let mut again = Again::new(self.writer());
        let mut how = self.how();
        loop {
            match self.attempt(ctx, command, (tried, how)).await {
                Err(error) if again.after(&error).await => {}
                Ok(Attempt::Done(output)) => break Ok(output),
                Ok(Attempt::Asks(asking)) => match self.beyond(ctx, tried, (asking, how)).await? {
                    Beyond::Told(result) => break Ok(result),
                    Beyond::Again(other) => how = other,
                },
                Err(error) => break Err(error),
            }
        }
    }

    async fn attempt(
        &self,
        ctx: &Ctx,
        command: &dyn Plain,
        (tried, how): (&Tried<'_>, Trial),
    ) -> Result<Attempt, Error> {
        let loaded = self.directory().get();
        let mut work = self.work(ctx, tried.name, tried.id).await?;
        let is_kept = self.is_at_branch() && command.info().offline.is_told();
        let around = Around { loaded: &loaded, kept: is_kept.then_some(how), tried };
        let outcome = around.run(&mut work, command).await;
        let Work { tx, drafts, wakes_jobs, .. } = work;
        match outcome {
            Ok(Done::Waits(demand)) => {
                tx.rollback().await?;
                let Tried { id, name, digest, payload } = *tried;
                let kept =
                    Kept { id, name, payload: payload.to_owned(), digest, node: self.node() };
                let (waiting, drafts) =
                    approval::keep(self.writer(), ctx, &kept, demand, &loaded).await?;
                self.live().committed(&drafts, true);
                Err(Error::Waiting(waiting))
            }
            Ok(Done::Asks(asking)) => {
                tx.rollback().await?;
                Ok(Attempt::Asks(asking))
            }
            Ok(Done::New(output)) => {
                ctx.wrote(tx.commit_marked().await?);
                self.live().committed(&drafts, wakes_jobs);
                if is_kept {
                    // there is more to tell the centre
                    self.live().ring("line".to_owned());
                }
                Ok(Attempt::Done(output))
            }
            Ok(Done::Before(output)) => {
                // nothing was written now; what was before must be seen as well
                ctx.wrote(tx.commit_marked().await?);
                Ok(Attempt::Done(output))
            }
            Err(error) => {
                if let Err(lost) = tx.rollback().await {
                    tracing::warn!(error = %lost, "rollback failed; the connection is dropped");
                }
                Err(error)
            }
        }
    }
}

/// How an attempt ended, when it did not fail.
enum Attempt {
    Done(String),
    /// It is not this branch's own to do.
    Asks(Asking),
}

enum Done {
    New(String),
    Before(String),
    Waits(Demand),
    Asks(Asking),
}

/// What one attempt goes by.
struct Around<'a> {
    loaded: &'a Loaded,
    /// At a branch, when it will be told to the centre: how it is tried.
    kept: Option<Trial>,
    tried: &'a Tried<'a>,
}

impl Around<'_> {
    async fn run(&self, work: &mut Work<'_>, command: &dyn Plain) -> Result<Done, Error> {
        let Tried { id, name, payload, digest } = *self.tried;
        let info = command.info();
        let (ctx, registry) = (work.ctx, work.registry);
        let sql = "insert into command_log (id, name, actor_id, at, digest, result) \
                   values ($1, $2, $3, $4, $5, '') on conflict (id) do nothing";
        let row = params![id, name, ctx.principal.user_id, ctx.now, digest.to_vec()];
        if work.tx.execute(sql, row).await? == 0 {
            let before = answer_before(work, id, digest).await?;
            return Ok(Done::Before(before.ok_or(StoreError::Busy)?));
        }
        let output = command.run(work).await?;
        if let (None, Some(told)) = (self.kept, ctx.told) {
            authority::judge(work, info.offline, self.loaded, told).await?;
        }
        let demand = approval::asked(work, info.permission, self.loaded, registry.owners()).await?;
        if let Some(demand) = demand {
            // who decides sits at the centre
            let refusal = Refusal::new("only-with-line");
            return Ok(match self.kept {
                Some(_) => Done::Asks(Asking { refusal, is_liftable: false }),
                None => Done::Waits(demand),
            });
        }
        if let Some(how) = self.kept {
            match authority::rule(work, info.offline, self.loaded, how).await? {
                Ruling::Asks(asking) => return Ok(Done::Asks(asking)),
                Ruling::Fits(spent) => authority::spend(work, &spent).await?,
            }
            replica::keep(work, payload).await?;
        }
        journal::append(&mut work.tx, ctx.entropy.as_ref(), &work.drafts).await?;
        let sql = "update command_log set result = $2 where id = $1";
        work.tx.execute(sql, params![id, output.as_str()]).await?;
        Ok(Done::New(output))
    }
}

/// What a command was answered when it was done here before.
pub(crate) async fn answer_before(
    work: &mut Work<'_>,
    id: CommandId,
    digest: &[u8],
) -> Result<Option<String>, Error> {
    let sql = "select digest, result from command_log where id = $1";
    let Some(row) = work.tx.first(sql, params![id]).await? else { return Ok(None) };
    let mut cols = row.cols();
    let stored: Vec<u8> = cols.take()?;
    if stored != digest {
        return Err(Error::refused("command-id-reused"));
    }
    Ok(Some(cols.take()?))
}

/// Ties an id to its actor, name and payload, so that a repeat is a repeat and nothing else.
pub(crate) fn digest(ctx: &Ctx, name: &str, payload: &str) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(ctx.principal.user_id.map_or([0; 16], |u| *u.uuid().as_bytes()));
    hasher.update(name.as_bytes());
    hasher.update([0]);
    match ctx.request {
        Some(request) => hasher.update(request),
        None => hasher.update(payload),
    }
    hasher.finalize().to_vec()
}
