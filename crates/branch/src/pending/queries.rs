//! What was done at this branch, and what the centre has made of it.

use kernel::{ClientId, CommandId, Timestamp, UserId};
use spine::Error;
use spine::replica::{branch, pending};
use store::keys;
use store::{Read, Row, StoreError, Value, params};

/// A command that was done here.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) seq: i64,
    pub(super) id: CommandId,
    pub(super) name: String,
    pub(super) actor_id: UserId,
    pub(super) at: Timestamp,
    /// `accepted`, `refused` or `waits`; none while the centre has not heard of it.
    pub(super) outcome: Option<String>,
    pub(super) code: String,
    pub(super) answer: String,
    /// Whom it is about, as far as its words say.
    pub(super) client_id: Option<ClientId>,
    /// It is on its way to the centre.
    pub(super) is_sent: bool,
}

/// Which of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Which {
    /// Of this person only.
    pub(super) actor: Option<UserId>,
    /// Only what was not accepted yet.
    pub(super) is_open: bool,
    /// From this instant to before that one.
    pub(super) within: Option<(Timestamp, Timestamp)>,
    /// Only what was done before this one.
    pub(super) before: Option<i64>,
}

impl Which {
    fn condition(&self) -> (String, Vec<Value>) {
        let (mut parts, mut values) = (vec!["1 = 1".to_owned()], Vec::new());
        if let Some(actor) = self.actor {
            values.push(actor.into());
            parts.push(format!("actor_id = ${}", values.len()));
        }
        if self.is_open {
            // what was refused is open until somebody has decided about it
            let decided = "select 1 from branch_refusal r where r.id = pending_command.id and r.state <> 'open'";
            parts.push(format!(
                "(outcome is null or (outcome <> 'accepted' and not exists ({decided})))"
            ));
        }
        if let Some((from, until)) = self.within {
            values.extend([from.into(), until.into()]);
            parts.push(format!("at >= ${} and at < ${}", values.len() - 1, values.len()));
        }
        if let Some(before) = self.before {
            values.push(before.into());
            parts.push(format!("seq < ${}", values.len()));
        }
        (parts.join(" and "), values)
    }
}

const COLUMNS: &str = "seq, id, name, actor_id, at, outcome, code, answer, payload";

/// A command and its sealed payload.
fn read(row: Row, sent: i64) -> Result<(Done, String), StoreError> {
    let mut c = row.cols();
    let mut done = Done {
        seq: c.take()?,
        id: c.take()?,
        name: c.take()?,
        actor_id: c.take()?,
        at: c.take()?,
        outcome: c.take()?,
        code: c.take()?,
        answer: c.take()?,
        client_id: None,
        is_sent: false,
    };
    done.is_sent = done.seq <= sent;
    Ok((done, c.take()?))
}

/// The newest first, at most so many.
pub(super) async fn list<R: Read>(
    db: &mut R,
    which: &Which,
    limit: i64,
) -> Result<Vec<Done>, Error> {
    let (condition, mut values) = which.condition();
    values.push(limit.into());
    let sql = format!(
        "select {COLUMNS} from pending_command where {condition} order by seq desc limit ${}",
        values.len()
    );
    let sent = branch::sent(db).await?;
    let (mut all, mut sealed) = (Vec::new(), Vec::new());
    for row in db.query(&sql, &values).await? {
        let (done, payload) = read(row, sent)?;
        sealed.push(pending::sealed(done.id, payload));
        all.push(done);
    }
    let opened = keys::open_texts(db, sealed).await?;
    for (done, payload) in all.iter_mut().zip(opened) {
        done.client_id = pending::client_of(&payload.or(""));
    }
    Ok(all)
}

/// A command with all that is kept of it.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub(super) done: Done,
    /// What it said, as JSON; empty when its key was destroyed.
    pub(super) payload: String,
    /// The version of the strategy in force when it was done.
    pub(super) version: Option<i64>,
    /// Who has signed it with his PIN.
    pub(super) supervisor: Option<UserId>,
}

/// One command.
pub(super) async fn one<R: Read>(db: &mut R, id: CommandId) -> Result<Option<Whole>, Error> {
    let sql = format!("select {COLUMNS} from pending_command where id = $1");
    let Some(row) = db.first(&sql, params![id]).await? else { return Ok(None) };
    let (mut done, payload) = read(row, branch::sent(db).await?)?;
    let opened = keys::open_texts(db, vec![pending::sealed(id, payload)]).await?;
    let payload = opened.into_iter().next().map(|text| text.or("")).unwrap_or_default();
    done.client_id = pending::client_of(&payload);
    let sql = "select (select g.version from pending_strategy g where g.command_id = $1), \
               (select s.supervisor_id from offline_spent s where s.command_id = $1 limit 1)";
    let (version, supervisor) = match db.first(sql, params![id]).await? {
        Some(row) => {
            let mut c = row.cols();
            (c.take()?, c.take()?)
        }
        None => (None, None),
    };
    Ok(Some(Whole { done, payload, version, supervisor }))
}

/// How many of a kind somebody has done, and how they ended.
#[derive(Clone, Debug)]
pub(super) struct Total {
    pub(super) actor_id: UserId,
    pub(super) name: String,
    pub(super) count: i64,
    pub(super) accepted: i64,
    pub(super) refused: i64,
    pub(super) waits: i64,
}

/// The same of everything, by person and kind.
pub(super) async fn totals<R: Read>(db: &mut R, which: &Which) -> Result<Vec<Total>, StoreError> {
    let (condition, values) = which.condition();
    let sum = |word: &str| format!("sum(case when outcome = '{word}' then 1 else 0 end)");
    let sql = format!(
        "select actor_id, name, count(*), {}, {}, {} from pending_command where {condition} \
         group by actor_id, name order by actor_id, name",
        sum("accepted"),
        sum("refused"),
        sum("waits")
    );
    let mut all = Vec::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        all.push(Total {
            actor_id: c.take()?,
            name: c.take()?,
            count: c.take()?,
            accepted: c.take()?,
            refused: c.take()?,
            waits: c.take()?,
        });
    }
    Ok(all)
}
