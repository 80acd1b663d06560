//! One request to another system over HTTPS: no redirect is followed, the answer's body is not read, all of it
//! within a time limit, and never to an address inside the house unless the configuration allows it. The address
//! that is checked is the one that is used: a name cannot change its mind in between.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Uri};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long a whole request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Which addresses may be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public ones, over TLS.
    #[default]
    Public,
    /// Any, also inside the house, also without TLS.
    Anywhere,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    is_tls: bool,
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// Reads a URL; none when it is no `https` or `http` one with a host and without a password in it.
    pub fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let is_tls = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        let port = match authority.as_str().strip_prefix(authority.host())?.strip_prefix(':') {
            Some(port) => port.parse().ok().filter(|port| *port > 0)?,
            None if is_tls => 443,
            None => 80,
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let path = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        Some(Self { is_tls, host, port, path })
    }
    fn authority(&self) -> String {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.is_tls, self.port) {
            (true, 443) | (false, 80) => host,
            _ => format!("{host}:{}", self.port),
        }
    }
}

/// Why a request did not get there.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The name leads nowhere.
    #[error("the name does not resolve")]
    Resolve,
    /// It leads inside the house, or would go without TLS.
    #[error("the address is not a public one, or not over TLS")]
    Forbidden,
    /// Nobody answers there.
    #[error("no connection")]
    Connect,
    /// The other side cannot prove who it is.
    #[error("TLS: {0}")]
    Tls(String),
    /// The conversation broke off.
    #[error("HTTP: {0}")]
    Http(String),
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
}

impl SendError {
    /// A stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            SendError::Resolve => "resolve",
            SendError::Forbidden => "forbidden",
            SendError::Connect => "connect",
            SendError::Tls(_) => "tls",
            SendError::Http(_) => "http",
            SendError::Timeout => "timeout",
        }
    }
}

/// Asks other systems.
pub struct HttpClient {
    reach: Reach,
    tls: Option<TlsConnector>,
}

impl HttpClient {
    /// A client that trusts whom the machine trusts.
    pub fn new(reach: Reach) -> Self {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (taken, _) = roots.add_parsable_certificates(found.certs);
        if taken == 0 {
            tracing::warn!("the machine trusts no certificate authority: nothing is sent over TLS");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_root_certificates(roots).with_no_client_auth());
        Self { reach, tls: config.ok().map(|config| TlsConnector::from(Arc::new(config))) }
    }
    /// Posts JSON; answers the status.
    ///
    /// # Errors
    /// When it did not get there, or no answer came in time.
    pub async fn post(
        &self,
        target: &Target,
        headers: &[(&str, String)],
        json: &str,
    ) -> Result<u16, SendError> {
        match tokio::time::timeout(TIMEOUT, self.try_post(target, headers, json)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(SendError::Timeout),
        }
    }

    async fn try_post(
        &self,
        target: &Target,
        headers: &[(&str, String)],
        json: &str,
    ) -> Result<u16, SendError> {
        if self.reach == Reach::Public && !target.is_tls {
            return Err(SendError::Forbidden);
        }
        let stream = self.connect(target).await?;
        let mut request = Request::post(target.path.as_str())
            .header("host", target.authority())
            .header("content-type", "application/json")
            .header("user-agent", "tessera");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let body = Body::from(json.to_owned());
        let request = request.body(body).map_err(|e| SendError::Http(e.to_string()))?;
        if !target.is_tls {
            return ask(stream, request).await;
        }
        let tls = self.tls.as_ref().ok_or_else(|| SendError::Tls("no provider".to_owned()))?;
        let name =
            ServerName::try_from(target.host.clone()).map_err(|e| SendError::Tls(e.to_string()))?;
        let stream = tls.connect(name, stream).await.map_err(|e| SendError::Tls(e.to_string()))?;
        ask(stream, request).await
    }

    async fn connect(&self, target: &Target) -> Result<TcpStream, SendError> {
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
        let found: Vec<SocketAddr> = found.map_err(|_| SendError::Resolve)?.collect();
        if found.is_empty() {
            return Err(SendError::Resolve);
        }
        let allowed =
            |address: &&SocketAddr| self.reach == Reach::Anywhere || is_public(address.ip());
        let Some(address) = found.iter().find(allowed) else { return Err(SendError::Forbidden) };
        TcpStream::connect(address).await.map_err(|_| SendError::Connect)
    }
}

async fn ask<S>(stream: S, request: Request<Body>) -> Result<u16, SendError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |e: hyper::Error| SendError::Http(e.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let talking = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(broken);
    // whatever else the other side has to say is not listened to
    talking.abort();
    Ok(answer?.status().as_u16())
}

/// Whether an address is one of the public network.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let is_special = v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_unspecified()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !is_special
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    let [.., last_but_one, last] = v6.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match (first, second) {
        // translated and tunnelled IPv4; only the well-known prefix, a house may have others of its own
        (0x64, 0xff9b) if v6.segments().get(2..6) == Some(&[0; 4]) => {
            is_public_v4(embedded(last_but_one, last))
        }
        (0x64, 0xff9b) => false,
        (0x2002, _) => {
            let [_, high, low, ..] = v6.segments();
            is_public_v4(embedded(high, low))
        }
        // documentation, and what is set apart for protocols (tunnels, tests of networks, names)
        (0x2001, 0xdb8 | 0..=0x1ff) | (0x3fff, 0..=0xfff) => false,
        // only 2000::/3 is given out
        _ => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_the_house_are_known() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::1",
            "2001:db8::1",
            "::7f00:1",
            "64:ff9b:1:a00:1::8.8.8.8",
            "64:ff9b:0:1::8.8.8.8",
            "2001:2::1",
            "3fff::1",
            "192.88.99.1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in
            ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
        {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn urls_are_read_or_refused() {
        let target = Target::parse("https://erp.bank.example/in?x=1").unwrap();
        assert_eq!(
            (target.authority(), target.path.as_str()),
            ("erp.bank.example".to_owned(), "/in?x=1")
        );
        let six = Target::parse("http://[::1]:8080/").unwrap();
        assert_eq!(
            (six.host.as_str(), six.port, six.authority().as_str()),
            ("::1", 8080, "[::1]:8080")
        );
        for url in [
            "",
            "erp",
            "ftp://h/",
            "https:///x",
            "https://u@h/",
            "https://h:0/",
            "https://h:99999/",
            "https://h:/",
        ] {
            assert_eq!(Target::parse(url), None, "{url}");
        }
    }

    #[tokio::test]
    async fn nothing_is_sent_inside_the_house() {
        let client = HttpClient::new(Reach::Public);
        for url in ["https://127.0.0.1:9/", "https://localhost:9/", "http://93.184.216.34/"] {
            let target = Target::parse(url).unwrap();
            let outcome = client.post(&target, &[], "{}").await;
            assert!(matches!(outcome, Err(SendError::Forbidden)), "{url}: {outcome:?}");
        }
    }
}
