//! Files of a client: the list, the upload, the download.

use axum::extract::{Multipart, Path};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kernel::{ClientId, FileId, Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::icons::icon;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Menu, MenuItem, Opt, Panel, Row, Table,
};
use web::{Answer, CardClient, CardPanel, Cx, FormData, PanelMarkup, PanelSlot, UploadForm};

use super::frame::{self, Seen, card, dialog, id, plus};
use crate::client::queries::ClientHead;
use crate::contacts::commands::{AddFile, ArchiveFile};
use crate::contacts::model::{FileKind, disposition};
use crate::contacts::queries::{self, ClientFile};

/// Endings the file chooser offers.
const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.webp,.heic,.doc,.docx,.xls,.xlsx,.ppt,.pptx,\
     .odt,.ods,.rtf,.txt,.csv,.xml,.eml,.msg,.zip,.sig,.p7s,.vcf,.gif";

/// Documents and files.
pub(super) struct FilesPanel;

impl CardPanel for FilesPanel {
    fn key(&self) -> &'static str {
        "files"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        80
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(async move { Ok(Some(panel(cx, client.id).await?)) })
    }
}

async fn panel(cx: &Cx, client: ClientId) -> Result<Markup, Error> {
    let l = &cx.l;
    let Seen { may_edit, is_hidden, mut db, .. } =
        frame::seen(cx, client, Group::Documents).await?;
    if is_hidden {
        let panel = Panel::new(l.t("contacts-files")).id("panel-files").icon("paperclip");
        return Ok(panel.render(&ui::hidden(l, Group::Documents, client)));
    }
    let files = queries::files(&mut db, client).await?;
    let add = format!("{}/files/new", card(client));
    let button =
        may_edit.then(|| Button::secondary(l.t("contacts-files-add")).icon("upload").dialog(&add));
    let body = if files.is_empty() {
        ui::empty(
            "folder-open",
            &l.t("contacts-files-none"),
            &l.t("contacts-files-none-words"),
            button,
        )
    } else {
        table(cx, client, &files, may_edit)
    };
    let mut panel = Panel::new(l.t("contacts-files"))
        .id("panel-files")
        .icon("paperclip")
        .flush()
        .live(format!("client:{client}"), format!("{}/panel/files", card(client)));
    if may_edit && !files.is_empty() {
        panel = panel.actions(plus(&l.t("contacts-files-add"), &add));
    }
    Ok(panel.render(&body))
}

fn table(cx: &Cx, client: ClientId, files: &[ClientFile], may_edit: bool) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut table = Table::new("files", l.t("contacts-files"))
        .column(Column::text(l.t("contacts-file-name")).wide())
        .column(Column::text(l.t("contacts-file-kind")))
        .column(Column::number(l.t("contacts-file-size")))
        .column(Column::text(l.t("contacts-file-author")))
        .column(Column::text(l.t("contacts-file-when")));
    for file in files {
        let href = format!("{}/files/{}", card(client), file.id);
        let name = html! { a href=(href) download=(file.name) { (icon(icon_of(&file.mime))) " " (file.name) } };
        let author = file.author_id.map(|u| directory.staff_name(u, l.lang).to_owned());
        let mut row = Row::new(file.id)
            .cell(Cell::markup(name).title(&file.name))
            .cell(Cell::text(l.t(&format!("contacts-file-{}", file.kind.key()))))
            .cell(Cell::text(size_words(cx, file.size)))
            .cell(author.map_or_else(|| Cell::none(l), Cell::quiet))
            .cell(Cell::ago(l, file.at));
        if may_edit {
            let put_away = MenuItem::Post {
                action: format!("{href}/archive"),
                values: vec![("_id".to_owned(), cx.form_id())],
                icon: "trash-2",
                label: l.t("contacts-archive"),
            };
            let menu = Menu::dots(format!("file-{}", file.id), l.t("ui-actions"));
            row = row.actions(menu.item(put_away).render());
        }
        table = table.row(row);
    }
    table.render(l)
}

fn icon_of(mime: &str) -> &'static str {
    if mime.starts_with("image/") { "scan" } else { "file-text" }
}

/// `1,2 MB`: whole kilobytes below one megabyte, then tenths of megabytes.
fn size_words(cx: &Cx, bytes: i64) -> String {
    const MEGABYTE: i64 = 1024 * 1024;
    let l = &cx.l;
    if bytes < MEGABYTE {
        return l.ta("contacts-size-kb", &[("n", l.int(bytes.div_euclid(1024).max(1)).into())]);
    }
    let tenths = (bytes * 10 + MEGABYTE / 2) / MEGABYTE;
    let mark = if l.lang == kernel::Lang::Ru { "," } else { "." };
    let number = format!("{}{mark}{}", l.int(tenths / 10), tenths % 10);
    l.ta("contacts-size-mb", &[("n", number.into())])
}

fn form(cx: &Cx, head: &ClientHead, kind: &str, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let kinds = FileKind::ALL
        .iter()
        .map(|k| Opt::new(k.key(), l.t(&format!("contacts-file-{}", k.key()))))
        .collect();
    let max = kernel::limits::UPLOAD_BYTES_MAX / 1024 / 1024;
    let body = html! {
        (frame::summary(cx, refusals, &["file", "kind"]))
        (Field::new("file", l.t("contacts-file-choose"), Input::File { accept: ACCEPT.to_owned() })
            .required().hint(l.ta("contacts-file-hint", &[("max", max.into())]))
            .error(cx.field_error(refusals, "file")).attribute("multiple", "").full().render(l))
        (Field::select("kind", l.t("contacts-file-kind"), kinds).value(kind)
            .error(cx.field_error(refusals, "kind")).render(l))
    };
    let form = Form::post(format!("{}/files", card(head.id)))
        .hidden("_id", cx.form_id())
        .multipart()
        .submit(l.t("contacts-files-upload"))
        .cancel(card(head.id));
    dialog(cx, frame::status(refusals), head, &l.t("contacts-files-add"), &form.render(l, &body))
}

pub(super) async fn new_form(cx: Cx, Path(client): Path<String>) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Documents).await?;
    Ok(form(&cx, &seen.head, "", &Refusals::default()))
}

pub(super) async fn add(cx: Cx, Path(client): Path<String>, multipart: Multipart) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Documents).await?;
    let UploadForm { form: sent, files } = match web::read_upload(multipart).await {
        Ok(upload) => upload,
        Err(Error::Refused(refusals)) => return Ok(form(&cx, &seen.head, "", &refusals)),
        Err(error) => return Err(error.into()),
    };
    let client_id = seen.head.id;
    let kind = FileKind::from_key(&sent.text("kind")).unwrap_or(FileKind::Other);
    let mut refusals = Refusals::default();
    if files.is_empty() {
        refusals.push(Refusal::field("required", "file"));
    }
    // one command for each file: a bad one does not keep the good ones out
    let mut form_id = Some(sent.command_id()?);
    let is_several = files.len() > 1;
    for file in files {
        let command_id = form_id.take().unwrap_or_else(|| cx.ctx.command_id());
        let outcome = match cx.scan(&file.content).await {
            Ok(()) => {
                let command = AddFile::new(client_id, &file.name, kind, file.content);
                cx.execute(command_id, &command).await.map(|_| ())
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {}
            Err(Error::Refused(words)) if is_several => {
                let why = cx.refusal_words(words.0.iter()).join(" ");
                let refusal = Refusal::new("file-of-several");
                refusals.push(refusal.arg("name", &file.name).arg("why", why));
            }
            Err(Error::Refused(words)) => refusals.0.extend(words.0),
            Err(error) => return Err(error.into()),
        }
    }
    if refusals.0.is_empty() {
        return Ok(cx.done(&card(client_id), "flash-file-saved"));
    }
    Ok(form(&cx, &seen.head, kind.key(), &refusals))
}

async fn stored(seen: &mut Seen, item: &str) -> Result<ClientFile, Error> {
    let item: FileId = id(item)?;
    let file = queries::file(&mut seen.db, item).await?.ok_or(Error::NotFound)?;
    if file.client_id == seen.head.id { Ok(file) } else { Err(Error::NotFound) }
}

/// The content, always as a download: nothing a client sent runs in the bank's pages.
pub(super) async fn download(cx: Cx, Path((client, item)): Path<(String, String)>) -> Answer {
    let mut seen = frame::shown(&cx, id(&client)?, Group::Documents).await?;
    let file = stored(&mut seen, &item).await?;
    let content = store::blobs::get(&mut seen.db, &file.hash).await?.ok_or(Error::NotFound)?;
    let text = |value: &str| HeaderValue::from_str(value).map_err(Error::failure);
    let headers = [
        (header::CONTENT_TYPE, text(&file.mime)?),
        (header::CONTENT_DISPOSITION, text(&disposition(&file.name))?),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, content).into_response())
}

pub(super) async fn archive(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let mut seen = frame::editable(&cx, id(&client)?, Group::Documents).await?;
    let file = stored(&mut seen, &item).await?;
    cx.execute(sent.command_id()?, &ArchiveFile { file_id: file.id }).await?;
    Ok(cx.done(&card(seen.head.id), "flash-file-archived"))
}
