//! Noting which nodes are silent and what was carried.

use std::collections::BTreeSet;

use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::replica::nodes;
use spine::{Change, Command, Error, Work};
use store::{Read, Row, params};
use uuid::Uuid;

/// Notes that a node has fallen silent, and tells those who look after nodes; once for each silence.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoteSilence {
    /// Which.
    pub(crate) node_id: Uuid,
    /// Who is told.
    pub(crate) recipients: BTreeSet<UserId>,
}

impl Command for NoteSilence {
    const NAME: &'static str = "branch.note_silence";
    const PERMISSION: &'static str = "system";
    /// Whether it was told: not when it was before.
    type Output = bool;

    async fn handle(&self, w: &mut Work<'_>) -> Result<bool, Error> {
        let node = nodes::one(&mut *w, self.node_id).await?.ok_or(Error::NotFound)?;
        // who was never heard is silent since now
        let (now, since) = (w.ctx.now, node.seen_at.unwrap_or(w.ctx.now));
        let sql = "insert into branch_node_silent (node_id, since, told_at) values ($1, $2, $3) \
                   on conflict (node_id) do nothing";
        if w.execute(sql, params![self.node_id, since, now]).await? == 0 {
            return Ok(false);
        }
        let payload = json!({
            "kind": "branch-silent",
            "args": { "name": node.name, "minutes": now.seconds_since(since) / 60 },
            "href": format!("/admin/nodes/{}", self.node_id),
        });
        for user in &self.recipients {
            w.send("notice", &user.to_string(), &payload).await?;
        }
        let change = Change::new().set("name", node.name).set("silent_since", since.to_string());
        w.record("branch_node", self.node_id, None, change);
        Ok(true)
    }
}

/// Notes that a node whose silence was told is heard again, or is not missed any more.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoteHeard {
    /// Which.
    pub(crate) node_id: Uuid,
}

impl Command for NoteHeard {
    const NAME: &'static str = "branch.note_heard";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = "select since from branch_node_silent where node_id = $1";
        let row = w.first(sql, params![self.node_id]).await?;
        let Some(since) = row.map(Row::one::<Timestamp>).transpose()? else { return Ok(()) };
        let sql = "delete from branch_node_silent where node_id = $1";
        w.execute(sql, params![self.node_id]).await?;
        let node = nodes::one(&mut *w, self.node_id).await?.ok_or(Error::NotFound)?;
        let none: Option<String> = None;
        let change =
            Change::new().set("name", node.name).field("silent_since", since.to_string(), none);
        w.record("branch_node", self.node_id, None, change);
        Ok(())
    }
}

/// Notes that somebody has taken in a file that was carried from a branch, and has been given the one that answers it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoteCarried {
    /// Whose it was.
    pub(crate) node_id: Uuid,
    /// Its number; the answer's is the same.
    pub(crate) number: i64,
    /// Commands in it that were accepted, refused, and that wait for a second person.
    pub(crate) counts: [usize; 3],
}

impl Command for NoteCarried {
    const NAME: &'static str = "branch.note_carried";
    const PERMISSION: &'static str = super::PERMISSION;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let node = nodes::one(&mut *w, self.node_id).await?.ok_or(Error::NotFound)?;
        let [accepted, refused, waiting] =
            self.counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        let change = Change::new()
            .set("name", node.name)
            .set("file_number", self.number)
            .set("file_accepted", accepted)
            .set("file_refused", refused)
            .set("file_waiting", waiting);
        w.record("branch_node", self.node_id, None, change);
        Ok(())
    }
}
