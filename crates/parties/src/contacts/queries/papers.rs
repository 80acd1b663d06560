//! Documents, numbers and files.

use kernel::{ClientId, Date, FileId, IdentifierId, Timestamp, UserId};
use spine::Owner;
use store::{Read, Row, StoreError, params};

use super::{Origin, ROWS_MAX, origin};
use crate::contacts::model::FileKind;
use crate::search::normal_key;

/// A document or official number.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Identifier {
    /// Identity.
    pub id: IdentifierId,
    /// Whose.
    pub client_id: ClientId,
    /// Kind of the jurisdiction pack.
    pub kind: String,
    /// Normalised.
    pub value: String,
    /// `valid`, `unchecked`, `not_applicable`.
    pub certainty: String,
    /// Day of issue.
    pub issued_on: Option<Date>,
    /// Issuer.
    pub issued_by: String,
    /// Code of the issuer.
    pub issuer_code: String,
    /// Last day, where the document says one.
    pub valid_until: Option<Date>,
    /// The document the client is identified by.
    pub is_main: bool,
    /// Where it came from.
    pub origin: Origin,
}

const IDENTIFIER: &str = "id, client_id, kind, value, certainty, issued_on, issued_by, issuer_code, \
     valid_until, is_main, source, author_id, at";

fn identifier_row(row: Row) -> Result<Identifier, StoreError> {
    let mut c = row.cols();
    Ok(Identifier {
        id: c.take()?,
        client_id: c.take()?,
        kind: c.take()?,
        value: c.take()?,
        certainty: c.take()?,
        issued_on: c.take()?,
        issued_by: c.take()?,
        issuer_code: c.take()?,
        valid_until: c.take()?,
        is_main: c.take()?,
        origin: origin(&mut c)?,
    })
}

/// The documents and numbers of a client, the main one first.
///
/// # Errors
/// The database's.
pub async fn identifiers<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<Identifier>, StoreError> {
    let sql = format!(
        "select {IDENTIFIER} from client_identifier where client_id = $1 and archived_at is null \
         order by is_main desc, kind, at desc, id limit $2"
    );
    let rows = db.query(&sql, params![client, ROWS_MAX]).await?;
    rows.into_iter().map(identifier_row).collect()
}

/// One document or number that is not archived.
///
/// # Errors
/// The database's.
pub async fn identifier<R: Read>(
    db: &mut R,
    id: IdentifierId,
) -> Result<Option<Identifier>, StoreError> {
    let sql =
        format!("select {IDENTIFIER} from client_identifier where id = $1 and archived_at is null");
    db.first(&sql, params![id]).await?.map(identifier_row).transpose()
}

/// Another client that holds a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Which client.
    pub client_id: ClientId,
    /// What he is called; his number when he has no name.
    pub name: String,
    /// To whom he belongs.
    pub owner: Owner,
}

/// The clients other than `but` that hold this very number, through the search keys.
///
/// # Errors
/// The database's.
pub async fn other_holders<R: Read>(
    db: &mut R,
    kind: &str,
    value: &str,
    but: ClientId,
) -> Result<Vec<Holder>, StoreError> {
    let sql = format!(
        "select c.id, c.display_name, c.number, {} from client_key k \
         join client c on c.id = k.client_id \
         where k.value = $1 and k.kind = $2 and k.client_id <> $3 order by c.id limit 5",
        Owner::COLUMNS
    );
    let mut out = Vec::new();
    for row in db.query(&sql, params![normal_key(value), kind, but]).await? {
        let mut c = row.cols();
        let client_id = c.take()?;
        let (name, number): (String, String) = (c.take()?, c.take()?);
        let owner = Owner::read(&mut c)?;
        out.push(Holder { client_id, name: if name.is_empty() { number } else { name }, owner });
    }
    Ok(out)
}

/// A file of a client, without its content.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ClientFile {
    /// Identity.
    pub id: FileId,
    /// Whose.
    pub client_id: ClientId,
    /// Name.
    pub name: String,
    /// Media type by content.
    pub mime: String,
    /// Size in bytes.
    pub size: i64,
    /// SHA-256 of the content.
    #[serde(skip)]
    pub hash: Vec<u8>,
    /// What it is.
    pub kind: FileKind,
    /// Who brought it in.
    pub author_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

const FILE: &str = "id, client_id, name, mime, size, hash, kind, author_id, at";

fn file_row(row: Row) -> Result<ClientFile, StoreError> {
    let mut c = row.cols();
    Ok(ClientFile {
        id: c.take()?,
        client_id: c.take()?,
        name: c.take()?,
        mime: c.take()?,
        size: c.take()?,
        hash: c.take()?,
        kind: FileKind::from_key(&c.take::<String>()?).unwrap_or(FileKind::Other),
        author_id: c.take()?,
        at: c.take()?,
    })
}

/// The files of a client, newest first.
///
/// # Errors
/// The database's.
pub async fn files<R: Read>(db: &mut R, client: ClientId) -> Result<Vec<ClientFile>, StoreError> {
    let sql = format!(
        "select {FILE} from client_file where client_id = $1 and archived_at is null \
         order by at desc, id limit $2"
    );
    let rows = db.query(&sql, params![client, ROWS_MAX]).await?;
    rows.into_iter().map(file_row).collect()
}

/// One file that is not archived.
///
/// # Errors
/// The database's.
pub async fn file<R: Read>(db: &mut R, id: FileId) -> Result<Option<ClientFile>, StoreError> {
    let sql = format!("select {FILE} from client_file where id = $1 and archived_at is null");
    db.first(&sql, params![id]).await?.map(file_row).transpose()
}
