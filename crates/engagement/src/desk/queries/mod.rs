//! Reading of visits, operations, tills, themes, of whom somebody speaks for and who is known at every desk.

mod known;
mod operations;
mod scripts;
mod steps;
mod themes;
mod till;
mod visits;

pub use known::{Known, find_known, known, known_visitor, recognised, regarded, speaking, stale};
pub use operations::{
    OperationRow, OperationsOf, Total, cut_operations, operation, operations, totals,
};
pub use scripts::{Script, Step, open_steps, recorded, scripts, scripts_of};
pub use steps::{LeftOutRow, StepRow, VisitStep, left_by_theme, left_out, steps};
pub(crate) use steps::{stand, step_id};
pub use themes::{ThemeRow, has_under, theme, themes};
pub use till::{Till, in_till, tills};
pub use visits::{
    Regard, VisitRow, Waits, cut_visits, ended, held, open, regards, tickets, visit, waits,
};
