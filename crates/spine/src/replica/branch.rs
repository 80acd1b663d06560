//! The branch's side: says what was done here, and takes in what the centre tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use store::capture::before;
use store::dump::schema;
use store::{Read, Tx, Writer, params};
use uuid::Uuid;

use super::commands::Enrolled;
use super::message::{Carried, Down, Next, Place, Portion, Pushed, Up, Want, Way};
use super::pending::{self, Which};
use super::rows::{self, Arrived};
use super::{Lease, Mode, Reach, Replicated, centre, clock_mark, rebase};
use crate::{Error, Services, bundle, kept};

/// Under which name a branch keeps what it knows of itself.
const SETTING: &str = "replica";
/// Under which name it keeps how far its commands were sent.
const SENT: &str = "sent";
/// The number of a branch's first word.
pub const FIRST_WORD: i64 = 1;

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
    /// How the branch works, as the centre has said last.
    #[serde(default)]
    pub mode: Mode,
    /// What is being taken once more beside the copy, to be compared with it.
    #[serde(default)]
    pub fetch: Option<Fetch>,
    /// The tables it has a copy of.
    #[serde(default)]
    pub tables: Vec<String>,
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

impl Progress {
    /// Whether the first copy is still being taken.
    pub const fn is_base(&self) -> bool {
        matches!(self, Progress::Base(_))
    }
}

/// Tables that are taken whole once more: their rows are kept until all have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// Which; all when none is named.
    pub tables: Vec<String>,
    /// How far it has come.
    pub place: Option<Place>,
    /// Commands answered up to this answer are in what comes.
    pub began: i64,
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
    /// The centre's public key of signatures.
    trusted: Arc<[u8]>,
    /// Answers this program knows of.
    known: Arc<AtomicI64>,
}

/// What the parts of an answer have brought so far.
struct Came {
    at: Timestamp,
    has_more: bool,
    /// Tables and clients.
    news: Option<(Vec<String>, Vec<Uuid>)>,
}

impl State {
    /// Whether the answer to this word is taken in. Each answer tells everything since the cursor of its word, and the centre
    /// answers words in their order only: a later answer holds what an earlier one does. Parts of a first copy are put one
    /// behind the other: there only the last word counts.
    fn awaits(&self, number: i64) -> bool {
        let first = match self.copy {
            Progress::Whole(_) if self.fetch.is_none() => self.answered + 1,
            Progress::Base(_) | Progress::Whole(_) => self.said,
        };
        (first..=self.said).contains(&number) && number != self.answered
    }
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
        lease.set(state.lease_until, state.mode);
        // the clock may have been set back while the program did not run
        let seen = [pending::latest(&mut db).await?, clock_mark::read(&mut db).await?];
        seen.into_iter().flatten().for_each(|at| lease.saw(at));
        Ok(Self {
            services: services.clone(),
            writer: services.bus.writer().clone(),
            reach: Arc::new(Reach::new(&tables, how)),
            lease: lease.clone(),
            schema,
            program: program.to_owned(),
            trusted: Arc::from([]),
            known: Arc::new(AtomicI64::new(state.answers)),
        })
    }
    /// The same, and whose signatures prove versions of the strategy bundle; without it every one is refused.
    #[must_use]
    pub fn trusting(mut self, key: &[u8]) -> Self {
        self.trusted = Arc::from(key);
        self
    }
    /// How far it has come.
    ///
    /// # Errors
    /// The database's.
    pub async fn state(&self) -> Result<State, Error> {
        state(&mut self.services.reader.clone()).await?.ok_or(Error::NotFound)
    }
    /// What to say to the centre next. It is said once: what comes of it is taken in only while no answer to a later word was.
    ///
    /// # Errors
    /// The database's.
    pub async fn say(&self) -> Result<Up, Error> {
        self.say_by(Way::Line).await
    }
    /// The same, as much as goes onto a line or into a file.
    ///
    /// # Errors
    /// The database's.
    pub async fn say_by(&self, way: Way) -> Result<Up, Error> {
        self.say_asking(way, None).await
    }
    /// The same, and asks the centre to do a command; unless so much waits to be told that it would be done before that.
    ///
    /// # Errors
    /// The database's.
    pub async fn say_asking(&self, way: Way, ask: Option<Pushed>) -> Result<Up, Error> {
        let now = self.services.clock.now();
        let mut tx = self.writer.begin().await?;
        // also while there is no line: what it has it takes up at its time
        let switched = bundle::node::switch(&mut tx, now).await?;
        let holds = bundle::node::holds(&mut tx, &self.program, now).await?;
        let mut state = state(&mut tx).await?.ok_or(Error::NotFound)?;
        state.said += 1;
        self.miss_tables(&mut state);
        put_state(&mut tx, &state).await?;
        let limit = i64::try_from(way.commands_max()).unwrap_or(i64::MAX);
        let mut commands = pending::list(&mut tx, &Which::Unanswered, limit).await?;
        commands.truncate(fitting(&commands, way.payloads_max()));
        let (all, oldest) = pending::waiting(&mut tx).await?;
        let waiting = all - i64::try_from(commands.len()).unwrap_or(0);
        let is_first_told = way == Way::Line && waiting > 0 && state.began.is_none();
        // on a line first everything that was done is told, then heard what has become of it: the copy is put together once
        let want = match (&state.copy, &state.fetch) {
            (Progress::Base(place), _) => Want::Base(place.clone()),
            (Progress::Whole(_), _) if is_first_told => Want::Nothing,
            (Progress::Whole(_), Some(fetch)) => Want::Base(fetch.place.clone()),
            (Progress::Whole(cursor), None) => Want::Changes(cursor.clone()),
        };
        let up = Up {
            number: state.said,
            at: now,
            schema: self.schema,
            program: self.program.clone(),
            taken: state.taken,
            commands,
            waiting,
            oldest,
            replica_at: state.replica_at,
            want,
            holds,
            tables: state.fetch.map(|fetch| fetch.tables).unwrap_or_default(),
            ask: ask.filter(|_| waiting == 0),
            keeps: kept::entrusted_names(&mut tx).await?,
        };
        tx.commit().await?;
        self.tell(&switched, &[]).await?;
        Ok(up)
    }
    /// Notes that a word is on its way: what it tells is sent, and not answered yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_sent(&self, up: &Up) -> Result<(), Error> {
        let Some(last) = up.commands.last() else { return Ok(()) };
        let mut tx = self.writer.begin().await?;
        let sql = "insert into node_setting (name, value) select $1, cast(seq as text) from pending_command \
                   where id = $2 on conflict (name) do update set value = excluded.value \
                   where cast(excluded.value as bigint) > cast(node_setting.value as bigint)";
        tx.execute(sql, params![SENT, last.id]).await?;
        Ok(tx.commit().await?)
    }
    /// Tables that a newer program has brought, or that travel since, are taken whole once.
    fn miss_tables(&self, state: &mut State) {
        let is_free = matches!(state.copy, Progress::Whole(_)) && state.began.is_none();
        if !is_free || state.fetch.is_some() {
            return;
        }
        let has = |name: &&str| state.tables.iter().any(|table| table == name);
        let missing: Vec<String> =
            self.reach.names().filter(|name| !has(name)).map(str::to_owned).collect();
        if !missing.is_empty() {
            // what was answered may not have come yet in the other tables
            state.fetch = Some(Fetch { tables: missing, place: None, began: 0 });
        }
    }
    /// Takes in an answer, all of it or nothing.
    ///
    /// # Errors
    /// The database's; rows of another schema than this one.
    pub async fn take(&self, down: Down) -> Result<Taken, Error> {
        self.take_carried(Carried { first: down, rest: Vec::new() }).await
    }
    /// The same of an answer that was carried.
    ///
    /// # Errors
    /// As [`Branch::take`].
    pub async fn take_carried(&self, carried: Carried) -> Result<Taken, Error> {
        let Carried { first: down, rest } = carried;
        let mut tx = self.writer.begin().await?;
        let mut state = state(&mut tx).await?.ok_or(Error::NotFound)?;
        if !state.awaits(down.to) {
            tx.rollback().await?;
            return Ok(Taken::Nothing);
        }
        state.answered = down.to;
        state.answers += 1;
        state.taken = Some(down.id);
        if state.lease_until != down.lease_until {
            clock_mark::forget(&mut tx).await?;
        }
        (state.lease_until, state.mode) = (down.lease_until, down.mode);
        pending::answered(&mut tx, &down.answers, state.answers).await?;
        kept::keep_entrusted(&mut tx, &self.services, &down.entrusted).await?;
        let mut switched = Vec::new();
        if let Some(told) = down.bundle {
            self.take_bundle(&mut tx, told).await?;
            // what is in force already is not kept waiting for the next word
            switched = bundle::node::switch(&mut tx, self.services.clock.now()).await?;
        }
        let mut came = Came { at: down.at, has_more: false, news: None };
        let first = Portion { tables: down.tables, left: down.left, next: down.next };
        for portion in std::iter::once(first).chain(rest) {
            tx = Box::pin(self.put(tx, &mut state, &mut came, portion)).await?;
        }
        put_state(&mut tx, &state).await?;
        tx.commit().await?;
        self.lease.set(state.lease_until, state.mode);
        self.known.store(state.answers, Ordering::Relaxed);
        let (mut tables, clients) = came.news.unwrap_or_default();
        tables.extend(switched);
        self.tell(&tables, &clients).await?;
        Ok(if came.has_more { Taken::More } else { Taken::All })
    }
    /// Puts a part of an answer in.
    async fn put(
        &self,
        mut tx: Tx,
        state: &mut State,
        came: &mut Came,
        portion: Portion,
    ) -> Result<Tx, Error> {
        let Portion { tables, left, next } = portion;
        came.has_more = match next {
            Next::Same => true,
            Next::OtherSchema(step) => {
                state.other_schema = Some(step);
                false
            }
            Next::Anew => {
                take_parts(&mut tx).await?;
                state.began = None;
                let fetch = Fetch { tables: Vec::new(), place: None, began: state.answers };
                state.fetch = Some(fetch);
                true
            }
            Next::Base(place) if state.fetch.is_some() => {
                keep_part(&mut tx, &Part { tables, left }).await?;
                state.fetch.iter_mut().for_each(|fetch| fetch.place = Some(place.clone()));
                true
            }
            Next::Base(place) => {
                self.copy_on(&mut tx, tables).await?;
                state.copy = Progress::Base(Some(place));
                true
            }
            Next::More(cursor) | Next::Whole(cursor) if matches!(state.copy, Progress::Base(_)) => {
                self.copy_on(&mut tx, tables).await?;
                tx = rebase::derive(&self.services, tx, &self.reach, &|_| true).await?;
                before::forget(&mut tx).await?;
                before::keep(&mut tx, &self.reach.undone()).await?;
                state.copy = Progress::Whole(cursor);
                state.tables = self.reach.names().map(str::to_owned).collect();
                true
            }
            Next::More(cursor) | Next::Whole(cursor) if state.fetch.is_some() => {
                tx = self.compare(tx, state, cursor, Part { tables, left }).await?;
                came.news = Some((state.tables.clone(), Vec::new()));
                true
            }
            Next::More(cursor) => {
                let began = state.began.unwrap_or(state.answers);
                keep_part(&mut tx, &Part { tables, left }).await?;
                (state.copy, state.began) = (Progress::Whole(cursor), Some(began));
                true
            }
            Next::Whole(cursor) => {
                let began = state.began.take().unwrap_or(state.answers);
                let mut arrived = Arrived::default();
                for part in take_parts(&mut tx).await? {
                    arrived.add(&self.reach, part.tables, part.left)?;
                }
                arrived.add(&self.reach, tables, left)?;
                let clients = arrived.clients(&self.reach);
                let tables: Vec<String> = arrived.touched().map(str::to_owned).collect();
                (state.copy, state.replica_at) = (Progress::Whole(cursor), Some(came.at));
                state.other_schema = None;
                let whose = (self.reach.as_ref(), state.who.branch);
                tx = rebase::put(&self.services, tx, whose, (arrived, began)).await?;
                came.news = Some((tables, clients));
                pending::waiting(&mut tx).await?.0 > 0
            }
        };
        Ok(tx)
    }
    /// Everything that was taken once more has come: the copy becomes what it is.
    async fn compare(
        &self,
        mut tx: Tx,
        state: &mut State,
        cursor: String,
        last: Part,
    ) -> Result<Tx, Error> {
        let Some(fetch) = state.fetch.take() else { return Ok(tx) };
        let mut arrived = Arrived::default();
        for part in take_parts(&mut tx).await?.into_iter().chain([last]) {
            arrived.add(&self.reach, part.tables, part.left)?;
        }
        if fetch.tables.is_empty() {
            state.copy = Progress::Whole(cursor);
        }
        arrived.are_whole(&self.reach, fetch.tables);
        state.tables = self.reach.names().map(str::to_owned).collect();
        before::keep(&mut tx, &self.reach.undone()).await?;
        let whose = (self.reach.as_ref(), state.who.branch);
        rebase::put(&self.services, tx, whose, (arrived, fetch.began)).await
    }
    /// Sees what another program of this branch has taken in: a file that was carried to it while this one serves. And takes
    /// up a version of the strategy bundle whose time has come.
    ///
    /// # Errors
    /// The database's.
    pub async fn look(&self) -> Result<State, Error> {
        self.take_up().await?;
        let state = self.state().await?;
        self.lease.set(state.lease_until, state.mode);
        self.watch_clock().await?;
        if self.known.swap(state.answers, Ordering::Relaxed) != state.answers {
            let tables: Vec<String> =
                self.reach.tables().iter().map(|t| t.table.name.clone()).collect();
            self.tell(&tables, &[]).await?;
        }
        Ok(state)
    }
    /// The program begins to serve: its hours count from the latest instant it has seen.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self) -> Result<(), Error> {
        let from = clock_mark::begin(&self.writer, self.services.clock.now()).await?;
        self.lease.saw(from);
        Ok(())
    }
    /// Notes how far the clock has come.
    async fn watch_clock(&self) -> Result<(), Error> {
        let now = self.services.clock.now();
        if clock_mark::is_near(clock_mark::read(&mut self.services.reader.clone()).await?, now) {
            clock_mark::keep(&self.writer, now).await?;
        }
        Ok(())
    }
    /// Takes up a version whose time has come, also where no word is said to the centre for days.
    async fn take_up(&self) -> Result<(), Error> {
        let now = self.services.clock.now();
        if !bundle::node::is_due(&mut self.services.reader.clone(), now).await? {
            return Ok(());
        }
        let mut tx = self.writer.begin().await?;
        let switched = bundle::node::switch(&mut tx, now).await?;
        tx.commit().await?;
        self.tell(&switched, &[]).await
    }
    async fn take_bundle(&self, tx: &mut Tx, told: bundle::Down) -> Result<(), Error> {
        let measure = bundle::node::Measure {
            key: &self.trusted,
            parts: self.services.bus.registry().parts(),
            jurisdiction: &self.services.jurisdiction,
            program: &self.program,
        };
        bundle::node::take(tx, &measure, told, self.services.clock.now()).await
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

/// How many of these commands go into one word of so many bytes.
fn fitting(commands: &[Pushed], most: usize) -> usize {
    let mut bytes = 0_usize;
    let fits = |done: &&Pushed| {
        bytes += done.payload.len();
        bytes <= most
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

/// The word a fresh node says before it knows who it is, in the file with which it enrols: it wants a first copy.
///
/// # Errors
/// The database's.
pub async fn first_word(services: &Services, program: &str) -> Result<Up, Error> {
    Ok(Up {
        number: FIRST_WORD,
        at: services.clock.now(),
        schema: centre::newest_step(&mut services.reader.clone()).await?,
        program: program.to_owned(),
        taken: None,
        commands: Vec::new(),
        waiting: 0,
        oldest: None,
        replica_at: None,
        want: Want::Base(None),
        holds: bundle::Holds::default(),
        tables: Vec::new(),
        ask: None,
        keeps: Vec::new(),
    })
}

/// Makes a fresh database that of a branch that has enrolled. It counts as having said its [`first_word`], whether it has or not:
/// the centre may have heard it in a file.
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
        said: FIRST_WORD,
        answered: 0,
        answers: 0,
        taken: None,
        copy: Progress::Base(None),
        began: None,
        replica_at: None,
        lease_until: now,
        mode: Mode::default(),
        fetch: None,
        tables: Vec::new(),
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

/// Up to which of its commands, by their order, a branch has sent them on their way to the centre.
///
/// # Errors
/// The database's.
pub async fn sent<R: Read>(db: &mut R) -> Result<i64, Error> {
    let row = db.first("select value from node_setting where name = $1", params![SENT]).await?;
    let value = row.map(store::Row::one::<String>).transpose()?;
    Ok(value.and_then(|value| value.parse().ok()).unwrap_or(0))
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
    /// There is none: files are carried.
    Carried,
}
