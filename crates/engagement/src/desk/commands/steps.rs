//! The steps of a script in a visit: ticked one by one, or left out at its end for a reason.

use std::collections::BTreeSet;

use kernel::{ClientId, DeskThemeId, Refusal, Refusals, VisitId};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::params;

use super::{SERVE, check_lengths, served};
use crate::desk::model::{
    LEFT_OUT_MAX, Outcome, PLACE_MAX, SCRIPT_CHARS_MAX, STEP_CHARS_MAX, VisitState,
};
use crate::desk::queries::{self, Script, Step, StepRow, VisitRow};

/// A step of a script was done, or is not done after all.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TickVisitStep {
    /// Which visit.
    pub visit_id: VisitId,
    /// Key of the script.
    pub script: String,
    /// The step's place in it, from 1 on.
    pub place: i64,
    /// The step's words, as the clerk was shown them, in either language.
    pub step: String,
    /// It was done; otherwise its tick is taken back.
    pub done: bool,
}

/// A step of a script that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LeftOut {
    /// Key of the script.
    pub script: String,
    /// The step's place in it, from 1 on.
    pub place: i64,
    /// The step's words, as the clerk was shown them, in either language.
    pub step: String,
}

impl LeftOut {
    /// Whether it names this step.
    fn is(&self, script: &str, step: &Step) -> bool {
        self.script == script && self.place == step.place && step.says(self.step.trim())
    }
    /// Whether it can be a step at all.
    fn check(&self, refusals: &mut Refusals) {
        for (text, field) in [(&self.script, "script"), (&self.step, "step")] {
            if text.trim().is_empty() {
                refusals.push(Refusal::field("required", field));
            }
        }
        if !(1..=PLACE_MAX).contains(&self.place) {
            refusals.push(Refusal::field("not-a-choice", "place"));
        }
        let texts =
            [(&*self.script, "script", SCRIPT_CHARS_MAX), (&*self.step, "step", STEP_CHARS_MAX)];
        check_lengths(&texts, refusals);
    }
}

impl Command for TickVisitStep {
    const NAME: &'static str = "engagement.tick_visit_step";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let visit = served(w, self.visit_id).await?;
        let step = LeftOut {
            script: self.script.clone(),
            place: self.place,
            step: self.step.trim().to_owned(),
        };
        let mut refusals = Refusals::default();
        step.check(&mut refusals);
        if visit.state != VisitState::Serving {
            refusals.push(Refusal::new("visit-not-served"));
        }
        refusals.into_result()?;
        let known = Known::of(w, &visit).await?;
        if !self.done {
            return untick(w, &visit, known.row_of(&step)).await;
        }
        // head office may have changed the script meanwhile; what was ticked under another version stays when it is told here
        if w.ctx.origin.is_none() && known.in_force(&step).is_none() {
            return Err(Error::refused("visit-step-changed"));
        }
        put(w, (&visit, &known), &[step], (Outcome::Done, "")).await
    }
}

/// What is known of a visit's steps.
struct Known {
    /// The scripts in force.
    scripts: Vec<Script>,
    /// What was recorded.
    rows: Vec<StepRow>,
}

impl Known {
    async fn of(w: &mut Work<'_>, visit: &VisitRow) -> Result<Self, Error> {
        let scripts = queries::scripts_of(w, visit).await?;
        Ok(Self { scripts, rows: queries::steps(w, visit.id).await? })
    }
    /// The step of the scripts in force that is named.
    fn in_force(&self, step: &LeftOut) -> Option<&Step> {
        let mut all = self.scripts.iter().flat_map(|s| s.steps.iter().map(move |one| (s, one)));
        all.find(|(script, one)| step.is(&script.key, one)).map(|(_, one)| one)
    }
    /// What was recorded of a step: in these words, or in those of the other language when the scripts in force say that they
    /// are the same step.
    fn row_of(&self, step: &LeftOut) -> Option<&StepRow> {
        let here = || self.rows.iter().filter(|r| r.script == step.script && r.place == step.place);
        here().find(|row| row.step == step.step).or_else(|| {
            let own = self.in_force(step)?;
            here().find(|row| own.says(&row.step))
        })
    }
}

const HEAD: &str = "insert into visit_step (id, visit_id, branch_id, client_id, script, place, step, outcome, reason, clerk_id, at) values";
const AGAIN: &str = "on conflict (id) do update set outcome = excluded.outcome, reason = excluded.reason, \
                     clerk_id = excluded.clerk_id, at = excluded.at";

/// Writes what became of steps, each once, in whatever language it is named. One that is done stays done, whoever names it as left
/// out; it keeps the words in which it was first recorded.
async fn put(
    w: &mut Work<'_>,
    (visit, known): (&VisitRow, &Known),
    steps: &[LeftOut],
    (outcome, reason): (Outcome, &str),
) -> Result<(), Error> {
    let clerk = w.actor().ok_or(Error::NotFound)?;
    let (mut named, mut rows) = (BTreeSet::new(), Vec::new());
    for step in steps {
        let before = known.row_of(step);
        let is_it = known.in_force(step).map_or(&step.step, |own| &own.words);
        if !named.insert((&step.script, step.place, is_it)) {
            continue;
        }
        if before.is_some_and(|b| b.outcome == Outcome::Done) {
            continue;
        }
        let own = || queries::step_id(visit.id, (&step.script, step.place), &step.step);
        let id = before.map_or_else(own, |b| b.id);
        let says = before.map_or(step.step.as_str(), |b| b.step.as_str());
        let (script, now) = (step.script.as_str(), w.ctx.now);
        rows.push(Vec::from(params![
            id,
            visit.id,
            visit.branch_id,
            visit.client_id,
            script,
            step.place,
            says,
            outcome.key(),
            reason,
            clerk,
            now
        ]));
        let (words, was) = told(before);
        let change = Change::new()
            .field("step", words, says)
            .field("outcome", was, outcome.key())
            .set("reason", Some(reason).filter(|r| !r.is_empty()));
        w.record("visit_step", id, visit.client_id, change);
    }
    w.insert_many(HEAD, &rows, AGAIN).await?;
    Ok(())
}

/// A step's words and outcome before.
fn told(before: Option<&StepRow>) -> (Option<&str>, Option<&str>) {
    before.map(|b| (b.step.as_str(), b.outcome.key())).unzip()
}

async fn untick(w: &mut Work<'_>, visit: &VisitRow, before: Option<&StepRow>) -> Result<(), Error> {
    // what was left out when the theme was changed is no tick
    let Some(before) = before.filter(|b| b.outcome == Outcome::Done) else { return Ok(()) };
    let id = before.id;
    w.execute("delete from visit_step where id = $1", params![id]).await?;
    let (words, was) = told(Some(before));
    let change =
        Change::new().field("step", words, None::<&str>).field("outcome", was, Outcome::Open.key());
    w.record("visit_step", id, visit.client_id, change);
    Ok(())
}

/// What can be checked without the database of the steps a visit's end or another theme leaves out.
pub(super) fn check_left_out(left_out: &[LeftOut], reason: &str, refusals: &mut Refusals) {
    if left_out.len() > LEFT_OUT_MAX {
        refusals.push(Refusal::field("visit-steps-many", "left_out").arg("max", LEFT_OUT_MAX));
        return;
    }
    for step in left_out {
        step.check(refusals);
    }
    if !left_out.is_empty() && reason.is_empty() {
        refusals.push(Refusal::field("required", "left_out_reason"));
    }
    check_lengths(&[(reason, "left_out_reason", STEP_CHARS_MAX)], refusals);
}

/// Every step of the scripts in force must be ticked or named, and nothing else be named: what is accepted where it was done is
/// written as it stands wherever it is done again.
pub(super) async fn check_open(
    w: &mut Work<'_>,
    visit: &VisitRow,
    left_out: &[LeftOut],
    refusals: &mut Refusals,
) -> Result<(), Error> {
    let scripts = queries::scripts_of(w, visit).await?;
    let rows = queries::steps(w, visit.id).await?;
    let open = queries::open_steps(&scripts, &rows);
    let open: Vec<(&str, &Step)> =
        open.into_iter().map(|(s, step)| (s.key.as_str(), step)).collect();
    let refusal = Refusal::field("visit-steps-open", "left_out_reason");
    check_named(&open, left_out, refusal, refusals);
    Ok(())
}

/// Whether just the open steps are named; `refusal` is that of some that are not.
fn check_named(
    open: &[(&str, &Step)],
    left_out: &[LeftOut],
    refusal: Refusal,
    refusals: &mut Refusals,
) {
    let count = unnamed(open, left_out);
    if count > 0 {
        refusals.push(refusal.arg("count", count));
    } else if names_others(open, left_out) {
        refusals.push(Refusal::new("visit-step-changed"));
    }
}

/// How many open steps are not named.
fn unnamed(open: &[(&str, &Step)], left_out: &[LeftOut]) -> usize {
    open.iter().filter(|(script, step)| !left_out.iter().any(|l| l.is(script, step))).count()
}

/// Whether something is named that is no open step.
fn names_others(open: &[(&str, &Step)], left_out: &[LeftOut]) -> bool {
    left_out.iter().any(|l| !open.iter().any(|(script, step)| l.is(script, step)))
}

/// The steps that another theme leaves behind must be named, and nothing else.
pub(super) async fn check_theme_leaves(
    w: &mut Work<'_>,
    (visit, theme): (&VisitRow, DeskThemeId),
    left_out: &[LeftOut],
    refusals: &mut Refusals,
) -> Result<(), Error> {
    let leaves = queries::left_by_theme(w, visit, theme).await?;
    let open: Vec<(&str, &Step)> = leaves.iter().map(|(key, step)| (key.as_str(), step)).collect();
    check_named(&open, left_out, Refusal::new("visit-theme-steps"), refusals);
    Ok(())
}

/// Writes the steps that were left out.
pub(super) async fn leave_out(
    w: &mut Work<'_>,
    visit: &VisitRow,
    left_out: &[LeftOut],
    reason: &str,
) -> Result<(), Error> {
    if left_out.is_empty() {
        return Ok(());
    }
    let trimmed = |one: &LeftOut| LeftOut { step: one.step.trim().to_owned(), ..one.clone() };
    let steps: Vec<LeftOut> = left_out.iter().map(trimmed).collect();
    let known = Known::of(w, visit).await?;
    put(w, (visit, &known), &steps, (Outcome::LeftOut, reason)).await
}

/// What was recorded of a visit's steps belongs to whom the visit belongs.
pub(crate) async fn steps_belong(
    w: &mut Work<'_>,
    visit: VisitId,
    client: Option<ClientId>,
) -> Result<(), Error> {
    let sql = "update visit_step set client_id = $2 where visit_id = $1";
    w.execute(sql, params![visit, client]).await?;
    Ok(())
}
