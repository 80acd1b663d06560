//! Reading versions of the rules and cards that were opened for a while.

use std::collections::BTreeMap;

use kernel::{ClientId, Timestamp, UserId};
use store::{Read, Row, StoreError, params};
use uuid::Uuid;

use super::{Opened, Released};

/// The version in force.
///
/// # Errors
/// The database's.
pub(crate) async fn released<R: Read>(db: &mut R) -> Result<Option<Released>, StoreError> {
    let sql = "select number, text from secrecy_policy where state = 'released' \
               order by number desc limit 1";
    let Some(row) = db.first(sql, &[]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(Released { number: c.take()?, text: c.take()? }))
}

/// Cards that are or were opened at most as long ago as one can be open, by person.
pub(crate) async fn opened<R: Read>(
    db: &mut R,
) -> Result<BTreeMap<UserId, Vec<Opened>>, StoreError> {
    // the clock is not asked here: whose time is over is found when a request begins
    let sql = "select staff_id, id, client_id, until from break_glass where ended_at is null \
               order by until desc limit 500";
    let mut all: BTreeMap<UserId, Vec<Opened>> = BTreeMap::new();
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        let staff: UserId = c.take()?;
        let one = Opened { id: c.take()?, client_id: c.take()?, until: c.take()? };
        all.entry(staff).or_default().push(one);
    }
    Ok(all)
}

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Its cases come out as expected.
    Tested,
    /// In force.
    Released,
    /// Was in force.
    Past,
}

impl State {
    /// The stored word.
    pub const fn key(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Tested => "tested",
            State::Released => "released",
            State::Past => "past",
        }
    }
    /// From the stored word; what is unknown is a draft.
    pub fn from_key(key: &str) -> Self {
        [State::Tested, State::Released, State::Past]
            .into_iter()
            .find(|s| s.key() == key)
            .unwrap_or(State::Draft)
    }
    /// Whether its text may be changed.
    pub const fn is_open(self) -> bool {
        matches!(self, State::Draft | State::Tested)
    }
}

/// A version of the rules.
#[derive(Clone, Debug)]
pub struct Version {
    /// Identity.
    pub id: Uuid,
    /// Its number, from its release on.
    pub number: Option<i64>,
    /// What it is about.
    pub title: String,
    /// The rules.
    pub text: String,
    /// Its test cases.
    pub cases: String,
    /// Where it stands.
    pub state: State,
    /// The version it was made from.
    pub base_number: Option<i64>,
    /// Who made it; none: the program.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Who asked for its release.
    pub released_by: Option<UserId>,
    /// When it came into force.
    pub released_at: Option<Timestamp>,
    /// Counts its changes.
    pub version: i64,
}

const VERSION: &str = "id, number, title, text, cases, state, base_number, made_by, made_at, \
     updated_at, released_by, released_at, version";

fn version(row: Row) -> Result<Version, StoreError> {
    let mut c = row.cols();
    Ok(Version {
        id: c.take()?,
        number: c.take()?,
        title: c.take()?,
        text: c.take()?,
        cases: c.take()?,
        state: State::from_key(&c.take::<String>()?),
        base_number: c.take()?,
        made_by: c.take()?,
        made_at: c.take()?,
        updated_at: c.take()?,
        released_by: c.take()?,
        released_at: c.take()?,
        version: c.take()?,
    })
}

/// One version.
///
/// # Errors
/// The database's.
pub async fn one<R: Read>(db: &mut R, id: Uuid) -> Result<Option<Version>, StoreError> {
    let sql = format!("select {VERSION} from secrecy_policy where id = $1");
    db.first(&sql, params![id]).await?.map(version).transpose()
}

/// All versions: what is being written first, then by number, the newest first.
///
/// # Errors
/// The database's.
pub async fn versions<R: Read>(db: &mut R, limit: i64) -> Result<Vec<Version>, StoreError> {
    let sql = format!(
        "select {VERSION} from secrecy_policy \
         order by case when number is null then 0 else 1 end, number desc, made_at desc limit $1"
    );
    db.query(&sql, params![limit]).await?.into_iter().map(version).collect()
}

/// A card that was opened for a while.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Glass {
    /// Identity.
    pub id: Uuid,
    /// Who opened it.
    pub staff_id: UserId,
    /// Whose card.
    pub client_id: ClientId,
    /// How secret it was.
    pub level: String,
    /// Why, a word of the list.
    pub reason_code: String,
    /// Why, in words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// When it was shut before its time.
    pub ended_at: Option<Timestamp>,
    /// `open`, `justified`, `unjustified`.
    pub review: String,
    /// Who reviewed it.
    pub reviewed_by: Option<UserId>,
    /// When.
    pub reviewed_at: Option<Timestamp>,
    /// What the reviewer said.
    pub review_note: String,
}

const GLASS: &str = "id, staff_id, client_id, level, reason_code, reason, at, until, ended_at, \
     review, reviewed_by, reviewed_at, review_note";

fn glass(row: Row) -> Result<Glass, StoreError> {
    let mut c = row.cols();
    Ok(Glass {
        id: c.take()?,
        staff_id: c.take()?,
        client_id: c.take()?,
        level: c.take()?,
        reason_code: c.take()?,
        reason: c.take()?,
        at: c.take()?,
        until: c.take()?,
        ended_at: c.take()?,
        review: c.take()?,
        reviewed_by: c.take()?,
        reviewed_at: c.take()?,
        review_note: c.take()?,
    })
}

/// One opened card.
///
/// # Errors
/// The database's.
pub async fn one_glass<R: Read>(db: &mut R, id: Uuid) -> Result<Option<Glass>, StoreError> {
    let sql = format!("select {GLASS} from break_glass where id = $1");
    db.first(&sql, params![id]).await?.map(glass).transpose()
}

/// Opened cards, the newest first, before a place; with `only_open` those nobody has reviewed.
///
/// # Errors
/// The database's.
pub async fn glasses<R: Read>(
    db: &mut R,
    only_open: bool,
    (before, id): (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<Glass>, StoreError> {
    let open = if only_open { " and review = 'open'" } else { "" };
    let sql = format!(
        "select {GLASS} from break_glass where (at, id) < ($1, $2){open} \
         order by at desc, id desc limit $3"
    );
    db.query(&sql, params![before, id, limit]).await?.into_iter().map(glass).collect()
}
