//! `tessera journal verify`.

use store::verify::{Verdict, verify};

use crate::{RunError, database};

/// Checks the whole chain; answers the words to print and whether it is whole.
///
/// # Errors
/// When the database is not there or does not answer.
pub(crate) async fn check(url: &str) -> Result<(String, bool), RunError> {
    let store = database::existing(url).await?;
    let verdict = verify(&mut store.reader.long()).await?;
    Ok(match verdict {
        Verdict::Whole { blocks, entries, unsealed } => (
            format!("whole: {entries} entries in {blocks} blocks, {unsealed} not sealed yet"),
            true,
        ),
        Verdict::Broken { block, pos: Some(pos), problem } => {
            (format!("BROKEN at entry {pos} in block {block}: {problem}"), false)
        }
        Verdict::Broken { block, pos: None, problem } => {
            (format!("BROKEN at block {block}: {problem}"), false)
        }
    })
}
