//! Kinds of record: their form, and those put away.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ObjectId, Refusals};
use maud::{Markup, html};
use spine::{Conflict, Error, FieldConflict};
use web::ui::{
    self, Button, ConflictField, Field as Control, Form, Input, Opt, Panel, conflict_chooser,
    form_row,
};
use web::{Answer, Cx, FormData};

use super::{HOME, conflict, dialog, form, post_button};
use crate::fields::commands::{AddObject, ArchiveObject, EditObject, object_words};
use crate::fields::definitions;
use crate::fields::model::{ClientLink, Definitions, Object, ObjectSpec};

fn spec_of(sent: &FormData) -> ObjectSpec {
    ObjectSpec {
        name_one: sent.text("name_one"),
        name_many: sent.text("name_many"),
        name_one_en: sent.text("name_one_en"),
        name_many_en: sent.text("name_many_en"),
        client_link: ClientLink::from_key(sent.raw("client_link")).unwrap_or(ClientLink::Optional),
        roles: roles_of(sent),
    }
}

/// The ticked roles; a choice between two people's words sends them as one.
fn roles_of(sent: &FormData) -> Vec<String> {
    let all = sent.all("roles").iter().flat_map(|text| text.split(','));
    all.map(|role| role.trim().to_owned()).filter(|role| !role.is_empty()).collect()
}

fn form_of(spec: &ObjectSpec) -> FormData {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let texts = [
        pair("name_one", &spec.name_one),
        pair("name_many", &spec.name_many),
        pair("name_one_en", &spec.name_one_en),
        pair("name_many_en", &spec.name_many_en),
        pair("client_link", spec.client_link.key()),
        // what it was drawn with; a text that cannot be made stands for what is stored
        pair("original", &serde_json::to_string(spec).unwrap_or_default()),
    ];
    let roles = spec.roles.iter().map(|role| pair("roles", role));
    FormData::from_pairs(texts.into_iter().chain(roles))
}

pub(super) async fn new(cx: Cx) -> Answer {
    let start = FormData::from_pairs([("client_link".to_owned(), "optional".to_owned())]);
    Ok(show(&cx, None, &start, &Refusals::default()))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    let command = AddObject { key: sent.opt("key"), spec: spec_of(&sent) };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(id) => {
            let definitions = definitions(&cx.app.services, cx.now()).await?;
            let key = definitions.objects().find(|o| o.id == id).map_or("", |o| o.key.as_str());
            Ok(cx.done(&format!("{HOME}?object={key}"), "flash-object-added"))
        }
        Err(Error::Refused(refusals)) => Ok(show(&cx, None, &sent, &refusals)),
        Err(other) => Err(other.into()),
    }
}

async fn load(cx: &Cx, id: ObjectId) -> Result<Object, Error> {
    let definitions = definitions(&cx.app.services, cx.now()).await?;
    let found = definitions.objects().find(|o| o.id == id).map(|o| Object::clone(o));
    found.ok_or(Error::NotFound)
}

pub(super) async fn edit(cx: Cx, Path(id): Path<ObjectId>) -> Answer {
    let object = load(&cx, id).await?;
    Ok(show(&cx, Some(&object), &form_of(&object.spec), &Refusals::default()))
}

pub(super) async fn save(cx: Cx, Path(id): Path<ObjectId>, sent: FormData) -> Answer {
    let object = load(&cx, id).await?;
    let original: ObjectSpec =
        serde_json::from_str(sent.raw("original")).unwrap_or_else(|_| object.spec.clone());
    let command =
        EditObject { object_id: id, original: Some(original.clone()), spec: spec_of(&sent) };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&format!("{HOME}?object={}", object.key), "flash-object-saved")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, Some(&object), &sent, &refusals)),
        Err(Error::Conflict(conflict)) => {
            Ok(chooser(&cx, &object, (&original, &command.spec), &conflict)?)
        }
        Err(other) => Err(other.into()),
    }
}

/// Mine or theirs for each part both changed; what this person left alone becomes what it has become meanwhile.
fn chooser(
    cx: &Cx,
    object: &Object,
    (original, mine): (&ObjectSpec, &ObjectSpec),
    conflict: &Conflict,
) -> Result<Response, Error> {
    let l = &cx.l;
    let mut hidden: Vec<(String, String)> = vec![
        ("_id".to_owned(), cx.form_id()),
        ("original".to_owned(), serde_json::to_string(&object.spec)?),
    ];
    let sides = object_words(original).into_iter().zip(object_words(mine));
    for (((name, was), (_, wanted)), (_, now)) in sides.zip(object_words(&object.spec)) {
        if !conflict.fields.iter().any(|f| f.field == name) {
            hidden.push((name.to_owned(), if was == wanted { now } else { wanted }));
        }
    }
    let one = |f: &FieldConflict| ConflictField {
        name: f.field.clone(),
        label: l.t(&format!("object-def-{}", f.field.replace('_', "-"))),
        mine: f.mine.clone(),
        theirs: f.theirs.clone(),
        original: f.original.clone(),
        words: None,
    };
    let fields: Vec<ConflictField> = conflict.fields.iter().map(one).collect();
    let by = conflict::by(cx, conflict);
    let hidden: Vec<(&str, &str)> = hidden.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let action = format!("/admin/objects/{}", object.id);
    let chooser = conflict_chooser(l, &action, &hidden, &by, &fields);
    Ok(dialog(cx, StatusCode::CONFLICT, object.spec.many(l.lang), &chooser))
}

fn show(cx: &Cx, object: Option<&Object>, typed: &FormData, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let line = |name: &str| {
        Control::text(name, l.t(&format!("object-def-{}", name.replace('_', "-"))))
            .value(typed.raw(name))
            .error(cx.field_error(refusals, name))
    };
    let links = ClientLink::ALL
        .iter()
        .map(|link| Opt::new(link.key(), l.t(&format!("object-link-{}", link.key()))));
    let link =
        Control::new("client_link", l.t("object-def-client-link"), Input::Radio(links.collect()));
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (form_row(&[line("name_one").required().render(l), line("name_many").required().render(l)]))
        (link.value(typed.raw("client_link")).error(cx.field_error(refusals, "client_link")).render(l))
        details.narrowing open[refusals.of("key").is_some()] {
            summary { (l.t("objects-more")) }
            (form_row(&[line("name_one_en").render(l), line("name_many_en").render(l)]))
            @if object.is_none() { (line("key").hint(l.t("object-def-key-hint")).render(l)) }
            (form::role_boxes(cx, typed))
        }
    };
    let action = object.map_or("new".to_owned(), |o| o.id.to_string());
    let form = Form::post(format!("/admin/objects/{action}"))
        .hidden("_id", cx.form_id())
        .hidden("original", typed.raw("original"))
        .submit(l.t("fields-save"))
        .cancel(HOME)
        .render(l, &body);
    let away = object.filter(|o| o.is_active()).map(|o| {
        let button = Button::secondary(l.t("object-archive")).icon("trash-2");
        post_button(cx, &format!("/admin/objects/{}/archive", o.id), button)
    });
    let title = object.map_or_else(|| l.t("objects-add"), |o| o.spec.many(l.lang).to_owned());
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    dialog(cx, status, &title, &html! { (form) @if let Some(away) = away { (away) } })
}

pub(super) async fn archive(cx: Cx, Path(id): Path<ObjectId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &ArchiveObject { object_id: id, archived: true }).await?;
    Ok(cx.done(HOME, "flash-object-archived"))
}

pub(super) async fn restore(cx: Cx, Path(id): Path<ObjectId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &ArchiveObject { object_id: id, archived: false }).await?;
    Ok(cx.done(HOME, "flash-object-restored"))
}

/// Kinds of record that were put away.
pub(super) fn archived(cx: &Cx, definitions: &Definitions) -> Markup {
    let l = &cx.l;
    let away: Vec<_> = definitions.objects().filter(|o| !o.is_active()).collect();
    if away.is_empty() {
        return html! {};
    }
    Panel::new(l.t("objects-archived")).render(&html! {
        ul.plain {
            @for object in away {
                li {
                    (object.spec.many(l.lang)) " " code { (object.key) } " "
                    (post_button(cx, &format!("/admin/objects/{}/restore", object.id),
                        Button::quiet(l.t("field-restore")).icon("undo-2")))
                }
            }
        }
    })
}
