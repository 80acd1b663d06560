//! Reading of visits, operations, themes and of whom somebody speaks for.

mod operations;
mod scripts;
mod themes;
mod visits;

pub use operations::{
    OperationRow, OperationsOf, Total, cut_operations, operation, operations, totals,
};
pub use scripts::{Script, scripts};
pub use themes::{ThemeRow, has_under, theme, themes};
pub use visits::{
    Regard, VisitRow, Waits, cut_visits, ended, held, open, regards, tickets, visit, waits,
};
