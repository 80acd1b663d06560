//! The log of readings.

use kernel::{ClientId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::secrecy::{Group, Groups, Level};
use spine::{Command, Error, Note, Work};
use store::{Read, Value, params};
use uuid::Uuid;

use super::officers;
use crate::merge::queries::NOT_MERGED;

/// Readings joined to one command at most.
const LINES_MAX: usize = 1_000;
/// So many different closed cards read by one person within a day, or people found out of his reach, are worth an officer's look.
pub(super) const UNUSUAL_CARDS: i64 = 25;

/// One reading.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReadLine {
    /// Whose card.
    pub client_id: ClientId,
    /// How secret it was.
    pub level: Level,
    /// Which groups of fields were shown.
    pub groups: Vec<Group>,
    /// The page or operation.
    pub place: String,
    /// The operation it was part of.
    pub operation_id: Uuid,
    /// The opening for a reason under which it was seen.
    pub glass_id: Option<Uuid>,
}

/// Writes readings of closed cards down, and who was found out of reach, in the name of who has read them. It is no change of the client and
/// leaves no entry in the journal.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NoteReads {
    /// They.
    pub lines: Vec<ReadLine>,
}

impl Note for NoteReads {
    fn join(&mut self, later: Self) -> Result<(), Self> {
        if self.lines.len() + later.lines.len() > LINES_MAX {
            return Err(later);
        }
        self.lines.extend(later.lines);
        Ok(())
    }
}

impl Command for NoteReads {
    const NAME: &'static str = "parties.note_reads";
    // whoever was shown something, by whatever right
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (now, me, channel) = (w.ctx.now, w.actor(), w.ctx.channel);
        let mut rows: Vec<Vec<Value>> = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let id: Uuid = w.new_id();
            let groups: Groups = line.groups.iter().copied().collect();
            let words: Vec<&str> = groups.list().into_iter().map(Group::key).collect();
            let place: String = line.place.chars().take(200).collect();
            rows.push(vec![
                id.into(),
                line.client_id.into(),
                me.into(),
                now.into(),
                line.level.key().into(),
                words.join(" ").into(),
                place.into(),
                channel.into(),
                line.operation_id.into(),
                line.glass_id.into(),
            ]);
        }
        let head = "insert into read_log (id, client_id, staff_id, at, level, groups, place, channel, \
                    operation_id, glass_id) values";
        w.insert_many(head, &rows, "").await?;
        match me {
            Some(me) => tell_of_many(w, me, now).await,
            None => Ok(()),
        }
    }
}

/// Tells the officers, once a day, of a person who reads unusually many closed cards that are not his own, or finds unusually many
/// people out of his reach.
async fn tell_of_many(w: &mut Work<'_>, me: UserId, now: Timestamp) -> Result<(), Error> {
    let sql = format!(
        "select count(distinct l.client_id) from read_log l join client c on c.id = l.client_id \
         where l.staff_id = $1 and l.at > $2 and (c.manager_id is null or c.manager_id <> $1) \
         and l.groups <> 'service' and l.groups <> '' and {NOT_MERGED}"
    );
    let cards: i64 = match w.first(&sql, params![me, now.plus_days(-1)]).await? {
        Some(row) => row.one()?,
        None => 0,
    };
    if cards < UNUSUAL_CARDS {
        return Ok(());
    }
    let day = now.micros().div_euclid(86_400_000_000);
    let cause = Uuid::from_u128(me.uuid().as_u128() ^ u128::from(day.unsigned_abs()));
    let who = w.ctx.principal.name.clone();
    let payload = json!({
        "kind": "many-cards-read", "args": { "who": who, "n": cards },
        "href": format!("/admin/read-log?staff={me}")
    });
    for officer in officers(w).await? {
        w.send_for(cause, "notice", &officer.to_string(), &payload).await?;
    }
    Ok(())
}
