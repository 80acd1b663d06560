//! Looking for the visitor among those who are known at every desk. Who was found, by whom and in which visit stands in the log of
//! readings before it is shown.

use kernel::VisitId;
use spine::Error;
use web::Cx;

use super::queries::{Known, find_known};

/// Those of whom what was typed is a document, a phone or the whole name; the visitor is being served.
///
/// # Errors
/// The database's, also when it could not be written down: nobody is shown then.
pub(super) async fn find(cx: &mut Cx, visit: VisitId, typed: &str) -> Result<Vec<Known>, Error> {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let found = find_known(&mut cx.db, &principal, typed).await?;
    for known in &found {
        cx.note_found(known.person_id, format!("/desk?visit={visit}"));
    }
    cx.write_reads().await?;
    Ok(found)
}
