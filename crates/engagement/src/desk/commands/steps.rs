//! The steps of a script in a visit: ticked one by one, or left out at its end for a reason.

use kernel::{ClientId, Refusal, Refusals, VisitId};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::params;

use super::{SERVE, check_lengths, served};
use crate::desk::model::{
    LEFT_OUT_MAX, Outcome, PLACE_MAX, SCRIPT_CHARS_MAX, STEP_CHARS_MAX, VisitState,
};
use crate::desk::queries::{self, StepRow, VisitRow};

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
        if !self.done {
            return untick(w, &visit, &step).await;
        }
        // head office may have changed the script meanwhile; what was ticked under another version stays when it is told here
        if w.ctx.origin.is_none() && !is_in_force(w, &visit, &step).await? {
            return Err(Error::refused("visit-step-changed"));
        }
        put(w, &visit, &step, (Outcome::Done, "")).await
    }
}

async fn is_in_force(w: &mut Work<'_>, visit: &VisitRow, step: &LeftOut) -> Result<bool, Error> {
    let scripts = queries::scripts_of(w, visit).await?;
    let own = scripts.iter().filter(|s| s.key == step.script);
    Ok(own.flat_map(|s| &s.steps).any(|s| s.place == step.place && s.says(&step.step)))
}

/// Writes what became of a step. A step that was ticked in the same words stays ticked.
async fn put(
    w: &mut Work<'_>,
    visit: &VisitRow,
    step: &LeftOut,
    (outcome, reason): (Outcome, &str),
) -> Result<(), Error> {
    let id = queries::step_id(visit.id, &step.script, step.place);
    let before = queries::step(w, id).await?;
    if before.as_ref().is_some_and(|b| b.outcome == Outcome::Done && b.step == step.step) {
        return Ok(());
    }
    let clerk = w.actor().ok_or(Error::NotFound)?;
    w.execute(
        "insert into visit_step (id, visit_id, branch_id, client_id, script, place, step, outcome, reason, clerk_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do update set step = excluded.step, \
         outcome = excluded.outcome, reason = excluded.reason, clerk_id = excluded.clerk_id, at = excluded.at",
        params![
            id,
            visit.id,
            visit.branch_id,
            visit.client_id,
            step.script.as_str(),
            step.place,
            step.step.as_str(),
            outcome.key(),
            reason,
            clerk,
            w.ctx.now
        ],
    )
    .await?;
    let (words, was) = told(before.as_ref());
    let change = Change::new()
        .field("step", words, step.step.as_str())
        .field("outcome", was, outcome.key())
        .set("reason", Some(reason).filter(|r| !r.is_empty()));
    w.record("visit_step", id, visit.client_id, change);
    Ok(())
}

/// A step's words and outcome before.
fn told(before: Option<&StepRow>) -> (Option<&str>, Option<&str>) {
    before.map(|b| (b.step.as_str(), b.outcome.key())).unzip()
}

async fn untick(w: &mut Work<'_>, visit: &VisitRow, step: &LeftOut) -> Result<(), Error> {
    let id = queries::step_id(visit.id, &step.script, step.place);
    let Some(before) = queries::step(w, id).await? else { return Ok(()) };
    w.execute("delete from visit_step where id = $1", params![id]).await?;
    let (words, was) = told(Some(&before));
    let change =
        Change::new().field("step", words, None::<&str>).field("outcome", was, Outcome::Open.key());
    w.record("visit_step", id, visit.client_id, change);
    Ok(())
}

/// What can be checked without the database of the steps a visit's end leaves out.
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

/// Every step of the scripts in force must be ticked or named.
pub(super) async fn check_open(
    w: &mut Work<'_>,
    visit: &VisitRow,
    left_out: &[LeftOut],
    refusals: &mut Refusals,
) -> Result<(), Error> {
    let scripts = queries::scripts_of(w, visit).await?;
    let rows = queries::steps(w, visit.id).await?;
    let open = queries::open_steps(&scripts, &rows);
    let is_named = |script: &str, step: &queries::Step| {
        left_out
            .iter()
            .any(|l| l.script == script && l.place == step.place && step.says(l.step.trim()))
    };
    let count = open.iter().filter(|(script, step)| !is_named(&script.key, step)).count();
    if count > 0 {
        refusals.push(Refusal::field("visit-steps-open", "left_out_reason").arg("count", count));
    }
    Ok(())
}

/// Writes the steps that were left out.
pub(super) async fn leave_out(
    w: &mut Work<'_>,
    visit: &VisitRow,
    left_out: &[LeftOut],
    reason: &str,
) -> Result<(), Error> {
    for one in left_out {
        let step = LeftOut { step: one.step.trim().to_owned(), ..one.clone() };
        put(w, visit, &step, (Outcome::LeftOut, reason)).await?;
    }
    Ok(())
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
