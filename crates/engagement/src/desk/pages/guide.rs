//! Guided service: the steps of the theme's scripts, ticked off one by one, and the end of a visit, which asks why some were left
//! out. Ticks are sent with the form of the end: what was typed there comes back.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use kernel::{Refusals, VisitId};
use maud::{Markup, html};
use spine::Error;
use web::icons::icon;
use web::ui::{self, Button, Field, Form, Input, Panel, Tone};
use web::{Answer, Cx, FormData};

use super::HOME;
use super::desk::{Current, show};
use super::serve::{home, run};
use crate::desk::commands::{FinishVisit, LeftOut, TickVisitStep};
use crate::desk::model::Outcome;
use crate::desk::queries::{Script, Step, open_steps, recorded};
use crate::interaction::model::RESULTS;
use crate::parts;

/// The form of the end, with which ticks are sent.
const FORM: &str = "visit-finish";
/// The step that is next; after a tick the page is shown from there.
const NOW: &str = "step-now";
/// What is typed into the form of the end.
const TYPED: [&str; 3] = ["result", "note", "left_out_reason"];

/// A step as a form names it: key of the script, place and words.
fn word(script: &str, place: i64, words: &str) -> String {
    format!("{script}:{place}:{words}")
}

/// The step a form has named.
fn named(word: &str) -> Option<LeftOut> {
    let (script, rest) = word.split_once(':')?;
    let (place, step) = rest.split_once(':')?;
    Some(LeftOut { script: script.to_owned(), place: place.parse().ok()?, step: step.to_owned() })
}

pub(super) async fn tick(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit_id: VisitId = parts::id(&id)?;
    let (word, done) = match sent.opt("tick") {
        Some(word) => (word, true),
        None => (sent.text("untick"), false),
    };
    let LeftOut { script, place, step } = named(&word).ok_or(Error::NotFound)?;
    let command = TickVisitStep { visit_id, script, place, step, done };
    // the form's own id is the end's; a tick sent twice is the same tick
    let refusals = match cx.execute(cx.ctx.command_id(), &command).await {
        Ok(()) if TYPED.iter().all(|name| sent.opt(name).is_none()) => {
            return Ok(Redirect::to(&home(visit_id)).into_response());
        }
        Ok(()) => Refusals::default(),
        Err(Error::Refused(refusals)) => refusals,
        Err(other) => return Err(other.into()),
    };
    // what is shown is the desk; its live parts are fetched from there
    cx.path = home(visit_id);
    let status = match refusals.0.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(show(&mut cx, status, Some(visit_id), &sent, &refusals).await?)
}

pub(super) async fn finish(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit_id: VisitId = parts::id(&id)?;
    let left_out_reason = sent.text("left_out_reason");
    // without a reason nothing is left out: how many steps are open is told
    let named = sent.all("left").iter().filter_map(|word| named(word));
    let left_out = named.filter(|_| !left_out_reason.is_empty()).collect();
    let (result, note) = (sent.text("result"), sent.text("note"));
    let command = FinishVisit { visit_id, result, note, left_out, left_out_reason };
    run(cx, (visit_id, sent), Ok(command), (HOME.to_owned(), "flash-visit-finished")).await
}

/// What head office says is to be said and done, as a list to tick off.
pub(super) fn part(cx: &Cx, current: &Current) -> Markup {
    let l = &cx.l;
    let open = open_steps(&current.scripts, &current.steps);
    let all: usize = current.scripts.iter().map(|s| s.steps.len()).sum();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let done = count(all.saturating_sub(open.len()));
    let body = html! {
        (ui::progress(l, &l.t("visit-steps"), done, Some(count(all))))
        @for script in &current.scripts {
            @let now = open.first().filter(|(own, _)| own.key == script.key).map(|(_, step)| step.place);
            details open[current.scripts.len() == 1 || now.is_some()] {
                summary { (script.shown_name(l.lang)) }
                ol.desk-steps { @for step in &script.steps { (one(cx, current, (script, step), now)) } }
            }
        }
        @if open.is_empty() { p.quiet id=(NOW) { (l.t("visit-steps-done")) } }
    };
    Panel::new(l.t("visit-script")).id("visit-script").icon("clipboard-list").render(&body)
}

/// A step, with a button that ticks it or takes the tick back.
fn one(cx: &Cx, current: &Current, (script, step): (&Script, &Step), now: Option<i64>) -> Markup {
    let l = &cx.l;
    let row = recorded(&current.steps, script, step).filter(|row| row.outcome == Outcome::Done);
    let is_now = now == Some(step.place);
    let shown = step.shown(l.lang);
    let (name, drawn) = match row {
        Some(_) => ("untick", "square-check"),
        None => ("tick", if is_now { "circle-dot" } else { "circle" }),
    };
    // a tick is taken back in the words in which it was set
    let told = row.map_or(shown, |row| &row.step);
    let pressed = if row.is_some() { "true" } else { "false" };
    let action = format!("{HOME}/visits/{}/steps#{NOW}", current.visit.id);
    html! {
        li.desk-step.now[is_now] id=[is_now.then_some(NOW)] aria-current=[is_now.then_some("step")] {
            button type="submit" form=(FORM) formaction=(action) name=(name) value=(word(&script.key, step.place, told))
                aria-pressed=(pressed) data-redraws {
                (icon(drawn)) span { (shown) }
            }
            @if is_now { (ui::badge(Tone::Info, &l.t("visit-step-now"))) }
        }
    }
}

/// How it ended; while steps are open, why they are left out.
pub(super) fn finish_form(
    cx: &Cx,
    current: &Current,
    sent: &FormData,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let results =
        parts::word_options(l, "interaction-result-", &RESULTS, Some("interaction-not-chosen"));
    let body = html! {
        (Field::select("result", l.t("interaction-result"), results).value(sent.text("result")).required()
            .error(cx.field_error(refusals, "result")).render(l))
        (Field::new("note", l.t("visit-done-words"), Input::Textarea { rows: 3 }).value(sent.raw("note"))
            .error(cx.field_error(refusals, "note")).render(l))
        (left_out(cx, current, sent, refusals))
        @if current.client.is_none() && current.known.is_none() { p.quiet { (l.t("visit-unknown-words")) } }
    };
    let form = Form::post(format!("{HOME}/visits/{}/finish", current.visit.id))
        .id(FORM)
        .hidden("_id", cx.form_id())
        .draft(format!("visit-{}", current.visit.id))
        .submit(l.t("visit-finish"))
        .render(l, &body);
    let leave = html! {
        form method="post" action={ (HOME) "/visits/" (current.visit.id) "/leave" } {
            input type="hidden" name="_id" value=(cx.form_id());
            (Button::quiet(l.t("visit-leave")).submit())
        }
    };
    Panel::new(l.t("visit-end")).icon("square-check").actions(leave).render(&form)
}

/// The open steps, named as they are shown, and why they are left out. Several lines: Enter in a single one would press the first
/// button of the form, which is a tick.
fn left_out(cx: &Cx, current: &Current, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let open = open_steps(&current.scripts, &current.steps);
    if open.is_empty() {
        return html! {};
    }
    let shown = |step: &Step| step.shown(l.lang).to_owned();
    html! {
        div {
            p { (l.ta("visit-steps-open", &[("n", open.len().into())])) }
            ul.desk-steps {
                @for (script, step) in &open {
                    li {
                        (shown(step))
                        input type="hidden" name="left" value=(word(&script.key, step.place, &shown(step)));
                    }
                }
            }
        }
        (Field::new("left_out_reason", l.t("visit-left-out-reason"), Input::Textarea { rows: 2 })
            .value(sent.raw("left_out_reason")).required().hint(l.t("visit-left-out-hint"))
            .error(cx.field_error(refusals, "left_out_reason")).render(l))
    }
}

#[cfg(test)]
mod tests {
    use super::{named, word};

    #[test]
    fn a_step_is_named_and_read_again() {
        let step = named(&word("cash-loan", 2, "Скажите: «да» или: нет")).unwrap();
        assert_eq!((step.script.as_str(), step.place), ("cash-loan", 2));
        assert_eq!(step.step, "Скажите: «да» или: нет");
        for bad in ["", "a", "a:1", "a:b:c", ":"] {
            assert_eq!(named(bad), None, "{bad}");
        }
    }
}
