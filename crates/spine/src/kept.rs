//! Secrets of the node itself: made when there are none, kept sealed beside what else it knows of itself. They never travel with
//! rows, and stand in no journal. What nodes need of the centre's secrets it entrusts to them in its answers, which are sealed for
//! the node alone; a node that leaves takes its own keeping with it.

use kernel::{Entropy, Secret};
use serde::{Deserialize, Serialize};
use store::{Read, Row, StoreError, Tx, params};

use crate::{Command, Error, Offline, SecretBox, Services, Work};

/// Keeps something of the node itself, unless it is kept already.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeepSecret {
    /// Under which name.
    name: String,
    /// What, sealed.
    sealed: Vec<u8>,
}

impl Command for KeepSecret {
    const NAME: &'static str = "branch.keep_secret";
    const PERMISSION: &'static str = "system";
    const OFFLINE: Offline = Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql =
            "insert into node_setting (name, value) values ($1, $2) on conflict (name) do nothing";
        w.execute(sql, params![self.name.as_str(), serde_json::to_string(&self.sealed)?]).await?;
        Ok(())
    }
}

/// Something that was kept under a name, still sealed.
async fn sealed<R: Read>(db: &mut R, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select value from node_setting where name = $1";
    let text = db.first(sql, params![name]).await?.map(Row::one::<String>).transpose()?;
    let broken = |_| Error::failure("a setting of the node is broken");
    text.map(|text| serde_json::from_str(&text).map_err(broken)).transpose()
}

fn broken(name: &str) -> Error {
    Error::failure(format!("what is kept as {name} does not open"))
}

/// The secret of this name, when one is kept.
///
/// # Errors
/// The database's; a secret that was sealed by another bank.
async fn secret(
    services: &Services,
    secret_box: &SecretBox,
    name: &str,
) -> Result<Option<Secret<Vec<u8>>>, Error> {
    let found = sealed(&mut services.reader.clone(), name).await?;
    found.map(|sealed| secret_box.open(&sealed, name).map_err(|_| broken(name))).transpose()
}

/// Keeps a secret under a name; what was kept before stays.
///
/// # Errors
/// The database's.
async fn keep(
    services: &Services,
    secret_box: &SecretBox,
    (name, plain): (&str, &[u8]),
) -> Result<(), Error> {
    let sealed = secret_box.seal(services.entropy.as_ref(), plain, name);
    let sealed = sealed.map_err(|_| broken(name))?;
    let ctx = services.system("branch");
    let keep = KeepSecret { name: name.to_owned(), sealed };
    services.execute(&ctx, ctx.command_id(), &keep).await
}

/// The secret of this name, made when there is none. Two nodes that make one at once keep that of the first.
///
/// # Errors
/// The database's; a secret that was sealed by another bank.
pub async fn secret_or_new(
    services: &Services,
    secret_box: &SecretBox,
    name: &str,
    make: impl FnOnce(&dyn Entropy) -> Secret<Vec<u8>>,
) -> Result<Secret<Vec<u8>>, Error> {
    if let Some(kept) = secret(services, secret_box, name).await? {
        return Ok(kept);
    }
    let made = make(services.entropy.as_ref());
    keep(services, secret_box, (name, made.reveal())).await?;
    secret(services, secret_box, name).await?.ok_or_else(|| broken(name))
}

/// By what this node's secrets are sealed; put into its memory when it is opened.
pub struct Keeper(pub SecretBox);

/// What the centre entrusts to nodes, by name; put into its memory by the rooms whose secrets they are.
#[derive(Default)]
pub struct Entrusts(pub Vec<Entrusted>);

/// A secret on its way to a node.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entrusted {
    /// Under which name it is kept.
    pub name: String,
    /// What; travels in the sealed envelope only.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for Entrusted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entrusted({}, ***)", self.name)
    }
}

/// Names of what was entrusted to a node begin like this where it is kept.
const ENTRUSTED: &str = "entrusted:";

/// The secret of this name that the centre has entrusted to this node.
///
/// # Errors
/// As [`secret`].
pub async fn entrusted(
    services: &Services,
    secret_box: &SecretBox,
    name: &str,
) -> Result<Option<Secret<Vec<u8>>>, Error> {
    secret(services, secret_box, &format!("{ENTRUSTED}{name}")).await
}

/// Names of what this node was entrusted with.
pub(crate) async fn entrusted_names(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let sql = "select name from node_setting where name like $1 order by name";
    let rows = tx.query(sql, params![format!("{ENTRUSTED}%")]).await?;
    let names = rows.into_iter().map(Row::one::<String>);
    names
        .map(|name| name.map(|n| n.strip_prefix(ENTRUSTED).unwrap_or_default().to_owned()))
        .collect()
}

/// Keeps what the centre has entrusted to this node.
pub(crate) async fn keep_entrusted(
    tx: &mut Tx,
    services: &Services,
    all: &[Entrusted],
) -> Result<(), Error> {
    let Some(keeper) = services.memory.get::<Keeper>() else { return Ok(()) };
    for one in all {
        let name = format!("{ENTRUSTED}{}", one.name);
        let sealed = keeper.0.seal(services.entropy.as_ref(), &one.secret, &name);
        let sealed = serde_json::to_string(&sealed.map_err(|_| broken(&one.name))?)?;
        let sql =
            "insert into node_setting (name, value) values ($1, $2) on conflict (name) do nothing";
        tx.execute(sql, params![name, sealed]).await?;
    }
    Ok(())
}
