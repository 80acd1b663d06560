//! Pages of records.

mod bulk;
mod export;
mod form;
mod list;
mod one;
mod panel;
mod search;
mod views;

use std::sync::Arc;

use spine::Error;
use web::{Access, CardPanel, Cx, MoreNav, Routes, SearchSource};

use crate::fields::definitions;
use crate::fields::model::{Definitions, Field, Object};

pub(in crate::objects) use export::answer as export;

pub(crate) fn routes(routes: Routes) -> Routes {
    const READ: Access = Access::Needs("record.read");
    const EDIT: Access = Access::Needs("record.edit");
    routes
        .get("/objects/{what}", READ, list::page)
        .get("/objects/{what}/filter", READ, list::builder)
        .post("/objects/{what}/columns", READ, list::choose_columns)
        .get_lagging("/objects/{what}/export", Access::Needs("record.export"), export::filtered)
        .post("/objects/{what}/export", Access::Needs("record.export"), bulk::selected)
        .get("/objects/{what}/views/new", READ, views::form)
        .post("/objects/{what}/views", READ, views::save)
        .post("/objects/{what}/views/{id}/delete", READ, views::delete)
        .post("/objects/{what}/views/{id}/share", Access::Needs("view.share"), views::share)
        .get("/objects/{what}/bulk/edit", EDIT, bulk::edit_form)
        .post("/objects/{what}/bulk/edit", EDIT, bulk::edit)
        .get("/objects/{what}/bulk/archive", EDIT, bulk::archive_form)
        .post("/objects/{what}/bulk/archive", EDIT, bulk::archive)
        .get("/objects/{what}/bulk/restore", EDIT, bulk::restore_form)
        .post("/objects/{what}/bulk/restore", EDIT, bulk::restore)
        .get("/objects/{what}/new", EDIT, form::new)
        .post("/objects/{what}/new", EDIT, form::add)
        .get("/objects/{what}/{id}", READ, one::page)
        .get("/objects/{what}/{id}/edit", EDIT, form::edit)
        .post("/objects/{what}/{id}/edit", EDIT, form::save)
        .post("/objects/{what}/{id}/archive", EDIT, one::archive)
        .post("/objects/{what}/{id}/restore", EDIT, one::restore)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(panel::RecordsPanel)]
}

pub(crate) fn search_sources() -> Vec<Arc<dyn SearchSource>> {
    vec![Arc::new(search::Records)]
}

/// The menu's entries: a list for each kind of record the person works with.
pub(crate) fn nav(cx: &Cx) -> web::MoreNavs<'_> {
    Box::pin(async move {
        if !cx.principal().has("record.read") {
            return Ok(Vec::new());
        }
        let definitions = definitions(&cx.app.services, cx.now()).await?;
        let entries = definitions.objects_of(cx.principal()).map(|object| MoreNav {
            href: format!("/objects/{}", object.key),
            icon: "database",
            label: object.spec.many(cx.l.lang).to_owned(),
        });
        Ok(entries.collect())
    })
}

/// A kind of record and its fields, as far as the person works with them.
struct Kind {
    object: Arc<Object>,
    fields: Vec<Arc<Field>>,
}

async fn kind(cx: &Cx, key: &str) -> Result<Kind, Error> {
    let definitions: Arc<Definitions> = definitions(&cx.app.services, cx.now()).await?;
    let found = definitions.object(key).filter(|o| o.is_seen_by(cx.principal()));
    let object = found.map(Arc::clone).ok_or(Error::NotFound)?;
    let fields = definitions.seen(key, cx.principal()).map(Arc::clone).collect();
    Ok(Kind { object, fields })
}

fn home(object: &Object) -> String {
    format!("/objects/{}", object.key)
}
