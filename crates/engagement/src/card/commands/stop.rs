//! A card is taken no more.

use kernel::{Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Offline, Work};
use store::params;
use uuid::Uuid;

use super::{STOP, held};
use crate::card::model::{CardState, STOP_REASONS_TOLD};
use crate::card::queries::CardRow;

/// Stops a card: here at once, at every other desk when it hears of it.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StopCard {
    /// Which.
    pub card_id: Uuid,
    /// Why: `lost`, `stolen`, `broken`, `closed`.
    pub reason: String,
}

impl Command for StopCard {
    const NAME: &'static str = "engagement.stop_smart_card";
    const PERMISSION: &'static str = STOP;
    const OFFLINE: Offline = Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (card, _) = held(w, self.card_id, STOP).await?;
        let mut refusals = Refusals::default();
        if !STOP_REASONS_TOLD.contains(&self.reason.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "reason"));
        }
        refusals.into_result()?;
        stop(w, &card, &self.reason).await
    }
}

/// Stops it; one that is stopped stays so, for the first reason.
pub(super) async fn stop(w: &mut Work<'_>, card: &CardRow, reason: &str) -> Result<(), Error> {
    if card.state == CardState::Stopped {
        return Ok(());
    }
    let now = w.ctx.now;
    let sql =
        "update smart_card set state = 'stopped', stopped_at = $2, stop_reason = $3 where id = $1";
    w.execute(sql, params![card.id, now, reason]).await?;
    let sql =
        "insert into smart_card_stop (number, at) values ($1, $2) on conflict (number) do nothing";
    w.execute(sql, params![card.number.as_str(), now]).await?;
    let change = Change::new()
        .field("state", card.state.key(), CardState::Stopped.key())
        .set("stop_reason", reason);
    w.record("smart_card", card.id, Some(card.client_id), change);
    Ok(())
}
