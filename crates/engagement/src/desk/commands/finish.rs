//! The end of a visit: what was done, what was left out of the scripts and why, and the contact it becomes.

use kernel::{ClientId, InteractionId, Refusal, Refusals, VisitId, limits};
use serde::{Deserialize, Serialize};
use spine::{Command, Error, OwnChange, Work};
use store::params;

use super::recognise::here;
use super::steps::{LeftOut, check_left_out, check_open, leave_out};
use super::visit::step;
use super::{SERVE, check_lengths, served};
use crate::desk::model::VisitState;
use crate::desk::queries::{self, VisitRow};
use crate::interaction::commands::{Entry, insert};
use crate::interaction::model::{Channel, Checked, Direction, RESULTS, Spoken};
use crate::task::commands::{note_contact, refresh_held_step};

/// The visitor was served: the visit becomes a contact with him, when the bank knows who he is.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FinishVisit {
    /// Which visit.
    pub visit_id: VisitId,
    /// Result word, as of contacts.
    pub result: String,
    /// What was done, in words; may be empty.
    #[serde(default)]
    pub note: String,
    /// The steps of the theme's scripts that were not done; each step is ticked or stands here.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// Why they were left out; required when there are any.
    #[serde(default)]
    pub left_out_reason: String,
}

impl FinishVisit {
    /// What can be checked without the database.
    pub(crate) fn check(&self, refusals: &mut Refusals) {
        if self.result.is_empty() {
            refusals.push(Refusal::field("required", "result"));
        } else if !RESULTS.contains(&self.result.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "result"));
        }
        check_lengths(&[(&self.note, "note", limits::BODY_CHARS_MAX)], refusals);
        check_left_out(&self.left_out, self.left_out_reason.trim(), refusals);
    }
}

impl Command for FinishVisit {
    const NAME: &'static str = "engagement.finish_visit";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = Option<InteractionId>;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Option<InteractionId>, Error> {
        let visit = served(w, self.visit_id).await?;
        let mut refusals = Refusals::default();
        self.check(&mut refusals);
        // elsewhere other versions of the scripts may be in force: work that was done is not refused for that
        if w.ctx.origin.is_none() && visit.state == VisitState::Serving {
            check_open(w, &visit, &self.left_out, &mut refusals).await?;
        }
        refusals.into_result()?;
        let now = w.ctx.now;
        let place = (visit.clerk_id.or(w.actor()), visit.called_at, Some(now));
        step(w, &visit, VisitState::Done, place).await?;
        leave_out(w, &visit, &self.left_out, self.left_out_reason.trim()).await?;
        let contact = match visit.client_id {
            Some(client) => self.contact(w, &visit, client).await?,
            None => None,
        };
        let sql = "update visit set result = $2, note = $3, interaction_id = $4 where id = $1";
        w.execute(sql, params![visit.id, &self.result, self.note.trim(), contact]).await?;
        Ok(contact)
    }
}

impl FinishVisit {
    /// The contact a visit ends as; none where there is no copy of the client: the centre, which does it again, has one.
    async fn contact(
        &self,
        w: &mut Work<'_>,
        visit: &VisitRow,
        client: ClientId,
    ) -> Result<Option<InteractionId>, Error> {
        let Some(client) = here(w, client).await? else { return Ok(None) };
        let theme = match visit.theme_id {
            Some(theme) => queries::theme(w, theme).await?,
            None => None,
        };
        let (subject, topic) = theme.map(|t| (t.name, t.topic)).unwrap_or_default();
        let topic = if topic.is_empty() { "other".to_owned() } else { topic };
        let now = w.ctx.now;
        let called = visit.called_at.unwrap_or(now);
        let (channel, direction) = (Channel::Branch, Direction::In);
        let entry = Entry {
            spoken: Spoken {
                channel: channel.key(),
                direction: direction.key(),
                topic: &topic,
                subject: &subject,
                body: &self.note,
                result: &self.result,
            },
            checked: Checked { channel, direction },
            at: visit.arrived_at,
            waiting_seconds: Some(called.seconds_since(visit.arrived_at).max(0)),
            handling_seconds: Some(now.seconds_since(called).max(0)),
            corrects_id: None,
            source: ("", ""),
            own: OwnChange::default(),
        };
        let id = insert(w, &client, &entry).await?;
        note_contact(w, client.id, visit.arrived_at).await?;
        refresh_held_step(w, client.id).await?;
        Ok(Some(id))
    }
}
