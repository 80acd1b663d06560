//! What a client list is: its columns, its conditions, its address, its place. Pure.

mod address;
mod column;
mod condition;
mod cursor;
mod reading;

pub(super) use address::{Address, PAGE_SIZES, Sort, SortKey, Turn};
pub(super) use column::{Column, Fact, all, chosen};
pub(super) use condition::{FIELDS, Field, Op, Operand, Own, PRODUCTS, Raw, Test, ops_of};
pub(super) use cursor::{Cursor, Key};
pub(super) use reading::{Env, read};
