//! Pages of the journal.

mod chain;
mod list;
pub(crate) mod values;

pub(in crate::journal) use list::readable;

use web::{Access, Routes};

const JOURNAL: Access = Access::Needs("journal.read");
const HOME: &str = "/admin/journal";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get_lagging("/admin/journal", JOURNAL, list::list)
        .get("/admin/journal/chain", JOURNAL, chain::part)
        .post("/admin/journal/verify", JOURNAL, chain::verify)
}
