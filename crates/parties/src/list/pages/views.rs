//! Views of the client list.

use axum::extract::{Path, RawQuery};
use kernel::ViewId;
use spine::Error;
use web::{Answer, Cx, FormData};

use super::viewed::{self, Tabs, Viewed};
use super::{PAGE, pairs_of, query_of};
use crate::list::model::Address;

/// The client list as a list with views.
pub(super) fn list(cx: &Cx) -> Viewed {
    Viewed { page: PAGE.to_owned(), home: "/clients".to_owned(), title: cx.l.t("nav-clients") }
}

/// The views a person may open, the open one marked.
///
/// # Errors
/// The database's.
pub(super) async fn tabs(cx: &mut Cx, address: &Address) -> Result<Tabs, Error> {
    let (list, built_in) = (list(cx), built_in(cx));
    viewed::tabs(cx, &list, built_in, &query_of(&address.view_pairs())).await
}

/// Title and query of the views everybody has.
fn built_in(cx: &Cx) -> Vec<(String, String)> {
    let view = |conditions: &[(&str, &str, &str)]| {
        let pairs: Vec<(String, String)> = conditions
            .iter()
            .flat_map(|(field, op, value)| [("field", *field), ("op", *op), ("value", *value)])
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        query_of(&pairs)
    };
    let mine = ("manager", "is", "me");
    let mut views = vec![
        (cx.l.t("list-view-all"), String::new()),
        (cx.l.t("list-view-mine"), view(&[mine])),
        (cx.l.t("list-view-vip"), view(&[mine, ("segment", "is", "vip")])),
    ];
    if cx.app.columns.iter().any(|column| column.key == "next_step") {
        let query = view(&[mine, ("status", "is", "active"), ("next_step", "empty", "")]);
        views.push((cx.l.t("list-view-no-step"), query));
    }
    views
}

/// `GET /clients/views/new?query=`: asks for the name of a new view.
pub(super) async fn form(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    viewed::form(&cx, &list(&cx), &query.unwrap_or_default())
}

pub(super) async fn save(cx: Cx, sent: FormData) -> Answer {
    // read and written again, so that only a list's own words are kept
    let address = Address::parse(&pairs_of(sent.raw("query")));
    let both = (query_of(&address.view_pairs()), query_of(&address.list_pairs()));
    viewed::save(&cx, &list(&cx), &sent, both).await
}

pub(super) async fn delete(cx: Cx, Path(id): Path<ViewId>, sent: FormData) -> Answer {
    viewed::delete(&cx, &list(&cx), id, &sent).await
}

pub(super) async fn share(mut cx: Cx, Path(id): Path<ViewId>, sent: FormData) -> Answer {
    let list = list(&cx);
    viewed::share(&mut cx, &list, id, &sent).await
}
