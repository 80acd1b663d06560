//! The exchange in a file that somebody carries: the same words in the same envelopes, for a branch without a line. A file says
//! outside which centre it goes to or comes from, so that a wrong one is refused with a clear word; nothing rests on that.

use spine::Error;
use spine::replica::branch::{Branch, Taken};
use spine::replica::code as words;
use spine::replica::message::{Carried, Outcome, Pushed, Up, Way};
use uuid::Uuid;

use crate::envelope::{self, Head, Keys, Kind, PRINT_BYTES, PublicKeys};

/// Bytes of a file that is taken at most.
pub const FILE_BYTES_MAX: usize = 128 << 20;
/// How a file begins.
const BEGIN: &[u8] = b"tessera carried file 1\n";

/// A branch, its keys and its centre: what says and hears, on a line or in files.
pub struct Post {
    /// The branch.
    pub branch: Branch,
    /// Its keys.
    pub keys: Keys,
    /// The centre's.
    pub centre: PublicKeys,
}

/// A file for the centre.
#[derive(Debug)]
pub struct Out {
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Commands in it.
    pub commands: usize,
    /// Commands for which there was no room.
    pub waiting: i64,
}

/// A file for a branch.
#[derive(Debug)]
pub struct Answered {
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Commands that were accepted, refused, and that wait for a second person.
    pub counts: [usize; 3],
    /// The node that has enrolled by the file that is answered.
    pub enrolled: Option<String>,
}

impl Post {
    /// The branch's next word, closed for the centre.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn say(&self, way: Way) -> Result<(Up, Vec<u8>), Error> {
        self.say_asking(way, None).await
    }
    /// The same, with a command the centre is asked to do.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn say_asking(
        &self,
        way: Way,
        ask: Option<Pushed>,
    ) -> Result<(Up, Vec<u8>), Error> {
        let up = self.branch.say_asking(way, ask).await?;
        let kind = match way {
            Way::Line => Kind::Up,
            Way::File => Kind::FileUp,
        };
        let head = Head { kind, node: self.branch.state().await?.who.node, number: up.number };
        let envelope = self.keys.close(&self.centre, head, &words::encode(&up)?)?;
        Ok((up, envelope))
    }
    /// What is pending and how far the copy has come, as a file for the centre. The branch goes on working; a later file has
    /// everything again that was not answered.
    ///
    /// # Errors
    /// The database's.
    pub async fn file_out(&self) -> Result<Out, Error> {
        let (up, envelope) = self.say(Way::File).await?;
        self.branch.note_sent(&up).await?;
        let node = self.branch.state().await?.who.name;
        Ok(Out {
            name: file_name(&node, up.number, "out"),
            content: wrap(&self.centre, &envelope),
            commands: up.commands.len(),
            waiting: up.waiting,
        })
    }
    /// Takes in the centre's file: all of it or nothing.
    ///
    /// # Errors
    /// Refusals `branch-file-broken` for what is no such file or was changed on the way, `branch-file-other-bank`,
    /// `branch-file-other-node`, `branch-file-way` for a file that goes to the centre, `branch-file-old` when it was taken in
    /// before, or a later one; the database's.
    pub async fn file_in(&self, file: &[u8]) -> Result<Taken, Error> {
        let envelope = unwrap(file, &self.centre)?;
        let outside = outside(envelope, &[Kind::FileDown])?;
        if outside.node != self.branch.state().await?.who.node {
            return Err(Error::refused("branch-file-other-node"));
        }
        let (head, message) = self.keys.open(envelope, &self.centre).map_err(told)?;
        let carried: Carried = words::decode(&message).map_err(told)?;
        if head.number != carried.first.to {
            return Err(broken());
        }
        match self.branch.take_carried(carried).await? {
            Taken::Nothing => Err(Error::refused("branch-file-old")),
            taken => Ok(taken),
        }
    }
}

/// The centre's file for a node.
pub(crate) fn answered(
    keys: (&Keys, &PublicKeys),
    (node, name, to): (Uuid, &str, &PublicKeys),
    carried: &Carried,
) -> Result<Answered, Error> {
    let head = Head { kind: Kind::FileDown, node, number: carried.first.to };
    let (keys, own) = keys;
    let envelope = keys.close(to, head, &words::encode(carried)?)?;
    let count = |wanted: Outcome| {
        carried.first.answers.iter().filter(|answer| answer.outcome == wanted).count()
    };
    Ok(Answered {
        name: file_name(name, carried.first.to, "in"),
        content: wrap(own, &envelope),
        counts: [count(Outcome::Accepted), count(Outcome::Refused), count(Outcome::Waits)],
        enrolled: None,
    })
}

/// A file as it is carried: whose centre's it is, and the envelope.
pub(crate) fn wrap(centre: &PublicKeys, envelope: &[u8]) -> Vec<u8> {
    [BEGIN, &centre.print(), envelope].concat()
}

/// The envelope in a file that belongs to this centre.
pub(crate) fn unwrap<'a>(file: &'a [u8], centre: &PublicKeys) -> Result<&'a [u8], Error> {
    if file.len() > FILE_BYTES_MAX {
        return Err(Error::refused("branch-file-large"));
    }
    let rest = file.strip_prefix(BEGIN).ok_or_else(broken)?;
    let (print, envelope) = rest.split_first_chunk::<PRINT_BYTES>().ok_or_else(broken)?;
    if *print != centre.print() {
        return Err(Error::refused("branch-file-other-bank"));
    }
    Ok(envelope)
}

/// What the envelope says outside, when it goes this way: its kind is one of these.
pub(crate) fn outside(envelope: &[u8], kinds: &[Kind]) -> Result<Head, Error> {
    let head = envelope::head(envelope).map_err(told)?;
    match head.kind {
        found if kinds.contains(&found) => Ok(head),
        Kind::FileUp | Kind::FileDown | Kind::FileEnrol | Kind::FileEnrolled => {
            Err(Error::refused("branch-file-way"))
        }
        Kind::Enrol | Kind::Enrolled | Kind::Up | Kind::Down => Err(broken()),
    }
}

/// What the line calls by its own names, in the words of a file.
pub(crate) fn told(error: Error) -> Error {
    let Error::Refused(refusals) = &error else { return error };
    match refusals.0.first().map(|refusal| refusal.code.as_str()) {
        Some("branch-envelope-broken" | "branch-message-broken" | "branch-signature-wrong") => {
            broken()
        }
        Some("branch-word-old") => Error::refused("branch-file-old"),
        Some("branch-node-unknown") => Error::refused("branch-file-other-node"),
        _ => error,
    }
}

pub(crate) fn broken() -> Error {
    Error::refused("branch-file-broken")
}

/// Names of nodes may hold anything; names of files may not.
pub(crate) fn file_name(node: &str, number: i64, way: &str) -> String {
    let fits = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
    format!("{}-{number}-{way}.tessera", node.chars().map(fits).collect::<String>())
}
