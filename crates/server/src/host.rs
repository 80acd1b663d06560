//! A node that serves: socket, keepers, signals, a calm end. Whoever sends too slowly is cut off, and there are
//! only so many connections, so that nobody keeps the others out by doing nothing.

use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use connect::webhook::Sender;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use spine::Keepers;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

use crate::RunError;

/// How long running requests may take after the signal to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Connections at once; more wait until one ends.
const CONNECTIONS_MAX: usize = 20_000;

/// How slow a client may be.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// For the head of a request, and between two requests of one connection. Longer than the usual minute for
    /// which proxies keep a connection, so that it is the proxy who closes it.
    head: Duration,
    /// Between two pieces of a body.
    piece: Duration,
}

const PATIENCE: Patience =
    Patience { head: Duration::from_secs(75), piece: Duration::from_secs(30) };

/// Takes the address before anything long begins, so that a taken one is told at once.
///
/// # Errors
/// When it is taken or not ours.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address).await.map_err(RunError::io(format!("cannot listen on {address}")))
}

/// What a node does beside answering, until `stop` turns true: seals, runs jobs, sends.
pub(crate) fn keep(keepers: Keepers, sender: Sender, stop: &watch::Sender<bool>) -> JoinHandle<()> {
    let (keeping, sending) = (keepers.run(stop.subscribe()), sender.run(stop.subscribe()));
    tokio::spawn(async move {
        tokio::join!(keeping, sending);
    })
}

/// Serves until SIGTERM or SIGINT: prints `ready http://ADDR`. Then `stop` turns true for everyone who listens:
/// the node says that it is not ready, live streams end, jobs are left to other nodes (one that is cut off runs
/// again). It goes on answering for `drain`, takes no more connections, and lets running requests finish.
///
/// # Errors
/// When the socket fails.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    keeping: JoinHandle<()>,
    (stop, drain): (watch::Sender<bool>, Duration),
    when_ready: impl FnOnce(&str),
) -> Result<(), RunError> {
    let swept = connect::scratch::sweep();
    if swept > 0 {
        tracing::info!(folders = swept, "what an earlier run left of feeds was removed");
    }
    let address = listener.local_addr().map_err(RunError::io("the listening address"))?;
    let url = format!("http://{address}");
    let mut stopped = signals()?;
    say(&format!("ready {url}"));
    when_ready(&url);
    let (close, closed) = watch::channel(false);
    let mut serving = tokio::spawn(answer(listener, router, PATIENCE, closed));
    tokio::select! {
        () = stopped.any() => {}
        ended = &mut serving => return flatten(ended),
    }
    tracing::info!("stopping");
    stop.send_replace(true);
    tokio::time::sleep(drain).await;
    close.send_replace(true);
    let last = tokio::time::timeout(LAST_REQUESTS, serving).await;
    if tokio::time::timeout(LAST_REQUESTS, keeping).await.is_err() {
        tracing::warn!(
            "the keepers did not end in time; what they did is repeated at the next start"
        );
    }
    match last {
        Ok(ended) => flatten(ended),
        Err(_) => {
            tracing::warn!("some requests did not end in time and were cut off");
            Ok(())
        }
    }
}

fn flatten(ended: Result<(), tokio::task::JoinError>) -> Result<(), RunError> {
    ended.map_err(|e| RunError::Asked(format!("serving: {e}")))
}

/// Answers connections until `closed` turns true, then waits for the requests that are under way.
async fn answer(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    mut closed: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let all = GracefulShutdown::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((accepted(&listener).await, place))
        };
        let next = tokio::select! {
            next = next => next,
            // an error means that the sender is gone: time to stop as well
            _ = closed.wait_for(|s| *s) => None,
        };
        let Some((connection, place)) = next else { break };
        talk(connection, place, (&router, patience), &all);
    }
    drop(listener);
    all.shutdown().await;
}

/// The next connection. When there is none to be had (no more open files) it is tried again a moment later.
async fn accepted(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    const MOMENT: Duration = Duration::from_secs(1);
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            Err(error) => match error.kind() {
                ErrorKind::ConnectionRefused
                | ErrorKind::ConnectionAborted
                | ErrorKind::ConnectionReset => {}
                _ => {
                    tracing::error!(%error, "no connection can be taken");
                    tokio::time::sleep(MOMENT).await;
                }
            },
        }
    }
}

/// Answers the requests of one connection in a task of its own.
fn talk(
    (stream, peer): (TcpStream, SocketAddr),
    place: OwnedSemaphorePermit,
    (router, patience): (&Router, Patience),
    all: &GracefulShutdown,
) {
    let router = router.clone();
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let piece = patience.piece;
        let mut request = request.map(|body| Body::new(Box::pin(TimeoutBody::new(piece, body))));
        // the asking address is for the gate before passwords and the list of sessions
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let talk = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .serve_connection(TokioIo::new(stream), service);
    let talk = all.watch(talk);
    tokio::spawn(async move {
        if let Err(error) = talk.await {
            tracing::trace!(%error, "a connection broke off");
        }
        drop(place);
    });
}

/// Prints a line on standard output at once; a closed pipe is no reason to stop.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        tracing::debug!("nobody reads standard output");
    }
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn signals() -> Result<Signals, RunError> {
    let on = |kind| signal(kind).map_err(RunError::io("signals"));
    Ok(Signals { terminate: on(SignalKind::terminate())?, interrupt: on(SignalKind::interrupt())? })
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// What comes back on a connection on which nothing but this is sent, until it is closed.
    async fn said(address: SocketAddr, sent: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        tokio::time::timeout(Duration::from_secs(10), read).await.expect("cut off").unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_sends_too_slowly_is_cut_off() {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", post(|text: String| async move { text }));
        let patience =
            Patience { head: Duration::from_millis(200), piece: Duration::from_millis(200) };
        let (close, closed) = watch::channel(false);
        let serving = tokio::spawn(answer(listener, router, patience, closed));
        let body = "POST / HTTP/1.1\r\nhost: bank.test\r\ncontent-length: 5\r\n\r\n";
        let whole = said(address, &format!("{body}whole")).await;
        assert!(whole.starts_with("HTTP/1.1 200") && whole.ends_with("whole"), "{whole}");
        assert_eq!(said(address, "").await, "", "nothing at all");
        assert_eq!(said(address, "POST / HTTP/1.1\r\nhost: bank").await, "", "half a head");
        let half = said(address, &format!("{body}ha")).await;
        assert!(half.starts_with("HTTP/1.1 400"), "half a body: {half}");
        close.send_replace(true);
        serving.await.unwrap();
    }
}
