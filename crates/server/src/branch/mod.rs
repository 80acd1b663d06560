//! `tessera branch`: this program at a branch, on a copy of what is the branch's.

mod carry;
mod enrol;
mod serve;
mod without_line;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use branch::carry::Post;
use branch::hub::kept_keys;
use clap::Subcommand;
use jiff::tz::TimeZone;
use kernel::{Currency, Entropy, RandomEntropy, Secret, SystemClock};
use serde::{Deserialize, Serialize};
use spine::replica::Lease;
use spine::replica::branch::Branch;
use spine::{SecretBox, Services};
use store::keys::{Root, RootError};
use store::{CipherKey, StoreSetting};
use tokio::sync::watch;

use crate::wiring::{self, Setting};
use crate::{RunError, root};

/// What is done with a branch.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Make this machine a node of a branch: with the code the centre has shown, and a first copy. Run it again when it was
    /// stopped: it goes on.
    Enrol(enrol::Asked),
    /// Serve the branch, and keep its copy fresh while there is a line.
    Serve(serve::Asked),
    /// Carry the exchange in files, for a branch without any line.
    Carry {
        #[command(subcommand)]
        task: carry::Task,
    },
    /// At the centre: take a branch's carried file in, and write the file that answers it.
    Answer(carry::Asked),
    /// At the centre: write its public keys into a file, for a node that enrols without a line.
    Keys(carry::KeysAsked),
    /// Tell how far the copy is and what the centre has not been told yet.
    Status {
        /// The folder of the branch.
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
    },
}

/// Does it.
///
/// # Errors
/// What stands in the way.
pub(crate) async fn run(task: Task) -> Result<(), RunError> {
    match task {
        Task::Enrol(asked) => Box::pin(enrol::run(&asked)).await,
        Task::Serve(asked) => Box::pin(serve::run(asked)).await,
        Task::Carry { task } => Box::pin(carry::run(task)).await,
        Task::Answer(asked) => Box::pin(carry::answer(&asked)).await,
        Task::Keys(asked) => Box::pin(carry::keys(&asked)).await,
        Task::Status { data } => serve::status(&Place::over(&data)).await,
    }
}

/// Where a branch keeps its things.
struct Place {
    folder: PathBuf,
}

/// What a branch knows of its centre; a file of its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    /// Its address; empty where there is no line.
    centre: String,
    /// A file of certificates to trust, in the place of the public ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorities: Option<PathBuf>,
    /// Where the key lies that opens everything; beside the data when it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_file: Option<PathBuf>,
    /// In its place: the program, and its arguments, that speaks to a key management service or a security chip.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    key_command: Vec<String>,
    /// The public keys of the centre, in base64.
    sign_key: String,
    seal_key: String,
    /// The node's name; empty before it has enrolled.
    node: String,
    /// Code of the jurisdiction pack, the bank's currency and its zone, as the centre has told.
    jurisdiction: String,
    currency: String,
    zone: String,
}

impl Place {
    fn over(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }
    fn database(&self) -> PathBuf {
        self.folder.join("branch.db")
    }
    fn file(&self) -> PathBuf {
        self.folder.join("branch.toml")
    }
    fn known(&self) -> Result<Known, RunError> {
        let file = self.file();
        let text = std::fs::read_to_string(&file)
            .map_err(RunError::io(format!("{} (no branch here?)", file.display())))?;
        let wrong =
            |e: toml::de::Error| RunError::Asked(format!("{}: {}", file.display(), e.message()));
        toml::from_str(&text).map_err(wrong)
    }
    fn keep(&self, known: &Known) -> Result<(), RunError> {
        let text = toml::to_string(known).map_err(|e| RunError::Asked(e.to_string()))?;
        carry::write(&self.file(), text.as_bytes())
    }
    /// What is known here, when anything is: what cannot be read is not taken for nothing.
    fn known_already(&self) -> Result<Option<Known>, RunError> {
        if self.file().exists() { self.known().map(Some) } else { Ok(None) }
    }
    /// What opens the keys of this branch.
    fn root(&self, known: &Known) -> Arc<dyn Root> {
        let file = known.key_file.clone().unwrap_or_else(|| self.folder.join("branch.db.key"));
        root::named(&file, &known.key_command)
    }
    /// How the database is opened: encrypted under a key that is sealed by the root and made at the first time.
    fn store(&self, known: &Known) -> Result<StoreSetting, RunError> {
        let (root, file) = (self.root(known), self.folder.join("branch.db.cipher"));
        let problem = |e: RootError| RunError::Asked(format!("{}: {e}", file.display()));
        if !file.exists() {
            let mut key = vec![0; CipherKey::BYTES];
            RandomEntropy.fill(&mut key);
            root.begin(&RandomEntropy).map_err(problem)?;
            let sealed = root.seal(&RandomEntropy, &Secret::new(key)).map_err(problem)?;
            std::fs::write(&file, sealed).map_err(RunError::io(file.display().to_string()))?;
        }
        let sealed = std::fs::read(&file).map_err(RunError::io(file.display().to_string()))?;
        let key = root.open(&sealed).map_err(problem)?;
        let key = <[u8; CipherKey::BYTES]>::try_from(key.reveal().as_slice());
        let key = key.map_err(|_| RunError::Asked(format!("{}: no key", file.display())))?;
        let cipher = Some(CipherKey::new(&Secret::new(key)));
        Ok(StoreSetting { cipher, ..StoreSetting::default() })
    }
    /// What a node of this branch is opened with.
    fn setting(&self, known: &Known, stopping: watch::Receiver<bool>) -> Result<Setting, RunError> {
        let wrong = |what: &str| RunError::Asked(format!("{}: {what}", self.file().display()));
        Ok(Setting {
            url: format!("sqlite:{}", self.database().display()),
            store: self.store(known)?,
            node: known.node.clone(),
            lease: Some(Lease::of(known.centre.clone())),
            jurisdiction: known.jurisdiction.clone(),
            currency: known.currency.parse::<Currency>().map_err(|_| wrong("currency"))?,
            zone: TimeZone::get(&known.zone).map_err(|_| wrong("zone"))?,
            secure_cookies: false,
            proxies: Vec::new(),
            root: Some(self.root(known)),
            oidc: Vec::new(),
            guards: web::Guards::default(),
            party: None,
            demo: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(RandomEntropy),
            stopping,
        })
    }
    /// The line to the centre.
    fn line(&self, known: &Known) -> Result<branch::line::http_client::Line, RunError> {
        let authorities = known
            .authorities
            .as_ref()
            .map(|file| std::fs::read(file).map_err(RunError::io(file.display().to_string())));
        let authorities = authorities.transpose()?;
        Ok(branch::line::http_client::Line::new(&known.centre, authorities.as_deref())?)
    }
}

/// The branch and its keys, for whoever says and hears.
async fn post(
    services: &Services,
    secret_box: &SecretBox,
    known: &Known,
) -> Result<Post, RunError> {
    let how = wiring::replicated();
    let branch = Branch::open(services, &how, env!("CARGO_PKG_VERSION")).await?;
    let centre = known.centre_keys()?;
    Ok(Post {
        branch: branch.trusting(&centre.sign),
        keys: kept_keys(services, secret_box).await?,
        centre,
    })
}

impl Known {
    fn centre_keys(&self) -> Result<branch::envelope::PublicKeys, RunError> {
        let keys = [&self.sign_key, &self.seal_key].map(|text| STANDARD.decode(text));
        match keys {
            [Ok(sign), Ok(seal)] => Ok(branch::envelope::PublicKeys { sign, seal }),
            _ => {
                Err(RunError::Asked("the keys of the centre in branch.toml are broken".to_owned()))
            }
        }
    }
}
