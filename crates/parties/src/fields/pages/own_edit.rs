//! The form of own fields alone, for any object; and the choice of columns in the lists of such objects.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusals;
use maud::html;
use spine::{Conflict, Error, FieldEdit};
use uuid::Uuid;
use web::ui::{self, Form, PageHeader, Panel};
use web::{Answer, Cx, FormData, OwnRecord};

use crate::fields::commands::EditOwn;
use crate::fields::{conflict, definitions};
use crate::list::{pairs_of, query_of};

/// A record of an object as the room that owns it shows it.
pub(in crate::fields) async fn load(
    cx: &mut Cx,
    object: &str,
    id: Uuid,
) -> Result<OwnRecord, Error> {
    let known = cx.app.own_records.iter().find(|one| one.object == object).copied();
    let load = known.ok_or(Error::NotFound)?.load;
    load(cx, id).await
}

async fn editable(cx: &mut Cx, object: &str, id: Uuid) -> Result<OwnRecord, Error> {
    let record = load(cx, object, id).await?;
    if record.may_edit { Ok(record) } else { Err(Error::NotFound) }
}

pub(super) async fn form(mut cx: Cx, Path((object, id)): Path<(String, Uuid)>) -> Answer {
    let record = editable(&mut cx, &object, id).await?;
    let own = cx.own(&object).await?;
    let start = FormData::from_pairs(own.start(&record.values));
    Ok(show(&cx, (&object, id), &record, &start, &Refusals::default()).await?)
}

pub(super) async fn save(
    mut cx: Cx,
    Path((object, id)): Path<(String, Uuid)>,
    sent: FormData,
) -> Answer {
    let record = editable(&mut cx, &object, id).await?;
    let edits = cx.own(&object).await?.edits(&sent);
    let command = EditOwn { object: object.clone(), record_id: id, edits };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&record.href, "flash-own-saved")),
        Err(Error::Refused(refusals)) => {
            Ok(show(&cx, (&object, id), &record, &sent, &refusals).await?)
        }
        Err(Error::Conflict(conflict)) => {
            Ok(chooser(&cx, (&object, id), &record, &command.edits, &conflict).await?)
        }
        Err(other) => Err(other.into()),
    }
}

async fn show(
    cx: &Cx,
    (object, id): (&str, Uuid),
    record: &OwnRecord,
    typed: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let own = cx.own(object).await?;
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (own.controls(cx, typed, refusals).await?)
        @if own.is_empty() { p.quiet { (l.t("records-no-fields")) } }
    };
    let form = Form::post(format!("/own-fields/{object}/{id}"))
        .hidden("_id", cx.form_id())
        .submit(l.t("fields-save"))
        .cancel(record.href.as_str())
        .render(l, &body);
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(framed(cx, status, record, &form))
}

/// A dialog when a script asks, else a page with the way back.
fn framed(cx: &Cx, status: StatusCode, record: &OwnRecord, body: &maud::Markup) -> Response {
    let l = &cx.l;
    let content = if cx.is_fragment {
        ui::dialog_fragment(l, &record.title, body)
    } else {
        let header = PageHeader::new(l.t("group-added")).crumb(&record.href, &record.title);
        html! { (header.render(l)) (Panel::new("").render(body)) }
    };
    cx.page_with_status(status, &record.title, &content)
}

/// Mine or theirs for each field both changed.
async fn chooser(
    cx: &Cx,
    (object, id): (&str, Uuid),
    record: &OwnRecord,
    edits: &[FieldEdit],
    conflict: &Conflict,
) -> Result<Response, Error> {
    let definitions = definitions(&cx.app.services, cx.now()).await?;
    let known: Vec<_> =
        definitions.seen(object, cx.principal()).map(std::sync::Arc::clone).collect();
    let by = conflict::by(cx, conflict);
    let action = format!("/own-fields/{object}/{id}");
    let chooser = conflict::chooser(cx, &known, (edits, conflict), &by, &action).await?;
    Ok(framed(cx, StatusCode::CONFLICT, record, &chooser))
}

/// `POST …/columns`: the list with other columns; writes nothing.
pub(super) async fn columns(cx: Cx, Path(object): Path<String>, sent: FormData) -> Answer {
    let known = cx.app.services.bus.fieldable().iter().find(|one| one.key == object);
    let home = known.filter(|one| one.has_list).ok_or(Error::NotFound)?.home;
    let mut pairs = pairs_of(sent.raw("query"));
    pairs.retain(|(name, _)| name != "cols");
    let own = cx.own(&object).await?;
    let wanted = own.columns(&cx.l).into_iter().filter(|one| sent.all("col").contains(&one.key));
    let keys: Vec<String> = wanted.map(|one| one.key).collect();
    // no column at all is a choice, too
    let keys = if keys.is_empty() { "none".to_owned() } else { keys.join(",") };
    pairs.push(("cols".to_owned(), keys));
    Ok(Redirect::to(&format!("{home}?{}", query_of(&pairs))).into_response())
}
