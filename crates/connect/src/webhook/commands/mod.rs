//! Subscriptions and their deliveries: what people decide, and what the machine does.

mod machine;

use kernel::limits::WEBHOOK_REPLAY_MAX;
use kernel::{DeliveryId, Refusal, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::{Read, params};

pub use machine::{
    ClaimDeliveries, EnqueueDeliveries, ForgetDeliveries, NewDelivery, SettleDeliveries, Tried,
};

use super::model::check;
use super::queries::secret_purpose;

/// The right to decide who is told.
pub(super) const RIGHT: &str = "admin.webhooks";

/// Tells another system from now on.
#[derive(Debug, Serialize, Deserialize)]
pub struct AddWebhook {
    /// What it is for.
    pub title: String,
    /// Where it listens.
    pub url: String,
    /// Entities and commands it is told of; none: everything.
    pub events: Vec<String>,
    /// The secret its messages are signed with.
    pub secret: String,
}

impl Command for AddWebhook {
    const NAME: &'static str = "connect.add_webhook";
    const PERMISSION: &'static str = RIGHT;
    type Output = WebhookId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<WebhookId, Error> {
        check(&self.title, &self.url, &self.events)?;
        let id: WebhookId = w.new_id();
        let (now, me) = (w.ctx.now, w.actor());
        let (title, url) = (self.title.trim(), self.url.trim());
        let events = serde_json::to_string(&self.events)?;
        let secret = w.seal(&secret_purpose(id), &self.secret).await?;
        w.execute(
            "insert into webhook (id, title, url, events, secret, created_by, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7)",
            params![id, title, url, &events, secret, me, now],
        )
        .await?;
        let change = Change::new().set("title", title).set("url", url).set("events", events);
        w.record("webhook", id, None, change);
        Ok(id)
    }
}

/// Changes what a subscription says; its secret stays.
#[derive(Debug, Serialize, Deserialize)]
pub struct EditWebhook {
    /// Which.
    pub webhook_id: WebhookId,
    /// The version the form showed; a newer one refuses the change.
    pub version: i64,
    /// What it is for.
    pub title: String,
    /// Where it listens.
    pub url: String,
    /// Entities and commands it is told of; none: everything.
    pub events: Vec<String>,
}

impl Command for EditWebhook {
    const NAME: &'static str = "connect.edit_webhook";
    const PERMISSION: &'static str = RIGHT;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        check(&self.title, &self.url, &self.events)?;
        let sql = format!(
            "select title, url, events, version from webhook where id = $1{}",
            w.dialect().for_update()
        );
        let row = w.first(&sql, params![self.webhook_id]).await?.ok_or(Error::NotFound)?;
        let mut c = row.cols();
        let (title, url, events): (String, String, String) = (c.take()?, c.take()?, c.take()?);
        if c.take::<i64>()? != self.version {
            return Err(Error::refused("webhook-changed"));
        }
        let new_events = serde_json::to_string(&self.events)?;
        let change = Change::new()
            .field("title", title, self.title.trim())
            .field("url", url, self.url.trim())
            .field("events", events, new_events.as_str());
        if change.is_empty() {
            return Ok(());
        }
        w.execute(
            "update webhook set title = $2, url = $3, events = $4, version = version + 1 \
             where id = $1",
            params![self.webhook_id, self.title.trim(), self.url.trim(), &new_events],
        )
        .await?;
        w.record("webhook", self.webhook_id, None, change);
        Ok(())
    }
}

/// Turns a subscription off, or on again. What happens while it is off it is never told of.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetWebhookActive {
    /// Which.
    pub webhook_id: WebhookId,
    /// On.
    pub active: bool,
}

impl Command for SetWebhookActive {
    const NAME: &'static str = "connect.set_webhook_active";
    const PERMISSION: &'static str = RIGHT;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = format!("select active from webhook where id = $1{}", w.dialect().for_update());
        let row = w.first(&sql, params![self.webhook_id]).await?.ok_or(Error::NotFound)?;
        let before: bool = row.one()?;
        if before != self.active {
            w.execute(
                "update webhook set active = $2, version = version + 1 where id = $1",
                params![self.webhook_id, self.active],
            )
            .await?;
        }
        let change = Change::new().field("active", before, self.active);
        w.record("webhook", self.webhook_id, None, change);
        Ok(())
    }
}

/// Sends one delivery again, whatever became of it.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ResendDelivery {
    /// Which.
    pub delivery_id: DeliveryId,
}

impl Command for ResendDelivery {
    const NAME: &'static str = "connect.resend_delivery";
    const PERMISSION: &'static str = RIGHT;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let now = w.ctx.now;
        let sql = "select webhook_id from webhook_delivery where id = $1";
        let row = w.first(sql, params![self.delivery_id]).await?.ok_or(Error::NotFound)?;
        let webhook: WebhookId = row.one()?;
        w.execute(
            "update webhook_delivery set state = 'ready', attempts = 0, run_at = $2 where id = $1",
            params![self.delivery_id, now],
        )
        .await?;
        let change = Change::new().set("resent", self.delivery_id.to_string());
        w.record("webhook", webhook, None, change);
        Ok(())
    }
}

/// Sends everything a subscription was told of since an instant once more.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReplayWebhook {
    /// Which.
    pub webhook_id: WebhookId,
    /// From when on.
    pub since: Timestamp,
}

impl Command for ReplayWebhook {
    const NAME: &'static str = "connect.replay_webhook";
    const PERMISSION: &'static str = RIGHT;
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let now = w.ctx.now;
        w.first("select id from webhook where id = $1", params![self.webhook_id])
            .await?
            .ok_or(Error::NotFound)?;
        let sent = w
            .execute(
                "update webhook_delivery set state = 'ready', attempts = 0, run_at = $3 \
                 where webhook_id = $1 and created_at >= $2",
                params![self.webhook_id, self.since, now],
            )
            .await?;
        if sent > WEBHOOK_REPLAY_MAX {
            let max = WEBHOOK_REPLAY_MAX;
            return Err(Refusal::field("webhook-replay-many", "since").arg("max", max).into());
        }
        let change =
            Change::new().set("replayed_since", self.since.to_string()).set("replayed", sent);
        w.record("webhook", self.webhook_id, None, change);
        Ok(sent)
    }
}
