//! What a request or a job run carries: who, when, by which channel, and the sources of time and chance.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{Clock, CommandId, Entropy, OperationId, Secret, Timestamp};
use store::Reader;
use uuid::Uuid;

use crate::authority::Told;
use crate::org::Directory;
use crate::{Behind, Bus, Command, Error, Live, Mark, Memory, Note, Principal};

/// The context of one operation.
#[derive(Clone)]
pub struct Ctx {
    /// Who acts.
    pub principal: Arc<Principal>,
    /// By which channel: `web`, `api`, `import`, `job`, `cli`.
    pub channel: &'static str,
    /// Printed on failure pages and on every log line.
    pub operation_id: OperationId,
    /// The instant of the operation; one for all it writes.
    pub now: Timestamp,
    /// The source of ids.
    pub entropy: Arc<dyn Entropy>,
    /// Code of the jurisdiction pack in force (`ru`).
    pub jurisdiction: Arc<str>,
    /// The SHA-256 of the request a command is made from, when its caller repeats requests and not
    /// commands: what tells a repeat from another payload under the same id.
    pub request: Option<[u8; 32]>,
    /// Where and when the command was done first, when it is done again.
    pub origin: Option<Arc<Origin>>,
    /// A supervisor signs: his login and PIN.
    pub(crate) pin: Option<Arc<(String, Secret<String>)>>,
    /// On what a branch says it has done the command that is now done again here.
    pub(crate) told: Option<Told>,
    pub(crate) written: Arc<AtomicI64>,
}

impl Ctx {
    /// How far a database must be to show all that this operation and its copies have written.
    pub fn written(&self) -> Mark {
        Mark::from_number(self.written.load(Ordering::Relaxed))
    }
    pub(crate) fn wrote(&self, mark: Mark) {
        self.written.fetch_max(mark.number(), Ordering::Relaxed);
    }
    /// The same with a supervisor's signature: what is above a limit that he may lift is done at a branch without a line.
    #[must_use]
    pub fn supervised_by(self, login: &str, pin: Secret<String>) -> Self {
        Self { pin: Some(Arc::new((login.to_owned(), pin))), ..self }
    }
    /// A new time-ordered id.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.entropy.id(self.now).into()
    }
    /// A new command id, when the caller of the command is this operation itself.
    pub fn command_id(&self) -> CommandId {
        self.new_id()
    }
}

/// Where a command was done first that is now done again: at the centre what a branch has done, at the branch what the
/// centre has not answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The node, as the journal names it.
    pub node: Arc<str>,
    /// When, by its clock. Ids that the command makes are of this instant at each end.
    pub at: Timestamp,
    /// At the centre: the instant the branch's copy showed, by the centre's clock. What was done here since then the person at
    /// the branch did not know. None when it had no whole copy, and at the branch itself.
    pub heard: Option<Timestamp>,
    /// At the centre: when it was told, by the centre's clock. None at the branch itself.
    pub arrived: Option<Timestamp>,
}

/// The channel a command came by, as contexts name it.
pub(crate) fn channel(stored: &str) -> &'static str {
    match stored {
        "api" => "api",
        "import" => "import",
        "job" => "job",
        _ => "web",
    }
}

/// The long-lived parts of a node, cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Reads.
    pub reader: Reader,
    /// Writes, by command only.
    pub bus: Bus,
    /// Branches, staff, roles, in memory.
    pub directory: Directory,
    /// Tells open pages what changed.
    pub live: Live,
    /// What rooms keep in memory.
    pub memory: Memory,
    /// Notes that pages leave behind.
    pub behind: Behind,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance and ids.
    pub entropy: Arc<dyn Entropy>,
    /// Code of the jurisdiction pack in force (`ru`).
    pub jurisdiction: Arc<str>,
}

impl Services {
    /// A context for somebody, now.
    pub fn ctx(&self, principal: Arc<Principal>, channel: &'static str) -> Ctx {
        let now = self.clock.now();
        Ctx {
            principal: principal.at(now),
            channel,
            operation_id: self.entropy.id(now).into(),
            now,
            entropy: Arc::clone(&self.entropy),
            jurisdiction: Arc::clone(&self.jurisdiction),
            request: None,
            origin: None,
            pin: None,
            told: None,
            written: Arc::default(),
        }
    }
    /// Executes a command; a change of the organisation is in force on this node when it returns.
    ///
    /// # Errors
    /// As [`Bus::execute`].
    pub async fn execute<C: Command>(
        &self,
        ctx: &Ctx,
        id: CommandId,
        command: &C,
    ) -> Result<C::Output, Error> {
        let output = self.bus.execute(ctx, id, command).await?;
        let is_organisation = C::NAME.starts_with("org.") && C::NAME != "org.touch_session";
        if is_organisation || C::NAME.starts_with("secrecy.") {
            self.directory.reload(&self.reader).await?;
        }
        Ok(output)
    }
    /// Decides a request for a second person; see [`Bus::decide`]. A change of the organisation is in force
    /// on this node when it returns.
    ///
    /// # Errors
    /// As [`Bus::decide`].
    pub async fn decide(
        &self,
        ctx: &Ctx,
        id: CommandId,
        decision: &crate::approval::Decision,
    ) -> Result<(), Error> {
        self.bus.decide(ctx, id, decision).await?;
        self.directory.reload(&self.reader).await
    }
    /// Leaves a note that is written after the answer is on its way.
    pub fn leave_behind<N: Note>(&self, ctx: &Ctx, note: N) {
        self.behind.leave(&self.bus, ctx, note);
    }
    /// A context for the system itself.
    pub fn system(&self, channel: &'static str) -> Ctx {
        self.ctx(Arc::new(Principal::system()), channel)
    }
}
