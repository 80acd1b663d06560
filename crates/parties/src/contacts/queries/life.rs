//! Important dates.

use kernel::{ClientId, Date, DateId, Timestamp, UserId};
use store::{Read, Row, StoreError, params};

use super::ROWS_MAX;
use crate::contacts::model::DateKind;

/// An important date.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ImportantDate {
    /// Identity.
    pub id: DateId,
    /// Whose.
    pub client_id: ClientId,
    /// About what.
    pub kind: DateKind,
    /// In words.
    pub title: String,
    /// The day.
    pub on_date: Date,
    /// Comes round every year.
    pub yearly: bool,
    /// Who wrote it.
    pub author_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

const DATE: &str = "id, client_id, kind, title, on_date, yearly, author_id, at";

fn date_row(row: Row) -> Result<ImportantDate, StoreError> {
    let mut c = row.cols();
    Ok(ImportantDate {
        id: c.take()?,
        client_id: c.take()?,
        kind: DateKind::from_key(&c.take::<String>()?).unwrap_or(DateKind::Other),
        title: c.take()?,
        on_date: c.take()?,
        yearly: c.take()?,
        author_id: c.take()?,
        at: c.take()?,
    })
}

/// The important dates of a client, oldest first. A kind we have no word for counts as `other`.
///
/// # Errors
/// The database's.
pub async fn dates<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<ImportantDate>, StoreError> {
    let sql = format!(
        "select {DATE} from client_date where client_id = $1 and archived_at is null \
         order by on_date, id limit $2"
    );
    let rows = db.query(&sql, params![client, ROWS_MAX]).await?;
    rows.into_iter().map(date_row).collect()
}

/// One important date that is not archived.
///
/// # Errors
/// The database's.
pub async fn date<R: Read>(db: &mut R, id: DateId) -> Result<Option<ImportantDate>, StoreError> {
    let sql = format!("select {DATE} from client_date where id = $1 and archived_at is null");
    db.first(&sql, params![id]).await?.map(date_row).transpose()
}
