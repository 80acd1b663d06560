//! One field: how it looks in a form, how far its index is, and its own form.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{FieldId, Refusals};
use maud::{Markup, html};
use spine::{Conflict, Error};
use web::ui::{self, Button, ConflictField, Form, Kv, PageHeader, Panel, conflict_chooser};
use web::{Answer, Cx, FormData};

use super::sent::{form_of, spec_of};
use super::{HOME, conflict, form, list, post_button};
use crate::fields::CLIENT;
use crate::fields::commands::{ArchiveField, EditField, words};
use crate::fields::model::{Field, FieldSpec, IndexState};
use crate::fields::{Linked, control, definitions, queries};

async fn load(cx: &Cx, id: FieldId) -> Result<Arc<Field>, Error> {
    let definitions = definitions(&cx.app.services, cx.now()).await?;
    definitions.all().find(|f| f.id == id).map(Arc::clone).ok_or(Error::NotFound)
}

pub(super) async fn page(cx: Cx, Path(id): Path<FieldId>) -> Answer {
    let field = load(&cx, id).await?;
    let original = serde_json::to_string(&field.spec).map_err(Error::from)?;
    let typed = form_of(&field);
    let content = markup(&cx, &field, (&typed, &original), &Refusals::default()).await?;
    Ok(cx.page(field.spec.shown_label(cx.l.lang), &content))
}

async fn markup(
    cx: &Cx,
    field: &Field,
    (typed, original): (&FormData, &str),
    refusals: &Refusals,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let href = format!("{HOME}/{}", field.id);
    let header = PageHeader::new(field.spec.shown_label(l.lang))
        .crumb(HOME, l.t("fields-title"))
        .marks(list::marks(cx, field));
    let form = Form::post(href.as_str())
        .hidden("_id", cx.form_id())
        .hidden("original", original)
        .submit(l.t("fields-save"))
        .cancel(HOME)
        .render(l, &form::fields(cx, (&field.object, typed), refusals, false));
    let (action, button) = if field.is_active() {
        ("archive", Button::secondary(l.t("field-archive")).icon("trash-2"))
    } else {
        ("restore", Button::secondary(l.t("field-restore")).icon("undo-2"))
    };
    let away = post_button(cx, &format!("{href}/{action}"), button);
    Ok(html! {
        (header.other(away).render(l))
        @if !field.is_active() { p.quiet { (l.t("field-archived-words")) } }
        div.details-grid {
            (Panel::new(l.t("field-settings")).render(&form))
            div {
                (preview(cx, field))
                (facts(cx, field).await?)
            }
        }
    })
}

/// How it looks where it is filled in, and the ways there.
fn preview(cx: &Cx, field: &Field) -> Markup {
    let l = &cx.l;
    Panel::new(l.t("field-preview")).render(&html! {
        div.form-grid { (control(cx, field, "", &Linked::new(), &Refusals::default())) }
        @if field.is_active() { (ways(cx, field)) }
    })
}

/// The ways to where it is seen.
fn ways(cx: &Cx, field: &Field) -> Markup {
    let l = &cx.l;
    let own = cx.app.services.bus.fieldable().iter().find(|one| one.key == field.object);
    let columns = if field.object == CLIENT { "name," } else { "" };
    let list = match own {
        Some(one) => one.home.to_owned(),
        None => format!("/objects/{}", field.object),
    };
    html! {
        p {
            @if field.object == CLIENT { a href="/clients/new" { (l.t("field-see-form")) } " · " }
            @if own.is_none_or(|one| one.has_list) {
                a href={ (list) "?cols=" (columns) (field.key) } { (l.t("field-see-list")) }
            }
        }
    }
}

async fn facts(cx: &Cx, field: &Field) -> Result<Markup, Error> {
    let l = &cx.l;
    let mut kv = Kv::new("field").line(l.t("field-def-key"), html! { code { (field.key) } });
    let index = match field.index_state {
        IndexState::None => l.t("field-index-none"),
        IndexState::Ready => l.t("field-index-ready"),
        IndexState::Building => {
            let mut db = cx.db.clone();
            let (done, total) = queries::progress(&mut db, field.id).await?.unwrap_or((0, 0));
            l.ta("field-index-building", &[("done", done.into()), ("total", total.into())])
        }
    };
    kv = kv.text(l.t("field-index"), &index);
    Ok(Panel::new(l.t("field-programs")).render(&kv.render(l)))
}

pub(super) async fn save(cx: Cx, Path(id): Path<FieldId>, sent: FormData) -> Answer {
    let field = load(&cx, id).await?;
    let mut refusals = Refusals::default();
    let spec = spec_of(&sent, &field.spec.options, &mut refusals);
    let original: FieldSpec =
        serde_json::from_str(sent.raw("original")).unwrap_or_else(|_| field.spec.clone());
    let command = EditField {
        field_id: id,
        original: Some(original.clone()),
        spec: spec.clone(),
        position: sent.opt("position").and_then(|text| text.parse().ok()),
    };
    let outcome = match refusals.into_result() {
        Ok(()) => cx.execute(sent.command_id()?, &command).await,
        Err(refusals) => Err(refusals.into()),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&format!("{HOME}/{id}"), "flash-field-saved")),
        Err(Error::Refused(refusals)) => {
            let drawn = (&sent, sent.raw("original"));
            let content = markup(&cx, &field, drawn, &refusals).await?;
            let title = field.spec.shown_label(cx.l.lang);
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, title, &content))
        }
        Err(Error::Conflict(conflict)) => Ok(chooser(&cx, &field, (&original, &spec), &conflict)?),
        Err(other) => Err(other.into()),
    }
}

/// Mine or theirs for each part both changed. What is sent again is drawn from what is stored now: what this
/// person left alone becomes what it has become meanwhile.
fn chooser(
    cx: &Cx,
    field: &Field,
    (original, mine): (&FieldSpec, &FieldSpec),
    conflict: &Conflict,
) -> Result<Response, Error> {
    let l = &cx.l;
    let mut hidden: Vec<(String, String)> = vec![
        ("_id".to_owned(), cx.form_id()),
        ("original".to_owned(), serde_json::to_string(&field.spec)?),
    ];
    let sides = words(original).into_iter().zip(words(mine)).zip(words(&field.spec));
    for (((name, was), (_, wanted)), (_, now)) in sides {
        if !conflict.fields.iter().any(|f| f.field == name) {
            hidden.push((name.to_owned(), if was == wanted { now } else { wanted }));
        }
    }
    let fields: Vec<ConflictField> = conflict
        .fields
        .iter()
        .map(|f| ConflictField {
            name: f.field.clone(),
            label: l.t(&format!("field-def-{}", part_word(&f.field))),
            mine: f.mine.clone(),
            theirs: f.theirs.clone(),
            original: f.original.clone(),
            words: None,
        })
        .collect();
    let by = conflict::by(cx, conflict);
    let hidden: Vec<(&str, &str)> = hidden.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let action = format!("{HOME}/{}", field.id);
    let chooser = conflict_chooser(l, &action, &hidden, &by, &fields);
    let title = field.spec.shown_label(l.lang);
    let body = ui::dialog_fragment(l, title, &chooser);
    Ok(cx.page_with_status(StatusCode::CONFLICT, title, &body))
}

fn part_word(part: &str) -> String {
    if part == "field_kind" { "kind".to_owned() } else { part.replace('_', "-") }
}

pub(super) async fn archive(cx: Cx, Path(id): Path<FieldId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &ArchiveField { field_id: id, archived: true }).await?;
    Ok(cx.done(HOME, "flash-field-archived"))
}

pub(super) async fn restore(cx: Cx, Path(id): Path<FieldId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &ArchiveField { field_id: id, archived: false }).await?;
    Ok(cx.done(&format!("{HOME}/{id}"), "flash-field-restored"))
}
