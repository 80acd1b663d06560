//! The report of everything that is kept of a client: to print, or as JSON.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kernel::Refusals;
use maud::{Markup, html};
use serde_json::json;
use spine::secrecy::Groups;
use spine::{Command, Error};
use web::ui::{Button, Cell, Column, Field, Form, Kv, PageHeader, Panel, Row, Table, stack};
use web::{Answer, Cx, FormData};

use crate::client::queries::{self as clients, ClientHead};
use crate::contacts::frame::{self, card, dialog, name_of, status, summary};
use crate::privacy::commands::NoteReport;
use crate::privacy::queries;
use crate::privacy::report::{Section, gather};
use crate::privacy::words::{name_key, value_words};

async fn head(cx: &Cx, id: &str) -> Result<ClientHead, Error> {
    let head = clients::head(&mut cx.db.clone(), cx.principal(), frame::id(id)?).await?;
    cx.principal().require_over("privacy.report", head.owner())?;
    Ok(head)
}

pub(super) async fn page(cx: Cx, Path(id): Path<String>) -> Answer {
    let head = head(&cx, &id).await?;
    Ok(form(&cx, &head, "", &Refusals::default()))
}

fn form(cx: &Cx, head: &ClientHead, reason: &str, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let body = html! {
        (summary(cx, refusals, &["reason"]))
        p { (l.t("data-report-lead")) }
        (Field::text("reason", l.t("data-report-reason")).value(reason).full().required()
            .hint(l.t("data-report-reason-hint")).error(cx.field_error(refusals, "reason")).render(l))
    };
    let form = Form::post(format!("{}/data-report", card(head.id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("data-report-show"))
        .cancel(card(head.id))
        .render(l, &body);
    dialog(cx, status(refusals), head, &l.t("data-report"), &form)
}

pub(super) async fn send(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let head = head(&cx, &id).await?;
    let command = NoteReport { client_id: head.id, reason: sent.text("reason") };
    let note = sent.command_id()?;
    match cx.execute(note, &command).await {
        Ok(()) => {
            Ok(cx.done(&format!("{}/data-report/{note}", card(head.id)), "flash-report-noted"))
        }
        Err(Error::Refused(refusals)) => Ok(form(&cx, &head, &command.reason, &refusals)),
        Err(error) => Err(error.into()),
    }
}

/// The report, for an hour after its reason was written down.
pub(super) async fn shown(cx: Cx, Path((id, note)): Path<(String, String)>) -> Answer {
    let head = head(&cx, &id).await?;
    if cx.principal().sees(head.owner()) != Groups::all() {
        return Err(Error::NotFound.into());
    }
    let mut db = cx.db.clone();
    let asked = (NoteReport::NAME, cx.principal().user_id);
    if !queries::was_noted(&mut db, frame::id(&note)?, asked, cx.now()).await? {
        return Ok(cx.done(&format!("{}/data-report", card(head.id)), "flash-note-over"));
    }
    let sections = gather(&mut db, &cx.app.services.bus, head.id).await?;
    let query = FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query));
    if query.text("as") == "json" {
        return Ok(download(&cx, &head, &sections)?);
    }
    Ok(report(&cx, &head, &sections))
}

fn download(cx: &Cx, head: &ClientHead, sections: &[Section]) -> Result<Response, Error> {
    let body = json!({ "number": head.number, "made_at": cx.now().to_string(), "data": sections });
    let name = format!("attachment; filename=\"client-{}.json\"", head.number);
    let name = HeaderValue::from_str(&name).map_err(Error::failure)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, serde_json::to_vec_pretty(&body)?).into_response())
}

fn report(cx: &Cx, head: &ClientHead, sections: &[Section]) -> Response {
    let l = &cx.l;
    let name = name_of(l, head);
    let lead = l
        .ta("data-report-made", &[("name", (&name).into()), ("when", l.datetime(cx.now()).into())]);
    let address = cx.path.split('?').next().unwrap_or_default();
    let json =
        Button::quiet(l.t("data-report-json")).icon("download").href(format!("{address}?as=json"));
    let mut parts = vec![html! { p { (l.t("data-report-rights")) } }];
    parts.extend(sections.iter().map(|section| table(cx, section)));
    let content = html! {
        (PageHeader::new(l.t("data-report")).crumb(card(head.id), name)
            .lead(html! { (lead) }).primary(json).render(l))
        (stack(&parts))
    };
    cx.page(&l.t("data-report"), &content)
}

/// The rows of a section, with the columns that say something.
pub(super) fn table(cx: &Cx, section: &Section) -> Markup {
    let l = &cx.l;
    let title = l.t(&name_key("table", &section.table));
    let mut columns: Vec<&String> = Vec::new();
    for name in section.rows.iter().flat_map(|row| row.keys()) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let id = format!("data-{}", section.table);
    let words = |row, name: &String, value| value_words(l, &section.table, row, (name, value));
    if let [row] = section.rows.as_slice() {
        let facts = row.iter().fold(Kv::new(id).two_columns(), |kv, (name, value)| {
            kv.text(l.t(&name_key("column", name)), &words(row, name, value))
        });
        return Panel::new(title).render(&facts.render(l));
    }
    let mut table = Table::new(id, title.clone());
    for name in &columns {
        table = table.column(Column::text(l.t(&name_key("column", name))));
    }
    for (at, row) in section.rows.iter().enumerate() {
        let mut line = Row::new(at);
        for name in &columns {
            line = line.cell(match row.get(*name) {
                Some(value) => Cell::text(words(row, name, value)),
                None => Cell::none(l),
            });
        }
        table = table.row(line);
    }
    Panel::new(title).flush().render(&table.render(l))
}
