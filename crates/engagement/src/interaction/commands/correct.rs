//! Correcting what was written: by a new row, never by changing the old one.

use kernel::{InteractionId, Refusals};
use serde::{Deserialize, Serialize};
use spine::secrecy::{Act, Group};
use spine::{Command, Error, Work};

use super::log::{Entry, insert};
use crate::interaction::model::{self, Spoken};
use crate::interaction::queries;
use crate::queries::client_ref;

/// Writes a contact anew; the old text stays on the timeline, struck out.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CorrectInteraction {
    /// What was wrong.
    pub interaction_id: InteractionId,
    /// Topic word or empty.
    pub topic: String,
    /// One line.
    pub subject: String,
    /// What was said.
    pub body: String,
    /// Result word or empty.
    pub result: String,
}

impl Command for CorrectInteraction {
    const NAME: &'static str = "engagement.correct_interaction";
    const PERMISSION: &'static str = "interaction.log";
    type Output = InteractionId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<InteractionId, Error> {
        let old = queries::interaction(w, self.interaction_id).await?.ok_or(Error::NotFound)?;
        let client = client_ref::get(w, old.client_id).await?;
        w.ctx.principal.require_over("interaction.log", client.owner())?;
        if !w.ctx.principal.allows(Act::Read(Group::History), client.owner()) {
            return Err(Error::NotFound);
        }
        if queries::is_corrected(w, old.id).await? {
            return Err(Error::refused("interaction-corrected"));
        }
        let spoken = Spoken {
            channel: old.channel.key(),
            direction: old.direction.key(),
            topic: &self.topic,
            subject: &self.subject,
            body: &self.body,
            result: &self.result,
        };
        let mut refusals = Refusals::default();
        let checked = model::check(&spoken, &mut refusals);
        refusals.into_result()?;
        let same = old.topic == self.topic
            && old.subject == self.subject.trim()
            && old.body == self.body.trim()
            && old.result == self.result;
        if same {
            return Err(Error::refused("interaction-unchanged"));
        }
        let entry = Entry {
            spoken,
            checked: checked.ok_or(Error::NotFound)?,
            at: old.at,
            waiting_seconds: old.waiting_seconds,
            handling_seconds: old.handling_seconds,
            corrects_id: Some(old.id),
            source: ("", ""),
        };
        insert(w, &client, &entry).await
    }
}
