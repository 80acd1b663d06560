//! `tessera branch enrol`: keys, introduction, first copy.

use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use branch::code::Code;
use branch::envelope::{Head, Kind, PublicKeys};
use branch::hub::{Introduction, Welcome, kept_keys};
use branch::line::Talk;
use branch::line::http_client::{Line, LineError};
use clap::Args;
use spine::replica::branch::{Progress, Taken, begin};
use spine::replica::code as words;
use tokio::sync::watch;
use uuid::Uuid;

use super::{Known, Place, post, without_line};
use crate::RunError;
use crate::host::say;
use crate::wiring::{self, Core};

/// Said where a copy cannot be taken.
pub(super) const OTHER_VERSION: &str =
    "the programs are of different versions: this one must be the centre's";
/// Said of somebody with other keys.
const STRANGER: &str = "whoever answers there is not the centre of this node";
/// Rights of the folder: nobody else's.
const MODE: u32 = 0o700;

#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// Address of the centre, such as https://crm.bank.example. Without a line: --keys and --into in its place, and then --answer.
    /// A node that has enrolled without one gets it by this alone.
    #[arg(long, value_name = "URL", required_unless_present_any = ["into", "answer"])]
    centre: Option<String>,
    /// The code that the centre has shown for this node.
    #[arg(long)]
    code: Option<String>,
    /// Without a line: the file of the centre's public keys.
    #[arg(long, value_name = "FILE", requires = "into", conflicts_with = "centre")]
    keys: Option<PathBuf>,
    /// Without a line: the file to make for the centre.
    #[arg(long, value_name = "FILE", requires_all = ["keys", "code"], conflicts_with = "centre")]
    into: Option<PathBuf>,
    /// Without a line: the file that came back from the centre.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["centre", "code", "keys", "into", "authorities", "key_file", "key_command"])]
    answer: Option<PathBuf>,
    /// A folder for the branch's data; made when it is not there.
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// Certificates to trust (PEM), in the place of the public ones.
    #[arg(long, value_name = "FILE")]
    authorities: Option<PathBuf>,
    /// Where the key lies that opens the data; by default beside it, where whoever takes the machine takes both.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The program that speaks to a key management service or a security chip, in the place of a key file; once for the
    /// program and for each of its arguments.
    #[arg(long, value_name = "WORD", conflicts_with = "key_file", allow_hyphen_values = true)]
    key_command: Vec<String>,
}

/// Why the line said no, for the command line.
pub(super) fn told(error: LineError) -> RunError {
    match error {
        LineError::Failure(error) => error.into(),
        other => RunError::Asked(other.to_string()),
    }
}

pub(super) async fn run(asked: &Asked) -> Result<(), RunError> {
    let place = Place::over(&asked.data);
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true).mode(MODE);
    folder.create(&asked.data).map_err(RunError::io(asked.data.display().to_string()))?;
    if let Some(file) = &asked.answer {
        return without_line::answer(&place, file).await;
    }
    let known = place.known_already()?.filter(|known| !known.node.is_empty());
    match (known, &asked.centre, &asked.keys, &asked.into) {
        (Some(known), Some(centre), ..) if known.centre.is_empty() => {
            gets_line(&place, Known { centre: centre.clone(), ..known }, asked).await
        }
        (Some(known), Some(_), ..) => copy(&place, &known).await,
        (Some(known), ..) => Err(RunError::Asked(format!("this is {} already", known.node))),
        (None, None, Some(keys), Some(into)) => {
            without_line::introduce(asked, &place, (keys, into)).await
        }
        (None, ..) => {
            let known = introduce(asked, &place).await?;
            copy(&place, &known).await
        }
    }
}

/// A node that has worked by files has a line from now on, to the centre it knows.
async fn gets_line(place: &Place, known: Known, asked: &Asked) -> Result<(), RunError> {
    let known = Known { authorities: asked.authorities.clone(), ..known };
    let found = keys_of(&place.line(&known)?).await?;
    if found != known.centre_keys()? {
        return Err(RunError::Asked(STRANGER.to_owned()));
    }
    place.keep(&known)?;
    say(&format!(
        "{} has a line to {}; it is used when the centre says so",
        known.node, known.centre
    ));
    Ok(())
}

impl Asked {
    pub(super) fn code(&self) -> Result<Code, RunError> {
        Ok(Code::parse(self.code.as_deref().unwrap_or_default())?)
    }
    /// What is known before the node has a name.
    pub(super) fn known(&self) -> Known {
        Known {
            centre: self.centre.clone().unwrap_or_default(),
            authorities: self.authorities.clone(),
            key_file: self.key_file.clone(),
            key_command: self.key_command.clone(),
            sign_key: String::new(),
            seal_key: String::new(),
            node: String::new(),
            jurisdiction: "ru".to_owned(),
            currency: "RUB".to_owned(),
            zone: "Europe/Moscow".to_owned(),
        }
    }
}

impl Known {
    pub(super) fn trust(&mut self, centre: &PublicKeys) {
        (self.sign_key, self.seal_key) =
            (STANDARD.encode(&centre.sign), STANDARD.encode(&centre.seal));
    }
    pub(super) fn welcome(&mut self, welcome: Welcome) {
        self.node = welcome.who.name;
        (self.jurisdiction, self.currency, self.zone) =
            (welcome.jurisdiction, welcome.currency, welcome.zone);
    }
}

/// The node makes its keys, looks whether the centre is the one the code speaks of, and is told who it is. Its keys are kept
/// before it speaks, so that it can say the same again.
async fn introduce(asked: &Asked, place: &Place) -> Result<Known, RunError> {
    let code = asked.code()?;
    let mut known = asked.known();
    let line = place.line(&known)?;
    let centre = centre_keys(&line, &code).await?;
    known.trust(&centre);
    let (_stop, stopping) = watch::channel(false);
    let core = Core::open(&place.setting(&known, stopping)?, wiring::modules()).await?;
    let secret_box = core.bank_box.as_ref().ok_or(wiring::OpenError::NoRoot)?;
    let keys = kept_keys(&core.services, secret_box).await?;
    let introduced = Introduction { secret: code.secret().to_vec(), keys: keys.public()? };
    let head = Head { kind: Kind::Enrol, node: Uuid::nil(), number: 0 };
    let envelope = keys.close(&centre, head, &words::encode(&introduced)?)?;
    let answer = line.post("/branch/v1/enrol", envelope).await.map_err(told)?;
    let (head, message) = keys.open(&answer, &centre)?;
    let welcome: Welcome = words::decode(&message)?;
    if head.kind != Kind::Enrolled || head.node != welcome.who.node {
        return Err(spine::Error::refused("branch-envelope-broken").into());
    }
    if spine::replica::branch::state(&mut core.services.reader.clone()).await?.is_none() {
        begin(&core.services, welcome.who.clone(), core.services.clock.now()).await?;
    }
    known.welcome(welcome);
    place.keep(&known)?;
    say(&format!("this is {} now", known.node));
    Ok(known)
}

async fn centre_keys(line: &Line, code: &Code) -> Result<PublicKeys, RunError> {
    let keys = keys_of(line).await?;
    if keys.print() != code.centre {
        return Err(RunError::Asked(STRANGER.to_owned()));
    }
    Ok(keys)
}

async fn keys_of(line: &Line) -> Result<PublicKeys, RunError> {
    Ok(words::decode(&line.get("/branch/v1/keys").await.map_err(told)?)?)
}

/// The first copy, from where it was broken off.
async fn copy(place: &Place, known: &Known) -> Result<(), RunError> {
    let (_stop, stopping) = watch::channel(false);
    let core = Core::open(&place.setting(known, stopping)?, wiring::modules()).await?;
    let secret_box = core.bank_box.as_ref().ok_or(wiring::OpenError::NoRoot)?;
    let talk = Talk {
        post: Arc::new(post(&core.services, secret_box, known).await?),
        line: place.line(known)?,
        services: core.services.clone(),
    };
    let mut table = String::new();
    loop {
        let taken = talk.exchange().await.map_err(told)?;
        if let Progress::Base(Some(at)) = talk.post.branch.state().await?.copy
            && at.table != table
        {
            table = at.table;
            say(&format!("copying {table}"));
        }
        if taken != Taken::More {
            break;
        }
    }
    if talk.post.branch.state().await?.copy.is_base() {
        return Err(RunError::Asked(OTHER_VERSION.to_owned()));
    }
    say("the copy is whole");
    Ok(())
}
