//! Reading the list: one statement for a page, cut to what the person may see.

mod filter;
mod page;

pub(super) use filter::{Places, added};
pub(super) use page::{Ask, ListRow, Page, main_contacts, page};
