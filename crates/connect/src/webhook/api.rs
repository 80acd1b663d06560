//! Webhooks in the API.

use kernel::{DeliveryId, Timestamp, UserId, WebhookId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Command, Error};
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{
    AddWebhook, EditWebhook, RIGHT, ReplayWebhook, ResendDelivery, SetWebhookActive,
};
use super::model::new_secret;
use super::queries::{self, Delivery, Webhook};

pub(crate) fn api(api: Api) -> Api {
    let post = Method::Post;
    api.tag("webhooks")
        .with(
            Operation::list("/webhooks", "list_webhooks", RIGHT, list)
                .about("Subscriptions, newest first"),
        )
        .with(
            Operation::write(post, "/webhooks", "add_webhook", RIGHT, add)
                .about("Tells another system from now on; the secret is in this answer only")
                .runs(&[AddWebhook::NAME])
                .replies::<NewSubscription>()
                .example(json!({
                    "title": "ERP", "url": "https://erp.bank.example/tessera",
                    "events": ["client", "engagement.close_task"]
                })),
        )
        .with(Operation::one("/webhooks/{webhook_id}", "get_webhook", RIGHT, get).about("One"))
        .with(
            Operation::write(Method::Put, "/webhooks/{webhook_id}", "edit_webhook", RIGHT, edit)
                .about("Changes a subscription; its secret stays")
                .runs(&[EditWebhook::NAME])
                .matching(),
        )
        .with(Operation::command::<SetWebhookActive>(
            post,
            "/webhooks/{webhook_id}/active",
            "set_webhook_active",
        ))
        .with(
            Operation::list(
                "/webhooks/{webhook_id}/deliveries",
                "list_deliveries",
                RIGHT,
                deliveries,
            )
            .about("Deliveries of a subscription, newest first"),
        )
        .with(Operation::answer::<ReplayWebhook>("/webhooks/{webhook_id}/replay", "replay_webhook"))
        .with(Operation::command::<ResendDelivery>(
            post,
            "/deliveries/{delivery_id}/resend",
            "resend_delivery",
        ))
}

/// A subscription.
#[derive(Debug, Serialize, JsonSchema)]
struct WebhookView {
    /// Identity.
    id: WebhookId,
    /// What it is for.
    title: String,
    /// Where it listens.
    url: String,
    /// Entities and commands it is told of; none: everything.
    events: Vec<String>,
    /// On.
    active: bool,
    /// Counts changes.
    version: i64,
    /// Who made it.
    created_by: Option<UserId>,
    /// When.
    created_at: Timestamp,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        let Webhook { id, title, url, events, active, version, created_by, created_at } = webhook;
        Self { id, title, url, events, active, version, created_by, created_at }
    }
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<WebhookView>, Problem> {
    let before = query.place::<Timestamp>()?.unwrap_or(Timestamp::from_micros(i64::MAX));
    let rows = queries::list(&mut call.cx.db, before, query.limit_and_one()).await;
    let page = Listing::cut(rows.map_err(Error::from)?, query.limit(), |row| row.created_at)?;
    Ok(page.map(WebhookView::from))
}

/// What a subscription says.
#[derive(Debug, Deserialize, JsonSchema)]
struct WebhookFields {
    /// What it is for.
    title: String,
    /// Where it listens: `https`.
    url: String,
    /// Entities (`client`) and commands (`engagement.close_task`) it is told of; none: everything.
    events: Vec<String>,
}

/// A new subscription.
#[derive(Debug, Serialize, JsonSchema)]
struct NewSubscription {
    /// Identity.
    id: WebhookId,
    /// The secret its messages are signed with; null in the answer to a repeat.
    secret: Option<String>,
}

async fn add(mut call: Call, fields: WebhookFields) -> Result<Answer, Problem> {
    let is_repeat = call.is_repeat().await?;
    let secret = new_secret(call.cx.ctx.entropy.as_ref());
    let WebhookFields { title, url, events } = fields;
    let command = AddWebhook { title, url, events, secret: secret.clone() };
    let id = call.run(&command).await?;
    Ok(Answer::json(&NewSubscription { id, secret: (!is_repeat).then_some(secret) })?)
}

async fn stored(call: &mut Call) -> Result<WebhookView, Problem> {
    let id: WebhookId = call.id("webhook_id")?;
    let found = queries::get(&mut call.cx.db, id).await.map_err(Error::from)?;
    Ok(found.ok_or(Error::NotFound)?.into())
}

async fn get(mut call: Call, _: NoQuery) -> Result<WebhookView, Problem> {
    stored(&mut call).await
}

async fn edit(mut call: Call, fields: WebhookFields) -> Result<Answer, Problem> {
    let seen = stored(&mut call).await?;
    call.must_match(&seen).await?;
    let WebhookFields { title, url, events } = fields;
    let command = EditWebhook { webhook_id: seen.id, version: seen.version, title, url, events };
    call.run(&command).await?;
    Ok(Answer::done())
}

/// A delivery.
#[derive(Debug, Serialize, JsonSchema)]
struct DeliveryView {
    /// Identity; also the `webhook-id` the receiver gets.
    id: DeliveryId,
    /// The entry's position in the journal.
    position: i64,
    /// Its command.
    event: String,
    /// `ready`, `sent` or `dead`.
    state: String,
    /// Next try.
    run_at: Timestamp,
    /// Tries so far.
    attempts: i64,
    /// What the receiver said last.
    last_status: Option<i64>,
    /// Why the last try did not get there.
    last_error: Option<String>,
    /// When it was put in.
    created_at: Timestamp,
    /// When the receiver had it.
    sent_at: Option<Timestamp>,
}

async fn deliveries(mut call: Call, query: ListQuery) -> Result<Listing<DeliveryView>, Problem> {
    let id = stored(&mut call).await?.id;
    let below = query.place::<(Timestamp, DeliveryId)>()?;
    let rows = queries::deliveries(&mut call.cx.db, id, below, query.limit_and_one()).await;
    let place = |row: &Delivery| (row.created_at, row.id);
    let page = Listing::cut(rows.map_err(Error::from)?, query.limit(), place)?;
    Ok(page.map(|row| DeliveryView {
        id: row.id,
        position: row.position,
        event: row.event,
        state: row.state,
        run_at: row.run_at,
        attempts: row.attempts,
        last_status: row.last_status,
        last_error: row.last_error,
        created_at: row.created_at,
        sent_at: row.sent_at,
    }))
}
