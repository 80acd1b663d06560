//! Reading what clients said about consents, and the texts they agreed to.

use std::collections::BTreeMap;

use jurisdiction::Pack;
use kernel::{ClientId, Date, Timestamp, UserId};
use store::{Read, Row, StoreError, params};
use uuid::Uuid;

use super::ROWS_MAX;
use crate::contacts::model::{ConsentChannel, ConsentWord, EvidenceKind, Purpose, until};

/// The words of a client `$1`; one without proof of its own was said when it was written down.
const WORDS: &str = "with words as (select w.id, w.purpose, w.channel, w.state, w.text_version, \
     coalesce(p.evidence_kind, '') as evidence_kind, w.evidence, p.file_id, \
     coalesce(p.said_at, w.at) as said_at, w.at, w.author_id \
     from client_consent w left join consent_proof p on p.id = w.id where w.client_id = $1) \
     select w.id, w.purpose, w.channel, w.state, w.text_version, w.evidence_kind, w.evidence, \
     w.file_id, w.said_at, w.at, w.author_id from words w";

/// A purpose or channel we have no word for makes no word.
fn word_row(pack: &Pack, row: Row) -> Result<Option<ConsentWord>, StoreError> {
    let mut c = row.cols();
    let id: Uuid = c.take()?;
    let (purpose, channel): (String, String) = (c.take()?, c.take()?);
    let known = Purpose::from_key(&purpose).zip(ConsentChannel::from_key(&channel));
    let Some((purpose, channel)) = known else { return Ok(None) };
    let mut word = ConsentWord {
        id,
        purpose,
        channel,
        is_given: c.take::<String>()? == "given",
        text_version: c.take()?,
        evidence_kind: EvidenceKind::from_key(&c.take::<String>()?),
        evidence: c.take()?,
        file_id: c.take()?,
        said_at: c.take()?,
        until: None,
        at: c.take()?,
        author_id: c.take()?,
    };
    if word.is_given {
        word.until = until(pack, purpose, word.said_at);
    }
    Ok(Some(word))
}

fn read_words(pack: &Pack, rows: Vec<Row>) -> Result<Vec<ConsentWord>, StoreError> {
    rows.into_iter().filter_map(|row| word_row(pack, row).transpose()).collect()
}

/// What a client has said about consents, what was said last first; to be shown. For a decision ask
/// [`crate::contacts::consent`].
///
/// # Errors
/// The database's.
pub async fn consent_words<R: Read>(
    db: &mut R,
    pack: &Pack,
    client: ClientId,
) -> Result<Vec<ConsentWord>, StoreError> {
    let sql = format!("{WORDS} order by w.said_at desc, w.id desc limit $2");
    read_words(pack, db.query(&sql, params![client, ROWS_MAX]).await?)
}

/// The words that decide until a moment: of each purpose and channel the last consent and the last withdrawal,
/// however many were said.
///
/// # Errors
/// The database's.
pub(crate) async fn deciding_words<R: Read>(
    db: &mut R,
    pack: &Pack,
    client: ClientId,
    now: Timestamp,
) -> Result<Vec<ConsentWord>, StoreError> {
    let sql = format!(
        "{WORDS} where w.said_at <= $2 and not exists (select 1 from words n \
         where n.purpose = w.purpose and n.channel = w.channel and n.state = w.state \
         and n.said_at <= $2 and (n.said_at, n.id) > (w.said_at, w.id)) \
         order by w.said_at desc, w.id desc"
    );
    read_words(pack, db.query(&sql, params![client, now]).await?)
}

/// A version of the text of a consent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ConsentText {
    /// To what.
    pub purpose: Purpose,
    /// Its name within the purpose.
    pub version: String,
    /// In Russian.
    pub text_ru: String,
    /// In English; may be empty.
    pub text_en: String,
    /// First day it is in force.
    #[schemars(with = "String")]
    pub from_on: Date,
    /// Last day it is in force; none when it was not closed.
    #[schemars(with = "Option<String>")]
    pub until_on: Option<Date>,
    /// A sample of the jurisdiction pack that nobody has touched.
    pub is_sample: bool,
    /// Who added or closed it; none for a sample.
    pub author_id: Option<UserId>,
    /// When.
    pub at: Option<Timestamp>,
}

impl ConsentText {
    /// Whether one may agree to it on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|until| day <= until)
    }
}

/// The texts of the pack and of the bank, by purpose, the newest first. What the bank wrote of a version of the
/// pack replaces it.
///
/// # Errors
/// The database's.
pub async fn consent_texts<R: Read>(
    db: &mut R,
    pack: &Pack,
) -> Result<Vec<ConsentText>, StoreError> {
    let mut all: BTreeMap<(Purpose, String), ConsentText> = pack
        .consent_texts
        .iter()
        .filter_map(sample)
        .map(|text| ((text.purpose, text.version.clone()), text))
        .collect();
    let sql = format!("select {TEXT} from consent_text order by at, id");
    for row in db.query(&sql, &[]).await? {
        if let Some(text) = text_row(row)? {
            all.insert((text.purpose, text.version.clone()), text);
        }
    }
    let mut all: Vec<ConsentText> = all.into_values().collect();
    all.sort_by(|a, b| (a.purpose, b.from_on, &b.version).cmp(&(b.purpose, a.from_on, &a.version)));
    Ok(all)
}

const TEXT: &str = "purpose, version, text_ru, text_en, from_on, until_on, author_id, at";

fn text_row(row: Row) -> Result<Option<ConsentText>, StoreError> {
    let mut c = row.cols();
    let Some(purpose) = Purpose::from_key(&c.take::<String>()?) else { return Ok(None) };
    Ok(Some(ConsentText {
        purpose,
        version: c.take()?,
        text_ru: c.take()?,
        text_en: c.take()?,
        from_on: c.take()?,
        until_on: c.take()?,
        is_sample: false,
        author_id: c.take()?,
        at: Some(c.take()?),
    }))
}

fn sample(text: &jurisdiction::ConsentText) -> Option<ConsentText> {
    Some(ConsentText {
        purpose: Purpose::from_key(&text.purpose)?,
        version: text.version.clone(),
        text_ru: text.ru.trim().to_owned(),
        text_en: text.en.trim().to_owned(),
        from_on: text.from,
        until_on: None,
        is_sample: true,
        author_id: None,
        at: None,
    })
}

/// One version of the text of a consent.
///
/// # Errors
/// The database's.
pub async fn consent_text<R: Read>(
    db: &mut R,
    pack: &Pack,
    purpose: Purpose,
    version: &str,
) -> Result<Option<ConsentText>, StoreError> {
    let sql = format!("select {TEXT} from consent_text where purpose = $1 and version = $2");
    let row = db.first(&sql, params![purpose, version]).await?;
    if let Some(text) = row.map(text_row).transpose()?.flatten() {
        return Ok(Some(text));
    }
    let is_one =
        |t: &&jurisdiction::ConsentText| t.purpose == purpose.key() && t.version == version;
    Ok(pack.consent_texts.iter().find(is_one).and_then(sample))
}

/// The identity of a version the bank has written of.
///
/// # Errors
/// The database's.
pub(crate) async fn consent_text_id<R: Read>(
    db: &mut R,
    purpose: Purpose,
    version: &str,
) -> Result<Option<Uuid>, StoreError> {
    let sql = "select id from consent_text where purpose = $1 and version = $2";
    db.first(sql, params![purpose, version]).await?.map(Row::one).transpose()
}

/// When the last of the consents was said that were written down since an instant and that a withdrawal for this channel, or for
/// any, would undo.
///
/// # Errors
/// The database's.
pub(crate) async fn given_since<R: Read>(
    db: &mut R,
    client: ClientId,
    (purpose, channel): (Purpose, ConsentChannel),
    since: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "select max(coalesce(p.said_at, c.at)) from client_consent c \
               left join consent_proof p on p.id = c.id where c.client_id = $1 and c.purpose = $2 \
               and c.state = 'given' and c.at >= $3 and (c.channel = $4 or $4 = $5)";
    let values = params![client, purpose, since, channel, ConsentChannel::Any];
    db.first(sql, values).await?.ok_or(StoreError::Busy)?.one()
}

/// Whether the client has withdrawn this for this channel, or for any, since an instant; `Any` is withdrawn by any channel.
///
/// # Errors
/// The database's.
pub(crate) async fn withdrawn_since<R: Read>(
    db: &mut R,
    client: ClientId,
    (purpose, channel): (Purpose, ConsentChannel),
    since: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "select id from client_consent where client_id = $1 and purpose = $2 and state = 'withdrawn' \
               and at >= $3 and (channel = $4 or channel = $5 or $4 = $5) limit 1";
    let values = params![client, purpose, since, channel, ConsentChannel::Any];
    Ok(db.first(sql, values).await?.is_some())
}
