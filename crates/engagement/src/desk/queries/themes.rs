//! What people come for.

use kernel::{DeskThemeId, Lang};
use store::{Cols, Read, StoreError, params};

/// Themes read at most: more than a tree anybody reads.
const THEMES_MAX: i64 = 500;

/// A theme.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct ThemeRow {
    /// Identity.
    pub id: DeskThemeId,
    /// The theme it belongs under.
    pub parent_id: Option<DeskThemeId>,
    /// In Russian.
    pub name: String,
    /// In English.
    pub name_en: String,
    /// Topic word of contacts, may be empty.
    pub topic: String,
    /// The letter on its tickets.
    pub letter: String,
    /// How long it takes as a rule (minutes).
    pub minutes: i64,
    /// Its place among its neighbours.
    pub place: i64,
    /// It is offered no more.
    pub archived: bool,
    /// Counts changes.
    pub version: i64,
}

const COLUMNS: &str = "t.id, t.parent_id, t.name, t.name_en, t.topic, t.letter, t.minutes, t.place, \
     case when t.archived_at is null then 0 else 1 end, t.version";

impl ThemeRow {
    /// Its name in a language.
    pub fn shown_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.name,
            Lang::En => &self.name_en,
        }
    }
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            id: c.take()?,
            parent_id: c.take()?,
            name: c.take()?,
            name_en: c.take()?,
            topic: c.take()?,
            letter: c.take()?,
            minutes: c.take()?,
            place: c.take()?,
            archived: c.take::<i64>()? != 0,
            version: c.take()?,
        })
    }
}

/// One theme.
///
/// # Errors
/// The database's.
pub async fn theme<R: Read>(db: &mut R, id: DeskThemeId) -> Result<Option<ThemeRow>, StoreError> {
    let sql = format!("select {COLUMNS} from desk_theme t where t.id = $1");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| ThemeRow::from_cols(&mut r.cols())).transpose()
}

/// Whether themes stand under it.
///
/// # Errors
/// The database's.
pub async fn has_under<R: Read>(db: &mut R, id: DeskThemeId) -> Result<bool, StoreError> {
    let sql = "select id from desk_theme where parent_id = $1 limit 1";
    Ok(db.first(sql, params![id]).await?.is_some())
}

/// All of them as a tree reads: each first one, then those under it.
///
/// # Errors
/// The database's.
pub async fn themes<R: Read>(db: &mut R) -> Result<Vec<ThemeRow>, StoreError> {
    let sql = format!("select {COLUMNS} from desk_theme t order by t.place, t.name, t.id limit $1");
    let rows = db.query(&sql, params![THEMES_MAX]).await?;
    let all: Vec<ThemeRow> =
        rows.into_iter().map(|r| ThemeRow::from_cols(&mut r.cols())).collect::<Result<_, _>>()?;
    let mut tree = Vec::with_capacity(all.len());
    for first in all.iter().filter(|t| t.parent_id.is_none()) {
        tree.push(first.clone());
        tree.extend(all.iter().filter(|t| t.parent_id == Some(first.id)).cloned());
    }
    Ok(tree)
}
