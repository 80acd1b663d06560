//! Pages of imports: the list, a new one, its preview, its run and its rejects.

mod run;
mod start;

pub(in crate::import) use run::rejects_of;
pub(in crate::import) use start::{added_columns, prepare};

use web::i18n::{Arg, L};
use web::{Access, Action, Routes};

use crate::feed::FeedError;
use crate::import::model::renamed;

/// Why a feed cannot be read, in the reader's language.
fn feed_words(l: &L, error: &FeedError) -> String {
    let mut args: Vec<(&str, Arg<'_>)> =
        error.args.iter().map(|(k, v)| (k.as_str(), v.into())).collect();
    args.push(("place", (&error.place).into()));
    l.ta(&error.message_key(), &args)
}

/// The name of a field as the rest of the product calls it; a field only the mapping knows keeps its own.
fn field_words(l: &L, field: &str) -> String {
    let ours = if field == "full_name" { field } else { renamed(field) };
    let key = format!("field-{}", ours.replace('_', "-"));
    if l.texts.has(l.lang, &key) { l.t(&key) } else { field.to_owned() }
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
