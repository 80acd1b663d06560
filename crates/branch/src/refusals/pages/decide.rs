//! The decision.

use axum::extract::Path;
use axum::http::StatusCode;
use kernel::CommandId;
use spine::Error;
use web::{Answer, Cx, FormData};

use super::super::commands::Verdict;
use super::super::doing::{self, Decided, Decision};
use super::{HOME, one};

/// Before the name of a field: what of the centre's the person has seen when he decided.
pub(super) const SEEN: &str = "seen_";

pub(super) async fn decide(mut cx: Cx, Path(id): Path<CommandId>, sent: FormData) -> Answer {
    let verdict = match sent.raw("verdict") {
        "keep" => Verdict::Keep,
        "again" => Verdict::Again,
        _ => return Err(Error::refused("bad-request").into()),
    };
    let shown = one::load(&mut cx, id).await?;
    let seen = sent.pairs().filter_map(|(name, value)| {
        name.strip_prefix(SEEN).map(|name| (name.to_owned(), value.to_owned()))
    });
    let decision = Decision { verdict, note: sent.text("note"), seen: seen.collect() };
    let outcome = doing::decide(&mut cx, sent.command_id()?, &shown.refused, &decision).await;
    let home = format!("{HOME}/{id}");
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let note = decision.note.as_str();
    let refusals = match outcome {
        Ok(Decided::Kept) => return Ok(cx.done(&home, "flash-branch-refusal-kept")),
        Ok(Decided::Done) => return Ok(cx.done(&home, "flash-branch-refusal-again")),
        Ok(Decided::Waits) => return Ok(cx.done(&home, "flash-branch-refusal-waits")),
        Err(Error::Conflict(conflict)) => {
            let typed = (note, &kernel::Refusals::default());
            return Ok(one::page(&cx, &shown, StatusCode::CONFLICT, typed, Some(&conflict)));
        }
        Err(Error::Refused(refusals)) => refusals,
        // the person's own right does not reach so far
        Err(Error::Forbidden(_)) => kernel::Refusal::new("branch-again-forbidden").into(),
        Err(other) => return Err(other.into()),
    };
    // what is wrong with a field of the command is not at a field of this form
    let general = refusals.0.into_iter().map(|refusal| match refusal.field.as_deref() {
        Some("note") | None => refusal,
        Some(_) => kernel::Refusal { field: None, ..refusal },
    });
    let refusals = kernel::Refusals(general.collect());
    Ok(one::page(&cx, &shown, unprocessable, (note, &refusals), None))
}
