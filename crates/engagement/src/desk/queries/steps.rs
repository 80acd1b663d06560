//! What was recorded of the steps of scripts in visits.

use kernel::{BranchId, ClientId, DeskThemeId, Lang, Timestamp, UserId, VisitId};
use sha2::{Digest, Sha256};
use spine::Principal;
use store::{Cols, Read, StoreError, params};
use uuid::Uuid;

use super::VisitRow;
use super::scripts::{Script, Step, open_steps, recorded, scripts_of};
use crate::desk::model::{Outcome, THEME_CHANGED, VisitState};
use crate::queries::client_ref;

/// Steps of one visit read at most: more than may be recorded of it.
const STEPS_MAX: i64 = 1_000;

/// A step that was done or left out in a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// Identity.
    pub id: Uuid,
    /// Key of the script.
    pub script: String,
    /// Its place in the script, from 1 on.
    pub place: i64,
    /// Its words, as the clerk was shown them.
    pub step: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was left out; empty otherwise.
    pub reason: String,
    /// Who says so.
    pub clerk_id: UserId,
    /// When.
    pub at: Timestamp,
}

const COLUMNS: &str = "s.id, s.script, s.place, s.step, s.outcome, s.reason, s.clerk_id, s.at";

impl StepRow {
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            id: c.take()?,
            script: c.take()?,
            place: c.take()?,
            step: c.take()?,
            outcome: {
                let key: String = c.take()?;
                Outcome::from_key(&key).ok_or(StoreError::Column { index: 4, problem: key })?
            },
            reason: c.take()?,
            clerk_id: c.take()?,
            at: c.take()?,
        })
    }
    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        Self {
            id: Uuid::nil(),
            script: String::new(),
            place: 1,
            step: String::new(),
            outcome: Outcome::Done,
            reason: String::new(),
            clerk_id: Uuid::nil().into(),
            at: Timestamp::from_micros(0),
        }
    }
}

/// The id of what is recorded of a step in a visit: the same when it is ticked again, and at each end of a line. Its words are in
/// it: a new version's step stands beside what was done of the old one's at the same place.
pub(crate) fn step_id(visit: VisitId, (script, place): (&str, i64), words: &str) -> Uuid {
    let mut hasher = Sha256::new();
    hasher.update(b"engagement.visit_step/");
    hasher.update(visit.uuid().as_bytes());
    hasher.update(place.to_be_bytes());
    hasher.update(script.as_bytes());
    hasher.update([0]);
    hasher.update(words.as_bytes());
    let hash: [u8; 32] = hasher.finalize().into();
    let (beginning, _) = hash.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    uuid::Builder::from_custom_bytes(*beginning).into_uuid()
}

/// The open steps a visit leaves behind when another theme is chosen: those of scripts that are not the new theme's too. None as
/// long as nothing was done by them: no step ticked, no operation recorded.
///
/// # Errors
/// The database's.
pub async fn left_by_theme<R: Read>(
    db: &mut R,
    visit: &VisitRow,
    theme: DeskThemeId,
) -> Result<Vec<(String, Step)>, StoreError> {
    if visit.state != VisitState::Serving || visit.theme_id == Some(theme) {
        return Ok(Vec::new());
    }
    let mut leaves = scripts_of(db, visit).await?;
    let then = VisitRow { theme_id: Some(theme), ..visit.clone() };
    let then = scripts_of(db, &then).await?;
    leaves.retain(|script| then.iter().all(|other| other.key != script.key));
    let rows = steps(db, visit.id).await?;
    let is_theirs = |row: &StepRow| leaves.iter().any(|script| script.key == row.script);
    let is_ticked = rows.iter().any(|row| row.outcome == Outcome::Done && is_theirs(row));
    if leaves.is_empty() || !(is_ticked || has_operations(db, visit.id).await?) {
        return Ok(Vec::new());
    }
    let open = open_steps(&leaves, &rows).into_iter();
    Ok(open.map(|(script, step)| (script.key.clone(), step.clone())).collect())
}

async fn has_operations<R: Read>(db: &mut R, visit: VisitId) -> Result<bool, StoreError> {
    let sql = "select 1 from desk_operation where visit_id = $1 limit 1";
    Ok(db.first(sql, params![visit]).await?.is_some())
}

/// What was recorded in a visit.
///
/// # Errors
/// The database's.
pub async fn steps<R: Read>(db: &mut R, visit: VisitId) -> Result<Vec<StepRow>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from visit_step s where s.visit_id = $1 order by s.script, s.place, s.at, s.id limit $2"
    );
    let rows = db.query(&sql, params![visit, STEPS_MAX]).await?;
    rows.into_iter().map(|r| StepRow::from_cols(&mut r.cols())).collect()
}

/// Where a step of a visit stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct VisitStep {
    /// Key of the script.
    pub script: String,
    /// Its place in the script, from 1 on.
    pub place: i64,
    /// Its words: as the clerk was shown them, or in the reader's language while it is open.
    pub step: String,
    /// Where it stands.
    pub outcome: Outcome,
    /// Why it was left out, `theme-changed` when another theme was chosen; empty otherwise.
    pub reason: String,
    /// Who said so; none while it is open.
    pub clerk_id: Option<UserId>,
    /// When; none while it is open.
    pub at: Option<Timestamp>,
}

impl From<&StepRow> for VisitStep {
    fn from(row: &StepRow) -> Self {
        Self {
            script: row.script.clone(),
            place: row.place,
            step: row.step.clone(),
            outcome: row.outcome,
            reason: row.reason.clone(),
            clerk_id: Some(row.clerk_id),
            at: Some(row.at),
        }
    }
}

/// The steps of the scripts in force as they stand, then what was recorded of others.
pub(crate) fn stand(scripts: &[Script], rows: &[StepRow], lang: Lang) -> Vec<VisitStep> {
    let mut rest: Vec<&StepRow> = rows.iter().collect();
    let mut all = Vec::new();
    for (script, step) in scripts.iter().flat_map(|s| s.steps.iter().map(move |step| (s, step))) {
        let one = match recorded(rows, script, step) {
            Some(row) => {
                rest.retain(|other| *other != row);
                VisitStep::from(row)
            }
            None => VisitStep {
                script: script.key.clone(),
                place: step.place,
                step: step.shown(lang).to_owned(),
                outcome: Outcome::Open,
                reason: String::new(),
                clerk_id: None,
                at: None,
            },
        };
        all.push(one);
    }
    all.extend(rest.into_iter().map(VisitStep::from));
    all
}

/// A step that was left out, as the report of a day tells of it.
#[derive(Clone, Debug)]
pub struct LeftOutRow {
    /// Identity.
    pub id: Uuid,
    /// When the visit ended.
    pub at: Timestamp,
    /// The visitor's ticket.
    pub ticket: String,
    /// What he came for; none when it was left out because that is something else now.
    pub theme_id: Option<DeskThemeId>,
    /// Who he is, when the bank knows.
    pub client_id: Option<ClientId>,
    /// Its words.
    pub step: String,
    /// Why; empty when the reader may not see the client.
    pub reason: String,
    /// Who left it out.
    pub clerk_id: UserId,
}

/// Visits' steps as the policy looks at rows: whose branch, whose desk.
const SCOPED: &str = "(select visit_step.*, visit_step.clerk_id as manager_id from visit_step) s";

/// Steps left out within two instants and the person's `desk.report`, the latest first. Why they were left out may tell of the
/// client: of one the person may not see it is not told.
///
/// # Errors
/// The database's.
pub async fn left_out<R: Read>(
    db: &mut R,
    principal: &Principal,
    (branch, clerk): (Option<BranchId>, Option<UserId>),
    ((from, until), limit): ((Timestamp, Timestamp), i64),
) -> Result<Vec<LeftOutRow>, StoreError> {
    let filter = principal.filter_rows("desk.report", "s", 4);
    let mut values = params![from, until, limit].to_vec();
    values.extend(filter.params);
    let mut more = String::new();
    if let Some(branch) = branch {
        values.push(branch.into());
        more.push_str(&format!(" and s.branch_id = ${}", values.len()));
    }
    if let Some(clerk) = clerk {
        values.push(clerk.into());
        more.push_str(&format!(" and s.clerk_id = ${}", values.len()));
    }
    let sql = format!(
        "select s.id, s.at, v.ticket, case when s.reason = '{THEME_CHANGED}' then null else v.theme_id end, \
         coalesce(s.client_id, (select k.person_id from visit_known k where k.visit_id = s.visit_id)), \
         s.step, s.reason, s.clerk_id from {SCOPED} join visit v on v.id = s.visit_id \
         where s.outcome = 'left_out' and s.at >= $1 and s.at < $2 and {}{more} \
         order by s.at desc, s.id desc limit $3",
        filter.sql
    );
    let rows = db.query(&sql, &values).await?.into_iter().map(|row| {
        let mut c = row.cols();
        Ok(LeftOutRow {
            id: c.take()?,
            at: c.take()?,
            ticket: c.take()?,
            theme_id: c.take()?,
            client_id: c.take()?,
            step: c.take()?,
            reason: c.take()?,
            clerk_id: c.take()?,
        })
    });
    let mut rows: Vec<LeftOutRow> = rows.collect::<Result<_, StoreError>>()?;
    let ids = rows.iter().filter_map(|row| row.client_id).collect();
    let seen = client_ref::seen_of(db, principal, &ids).await?;
    for row in rows.iter_mut().filter(|row| row.client_id.is_some_and(|id| !seen.contains(&id))) {
        row.client_id = None;
        row.reason.clear();
    }
    Ok(rows)
}
