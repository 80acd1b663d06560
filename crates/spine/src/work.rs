//! What a command handler works with: the transaction, the context, and the journal of its changes.

use std::any::Any;
use std::sync::Arc;

use kernel::{ClientId, CommandId, Entropy, JobId, Money, SeededEntropy, UserId};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use store::journal::Draft;
use store::keys::{BANK, SecretBox};
use store::{Async, Dialect, Read, Row, StoreError, Tx, Value, queue};
use uuid::Uuid;

use crate::{ClientBound, Ctx, Error, Owner, Registry};

/// The running work of one command. Only the bus makes one.
pub struct Work<'a> {
    /// Who, when, by which channel.
    pub ctx: &'a Ctx,
    pub(crate) tx: Tx,
    pub(crate) command: &'static str,
    pub(crate) command_id: kernel::CommandId,
    pub(crate) node: &'a str,
    pub(crate) registry: &'a Registry,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) wakes_jobs: bool,
    pub(crate) amounts: Vec<Money>,
    pub(crate) own_demand: Option<(&'static str, &'static str)>,
    /// Where it is done, when the command says so.
    pub(crate) place: Option<Owner>,
    /// It was done here before: what it asks of others it has asked already.
    pub(crate) is_again: bool,
    ids: Box<SeededEntropy>,
}

/// The changed fields of one thing, gathered for the journal.
#[derive(Clone, Debug, Default)]
pub struct Change(Map<String, Json>);

impl Change {
    /// No field yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// A field's value before and after; nothing is noted when they are equal.
    #[must_use]
    pub fn field(mut self, name: &str, before: impl Into<Json>, after: impl Into<Json>) -> Self {
        let (before, after) = (before.into(), after.into());
        if before != after {
            self.0.insert(name.to_owned(), Json::Array(vec![before, after]));
        }
        self
    }
    /// A field of a thing that is new.
    #[must_use]
    pub fn set(self, name: &str, after: impl Into<Json>) -> Self {
        self.field(name, Json::Null, after)
    }
    /// The change as an entry of the journal.
    pub(crate) fn draft(
        self,
        ctx: &Ctx,
        node: &str,
        (command, command_id): (&str, CommandId),
        (entity, entity_id): (&str, Uuid),
        client_id: Option<ClientId>,
    ) -> Draft {
        Draft {
            at: ctx.now,
            operation_id: ctx.operation_id,
            command_id,
            actor_id: ctx.principal.user_id,
            node: node.to_owned(),
            channel: ctx.channel.to_owned(),
            command: command.to_owned(),
            entity: entity.to_owned(),
            entity_id,
            client_id: client_id.map(Uuid::from),
            changes: Json::Object(self.0).to_string(),
        }
    }
    /// Whether no field changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Work<'a> {
    /// A command's work in a transaction.
    pub(crate) fn new(
        ctx: &'a Ctx,
        tx: Tx,
        (command, command_id): (&'static str, CommandId),
        node: &'a str,
        registry: &'a Registry,
    ) -> Self {
        let node = ctx.origin.as_ref().map_or(node, |origin| &origin.node);
        Self {
            ctx,
            tx,
            command,
            command_id,
            node,
            registry,
            drafts: Vec::new(),
            wakes_jobs: false,
            amounts: Vec::new(),
            own_demand: None,
            place: None,
            is_again: false,
            ids: Box::new(ids_of(command_id)),
        }
    }
    /// Every column that holds a client's id, in the order of the rooms.
    pub fn client_bound(&self) -> &'a [ClientBound] {
        self.registry.bound()
    }
    /// What a room keeps in memory: keys, never what follows from rows.
    pub fn known<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.registry.memory().get()
    }
}

impl Work<'_> {
    /// Runs a writing statement.
    ///
    /// # Errors
    /// The database's.
    pub fn execute<'a>(&'a mut self, sql: &'a str, params: &'a [Value]) -> Async<'a, u64> {
        self.tx.execute(sql, params)
    }
    /// Inserts many rows; see [`store::Tx::insert_many`].
    ///
    /// # Errors
    /// The database's.
    pub fn insert_many<'a>(
        &'a mut self,
        head: &'a str,
        rows: &'a [Vec<Value>],
        tail: &'a str,
    ) -> Async<'a, u64> {
        self.tx.insert_many(head, rows, tail)
    }
    /// Stores a file's content, sealed under the key of the client it belongs to, or the bank's own; answers
    /// its address.
    ///
    /// # Errors
    /// The database's.
    pub async fn put_blob(
        &mut self,
        client: Option<ClientId>,
        content: &[u8],
    ) -> Result<[u8; 32], StoreError> {
        let owner = client.map_or(BANK, ClientId::uuid);
        let chance = (self.ctx.entropy.as_ref(), self.ctx.now);
        store::blobs::put(&mut self.tx, chance, owner, content).await
    }
    /// Closes a client's key: nothing can be written of him any more. Whoever is writing of him now is waited for.
    ///
    /// # Errors
    /// The database's.
    pub async fn close_key(&mut self, client: ClientId) -> Result<SecretBox, StoreError> {
        let keys = Arc::clone(self.tx.keys());
        let chance = (self.ctx.entropy.as_ref(), self.ctx.now);
        keys.close(&mut self.tx, chance, client.uuid()).await
    }
    /// Destroys a client's key: what was sealed under it can never be read again.
    ///
    /// # Errors
    /// The database's.
    pub async fn destroy_key(&mut self, client: ClientId) -> Result<(), StoreError> {
        let keys = Arc::clone(self.tx.keys());
        keys.destroy(&mut self.tx, client.uuid(), self.ctx.now).await?;
        Ok(())
    }
    /// Seals a text under the bank's own key.
    ///
    /// # Errors
    /// The database's.
    pub async fn seal(&mut self, purpose: &str, plain: &str) -> Result<String, StoreError> {
        let chance = (self.ctx.entropy.as_ref(), self.ctx.now);
        store::keys::seal_text(&mut self.tx, chance, BANK, purpose, plain).await
    }
    /// A new id. Ids follow from the command's own: who does the command again, at another node, gives the same ids to the
    /// same things. Who does not know the command's id cannot tell them beforehand.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        let at = self.ctx.origin.as_ref().map_or(self.ctx.now, |origin| origin.at);
        self.ids.id(at).into()
    }
    /// The person acting.
    pub fn actor(&self) -> Option<UserId> {
        self.ctx.principal.user_id
    }
    /// The command being executed.
    pub fn command_id(&self) -> kernel::CommandId {
        self.command_id
    }
    /// Writes a change of one thing to the journal; an empty change leaves no entry.
    pub fn record(
        &mut self,
        entity: &str,
        entity_id: impl Into<Uuid>,
        client_id: Option<ClientId>,
        change: Change,
    ) {
        if change.is_empty() {
            return;
        }
        let thing = (entity, entity_id.into());
        let command = (self.command, self.command_id);
        self.drafts.push(change.draft(self.ctx, self.node, command, thing, client_id));
    }
    /// Puts a background job in, committed with this command; answers its id, or none when one of
    /// that unique name already waits.
    ///
    /// # Errors
    /// The database's.
    pub async fn job(
        &mut self,
        kind: &str,
        unique_key: Option<&str>,
        payload: &Json,
    ) -> Result<Option<JobId>, Error> {
        let id: JobId = self.new_id();
        if self.is_again {
            return Ok(Some(id));
        }
        let job = queue::NewJob {
            id,
            kind,
            unique_key,
            payload: &payload.to_string(),
            run_at: self.ctx.now,
            created_by: self.ctx.principal.user_id,
            created_at: self.ctx.now,
        };
        self.wakes_jobs = true;
        Ok(queue::put(&mut self.tx, &job).await?.then_some(id))
    }
    /// Runs a dead letter again; `false` when it is not dead.
    ///
    /// # Errors
    /// The database's.
    pub async fn revive_job(&mut self, id: JobId) -> Result<bool, Error> {
        self.wakes_jobs = true;
        Ok(queue::revive(&mut self.tx, id, self.ctx.now).await?)
    }
    /// Says what sum is at stake, for rules of the second person.
    pub fn at_stake(&mut self, amount: Money) {
        self.amounts.push(amount);
    }
    /// Says where this is done, when that and not the client's branch decides who the second person is.
    pub fn done_at(&mut self, place: Owner) {
        self.place = Some(place);
    }
    /// Says that one person alone must not do this, whatever the bank's rules are: another one who holds
    /// `permission` over the records decides. `code` says why.
    pub fn needs_second_person(&mut self, code: &'static str, permission: &'static str) {
        self.own_demand = Some((code, permission));
    }
    /// Puts a message into the outbox, caused by this command.
    ///
    /// # Errors
    /// The database's.
    pub async fn send(
        &mut self,
        channel: &str,
        recipient: &str,
        payload: &Json,
    ) -> Result<bool, Error> {
        self.send_for(self.command_id.uuid(), channel, recipient, payload).await
    }
    /// The same, caused by something else: once to this recipient for this cause.
    ///
    /// # Errors
    /// The database's.
    pub async fn send_for(
        &mut self,
        cause: Uuid,
        channel: &str,
        recipient: &str,
        payload: &Json,
    ) -> Result<bool, Error> {
        let message = store::outbox::Message {
            id: self.new_id(),
            cause,
            channel: channel.to_owned(),
            recipient: recipient.to_owned(),
            payload: payload.to_string(),
            attempts: 0,
        };
        if self.is_again {
            return Ok(true);
        }
        Ok(store::outbox::put(&mut self.tx, &message, self.ctx.now).await?)
    }
}

/// The source of the ids that a command makes.
fn ids_of(command: CommandId) -> SeededEntropy {
    let mut hasher = Sha256::new();
    hasher.update(b"tessera ids of a command\0");
    hasher.update(command.uuid().as_bytes());
    SeededEntropy::from_seed(hasher.finalize().into())
}

impl Read for Work<'_> {
    fn query<'a>(&'a mut self, sql: &'a str, params: &'a [Value]) -> Async<'a, Vec<Row>> {
        self.tx.query(sql, params)
    }
    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }
    fn keys(&self) -> &std::sync::Arc<store::keys::Keys> {
        self.tx.keys()
    }
}
