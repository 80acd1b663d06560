//! The centre's side: does again what branches have done, and tells them what has changed.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use kernel::{CommandId, Timestamp};
use serde_json::Value as Json;
use store::capture::{self, Cursor};
use store::dump::schema;
use store::{Read, Snapshot, Writer};
use uuid::Uuid;

use super::commands::KeepRefusal;
use super::message::{
    Answer, Asked, COMMANDS_MAX, Down, Next, Outcome, Place, Pushed, Rows, Up, Want, Wire,
};
use super::nodes::{self, BranchNode, NodeState};
use super::{Pieces, Reach, Replicated, changes, refusals};
use crate::authority::Told;
use crate::ctx::channel;
use crate::{Ctx, Error, Origin, Principal, Services};

/// Rows of one piece of a first copy.
const PIECE_ROWS: usize = 1_000;
/// Pieces in one answer at most, and their rows.
const PIECES_MAX: usize = 40;
const ROWS_MAX: usize = 4_000;

/// Days by which the clock of a branch may differ, and what was done may be old.
const CLOCK_DAYS: i64 = 400;

/// The centre.
#[derive(Clone)]
pub struct Centre {
    services: Services,
    writer: Writer,
    reach: Arc<Reach>,
    /// The newest step of the schema.
    schema: i64,
}

/// What an answer brings besides what became of commands.
struct Brought {
    tables: Vec<Rows>,
    entered: BTreeSet<Uuid>,
    left: BTreeSet<Uuid>,
    next: Next,
}

impl Centre {
    /// Over a node's services; `how` is what the rooms say of their tables.
    ///
    /// # Errors
    /// The database's; a table the rooms say nothing of.
    pub async fn new(services: &Services, how: &[Replicated]) -> Result<Self, Error> {
        let mut db = services.reader.clone();
        let tables = schema::tables(&mut db).await?;
        let schema = newest_step(&mut db).await?;
        let reach = Arc::new(Reach::new(&tables, how));
        let (services, writer) = (services.clone(), services.bus.writer().clone());
        Ok(Self { services, writer, reach, schema })
    }
    /// Sees to it that changes of rows are noted, as they must be before a node takes its first copy. Tables of which they are
    /// noted already are not touched: a table is held for itself while its triggers are made.
    ///
    /// # Errors
    /// The database's.
    pub async fn watch(&self) -> Result<(), Error> {
        let mut db = self.services.reader.clone();
        let missing = capture::unwatched(&mut db, self.reach.watched()).await?;
        if missing.is_empty() {
            return Ok(());
        }
        let mut tx = self.writer.begin().await?;
        capture::watch(&mut tx, &missing).await?;
        Ok(tx.commit().await?)
    }
    /// Answers a node's word.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a node that is none; refusals `branch-node-revoked`, `branch-word-old` for a number that was
    /// heard before; the database's. What was done of the commands stays done, and is done once.
    pub async fn answer(&self, node: Uuid, up: &Up) -> Result<Down, Error> {
        let now = self.services.clock.now();
        let node =
            nodes::one(&mut self.services.reader.clone(), node).await?.ok_or(Error::NotFound)?;
        if node.state != NodeState::Active {
            return Err(Error::refused("branch-node-revoked"));
        }
        let mut tx = self.writer.begin().await?;
        if !nodes::hear(&mut tx, node.id, up, now).await? {
            tx.rollback().await?;
            return Err(Error::refused("branch-word-old"));
        }
        tx.commit().await?;
        let mut answers = Vec::with_capacity(up.commands.len());
        for command in up.commands.iter().take(COMMANDS_MAX) {
            answers.push(self.again(&node, command, now).await?);
        }
        let asked = match &up.ask {
            Some(command) => Some(self.ask(&node, command, now).await?),
            None => None,
        };
        let brought = self.bring(&node, up).await?;
        let id: Uuid = self.services.entropy.id(now);
        let lease_until = now.plus_hours(node.lease_hours);
        let mut tx = self.writer.begin().await?;
        let moved = (brought.entered.into_iter().collect(), brought.left.iter().copied().collect());
        nodes::note_answer(&mut tx, node.id, (id, lease_until), moved).await?;
        tx.commit().await?;
        Ok(Down {
            id,
            to: up.number,
            at: now,
            lease_until,
            answers,
            tables: brought.tables,
            left: brought.left.into_iter().collect(),
            next: brought.next,
            asked,
        })
    }
    /// Does what a branch asks for and has not done itself. A no is told to who asked, and kept nowhere.
    async fn ask(
        &self,
        node: &BranchNode,
        command: &Pushed,
        now: Timestamp,
    ) -> Result<Asked, Error> {
        let outcome = match self.context(node, command, now) {
            Ok(ctx) => self.execute(&Ctx { told: None, ..ctx }, command).await,
            Err(error) => Err(error),
        };
        let answer = |outcome, code, detail| Answer { id: command.id, outcome, code, detail };
        Ok(match outcome {
            Ok(result) => {
                let answer = answer(Outcome::Accepted, String::new(), String::new());
                Asked { answer, result: result.to_string() }
            }
            Err(Error::Waiting(waiting)) => {
                let detail = serde_json::to_string(&waiting)?;
                let answer = answer(Outcome::Waits, String::new(), detail);
                Asked { answer, result: String::new() }
            }
            Err(error) if error.trouble().is_some() => return Err(error),
            Err(error) => {
                let (code, detail) = told(&error)?;
                Asked { answer: answer(Outcome::Refused, code, detail), result: String::new() }
            }
        })
    }

    /// Does a command of a branch here.
    async fn again(
        &self,
        node: &BranchNode,
        done: &Pushed,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let mut db = self.services.reader.clone();
        if let Some(no) = refusals::before(&mut db, node.id, done.id).await? {
            return Ok(no);
        }
        let outcome = match self.context(node, done, now) {
            Ok(ctx) => self.execute(&ctx, done).await,
            Err(error) => Err(error),
        };
        let (outcome, code, detail) = match outcome {
            Ok(_) => (Outcome::Accepted, String::new(), String::new()),
            Err(Error::Waiting(_)) => (Outcome::Waits, String::new(), String::new()),
            // nothing is wrong with the command: it is said again later
            Err(error) if error.trouble().is_some() => return Err(error),
            Err(error) => {
                if let Error::Failure(_) = &error {
                    // it would fail each time, and nothing behind it would ever be told
                    tracing::error!(command = %done.name, id = %done.id, %error, "a branch's command fails");
                }
                let (code, detail) = told(&error)?;
                self.keep(node, done, (&code, &detail)).await?;
                (Outcome::Refused, code, detail)
            }
        };
        Ok(Answer { id: done.id, outcome, code, detail })
    }
    async fn execute(&self, ctx: &Ctx, done: &Pushed) -> Result<Json, Error> {
        let payload: Json =
            serde_json::from_str(&done.payload).map_err(|_| Error::refused("payload-shape"))?;
        let known = self.services.bus.registered(&done.name);
        if known.is_some_and(|known| !known.info.offline.is_told()) {
            return Err(Error::refused("only-at-centre"));
        }
        self.services.bus.execute_json(ctx, done.id, &done.name, payload).await
    }
    /// In whose name: a person of that branch, with his rights of today.
    fn context(&self, node: &BranchNode, done: &Pushed, now: Timestamp) -> Result<Ctx, Error> {
        let loaded = self.services.directory.get();
        let principal = loaded.principal_shared(done.actor);
        let principal = principal.filter(|p| p.branch_id == Some(node.branch_id));
        let principal = principal.ok_or_else(|| Error::refused("branch-person-unknown"))?;
        let (first, last) = (now.plus_days(-CLOCK_DAYS), now.plus_days(CLOCK_DAYS));
        if done.at < first || done.at > last {
            return Err(Error::refused("branch-clock-wrong"));
        }
        let mut ctx = self.services.ctx(principal, channel(&done.channel));
        ctx.now = done.at.min(now);
        ctx.origin = Some(Arc::new(Origin { node: Arc::from(node.name.as_str()), at: done.at }));
        ctx.told = Some(Told { supervisor: done.supervisor, pre_approval: done.pre_approval });
        Ok(ctx)
    }
    async fn keep(&self, node: &BranchNode, done: &Pushed, why: (&str, &str)) -> Result<(), Error> {
        let refusal = KeepRefusal::of(node, done, why);
        let ctx = self.services.ctx(Arc::new(Principal::system()), "branch");
        let id: CommandId = refusal.command_id();
        self.services.bus.execute(&ctx, id, &refusal).await
    }

    async fn bring(&self, node: &BranchNode, up: &Up) -> Result<Brought, Error> {
        let nothing = |next| Brought {
            tables: Vec::new(),
            entered: BTreeSet::new(),
            left: BTreeSet::new(),
            next,
        };
        if up.want != Want::Nothing && up.schema != self.schema {
            return Ok(nothing(Next::OtherSchema(self.schema)));
        }
        let mut db = self.services.reader.snapshot().await?;
        match &up.want {
            Want::Nothing => Ok(nothing(Next::Same)),
            Want::Base(place) => self.base(&mut db, node, place.as_ref()).await,
            Want::Changes(cursor) => {
                let broken = |_| Error::refused("branch-message-broken");
                let cursor = Cursor::from_str(cursor).map_err(broken)?;
                let whose = (node.id, node.branch_id);
                let told = changes::read(&mut db, &self.reach, whose, &cursor).await?;
                let cursor = told.cursor.to_string();
                let next = if told.has_more { Next::More(cursor) } else { Next::Whole(cursor) };
                let (entered, left) = (told.entered, told.left);
                Ok(Brought { tables: told.tables, entered, left, next })
            }
        }
    }
    /// The next pieces of a first copy.
    async fn base(
        &self,
        db: &mut Snapshot,
        node: &BranchNode,
        place: Option<&Place>,
    ) -> Result<Brought, Error> {
        let mut pieces = Pieces::new(node.branch_id, &self.reach, PIECE_ROWS);
        let cursor = match place {
            Some(place) => {
                let kinds = self.reach.table(&place.table).map(|t| t.key_kinds());
                let kinds = kinds.unwrap_or_default();
                let is_id = |n: usize| kinds.get(n) == Some(&schema::Kind::Id);
                let after = place.after.iter().cloned().enumerate();
                let dialect = db.dialect();
                let after = after.map(|(n, value)| value.into_key(is_id(n), dialect)).collect();
                pieces.go_to(&place.table, after);
                place.cursor.clone()
            }
            None => capture::here(db).await?.to_string(),
        };
        let (mut tables, mut entered, mut rows) = (Vec::new(), BTreeSet::new(), 0);
        while rows < ROWS_MAX && tables.len() < PIECES_MAX {
            let Some(piece) = pieces.next(db).await? else { break };
            let Some(scoped) = self.reach.table(&piece.table) else { continue };
            rows += piece.rows.len();
            if let super::How::Clients(_) = scoped.said.how {
                entered.extend(piece.rows.iter().filter_map(|row| changes::id_of(row.first()?)));
            }
            tables.push(changes::travelling(db, scoped, piece.rows, Vec::new()).await?);
        }
        let next = match pieces.place() {
            Some((table, after)) => Next::Base(Place {
                cursor,
                table: table.to_owned(),
                after: after.iter().cloned().map(Wire::of).collect(),
            }),
            None => Next::More(cursor),
        };
        Ok(Brought { tables, entered, left: BTreeSet::new(), next })
    }
}

/// The newest step of the schema.
pub(super) async fn newest_step<R: Read>(db: &mut R) -> Result<i64, Error> {
    Ok(schema::applied(db).await?.into_iter().max().unwrap_or(0))
}

/// A refusal's code, and all of it as JSON for whoever decides about it.
fn told(error: &Error) -> Result<(String, String), Error> {
    Ok(match error {
        Error::Refused(refusals) => {
            let code = refusals.0.first().map_or("refused", |r| r.code.as_str());
            (code.to_owned(), serde_json::to_string(refusals)?)
        }
        Error::Conflict(conflict) => ("conflict".to_owned(), serde_json::to_string(conflict)?),
        Error::Forbidden(permission) => ("forbidden".to_owned(), permission.clone()),
        Error::NotFound => ("not-found".to_owned(), String::new()),
        Error::Waiting(_) | Error::Failure(_) => {
            ("branch-command-failed".to_owned(), String::new())
        }
    })
}
