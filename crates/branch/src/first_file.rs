//! Enrolling by files, for a branch that has never had a line: the centre's public keys go there, the node's introduction with its first
//! word comes back, and who it is goes there together with the first copy. The code goes another way, and proves both to one another.

use serde::{Deserialize, Serialize};
use spine::Error;
use spine::replica::code as words;
use spine::replica::message::{Carried, Up};
use uuid::Uuid;

use crate::carry::{Answered, broken, file_name, outside, told, unwrap, wrap};
use crate::code::Code;
use crate::envelope::{Head, Keys, Kind, PublicKeys};
use crate::hub::{Introduction, Welcome};

/// How a file with a centre's keys begins.
const BEGIN: &[u8] = b"tessera centre 1\n";
/// Its other bytes at most.
const KEYS_MAX: u64 = 1_024;

/// How a node introduces itself in a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileIntroduction {
    /// As on a line.
    pub introduction: Introduction,
    /// What it would say first on a line.
    pub first: Up,
}

/// What the node is told in the file that answers it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct FileWelcome {
    welcome: Welcome,
    carried: Carried,
}

/// A centre's public keys as a file. Nothing in it is secret, and it proves nothing: the code does.
///
/// # Errors
/// None for keys that were made here.
pub fn keys_file(centre: &PublicKeys) -> Result<Vec<u8>, Error> {
    Ok([BEGIN, &words::encode(centre)?].concat())
}

/// The keys in such a file, when they are those of the centre that has shown the code.
///
/// # Errors
/// Refusals `branch-file-broken` for what is no such file, `branch-file-other-bank` for the keys of another centre.
pub fn keys_in(file: &[u8], code: &Code) -> Result<PublicKeys, Error> {
    let rest = file.strip_prefix(BEGIN).ok_or_else(broken)?;
    let keys: PublicKeys = words::decode_within(rest, KEYS_MAX).map_err(told)?;
    if !keys.are_keys() {
        return Err(broken());
    }
    if keys.print() != code.centre {
        return Err(Error::refused("branch-file-other-bank"));
    }
    Ok(keys)
}

/// A node's introduction, and its first word, as a file for the centre. It may be written again and again.
///
/// # Errors
/// None for keys that were made here.
pub fn introduce(
    (keys, centre): (&Keys, &PublicKeys),
    code: &Code,
    first: Up,
) -> Result<Vec<u8>, Error> {
    let introduction = Introduction { secret: code.secret().to_vec(), keys: keys.public()? };
    let head = Head { kind: Kind::FileEnrol, node: Uuid::nil(), number: first.number };
    let message = words::encode(&FileIntroduction { introduction, first })?;
    Ok(wrap(centre, &keys.close(centre, head, &message)?))
}

/// The centre's file for a node that has enrolled.
pub(crate) fn welcome(
    (keys, own): (&Keys, &PublicKeys),
    to: &PublicKeys,
    (welcome, carried): (Welcome, Carried),
) -> Result<Answered, Error> {
    let number = carried.first.to;
    let head = Head { kind: Kind::FileEnrolled, node: welcome.who.node, number };
    let (name, enrolled) =
        (file_name(&welcome.who.name, number, "in"), Some(welcome.who.name.clone()));
    let message = words::encode(&FileWelcome { welcome, carried })?;
    let content = wrap(own, &keys.close(to, head, &message)?);
    Ok(Answered { name, content, counts: [0; 3], enrolled })
}

/// What the centre's file says to a node that has introduced itself: who it is, and the answer to its first word.
///
/// # Errors
/// Refusals `branch-file-broken` for what is no such file or was changed on the way, `branch-file-other-bank`, `branch-file-way`;
/// `branch-file-broken` also for a file that is another node's.
pub fn welcomed(
    (keys, centre): (&Keys, &PublicKeys),
    file: &[u8],
) -> Result<(Welcome, Carried), Error> {
    let envelope = unwrap(file, centre)?;
    outside(envelope, &[Kind::FileEnrolled])?;
    let (head, message) = keys.open(envelope, centre).map_err(told)?;
    let said: FileWelcome = words::decode(&message).map_err(told)?;
    if head.node != said.welcome.who.node || head.number != said.carried.first.to {
        return Err(broken());
    }
    Ok((said.welcome, said.carried))
}
