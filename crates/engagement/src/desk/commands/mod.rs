//! Changes at the desk.

mod finish;
mod identify;
mod known;
mod operation;
mod recognise;
mod regard;
mod stale;
mod steps;
mod theme;
mod till;
mod visit;

pub use finish::FinishVisit;
pub(crate) use identify::tell_managers;
pub use identify::{IdentifyVisitor, RejectVisitor};
pub(crate) use operation::Row as OperationToWrite;
pub use operation::{RecordOperation, ReverseOperation};
pub use recognise::RecogniseVisitor;
pub(crate) use recognise::{forget, is_recognised};
pub(crate) use regard::rebuild_regard;
pub use regard::{RefreshRegard, RegardReader};
pub use stale::{REFRESH, Refresh};
pub(crate) use steps::steps_belong;
pub use steps::{LeftOut, TickVisitStep};
pub use theme::SaveTheme;
pub use till::MoveTillCash;
pub use visit::{CallVisitor, ChooseTheme, LeaveVisit, OpenVisit, OpenedVisit};

use kernel::{BranchId, Refusal, Refusals, VisitId};
use spine::{Error, Work};

use super::queries::{VisitRow, held};

/// Who serves at a desk.
pub(crate) const SERVE: &str = "desk.serve";

/// The visit, held for this transaction, when the person serves where it is.
pub(crate) async fn served(w: &mut Work<'_>, id: VisitId) -> Result<VisitRow, Error> {
    let visit = held(w, id).await?.ok_or(Error::NotFound)?;
    w.ctx.principal.require_over(SERVE, visit.owner())?;
    Ok(visit)
}

/// The branch at which the person serves.
pub(crate) fn branch(w: &Work<'_>) -> Result<BranchId, Error> {
    w.ctx.principal.branch_id.ok_or_else(|| Error::refused("desk-no-branch"))
}

/// Texts that are longer than they may be.
pub(crate) fn check_lengths(texts: &[(&str, &str, usize)], refusals: &mut Refusals) {
    for (text, field, max) in texts {
        if text.chars().count() > *max {
            refusals.push(Refusal::field("too-long", field).arg("max", *max));
        }
    }
}
