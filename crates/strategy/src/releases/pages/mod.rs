//! Pages of the strategy bundle; only the centre has them.

mod act;
mod one;
mod overview;
mod publish;

use kernel::{BranchId, Refusal, Refusals, Timestamp};
use maud::{Markup, html};
use spine::Error;
use spine::bundle::Stage;
use spine::bundle::commands::PUBLISH;
use spine::bundle::queries::{Release, Standing};
use web::i18n::L;
use web::ui::{self, Field, Input, Tone};
use web::{Access, Cx, FormData, Routes};

const MAY: Access = Access::Needs(PUBLISH);
const HOME: &str = "/admin/strategy";
/// Shares of the nodes a release goes to, one after the other.
const SHARES: [i64; 3] = [5, 50, 100];

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/strategy", MAY, overview::show)
        .get("/admin/strategy/publish", MAY, publish::form)
        .post("/admin/strategy/publish", MAY, publish::send)
        .get("/admin/strategy/{version}", MAY, one::show)
        .get("/admin/strategy/{version}/stage", MAY, act::stage_form)
        .post("/admin/strategy/{version}/stage", MAY, act::stage)
        .post("/admin/strategy/{version}/halt", MAY, act::halt)
        .get("/admin/strategy/{version}/roll-back", MAY, act::back_form)
        .post("/admin/strategy/{version}/roll-back", MAY, act::back)
}

/// Versions are published at the centre: a branch has no such pages.
fn at_centre(cx: &Cx) -> Result<(), Error> {
    if cx.app.services.bus.is_at_branch() { Err(Error::NotFound) } else { Ok(()) }
}

fn standing_mark(l: &L, standing: Standing) -> Markup {
    let words = l.t(&format!("strategy-standing-{}", standing.key()));
    match standing {
        Standing::Refused | Standing::Late => ui::badge_with_icon(Tone::Danger, "circle-x", &words),
        Standing::Never => ui::badge_with_icon(Tone::Attention, "circle-help", &words),
        Standing::OnItsWay | Standing::Waiting => ui::dot(Tone::Info, &words),
        Standing::InForce => ui::dot(Tone::Good, &words),
        Standing::None => ui::dot(Tone::Neutral, &words),
    }
}

/// Who gets a release, in words.
fn stage_words(cx: &Cx, release: &Release) -> String {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let share = l.ta("strategy-stage-share", &[("n", release.stage.percent.into())]);
    let names = release.stage.branches.iter().map(|b| directory.branch_name(*b, l.lang).to_owned());
    std::iter::once(share).chain(names).collect::<Vec<_>>().join(", ")
}

fn release_mark(l: &L, release: &Release, now: Timestamp) -> Markup {
    if release.halted_at.is_some() {
        return ui::badge_with_icon(Tone::Attention, "ban", &l.t("strategy-release-halted"));
    }
    if release.manifest.in_force_at > now {
        return ui::dot(Tone::Info, &l.t("strategy-release-ahead"));
    }
    ui::dot(Tone::Good, &l.t("strategy-release-out"))
}

/// The name of a part of the bundle; the key itself when no text has it.
fn part_words(l: &L, part: &str) -> String {
    let key = format!("strategy-part-{part}");
    if l.texts.has(l.lang, &key) { l.t(&key) } else { part.to_owned() }
}

/// The fields of who gets a release.
fn stage_fields(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut branches: Vec<_> = directory.branches.values().filter(|b| !b.archived).collect();
    branches.sort_by(|a, b| a.code.cmp(&b.code));
    let share =
        |n: i64| ui::Opt::new(n.to_string(), l.ta("strategy-stage-share", &[("n", n.into())]));
    let shares = std::iter::once(0).chain(SHARES).map(share).collect();
    html! {
        (Field::new("percent", l.t("strategy-stage"), Input::Radio(shares)).value(given.text("percent"))
            .hint(l.t("strategy-stage-hint")).error(cx.field_error(refusals, "percent")).render(l))
        fieldset.field.radios {
            legend { (l.t("strategy-stage-branches")) }
            @for branch in branches {
                @let id = branch.id.to_string();
                label.check-line {
                    input type="checkbox" name="branch" value=(id) checked[given.all("branch").contains(&id)];
                    span { (branch.code) " · " (branch.shown_name(l.lang)) }
                }
            }
        }
    }
}

/// Who gets it, as it was chosen.
fn stage_of(sent: &FormData) -> Result<Stage, Refusals> {
    let percent = sent.text("percent").parse::<i64>();
    let branches: Result<Vec<BranchId>, _> =
        sent.all("branch").iter().map(|id| id.parse()).collect();
    match (percent, branches) {
        (Ok(percent), Ok(branches)) => Ok(Stage { percent, branches }),
        _ => Err(Refusal::field("required", "percent").into()),
    }
}

/// When it comes into force, by the clock of whoever chooses; none for at once.
fn time_of(cx: &Cx, sent: &FormData) -> Result<Option<Timestamp>, Refusals> {
    let Some(text) = sent.opt("in_force_at") else { return Ok(None) };
    let wrong = || Refusals::from(Refusal::field("strategy-not-a-time", "in_force_at"));
    let civil: jiff::civil::DateTime = text.parse().map_err(|_| wrong())?;
    let zoned = civil.to_zoned(cx.l.zone.clone()).map_err(|_| wrong())?;
    Ok(Some(Timestamp::from_jiff(zoned.timestamp())))
}

/// The fields of a release that is made: when, to whom, why.
fn release_fields(cx: &Cx, given: &FormData, refusals: &Refusals, is_note_needed: bool) -> Markup {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let note = Field::new("note", l.t("strategy-note"), Input::Textarea { rows: 2 });
    let note = note.value(given.raw("note")).error(error("note")).full();
    let note = if is_note_needed { note.required() } else { note };
    html! {
        (note.render(l))
        (Field::new("in_force_at", l.t("strategy-in-force-at"), Input::DateTime)
            .value(given.text("in_force_at")).hint(l.t("strategy-in-force-hint"))
            .error(error("in_force_at")).render(l))
        (stage_fields(cx, given, refusals))
    }
}
