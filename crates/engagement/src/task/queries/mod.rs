//! Reading of tasks and of clients' next steps.

mod lists;
mod one;
mod steps;

pub use lists::{Cursor, Listed, Which, Whose, list, of_client, search, titles};
pub use one::{TaskRow, overdue_vip, task};
pub(crate) use one::{COLUMNS, held_by};
pub use steps::{Gap, NextStep, gaps, step_of};
