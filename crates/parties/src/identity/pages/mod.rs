//! Pages of duplicates: the list, a pair side by side, and what is shown while a client is typed.

mod list;
mod pair;
mod typed;
mod words;

pub(crate) use typed::{Typed, typed_part};

use web::{Access, Routes};

const READ: Access = Access::Needs("client.read");
const EDIT: Access = Access::Needs("client.edit");

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get_lagging("/duplicates", READ, list::page)
        .get_lagging("/duplicates/search", READ, list::part)
        .post("/duplicates/search", Access::Needs("client.merge"), list::start)
        .get("/duplicates/{a}/{b}", READ, pair::page)
        .post("/duplicates/{a}/{b}/not-same", EDIT, pair::not_same)
        .post("/duplicates/{a}/{b}/reopen", EDIT, pair::reopen)
        // reads only; what is typed of a person has no place in an address
        .post("/clients/new/duplicates", Access::Needs("client.create"), typed::part)
}

fn pair_href(a: kernel::ClientId, b: kernel::ClientId) -> String {
    format!("/duplicates/{a}/{b}")
}
