//! Reading scripts.

use kernel::Lang;
use schemars::JsonSchema;
use serde::Serialize;
use store::{Read, Row, StoreError, params};
use uuid::Uuid;

/// Scripts read at most.
const SCRIPTS_MAX: i64 = 2_000;

/// A script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Script {
    /// Identity.
    pub(crate) id: Uuid,
    /// Short name in programs and lists.
    pub(crate) key: String,
    /// Russian name.
    pub(crate) name: String,
    /// English name.
    pub(crate) name_en: String,
    /// What it is about.
    pub(crate) theme: String,
    /// What is said and done, in order, in Russian.
    pub(crate) steps: Vec<String>,
    /// The same in English.
    pub(crate) steps_en: Vec<String>,
    /// Grows with each change.
    pub(crate) revision: i64,
}

impl Script {
    /// Its name for a reader.
    pub(crate) fn shown_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.name,
            Lang::En => &self.name_en,
        }
    }
}

const COLUMNS: &str = "id, key, name, name_en, theme, steps, steps_en, revision";

fn script(row: Row) -> Result<Script, StoreError> {
    let lines = |text: String| text.lines().map(str::to_owned).collect();
    let mut c = row.cols();
    Ok(Script {
        id: c.take()?,
        key: c.take()?,
        name: c.take()?,
        name_en: c.take()?,
        theme: c.take()?,
        steps: lines(c.take()?),
        steps_en: lines(c.take()?),
        revision: c.take()?,
    })
}

/// All of them, by theme and key.
pub(crate) async fn list<R: Read>(db: &mut R) -> Result<Vec<Script>, StoreError> {
    let sql = format!("select {COLUMNS} from service_script order by theme, key limit $1");
    db.query(&sql, params![SCRIPTS_MAX]).await?.into_iter().map(script).collect()
}

/// One.
pub(crate) async fn one<R: Read>(db: &mut R, id: Uuid) -> Result<Option<Script>, StoreError> {
    let sql = format!("select {COLUMNS} from service_script where id = $1");
    db.first(&sql, params![id]).await?.map(script).transpose()
}

/// Whether another one has this key.
pub(crate) async fn has_key<R: Read>(db: &mut R, key: &str, id: Uuid) -> Result<bool, StoreError> {
    let sql = "select 1 from service_script where key = $1 and id <> $2";
    Ok(db.first(sql, params![key, id]).await?.is_some())
}
