//! The form of a project or event.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ProjectId, Refusal, Refusals};
use maud::html;
use spine::{Error, OwnValues};
use web::ui::{self, Field, Form, Input, form_row};
use web::{Answer, Cx, FormData};

use crate::parts;
use crate::project::commands::{EditProject, OpenProject, PROJECT, ProjectFields};
use crate::project::model::KINDS;
use crate::project::queries::{self, ProjectRow};

fn pair(key: &str, value: impl Into<String>) -> (String, String) {
    (key.to_owned(), value.into())
}

pub(super) async fn new(cx: Cx) -> Answer {
    let own = cx.own(PROJECT.key).await?.start(&OwnValues::default());
    let start = [pair("kind", "event"), pair("_id", cx.form_id())];
    let start = FormData::from_pairs(start.into_iter().chain(own));
    Ok(show(&cx, StatusCode::OK, None, &start, &Refusals::default()).await?)
}

pub(super) async fn open(cx: Cx, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let fields = read(&cx, &sent, &mut refusals).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if !refusals.0.is_empty() {
        fields.check(&mut refusals);
        return Ok(show(&cx, status, None, &sent, &refusals).await?);
    }
    match cx.execute(sent.command_id()?, &OpenProject { fields }).await {
        Ok(id) => Ok(cx.done(&format!("/projects/{id}"), "flash-project-opened")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, status, None, &sent, &refusals).await?),
        Err(other) => Err(other.into()),
    }
}

async fn guarded(cx: &mut Cx, id: &str) -> Result<ProjectRow, Error> {
    let id: ProjectId = parts::id(id)?;
    let project = queries::project(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    cx.principal().require_over("project.write", project.owner())?;
    Ok(project)
}

pub(super) async fn edit(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let project = guarded(&mut cx, &id).await?;
    let own = cx.own(PROJECT.key).await?.start(&project.custom);
    let start = [
        pair("kind", &project.kind),
        pair("title", &project.title),
        pair("starts", cx.l.date(project.starts_on)),
        pair("ends", project.ends_on.map(|d| cx.l.date(d)).unwrap_or_default()),
        pair("place", &project.place),
        pair("about", &project.about),
        pair("version", project.version.to_string()),
        pair("_id", cx.form_id()),
    ];
    let start = FormData::from_pairs(start.into_iter().chain(own));
    Ok(show(&cx, StatusCode::OK, Some(&project), &start, &Refusals::default()).await?)
}

pub(super) async fn save(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let project = guarded(&mut cx, &id).await?;
    let mut refusals = Refusals::default();
    let fields = read(&cx, &sent, &mut refusals).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if !refusals.0.is_empty() {
        fields.check(&mut refusals);
        return Ok(show(&cx, status, Some(&project), &sent, &refusals).await?);
    }
    let version = sent.text("version").parse().unwrap_or(0);
    let command = EditProject { project_id: project.id, version, fields };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&format!("/projects/{}", project.id), "flash-project-saved")),
        Err(Error::Refused(refusals)) => {
            Ok(show(&cx, status, Some(&project), &sent, &refusals).await?)
        }
        Err(other) => Err(other.into()),
    }
}

async fn read(cx: &Cx, sent: &FormData, refusals: &mut Refusals) -> Result<ProjectFields, Error> {
    let edits = cx.own(PROJECT.key).await?.edits(sent);
    if sent.opt("starts").is_none() {
        refusals.push(Refusal::field("required", "starts"));
    }
    Ok(ProjectFields {
        kind: sent.text("kind"),
        title: sent.text("title"),
        starts_on: sent.date("starts", cx.l.today, refusals).unwrap_or(cx.l.today),
        ends_on: sent.date("ends", cx.l.today, refusals),
        place: sent.text("place"),
        about: sent.text("about"),
        custom: edits.into_iter().map(|edit| (edit.field, edit.value)).collect(),
    })
}

async fn show(
    cx: &Cx,
    status: StatusCode,
    project: Option<&ProjectRow>,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let own = cx.own(PROJECT.key).await?;
    let error = |name: &str| cx.field_error(refusals, name);
    let date = |name: &'static str, label: &str| {
        Field::new(name, l.t(label), Input::Date).value(sent.raw(name)).error(error(name))
    };
    let kinds = parts::word_options(l, "project-kind-", &KINDS, None);
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (Field::text("title", l.t("project-title")).value(sent.raw("title")).required()
            .attribute("autofocus", "").error(error("title")).render(l))
        (form_row(&[
            Field::select("kind", l.t("project-kind"), kinds).value(sent.text("kind")).error(error("kind")).render(l),
            date("starts", "project-starts").required().render(l),
            date("ends", "project-ends").render(l),
        ]))
        (Field::text("place", l.t("project-place")).value(sent.raw("place")).error(error("place")).render(l))
        (Field::new("about", l.t("project-about"), Input::Textarea { rows: 4 }).value(sent.raw("about"))
            .error(error("about")).render(l))
        (own.controls(cx, sent, refusals).await?)
    };
    let (action, back, title) = match project {
        Some(p) => {
            (format!("/projects/{}/edit", p.id), format!("/projects/{}", p.id), l.t("project-edit"))
        }
        None => ("/projects/new".to_owned(), "/projects".to_owned(), l.t("project-new")),
    };
    let form = Form::post(action)
        .hidden("_id", sent.raw("_id"))
        .hidden("version", sent.raw("version"))
        .submit(l.t("project-save"))
        .cancel(back.as_str())
        .render(l, &body);
    Ok(parts::dialog(cx, status, &title, (&back, &l.t("nav-projects")), &form))
}
