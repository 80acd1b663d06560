//! What every import of this room shares: which records of a feed are new, which changed, what their references point
//! at, the bank's own fields they fill, and how what is wrong with a row is told.

mod commands;

pub(crate) use commands::{
    Refs, Task, difference, own_edits, reject, reject_whole, rejects, save, sort,
};
