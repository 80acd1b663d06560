//! One clerk's line to the server: HTTP/1.1 with keep-alive and the session's cookie.

use http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::RunError;

/// What was answered.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: String,
    /// How far a replica must be to show what was written.
    pub(super) seen: Option<String>,
}

/// A line that opens itself again when the server has closed it.
pub(super) struct Line {
    address: String,
    sender: Option<SendRequest<Full<Bytes>>>,
    cookies: Vec<String>,
}

impl Line {
    /// To `HOST:PORT`.
    pub(super) fn new(address: &str) -> Line {
        Line { address: address.to_owned(), sender: None, cookies: Vec::new() }
    }
    /// Another line of the same person: his browser's second connection.
    pub(super) fn beside(&self) -> Line {
        Line { address: self.address.clone(), sender: None, cookies: self.cookies.clone() }
    }
    /// Opens a page.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn get(&mut self, path: &str) -> Result<Reply, RunError> {
        self.send(Method::GET, path, String::new()).await
    }
    /// Sends a form, already encoded.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn post(&mut self, path: &str, form: String) -> Result<Reply, RunError> {
        self.send(Method::POST, path, form).await
    }

    async fn send(&mut self, method: Method, path: &str, form: String) -> Result<Reply, RunError> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.address)
            .header("sec-fetch-site", "same-origin")
            .header("accept-language", "ru")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, self.cookies.join("; "));
        }
        let failed = |e: &dyn std::fmt::Display| RunError::Asked(format!("{path}: {e}"));
        let request = request.body(Full::new(Bytes::from(form))).map_err(|e| failed(&e))?;
        self.exchange(request, path).await
    }

    /// Calls the API: reads, or posts JSON when there is a body.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn call(
        &mut self,
        path: &str,
        headers: &[(&str, String)],
        body: Option<&serde_json::Value>,
    ) -> Result<Reply, RunError> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.address);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = body.map(ToString::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body)));
        let request = request.map_err(|e| RunError::Asked(format!("{path}: {e}")))?;
        self.exchange(request, path).await
    }

    /// Closes the line; the next request opens a new one.
    pub(super) fn hang_up(&mut self) {
        self.sender = None;
    }

    async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        path: &str,
    ) -> Result<Reply, RunError> {
        let failed = |e: &dyn std::fmt::Display| RunError::Asked(format!("{path}: {e}"));
        let sender = self.open().await?;
        let answer = async {
            let response = sender.send_request(request).await?;
            let (head, body) = response.into_parts();
            Ok::<_, hyper::Error>((head, body.collect().await?.to_bytes()))
        };
        match answer.await {
            Ok((head, body)) => {
                self.keep_cookies(&head.headers);
                let seen = head.headers.get("tessera-seen").and_then(|v| v.to_str().ok());
                Ok(Reply {
                    seen: seen.map(str::to_owned),
                    status: head.status.as_u16(),
                    body: String::from_utf8_lossy(&body).into_owned(),
                })
            }
            Err(error) => {
                self.sender = None;
                Err(failed(&error))
            }
        }
    }

    async fn open(&mut self) -> Result<&mut SendRequest<Full<Bytes>>, RunError> {
        let usable = match &mut self.sender {
            Some(sender) => sender.ready().await.is_ok(),
            None => false,
        };
        if !usable {
            self.sender = None;
        }
        let sender = match self.sender.take() {
            Some(sender) => sender,
            None => connect(&self.address).await?,
        };
        Ok(self.sender.insert(sender))
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            let pair = line.split(';').next().unwrap_or(line);
            let name = pair.split('=').next().unwrap_or(pair);
            // notices are shown once; a load generator reads none
            if name != "flash" {
                self.cookies.retain(|c| c.split('=').next() != Some(name));
                self.cookies.push(pair.to_owned());
            }
        }
    }
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>, RunError> {
    let stream = TcpStream::connect(address).await.map_err(RunError::io(address))?;
    stream.set_nodelay(true).map_err(RunError::io(address))?;
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|e| RunError::Asked(format!("{address}: {e}")))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a line was closed");
        }
    });
    Ok(sender)
}

/// Percent-encodes a value of a form or query.
pub(super) fn encode(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                out.push(char::from(byte));
            }
            // writing to a String cannot fail
            other => drop(write!(out, "%{other:02X}")),
        }
        out
    })
}
