//! Deciding: the centre's stays, or the same is done again in the name of who decides.

use std::collections::BTreeMap;

use kernel::CommandId;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use spine::Error;
use web::Cx;

use super::commands::{DecideRefusal, Verdict, check_note};
use super::queries::{self, Refused};
use crate::parts::conflict_of;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decided {
    /// The centre's stays.
    Kept,
    /// It is done.
    Done,
    /// It waits for a second person.
    Waits,
}

/// What was decided and on what.
pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    pub(crate) note: String,
    /// What of the centre's the person has seen of fields in conflict, beside what was answered to the branch.
    pub(crate) seen: BTreeMap<String, String>,
}

/// Decides a refusal. Doing it again and closing it are two transactions: the command has an id of its own that follows from
/// the refusal's, so that whoever comes back after a break does not do it twice.
///
/// # Errors
/// [`Error::NotFound`] to whom it is not visible; refusals `only-at-centre`, `branch-refusal-decided`, `branch-refusal-empty`;
/// whatever the command itself answers.
pub(crate) async fn decide(
    cx: &mut Cx,
    id: CommandId,
    refused: &Refused,
    decision: &Decision,
) -> Result<Decided, Error> {
    let services = cx.app.services.clone();
    if services.bus.is_at_branch() {
        return Err(Error::refused("only-at-centre"));
    }
    check_note(decision.verdict, &decision.note)?;
    let is_known = spine::org::queries::is_known(&mut cx.db, id).await?;
    if !refused.is_open() && !is_known {
        return Err(Error::refused("branch-refusal-decided"));
    }
    let decided = match decision.verdict {
        Verdict::Again if refused.is_open() => again(cx, refused, &decision.seen).await?,
        Verdict::Again => Decided::Done,
        Verdict::Keep => Decided::Kept,
    };
    let command = DecideRefusal {
        refusal_id: refused.id,
        verdict: decision.verdict,
        note: decision.note.clone(),
    };
    cx.execute(id, &command).await?;
    Ok(decided)
}

async fn again(
    cx: &mut Cx,
    refused: &Refused,
    seen: &BTreeMap<String, String>,
) -> Result<Decided, Error> {
    let content = queries::content(&mut cx.db, refused, false).await?;
    if content.payload.is_empty() {
        return Err(Error::refused("branch-refusal-empty"));
    }
    let mut theirs: BTreeMap<String, String> = conflict_of(&refused.code, &content.answer)
        .map(|conflict| conflict.fields.into_iter().map(|f| (f.field, f.theirs)).collect())
        .unwrap_or_default();
    theirs.extend(seen.clone());
    let mut outcome = Ok(Json::Null);
    // what is nothing is an empty text to some commands, and null to others
    for empty in [Json::String(String::new()), Json::Null] {
        let mut payload: Json = serde_json::from_str(&content.payload)?;
        over(&mut payload, &theirs, &empty);
        let services = &cx.app.services;
        let id = again_id(refused.id);
        outcome = services.bus.execute_json(&cx.ctx, id, &refused.command, payload).await;
        let is_shape = |error: &Error| matches!(error, Error::Refused(r) if r.0.iter().any(|r| r.code == "payload-shape"));
        if !outcome.as_ref().is_err_and(is_shape) {
            break;
        }
    }
    cx.db.forget();
    let services = &cx.app.services;
    match outcome {
        Ok(_) => {
            services.directory.reload(&services.reader).await?;
            Ok(Decided::Done)
        }
        Err(Error::Waiting(_)) => Ok(Decided::Waits),
        // somebody has done it before and could not close it
        Err(Error::Refused(refusals))
            if refusals.0.iter().any(|r| r.code == "command-id-reused") =>
        {
            Ok(Decided::Done)
        }
        Err(error) => Err(error),
    }
}

/// The id of the command that does it again.
pub(crate) fn again_id(refusal: CommandId) -> CommandId {
    let mut hasher = Sha256::new();
    hasher.update(b"tessera refusal done again\0");
    hasher.update(refusal.uuid().as_bytes());
    CommandId::from_hash(&hasher.finalize().into())
}

/// Puts what the centre has now in the place of what the branch had seen, so that the person's own goes through over it.
fn over(payload: &mut Json, theirs: &BTreeMap<String, String>, empty: &Json) {
    match payload {
        Json::Array(items) => items.iter_mut().for_each(|item| over(item, theirs, empty)),
        Json::Object(fields) => {
            let named = fields.get("field").and_then(Json::as_str).and_then(|f| theirs.get(f));
            if let (Some(text), Some(original)) = (named, fields.get_mut("original")) {
                *original = Json::String(text.clone());
            } else if let Some(Json::Object(original)) = fields.get_mut("original") {
                for (field, value) in original.iter_mut() {
                    if let Some(text) = theirs.get(field) {
                        *value = as_before(value, text, empty);
                    }
                }
            }
            fields.values_mut().for_each(|value| over(value, theirs, empty));
        }
        _ => {}
    }
}

/// A text in the shape the value had.
fn as_before(before: &Json, text: &str, empty: &Json) -> Json {
    match before {
        Json::Number(_) | Json::Bool(_) | Json::Array(_) => {
            serde_json::from_str(text).unwrap_or(Json::Null)
        }
        _ if text.is_empty() => empty.clone(),
        _ => Json::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn theirs() -> BTreeMap<String, String> {
        [("a", "3"), ("b", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    #[test]
    fn what_the_centre_has_becomes_the_original_and_mine_stays() {
        let mut edits = json!({ "edits": [{ "field": "a", "original": "1", "value": "2" },
                                          { "field": "c", "original": "1", "value": "2" }] });
        over(&mut edits, &theirs(), &Json::Null);
        assert_eq!(
            edits,
            json!({ "edits": [{ "field": "a", "original": "3", "value": "2" },
                              { "field": "c", "original": "1", "value": "2" }] })
        );
        let mut whole =
            json!({ "original": { "a": "1", "b": "x", "c": "1" }, "fields": { "a": "2" } });
        over(&mut whole, &theirs(), &Json::Null);
        assert_eq!(
            whole,
            json!({ "original": { "a": "3", "b": null, "c": "1" }, "fields": { "a": "2" } })
        );
        let mut counted = json!({ "original": { "a": 1 } });
        over(&mut counted, &theirs(), &Json::Null);
        assert_eq!(counted, json!({ "original": { "a": 3 } }));
    }

    #[test]
    fn it_is_done_again_under_one_id() {
        let id: CommandId = Uuid::from_u128(5).into();
        assert_eq!(again_id(id), again_id(id));
        assert_ne!(again_id(id), id);
    }
}
