//! Pages of imports: the list, a new one, its preview, its run and its rejects.

mod kinds;
mod run;
mod start;

pub(in crate::import) use kinds::Added;
pub(in crate::import) use run::rejects_of;
pub(in crate::import) use start::prepare;

use web::i18n::{Arg, L};
use web::{Access, Action, Routes};

use crate::feed::FeedError;

/// Why a feed cannot be read, in the reader's language.
fn feed_words(l: &L, error: &FeedError) -> String {
    let mut args: Vec<(&str, Arg<'_>)> =
        error.args.iter().map(|(k, v)| (k.as_str(), v.into())).collect();
    args.push(("place", (&error.place).into()));
    l.ta(&error.message_key(), &args)
}

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
