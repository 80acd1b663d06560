//! What head office has written for clerks to write. Texts are the room `strategy`'s; at a branch they are those of the version
//! in force there.

use kernel::Lang;
use store::{Read, StoreError, params};

/// Texts of one channel read at most.
const TEXTS_MAX: i64 = 200;

/// A text in both languages, its places not yet filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MessageText {
    /// Short name in programs.
    pub(crate) key: String,
    russian: Words,
    english: Words,
}

/// A text in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// What it is called.
    pub(crate) name: String,
    /// The subject of an e-mail; empty in others.
    pub(crate) subject: String,
    /// The text.
    pub(crate) body: String,
}

impl MessageText {
    /// The text in a language.
    pub(crate) fn words(&self, lang: Lang) -> &Words {
        match lang {
            Lang::Ru => &self.russian,
            Lang::En => &self.english,
        }
    }
}

/// Texts of a channel, by key.
pub(crate) async fn of_channel<R: Read>(
    db: &mut R,
    channel: &str,
) -> Result<Vec<MessageText>, StoreError> {
    let sql = "select key, name, subject, body, name_en, subject_en, body_en from message_text \
               where channel = $1 order by key limit $2";
    let rows = db.query(sql, params![channel, TEXTS_MAX]).await?.into_iter().map(|row| {
        let mut c = row.cols();
        let key = c.take()?;
        let russian = Words { name: c.take()?, subject: c.take()?, body: c.take()? };
        let english = Words { name: c.take()?, subject: c.take()?, body: c.take()? };
        Ok(MessageText { key, russian, english })
    });
    rows.collect()
}
