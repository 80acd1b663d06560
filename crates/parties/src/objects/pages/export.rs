//! The list of a kind of record as a file. Its scope is that of `record.export`, which may be narrower than what the
//! person sees; records about a client leave only where his history may. Every export is journalled before its first
//! byte leaves, and again at its end.

use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use kernel::limits;
use spine::Error;
use spine::secrecy::{Group, Groups};
use store::Reader;
use uuid::Uuid;
use web::{Answer, Cx};

use super::kind;
use crate::fields::model::{ClientLink, Field, FieldKind};
use crate::fields::{self, Linked, csv_text};
use crate::list::{Plain, Rows, SheetKind, attachment, pairs_of};
use crate::objects::commands::NoteRecordExport;
use crate::objects::list::Asked;
use crate::objects::queries::{self, Record};

/// Rows read at once.
const CHUNK: usize = 500;

/// `GET …/export?format=…`: everything that fits the list.
pub(super) async fn filtered(cx: Cx, Path(key): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let kind = kind(&cx, &key).await?;
    let pairs = pairs_of(&query.unwrap_or_default());
    let format = pairs.iter().find(|(name, _)| name == "format").map_or("", |(_, v)| v.as_str());
    let form = SheetKind::of(format);
    let asked = Asked::read(&cx, (kind.object, kind.fields), &pairs).map_err(Error::Refused)?;
    let filter = asked.filter_text();
    Ok(Box::pin(answer(cx, asked, form, filter)).await?)
}

/// Answers with the file; `filter` is what the journal says of it.
///
/// # Errors
/// The database's; the journal's: then nothing leaves.
pub(in crate::objects) async fn answer(
    cx: Cx,
    mut asked: Asked,
    form: SheetKind,
    filter: String,
) -> Result<Response, Error> {
    (asked.after, asked.size) = (None, CHUNK);
    let (app, lang) = (Arc::clone(&cx.app), cx.l.lang);
    let sheet = (asked.object.spec.many(lang).to_owned(), cx.l.today);
    let name = format!("{}-{}", asked.object.key, cx.l.today);
    let (db, id) = (cx.db.long(), cx.ctx.new_id());
    let export = Export { cx, db, asked, id, sent: 0, has_more: true };
    export.note(form.ending(), filter, None).await?;
    let body = form.body(&app, export, sheet).await?;
    Ok(attachment(&name, form.ending(), form.mime(), body))
}

/// An export on its way through the list, a chunk at a time.
struct Export {
    cx: Cx,
    db: Reader,
    asked: Asked,
    id: Uuid,
    sent: usize,
    has_more: bool,
}

impl Export {
    async fn note(&self, format: &str, filter: String, rows: Option<u64>) -> Result<(), Error> {
        let note = NoteRecordExport {
            export_id: self.id,
            object: self.asked.object.key.clone(),
            format: format.to_owned(),
            filter,
            columns: self.asked.fields.iter().map(|f| f.key.clone()).collect(),
            rows,
        };
        self.cx.execute(self.cx.ctx.command_id(), &note).await
    }

    fn is_about_clients(&self) -> bool {
        self.asked.object.spec.client_link != ClientLink::None
    }

    /// The next records; none at the end. Journals the end, and readings of secret cards before any of them leaves.
    async fn next_rows(&mut self) -> Result<Option<Vec<Record>>, Error> {
        if !self.has_more {
            return Ok(None);
        }
        self.asked.size = CHUNK.min(limits::EXPORT_ROWS_MAX - self.sent);
        let page = queries::page(&mut self.db, &self.cx, &self.asked, "record.export").await?;
        let principal = self.cx.principal();
        let may_leave = |record: &Record| {
            record.client_id.is_none() || principal.exports(record.owner).has(Group::History)
        };
        let rows: Vec<Record> = page.rows.into_iter().filter(may_leave).collect();
        self.sent += rows.len();
        self.has_more = page.next.is_some() && self.sent < limits::EXPORT_ROWS_MAX;
        self.asked.after = page.next;
        if !self.has_more {
            self.note("", String::new(), u64::try_from(self.sent).ok()).await?;
        }
        for record in &rows {
            self.cx.note_read(record.owner, Groups::NONE.with(Group::History));
        }
        self.cx.write_reads().await?;
        Ok(Some(rows))
    }

    fn cells(&self, record: &Record, linked: &Linked) -> Vec<Plain> {
        let text = |text: Option<&String>| {
            text.filter(|t| !t.is_empty()).map_or(Plain::Nothing, |t| Plain::Text(t.clone()))
        };
        let mut cells = vec![Plain::Text(record.number.clone())];
        if self.is_about_clients() {
            cells.extend([text(record.client_number.as_ref()), text(record.client_name.as_ref())]);
        }
        for field in &self.asked.fields {
            let value = record.custom.get(&field.key);
            cells.push(value.map_or(Plain::Nothing, |v| plain(&self.cx, field, v, linked)));
            if is_link(field) {
                let named = value.and_then(|v| v.parse().ok()).and_then(|id: Uuid| linked.get(&id));
                cells.push(text(named.map(|named| &named.name)));
            }
        }
        cells.push(Plain::Day(record.updated_at.date_in(&self.cx.l.zone)));
        cells
    }
}

/// A link stands in two columns: the number, by which it is read again, and the name, for people.
fn is_link(field: &Field) -> bool {
    matches!(field.kind(), FieldKind::Client | FieldKind::Record)
}

fn plain(cx: &Cx, field: &Field, value: &str, linked: &Linked) -> Plain {
    let words = csv_text(cx, field, value, linked);
    let day = (field.kind() == FieldKind::Date).then(|| words.parse().ok()).flatten();
    day.map_or(Plain::Text(words), Plain::Day)
}

impl Rows for Export {
    /// The record's number always leads, so that a file can be matched again.
    fn heads(&self) -> Vec<String> {
        let l = &self.cx.l;
        let mut heads = vec![l.t("records-number")];
        if self.is_about_clients() {
            heads.extend([l.t("records-client-number"), l.t("records-client")]);
        }
        for field in &self.asked.fields {
            let label = field.spec.shown_label(l.lang);
            heads.push(label.to_owned());
            if is_link(field) {
                heads.push(l.ta("records-link-name", &[("field", label.into())]));
            }
        }
        heads.push(l.t("records-updated"));
        heads
    }
    async fn next(&mut self) -> Result<Option<Vec<Vec<Plain>>>, Error> {
        let Some(found) = self.next_rows().await? else { return Ok(None) };
        let docs = found.iter().map(|r| &r.custom);
        let linked = fields::linked(&self.cx, &self.asked.fields, docs).await?;
        Ok(Some(found.iter().map(|record| self.cells(record, &linked)).collect()))
    }
    fn stop(&mut self) {
        self.has_more = false;
    }
}
