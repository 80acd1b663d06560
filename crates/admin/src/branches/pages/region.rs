//! The form of a region.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Refusals, RegionId};
use maud::html;
use spine::Error;
use spine::org::edit::SaveRegion;
use web::ui::{Field, Form, form_row};
use web::{Answer, Cx, FormData};

use super::HOME;
use crate::pages::{dialog, dialog_refused, summary};

#[derive(Default)]
struct Typed {
    code: String,
    name: String,
    name_en: String,
}

pub(super) async fn new(cx: Cx) -> Answer {
    Ok(show(&cx, None, &Typed::default(), None))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    send(cx, None, sent).await
}

pub(super) async fn edit(cx: Cx, Path(id): Path<RegionId>) -> Answer {
    let directory = cx.app.services.directory.get();
    let region = directory.regions.get(&id).ok_or(Error::NotFound)?;
    let typed = Typed {
        code: region.code.clone(),
        name: region.name.clone(),
        name_en: region.name_en.clone(),
    };
    Ok(show(&cx, Some(id), &typed, None))
}

pub(super) async fn save(cx: Cx, Path(id): Path<RegionId>, sent: FormData) -> Answer {
    send(cx, Some(id), sent).await
}

async fn send(cx: Cx, id: Option<RegionId>, sent: FormData) -> Answer {
    let typed =
        Typed { code: sent.text("code"), name: sent.text("name"), name_en: sent.text("name_en") };
    let command = SaveRegion {
        region_id: id,
        code: typed.code.clone(),
        name: typed.name.clone(),
        name_en: typed.name_en.clone(),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(HOME, "flash-admin-saved")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, id, &typed, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

fn show(cx: &Cx, id: Option<RegionId>, typed: &Typed, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let line = |name: &str, key: &str, value: &str| {
        Field::text(name, l.t(key)).value(value).required().error(cx.field_error(refusals, name))
    };
    let fields = html! {
        (summary(cx, refusals))
        (line("code", "admin-code", &typed.code).hint(l.t("admin-code-hint")).narrow().render(l))
        (form_row(&[
            line("name", "admin-name-ru", &typed.name).render(l),
            line("name_en", "admin-name-en", &typed.name_en).render(l),
        ]))
    };
    let tail = id.map_or("new".to_owned(), |id| id.to_string());
    let body = Form::post(format!("/admin/regions/{tail}"))
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-save"))
        .cancel(HOME)
        .render(l, &fields);
    let title = l.t(if id.is_some() { "admin-region-edit" } else { "admin-region-new" });
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}
