//! What a branch has done and the centre must do again.

use kernel::{ClientId, CommandId, Timestamp, UserId};
use store::keys::{self, BANK, Item, Opened};
use store::{Read, StoreError, Tx, params};

use super::message::{Answer, Pushed};
use crate::{Error, Work};

/// A payload of a pending command as [`keys::open_texts`] takes it.
pub fn sealed(id: CommandId, payload: String) -> Item {
    (BANK, purpose(id), payload)
}

fn purpose(id: CommandId) -> String {
    format!("pending/{id}")
}

/// Whom a command is about, as far as its payload says.
pub fn client_of(payload: &str) -> Option<ClientId> {
    let words: serde_json::Value = serde_json::from_str(payload).ok()?;
    words.get("client_id")?.as_str()?.parse().ok()
}

/// Keeps the command that is being done, in its transaction.
pub(crate) async fn keep(work: &mut Work<'_>, payload: &str) -> Result<(), Error> {
    let id = work.command_id();
    let sealed = work.seal(&purpose(id), payload).await?;
    let sql = "insert into pending_command (id, name, payload, actor_id, channel, at, is_on_top) \
               values ($1, $2, $3, $4, $5, $6, 1)";
    let (name, channel, now) = (work.command, work.ctx.channel, work.ctx.now);
    work.execute(sql, params![id, name, sealed, work.actor(), channel, now]).await?;
    let sql = "insert into pending_strategy (command_id, version) \
               select $1, version from strategy_held where state = 'in_force'";
    work.execute(sql, params![id]).await?;
    Ok(())
}

/// Which pending commands are asked for.
pub(crate) enum Which {
    /// Those the centre has not answered.
    Unanswered,
    /// Those whose changes stand on top of what the centre has sent.
    OnTop,
}

/// The first of them in order, at most so many.
pub(crate) async fn list<R: Read>(
    db: &mut R,
    which: &Which,
    limit: i64,
) -> Result<Vec<Pushed>, StoreError> {
    let condition = match which {
        Which::Unanswered => "answered_in is null",
        Which::OnTop => "is_on_top = 1",
    };
    let sql = format!(
        "select p.id, p.name, p.payload, p.actor_id, p.at, p.channel, \
          (select s.supervisor_id from offline_spent s where s.command_id = p.id limit 1), \
          (select s.pre_approval_id from offline_spent s where s.command_id = p.id limit 1), \
          (select g.version from pending_strategy g where g.command_id = p.id) \
          from pending_command p where {condition} order by p.seq limit $1"
    );
    let rows = db.query(&sql, params![limit]).await?;
    let mut pushed = Vec::with_capacity(rows.len());
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let mut c = row.cols();
        let id: CommandId = c.take()?;
        let (name, payload): (String, String) = (c.take()?, c.take()?);
        let (actor, at): (UserId, Timestamp) = (c.take()?, c.take()?);
        items.push(sealed(id, payload));
        let (channel, payload) = (c.take()?, String::new());
        let (supervisor, pre_approval, bundle) = (c.take()?, c.take()?, c.take()?);
        let done = (supervisor, pre_approval);
        pushed.push(Pushed {
            id,
            name,
            payload,
            actor,
            at,
            channel,
            bundle,
            supervisor: done.0,
            pre_approval: done.1,
        });
    }
    let opened = keys::open_texts(db, items).await?;
    for (command, payload) in pushed.iter_mut().zip(opened) {
        match payload {
            Opened::Text(payload) => command.payload = payload,
            Opened::Destroyed => return Err(StoreError::Erased),
        }
    }
    Ok(pushed)
}

/// How many were not answered yet, and when the oldest was done.
///
/// # Errors
/// The database's.
pub async fn waiting<R: Read>(db: &mut R) -> Result<(i64, Option<Timestamp>), StoreError> {
    let sql = "select count(*), min(at) from pending_command where answered_in is null";
    let row = db.first(sql, &[]).await?.ok_or(StoreError::Busy)?;
    let mut c = row.cols();
    Ok((c.take()?, c.take()?))
}

/// When the last of those that were not answered was done, by this node's clock.
pub(crate) async fn latest<R: Read>(db: &mut R) -> Result<Option<Timestamp>, StoreError> {
    let sql = "select max(at) from pending_command where answered_in is null";
    let row = db.first(sql, &[]).await?.ok_or(StoreError::Busy)?;
    row.one()
}

/// Notes what became of them; `number` counts the answers of the centre.
pub(crate) async fn answered(
    tx: &mut Tx,
    answers: &[Answer],
    number: i64,
) -> Result<(), StoreError> {
    let sql = "update pending_command set outcome = $2, code = $3, answer = $4, answered_in = $5 \
               where id = $1 and answered_in is null";
    for answer in answers {
        let (code, detail) = (answer.code.as_str(), answer.detail.as_str());
        tx.execute(sql, params![answer.id, answer.outcome.key(), code, detail, number]).await?;
    }
    Ok(())
}

/// Whether the centre has answered a command.
pub(crate) async fn is_answered(tx: &mut Tx, id: CommandId) -> Result<bool, StoreError> {
    let sql = "select 1 from pending_command where id = $1 and answered_in is not null";
    Ok(tx.first(sql, params![id]).await?.is_some())
}

/// What was answered up to an answer is in the rows that have come since, or will never be.
pub(crate) async fn take_off(tx: &mut Tx, number: i64) -> Result<(), StoreError> {
    let sql = "update pending_command set is_on_top = 0 where is_on_top = 1 and answered_in <= $1";
    tx.execute(sql, params![number]).await?;
    Ok(())
}
