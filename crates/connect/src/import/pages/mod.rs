//! Pages of imports: the list, a new one, its preview, its run and its rejects.

mod run;
mod start;

use web::{Access, Action, Routes};

pub(crate) const ACTIONS: &[Action] = &[Action {
    label: "action-import",
    icon: "import",
    href: "/imports/new",
    dialog: false,
    permission: "import.run",
    creates: false,
}];

pub(crate) fn routes(routes: Routes) -> Routes {
    let needs = Access::Needs("import.run");
    routes
        .get("/imports", needs, start::list)
        .get("/imports/new", needs, start::form)
        .post_files("/imports/new", needs, start::send)
        .get("/imports/{id}", needs, run::page)
        .post("/imports/{id}/start", needs, run::start)
        .get("/imports/{id}/rejects.csv", needs, run::rejects)
}
