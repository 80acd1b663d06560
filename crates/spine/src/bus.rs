//! The command bus: the only way a row changes.
//!
//! Permission → transaction → command log (a repeated id gets the first answer) → handler → journal →
//! commit → readers are woken.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use kernel::{ClientId, CommandId, Refusal, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::{Read, StoreError, Writer, journal, params};

use crate::again::Again;
use crate::approval::{self, DECIDE, Demand, Kept};
use crate::authority::{
    self, AskCentre, Asking, Beyond, Doors, Notary, Ruling, Trial, Tried, Versions,
};
use crate::bundle::{Fact, Parts, Signs};
use crate::org::{Directory, Loaded};
use crate::replica::{self, How, Lease, Offline, Replicated};
use crate::{ClientBound, Ctx, Error, Fieldable, Live, Memory, OwnFields, Work};

/// A change somebody asks for. Payloads only grow: new fields are optional.
pub trait Command: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Stable name, `context.verb_noun`.
    const NAME: &'static str;
    /// The permission it needs.
    const PERMISSION: &'static str;
    /// What it may do at a branch.
    const OFFLINE: Offline = Offline::Never;
    /// What the caller gets, and gets again when he repeats the id.
    type Output: Serialize + DeserializeOwned + Send;

    /// Checks the rules and writes; everything it does is undone when it answers an error.
    fn handle(
        &self,
        work: &mut Work<'_>,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

type Json = serde_json::Value;
type Dispatch = Box<
    dyn for<'a> Fn(
            &'a Bus,
            &'a Ctx,
            CommandId,
            Json,
        ) -> Pin<Box<dyn Future<Output = Result<Json, Error>> + Send + 'a>>
        + Send
        + Sync,
>;

pub(crate) type Rehearse = Box<
    dyn for<'a, 'b> Fn(
            &'a mut Work<'b>,
            Json,
        ) -> Pin<Box<dyn Future<Output = Result<Json, Error>> + Send + 'a>>
        + Send
        + Sync,
>;

pub(crate) struct Registered {
    pub(crate) info: CommandInfo,
    dispatch: Dispatch,
    pub(crate) rehearse: Rehearse,
}

/// A registered command, for lists and the golden file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandInfo {
    /// Its name.
    pub name: &'static str,
    /// The permission it needs.
    pub permission: &'static str,
    /// What it may do at a branch.
    pub offline: Offline,
}

/// All commands by name; what the API, imports and branch replay dispatch through.
#[derive(Default)]
pub struct Registry {
    commands: BTreeMap<&'static str, Registered>,
    owners_of_clients: Option<&'static str>,
    absorbed_clients: Option<&'static str>,
    client_bound: Vec<ClientBound>,
    fieldable: Vec<Fieldable>,
    own_fields: Option<&'static dyn OwnFields>,
    parts: Parts,
    signs: OnceLock<Arc<dyn Signs>>,
    doors: Doors,
    memory: Memory,
    versions: Versions,
}

impl Registry {
    /// Adds a command; a name registered twice keeps the first.
    pub fn add<C: Command>(&mut self) {
        let info = CommandInfo { name: C::NAME, permission: C::PERMISSION, offline: C::OFFLINE };
        let dispatch: Dispatch = Box::new(|bus, ctx, id, payload| {
            Box::pin(async move {
                let command: C = read_payload(payload)?;
                Ok(serde_json::to_value(bus.execute(ctx, id, &command).await?)?)
            })
        });
        let rehearse: Rehearse = Box::new(|work, payload| {
            Box::pin(async move {
                work.ctx.principal.require(C::PERMISSION)?;
                let command: C = read_payload(payload)?;
                Ok(serde_json::to_value(command.handle(work).await?)?)
            })
        });
        self.commands.entry(C::NAME).or_insert(Registered { info, dispatch, rehearse });
    }
    /// Adds columns that hold a client's id, for the commands that move or take away all of a client.
    pub fn bind(&mut self, bound: &[ClientBound]) {
        self.client_bound.extend_from_slice(bound);
    }
    /// Says how the spine, which knows no business table, finds to whom clients belong: `select branch_id,
    /// manager_id … in`, which a list of ids will follow.
    pub fn owners_of_clients(&mut self, sql: &'static str) {
        self.owners_of_clients = Some(sql);
    }
    /// The same of whom a client (`$1`) has taken in when records were merged: one id a row.
    pub fn absorbed_clients(&mut self, sql: &'static str) {
        self.absorbed_clients = Some(sql);
    }
    /// Adds objects whose records may have fields of the bank's own.
    pub fn fieldable(&mut self, objects: &[Fieldable]) {
        self.fieldable.extend_from_slice(objects);
    }
    /// Adds tables that are part of the strategy bundle, out of what a room says of all its tables.
    pub fn strategy(&mut self, said: &[Replicated]) {
        let part = |r: &Replicated| match r.how {
            How::Strategy(part) => Some((r.table, part)),
            _ => None,
        };
        self.parts.tables.extend(said.iter().filter_map(part));
    }
    /// Adds a fact of the strategy bundle.
    pub fn fact(&mut self, fact: Fact) {
        self.parts.facts.push(fact);
    }
    pub(crate) fn versions(&self) -> &Versions {
        &self.versions
    }
    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }
    /// The centre's signature over a message.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signs = self.signs.get().ok_or_else(|| Error::failure("this node signs nothing"))?;
        signs.sign(message)
    }
    /// Says which room owns the definitions of such fields.
    pub fn own_fields(&mut self, door: &'static dyn OwnFields) {
        self.own_fields = Some(door);
    }
    pub(crate) fn fieldable_objects(&self) -> &[Fieldable] {
        &self.fieldable
    }
    pub(crate) fn own_door(&self) -> Option<&'static dyn OwnFields> {
        self.own_fields
    }
    pub(crate) fn doors(&self) -> &Doors {
        &self.doors
    }
    pub(crate) const fn memory(&self) -> &Memory {
        &self.memory
    }
    pub(crate) fn owners(&self) -> Option<&'static str> {
        self.owners_of_clients
    }
    /// What a command may do at a branch; none for a name that is none.
    pub(crate) fn offline_of(&self, name: &str) -> Option<Offline> {
        self.commands.get(name).map(|known| known.info.offline)
    }
    /// Every column that holds a client's id, in the order of the rooms.
    pub(crate) fn bound(&self) -> &[ClientBound] {
        &self.client_bound
    }
    /// All commands, by name, and deciding, which is the bus's own.
    pub fn list(&self) -> impl Iterator<Item = CommandInfo> {
        self.commands.values().map(|c| c.info).chain([DECIDE])
    }
}

/// The bus of one node; cheap to clone.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Writer,
    registry: Registry,
    live: Live,
    node: String,
    directory: Directory,
    lease: Option<Lease>,
}

impl Bus {
    /// A bus over a database. `node` names this node in the journal; the directory knows the rules of the
    /// second person. A node at a branch has a lease.
    pub fn new(
        writer: Writer,
        registry: Registry,
        live: Live,
        (node, directory, lease): (&str, Directory, Option<Lease>),
    ) -> Self {
        let node = node.to_owned();
        Self { inner: Arc::new(Inner { writer, registry, live, node, directory, lease }) }
    }
    /// A client and all who were merged into him, directly or through others, whose history is his; he comes
    /// first. For every room that shows a history.
    ///
    /// # Errors
    /// The database's.
    pub async fn absorbed<R: Read>(
        &self,
        db: &mut R,
        client: ClientId,
    ) -> Result<Vec<ClientId>, StoreError> {
        let mut all = vec![client];
        let Some(sql) = self.inner.registry.absorbed_clients else { return Ok(all) };
        for row in db.query(sql, params![client]).await? {
            all.push(row.one()?);
        }
        Ok(all)
    }
    /// Whether a command of this kind may be done at this node now.
    fn require_here(&self, ctx: &Ctx, offline: Offline) -> Result<(), Error> {
        match &self.inner.lease {
            Some(lease) => lease.require(ctx, offline),
            None => Ok(()),
        }
    }
    /// Says who signs for the centre; said once.
    pub fn sign_with(&self, signs: Arc<dyn Signs>) {
        // whoever opens the lines a second time in one program has the same keys
        let _ = self.inner.registry.signs.set(signs);
    }
    /// Whether this node is at a branch: what is done here is done again at the centre.
    pub fn is_at_branch(&self) -> bool {
        self.inner.lease.is_some()
    }
    /// Whether the hours of a node at a branch are over: nothing is done or shown there until the centre has answered it.
    pub fn is_after_hours(&self, now: Timestamp) -> bool {
        self.inner.lease.as_ref().is_some_and(|lease| lease.is_over(now))
    }
    /// What rooms keep in memory, handlers among them.
    pub fn memory(&self) -> &Memory {
        self.inner.registry.memory()
    }
    /// Who asks the centre for what is above a limit; given once, at a branch.
    pub fn set_asks(&self, asks: Arc<dyn AskCentre>) {
        self.doors().set_asks(asks);
    }
    /// Who signs pre-approvals, or knows the centre's signature; given once.
    pub fn set_notary(&self, notary: Arc<dyn Notary>) {
        self.doors().set_notary(notary);
    }
    pub(crate) fn doors(&self) -> &Doors {
        self.inner.registry.doors()
    }
    pub(crate) fn lease(&self) -> Option<&Lease> {
        self.inner.lease.as_ref()
    }
    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.registry
    }
    pub(crate) fn node(&self) -> &str {
        &self.inner.node
    }
    pub(crate) fn directory(&self) -> &Directory {
        &self.inner.directory
    }
    pub(crate) fn writer(&self) -> &Writer {
        &self.inner.writer
    }
    pub(crate) fn live(&self) -> &Live {
        &self.inner.live
    }
    pub(crate) fn registered(&self, name: &str) -> Option<&Registered> {
        self.inner.registry.commands.get(name)
    }
    /// The work of a command in a transaction of its own.
    pub(crate) async fn work<'a>(
        &'a self,
        ctx: &'a Ctx,
        command: &'static str,
        id: CommandId,
    ) -> Result<Work<'a>, Error> {
        let tx = self.inner.writer.begin().await?;
        Ok(Work::new(ctx, tx, (command, id), &self.inner.node, &self.inner.registry))
    }
    /// All commands it knows.
    pub fn commands(&self) -> impl Iterator<Item = CommandInfo> {
        self.inner.registry.list()
    }
    /// Whether all that needs a right is done at the centre only; a right that no command needs is one to read.
    pub fn is_done_only_at_centre(&self, permission: &str) -> bool {
        let mut all = self.commands().filter(|c| c.permission == permission).peekable();
        all.peek().is_some() && all.all(|c| c.offline == Offline::Never)
    }
    /// Every column that holds a client's id, in the order of the rooms.
    pub fn client_bound(&self) -> &[ClientBound] {
        self.inner.registry.bound()
    }
    /// Every object whose records may have fields of the bank's own, in the order of the rooms.
    pub fn fieldable(&self) -> &[Fieldable] {
        self.inner.registry.fieldable_objects()
    }
    /// Executes a command by name.
    ///
    /// # Errors
    /// As [`Bus::execute`]; an unknown name or a payload of another shape is refused.
    pub async fn execute_json(
        &self,
        ctx: &Ctx,
        id: CommandId,
        name: &str,
        payload: Json,
    ) -> Result<Json, Error> {
        if name == DECIDE.name {
            ctx.principal.require(DECIDE.permission)?;
            return Ok(serde_json::to_value(self.decide(ctx, id, &read_payload(payload)?).await?)?);
        }
        let Some(command) = self.inner.registry.commands.get(name) else {
            return Err(Refusal::new("command-unknown").arg("name", name).into());
        };
        // before the payload is even looked at
        ctx.principal.require(command.info.permission)?;
        (command.dispatch)(self, ctx, id, payload).await
    }
    /// Opens a rehearsal: commands run one after the other in one transaction that is never committed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rehearse<'a>(&'a self, ctx: &'a Ctx) -> Result<Rehearsal<'a>, Error> {
        let work = self.work(ctx, "rehearsal", ctx.command_id()).await?;
        Ok(Rehearsal { work, registry: &self.inner.registry })
    }
    /// Executes a command once, however often its id arrives.
    ///
    /// # Errors
    /// Refusal, denial, conflict or failure; in every case nothing was written.
    pub async fn execute<C: Command>(
        &self,
        ctx: &Ctx,
        id: CommandId,
        command: &C,
    ) -> Result<C::Output, Error> {
        ctx.principal.require(C::PERMISSION)?;
        self.require_here(ctx, C::OFFLINE)?;
        let digest = digest(ctx, C::NAME, command)?;
        let begin = std::time::Instant::now();
        let mut again = Again::new(&self.inner.writer);
        let mut how = self.how();
        let tried = || -> Result<Tried<'_>, Error> {
            let payload = serde_json::to_string(command)?;
            Ok(Tried { id, name: C::NAME, payload, digest: &digest })
        };
        let work = async {
            if self.doors().is_silent_about(id)
                && let Some(result) = Box::pin(self.asked_before(ctx, &tried()?)).await?
            {
                return Ok(serde_json::from_str(&result)?);
            }
            loop {
                match Box::pin(self.attempt(ctx, id, command, (&digest, how))).await {
                    Err(error) if again.after(&error).await => {}
                    Ok(Attempt::Done(output)) => break Ok(output),
                    Ok(Attempt::Asks(asking)) => {
                        let tried = tried()?;
                        match Box::pin(self.beyond(ctx, &tried, (asking, how))).await? {
                            Beyond::Told(result) => break Ok(serde_json::from_str(&result)?),
                            Beyond::Again(other) => how = other,
                        }
                    }
                    Err(error) => break Err(error),
                }
            }
        };
        let answer = crate::trace::command(ctx, C::NAME, work).await;
        count(C::NAME, begin, answer.as_ref().err());
        answer
    }

    async fn attempt<C: Command>(
        &self,
        ctx: &Ctx,
        id: CommandId,
        command: &C,
        (digest, how): (&[u8], Trial),
    ) -> Result<Attempt<C::Output>, Error> {
        let loaded = self.inner.directory.get();
        let owners = self.inner.registry.owners_of_clients;
        let mut work = self.work(ctx, C::NAME, id).await?;
        let is_kept = self.is_at_branch() && C::OFFLINE.is_told();
        let kept = is_kept.then_some(how);
        let outcome = run(&mut work, command, digest, (&loaded, owners, kept)).await;
        let Work { tx, drafts, wakes_jobs, .. } = work;
        match outcome {
            Ok(Done::Waits(demand)) => {
                tx.rollback().await?;
                let payload = serde_json::to_string(command)?;
                let node = &self.inner.node;
                let kept = Kept { id, name: C::NAME, payload, digest, node };
                let (waiting, drafts) =
                    approval::keep(&self.inner.writer, ctx, &kept, demand, &loaded).await?;
                self.inner.live.committed(&drafts, true);
                Err(Error::Waiting(waiting))
            }
            Ok(Done::Asks(asking)) => {
                tx.rollback().await?;
                Ok(Attempt::Asks(asking))
            }
            Ok(Done::New(output)) => {
                ctx.wrote(tx.commit_marked().await?);
                self.inner.live.committed(&drafts, wakes_jobs);
                if is_kept {
                    // there is more to tell the centre
                    self.inner.live.ring("line".to_owned());
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

/// A dry run: everything happens as it would, and nothing stays. While it lives, writers on SQLite wait.
pub struct Rehearsal<'a> {
    work: Work<'a>,
    registry: &'a Registry,
}

impl Rehearsal<'_> {
    /// Runs a command by name.
    ///
    /// # Errors
    /// As the command.
    pub async fn run(&mut self, name: &str, payload: Json) -> Result<Json, Error> {
        let command = self.registry.commands.get(name).ok_or_else(|| unknown(name))?;
        let outcome = (command.rehearse)(&mut self.work, payload).await;
        self.work.drafts.clear();
        outcome
    }
    /// Undoes everything.
    ///
    /// # Errors
    /// When the database does not answer; everything is undone all the same.
    pub async fn end(self) -> Result<(), Error> {
        Ok(self.work.tx.rollback().await?)
    }
}

fn unknown(name: &str) -> Error {
    Refusal::new("command-unknown").arg("name", name).into()
}

fn read_payload<C: DeserializeOwned>(payload: Json) -> Result<C, Error> {
    serde_json::from_value(payload)
        .map_err(|e| Refusal::new("payload-shape").arg("reason", e.to_string()).into())
}

/// How an attempt ended, when it did not fail.
enum Attempt<T> {
    Done(T),
    /// It is not this branch's own to do.
    Asks(Asking),
}

enum Done<T> {
    New(T),
    Before(T),
    Waits(Demand),
    Asks(Asking),
}

async fn run<C: Command>(
    work: &mut Work<'_>,
    command: &C,
    digest: &[u8],
    (loaded, owners, kept): (&Loaded, Option<&str>, Option<Trial>),
) -> Result<Done<C::Output>, Error> {
    let (ctx, id) = (work.ctx, work.command_id);
    let fresh = work
        .tx
        .execute(
            "insert into command_log (id, name, actor_id, at, digest, result) \
             values ($1, $2, $3, $4, $5, '') on conflict (id) do nothing",
            params![id, C::NAME, ctx.principal.user_id, ctx.now, digest.to_vec()],
        )
        .await?;
    if fresh == 0 {
        return first_answer(work, id, digest).await.map(Done::Before);
    }
    let output = command.handle(work).await?;
    if let (None, Some(told)) = (kept, ctx.told) {
        authority::judge(work, C::OFFLINE, loaded, told).await?;
    }
    if let Some(demand) = approval::asked(work, C::PERMISSION, loaded, owners).await? {
        // who decides sits at the centre
        let refusal = Refusal::new("only-with-line");
        return Ok(match kept {
            Some(_) => Done::Asks(Asking { refusal, is_liftable: false }),
            None => Done::Waits(demand),
        });
    }
    if let Some(how) = kept {
        match authority::rule(work, C::OFFLINE, loaded, how).await? {
            Ruling::Asks(asking) => return Ok(Done::Asks(asking)),
            Ruling::Fits(spent) => authority::spend(work, &spent).await?,
        }
        replica::keep(work, &serde_json::to_string(command)?).await?;
    }
    journal::append(&mut work.tx, ctx.entropy.as_ref(), &work.drafts).await?;
    work.tx
        .execute(
            "update command_log set result = $2 where id = $1",
            params![id, serde_json::to_string(&output)?],
        )
        .await?;
    Ok(Done::New(output))
}

async fn first_answer<T: DeserializeOwned>(
    work: &mut Work<'_>,
    id: CommandId,
    digest: &[u8],
) -> Result<T, Error> {
    Ok(answer_before(work, id, digest).await?.ok_or(StoreError::Busy)?)
}

/// What a command was answered when it was done here before.
pub(crate) async fn answer_before<T: DeserializeOwned>(
    work: &mut Work<'_>,
    id: CommandId,
    digest: &[u8],
) -> Result<Option<T>, Error> {
    let sql = "select digest, result from command_log where id = $1";
    let Some(row) = work.tx.first(sql, params![id]).await? else { return Ok(None) };
    let mut cols = row.cols();
    let stored: Vec<u8> = cols.take()?;
    let result: String = cols.take()?;
    if stored != digest {
        return Err(Error::refused("command-id-reused"));
    }
    Ok(Some(serde_json::from_str(&result)?))
}

/// Ties an id to its actor, name and payload, so that a repeat is a repeat and nothing else.
pub(crate) fn digest<C: Command>(ctx: &Ctx, name: &str, command: &C) -> Result<Vec<u8>, Error> {
    let mut hasher = Sha256::new();
    hasher.update(ctx.principal.user_id.map_or([0; 16], |u| *u.uuid().as_bytes()));
    hasher.update(name.as_bytes());
    hasher.update([0]);
    match ctx.request {
        Some(request) => hasher.update(request),
        None => hasher.update(serde_json::to_vec(command)?),
    }
    Ok(hasher.finalize().to_vec())
}

/// Counts a command for monitoring.
pub(crate) fn count(name: &'static str, begin: std::time::Instant, error: Option<&Error>) {
    let outcome = error.map_or("done", Error::kind);
    metrics::histogram!("tessera_command_seconds", "command" => name, "outcome" => outcome)
        .record(begin.elapsed());
}
