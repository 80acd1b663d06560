//! Branches as people see them: the nodes and the refusals at the centre, and the line and what was done at a branch.

mod desk;
pub(crate) mod files;
mod known;
mod limits;
mod nodes;
mod pre_approvals;
mod refusals;
pub(crate) mod rig;
mod strategy;
