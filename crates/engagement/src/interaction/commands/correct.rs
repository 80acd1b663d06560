//! Correcting what was written: by a new row, never by changing the old one.

use std::collections::BTreeMap;

use kernel::{InteractionId, Refusals};
use serde::{Deserialize, Serialize};
use spine::secrecy::{Act, Group};
use spine::{Command, Error, FieldEdit, OwnChange, OwnValues, Work};

use super::log::{Entry, insert, own_of};
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
    /// Fields the bank has added, by key, as typed; those that are not named stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

impl Command for CorrectInteraction {
    const NAME: &'static str = "engagement.correct_interaction";
    const PERMISSION: &'static str = "interaction.log";
    const OFFLINE: spine::Offline = spine::Offline::Free;
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
        let edits = FieldEdit::over(&old.custom, &self.custom);
        let own = own_of(w, Some(&old.custom), &edits, &mut refusals).await?;
        refusals.into_result()?;
        let same = old.topic == self.topic
            && old.subject == self.subject.trim()
            && old.body == self.body.trim()
            && old.result == self.result
            && own.changed.is_empty();
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
            own: carried(&old.custom, own),
        };
        insert(w, &client, &entry).await
    }
}

/// The new row has every value of the old one that was not changed, and all of them are new in it.
fn carried(old: &OwnValues, own: OwnChange) -> OwnChange {
    let mut changed = own.changed;
    for key in old.0.keys() {
        if !changed.iter().any(|(one, _)| one == key) {
            changed.push((key.clone(), None));
        }
    }
    OwnChange { changed, ..own }
}
