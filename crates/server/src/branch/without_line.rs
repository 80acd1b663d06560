//! `tessera branch enrol` by files: the node introduces itself in one, and is told who it is in another.

use std::path::Path;

use branch::first_file;
use branch::hub::kept_keys;
use spine::replica::branch::{Taken, begin, first_word, state};
use tokio::sync::watch;

use super::carry::{read, write};
use super::enrol::{Asked, OTHER_VERSION};
use super::{Place, post};
use crate::RunError;
use crate::host::say;
use crate::wiring::{self, Core};

/// The node makes its keys and writes the file with which it introduces itself. Done again, it says the same again.
pub(super) async fn introduce(
    asked: &Asked,
    place: &Place,
    (keys, into): (&Path, &Path),
) -> Result<(), RunError> {
    let code = asked.code()?;
    let centre = first_file::keys_in(&read(keys)?, &code)?;
    let mut known = asked.known();
    known.trust(&centre);
    let (_stop, stopping) = watch::channel(false);
    let core = Core::open(&place.setting(&known, stopping)?, wiring::modules()).await?;
    let secret_box = core.bank_box.as_ref().ok_or(wiring::OpenError::NoRoot)?;
    if state(&mut core.services.reader.clone()).await?.is_some() {
        return Err(spine::Error::refused("branch-enrolled").into());
    }
    let keys = kept_keys(&core.services, secret_box).await?;
    let first = first_word(&core.services, env!("CARGO_PKG_VERSION")).await?;
    write(into, &first_file::introduce((&keys, &centre), &code, first)?)?;
    place.keep(&known)?;
    say(&format!(
        "{} is for the centre; go on with --answer and the file it gives back",
        into.display()
    ));
    Ok(())
}

/// The node learns who it is and takes its first copy in. Broken off, it is done again.
pub(super) async fn answer(place: &Place, file: &Path) -> Result<(), RunError> {
    let mut known = place.known()?;
    let centre = known.centre_keys()?;
    let (_stop, stopping) = watch::channel(false);
    let core = Core::open(&place.setting(&known, stopping)?, wiring::modules()).await?;
    let secret_box = core.bank_box.as_ref().ok_or(wiring::OpenError::NoRoot)?;
    let keys = kept_keys(&core.services, secret_box).await?;
    let (welcome, carried) = first_file::welcomed((&keys, &centre), &read(file)?)?;
    match state(&mut core.services.reader.clone()).await? {
        None => begin(&core.services, welcome.who.clone(), core.services.clock.now()).await?,
        // broken off before, and for this node
        Some(state) if state.who == welcome.who => {}
        Some(_) => return Err(spine::Error::refused("branch-enrolled").into()),
    }
    known.welcome(welcome);
    place.keep(&known)?;
    say(&format!("this is {} now", known.node));
    let post = post(&core.services, secret_box, &known).await?;
    let taken = post.branch.take_carried(carried).await?;
    let state = post.branch.state().await?;
    match (state.copy.is_base(), taken) {
        (false, _) => say("the copy is whole"),
        (true, _) if state.other_schema.is_some() => {
            return Err(RunError::Asked(OTHER_VERSION.to_owned()));
        }
        (true, Taken::Nothing) => return Err(spine::Error::refused("branch-file-old").into()),
        (true, _) => {
            say("there is more of the first copy at the centre: carry files until it is whole");
        }
    }
    Ok(())
}
