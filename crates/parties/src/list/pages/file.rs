//! Rows as a file, whatever list they are of: CSV for programs, a workbook for people.

use std::future::Future;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use kernel::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use spine::Error;
use web::App;

/// A value of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    /// None.
    Nothing,
    /// Words.
    Text(String),
    /// A day.
    Day(Date),
    /// A number.
    Number(i64),
}

/// An export on its way through a list, a chunk at a time.
pub(crate) trait Rows: Send + 'static {
    /// Heads of the columns.
    fn heads(&self) -> Vec<String>;
    /// The next rows as cells of a table; none at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<Vec<Plain>>>, Error>> + Send;
    /// Nothing more is read: the transfer has broken off.
    fn stop(&mut self);
}

/// The form of a table's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SheetKind {
    /// For programs.
    Csv,
    /// For people.
    Xlsx,
}

impl SheetKind {
    /// The form a word asks for; people get a workbook unless they say otherwise.
    pub(crate) fn of(word: &str) -> Self {
        if word == "csv" { Self::Csv } else { Self::Xlsx }
    }
    /// The ending of its files.
    pub(crate) const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
    /// What such a file is called on the wire.
    pub(crate) const fn mime(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
    /// The file's bytes, as they are read; `title` is the sheet's name.
    ///
    /// # Errors
    /// The database's, when the whole file is made before its first byte leaves.
    pub(crate) async fn body(
        self,
        app: &Arc<App>,
        rows: impl Rows,
        (title, today): (String, Date),
    ) -> Result<Body, Error> {
        match self {
            Self::Csv => Ok(csv_stream(rows)),
            Self::Xlsx => Ok(Body::from(Box::pin(xlsx(app, rows, (title, today))).await?)),
        }
    }
}

/// The answer that hands out a file; nothing on the way keeps a copy.
pub(crate) fn attachment(name: &str, ending: &str, mime: &str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, mime.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

/// Chunks of CSV as they are read. A failure on the way breaks the transfer off: a short file that
/// looks whole would be worse.
fn csv_stream(rows: impl Rows) -> Body {
    let chunks = stream::unfold((rows, true), |(mut rows, is_first)| async move {
        let more = match rows.next().await {
            Ok(more) => more?,
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                rows.stop();
                return Some((Err(std::io::Error::other(error)), (rows, false)));
            }
        };
        let heads = is_first.then(|| rows.heads());
        Some((csv_chunk(heads.as_deref(), &more), (rows, false)))
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
        writer.write_record(heads.iter().map(|head| csv_cell(head)))?;
    }
    for row in rows {
        writer.write_record(row.iter().map(cell))?;
    }
    writer.into_inner().map(Bytes::from).map_err(|e| std::io::Error::other(e.to_string()))
}

/// A text as a cell of a file for programs.
fn csv_cell(text: &str) -> String {
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

async fn xlsx(
    app: &Arc<App>,
    mut export: impl Rows,
    (title, today): (String, Date),
) -> Result<Vec<u8>, Error> {
    let _turn = app.heavy.acquire().await.map_err(Error::failure)?;
    let heads = export.heads();
    let mut rows = Vec::new();
    while let Some(more) = export.next().await? {
        rows.extend(more);
    }
    let built = tokio::task::spawn_blocking(move || workbook(&title, today, &heads, &rows)).await;
    built.map_err(Error::failure)?.map_err(Error::failure)
}

/// Longest name of a sheet (characters, as spreadsheets count them).
const SHEET_NAME_UNITS_MAX: usize = 31;

/// A name people have given, as a sheet may be called; none when nothing of it is left.
fn sheet_name(title: &str) -> Option<String> {
    let plain =
        |c: char| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') { ' ' } else { c };
    let mut name = String::new();
    for c in title.chars().map(plain).filter(|c| !c.is_control()) {
        if name.encode_utf16().count() + c.len_utf16() > SHEET_NAME_UNITS_MAX {
            break;
        }
        name.push(c);
    }
    let name = name.trim_matches(|c: char| c == '\'' || c.is_whitespace());
    (!name.is_empty()).then(|| name.to_owned())
}

/// Texts are written as texts, never as formulas, so they need no guard here.
fn workbook(
    title: &str,
    today: Date,
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
    if let Some(name) = sheet_name(title) {
        sheet.set_name(name)?;
    }
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

fn excel_day(day: Date) -> Option<ExcelDateTime> {
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
        let heads = ["№".to_owned(), "=Имя".to_owned()];
        let rows = [
            vec![text("=cmd|' /C calc'!A0"), text("ООО «Ромашка»; филиал")],
            vec![text("+7 916"), text("-1")],
            vec![text("@SUM(A1)"), Plain::Nothing],
            vec![Plain::Day(Date::constant(2026, 11, 23)), Plain::Number(-5)],
        ];
        let bytes = csv_chunk(Some(&heads), &rows).unwrap();
        let csv = String::from_utf8(bytes.to_vec()).unwrap();
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(lines[0], "\u{feff}№;'=Имя");
        assert_eq!(lines[1], "'=cmd|' /C calc'!A0;\"ООО «Ромашка»; филиал\"");
        assert_eq!(lines[2], "'+7 916;'-1");
        assert_eq!(lines[3], "'@SUM(A1);");
        assert_eq!(lines[4], "2026-11-23;-5");
        let today = Date::constant(2026, 11, 23);
        let book = |today| workbook("Клиенты", today, &heads, &rows).unwrap();
        assert!(book(today).starts_with(b"PK") && book(today) == book(today));
    }

    #[test]
    fn whatever_people_call_a_list_its_workbook_opens() {
        let today = Date::constant(2026, 11, 23);
        for name in
            ["Осмотры [залога]: 1/2?", "'", "", "📄📄📄📄📄📄📄📄📄📄📄📄📄📄📄📄📄", "а\u{0}б"]
        {
            assert!(workbook(name, today, &[], &[]).is_ok(), "{name}");
        }
        let long = "Акты приёма-передачи заложенного имущества";
        assert_eq!(sheet_name(long).unwrap().chars().count(), 31);
        assert_eq!(sheet_name("'Акты'").as_deref(), Some("Акты"));
    }
}
