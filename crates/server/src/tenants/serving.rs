//! One node for each tenant in one process, and the way from a request to its node: by the host it asked for, and by
//! nothing else it says.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect::http_client::Reach;
use connect::webhook::Sender;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceExt;
use tracing::Instrument;

use super::Tenants;
use super::commands::{Directory, Tenant};
use super::places::root_of;
use crate::config::Config;
use crate::wiring::{self, Node};
use crate::{RunError, database};

/// How often the directory is read: a new tenant is served, and a suspended one is not, within this time.
const LOOKS_EVERY: Duration = Duration::from_secs(2);

/// A tenant's node in this process.
struct Open {
    host: String,
    router: Router,
    stop: watch::Sender<bool>,
    keeping: JoinHandle<()>,
}

/// The tenants of this process, by key.
pub(crate) struct Banks {
    tenants: Tenants,
    config: Config,
    directory: Directory,
    open: RwLock<BTreeMap<String, Arc<Open>>>,
}

impl Banks {
    /// Opens the directory and a node for each active tenant. One that cannot be opened is told in the log and
    /// tried again; the others are served.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub(crate) async fn open(config: &Config, tenants: &Tenants) -> Result<Arc<Banks>, RunError> {
        let directory = Directory::open(&tenants.directory).await?;
        let banks = Banks {
            tenants: tenants.clone(),
            config: config.clone(),
            directory,
            open: RwLock::default(),
        };
        banks.refresh().await?;
        Ok(Arc::new(banks))
    }
    /// Follows the directory until told to stop, then stops every node.
    pub(crate) async fn follow(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOKS_EVERY) => {}
                _ = stopping.wait_for(|s| *s) => break,
            }
            if let Err(error) = self.refresh().await {
                tracing::warn!(error = %error.chain(), "the directory of tenants does not answer");
            }
        }
        let all: Vec<Arc<Open>> = std::mem::take(&mut *self.write()).into_values().collect();
        for one in all {
            close(one).await;
        }
    }
    async fn refresh(&self) -> Result<(), RunError> {
        let wanted: Vec<Tenant> =
            self.directory.all().await?.into_iter().filter(|t| t.is_active).collect();
        let gone: Vec<Arc<Open>> = {
            let mut open = self.write();
            let is_wanted = |key: &String, one: &Arc<Open>| {
                wanted.iter().any(|t| t.key == *key && t.host == one.host)
            };
            let keys: Vec<String> =
                open.iter().filter(|(k, o)| !is_wanted(k, o)).map(|(k, _)| k.clone()).collect();
            keys.iter().filter_map(|key| open.remove(key)).collect()
        };
        for one in gone {
            close(one).await;
        }
        for tenant in wanted {
            if self.read().contains_key(&tenant.key) {
                continue;
            }
            match self.start(&tenant).await {
                Ok(one) => drop(self.write().insert(tenant.key, Arc::new(one))),
                Err(error) => {
                    tracing::error!(tenant = %tenant.key, error = %error.chain(), "cannot be opened");
                }
            }
        }
        Ok(())
    }
    async fn start(&self, tenant: &Tenant) -> Result<Open, RunError> {
        let common = self.tenants.config_of(&tenant.key, &self.config)?;
        // passkeys of one tenant are of no use at another: they are bound to the host
        let config = Config { public_url: common.address_of(&tenant.host), ..common };
        database::must_be_current(&database::existing(&config.db).await?).await?;
        let (stop, stopping) = watch::channel(false);
        let setting = database::setting(&config, None, Some(root_of(&config)), stopping)?;
        let node = Node::open(setting, wiring::modules(), wiring::pages()).await?;
        let reach = if config.webhooks_inside { Reach::Anywhere } else { Reach::Public };
        let sender = Sender::new(node.services, reach);
        let (sending, keeping) = (sender.run(stop.subscribe()), node.keepers.run(stop.subscribe()));
        let span = tracing::info_span!("tenant", key = %tenant.key);
        let keeping = tokio::spawn(
            async move {
                tokio::join!(keeping, sending);
            }
            .instrument(span),
        );
        tracing::info!(tenant = %tenant.key, host = %tenant.host, "served");
        Ok(Open { host: tenant.host.clone(), router: node.router, stop, keeping })
    }
    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Arc<Open>>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, Arc<Open>>> {
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }
    /// The key and the pages of the tenant a request asks for.
    fn find(&self, request: &Request) -> Option<(String, Router)> {
        let host = host(request)?;
        let open = self.read();
        let (key, one) = open.iter().find(|(_, one)| one.host == host)?;
        Some((key.clone(), one.router.clone()))
    }
}

async fn close(one: Arc<Open>) {
    one.stop.send_replace(true);
    if let Ok(Open { keeping, .. }) = Arc::try_unwrap(one)
        && let Err(error) = keeping.await
    {
        tracing::warn!(%error, "the keepers of a tenant broke off");
    }
}

/// The name of the host a request was sent to, in small letters and without a port. What a proxy says beside it
/// (`X-Forwarded-Host`) is not looked at: a proxy passes the host on.
fn host(request: &Request) -> Option<String> {
    let said = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let authority = request.uri().authority().map(axum::http::uri::Authority::as_str).or(said)?;
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => authority,
    };
    Some(name.trim_end_matches('.').to_ascii_lowercase())
}

/// The way from a request to its tenant's pages. A host nobody has gets no answer but "not found", whether or not
/// there once was one.
pub(crate) fn router(banks: Arc<Banks>) -> Router {
    Router::new().fallback(move |request: Request<Body>| {
        let banks = Arc::clone(&banks);
        async move {
            let Some((key, pages)) = banks.find(&request) else { return stranger(&request) };
            let span = tracing::info_span!("tenant", key = %key);
            pages.oneshot(request).instrument(span).await.into_response()
        }
    })
}

/// Health of the process itself is asked without a host of a tenant.
fn stranger(request: &Request) -> Response {
    match request.uri().path() {
        "/health" | "/ready" => (StatusCode::OK, "ok\n").into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_what_was_asked_and_nothing_a_client_adds() {
        let of = |uri: &str, host: Option<&str>| {
            let mut request = Request::builder().uri(uri).header("x-forwarded-host", "b.example");
            if let Some(host) = host {
                request = request.header("host", host);
            }
            super::host(&request.body(Body::empty()).unwrap())
        };
        assert_eq!(of("/", Some("A.example:8443")).as_deref(), Some("a.example"));
        assert_eq!(of("/", Some("a.example.")).as_deref(), Some("a.example"));
        assert_eq!(of("http://a.example/x", Some("b.example")).as_deref(), Some("a.example"));
        assert_eq!(of("/", Some("a.example:b.example")).as_deref(), Some("a.example:b.example"));
        assert_eq!(of("/", None), None);
    }
}
