//! One provider of OpenID Connect: what it says of itself, and what it answers to a code. Its own statement
//! is kept and asked for again when a token is signed with a key that is not known yet.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::{BodyExt, Full, Limited};
use kernel::{Secret, Timestamp};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreProviderMetadata};
use openidconnect::{
    AsyncHttpClient, AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError,
    ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, SignatureVerificationError, TokenResponse,
};

use super::super::https_client::{HttpsClient, HttpsClientError, https_client};

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest answer of a provider that is read (bytes).
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What a bank says of a provider.
#[derive(Clone, Debug)]
pub struct ProviderSetting {
    /// Its part of the address, `[a-z0-9-]`.
    pub key: String,
    /// As its button is called.
    pub name: String,
    /// Address it vouches under.
    pub issuer: String,
    /// Under which name it knows us.
    pub client_id: String,
    /// What we prove it with.
    pub client_secret: Secret<String>,
    /// The claim that holds the sign-in name.
    pub claim: String,
    /// How the person must have proved himself there; then no second step is asked for here.
    pub require_acr: Option<String>,
    /// Certificates to trust, PEM, instead of the public ones.
    pub ca_pem: Option<Vec<u8>>,
    /// Our own address as browsers see it, without a slash at the end.
    pub public_url: String,
}

/// A provider cannot be used, or did not answer as it should. Says nothing of secrets.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The configuration is wrong.
    #[error("{0}")]
    Setting(String),
    /// It did not answer, or not in the way of the protocol.
    #[error("{what}: {words}")]
    Channel {
        /// What was asked of it.
        what: &'static str,
        /// What went wrong.
        words: String,
    },
    /// It answered, and what it says of the person does not hold.
    #[error("the token of the provider does not hold: {0}")]
    Token(String),
}

impl ProviderError {
    fn channel<E: std::error::Error>(what: &'static str) -> impl Fn(E) -> Self {
        move |error| {
            let mut words = error.to_string();
            let mut source = error.source();
            while let Some(inner) = source {
                words = format!("{words}: {inner}");
                source = inner.source();
            }
            ProviderError::Channel { what, words }
        }
    }
}

/// The secrets of one round to the provider and back.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Round {
    pub(super) key: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) next: String,
}

/// The line to a provider.
struct Channel(HttpsClient);

type Answering<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<Vec<u8>>, std::io::Error>> + Send + 'a>>;

impl<'a> AsyncHttpClient<'a> for Channel {
    type Error = std::io::Error;
    type Future = Answering<'a>;

    fn call(&'a self, request: http::Request<Vec<u8>>) -> Answering<'a> {
        Box::pin(self.ask(request))
    }
}

impl Channel {
    /// One request, within limits; over TLS, unless the provider is on this machine.
    async fn ask(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, std::io::Error> {
        let uri = request.uri();
        if !is_guarded(uri.scheme_str().unwrap_or_default(), uri.host()) {
            return Err(std::io::Error::other("the provider names an address without TLS"));
        }
        let request = request.map(|body| Full::new(axum::body::Bytes::from(body)));
        let asked = async {
            let answer = self.0.request(request).await.map_err(std::io::Error::other)?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
            let body = body.map_err(std::io::Error::other)?.to_bytes().to_vec();
            Ok(http::Response::from_parts(head, body))
        };
        let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
        tokio::time::timeout(PATIENCE, asked).await.map_err(late)?
    }
}

/// A provider of one node.
pub struct Provider {
    /// What the bank says of it.
    pub setting: ProviderSetting,
    channel: Channel,
    known: Mutex<Option<Arc<CoreProviderMetadata>>>,
}

impl Provider {
    /// # Errors
    /// [`ProviderError::Setting`] when addresses or certificates cannot be read.
    pub fn new(setting: ProviderSetting) -> Result<Self, ProviderError> {
        let wrong = |what: &str, words: String| {
            ProviderError::Setting(format!("oidc {}: {what}: {words}", setting.key))
        };
        let issuer = openidconnect::url::Url::parse(&setting.issuer);
        let issuer = issuer.map_err(|e| wrong("issuer", e.to_string()))?;
        if !is_guarded(issuer.scheme(), issuer.host_str()) {
            return Err(wrong("issuer", "must be https".to_owned()));
        }
        let client = https_client(setting.ca_pem.as_deref()).map_err(|error| match error {
            HttpsClientError::Authorities(words) => wrong("ca_file", words),
            HttpsClientError::Tls(words) => wrong("TLS", words),
        })?;
        Ok(Self { setting, channel: Channel(client), known: Mutex::new(None) })
    }

    fn callback(&self) -> Result<RedirectUrl, ProviderError> {
        let address = format!("{}/sign-in/oidc/{}/back", self.setting.public_url, self.setting.key);
        RedirectUrl::new(address).map_err(ProviderError::channel("public_url"))
    }

    /// What the provider says of itself; asked anew when nothing is known yet, or when told to.
    async fn metadata(&self, anew: bool) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let held = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held().clone().filter(|_| !anew) {
            return Ok(known);
        }
        let issuer = IssuerUrl::new(self.setting.issuer.clone());
        let issuer = issuer.map_err(ProviderError::channel("issuer"))?;
        let found = CoreProviderMetadata::discover_async(issuer, &self.channel).await;
        let found = Arc::new(found.map_err(ProviderError::channel("discovery"))?);
        *held() = Some(Arc::clone(&found));
        Ok(found)
    }

    /// Where the browser is sent.
    pub(super) async fn start(&self, round: &Round) -> Result<String, ProviderError> {
        let metadata = self.metadata(false).await?;
        let client = CoreClient::from_provider_metadata(
            CoreProviderMetadata::clone(&metadata),
            ClientId::new(self.setting.client_id.clone()),
            Some(ClientSecret::new(self.setting.client_secret.reveal().clone())),
        )
        .set_redirect_uri(self.callback()?);
        let verifier = PkceCodeVerifier::new(round.verifier.clone());
        let (state, nonce) = (CsrfToken::new(round.state.clone()), Nonce::new(round.nonce.clone()));
        let mut asked = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .add_scope(Scope::new("profile".to_owned()))
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Some(acr) = &self.setting.require_acr {
            asked = asked.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        Ok(asked.url().0.to_string())
    }

    /// The sign-in name a code stands for.
    pub(super) async fn finish(
        &self,
        round: &Round,
        code: String,
        now: Timestamp,
    ) -> Result<Vouched, ProviderError> {
        let metadata = self.metadata(false).await?;
        let client = CoreClient::from_provider_metadata(
            CoreProviderMetadata::clone(&metadata),
            ClientId::new(self.setting.client_id.clone()),
            Some(ClientSecret::new(self.setting.client_secret.reveal().clone())),
        )
        .set_redirect_uri(self.callback()?);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(ProviderError::channel("token address"))?
            .set_pkce_verifier(PkceCodeVerifier::new(round.verifier.clone()))
            .request_async(&self.channel)
            .await
            .map_err(ProviderError::channel("code"))?;
        let token = answer.id_token().ok_or_else(|| ProviderError::Token("none".to_owned()))?;
        match self.verify(&metadata, token, round, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                // it may have changed its keys since we asked
                let fresh = self.metadata(true).await?;
                self.verify(&fresh, token, round, now)
            }
            other => other,
        }
        .map_err(|e| ProviderError::Token(e.to_string()))?;
        self.vouched(token)
    }

    fn verify(
        &self,
        metadata: &CoreProviderMetadata,
        token: &CoreIdToken,
        round: &Round,
        now: Timestamp,
    ) -> Result<(), ClaimsVerificationError> {
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.setting.client_id.clone()),
            Some(ClientSecret::new(self.setting.client_secret.reveal().clone())),
        );
        let micros = u64::try_from(now.micros()).unwrap_or(0);
        let at = std::time::UNIX_EPOCH + Duration::from_micros(micros);
        let verifier = client.id_token_verifier().set_time_fn(move || at.into());
        let claims = token.claims(&verifier, &Nonce::new(round.nonce.clone()))?;
        let acr = claims.auth_context_ref().map(|acr| acr.as_str());
        match &self.setting.require_acr {
            Some(wanted) if acr != Some(wanted.as_str()) => {
                Err(ClaimsVerificationError::InvalidAuthContext(wanted.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whom a token that was verified speaks of. A mail address counts only when the provider says that it is
    /// proved.
    fn vouched(&self, token: &CoreIdToken) -> Result<Vouched, ProviderError> {
        let missing = |claim: &str| ProviderError::Token(format!("no claim {claim}"));
        let text = token.to_string();
        let body = text.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let body = body.and_then(|b| serde_json::from_slice::<serde_json::Value>(&b).ok());
        let claim = |name: &str| {
            let said = body.as_ref().and_then(|body| body.get(name)?.as_str());
            said.filter(|said| !said.is_empty()).ok_or_else(|| missing(name))
        };
        let is_proved = body.as_ref().and_then(|body| body.get("email_verified")?.as_bool());
        if self.setting.claim == "email" && is_proved != Some(true) {
            return Err(ProviderError::Token("the mail address is not proved".to_owned()));
        }
        Ok(Vouched {
            subject: claim("sub")?.to_owned(),
            login: claim(&self.setting.claim)?.to_lowercase(),
        })
    }
}

/// Whom a provider vouches for.
pub(super) struct Vouched {
    /// Its own name for him, which nobody else ever has there.
    pub(super) subject: String,
    /// The sign-in name, in lower case; it can pass to another person.
    pub(super) login: String,
}

/// Whether what is sent there cannot be read on the way.
fn is_guarded(scheme: &str, host: Option<&str>) -> bool {
    let host = host.unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    scheme == "https" || (scheme == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::is_guarded;

    #[test]
    fn only_this_machine_is_spoken_to_in_clear() {
        for (scheme, host, expected) in [
            ("https", "id.bank.test", true),
            ("http", "id.bank.test", false),
            ("http", "127.0.0.1", true),
            ("http", "[::1]", true),
            ("http", "localhost", true),
            ("http", "localhost.evil.test", false),
            ("ftp", "127.0.0.1", false),
        ] {
            assert_eq!(is_guarded(scheme, Some(host)), expected, "{scheme}://{host}");
        }
    }
}
