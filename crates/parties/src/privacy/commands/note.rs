//! Looking at personal data as a whole leaves a word in the journal.

use kernel::{ClientId, Refusal, limits};
use serde::{Deserialize, Serialize};
use spine::secrecy::Groups;
use spine::{Change, Command, Error, Work};

use crate::client::queries as clients;
use crate::privacy::queries;

fn checked(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::refused_field("required", "reason"));
    }
    if reason.chars().count() > limits::TEXT_CHARS_MAX {
        let max = limits::TEXT_CHARS_MAX;
        return Err(Refusal::field("too-long", "reason").arg("max", max).into());
    }
    Ok(reason)
}

/// A report of everything that is kept of a client was given out.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NoteReport {
    /// Whose.
    pub client_id: ClientId,
    /// Why: number of the request, or who asked for it.
    pub reason: String,
}

impl Command for NoteReport {
    const NAME: &'static str = "parties.note_report";
    const PERMISSION: &'static str = "privacy.report";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let ctx = w.ctx;
        let head = clients::head(w, &ctx.principal, self.client_id).await?;
        ctx.principal.require_over(Self::PERMISSION, head.owner())?;
        // the report holds every part of the card: whoever gives it out must see every part
        if ctx.principal.sees(head.owner()) != Groups::all() {
            return Err(Error::refused("data-report-hidden"));
        }
        let change = Change::new().set("reason", checked(&self.reason)?);
        w.record("data_report", self.client_id.uuid(), Some(self.client_id), change);
        Ok(())
    }
}

/// The archive of an erased client is opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenArchive {
    /// Whose.
    pub client_id: ClientId,
    /// Why: which body asks, by which paper.
    pub reason: String,
}

impl Command for OpenArchive {
    const NAME: &'static str = "parties.open_archive";
    const PERMISSION: &'static str = "privacy.archive";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let act = queries::act(w, self.client_id).await?.ok_or(Error::NotFound)?;
        let change = Change::new().set("number", act.number).set("reason", checked(&self.reason)?);
        w.record("erasure", self.client_id.uuid(), None, change);
        Ok(())
    }
}
