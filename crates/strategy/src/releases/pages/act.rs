//! What is done about a version that was published: further, no further, back.

use axum::extract::Path;
use axum::response::Response;
use kernel::Refusals;
use maud::html;
use spine::Error;
use spine::bundle::commands::{HaltBundle, RollBackBundle, StageBundle};
use spine::bundle::queries::{self, Release};
use web::ui::Form;
use web::{Answer, Cx, FormData};

use super::{HOME, SHARES, at_centre, release_fields, stage_fields, stage_of, time_of};
use crate::parts::{dialog, summary};

async fn release(cx: &mut Cx, version: i64) -> Result<Release, Error> {
    at_centre(cx)?;
    queries::release(&mut cx.db, version).await?.ok_or(Error::NotFound)
}

pub(super) async fn stage_form(mut cx: Cx, Path(version): Path<i64>) -> Answer {
    let stage = release(&mut cx, version).await?.stage;
    let next = SHARES.into_iter().find(|share| *share > stage.percent).unwrap_or(100);
    let mut pairs = vec![("percent".to_owned(), next.to_string())];
    pairs.extend(stage.branches.iter().map(|b| ("branch".to_owned(), b.to_string())));
    Ok(stage_shown(&cx, version, &FormData::from_pairs(pairs), None))
}

pub(super) async fn stage(mut cx: Cx, Path(version): Path<i64>, sent: FormData) -> Answer {
    release(&mut cx, version).await?;
    let outcome = match stage_of(&sent) {
        Ok(stage) => cx.execute(sent.command_id()?, &StageBundle { version, stage }).await,
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&format!("{HOME}/{version}"), "flash-strategy-staged")),
        Err(Error::Refused(refusals)) => Ok(stage_shown(&cx, version, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

fn stage_shown(cx: &Cx, version: i64, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let fields = html! { (summary(cx, refusals)) (stage_fields(cx, given, refusals)) };
    let body = Form::post(format!("{HOME}/{version}/stage"))
        .hidden("_id", cx.form_id())
        .submit(l.t("strategy-further"))
        .cancel(format!("{HOME}/{version}"))
        .render(l, &fields);
    let back = l.ta("strategy-version-n", &[("n", version.into())]);
    let back = (format!("{HOME}/{version}"), back);
    dialog(cx, &l.t("strategy-further"), back, &body, refused.is_some())
}

pub(super) async fn halt(mut cx: Cx, Path(version): Path<i64>, sent: FormData) -> Answer {
    release(&mut cx, version).await?;
    cx.execute(sent.command_id()?, &HaltBundle { version }).await?;
    Ok(cx.done(&format!("{HOME}/{version}"), "flash-strategy-halted"))
}

pub(super) async fn back_form(mut cx: Cx, Path(version): Path<i64>) -> Answer {
    release(&mut cx, version).await?;
    let given = FormData::from_pairs([("percent".to_owned(), "100".to_owned())]);
    Ok(back_shown(&cx, version, &given, None))
}

pub(super) async fn back(mut cx: Cx, Path(version): Path<i64>, sent: FormData) -> Answer {
    release(&mut cx, version).await?;
    let wanted = || -> Result<RollBackBundle, Refusals> {
        let (in_force_at, stage) = (time_of(&cx, &sent)?, stage_of(&sent)?);
        Ok(RollBackBundle { version, note: sent.text("note"), in_force_at, stage })
    };
    let outcome = match wanted() {
        Ok(command) => cx.execute(sent.command_id()?, &command).await,
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(new) => Ok(cx.done(&format!("{HOME}/{new}"), "flash-strategy-rolled-back")),
        Err(Error::Refused(refusals)) => Ok(back_shown(&cx, version, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

fn back_shown(cx: &Cx, version: i64, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let fields = html! {
        (summary(cx, refusals))
        p { (l.ta("strategy-roll-back-words", &[("n", version.into())])) }
        (release_fields(cx, given, refusals, true))
    };
    let body = Form::post(format!("{HOME}/{version}/roll-back"))
        .hidden("_id", cx.form_id())
        .submit(l.t("strategy-roll-back"))
        .cancel(format!("{HOME}/{version}"))
        .render(l, &fields);
    let back = l.ta("strategy-version-n", &[("n", version.into())]);
    let back = (format!("{HOME}/{version}"), back);
    dialog(cx, &l.t("strategy-roll-back"), back, &body, refused.is_some())
}
