//! The centre's side: does again what branches have done, and tells them what has changed.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use kernel::{BranchId, CommandId, Timestamp};
use serde_json::Value as Json;
use store::capture::{self, Cursor};
use store::dump::schema;
use store::{Read, Snapshot, Writer};
use uuid::Uuid;

use super::commands::KeepRefusal;
use super::message::{
    Answer, Asked, Carried, Down, FILE_ROWS_BYTES, Next, Outcome, Place, Portion, Pushed, Rows, Up,
    Want, Way, Wire,
};
use super::nodes::{self, BranchNode, NodeState};
use super::quiet::{Quiet, Word};
use super::{Pieces, Reach, Replicated, changes, refusals};
use crate::authority::Told;
use crate::bundle;
use crate::ctx::channel;
use crate::kept::{Entrusted, Entrusts};
use crate::{Ctx, Error, Origin, Principal, Services};

/// Rows of one piece of a first copy.
const PIECE_ROWS: usize = 1_000;
/// Pieces in one answer at most, and their rows.
const PIECES_MAX: usize = 40;
const ROWS_MAX: usize = 4_000;
/// Bytes of them after which no more pieces go into the answer.
const BYTES_MAX: usize = 16 << 20;

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
    quiet: Quiet,
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
        Ok(Self { services, writer, reach, schema, quiet: Quiet::default() })
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
    /// What this program remembers of nodes is forgotten, as when it is begun again.
    pub fn begin_again(&self) {
        self.quiet.forget();
    }
    /// Answers a node's word.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a node that is none; refusals `branch-node-revoked`, `branch-word-old` for a number that was
    /// heard before; the database's. What was done of the commands stays done, and is done once.
    pub async fn answer(&self, node: Uuid, up: &Up) -> Result<Down, Error> {
        self.answer_to(self.node(node).await?, up).await
    }
    /// The same; the node is as it was read when its word was proved. What is heard of it in between changes nothing: commands are
    /// done once, and a word that is noted is noted by its number.
    ///
    /// # Errors
    /// As [`Centre::answer`].
    pub async fn answer_to(&self, node: BranchNode, up: &Up) -> Result<Down, Error> {
        Ok(self.answer_by(Way::Line, node, up).await?.first)
    }
    async fn node(&self, node: Uuid) -> Result<BranchNode, Error> {
        nodes::one(&mut self.services.reader.clone(), node).await?.ok_or(Error::NotFound)
    }
    /// Answers the word in a carried file: with everything there is, as far as it fits. The last one that was heard may come
    /// again and is answered anew.
    ///
    /// # Errors
    /// As [`Centre::answer`].
    pub async fn answer_file(&self, node: Uuid, up: &Up) -> Result<Carried, Error> {
        self.answer_by(Way::File, self.node(node).await?, up).await
    }
    async fn answer_by(&self, way: Way, node: BranchNode, up: &Up) -> Result<Carried, Error> {
        let now = self.services.clock.now();
        if node.state != NodeState::Active {
            return Err(Error::refused("branch-node-revoked"));
        }
        // what it did it did by the copy it tells of now
        let node = BranchNode { replica_at: up.replica_at, ..node };
        let word = match way {
            Way::Line => self.quiet.take(&node, up, now)?,
            Way::File => Word::New,
        };
        match word {
            Word::Old => return Err(Error::refused("branch-word-old")),
            Word::Quiet => {}
            Word::New => self.note(way, &node, up, now).await?,
        }
        let mut answers = Vec::with_capacity(up.commands.len().min(way.commands_max()));
        for command in up.commands.iter().take(way.commands_max()) {
            answers.push(self.again(&node, command, now).await?);
        }
        let whose = (node.id, node.branch_id);
        let told = self.tell(whose, up).await?;
        let asked = match &up.ask {
            Some(command) => Some(self.ask(&node, command, now).await?),
            None => None,
        };
        let id: Uuid = self.services.entropy.id(now);
        let (portions, has_moved) = self.portions(way, (&node, id), up).await?;
        let mut portions = portions.into_iter();
        let first = portions.next().ok_or(Error::NotFound)?;
        if has_moved && word == Word::Quiet {
            self.note(way, &node, up, now).await?;
        }
        if has_moved {
            self.quiet.wake(node.id);
        }
        let lease_until = match (word, node.lease_until) {
            (Word::Quiet, Some(until)) if told.is_none() => until,
            _ => {
                let done = up.commands.get(..answers.len()).unwrap_or_default();
                self.prolong(&node, (told.as_ref(), done), now).await?
            }
        };
        let Portion { tables, left, next } = first;
        let (to, at, mode) = (up.number, now, node.mode);
        let bundle = told;
        let entrusted = self.entrusted(up);
        let first = Down {
            id,
            to,
            at,
            lease_until,
            mode,
            answers,
            tables,
            left,
            next,
            bundle,
            asked,
            entrusted,
        };
        Ok(Carried { first, rest: portions.collect() })
    }
    /// What a node is told of the bundle. A program of another version may not know what a version is, and would be told again
    /// and again.
    async fn tell(&self, whose: (Uuid, BranchId), up: &Up) -> Result<Option<bundle::Down>, Error> {
        if up.schema != self.schema {
            return Ok(None);
        }
        let mut db = self.services.reader.clone();
        Box::pin(bundle::centre::tell(&mut db, whose, &up.holds)).await
    }
    /// Notes a word.
    async fn note(
        &self,
        way: Way,
        node: &BranchNode,
        up: &Up,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.writer.begin().await?;
        if !nodes::hear(&mut tx, node.id, (way, up), now).await? {
            tx.rollback().await?;
            return Err(Error::refused("branch-word-old"));
        }
        bundle::centre::hear(&mut tx, node.id, &up.holds, now).await?;
        tx.commit().await?;
        self.quiet.noted(node.id, up, now)
    }
    /// Notes until when the node may work, and under which version it has worked.
    async fn prolong(
        &self,
        node: &BranchNode,
        (told, done): (Option<&bundle::Down>, &[Pushed]),
        now: Timestamp,
    ) -> Result<Timestamp, Error> {
        let lease_until = now.plus_hours(node.lease_hours);
        let mut tx = self.writer.begin().await?;
        nodes::prolong(&mut tx, node.id, lease_until).await?;
        bundle::centre::note(&mut tx, node.id, (told, done), now).await?;
        tx.commit().await?;
        Ok(lease_until)
    }
    /// What nodes are entrusted with and this one has not got.
    fn entrusted(&self, up: &Up) -> Vec<Entrusted> {
        let Some(entrusts) = self.services.memory.get::<Entrusts>() else { return Vec::new() };
        let lacks = |one: &&Entrusted| !up.keeps.contains(&one.name);
        entrusts.0.iter().filter(lacks).cloned().collect()
    }
    /// What an answer brings: one part on a line, all of them in a file, as far as they fit. Whom a part brings and takes is
    /// noted before the next is read.
    async fn portions(
        &self,
        way: Way,
        (node, answer): (&BranchNode, Uuid),
        up: &Up,
    ) -> Result<(Vec<Portion>, bool), Error> {
        let (mut portions, mut bytes) = (Vec::new(), 0_usize);
        let mut has_moved = false;
        let mut want = Some(up.want.clone());
        while let Some(wanted) = want.take() {
            // a file that comes again may have been answered before, and that answer may be the one that is taken in: whom it
            // brought is remembered
            let is_again = node.heard >= up.number;
            if wanted == Want::Base(None) && up.tables.is_empty() && !is_again {
                let mut tx = self.writer.begin().await?;
                nodes::forget_clients(&mut tx, node.id).await?;
                tx.commit().await?;
            }
            let brought = self.bring(node, (up.schema, &up.tables), &wanted).await?;
            let left: Vec<Uuid> = brought.left.into_iter().collect();
            if !brought.entered.is_empty() || !left.is_empty() {
                has_moved = true;
                let moved = (brought.entered.into_iter().collect(), left.clone());
                let mut tx = self.writer.begin().await?;
                nodes::note_moved(&mut tx, (node.id, answer), moved).await?;
                tx.commit().await?;
            }
            bytes = brought.tables.iter().map(Rows::weight).fold(bytes, usize::saturating_add);
            if way == Way::File && bytes < FILE_ROWS_BYTES {
                // behind a copy of some tables all others go on where they were
                let is_whole = up.tables.is_empty() || !matches!(brought.next, Next::More(_));
                want = brought.next.wanted().filter(|_| is_whole);
            }
            portions.push(Portion { tables: brought.tables, left, next: brought.next });
        }
        Ok((portions, has_moved))
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
        let (name, at, heard) = (Arc::from(node.name.as_str()), done.at, node.replica_at);
        ctx.origin = Some(Arc::new(Origin { node: name, at, heard, arrived: Some(now) }));
        let Pushed { bundle, supervisor, pre_approval, .. } = *done;
        ctx.told = Some(Told { node: node.id, bundle, supervisor, pre_approval });
        Ok(ctx)
    }
    async fn keep(&self, node: &BranchNode, done: &Pushed, why: (&str, &str)) -> Result<(), Error> {
        let refusal = KeepRefusal::of(node, done, why);
        let ctx = self.services.ctx(Arc::new(Principal::system()), "branch");
        let id: CommandId = refusal.command_id();
        self.services.bus.execute(&ctx, id, &refusal).await
    }

    async fn bring(
        &self,
        node: &BranchNode,
        (theirs, tables): (i64, &[String]),
        want: &Want,
    ) -> Result<Brought, Error> {
        let nothing = |next| Brought {
            tables: Vec::new(),
            entered: BTreeSet::new(),
            left: BTreeSet::new(),
            next,
        };
        if *want == Want::Nothing {
            return Ok(nothing(Next::Same));
        }
        if theirs != self.schema {
            return Ok(nothing(Next::OtherSchema(self.schema)));
        }
        let mut db = self.services.reader.snapshot().await?;
        let brought = match want {
            Want::Changes(cursor) => self.changes(&mut db, node, cursor).await,
            Want::Base(place) => self.base(&mut db, node, (tables, place.as_ref())).await.map(Some),
            Want::Nothing => Ok(None),
        };
        if let Err(error) = db.end().await {
            // what was read is right all the same, and what went wrong before says more
            tracing::debug!(%error, "a snapshot did not end in order");
        }
        Ok(brought?.unwrap_or_else(|| nothing(Next::Anew)))
    }
    /// What has changed behind a cursor; none when that is not known any more.
    async fn changes(
        &self,
        db: &mut Snapshot,
        node: &BranchNode,
        cursor: &str,
    ) -> Result<Option<Brought>, Error> {
        let broken = |_| Error::refused("branch-message-broken");
        let cursor = Cursor::from_str(cursor).map_err(broken)?;
        if capture::is_behind(db, &cursor).await? {
            return Ok(None);
        }
        let whose = (node.id, node.branch_id);
        let told = changes::read(db, &self.reach, whose, &cursor).await?;
        let cursor = told.cursor.to_string();
        let next = if told.has_more { Next::More(cursor) } else { Next::Whole(cursor) };
        let (entered, left) = (told.entered, told.left);
        Ok(Some(Brought { tables: told.tables, entered, left, next }))
    }
    /// The next pieces of a first copy.
    async fn base(
        &self,
        db: &mut Snapshot,
        node: &BranchNode,
        (tables, place): (&[String], Option<&Place>),
    ) -> Result<Brought, Error> {
        let mut pieces = Pieces::new(node.branch_id, &self.reach, PIECE_ROWS).of(tables);
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
        let mut bytes = 0_usize;
        while rows < ROWS_MAX && tables.len() < PIECES_MAX && bytes < BYTES_MAX {
            let Some(piece) = pieces.next(db).await? else { break };
            let Some(scoped) = self.reach.table(&piece.table) else { continue };
            rows += piece.rows.len();
            if let super::How::Clients(_) = scoped.said.how {
                entered.extend(piece.rows.iter().filter_map(|row| changes::id_of(row.first()?)));
            }
            let travelling = changes::travelling(db, scoped, piece.rows, Vec::new()).await?;
            bytes = bytes.saturating_add(travelling.weight());
            tables.push(travelling);
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
