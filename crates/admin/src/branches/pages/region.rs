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
use crate::pages::{as_drawn, choose, dialog, dialog_refused, originals, summary};

#[derive(Default)]
struct Typed {
    code: String,
    name: String,
    name_en: String,
}

impl Typed {
    fn sent(sent: &FormData) -> Self {
        Self { code: sent.text("code"), name: sent.text("name"), name_en: sent.text("name_en") }
    }
    fn command(&self, id: Option<RegionId>) -> SaveRegion {
        SaveRegion {
            region_id: id,
            code: self.code.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            original: None,
        }
    }
    fn values(&self) -> [(&'static str, String); 3] {
        [
            ("code", self.code.clone()),
            ("name", self.name.clone()),
            ("name_en", self.name_en.clone()),
        ]
    }
}

pub(super) async fn new(cx: Cx) -> Answer {
    Ok(show(&cx, None, (&Typed::default(), None), None))
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
    Ok(show(&cx, Some(id), (&typed, Some(&typed)), None))
}

pub(super) async fn save(cx: Cx, Path(id): Path<RegionId>, sent: FormData) -> Answer {
    send(cx, Some(id), sent).await
}

async fn send(cx: Cx, id: Option<RegionId>, sent: FormData) -> Answer {
    let typed = Typed::sent(&sent);
    let drawn = as_drawn(&sent).map(|drawn| Typed::sent(&drawn));
    let original = drawn.as_ref().map(|drawn| Box::new(drawn.command(id)));
    let command = SaveRegion { original, ..typed.command(id) };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(HOME, "flash-admin-saved")),
        Err(Error::Refused(refusals)) => {
            Ok(show(&cx, id, (&typed, drawn.as_ref()), Some(&refusals)))
        }
        Err(Error::Conflict(conflict)) => {
            Ok(choose(&cx, &title(&cx, id), &action(id), "region", &sent, &conflict))
        }
        Err(other) => Err(other.into()),
    }
}

fn action(id: Option<RegionId>) -> String {
    format!("/admin/regions/{}", id.map_or("new".to_owned(), |id| id.to_string()))
}

fn title(cx: &Cx, id: Option<RegionId>) -> String {
    cx.l.t(if id.is_some() { "admin-region-edit" } else { "admin-region-new" })
}

/// The form with what is typed and, when the thing is there, what it was when the form was first drawn.
fn show(
    cx: &Cx,
    id: Option<RegionId>,
    (typed, original): (&Typed, Option<&Typed>),
    refused: Option<&Refusals>,
) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let line = |name: &str, key: &str, value: &str| {
        Field::text(name, l.t(key)).value(value).required().error(cx.field_error(refusals, name))
    };
    let fields = html! {
        (summary(cx, refusals))
        @if let Some(original) = original { (originals(original.values())) }
        (line("code", "admin-code", &typed.code).hint(l.t("admin-code-hint")).narrow().render(l))
        (form_row(&[
            line("name", "admin-name-ru", &typed.name).render(l),
            line("name_en", "admin-name-en", &typed.name_en).render(l),
        ]))
    };
    let body = Form::post(action(id))
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-save"))
        .cancel(HOME)
        .render(l, &fields);
    let title = title(cx, id);
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}
