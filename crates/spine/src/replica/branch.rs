//! The branch's side: says what was done here, and takes in what the centre tells.

use std::sync::Arc;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use store::capture::before;
use store::dump::schema;
use store::{Read, Tx, Writer, params};
use uuid::Uuid;

use super::commands::Enrolled;
use super::message::{COMMANDS_MAX, Down, Next, PAYLOADS_MAX, Place, Pushed, Up, Want};
use super::pending::{self, Which};
use super::rows::{self, Arrived};
use super::{Lease, Reach, Replicated, centre, rebase};
use crate::{Error, Services};

/// Under which name a branch keeps what it knows of itself.
const SETTING: &str = "replica";

/// What a branch knows of itself and of how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Who it is.
    pub who: Enrolled,
    /// The number of its last word.
    pub said: i64,
    /// The number of its last word that was answered.
    pub answered: i64,
    /// Answers taken in.
    pub answers: i64,
    /// The last of them.
    pub taken: Option<Uuid>,
    /// How far its copy has come.
    pub copy: Progress,
    /// The answer with which the part of changes began that is coming in; none between two.
    pub began: Option<i64>,
    /// The instant of the centre its copy shows.
    pub replica_at: Option<Timestamp>,
    /// Until when it may work.
    pub lease_until: Timestamp,
    /// The highest step of the centre's schema, when it is another one than here.
    pub other_schema: Option<i64>,
}

/// How far a copy has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// The first copy is being taken; from this place on.
    Base(Option<Place>),
    /// It is there; changes follow behind this cursor.
    Whole(String),
}

/// A branch.
#[derive(Clone)]
pub struct Branch {
    services: Services,
    writer: Writer,
    reach: Arc<Reach>,
    lease: Lease,
    schema: i64,
    program: String,
}

/// What an answer has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// There is more to ask for at once.
    More,
    /// All that there was.
    All,
    /// It was an answer to another word; nothing was taken.
    Nothing,
}

impl Branch {
    /// Over a branch's services. `how` is what the rooms say of their tables; `program` the version of this program.
    ///
    /// # Errors
    /// The database's; [`Error::NotFound`] when the node has not enrolled, or is none of a branch.
    pub async fn open(
        services: &Services,
        how: &[Replicated],
        program: &str,
    ) -> Result<Self, Error> {
        let lease = services.bus.lease().ok_or(Error::NotFound)?;
        let mut db = services.reader.clone();
        let tables = schema::tables(&mut db).await?;
        let schema = centre::newest_step(&mut db).await?;
        let state = state(&mut db).await?.ok_or(Error::NotFound)?;
        lease.set(state.lease_until);
        Ok(Self {
            services: services.clone(),
            writer: services.bus.writer().clone(),
            reach: Arc::new(Reach::new(&tables, how)),
            lease: lease.clone(),
            schema,
            program: program.to_owned(),
        })
    }
    /// How far it has come.
    ///
    /// # Errors
    /// The database's.
    pub async fn state(&self) -> Result<State, Error> {
        state(&mut self.services.reader.clone()).await?.ok_or(Error::NotFound)
    }
    /// What to say to the centre next. It is said once: what comes of it is taken in only while nothing else was said since.
    ///
    /// # Errors
    /// The database's.
    pub async fn say(&self) -> Result<Up, Error> {
        self.say_asking(None).await
    }
    /// The same, and asks the centre to do a command; unless so much waits to be told that it would be done before that.
    ///
    /// # Errors
    /// The database's.
    pub async fn say_asking(&self, ask: Option<Pushed>) -> Result<Up, Error> {
        let mut tx = self.writer.begin().await?;
        let mut state = state(&mut tx).await?.ok_or(Error::NotFound)?;
        state.said += 1;
        put_state(&mut tx, &state).await?;
        let limit = i64::try_from(COMMANDS_MAX).unwrap_or(i64::MAX);
        let mut commands = pending::list(&mut tx, &Which::Unanswered, limit).await?;
        commands.truncate(fitting(&commands));
        let (all, oldest) = pending::waiting(&mut tx).await?;
        let waiting = all - i64::try_from(commands.len()).unwrap_or(0);
        // first everything that was done is told, then heard what has become of it: the copy is put together once
        let want = match &state.copy {
            Progress::Base(place) => Want::Base(place.clone()),
            Progress::Whole(_) if waiting > 0 && state.began.is_none() => Want::Nothing,
            Progress::Whole(cursor) => Want::Changes(cursor.clone()),
        };
        let up = Up {
            number: state.said,
            at: self.services.clock.now(),
            schema: self.schema,
            program: self.program.clone(),
            taken: state.taken,
            commands,
            waiting,
            oldest,
            replica_at: state.replica_at,
            want,
            ask: ask.filter(|_| waiting == 0),
        };
        tx.commit().await?;
        Ok(up)
    }
    /// Takes in an answer, all of it or nothing.
    ///
    /// # Errors
    /// The database's; rows of another schema than this one.
    pub async fn take(&self, down: Down) -> Result<Taken, Error> {
        let mut tx = self.writer.begin().await?;
        let mut state = state(&mut tx).await?.ok_or(Error::NotFound)?;
        if down.to != state.said || down.to == state.answered {
            tx.rollback().await?;
            return Ok(Taken::Nothing);
        }
        state.answered = down.to;
        state.answers += 1;
        state.taken = Some(down.id);
        state.lease_until = down.lease_until;
        pending::answered(&mut tx, &down.answers, state.answers).await?;
        let mut news = None;
        let at = down.at;
        let more = match down.next {
            Next::Same => true,
            Next::OtherSchema(step) => {
                state.other_schema = Some(step);
                false
            }
            Next::Base(place) => {
                self.copy_on(&mut tx, down.tables).await?;
                state.copy = Progress::Base(Some(place));
                true
            }
            Next::More(cursor) | Next::Whole(cursor) if matches!(state.copy, Progress::Base(_)) => {
                self.copy_on(&mut tx, down.tables).await?;
                tx = rebase::derive(&self.services, tx, &self.reach, &|_| true).await?;
                before::forget(&mut tx).await?;
                before::keep(&mut tx, &self.reach.undone()).await?;
                state.copy = Progress::Whole(cursor);
                true
            }
            Next::More(cursor) => {
                let began = state.began.unwrap_or(state.answers);
                keep_part(&mut tx, &Part { tables: down.tables, left: down.left }).await?;
                (state.copy, state.began) = (Progress::Whole(cursor), Some(began));
                true
            }
            Next::Whole(cursor) => {
                let began = state.began.take().unwrap_or(state.answers);
                let mut arrived = Arrived::default();
                for part in take_parts(&mut tx).await? {
                    arrived.add(&self.reach, part.tables, part.left)?;
                }
                arrived.add(&self.reach, down.tables, down.left)?;
                let clients = arrived.clients(&self.reach);
                let tables: Vec<String> = arrived.touched().map(str::to_owned).collect();
                (state.copy, state.replica_at) = (Progress::Whole(cursor), Some(at));
                state.other_schema = None;
                let whose = (self.reach.as_ref(), state.who.branch);
                tx = rebase::put(&self.services, tx, whose, (arrived, began)).await?;
                news = Some((tables, clients));
                pending::waiting(&mut tx).await?.0 > 0
            }
        };
        put_state(&mut tx, &state).await?;
        tx.commit().await?;
        self.lease.set(state.lease_until);
        if let Some((tables, clients)) = news {
            self.tell(&tables, &clients).await?;
        }
        Ok(if more { Taken::More } else { Taken::All })
    }
    async fn copy_on(&self, tx: &mut Tx, tables: Vec<super::message::Rows>) -> Result<(), Error> {
        let chance = (self.services.entropy.as_ref(), self.services.clock.now());
        rows::insert_over(tx, chance, &self.reach, tables).await
    }
    /// Open pages and what is kept in memory learn what has come.
    async fn tell(&self, tables: &[String], clients: &[Uuid]) -> Result<(), Error> {
        if tables.is_empty() && clients.is_empty() {
            return Ok(());
        }
        self.services.directory.reload(&self.services.reader).await?;
        self.services.live.came(tables, clients);
        Ok(())
    }
}

/// How many of these commands go into one word.
fn fitting(commands: &[Pushed]) -> usize {
    let mut bytes = 0_usize;
    let fits = |done: &&Pushed| {
        bytes += done.payload.len();
        bytes <= PAYLOADS_MAX
    };
    commands.iter().take_while(fits).count().max(1)
}

/// Prepares a branch's database for work; safe to run at every start.
///
/// # Errors
/// The database's.
pub async fn set_up(services: &Services) -> Result<(), Error> {
    services.begin_following().await?;
    let mut tx = services.bus.writer().begin().await?;
    crate::authority::begin(&mut tx, services.entropy.as_ref()).await?;
    tx.commit().await?;
    services.directory.reload(&services.reader).await
}

/// Makes a fresh database that of a branch that has enrolled.
///
/// # Errors
/// The database's; refusal `branch-enrolled` when it is one already.
pub async fn begin(services: &Services, who: Enrolled, now: Timestamp) -> Result<(), Error> {
    let mut tx = services.bus.writer().begin().await?;
    if state(&mut tx).await?.is_some() {
        return Err(Error::refused("branch-enrolled"));
    }
    let state = State {
        who,
        said: 0,
        answered: 0,
        answers: 0,
        taken: None,
        copy: Progress::Base(None),
        began: None,
        replica_at: None,
        lease_until: now,
        other_schema: None,
    };
    put_state(&mut tx, &state).await?;
    Ok(tx.commit().await?)
}

/// What a branch knows of itself; none in a database that is no branch's.
///
/// # Errors
/// The database's.
pub async fn state<R: Read>(db: &mut R) -> Result<Option<State>, Error> {
    let row = db.first("select value from node_setting where name = $1", params![SETTING]).await?;
    let Some(text) = row.map(store::Row::one::<String>).transpose()? else { return Ok(None) };
    Ok(Some(serde_json::from_str(&text)?))
}

/// How many commands the centre has not been told of, or has not answered.
///
/// # Errors
/// The database's.
pub async fn waiting<R: Read>(db: &mut R) -> Result<i64, Error> {
    Ok(pending::waiting(db).await?.0)
}

async fn put_state(tx: &mut Tx, state: &State) -> Result<(), Error> {
    let sql = "insert into node_setting (name, value) values ($1, $2) \
               on conflict (name) do update set value = excluded.value";
    tx.execute(sql, params![SETTING, serde_json::to_string(state)?]).await?;
    Ok(())
}

/// A part of changes that waits for the rest.
#[derive(Serialize, Deserialize)]
struct Part {
    tables: Vec<super::message::Rows>,
    left: Vec<Uuid>,
}

async fn keep_part(tx: &mut Tx, part: &Part) -> Result<(), Error> {
    let body = super::code::encode(part)?;
    tx.execute("insert into incoming_rows (body) values ($1)", params![body]).await?;
    Ok(())
}

async fn take_parts(tx: &mut Tx) -> Result<Vec<Part>, Error> {
    let rows = tx.query("select body from incoming_rows order by ordinal", &[]).await?;
    let mut parts = Vec::with_capacity(rows.len());
    for row in rows {
        parts.push(super::code::decode(&row.one::<Vec<u8>>()?)?);
    }
    tx.execute("delete from incoming_rows", &[]).await?;
    Ok(parts)
}

/// How the line to the centre is, for everybody who works at the branch; kept in [`crate::Memory`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineState {
    /// How it is.
    pub word: LineWord,
    /// Since when it is so.
    pub since: Timestamp,
    /// When it was last tried.
    pub heard_at: Timestamp,
}

/// How a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineWord {
    /// All is said and heard.
    Online,
    /// There is more to say or to hear.
    Syncing,
    /// The centre cannot be reached.
    Offline,
    /// The centre refuses this node; its code.
    Refused(String),
    /// What came could not be taken in.
    Failed,
}
