//! Tasks on the screen: the list, one task with its dialogs, what the card shows, the report of clients
//! without a next step, and the search box.

mod add;
mod gaps;
mod life;
pub(crate) mod list;
mod one;
mod panels;
mod search;

use web::{Access, Routes};

pub(crate) use one::own_record;
pub(in crate::task) use one::visible;
pub(crate) use panels::panels;
pub(crate) use search::search_sources;

pub(crate) fn routes(routes: Routes) -> Routes {
    const READ: Access = Access::Needs("task.read");
    const WRITE: Access = Access::Needs("task.write");
    routes
        .get_lagging("/tasks", READ, list::page)
        .get("/tasks/new", WRITE, add::form)
        .post("/tasks/new", WRITE, add::save)
        .get("/tasks/{id}", READ, one::page)
        .get("/tasks/{id}/{what}", WRITE, life::form)
        .post("/tasks/{id}/{what}", WRITE, life::save)
        .get_lagging("/no-next-step", Access::Needs("client.read"), gaps::page)
        .get_lagging("/no-next-step/clients", Access::Needs("client.read"), gaps::clients)
}
