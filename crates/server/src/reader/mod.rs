//! `tessera reader`: carries cards at a clerk's machine. Pages of the bank, and nobody else, may have commands carried to the card
//! that is in the reader. It knows no key and understands nothing of what it carries.

mod http;
mod slot;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Args;
use tokio::sync::watch;

use crate::RunError;
use crate::host;
pub use http::router;
pub use slot::{Slot, Soft};

/// What is asked.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The address of the bank's pages as the browser shows it, such as https://crm.bank.example; once for each.
    #[arg(long, value_name = "URL", required = true)]
    origin: Vec<String>,
    /// Where to listen; only this machine is let in.
    #[arg(long, default_value_t = SocketAddr::from(([127, 0, 0, 1], web::READER_PORT)))]
    listen: SocketAddr,
    /// A card in software in the place of a reader, kept in this file; made blank when it is not there. For trials.
    #[arg(long, value_name = "FILE")]
    soft: Option<PathBuf>,
    /// The reader, by a part of its name; the first that is there when nothing is said.
    #[arg(long, value_name = "NAME", conflicts_with = "soft")]
    reader: Option<String>,
}

/// A reader with a card in software in it, beside a demo bank, for as long as the program runs. Where the port is taken there is none.
pub(crate) async fn beside(file: PathBuf, origins: &[String]) {
    let address = SocketAddr::from(([127, 0, 0, 1], web::READER_PORT));
    let Ok(listener) = tokio::net::TcpListener::bind(address).await else {
        return host::say(&format!("no card reader: {address} is taken"));
    };
    let slot: Box<dyn Slot> = Box::new(Soft::kept_in(file));
    let router = router(Arc::new(Mutex::new(slot)), origins, address);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "the card reader has ended");
        }
    });
}

/// Serves until it is stopped.
///
/// # Errors
/// When the address is taken or not this machine's own, or this program was built without readers.
pub(crate) async fn run(asked: Asked) -> Result<(), RunError> {
    if !asked.listen.ip().is_loopback() {
        let words = "a card is carried for this machine only: listen on 127.0.0.1";
        return Err(RunError::Asked(words.to_owned()));
    }
    let slot: Box<dyn Slot> = match asked.soft {
        Some(file) => Box::new(Soft::kept_in(file)),
        None => slot::in_reader(asked.reader)?,
    };
    let listener = host::listen(asked.listen).await?;
    let address = listener.local_addr().map_err(RunError::io("the listening address"))?;
    let router = router(Arc::new(Mutex::new(slot)), &asked.origin, address);
    let (stop, _) = watch::channel(false);
    let nothing = tokio::spawn(async {});
    host::serve(listener, router, nothing, (stop, Duration::ZERO), |_| {}).await
}
