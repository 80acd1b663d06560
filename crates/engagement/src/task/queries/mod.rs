//! Reading of tasks and of clients' next steps.

mod lists;
mod one;
mod steps;

pub use lists::{Cursor, Listed, Page, Which, Whose, list, of_client, search, statement, titles};
pub(crate) use lists::{SCOPED, any_of, listed, listed_columns, told};
pub(crate) use one::held_by;
pub use one::{TaskRow, overdue_vip, task};
pub use steps::{Gap, GapClient, NextStep, gap_clients, gaps, step_of};
