//! Reading subscriptions and deliveries.

use kernel::{DeliveryId, Timestamp, UserId, WebhookId};
use store::{Read, Row, StoreError, Value, keys, params};

/// A subscription; its secret is not part of it.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Identity.
    pub id: WebhookId,
    /// What it is for.
    pub title: String,
    /// Where it listens.
    pub url: String,
    /// Entities and commands it is told of; none: everything.
    pub events: Vec<String>,
    /// On.
    pub active: bool,
    /// Counts changes.
    pub version: i64,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, title, url, events, active, version, created_by, created_at";

fn webhook(row: Row) -> Result<Webhook, StoreError> {
    let mut c = row.cols();
    Ok(Webhook {
        id: c.take()?,
        title: c.take()?,
        url: c.take()?,
        events: serde_json::from_str(&c.take::<String>()?).unwrap_or_default(),
        active: c.take()?,
        version: c.take()?,
        created_by: c.take()?,
        created_at: c.take()?,
    })
}

/// One subscription.
///
/// # Errors
/// The database's.
pub async fn get<R: Read>(db: &mut R, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
    let sql = format!("select {COLUMNS} from webhook where id = $1");
    db.first(&sql, params![id]).await?.map(webhook).transpose()
}

/// The newest subscriptions made before an instant.
///
/// # Errors
/// The database's.
pub async fn list<R: Read>(
    db: &mut R,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Webhook>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from webhook where created_at < $1 order by created_at desc, id limit $2"
    );
    db.query(&sql, params![before, limit]).await?.into_iter().map(webhook).collect()
}

/// Who is told: subscriptions that are on, up to a limit no bank reaches.
///
/// # Errors
/// The database's.
pub(super) async fn active<R: Read>(db: &mut R) -> Result<Vec<Webhook>, StoreError> {
    let sql =
        format!("select {COLUMNS} from webhook where active = 1 order by created_at limit 500");
    db.query(&sql, &[]).await?.into_iter().map(webhook).collect()
}

/// A delivery.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Identity; also the message's id for the receiver.
    pub id: DeliveryId,
    /// To whom.
    pub webhook_id: WebhookId,
    /// The entry's position in the journal.
    pub position: i64,
    /// Its command.
    pub event: String,
    /// `ready`, `sent` or `dead`.
    pub state: String,
    /// Next try.
    pub run_at: Timestamp,
    /// Tries so far.
    pub attempts: i64,
    /// What the receiver said last.
    pub last_status: Option<i64>,
    /// Why the last try did not get there.
    pub last_error: Option<String>,
    /// When it was put in.
    pub created_at: Timestamp,
    /// When the receiver had it.
    pub sent_at: Option<Timestamp>,
}

/// The newest deliveries of a subscription, below a place in their order.
///
/// # Errors
/// The database's.
pub async fn deliveries<R: Read>(
    db: &mut R,
    webhook: WebhookId,
    below: Option<(Timestamp, DeliveryId)>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let top = (Timestamp::from_micros(i64::MAX), DeliveryId::from_uuid(uuid::Uuid::max()));
    let (at, id) = below.unwrap_or(top);
    let sql = "select id, webhook_id, position, event, state, run_at, attempts, last_status, \
               last_error, created_at, sent_at from webhook_delivery \
               where webhook_id = $1 and (created_at, id) < ($2, $3) \
               order by created_at desc, id desc limit $4";
    let mut out = Vec::new();
    for row in db.query(sql, params![webhook, at, id, limit]).await? {
        let mut c = row.cols();
        out.push(Delivery {
            id: c.take()?,
            webhook_id: c.take()?,
            position: c.take()?,
            event: c.take()?,
            state: c.take()?,
            run_at: c.take()?,
            attempts: c.take()?,
            last_status: c.take()?,
            last_error: c.take()?,
            created_at: c.take()?,
            sent_at: c.take()?,
        });
    }
    Ok(out)
}

/// Whether any delivery is due.
///
/// # Errors
/// The database's.
pub(super) async fn is_due<R: Read>(db: &mut R, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "select d.id from webhook_delivery d where d.state = 'ready' and d.run_at <= $1 \
               and exists (select 1 from webhook h where h.id = d.webhook_id and h.active = 1) \
               limit 1";
    Ok(db.first(sql, params![now]).await?.is_some())
}

/// What a subscription's secret is sealed for.
pub(super) fn secret_purpose(id: WebhookId) -> String {
    format!("webhook/{id}/secret")
}

/// A delivery on its way.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) id: DeliveryId,
    pub(super) attempts: i64,
    pub(super) payload: String,
    pub(super) url: String,
    pub(super) secret: kernel::Secret<String>,
}

/// What is needed to send deliveries.
///
/// # Errors
/// The database's.
pub(super) async fn outgoing<R: Read>(
    db: &mut R,
    ids: &[DeliveryId],
) -> Result<Vec<Outgoing>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select d.id, d.attempts, d.payload, h.url, h.id, h.secret from webhook_delivery d \
         join webhook h on h.id = d.webhook_id where d.id in ({})",
        places.join(", ")
    );
    let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    let (mut out, mut sealed) = (Vec::new(), Vec::new());
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        out.push(Outgoing {
            id: c.take()?,
            attempts: c.take()?,
            payload: c.take()?,
            url: c.take()?,
            secret: kernel::Secret::new(String::new()),
        });
        sealed.push((keys::BANK, secret_purpose(c.take()?), c.take()?));
    }
    for (one, secret) in out.iter_mut().zip(keys::open_texts(db, sealed).await?) {
        one.secret = kernel::Secret::new(secret.or(""));
    }
    Ok(out)
}
