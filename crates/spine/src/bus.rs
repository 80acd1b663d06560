//! The command bus: the only way a row changes.
//!
//! Permission → transaction → command log (a repeated id gets the first answer) → handler → journal →
//! commit → readers are woken.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use kernel::{ClientId, CommandId, Refusal, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Read, StoreError, Writer, params};

use crate::approval::DECIDE;
use crate::authority::{AskCentre, Doors, Notary, Versions};
use crate::bundle::{Fact, Parts, Signs};
use crate::org::Directory;
use crate::perform::{Async, Plain};
use crate::replica::{How, Lease, Offline, Replicated};
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

/// A registered command.
pub(crate) struct Registered {
    pub(crate) info: CommandInfo,
    parse: fn(Json) -> Result<Box<dyn Plain>, Error>,
}

impl Registered {
    /// Runs its handler inside other work, under the rights of whoever does that; answers its output as JSON text.
    pub(crate) fn rehearse<'a>(
        &'a self,
        work: &'a mut Work<'_>,
        payload: Json,
    ) -> Async<'a, String> {
        Box::pin(async move {
            work.ctx.principal.require(self.info.permission)?;
            (self.parse)(payload)?.run(work).await
        })
    }
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

impl CommandInfo {
    /// Of a command's type.
    pub(crate) const fn of<C: Command>() -> Self {
        Self { name: C::NAME, permission: C::PERMISSION, offline: C::OFFLINE }
    }
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
        let info = CommandInfo::of::<C>();
        self.commands.entry(C::NAME).or_insert(Registered { info, parse: parse::<C> });
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
    pub(crate) fn require_here(&self, ctx: &Ctx, offline: Offline) -> Result<(), Error> {
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
        let command = (command.parse)(payload)?;
        Ok(serde_json::from_str(&self.perform(ctx, id, command.as_ref()).await?)?)
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
        Ok(serde_json::from_str(&self.perform(ctx, id, command).await?)?)
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
        let outcome = command.rehearse(&mut self.work, payload).await;
        self.work.drafts.clear();
        Ok(serde_json::from_str(&outcome?)?)
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

/// Counts a command for monitoring.
pub(crate) fn count(name: &'static str, begin: std::time::Instant, error: Option<&Error>) {
    let outcome = error.map_or("done", Error::kind);
    metrics::histogram!("tessera_command_seconds", "command" => name, "outcome" => outcome)
        .record(begin.elapsed());
}

fn parse<C: Command>(payload: Json) -> Result<Box<dyn Plain>, Error> {
    Ok(Box::new(read_payload::<C>(payload)?))
}
