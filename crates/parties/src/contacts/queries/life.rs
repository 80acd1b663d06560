//! Important dates and consents.

use std::collections::BTreeMap;

use kernel::{ClientId, Date, DateId, Timestamp, UserId};
use store::{Read, Row, StoreError, params};

use super::ROWS_MAX;
use crate::contacts::model::{ConsentChannel, DateKind, Purpose};

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

/// One word of a client about a consent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ConsentWord {
    /// To what.
    pub purpose: Purpose,
    /// For which channel.
    pub channel: ConsentChannel,
    /// Given, or withdrawn.
    pub is_given: bool,
    /// Which text he agreed to.
    pub text_version: String,
    /// What proves it.
    pub evidence: String,
    /// When.
    pub at: Timestamp,
    /// Who wrote it down.
    pub author_id: Option<UserId>,
}

/// What a client has said about consents, newest first; purposes and channels we have no word for are
/// left out.
///
/// # Errors
/// The database's.
pub async fn consent_words<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<ConsentWord>, StoreError> {
    let sql = "select purpose, channel, state, text_version, evidence, at, author_id \
               from client_consent where client_id = $1 order by at desc, id desc limit $2";
    let mut out = Vec::new();
    for row in db.query(sql, params![client, ROWS_MAX]).await? {
        let mut c = row.cols();
        let (purpose, channel): (String, String) = (c.take()?, c.take()?);
        let word = Purpose::from_key(&purpose).zip(ConsentChannel::from_key(&channel));
        let Some((purpose, channel)) = word else {
            continue;
        };
        out.push(ConsentWord {
            purpose,
            channel,
            is_given: c.take::<String>()? == "given",
            text_version: c.take()?,
            evidence: c.take()?,
            at: c.take()?,
            author_id: c.take()?,
        });
    }
    Ok(out)
}

/// The newest word for each purpose and channel.
pub fn latest_consents(words: &[ConsentWord]) -> BTreeMap<(Purpose, ConsentChannel), &ConsentWord> {
    let mut latest = BTreeMap::new();
    for word in words {
        latest.entry((word.purpose, word.channel)).or_insert(word);
    }
    latest
}
