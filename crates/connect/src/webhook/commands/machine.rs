//! The machine's side: putting deliveries in, taking those that are due, noting how they went. None of it is
//! an entry of the journal: it would be told of in turn.

use kernel::limits::{
    WEBHOOK_BATCH, WEBHOOK_FORGET_BATCH, WEBHOOK_KEPT_DAYS, WEBHOOK_LEASE_SECONDS,
};
use kernel::{DeliveryId, WebhookId};
use serde::{Deserialize, Serialize};
use spine::{Command, Error, Work};
use store::{Read, Value, params};

use super::super::model::{Outcome, outcome};

/// A delivery to put in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewDelivery {
    /// To whom.
    pub webhook_id: WebhookId,
    /// The entry's position in the journal.
    pub position: i64,
    /// Its command.
    pub event: String,
    /// What is told.
    pub payload: String,
}

/// Puts deliveries in, each once for its subscription and entry.
#[derive(Debug, Serialize, Deserialize)]
pub struct EnqueueDeliveries {
    /// They.
    pub deliveries: Vec<NewDelivery>,
}

impl Command for EnqueueDeliveries {
    const NAME: &'static str = "connect.enqueue_deliveries";
    const PERMISSION: &'static str = "system";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let now = w.ctx.now;
        let rows: Vec<Vec<Value>> = self
            .deliveries
            .iter()
            .map(|d| {
                vec![
                    w.new_id::<DeliveryId>().into(),
                    d.webhook_id.into(),
                    d.position.into(),
                    d.event.as_str().into(),
                    d.payload.as_str().into(),
                    "ready".into(),
                    now.into(),
                    now.into(),
                ]
            })
            .collect();
        Ok(w.insert_many(
            "insert into webhook_delivery (id, webhook_id, position, event, payload, state, run_at, \
             created_at) values ",
            &rows,
            "on conflict (webhook_id, position) do nothing",
        )
        .await?)
    }
}

/// Takes deliveries that are due: nobody else takes them until the lease has run out.
#[derive(Debug, Serialize, Deserialize)]
pub struct ClaimDeliveries {}

impl Command for ClaimDeliveries {
    const NAME: &'static str = "connect.claim_deliveries";
    const PERMISSION: &'static str = "system";
    type Output = Vec<DeliveryId>;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Vec<DeliveryId>, Error> {
        let now = w.ctx.now;
        let sql = format!(
            "select d.id from webhook_delivery d where d.state = 'ready' and d.run_at <= $1 \
             and exists (select 1 from webhook h where h.id = d.webhook_id and h.active = 1) \
             order by d.run_at limit $2{}",
            w.dialect().skip_locked()
        );
        let rows = w.query(&sql, params![now, WEBHOOK_BATCH]).await?;
        let ids: Vec<DeliveryId> =
            rows.into_iter().map(store::Row::one).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(ids);
        }
        let mut values: Vec<Value> = vec![now.plus_seconds(WEBHOOK_LEASE_SECONDS).into()];
        values.extend(ids.iter().map(|id| Value::from(*id)));
        let places: Vec<String> = (2..=values.len()).map(|n| format!("${n}")).collect();
        let sql =
            format!("update webhook_delivery set run_at = $1 where id in ({})", places.join(", "));
        w.execute(&sql, &values).await?;
        Ok(ids)
    }
}

/// How a try went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tried {
    /// Which.
    pub delivery_id: DeliveryId,
    /// Tries before this one.
    pub attempts: i64,
    /// The receiver's status, if it answered.
    pub status: Option<i64>,
    /// Why it did not get there, a stable word.
    pub error: Option<String>,
}

/// Notes how tries went.
#[derive(Debug, Serialize, Deserialize)]
pub struct SettleDeliveries {
    /// They.
    pub tried: Vec<Tried>,
}

impl Command for SettleDeliveries {
    const NAME: &'static str = "connect.settle_deliveries";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let now = w.ctx.now;
        for one in &self.tried {
            let attempts = one.attempts.saturating_add(1);
            let mut chance = [0_u8];
            w.ctx.entropy.fill(&mut chance);
            let [chance] = chance;
            let is_sent = one.status.is_some_and(|status| (200..300).contains(&status));
            let (state, run_at) = match outcome(is_sent, attempts, chance) {
                Outcome::Sent => ("sent", now),
                Outcome::Again(pause) => ("ready", now.plus_seconds(pause)),
                Outcome::Dead => ("dead", now),
            };
            w.execute(
                "update webhook_delivery set state = $2, run_at = $3, attempts = $4, \
                 last_status = $5, last_error = $6, sent_at = $7 where id = $1",
                params![
                    one.delivery_id,
                    state,
                    run_at,
                    attempts,
                    one.status,
                    one.error.as_deref(),
                    is_sent.then_some(now)
                ],
            )
            .await?;
        }
        Ok(())
    }
}

/// Forgets deliveries that ended long ago; answers how many.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetDeliveries {}

impl Command for ForgetDeliveries {
    const NAME: &'static str = "connect.forget_deliveries";
    const PERMISSION: &'static str = "system";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let before = w.ctx.now.plus_days(-WEBHOOK_KEPT_DAYS);
        // the journal's reader is days further on: none of them can be put in again
        let sql = "delete from webhook_delivery where id in (select id from webhook_delivery \
                   where state <> 'ready' and run_at < $1 order by run_at limit $2)";
        Ok(w.execute(sql, params![before, WEBHOOK_FORGET_BATCH]).await?)
    }
}
