//! What the visitor came for: chosen, and changed while he is served.

use axum::extract::Path;
use kernel::{DeskThemeId, Refusal, Refusals, VisitId};
use maud::Markup;
use spine::Error;
use web::ui::{Field, Form, Panel};
use web::{Answer, Cx, FormData};

use super::HOME;
use super::desk::Current;
use super::serve::{home, run, theme_options};
use crate::desk::commands::{ChooseTheme, LeftOut};
use crate::desk::model::Outcome;
use crate::desk::queries::{self, ThemeRow, open_steps};
use crate::parts;

pub(super) async fn choose(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit_id: VisitId = parts::id(&id)?;
    let mut refusals = Refusals::default();
    let theme_id: Option<DeskThemeId> = sent.id("theme_id", &mut refusals);
    let command = match theme_id {
        Some(theme_id) => {
            let left_out = left_out(&mut cx, visit_id, theme_id).await?;
            Ok(ChooseTheme { visit_id, theme_id, left_out })
        }
        None => {
            if refusals.0.is_empty() {
                refusals.push(Refusal::field("required", "theme_id"));
            }
            Err(refusals)
        }
    };
    run(cx, (visit_id, sent), command, (home(visit_id), "flash-visit-saved")).await
}

/// What the other theme leaves behind, in the words the clerk sees.
async fn left_out(cx: &mut Cx, visit: VisitId, theme: DeskThemeId) -> Result<Vec<LeftOut>, Error> {
    let visit = queries::visit(&mut cx.db, visit).await?.ok_or(Error::NotFound)?;
    let left = queries::left_by_theme(&mut cx.db, &visit, theme).await?;
    let lang = cx.l.lang;
    let named = left.into_iter().map(|(script, step)| {
        let (place, step) = (step.place, step.shown(lang).to_owned());
        LeftOut { script, place, step }
    });
    Ok(named.collect())
}

/// Whether another theme may leave steps behind: it is said beside the choice.
fn leaves_steps(current: &Current) -> bool {
    let is_ticked = current.steps.iter().any(|row| row.outcome == Outcome::Done);
    let is_begun = is_ticked || !current.operations.is_empty();
    is_begun && !open_steps(&current.scripts, &current.steps).is_empty()
}

pub(super) fn form(
    cx: &Cx,
    themes: &[ThemeRow],
    current: &Current,
    sent: &FormData,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let chosen = current.visit.theme_id.map(|id| id.to_string()).unwrap_or_default();
    let value = sent.opt("theme_id").unwrap_or(chosen);
    let mut field = Field::select("theme_id", l.t("visit-theme"), theme_options(cx, themes))
        .value(value)
        .error(cx.field_error(refusals, "theme_id"));
    if leaves_steps(current) {
        field = field.hint(l.t("visit-theme-hint"));
    }
    let form = Form::post(format!("{HOME}/visits/{}/theme", current.visit.id))
        .id("visit-theme-form")
        .hidden("_id", cx.form_id())
        .submit(l.t("visit-theme-choose"))
        .render(l, &field.render(l));
    Panel::new(l.t("visit-what-for")).icon("list-checks").render(&form)
}
