//! `tessera branch serve` and `status`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use branch::carry::Post;
use branch::line::{self, Asker, Talk};
use branch::notary::Knowing;
use clap::Args;
use spine::replica::branch::{Progress, state, waiting};
use store::Store;
use tokio::sync::watch;

use super::{Place, post};
use crate::RunError;
use crate::host::{self, say};
use crate::wiring::{self, Node};

#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The folder of the branch.
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:7430")]
    listen: SocketAddr,
    /// Cookies only over TLS: a reverse proxy with TLS stands before it.
    #[arg(long)]
    secure_cookies: bool,
}

pub(super) async fn run(asked: Asked) -> Result<(), RunError> {
    let place = Place::over(&asked.data);
    let known = place.known()?;
    let listener = host::listen(asked.listen).await?;
    let (stop, stopping) = watch::channel(false);
    let mut setting = place.setting(&known, stopping)?;
    setting.secure_cookies = asked.secure_cookies;
    let node = Node::open(setting, wiring::modules(), wiring::pages()).await?;
    // they may not have been entrusted to this branch yet
    drop(engagement::CardKeys::of(&node.services).await);
    node.services.bus.set_notary(Arc::new(Knowing(known.centre_keys()?)));
    node.services.memory.put(post(&node.services, &node.app.secret_box, &known).await?);
    let post = node.services.memory.get::<Post>().ok_or(spine::Error::NotFound)?;
    post.branch.begin().await?;
    let (services, stopping) = (node.services.clone(), stop.subscribe());
    let line = if known.centre.is_empty() { None } else { Some(place.line(&known)?) };
    let talking = async move {
        match line {
            Some(line) => talk(Talk { post, line, services }, stopping).await,
            None => line::without(&post, &services, stopping).await,
        }
    };
    let keeping = node.keepers.run(stop.subscribe());
    let keeping = tokio::spawn(async move {
        tokio::join!(talking, keeping);
    });
    host::serve(listener, node.router, keeping, (stop, Duration::ZERO), |_| {}).await
}

/// Keeps the line, and puts questions to the centre over it.
async fn talk(talk: Talk, stopping: watch::Receiver<bool>) {
    let (asker, questions) = Asker::new(&talk.services);
    talk.services.bus.set_asks(asker);
    talk.run(questions, stopping).await;
}

/// `tessera branch status`.
pub(super) async fn status(place: &Place) -> Result<(), RunError> {
    let known = place.known()?;
    let store =
        Store::open_with(&format!("sqlite:{}", place.database().display()), &place.store(&known)?)
            .await?;
    let mut db = store.reader;
    let none = || RunError::Asked("this node has not enrolled yet".to_owned());
    let state = state(&mut db).await?.ok_or_else(none)?;
    let waiting = waiting(&mut db).await?;
    match known.centre.as_str() {
        "" => say(&format!("node {}, without a line to its centre", known.node)),
        centre => say(&format!("node {} of the centre {centre}", known.node)),
    }
    match (&state.copy, state.replica_at) {
        (Progress::Base(_), _) => say("the first copy is not whole yet"),
        (Progress::Whole(_), Some(at)) => say(&format!("its copy shows {at}")),
        (Progress::Whole(_), None) => say("its copy has just come"),
    }
    say(&format!("{waiting} commands are not told yet"));
    say(&format!("it may work until {}", state.lease_until));
    Ok(())
}
