//! Reading erasures, and what stands against one.

use kernel::{ClientId, CommandId, Date, Timestamp, UserId};
use serde_json::Value as Json;
use spine::secrecy::Group;
use spine::{Error, Principal};
use store::{Read, Row, StoreError, Value, keys, params};
use uuid::Uuid;

use super::commands::archive_purpose;
use super::model::{Basis, Ends, ErasureState};
use crate::client::queries::ClientHead;

/// An erasure, as its act tells it.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Act {
    /// Whose data it was.
    pub client_id: ClientId,
    /// His number, all that is left of his name.
    pub number: String,
    /// Where it stands.
    pub state: ErasureState,
    /// Why.
    pub basis: Basis,
    /// The day it was asked for.
    #[schemars(with = "String")]
    pub asked_on: Date,
    /// In words.
    pub note: String,
    /// The law that keeps a part.
    pub law: String,
    /// Until when.
    #[schemars(with = "Option<String>")]
    pub kept_until: Option<Date>,
    /// Rows taken, by table.
    pub counts: Json,
    /// Who asked for it in the bank.
    pub author_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// When the last of it was destroyed.
    pub destroyed_at: Option<Timestamp>,
}

const COLUMNS: &str = "client_id, number, state, basis, asked_on, note, law, kept_until, counts, \
     author_id, at, destroyed_at";

fn read_act(row: Row) -> Result<Act, StoreError> {
    let mut c = row.cols();
    Ok(Act {
        client_id: c.take()?,
        number: c.take()?,
        state: ErasureState::from_key(&c.take::<String>()?).unwrap_or(ErasureState::Kept),
        basis: Basis::from_key(&c.take::<String>()?).unwrap_or(Basis::Request),
        asked_on: c.take()?,
        note: c.take()?,
        law: c.take()?,
        kept_until: c.take()?,
        counts: c.take()?,
        author_id: c.take()?,
        at: c.take()?,
        destroyed_at: c.take()?,
    })
}

/// One erasure.
///
/// # Errors
/// The database's.
pub async fn act<R: Read>(db: &mut R, client: ClientId) -> Result<Option<Act>, StoreError> {
    let sql = format!("select {COLUMNS} from client_erasure where client_id = $1");
    db.first(&sql, params![client]).await?.map(read_act).transpose()
}

/// Erasures, the newest first, before a place.
///
/// # Errors
/// The database's.
pub async fn acts<R: Read>(
    db: &mut R,
    (before, id): (Timestamp, ClientId),
    limit: i64,
) -> Result<Vec<Act>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from client_erasure where (at, client_id) < ($1, $2) \
         order by at desc, client_id desc limit $3"
    );
    db.query(&sql, params![before, id, limit]).await?.into_iter().map(read_act).collect()
}

/// Whose archives are to be destroyed today.
///
/// # Errors
/// The database's.
pub async fn due<R: Read>(
    db: &mut R,
    today: Date,
    limit: i64,
) -> Result<Vec<ClientId>, StoreError> {
    let sql = "select client_id from client_erasure where state = 'kept' and kept_until <= $1 \
               order by kept_until, client_id limit $2";
    db.query(sql, params![today, limit]).await?.into_iter().map(Row::one).collect()
}

/// What is kept of an erased client; none when nothing is.
///
/// # Errors
/// The database's.
pub async fn archive<R: Read>(db: &mut R, client: ClientId) -> Result<Option<Json>, Error> {
    let sql = "select archive from client_erasure where client_id = $1 and state = 'kept'";
    let row = db.first(sql, params![client]).await?;
    let Some(sealed) = row.map(Row::one::<Option<String>>).transpose()?.flatten() else {
        return Ok(None);
    };
    match keys::open_text(db, client.uuid(), &archive_purpose(client), sealed).await? {
        keys::Opened::Text(text) => Ok(Some(serde_json::from_str(&text)?)),
        keys::Opened::Destroyed => Ok(None),
    }
}

/// Whether this person wrote the reason down, under this command's id, within the last hour: what was noted may be
/// looked at for a while.
///
/// # Errors
/// The database's.
pub(crate) async fn was_noted<R: Read>(
    db: &mut R,
    note: CommandId,
    (command, actor): (&str, Option<UserId>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "select 1 from command_log where id = $1 and name = $2 and actor_id = $3 and at > $4 \
               and result <> ''";
    let values = params![note, command, actor, now.plus_hours(-1)];
    Ok(db.first(sql, values).await?.is_some())
}

/// The number of a contract that is still open, if there is one.
///
/// # Errors
/// The database's.
pub async fn open_contract<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Option<String>, StoreError> {
    let sql = "select a.number from account_role r join account a on a.id = r.account_id \
               where r.client_id = $1 and r.role = 'owner' and a.closed_on is null \
               union all \
               select l.number from loan l where l.client_id = $1 and l.state <> 'closed' limit 1";
    db.first(sql, params![client]).await?.map(Row::one).transpose()
}

/// The number of a contract, for who may know of what the client holds.
pub(crate) fn told_number(principal: &Principal, head: &ClientHead, number: String) -> String {
    let may = principal.reaches("holding.read", head.owner()) && head.sees(Group::Holdings);
    if may { number } else { "***".to_owned() }
}

/// When the last contract of clients ended, and when the last word on a consent fell.
///
/// # Errors
/// The database's.
pub async fn ends<R: Read>(
    db: &mut R,
    clients: &[ClientId],
    today: Date,
) -> Result<Ends, StoreError> {
    let places: Vec<String> = (1..=clients.len()).map(|n| format!("${n}")).collect();
    let values: Vec<Value> = clients.iter().map(|id| (*id).into()).collect();
    let places = places.join(", ");
    let sql = format!(
        "select max(d) from (select a.closed_on as d from account_role r \
         join account a on a.id = r.account_id where r.client_id in ({places}) \
         union all select coalesce(l.ends_on, l.opened_on) from loan l where l.client_id in ({places})) x"
    );
    let relations: Option<Date> = db.first(&sql, &values).await?.map_or(Ok(None), Row::one)?;
    let sql = format!("select max(at) from client_consent where client_id in ({places})");
    let consent: Option<Timestamp> = db.first(&sql, &values).await?.map_or(Ok(None), Row::one)?;
    Ok(Ends {
        // a loan that was repaid early ended before its last payment day
        relations: relations.map(|day| day.min(today)),
        consent: consent.map(|at| at.date_in(&jiff::tz::TimeZone::UTC)),
    })
}

/// A client's file, as far as erasing asks.
pub(crate) struct StoredFile {
    /// Its id.
    pub(crate) id: Uuid,
    /// Where its content is kept.
    pub(crate) address: Vec<u8>,
    /// It proves what he said of a consent.
    pub(crate) is_proof: bool,
}

/// A client's files, archived ones too.
///
/// # Errors
/// The database's.
pub(crate) async fn stored_files<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<StoredFile>, StoreError> {
    let sql = "select f.id, f.hash, case when exists (select 1 from consent_proof p \
               where p.file_id = f.id) then 1 else 0 end from client_file f where f.client_id = $1";
    let rows = db.query(sql, params![client]).await?.into_iter().map(|row| {
        let mut c = row.cols();
        Ok(StoredFile { id: c.take()?, address: c.take()?, is_proof: c.take()? })
    });
    rows.collect()
}

/// Where the contents of the files in an archive are kept.
pub(crate) fn addresses_in(archive: &str) -> Vec<Vec<u8>> {
    let Ok(archive) = serde_json::from_str::<Json>(archive) else { return Vec::new() };
    let files = archive.pointer("/rows/client_file").and_then(Json::as_array);
    let hash = |file: &Json| file.get("hash").and_then(Json::as_str).and_then(from_hexadecimal);
    files.into_iter().flatten().filter_map(hash).collect()
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}
