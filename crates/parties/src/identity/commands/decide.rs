//! What people say about a pair.

use kernel::{ClientId, Refusal};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::{Read, params};

use crate::client::queries::owner;
use crate::identity::pair::{PairState, ordered};
use crate::identity::queries::is_known;

/// Longest reason (characters).
pub(crate) const WHY_CHARS_MAX: usize = 500;

/// Two clients are different people: no finder brings the pair back.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MarkNotSame {
    /// One.
    pub one_id: ClientId,
    /// The other.
    pub other_id: ClientId,
    /// How that is known.
    pub why: String,
}

impl Command for MarkNotSame {
    const NAME: &'static str = "parties.mark_not_same";
    const PERMISSION: &'static str = "client.edit";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let ids = ordered(self.one_id, self.other_id);
        let state = decidable(w, ids).await?;
        let why = reason(&self.why)?;
        if state == PairState::NotSame {
            return Err(Error::refused("pair-decided"));
        }
        let (now, actor) = (w.ctx.now, w.actor());
        w.execute(
            "update client_pair set state = 'not_same', decided_by = $3, decided_at = $4, \
             decided_why = $5 where a_id = $1 and b_id = $2",
            params![ids.0, ids.1, actor, now, &why],
        )
        .await?;
        record(w, ids, "open", "not_same", &why);
        Ok(())
    }
}

/// The question whether two clients are one is open again.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReopenPair {
    /// One.
    pub one_id: ClientId,
    /// The other.
    pub other_id: ClientId,
    /// Why.
    pub why: String,
}

impl Command for ReopenPair {
    const NAME: &'static str = "parties.reopen_pair";
    const PERMISSION: &'static str = "client.edit";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let ids = ordered(self.one_id, self.other_id);
        let state = decidable(w, ids).await?;
        let why = reason(&self.why)?;
        if state == PairState::Open {
            return Err(Error::refused("pair-decided"));
        }
        w.execute(
            "update client_pair set state = 'open', decided_by = null, decided_at = null, \
             decided_why = '' where a_id = $1 and b_id = $2",
            params![ids.0, ids.1],
        )
        .await?;
        record(w, ids, "not_same", "open", &why);
        Ok(())
    }
}

/// The state of a pair that the person may decide: he may change both clients.
async fn decidable(w: &mut Work<'_>, ids: (ClientId, ClientId)) -> Result<PairState, Error> {
    let ctx = w.ctx;
    // of two who decide at once, the second sees what the first said
    let lock = format!(
        "select state from client_pair where a_id = $1 and b_id = $2{}",
        w.dialect().for_update()
    );
    w.query(&lock, params![ids.0, ids.1]).await?;
    let state = is_known(w, ids).await?.ok_or(Error::NotFound)?;
    for id in [ids.0, ids.1] {
        let owner = owner(w, id).await?.ok_or(Error::NotFound)?;
        ctx.principal.require_over("client.edit", owner)?;
    }
    Ok(state)
}

fn reason(typed: &str) -> Result<String, Error> {
    let why = typed.trim();
    if why.is_empty() {
        return Err(Error::refused_field("required", "why"));
    }
    if why.chars().count() > WHY_CHARS_MAX {
        return Err(Refusal::field("too-long", "why").arg("max", WHY_CHARS_MAX).into());
    }
    Ok(why.to_owned())
}

/// Both clients' histories tell of it.
fn record(w: &mut Work<'_>, ids: (ClientId, ClientId), before: &str, after: &str, why: &str) {
    for (one, other) in [(ids.0, ids.1), (ids.1, ids.0)] {
        let change = Change::new()
            .field("state", before, after)
            .set("other_id", other.to_string())
            .set("why", why);
        w.record("client_pair", one, Some(one), change);
    }
}
