//! The branch's end of a line over HTTP.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use serde::Deserialize;
use spine::Error;
use web::{HttpsClient, HttpsClientError, https_client};

/// How long the centre may take for one answer: it may have hundreds of commands to do.
const PATIENCE: Duration = Duration::from_secs(120);
/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// Why nothing was exchanged.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The centre cannot be reached: nothing was said.
    #[error("no line: {0}")]
    Unreached(String),
    /// The line broke, or no answer came: what was said may have been heard.
    #[error("no line: {0}")]
    Away(String),
    /// The centre says no; its code.
    #[error("the centre refuses: {0}")]
    Refused(String),
    /// What came could not be taken in, or what is to be said not be read.
    #[error(transparent)]
    Failure(#[from] Error),
}

/// A line.
pub struct Line {
    client: HttpsClient,
    centre: String,
}

/// A refusal as the centre tells it.
#[derive(Deserialize)]
struct Refused {
    code: String,
}

impl Line {
    /// A line to a centre, `https://…` or `http://…`: what travels is sealed and signed by itself. Over TLS the public
    /// authorities are trusted, or those of `authorities` (PEM).
    ///
    /// # Errors
    /// Refusals `branch-address-wrong`, `branch-authority-wrong`.
    pub fn new(centre: &str, authorities: Option<&[u8]>) -> Result<Self, Error> {
        let centre = centre.trim_end_matches('/').to_owned();
        let uri: Option<Uri> = centre.parse().ok();
        let is_web = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https"));
        if !uri.is_some_and(|uri| is_web(&uri) && uri.host().is_some()) {
            return Err(Error::refused_field("branch-address-wrong", "centre"));
        }
        let client = https_client(authorities).map_err(|error| match error {
            HttpsClientError::Authorities(_) => {
                Error::refused_field("branch-authority-wrong", "authorities")
            }
            HttpsClientError::Tls(words) => Error::failure(words),
        })?;
        Ok(Self { client, centre })
    }
    /// Posts bytes; answers what comes back.
    ///
    /// # Errors
    /// [`LineError::Away`] and [`LineError::Refused`].
    pub async fn post(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, LineError> {
        let request = Request::post(format!("{}{path}", self.centre))
            .header(header::CONTENT_TYPE, "application/cbor")
            .body(Full::new(Bytes::from(body)));
        self.ask(request.map_err(Error::failure)?).await
    }
    /// Gets bytes.
    ///
    /// # Errors
    /// As [`Line::post`].
    pub async fn get(&self, path: &str) -> Result<Vec<u8>, LineError> {
        let request = Request::get(format!("{}{path}", self.centre)).body(Full::default());
        self.ask(request.map_err(Error::failure)?).await
    }
    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Vec<u8>, LineError> {
        let asked = async {
            let answer = self.client.request(request).await.map_err(|error| {
                let is_unreached = error.is_connect();
                let words = error.to_string();
                if is_unreached { LineError::Unreached(words) } else { LineError::Away(words) }
            })?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX);
            let body = body.collect().await.map_err(|e| LineError::Away(e.to_string()))?;
            Ok((status, body.to_bytes().to_vec()))
        };
        let (status, body) = tokio::time::timeout(PATIENCE, asked)
            .await
            .unwrap_or_else(|_| Err(LineError::Away("no answer in time".to_owned())))?;
        if status.is_success() {
            return Ok(body);
        }
        match serde_json::from_slice::<Refused>(&body) {
            Ok(refused) if status.is_client_error() => Err(LineError::Refused(refused.code)),
            _ => Err(LineError::Away(format!("the centre answers {status}"))),
        }
    }
}
