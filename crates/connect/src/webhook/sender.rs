//! From deliveries to receivers. A delivery is taken for a while, sent, and noted; when the program ends in
//! between, the lease runs out and it is sent again: at least once, never lost.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use spine::trace::Place;
use spine::{Error, Services};
use tokio::sync::watch;
use tracing::Instrument;

use super::commands::{ClaimDeliveries, SettleDeliveries, Tried};
use super::queries::{self, Outgoing};
use super::signature::sign;
use crate::http_client::{HttpClient, Reach, Target};

/// How often it is looked whether something is due.
const POLL: Duration = Duration::from_secs(1);

/// Sends what is due.
#[derive(Clone)]
pub struct Sender {
    services: Services,
    client: Arc<HttpClient>,
}

impl Sender {
    /// A sender; `reach` says whether receivers inside the house are allowed.
    pub fn new(services: Services, reach: Reach) -> Self {
        Self { services, client: Arc::new(HttpClient::new(reach)) }
    }
    /// Sends until told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let sending = async {
            loop {
                match self.send_due().await {
                    Ok(0) => tokio::time::sleep(POLL).await,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(%error, "webhooks: will try again");
                        tokio::time::sleep(POLL).await;
                    }
                }
            }
        };
        tokio::select! {
            () = sending => {}
            _ = stop.wait_for(|s| *s) => {}
        }
    }
    /// Sends one batch of what is due; answers how many were tried.
    ///
    /// # Errors
    /// The database's.
    pub async fn send_due(&self) -> Result<usize, Error> {
        let mut db = self.services.reader.clone();
        if !queries::is_due(&mut db, self.services.clock.now()).await? {
            return Ok(0);
        }
        let ctx = self.services.system("job");
        let ids = self.services.execute(&ctx, ctx.command_id(), &ClaimDeliveries {}).await?;
        db.forget();
        let outgoing = queries::outgoing(&mut db, &ids).await?;
        let tried = join_all(outgoing.iter().map(|one| self.send(one))).await;
        let count = tried.len();
        let ctx = self.services.system("job");
        let command = SettleDeliveries { tried };
        self.services.execute(&ctx, ctx.command_id(), &command).await?;
        Ok(count)
    }

    async fn send(&self, one: &Outgoing) -> Tried {
        let span = tracing::trace_span!(
            target: spine::trace::TARGET, "delivery", otel.name = "webhook delivery",
            tessera.delivery_id = %one.id, tessera.outcome = tracing::field::Empty
        );
        let outcome = self.post(one).instrument(span.clone()).await;
        let (status, error) = match outcome {
            Ok(status) if (200..300).contains(&status) => (Some(status.into()), None),
            Ok(status) => (Some(status.into()), Some("status")),
            Err(word) => (None, Some(word)),
        };
        let word = error.unwrap_or("sent");
        span.record("tessera.outcome", word);
        metrics::counter!("tessera_webhook_tries_total", "outcome" => word).increment(1);
        Tried {
            delivery_id: one.id,
            attempts: one.attempts,
            status,
            error: error.map(str::to_owned),
        }
    }

    async fn post(&self, one: &Outgoing) -> Result<u16, &'static str> {
        let target = Target::parse(&one.url).ok_or("url")?;
        let id = one.id.to_string();
        let seconds = self.services.clock.now().micros().div_euclid(1_000_000);
        let signature = sign(one.secret.reveal(), &id, seconds, &one.payload).ok_or("secret")?;
        let mut headers = vec![
            ("webhook-id", id),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
        ];
        if let Some(place) = Place::current() {
            headers.push(("traceparent", place.to_string()));
        }
        self.client.post(&target, &headers, &one.payload).await.map_err(|error| error.word())
    }
}
