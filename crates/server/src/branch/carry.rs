//! `tessera branch carry` and `answer`: the exchange in files.

use std::io::Write;
use std::path::{Path, PathBuf};

use branch::Hub;
use branch::carry::FILE_BYTES_MAX;
use branch::first_file::keys_file;
use clap::{Args, Subcommand};
use spine::replica::branch::Taken;
use tokio::sync::watch;

use super::{Place, post};
use crate::cli::Db;
use crate::config::Config;
use crate::host::say;
use crate::wiring::{self, Core};
use crate::{RunError, database, root};

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Write what the centre has not been told yet into a file for it. The branch goes on working.
    Out {
        /// The file to make.
        file: PathBuf,
        /// The folder of the branch.
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
    },
    /// Take in the file that came back from the centre.
    In {
        /// The file.
        file: PathBuf,
        /// The folder of the branch.
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The file that came from the branch.
    file: PathBuf,
    /// The file to make for it.
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
    #[command(flatten)]
    centre: Centre,
}

/// Which centre: by its configuration, or by its database alone, where it is configured as usual and no node enrols.
#[derive(Debug, Args)]
struct Centre {
    /// The configuration of the centre.
    #[arg(long, value_name = "FILE", required_unless_present = "url", conflicts_with = "url")]
    config: Option<PathBuf>,
    #[command(flatten)]
    db: Option<Db>,
}

impl Centre {
    async fn open(&self) -> Result<(Core, Hub), RunError> {
        let (core, about) = match (&self.config, &self.db) {
            (Some(file), _) => {
                let config = Config::read(file)?;
                let root = root::named(&config.key_file, &config.key_command);
                let (core, setting) = database::core_of(&config, Some(root)).await?;
                (core, Some(setting.about()))
            }
            (None, Some(db)) => (database::core(&db.url, Some(db.root())).await?, None),
            (None, None) => return Err(RunError::Asked("--config or --db?".to_owned())),
        };
        let secret_box = core.bank_box.as_ref().ok_or(wiring::OpenError::NoRoot)?;
        engagement::CardKeys::at_centre(&core.services, secret_box).await?;
        let hub = Hub::open(&core.services, &wiring::replicated(), secret_box, about).await?;
        Ok((core, hub))
    }
}

#[derive(Debug, Args)]
pub(crate) struct KeysAsked {
    /// The file to make.
    file: PathBuf,
    #[command(flatten)]
    centre: Centre,
}

pub(super) async fn run(task: Task) -> Result<(), RunError> {
    let (Task::Out { data, .. } | Task::In { data, .. }) = &task;
    let place = Place::over(data);
    let known = place.known()?;
    let (_stop, stopping) = watch::channel(false);
    let core = Core::open(&place.setting(&known, stopping)?, wiring::modules()).await?;
    let secret_box = core.bank_box.as_ref().ok_or(wiring::OpenError::NoRoot)?;
    // they may not have been entrusted to this branch yet
    drop(engagement::CardKeys::of(&core.services).await);
    let post = post(&core.services, secret_box, &known).await?;
    match task {
        Task::Out { file, .. } => {
            let out = post.file_out().await?;
            write(&file, &out.content)?;
            say(&format!("{} commands are in {}", out.commands, file.display()));
            if out.waiting > 0 {
                say(&format!("{} commands had no room: they go with the next file", out.waiting));
            }
        }
        Task::In { file, .. } => {
            let taken = post.file_in(&read(&file)?).await?;
            let state = post.branch.state().await?;
            say(&format!(
                "{} is taken in; it may work until {}",
                file.display(),
                state.lease_until
            ));
            if taken == Taken::More {
                say("there is more at the centre, or to be told: carry another file");
            }
        }
    }
    Ok(())
}

/// `tessera branch answer`.
pub(super) async fn answer(asked: &Asked) -> Result<(), RunError> {
    let (core, hub) = asked.centre.open().await?;
    let ctx = core.services.system("cli");
    let answered = match hub.exchange_file(&ctx, &read(&asked.file)?, None).await {
        Err(spine::Error::Refused(why))
            if why.0.iter().any(|r| r.code == "branch-enrol-config") =>
        {
            let words = "a node enrols by this file: name the centre by --config instead of --db (branch-enrol-config)";
            return Err(RunError::Asked(words.to_owned()));
        }
        answered => answered?,
    };
    write(&asked.into, &answered.content)?;
    core.keepers.seal_and_read().await?;
    if let Some(name) = &answered.enrolled {
        say(&format!("{name} has enrolled; its first copy is in the answer"));
    }
    let [accepted, refused, waits] = answered.counts;
    say(&format!("{accepted} accepted, {refused} refused, {waits} wait for a second person"));
    say(&format!("the answer for the branch is in {}", asked.into.display()));
    Ok(())
}

/// `tessera branch keys`.
pub(super) async fn keys(asked: &KeysAsked) -> Result<(), RunError> {
    let (_core, hub) = asked.centre.open().await?;
    write(&asked.file, &keys_file(hub.public())?)?;
    say(&format!("the centre's public keys are in {}", asked.file.display()));
    Ok(())
}

/// A file, when it is not larger than any such file is.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, RunError> {
    let problem = || RunError::io(file.display().to_string());
    let length = std::fs::metadata(file).map_err(problem())?.len();
    if usize::try_from(length).map_or(true, |length| length > FILE_BYTES_MAX) {
        return Err(spine::Error::refused("branch-file-large").into());
    }
    std::fs::read(file).map_err(problem())
}

/// A file that is there whole or not at all.
pub(super) fn write(file: &Path, content: &[u8]) -> Result<(), RunError> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let problem = || RunError::io(part.display().to_string());
    let mut new = std::fs::File::create(&part).map_err(problem())?;
    new.write_all(content).map_err(problem())?;
    // a stick may be pulled out as soon as we say that the file is there
    new.sync_all().map_err(problem())?;
    std::fs::rename(&part, file).map_err(RunError::io(file.display().to_string()))
}
