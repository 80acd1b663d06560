//! A decision, and taking one's own request back.

use axum::extract::Path;
use spine::Error;
use spine::approval::commands::Withdraw;
use spine::approval::{Decision, Verdict};
use uuid::Uuid;
use web::{Answer, Cx, FormData};

use super::HOME;
use super::one::{refused, visible};

pub(super) async fn decide(mut cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    let (verdict, flash) = match sent.raw("verdict") {
        "approve" => (Verdict::Approve, "flash-approval-approved"),
        "decline" => (Verdict::Decline, "flash-approval-declined"),
        _ => return Err(Error::refused("bad-request").into()),
    };
    let note = sent.text("note");
    let decision = Decision { approval_id: id, verdict, note: note.clone() };
    let outcome = cx.app.services.decide(&cx.ctx, sent.command_id()?, &decision).await;
    cx.db.forget();
    match outcome {
        Ok(()) => Ok(cx.done(&back(&sent, id), flash)),
        Err(Error::Refused(refusals)) => {
            let approval = visible(&mut cx, id).await?;
            Ok(refused(&cx, &approval, &note, &refusals).await?)
        }
        // what it would change was changed by somebody else meanwhile
        Err(Error::Conflict(_)) => {
            let approval = visible(&mut cx, id).await?;
            let refusals = kernel::Refusal::new("approval-stale").into();
            Ok(refused(&cx, &approval, &note, &refusals).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// To the record it was decided on; only a page of this site.
fn back(sent: &FormData, id: Uuid) -> String {
    sent.opt("back")
        .filter(|b| b.starts_with('/') && !b.starts_with("//") && !b.contains('\\'))
        .unwrap_or_else(|| format!("{HOME}/{id}"))
}

pub(super) async fn withdraw(mut cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    match cx.execute(sent.command_id()?, &Withdraw { approval_id: id }).await {
        Ok(()) => Ok(cx.done(&format!("{HOME}/{id}"), "flash-approval-withdrawn")),
        Err(Error::Refused(refusals)) => {
            let approval = visible(&mut cx, id).await?;
            Ok(refused(&cx, &approval, "", &refusals).await?)
        }
        Err(other) => Err(other.into()),
    }
}
