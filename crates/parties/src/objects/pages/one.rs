//! The page of a record.

use axum::extract::Path;
use kernel::RecordId;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::{Group, Groups};
use web::ui::{Button, Kv, PageHeader, Panel};
use web::{Answer, Cx, FormData};

use super::{Kind, home, kind};
use crate::fields;
use crate::objects::commands::ArchiveRecord;
use crate::objects::queries::{self, Record};

async fn load(cx: &Cx, kind: &Kind, id: RecordId) -> Result<Record, Error> {
    let record = queries::seen(&mut cx.db.clone(), cx.principal(), id).await?;
    if record.object_id == kind.object.id { Ok(record) } else { Err(Error::NotFound) }
}

pub(super) async fn page(cx: Cx, Path((key, id)): Path<(String, RecordId)>) -> Answer {
    let kind = kind(&cx, &key).await?;
    let record = load(&cx, &kind, id).await?;
    cx.note_read(record.owner, Groups::NONE.with(Group::History));
    let l = &cx.l;
    let linked = fields::linked(&cx, &kind.fields, [&record.custom].into_iter()).await?;
    let mut kv = Kv::new("record").two_columns();
    for field in &kind.fields {
        let label = field.spec.shown_label(l.lang).to_owned();
        kv = match record.custom.get(&field.key) {
            Some(text) => kv.line(label, fields::markup(&cx, field, text, &linked)),
            None => kv.missing(label),
        };
    }
    let object = &kind.object;
    let content = html! {
        (header(&cx, &kind, &record))
        (Panel::new(object.spec.one(l.lang)).live("kind:custom_record", cx.path.clone()).render(&kv.render(l)))
    };
    Ok(cx.page(&record.title, &content))
}

fn header(cx: &Cx, kind: &Kind, record: &Record) -> Markup {
    let l = &cx.l;
    let object = &kind.object;
    let place = format!("{}/{}", home(object), record.id);
    let directory = cx.app.services.directory.get();
    let by = record.updated_by.map(|id| directory.staff_name(id, l.lang).to_owned());
    let lead = html! {
        span.fact title=(l.t("records-number")) { (web::icons::icon("hash")) span.num { (record.number) } }
        @if let (Some(client), Some(name)) = (record.client_id, &record.client_name) {
            span.fact { (web::icons::icon("user")) a href={ "/clients/" (client) } { (name) } }
        }
        span.fact { (web::icons::icon("history")) @if let Some(by) = by { (by) " · " } (l.ago(record.updated_at)) }
    };
    let mut header = PageHeader::new(record.title.clone())
        .crumb(home(object), object.spec.many(l.lang).to_owned())
        .lead(lead);
    if record.is_editable_by(cx.principal()) {
        let (action, button) = match record.archived_at {
            None => ("archive", Button::secondary(l.t("field-archive")).icon("trash-2")),
            Some(_) => ("restore", Button::secondary(l.t("field-restore")).icon("undo-2")),
        };
        let away = html! {
            form method="post" action={ (place) "/" (action) } {
                input type="hidden" name="_id" value=(cx.form_id());
                (button.submit())
            }
        };
        header = header.other(away);
        if record.archived_at.is_none() {
            let edit = Button::primary(l.t("records-edit")).icon("pencil");
            header = header.primary(edit.dialog(format!("{place}/edit")));
        }
    }
    header.render(l)
}

async fn set(cx: Cx, (key, id): (String, RecordId), sent: &FormData, archived: bool) -> Answer {
    let kind = kind(&cx, &key).await?;
    let command = ArchiveRecord { object: key, record_id: id, archived };
    cx.execute(sent.command_id()?, &command).await?;
    if archived {
        return Ok(cx.done(&home(&kind.object), "flash-record-archived"));
    }
    Ok(cx.done(&format!("{}/{id}", home(&kind.object)), "flash-record-restored"))
}

pub(super) async fn archive(cx: Cx, Path(at): Path<(String, RecordId)>, sent: FormData) -> Answer {
    set(cx, at, &sent, true).await
}

pub(super) async fn restore(cx: Cx, Path(at): Path<(String, RecordId)>, sent: FormData) -> Answer {
    set(cx, at, &sent, false).await
}
