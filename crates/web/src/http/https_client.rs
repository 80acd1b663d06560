//! Speaking with other systems over HTTP and TLS.

use std::sync::Arc;

use axum::body::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// A client that keeps its connections.
pub type HttpsClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum HttpsClientError {
    /// The certificates to trust cannot be read.
    #[error("{0}")]
    Authorities(String),
    /// TLS cannot be set up.
    #[error("{0}")]
    Tls(String),
}

/// A client that trusts the public authorities, or in their place these (PEM). It speaks in clear where an address says `http`:
/// whether it may is the caller's matter.
///
/// # Errors
/// As [`HttpsClientError`] says.
pub fn https_client(authorities: Option<&[u8]>) -> Result<HttpsClient, HttpsClientError> {
    let mut roots = rustls::RootCertStore::empty();
    match authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for one in CertificateDer::pem_slice_iter(pem) {
                let one = one.map_err(|e| HttpsClientError::Authorities(e.to_string()))?;
                roots.add(one).map_err(|e| HttpsClientError::Authorities(e.to_string()))?;
            }
        }
    }
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(|e| HttpsClientError::Tls(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector =
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
    Ok(Client::builder(TokioExecutor::new()).build(connector.build()))
}
