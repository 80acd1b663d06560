//! Logging a contact, with the next step agreed in it.

use std::collections::BTreeMap;

use kernel::{BranchId, ClientId, InteractionId, Refusal, Refusals, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, FieldEdit, OwnChange, OwnValues, Typed, Work};
use store::params;

use super::own::INTERACTION;
use crate::interaction::model::{self, Channel, Checked, Direction, Spoken};
use crate::queries::client_ref::{self, ClientRef};
use crate::task::commands::{
    NewTask, check_task, hold_step, insert_task, note_contact, refresh_held_step,
};
use crate::words;

/// Longest time a contact may take (seconds): a day.
const SECONDS_MAX: i64 = 86_400;

/// Writes a contact down: a call, visit, meeting, letter, message…
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LogInteraction {
    /// With whom.
    pub client_id: ClientId,
    /// Channel word, see [`Channel`].
    pub channel: String,
    /// Direction word, see [`Direction`].
    pub direction: String,
    /// Topic word or empty.
    #[serde(default)]
    pub topic: String,
    /// One line.
    #[serde(default)]
    pub subject: String,
    /// What was said.
    #[serde(default)]
    pub body: String,
    /// Result word or empty.
    #[serde(default)]
    pub result: String,
    /// When; now when not given.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// How long the client waited (seconds).
    #[serde(default)]
    pub waiting_seconds: Option<i64>,
    /// How long it took (seconds).
    #[serde(default)]
    pub handling_seconds: Option<i64>,
    /// What was agreed to be done next.
    #[serde(default)]
    pub next: Option<NewTask>,
    /// The system it came from; empty for people.
    #[serde(default)]
    pub source: String,
    /// Its identity there.
    #[serde(default)]
    pub external_id: String,
    /// Fields the bank has added, by key, as typed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

/// What came of logging a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Logged {
    /// The contact.
    pub id: InteractionId,
    /// The next step, when one was agreed.
    pub task_id: Option<TaskId>,
    /// Whether the client has a dated next step now.
    pub has_next_step: bool,
}

impl LogInteraction {
    /// Everything about it that can be checked without the database; the form asks it too, so that
    /// all mistakes are shown at once.
    pub(crate) fn check(&self, now: Timestamp, refusals: &mut Refusals) -> Option<Checked> {
        let checked = model::check(&self.spoken(), refusals);
        model::check_instant(self.at.unwrap_or(now), now, refusals);
        for seconds in [self.waiting_seconds, self.handling_seconds].into_iter().flatten() {
            if !(0..=SECONDS_MAX).contains(&seconds) {
                refusals.push(Refusal::field("interaction-duration", "minutes"));
            }
        }
        if let Some(next) = &self.next {
            check_task(next, "next_", refusals);
        }
        checked
    }

    fn spoken(&self) -> Spoken<'_> {
        Spoken {
            channel: &self.channel,
            direction: &self.direction,
            topic: &self.topic,
            subject: &self.subject,
            body: &self.body,
            result: &self.result,
        }
    }
}

impl Command for LogInteraction {
    const NAME: &'static str = "engagement.log_interaction";
    const PERMISSION: &'static str = "interaction.log";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = Logged;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Logged, Error> {
        let client = client_ref::get(w, self.client_id).await?;
        w.ctx.principal.require_over("interaction.log", client.owner())?;
        let mut refusals = Refusals::default();
        let checked = self.check(w.ctx.now, &mut refusals);
        let at = self.at.unwrap_or(w.ctx.now);
        if self.next.is_some() {
            w.ctx.principal.require_over("task.write", client.owner())?;
        }
        let edits = FieldEdit::over(&OwnValues::default(), &self.custom);
        let own = own_of(w, None, &edits, &mut refusals).await?;
        refusals.into_result()?;
        let checked = checked.ok_or(Error::NotFound)?;
        let entry = Entry {
            spoken: self.spoken(),
            checked,
            at,
            waiting_seconds: self.waiting_seconds,
            handling_seconds: self.handling_seconds,
            corrects_id: None,
            source: (&self.source, &self.external_id),
            own,
        };
        let id = insert(w, &client, &entry).await?;
        match checked.channel.is_contact() {
            true => note_contact(w, client.id, at).await?,
            false => hold_step(w, client.id).await?,
        }
        let task_id = match &self.next {
            Some(next) => Some(insert_task(w, &client, next, id).await?),
            None => None,
        };
        let has_next_step = refresh_held_step(w, client.id).await?;
        Ok(Logged { id, task_id, has_next_step })
    }
}

/// Something worth keeping about a client.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddNote {
    /// About whom.
    pub client_id: ClientId,
    /// The text.
    pub body: String,
}

impl Command for AddNote {
    const NAME: &'static str = "engagement.add_note";
    const PERMISSION: &'static str = "interaction.log";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = InteractionId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<InteractionId, Error> {
        let client = client_ref::get(w, self.client_id).await?;
        w.ctx.principal.require_over("interaction.log", client.owner())?;
        let (channel, direction) = (Channel::Note, Direction::None);
        let spoken = Spoken {
            channel: channel.key(),
            direction: direction.key(),
            body: &self.body,
            ..Spoken::default()
        };
        let mut refusals = Refusals::default();
        model::check(&spoken, &mut refusals);
        refusals.into_result()?;
        let entry = Entry {
            spoken,
            checked: Checked { channel, direction },
            at: w.ctx.now,
            waiting_seconds: None,
            handling_seconds: None,
            corrects_id: None,
            source: ("", ""),
            own: OwnChange::default(),
        };
        insert(w, &client, &entry).await
    }
}

/// A row about to be written.
pub(crate) struct Entry<'a> {
    pub(crate) spoken: Spoken<'a>,
    pub(crate) checked: Checked,
    pub(crate) at: Timestamp,
    pub(crate) waiting_seconds: Option<i64>,
    pub(crate) handling_seconds: Option<i64>,
    pub(crate) corrects_id: Option<InteractionId>,
    pub(crate) source: (&'a str, &'a str),
    pub(crate) own: OwnChange,
}

/// What was typed for the own fields of a contact.
pub(super) async fn own_of(
    w: &mut Work<'_>,
    stored: Option<&OwnValues>,
    edits: &[FieldEdit],
    refusals: &mut Refusals,
) -> Result<OwnChange, Error> {
    w.own_values(Typed { object: INTERACTION.key, stored, edits, refusals }).await
}

/// What a row is found by: subject and body in their searching form.
pub(super) fn search_text(subject: &str, body: &str) -> String {
    words::normal(&format!("{subject} {body}"))
}

/// Adds a row; nothing ever changes one.
pub(crate) async fn insert(
    w: &mut Work<'_>,
    client: &ClientRef,
    entry: &Entry<'_>,
) -> Result<InteractionId, Error> {
    let id: InteractionId = w.new_id();
    let (now, author) = (w.ctx.now, w.actor());
    let branch: Option<BranchId> = w.ctx.principal.branch_id.or(client.branch_id);
    let (subject, body) = (entry.spoken.subject.trim(), entry.spoken.body.trim());
    w.execute(
        "insert into interaction (id, client_id, at, channel, direction, topic, subject, body, \
         text_norm, result, status, author_id, branch_id, waiting_seconds, handling_seconds, \
         corrects_id, source, external_id, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'done', $11, $12, $13, $14, $15, $16, \
         $17, $18)",
        params![
            id,
            client.id,
            entry.at,
            entry.checked.channel.key(),
            entry.checked.direction.key(),
            entry.spoken.topic,
            subject,
            body,
            search_text(subject, body),
            entry.spoken.result,
            author,
            branch,
            entry.waiting_seconds,
            entry.handling_seconds,
            entry.corrects_id,
            entry.source.0,
            entry.source.1,
            now
        ],
    )
    .await?;
    w.write_own(&INTERACTION, id, &entry.own).await?;
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let change = Change::new()
        .set("channel", entry.checked.channel.key())
        .set("at", entry.at.micros())
        .set("topic", filled(entry.spoken.topic))
        .set("subject", filled(subject))
        .set("body", filled(body))
        .set("result", filled(entry.spoken.result))
        .set("corrects_id", entry.corrects_id.map(|c| c.to_string()));
    w.record("interaction", id, Some(client.id), entry.own.noted(change));
    Ok(id)
}
