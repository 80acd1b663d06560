//! The list's pages: the list itself, its views, bulk actions, exports.

mod bulk;
mod cards;
mod cells;
pub(crate) mod chosen;
mod export;
mod file;
mod filters;
mod list;
mod rows;
pub(crate) mod viewed;
mod views;

pub(in crate::list) use export::export_rows;
pub(crate) use file::{Plain, Rows, SheetKind, attachment};
pub(in crate::list) use filters::added_filters;
pub(in crate::list) use rows::{Asked, Beside};

use axum::response::{IntoResponse, Redirect};
use web::ui::query_string;
use web::{Access, Answer, Cx, FormData, Routes};

use crate::list::model::{Address, chosen};

/// Key of this list's saved views.
const PAGE: &str = "clients";

pub(crate) fn routes(routes: Routes) -> Routes {
    const READ: Access = Access::Needs("client.read");
    const EXPORT: Access = Access::Needs("client.export");
    const ASSIGN: Access = Access::Needs("client.assign");
    const EDIT: Access = Access::Needs("client.edit");
    routes
        .get_lagging("/clients", READ, list::page)
        .get(filters::BUILDER, READ, filters::builder)
        .post("/clients/columns", READ, choose_columns)
        .get("/clients/views/new", READ, views::form)
        .post("/clients/views", READ, views::save)
        .post("/clients/views/{id}/delete", READ, views::delete)
        .post("/clients/views/{id}/share", Access::Needs("view.share"), views::share)
        .get("/clients/bulk/assign", ASSIGN, bulk::assign_form)
        .post("/clients/bulk/assign", ASSIGN, bulk::assign)
        .get("/clients/bulk/segment", EDIT, bulk::segment_form)
        .post("/clients/bulk/segment", EDIT, bulk::segment)
        .get_lagging("/clients/export", EXPORT, export::filtered)
        .post("/clients/export", EXPORT, export::selected)
        .post("/clients/export/cards", EXPORT, export::selected_cards)
        .get("/clients/{id}/card.vcf", EXPORT, cards::one)
}

/// The decoded pairs of a query string, in order.
pub(crate) fn pairs_of(query: &str) -> Vec<(String, String)> {
    let one = |pair: &str| {
        let form = FormData::parse(pair);
        form.pairs().next().map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    query.split('&').filter_map(one).collect()
}

/// Pairs as a query string, without `?`.
pub(crate) fn query_of(pairs: &[(String, String)]) -> String {
    let text = query_string(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    text.trim_start_matches('?').to_owned()
}

/// The list at these pairs.
fn list_href(pairs: &[(String, String)]) -> String {
    match query_of(pairs) {
        query if query.is_empty() => "/clients".to_owned(),
        query => format!("/clients?{query}"),
    }
}

/// `POST /clients/columns`: the same list with other columns; writes nothing.
async fn choose_columns(cx: Cx, sent: FormData) -> Answer {
    let mut address = Address::parse(&pairs_of(sent.raw("query")));
    let scope = cx.principal().scope("client.read");
    let added = rows::added(&cx).await?;
    let sort = address.sort.key.clone();
    let all = (cx.app.columns.as_slice(), added.as_slice());
    let keys = |names: &[String]| -> Vec<String> {
        chosen(names, &sort, all, scope).iter().map(|c| c.key().to_owned()).collect()
    };
    let mut wanted = sent.all("col").to_vec();
    // an empty choice means the name alone, not the standard columns
    wanted.push("name".to_owned());
    let (wanted, standard) = (keys(&wanted), keys(&[]));
    address.columns = if wanted == standard { Vec::new() } else { wanted };
    Ok(Redirect::to(&list_href(&address.list_pairs())).into_response())
}
