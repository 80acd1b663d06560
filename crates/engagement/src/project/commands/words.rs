//! The words a project is found by, kept beside it: a search goes along them, not through all titles.

use kernel::{Date, ProjectId};
use spine::{Error, Work};
use store::{Value, params};

/// Keeps the words of a text in its normal form in place of those before.
pub(super) async fn keep(
    w: &mut Work<'_>,
    id: ProjectId,
    starts_on: Date,
    text: &str,
) -> Result<(), Error> {
    w.execute("delete from project_word where project_id = $1", params![id]).await?;
    add(w, &rows(id, starts_on, text)).await
}

/// One row a word.
pub(super) fn rows(id: ProjectId, starts_on: Date, text: &str) -> Vec<Vec<Value>> {
    let row = |word: String| vec![word.into(), id.into(), starts_on.into()];
    crate::words::indexed(text).into_iter().map(row).collect()
}

/// Adds rows of projects that have none yet.
pub(super) async fn add(w: &mut Work<'_>, rows: &[Vec<Value>]) -> Result<(), Error> {
    w.insert_many("insert into project_word (word, project_id, starts_on) values", rows, "")
        .await?;
    Ok(())
}
