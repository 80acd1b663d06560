//! Pages of the journal, its tip, and to whom the clients in it belong.

use std::collections::BTreeMap;

use kernel::{ClientId, JobId, Timestamp, UserId};
use serde_json::Value as Json;
use spine::{Bus, Owner};
use store::keys::{self, Opened};
use store::{Cols, Read, Row, StoreError, Value, journal, params};
use uuid::Uuid;

/// An entry as the page shows it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Final position; 0 while it is not sealed yet.
    pub(super) pos: i64,
    /// Order of writing, for paging.
    pub(super) seq: i64,
    pub(super) at: Timestamp,
    pub(super) actor: Option<UserId>,
    pub(super) node: String,
    pub(super) channel: String,
    pub(super) command: String,
    pub(super) entity: String,
    pub(super) entity_id: Uuid,
    pub(super) client: Option<ClientId>,
    /// Field → `[before, after]`.
    pub(super) changes: Json,
    /// The client's key was destroyed: what was changed can never be read again.
    pub(super) is_destroyed: bool,
}

/// Whose entries are wanted; the narrowest that is given decides by which index they are found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    pub(super) entity: Option<Uuid>,
    pub(super) client: Option<ClientId>,
    pub(super) actor: Option<UserId>,
}

/// Where a page ends: position for the whole journal, instant and order of writing for a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) pos: i64,
    pub(super) at: Timestamp,
    pub(super) seq: i64,
}

impl Mark {
    /// Before the newest entry.
    pub(super) const NEWEST: Mark =
        Mark { pos: i64::MAX, at: Timestamp::from_micros(i64::MAX), seq: i64::MAX };
}

const COLUMNS: &str = "e.seq, e.at, e.actor_id, e.node, e.channel, e.command, e.entity, e.entity_id, \
     e.client_id, e.command_id, e.changes";

/// The lines of rows, with what was sealed of them opened.
async fn lines<R: Read>(db: &mut R, rows: Vec<Row>) -> Result<Vec<Line>, StoreError> {
    let (mut lines, mut items) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in rows {
        let mut c = row.cols();
        let line = line(&mut c)?;
        let client = line.client.map(ClientId::uuid);
        items.push(journal::item(client, c.take()?, line.entity_id, c.take()?));
        lines.push(line);
    }
    for (line, changes) in lines.iter_mut().zip(keys::open_texts(db, items).await?) {
        line.is_destroyed = changes == Opened::Destroyed;
        line.changes = serde_json::from_str(&changes.or("{}"))?;
    }
    Ok(lines)
}

fn line(c: &mut Cols) -> Result<Line, StoreError> {
    Ok(Line {
        pos: c.take()?,
        seq: c.take()?,
        at: c.take()?,
        actor: c.take()?,
        node: c.take()?,
        channel: c.take()?,
        command: c.take()?,
        entity: c.take()?,
        entity_id: c.take()?,
        client: c.take()?,
        changes: Json::Null,
        is_destroyed: false,
    })
}

/// The newest entries before a mark.
pub(super) async fn page<R: Read>(
    db: &mut R,
    bus: &Bus,
    wanted: Wanted,
    before: Mark,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let Wanted { entity, client, actor } = wanted;
    if entity.is_none() && client.is_none() && actor.is_none() {
        // the limit stands in the text, as in `store::journal::after`
        let sql = format!(
            "select s.pos, {COLUMNS} from journal_seal s join journal_entry e on e.seq = s.seq \
             where s.pos < $1 order by s.pos desc limit {limit}"
        );
        let rows = db.query(&sql, params![before.pos]).await?;
        return lines(db, rows).await;
    }
    let mut conditions = Vec::new();
    let mut values: Vec<Value> = vec![before.at.into(), before.seq.into(), limit.into()];
    let given = [("e.entity_id", entity), ("e.actor_id", actor.map(UserId::uuid))];
    for (column, id) in given.into_iter().filter_map(|(column, id)| Some((column, id?))) {
        values.push(id.into());
        conditions.push(format!("{column} = ${}", values.len()));
    }
    if let Some(client) = client {
        let all = bus.absorbed(db, client).await?;
        let first = values.len() + 1;
        let places: Vec<String> = (first..first + all.len()).map(|n| format!("${n}")).collect();
        conditions.push(format!("e.client_id in ({})", places.join(", ")));
        values.extend(all.into_iter().map(Value::from));
    }
    let sql = format!(
        "select coalesce(s.pos, 0), {COLUMNS} from journal_entry e \
         left join journal_seal s on s.seq = e.seq \
         where (e.at, e.seq) < ($1, $2) and {} order by e.at desc, e.seq desc limit $3",
        conditions.join(" and ")
    );
    let rows = db.query(&sql, &values).await?;
    lines(db, rows).await
}

/// To whom clients belong; those that are not there are not in the answer.
pub(crate) async fn owners<R: Read>(
    db: &mut R,
    clients: &[ClientId],
) -> Result<BTreeMap<ClientId, Owner>, StoreError> {
    let mut owners = BTreeMap::new();
    if clients.is_empty() {
        return Ok(owners);
    }
    let places: Vec<String> = (1..=clients.len()).map(|n| format!("${n}")).collect();
    let sql =
        format!("select {} from client c where c.id in ({})", Owner::COLUMNS, places.join(", "));
    let values: Vec<Value> = clients.iter().map(|id| (*id).into()).collect();
    for row in db.query(&sql, &values).await? {
        let owner = Owner::read(&mut row.cols())?;
        owners.extend(owner.client.map(|subject| (subject.id, owner)));
    }
    Ok(owners)
}

/// The end of the chain.
#[derive(Clone, Debug)]
pub(super) struct Tip {
    pub(super) height: i64,
    pub(super) last_pos: i64,
    pub(super) sealed_at: Timestamp,
    pub(super) hash: Vec<u8>,
}

/// The newest block, if there is one.
pub(super) async fn tip<R: Read>(db: &mut R) -> Result<Option<Tip>, StoreError> {
    let sql = "select height, last_pos, sealed_at, hash from journal_block \
               order by height desc limit 1";
    let Some(row) = db.first(sql, &[]).await? else {
        return Ok(None);
    };
    let mut c = row.cols();
    Ok(Some(Tip { height: c.take()?, last_pos: c.take()?, sealed_at: c.take()?, hash: c.take()? }))
}

/// The newest check of the journal.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) id: JobId,
    pub(super) state: String,
    pub(super) finished_at: Option<Timestamp>,
    pub(super) result: Option<Json>,
    pub(super) last_error: Option<String>,
}

/// The newest check of the journal, done or not.
pub(super) async fn last_check<R: Read>(
    db: &mut R,
    kind: &str,
) -> Result<Option<Check>, StoreError> {
    let sql = "select id, state, finished_at, result, last_error from job where kind = $1 \
               order by created_at desc limit 1";
    let Some(row) = db.first(sql, params![kind]).await? else {
        return Ok(None);
    };
    let mut c = row.cols();
    Ok(Some(Check {
        id: c.take()?,
        state: c.take()?,
        finished_at: c.take()?,
        result: c.take()?,
        last_error: c.take()?,
    }))
}
