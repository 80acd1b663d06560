//! What becomes of a command the centre has refused.

use kernel::CommandId;
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::{Read, Row, params};

use super::queries;

/// Characters of a note at most.
pub(crate) const NOTE_CHARS_MAX: usize = 500;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// What stands at the centre stays.
    Keep,
    /// It was done again, by who decided.
    Again,
}

impl Verdict {
    /// The state it leaves the refusal in.
    pub(crate) const fn state(self) -> &'static str {
        match self {
            Verdict::Keep => "kept",
            Verdict::Again => "again",
        }
    }
}

/// Closes a refusal. With [`Verdict::Again`] the command has been done by then.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DecideRefusal {
    /// The command that was refused.
    pub(crate) refusal_id: CommandId,
    /// What was decided.
    pub(crate) verdict: Verdict,
    /// Why; keeping the centre's needs words.
    #[serde(default)]
    pub(crate) note: String,
}

impl Command for DecideRefusal {
    const NAME: &'static str = "branch.decide_refusal";
    const PERMISSION: &'static str = queries::PERMISSION;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let principal = std::sync::Arc::clone(&w.ctx.principal);
        let (refused, _) = queries::visible(w, &principal, self.refusal_id).await?;
        let note = self.note.trim();
        check_note(self.verdict, note)?;
        let sql = "update branch_refusal set state = $2, decided_at = $3, decided_by = $4, note = $5 \
                   where id = $1 and state = 'open'";
        let state = self.verdict.state();
        let row = params![self.refusal_id, state, w.ctx.now, w.actor(), note];
        if w.execute(sql, row).await? == 0 {
            return Err(Error::refused("branch-refusal-decided"));
        }
        // of an erased client nothing more is written
        let sql = "select 1 from data_key where owner_id = $1 and destroyed_at is null and closed_at is null";
        let client = match refused.client_id {
            Some(client) => {
                w.first(sql, params![client]).await?.map(Row::one::<i64>).transpose()?
            }
            None => None,
        };
        let client = refused.client_id.filter(|_| client.is_some());
        let change = Change::new().field("state", "open", state).set("command", refused.command);
        w.record("branch_refusal", self.refusal_id.uuid(), client, change);
        Ok(())
    }
}

/// Whether a note is as it must be; asked before a command is done again.
///
/// # Errors
/// Refusals of the field `note`.
pub(crate) fn check_note(verdict: Verdict, note: &str) -> Result<(), Error> {
    let note = note.trim();
    if verdict == Verdict::Keep && note.is_empty() {
        return Err(Error::refused_field("required", "note"));
    }
    if note.chars().count() > NOTE_CHARS_MAX {
        let refusal = kernel::Refusal::field("too-long", "note").arg("max", NOTE_CHARS_MAX);
        return Err(refusal.into());
    }
    Ok(())
}
