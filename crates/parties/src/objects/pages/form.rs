//! The form of a record, new or there; refusals at the fields, conflicts as a choice.

use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ClientId, RecordId, Refusals};
use maud::{Markup, html};
use spine::{Conflict, Error};
use web::ui::{self, Field as Control, Form};
use web::{Answer, Cx, FormData};

use super::list::client_of;
use super::{Kind, home, kind};
use crate::client::commands::FieldEdit;
use crate::client::queries as clients;
use crate::fields::conflict::{self, WAS};
use crate::fields::model::ClientLink;
use crate::fields::queries::Doc;
use crate::fields::{self, control};
use crate::list::pairs_of;
use crate::objects::commands::SaveRecord;
use crate::objects::queries::{self, Record};

/// What a form shows.
struct Shown<'a> {
    kind: &'a Kind,
    /// The record, when it is there.
    record: Option<&'a Record>,
    /// About whom a new one is: an id, or a number as typed.
    client: &'a str,
    typed: &'a Doc,
    original: &'a Doc,
}

pub(super) async fn new(cx: Cx, Path(key): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let kind = kind(&cx, &key).await?;
    let client = client_of(&pairs_of(&query.unwrap_or_default()));
    let client = client.map_or_else(String::new, |id| id.to_string());
    let none = Doc::new();
    let shown = Shown { kind: &kind, record: None, client: &client, typed: &none, original: &none };
    answer(&cx, &shown, &Refusals::default()).await
}

pub(super) async fn add(cx: Cx, Path(key): Path<String>, sent: FormData) -> Answer {
    let kind = kind(&cx, &key).await?;
    let client = sent.text("client_id");
    let found = client_named(&cx, &client).await?;
    let edits = edits_of(&kind, &sent);
    let command = SaveRecord {
        object: key,
        record_id: None,
        client_id: found.or((!client.is_empty()).then(|| ClientId::from_uuid(uuid::Uuid::nil()))),
        edits,
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(id) => Ok(cx.done(&format!("{}/{id}", home(&kind.object)), "flash-record-saved")),
        Err(Error::Refused(refusals)) => {
            let (typed, original) = sides(&command.edits);
            let shown = Shown {
                kind: &kind,
                record: None,
                client: &client,
                typed: &typed,
                original: &original,
            };
            answer(&cx, &shown, &refusals).await
        }
        Err(other) => Err(other.into()),
    }
}

/// The client of an id or a number, as far as he is in reach.
async fn client_named(cx: &Cx, text: &str) -> Result<Option<ClientId>, Error> {
    if let Ok(id) = text.parse() {
        return Ok(Some(id));
    }
    if text.is_empty() {
        return Ok(None);
    }
    let mut db = cx.db.clone();
    Ok(queries::client_of_number(&mut db, cx.principal(), text).await?)
}

async fn load(cx: &Cx, kind: &Kind, id: RecordId) -> Result<Record, Error> {
    let mut db = cx.db.clone();
    let record = queries::seen(&mut db, cx.principal(), id).await?;
    let is_of = record.object_id == kind.object.id && record.archived_at.is_none();
    if is_of && record.is_editable_by(cx.principal()) { Ok(record) } else { Err(Error::NotFound) }
}

pub(super) async fn edit(cx: Cx, Path((key, id)): Path<(String, RecordId)>) -> Answer {
    let kind = kind(&cx, &key).await?;
    let record = load(&cx, &kind, id).await?;
    let shown = Shown {
        kind: &kind,
        record: Some(&record),
        client: "",
        typed: &record.custom,
        original: &record.custom,
    };
    answer(&cx, &shown, &Refusals::default()).await
}

pub(super) async fn save(
    cx: Cx,
    Path((key, id)): Path<(String, RecordId)>,
    sent: FormData,
) -> Answer {
    let kind = kind(&cx, &key).await?;
    let record = load(&cx, &kind, id).await?;
    let edits = edits_of(&kind, &sent);
    let command = SaveRecord { object: key, record_id: Some(id), client_id: None, edits };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(id) => Ok(cx.done(&format!("{}/{id}", home(&kind.object)), "flash-record-saved")),
        Err(Error::Refused(refusals)) => {
            let (typed, original) = sides(&command.edits);
            let shown = Shown {
                kind: &kind,
                record: Some(&record),
                client: "",
                typed: &typed,
                original: &original,
            };
            answer(&cx, &shown, &refusals).await
        }
        Err(Error::Conflict(conflict)) => {
            Ok(chooser(&cx, &kind, &record, &command.edits, &conflict).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// Every field the form contained, with what it was drawn with.
fn edits_of(kind: &Kind, sent: &FormData) -> Vec<FieldEdit> {
    let one = |field: &Arc<fields::model::Field>| FieldEdit {
        field: field.key.clone(),
        original: sent.raw(&format!("{WAS}{}", field.key)).to_owned(),
        value: fields::typed(sent, &field.key),
    };
    kind.fields.iter().map(one).collect()
}

fn sides(edits: &[FieldEdit]) -> (Doc, Doc) {
    let side = |pick: fn(&FieldEdit) -> &String| {
        edits.iter().map(|e| (e.field.clone(), pick(e).clone())).collect::<Doc>()
    };
    (side(|e| &e.value), side(|e| &e.original))
}

async fn answer(cx: &Cx, shown: &Shown<'_>, refusals: &Refusals) -> Answer {
    let l = &cx.l;
    let object = &shown.kind.object;
    let fields = &shown.kind.fields;
    let docs = [shown.typed, shown.original];
    let linked = fields::linked(cx, fields, docs.into_iter()).await?;
    let text = |of: &Doc, key: &str| of.get(key).cloned().unwrap_or_default();
    let general = cx.refusal_words(refusals.general());
    let client = client_part(cx, shown, refusals).await?;
    let body = html! {
        (ui::error_summary(l, &general))
        (client)
        div.form-grid {
            @for field in fields {
                input type="hidden" name={ (WAS) (field.key) } value=(text(shown.original, &field.key));
                (control(cx, field, &text(shown.typed, &field.key), &linked, refusals))
            }
            @if fields.is_empty() { p.quiet { (l.t("records-no-fields")) } }
        }
    };
    let place = shown.record.map_or_else(
        || format!("{}/new", home(object)),
        |record| format!("{}/{}/edit", home(object), record.id),
    );
    let form = Form::post(place).hidden("_id", cx.form_id()).submit(l.t("fields-save")).cancel(
        shown.record.map_or_else(|| home(object), |r| format!("{}/{}", home(object), r.id)),
    );
    let title = object.spec.one(l.lang);
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let dialog = ui::dialog_fragment(l, title, &form.render(l, &body));
    Ok(cx.page_with_status(status, title, &dialog))
}

/// About whom a new record is: named when the form comes from his card, asked for otherwise.
async fn client_part(cx: &Cx, shown: &Shown<'_>, refusals: &Refusals) -> Result<Markup, Error> {
    let l = &cx.l;
    let link = shown.kind.object.spec.client_link;
    if link == ClientLink::None || shown.record.is_some() {
        return Ok(html! {});
    }
    if let Ok(id) = shown.client.parse::<ClientId>()
        && let Ok(head) = clients::head(&mut cx.db.clone(), cx.principal(), id).await
    {
        return Ok(html! {
            input type="hidden" name="client_id" value=(id);
            p { (l.t("records-client")) ": " strong { (crate::client::client_title(l, &head)) } }
        });
    }
    let mut field = Control::text("client_id", l.t("records-client"))
        .value(shown.client)
        .hint(l.t("field-client-hint"))
        .error(cx.field_error(refusals, "client_id"));
    if link == ClientLink::Required {
        field = field.required();
    }
    Ok(field.render(l))
}

async fn chooser(
    cx: &Cx,
    kind: &Kind,
    record: &Record,
    edits: &[FieldEdit],
    conflict: &Conflict,
) -> Result<Response, Error> {
    let l = &cx.l;
    let by = conflict::by(cx, conflict);
    let action = format!("{}/{}/edit", home(&kind.object), record.id);
    let chooser = conflict::chooser(cx, &kind.fields, (edits, conflict), &by, &action).await?;
    let title = kind.object.spec.one(l.lang);
    let body = ui::dialog_fragment(l, title, &chooser);
    Ok(cx.page_with_status(StatusCode::CONFLICT, title, &body))
}
