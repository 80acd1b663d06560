//! A node that serves: socket, keepers, signals, a calm end.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use connect::webhook::Sender;
use spine::Keepers;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::RunError;

/// How long running requests may take after the signal to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

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
    let (close, mut closed) = watch::channel(false);
    // the asking address is for the gate before passwords and the list of sessions
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        // an error means that the sender is gone: time to stop as well
        let _ = closed.wait_for(|s| *s).await;
    });
    let mut serving = tokio::spawn(async move { serving.await });
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

fn flatten(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> Result<(), RunError> {
    ended.map_err(|e| RunError::Asked(format!("serving: {e}")))?.map_err(RunError::io("serving"))
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
