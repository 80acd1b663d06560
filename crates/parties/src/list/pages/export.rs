//! The list as a file: CSV for programs, XLSX for people, contact cards for address books. Its scope is that of `client.export`, which may
//! be narrower than what the person sees, and every export is journalled before its first byte leaves.

use axum::body::{Body, Bytes};
use axum::extract::RawQuery;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use kernel::{ClientId, limits};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use spine::Error;
use spine::secrecy::Groups;
use store::Reader;
use uuid::Uuid;
use web::{Answer, ContactFormat, Cx, FormData};

use super::cards::{CARD_COLUMNS, card};
use super::rows::{Asked, Beside};
use super::{bulk, cells, cells::Plain, pairs_of, query_of};
use crate::contacts::queries::card_facts;
use crate::list::commands::NoteExport;
use crate::list::model::{Address, Turn};
use crate::list::queries::{self, Ask, ListRow};

/// Rows read at once.
const CHUNK: usize = 500;

#[derive(Clone, Copy, Debug)]
pub(super) enum FileKind {
    Csv,
    Xlsx,
    Cards(ContactFormat),
}

impl FileKind {
    fn of(cx: &Cx, word: &str) -> Self {
        match (word, cx.app.contact_format) {
            ("csv", _) => FileKind::Csv,
            (word, Some(format)) if word == format.ending => FileKind::Cards(format),
            _ => FileKind::Xlsx,
        }
    }
    const fn ending(self) -> &'static str {
        match self {
            FileKind::Csv => "csv",
            FileKind::Xlsx => "xlsx",
            FileKind::Cards(format) => format.ending,
        }
    }
    const fn mime(self) -> &'static str {
        match self {
            FileKind::Csv => "text/csv; charset=utf-8",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileKind::Cards(format) => format.mime,
        }
    }
}

/// `GET /clients/export?format=…`: everything that fits the filter.
pub(super) async fn filtered(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let pairs = pairs_of(&query.unwrap_or_default());
    let format = pairs.iter().find(|(name, _)| name == "format").map_or("", |(_, v)| v.as_str());
    let kind = FileKind::of(&cx, format);
    let asked = Asked::read(&cx, Address::parse(&pairs)).await?;
    let ids = asked.matches(&cx).await?;
    let filter = query_of(&asked.address.view_pairs());
    let file = format!("clients-{}", cx.l.today);
    answer(cx, asked, ids, kind, Named { file, filter }).await
}

/// Everything that fits a list, as a file for programs, for people or for address books.
pub(in crate::list) async fn export_rows(
    cx: Cx,
    asked: Asked,
    format: &str,
) -> Result<Response, Error> {
    let kind = FileKind::of(&cx, format);
    let ids = asked.matches(&cx).await?;
    let filter = query_of(&asked.address.view_pairs());
    let file = format!("clients-{}", cx.l.today);
    answer(cx, asked, ids, kind, Named { file, filter }).await.map_err(|failure| failure.0)
}

/// `POST /clients/export`: the chosen rows.
pub(super) async fn selected(cx: Cx, sent: FormData) -> Answer {
    let kind = FileKind::of(&cx, &sent.text("format"));
    Box::pin(chosen(cx, &sent, kind)).await
}

/// `POST /clients/export/cards`: the chosen clients as contact cards.
pub(super) async fn selected_cards(cx: Cx, sent: FormData) -> Answer {
    let Some(format) = cx.app.contact_format else { return Err(Error::NotFound.into()) };
    Box::pin(chosen(cx, &sent, FileKind::Cards(format))).await
}

async fn chosen(cx: Cx, sent: &FormData, kind: FileKind) -> Answer {
    let ids = bulk::chosen(sent)?;
    let asked = Asked::read(&cx, Address::parse(&[])).await?;
    let texts: Vec<String> = ids.iter().map(ClientId::to_string).collect();
    let filter = format!("id={}", texts.join(","));
    let file = format!("clients-{}", cx.l.today);
    answer(cx, asked, Some(ids), kind, Named { file, filter }).await
}

/// What an export is called: the file without its ending, and what the journal says of it.
pub(super) struct Named {
    pub(super) file: String,
    pub(super) filter: String,
}

/// Answers with the file.
pub(super) async fn answer(
    cx: Cx,
    asked: Asked,
    ids: Option<Vec<ClientId>>,
    kind: FileKind,
    named: Named,
) -> Answer {
    let export = Export::new(cx, asked, ids);
    export.note_begin(kind, named.filter).await?;
    let file = format!("attachment; filename=\"{}.{}\"", named.file, kind.ending());
    let body = match kind {
        FileKind::Csv => csv_stream(export),
        FileKind::Xlsx => Body::from(xlsx(export).await?),
        FileKind::Cards(format) => card_stream(export, format),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.mime().to_owned()),
        (header::CONTENT_DISPOSITION, file),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let response: Response = (headers, body).into_response();
    Ok(response)
}

/// An export on its way through the list, a chunk at a time.
struct Export {
    cx: Cx,
    db: Reader,
    asked: Asked,
    ids: Option<Vec<ClientId>>,
    id: Uuid,
    sent: usize,
    has_more: bool,
}

impl Export {
    fn new(cx: Cx, mut asked: Asked, ids: Option<Vec<ClientId>>) -> Self {
        asked.address.turn = Turn::First;
        let (db, id) = (cx.db.long(), cx.ctx.new_id());
        Self { cx, db, asked, ids, id, sent: 0, has_more: true }
    }

    fn note(&self, rows: Option<u64>, kind: &str, filter: String) -> NoteExport {
        let columns = self.asked.columns.iter().map(|c| c.key().to_owned()).collect();
        NoteExport { export_id: self.id, format: kind.to_owned(), filter, columns, rows }
    }

    async fn note_begin(&self, kind: FileKind, filter: String) -> Result<(), Error> {
        let mut note = self.note(None, kind.ending(), filter);
        if let FileKind::Cards(_) = kind {
            note.columns = CARD_COLUMNS.map(str::to_owned).to_vec();
        }
        self.cx.execute(self.cx.ctx.command_id(), &note).await
    }

    async fn note_end(&self) -> Result<(), Error> {
        let note = self.note(u64::try_from(self.sent).ok(), "", String::new());
        self.cx.execute(self.cx.ctx.command_id(), &note).await
    }

    /// Heads of the columns; the client's number always leads, so that a file can be matched again.
    fn heads(&self) -> Vec<String> {
        let columns = self.asked.columns.iter().filter(|c| c.key() != "number");
        let labels = columns.map(|column| column.words(&self.cx.l));
        [self.cx.l.t("client-number")].into_iter().chain(labels).collect()
    }

    /// The next rows as cells of a table; none at the end.
    async fn next(&mut self) -> Result<Option<Vec<Vec<Plain>>>, Error> {
        let Some(found) = self.next_rows().await? else { return Ok(None) };
        let beside = Beside::read(&self.cx, &mut self.db, &self.asked.columns, &found).await?;
        let columns: Vec<_> =
            self.asked.columns.iter().filter(|c| c.key() != "number").cloned().collect();
        let rows = found.iter().map(|row| {
            let number = Plain::Text(row.head.number.clone());
            let rest = cells::plain(&self.cx, &columns, row, &beside);
            [number].into_iter().chain(rest).collect()
        });
        Ok(Some(rows.collect()))
    }

    /// The next clients as contact cards; none at the end.
    async fn next_cards(&mut self, format: ContactFormat) -> Result<Option<Bytes>, Error> {
        let Some(found) = self.next_rows().await? else { return Ok(None) };
        let ids: Vec<ClientId> = found.iter().map(|row| row.head.id).collect();
        let principal = std::sync::Arc::clone(&self.cx.ctx.principal);
        let facts = card_facts(&mut self.db, &principal, "client.export", &ids).await?;
        let of = |id: ClientId| found.iter().find(|row| row.head.id == id).map(|row| &row.head);
        let cards = facts.iter().filter_map(|facts| Some(card(facts, of(facts.id)?)));
        let text: String = cards.map(|card| (format.write)(&card)).collect();
        Ok(Some(Bytes::from(text)))
    }

    /// Secret cards among the rows are noted before any of them leaves.
    async fn note_reads(&self, rows: &Vec<ListRow>) -> Result<(), Error> {
        for row in rows {
            let hidden = Groups::all().and(row.head.hidden.iter().copied().collect());
            self.cx.note_read(row.head.owner(), hidden.missing().into_iter().collect());
        }
        self.cx.write_reads().await
    }

    /// The next rows; none at the end. Journals the end.
    async fn next_rows(&mut self) -> Result<Option<Vec<ListRow>>, Error> {
        if !self.has_more {
            return Ok(None);
        }
        let extras = self.asked.extras();
        let ask = Ask {
            permission: "client.export",
            size: CHUNK.min(limits::EXPORT_ROWS_MAX - self.sent),
            ..self.asked.ask(&self.cx, self.ids.as_deref(), &extras)
        };
        let page = queries::page(&mut self.db, &ask).await?;
        self.sent += page.rows.len();
        self.has_more = page.has_more && self.sent < limits::EXPORT_ROWS_MAX;
        if let Some(last) = page.rows.last() {
            self.asked.address.turn = Turn::After(last.cursor.clone());
        }
        if !self.has_more {
            self.note_end().await?;
        }
        let principal = self.cx.principal();
        let rows = page.rows.into_iter().map(|row| row.taken_out(principal)).collect();
        self.note_reads(&rows).await?;
        Ok(Some(rows))
    }
}

/// Chunks of CSV as they are read. A failure on the way breaks the transfer off: a short file that
/// looks whole would be worse.
fn csv_stream(export: Export) -> Body {
    let chunks = stream::unfold((export, true), |(mut export, is_first)| async move {
        let rows = match export.next().await {
            Ok(rows) => rows?,
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                export.has_more = false;
                return Some((Err(std::io::Error::other(error)), (export, false)));
            }
        };
        let heads = is_first.then(|| export.heads());
        Some((csv_chunk(heads.as_deref(), &rows), (export, false)))
    });
    // whoever compresses the body may ask once more after its end
    Body::from_stream(chunks.fuse())
}

/// Chunks of cards, as those of CSV.
fn card_stream(export: Export, format: ContactFormat) -> Body {
    let chunks = stream::unfold(export, move |mut export| async move {
        match export.next_cards(format).await {
            Ok(cards) => Some((Ok(cards?), export)),
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                export.has_more = false;
                Some((Err(std::io::Error::other(error)), export))
            }
        }
    });
    // whoever compresses the body may ask once more after its end
    Body::from_stream(chunks.fuse())
}

fn csv_chunk(heads: Option<&[String]>, rows: &[Vec<Plain>]) -> Result<Bytes, std::io::Error> {
    let mut bytes = Vec::new();
    if heads.is_some() {
        bytes.extend_from_slice("\u{feff}".as_bytes());
    }
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(bytes);
    if let Some(heads) = heads {
        writer.write_record(heads)?;
    }
    for row in rows {
        writer.write_record(row.iter().map(cell))?;
    }
    writer.into_inner().map(Bytes::from).map_err(|e| std::io::Error::other(e.to_string()))
}

/// A text as a cell of a file for programs.
pub(crate) fn csv_cell(text: &str) -> String {
    web::format::spreadsheet_cell(text)
}

fn cell(value: &Plain) -> String {
    match value {
        Plain::Nothing => String::new(),
        Plain::Text(text) => csv_cell(text),
        Plain::Day(day) => day.to_string(),
        Plain::Number(number) => number.to_string(),
    }
}

async fn xlsx(mut export: Export) -> Result<Vec<u8>, Error> {
    let app = std::sync::Arc::clone(&export.cx.app);
    let _turn = app.heavy.acquire().await.map_err(Error::failure)?;
    let heads = export.heads();
    let (title, today) = (export.cx.l.t("nav-clients"), export.cx.l.today);
    let mut rows = Vec::new();
    while let Some(more) = export.next().await? {
        rows.extend(more);
    }
    let built = tokio::task::spawn_blocking(move || workbook(&title, today, &heads, &rows)).await;
    built.map_err(Error::failure)?.map_err(Error::failure)
}

/// Texts are written as texts, never as formulas, so they need no guard here.
fn workbook(
    title: &str,
    today: kernel::Date,
    heads: &[String],
    rows: &[Vec<Plain>],
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    if let Some(at) = excel_day(today) {
        // otherwise the library asks the machine's clock
        book.set_properties(&DocProperties::new().set_creation_datetime(&at));
    }
    let head_format = Format::new().set_bold();
    let day_format = Format::new().set_num_format("dd.mm.yyyy");
    let sheet = book.add_worksheet();
    sheet.set_name(title)?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, head) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(0, column, head, &head_format)?;
        sheet.set_column_width(column, 18)?;
    }
    for (line, row) in (1_u32..).zip(rows) {
        for (column, value) in (0_u16..).zip(row) {
            match value {
                Plain::Nothing => continue,
                Plain::Text(text) => sheet.write_string(line, column, text)?,
                Plain::Number(number) => sheet.write_string(line, column, number.to_string())?,
                Plain::Day(day) => match excel_day(*day) {
                    Some(at) => sheet.write_datetime_with_format(line, column, &at, &day_format)?,
                    // spreadsheets know no day before 1900
                    None => sheet.write_string(line, column, day.to_string())?,
                },
            };
        }
    }
    if let (Ok(last_row), Ok(last_column)) =
        (u32::try_from(rows.len()), u16::try_from(heads.len().saturating_sub(1)))
    {
        sheet.autofilter(0, 0, last_row, last_column)?;
    }
    book.save_to_buffer()
}

fn excel_day(day: kernel::Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok().filter(|year| *year >= 1900)?;
    let (month, day) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_the_file_opens_in_a_spreadsheet() {
        let text = |t: &str| Plain::Text(t.to_owned());
        let heads = ["№".to_owned(), "Имя".to_owned()];
        let rows = [
            vec![text("=cmd|' /C calc'!A0"), text("ООО «Ромашка»; филиал")],
            vec![text("+7 916"), text("-1")],
            vec![text("@SUM(A1)"), Plain::Nothing],
            vec![Plain::Day(kernel::Date::constant(2026, 11, 23)), Plain::Number(-5)],
        ];
        let bytes = csv_chunk(Some(&heads), &rows).unwrap();
        let csv = String::from_utf8(bytes.to_vec()).unwrap();
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(lines[0], "\u{feff}№;Имя");
        assert_eq!(lines[1], "'=cmd|' /C calc'!A0;\"ООО «Ромашка»; филиал\"");
        assert_eq!(lines[2], "'+7 916;'-1");
        assert_eq!(lines[3], "'@SUM(A1);");
        assert_eq!(lines[4], "2026-11-23;-5");
        let today = kernel::Date::constant(2026, 11, 23);
        let book = |today| workbook("Клиенты", today, &heads, &rows).unwrap();
        assert!(book(today).starts_with(b"PK") && book(today) == book(today));
    }
}
