//! Reading texts.

use kernel::Lang;
use schemars::JsonSchema;
use serde::Serialize;
use spine::Error;
use store::{Read, Row, StoreError, params};
use uuid::Uuid;

use super::model::Channel;

/// Texts read at most.
const TEXTS_MAX: i64 = 2_000;

/// A text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Text {
    /// Identity.
    pub(crate) id: Uuid,
    /// Short name in programs and lists.
    pub(crate) key: String,
    /// By which way it goes.
    pub(crate) channel: Channel,
    /// Russian name.
    pub(crate) name: String,
    /// English name.
    pub(crate) name_en: String,
    /// Subject in Russian; of an e-mail only.
    pub(crate) subject: String,
    /// Subject in English.
    pub(crate) subject_en: String,
    /// The text in Russian.
    pub(crate) body: String,
    /// The text in English.
    pub(crate) body_en: String,
    /// Grows with each change.
    pub(crate) revision: i64,
}

impl Text {
    /// Its name for a reader.
    pub(crate) fn shown_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.name,
            Lang::En => &self.name_en,
        }
    }
    /// The text for a reader.
    pub(crate) fn shown_body(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.body,
            Lang::En => &self.body_en,
        }
    }
}

const COLUMNS: &str =
    "id, key, channel, name, name_en, subject, subject_en, body, body_en, revision";

fn text(row: Row) -> Result<Text, Error> {
    let mut c = row.cols();
    let (id, key) = (c.take()?, c.take()?);
    let channel = Channel::from_key(&c.take::<String>()?);
    Ok(Text {
        id,
        key,
        channel: channel.ok_or_else(|| Error::failure("a text of an unknown channel"))?,
        name: c.take()?,
        name_en: c.take()?,
        subject: c.take()?,
        subject_en: c.take()?,
        body: c.take()?,
        body_en: c.take()?,
        revision: c.take()?,
    })
}

/// All of them, by channel and key.
pub(crate) async fn list<R: Read>(db: &mut R) -> Result<Vec<Text>, Error> {
    let sql = format!("select {COLUMNS} from message_text order by channel, key limit $1");
    db.query(&sql, params![TEXTS_MAX]).await?.into_iter().map(text).collect()
}

/// One.
pub(crate) async fn one<R: Read>(db: &mut R, id: Uuid) -> Result<Option<Text>, Error> {
    let sql = format!("select {COLUMNS} from message_text where id = $1");
    db.first(&sql, params![id]).await?.map(text).transpose()
}

/// Whether another one has this key.
pub(crate) async fn has_key<R: Read>(db: &mut R, key: &str, id: Uuid) -> Result<bool, StoreError> {
    let sql = "select 1 from message_text where key = $1 and id <> $2";
    Ok(db.first(sql, params![key, id]).await?.is_some())
}
