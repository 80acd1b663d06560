//! Views of a list of records: those in use, those put away, a person's own, and those shared with everyone.

use axum::extract::{Path, RawQuery};
use kernel::ViewId;
use spine::Error;
use web::{Answer, Cx, FormData};

use super::list::Pairs;
use super::{home, kind};
use crate::fields::model::Object;
use crate::list::viewed::{self, Tabs, Viewed};
use crate::list::{pairs_of, query_of};

/// The list of a kind of record as a list with views.
pub(super) fn viewed(cx: &Cx, object: &Object) -> Viewed {
    Viewed {
        page: format!("objects/{}", object.key),
        home: home(object),
        title: object.spec.many(cx.l.lang).to_owned(),
    }
}

/// What makes a view, in one order whatever the address looked like: words, order, columns and conditions, without the
/// place in the list.
fn view_query(pairs: &Pairs) -> String {
    let named = |name: &str| pairs.iter().find(|(n, v)| n == name && !v.is_empty());
    let once = ["q", "sort", "client", "show", "cols"].into_iter().filter_map(named);
    let conditions =
        pairs.iter().filter(|(name, _)| ["field", "op", "value"].contains(&name.as_str()));
    query_of(&once.chain(conditions).cloned().collect::<Pairs>())
}

/// The views a person may open, the open one marked.
///
/// # Errors
/// The database's.
pub(super) async fn tabs(cx: &mut Cx, object: &Object, pairs: &Pairs) -> Result<Tabs, Error> {
    let list = viewed(cx, object);
    let built_in = vec![
        (cx.l.t("records-in-use"), String::new()),
        (cx.l.t("records-archived"), "show=archived".to_owned()),
    ];
    viewed::tabs(cx, &list, built_in, &view_query(pairs)).await
}

/// `GET …/views/new?query=`: asks for the name of a new view.
pub(super) async fn form(cx: Cx, Path(key): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let kind = kind(&cx, &key).await?;
    viewed::form(&cx, &viewed(&cx, &kind.object), &query.unwrap_or_default())
}

pub(super) async fn save(cx: Cx, Path(key): Path<String>, sent: FormData) -> Answer {
    let kind = kind(&cx, &key).await?;
    // read and written again, so that only a list's own words are kept
    let query = view_query(&pairs_of(sent.raw("query")));
    viewed::save(&cx, &viewed(&cx, &kind.object), &sent, (query.clone(), query)).await
}

pub(super) async fn delete(
    cx: Cx,
    Path((key, id)): Path<(String, ViewId)>,
    sent: FormData,
) -> Answer {
    let kind = kind(&cx, &key).await?;
    viewed::delete(&cx, &viewed(&cx, &kind.object), id, &sent).await
}

pub(super) async fn share(
    mut cx: Cx,
    Path((key, id)): Path<(String, ViewId)>,
    sent: FormData,
) -> Answer {
    let kind = kind(&cx, &key).await?;
    let list = viewed(&cx, &kind.object);
    viewed::share(&mut cx, &list, id, &sent).await
}
