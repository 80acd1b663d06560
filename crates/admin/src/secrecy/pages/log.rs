//! Who has read closed cards: by person and client, newest first, and as a file.

use axum::extract::RawQuery;
use axum::http::header;
use axum::response::IntoResponse;
use kernel::limits::{EXPORT_ROWS_MAX, PAGE_ROWS};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::{Group, Level};
use web::ui::{self, Button, Cell, Column, Field, Opt, PageHeader, Pager, Panel, Row, Table};
use web::{Answer, Cx, FormData};

use super::{LOG, group_words, level_words, place};
use crate::pages::{active_staff, get_form, lookups};
use crate::secrecy::queries::{self, Reading, Wanted};

/// Rows read at once for a file.
const CHUNK: i64 = 1_000;

pub(super) async fn page(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let l = cx.l.clone();
    let asked = FormData::parse(&query.unwrap_or_default());
    let wanted = wanted(&cx, &asked).await?;
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50) + 1;
    let mut lines = match wanted {
        Some(wanted) => queries::readings(&mut cx.db, wanted, place(&asked), limit).await?,
        None => Vec::new(),
    };
    let has_more = lines.len() > PAGE_ROWS;
    lines.truncate(PAGE_ROWS);
    let next = lines.last().filter(|_| has_more).map(|last| {
        let before = format!("{}.{}", last.at.micros(), last.id);
        address(&asked, LOG, Some(&before))
    });
    let file = Button::secondary(l.t("admin-reads-export")).icon("download").href(address(
        &asked,
        &format!("{LOG}/export"),
        None,
    ));
    let body = html! {
        (PageHeader::new(l.t("admin-reads")).lead(html! { (l.t("admin-reads-lead")) })
            .other(file.render()).render(&l))
        (ui::stack(&[filter(&cx, &asked), table(&cx, &lines, next)]))
    };
    Ok(cx.page(&l.t("admin-reads"), &body))
}

fn address(asked: &FormData, page: &str, before: Option<&str>) -> String {
    let (staff, client) = (asked.text("staff"), asked.text("client"));
    let pairs =
        [("staff", staff.as_str()), ("client", client.as_str()), ("before", before.unwrap_or(""))];
    let query = ui::query_string(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    format!("{page}{}", if query == "?" { "" } else { &query })
}

/// Whose readings are asked for; none when somebody is named whom there is not.
async fn wanted(cx: &Cx, asked: &FormData) -> Result<Option<Wanted>, Error> {
    let mut wanted = Wanted::default();
    if let Some(staff) = asked.opt("staff") {
        match staff.parse() {
            Ok(id) => wanted.staff = Some(id),
            Err(_) => return Ok(None),
        }
    }
    if let Some(client) = asked.opt("client") {
        match queries::client(&mut cx.db.clone(), &client).await? {
            Some(found) => wanted.client = Some(found.id),
            None => return Ok(None),
        }
    }
    Ok(Some(wanted))
}

fn filter(cx: &Cx, asked: &FormData) -> Markup {
    let l = &cx.l;
    let mut people = vec![Opt::new("", l.t("admin-reads-anybody"))];
    people.extend(active_staff(cx, None));
    let body = html! {
        (Field::select("staff", l.t("admin-secrecy-person"), people).value(asked.raw("staff")).render(l))
        (Field::text("client", l.t("admin-secrecy-client")).value(asked.raw("client"))
            .hint(l.t("admin-secrecy-client-hint")).render(l))
    };
    Panel::new("").render(&get_form(LOG, l.t("admin-reads-show"), &body))
}

/// What the reader may call the client.
fn client_words(cx: &Cx, line: &Reading) -> String {
    let may_know = cx.principal().reaches("client.read", line.client.owner);
    match (may_know, line.client.name.is_empty()) {
        (true, false) => format!("{} · {}", line.client.name, line.client.number),
        (true, true) | (false, _) => line.client.number.clone(),
    }
}

fn staff_words(cx: &Cx, line: &Reading) -> String {
    let directory = cx.app.services.directory.get();
    line.staff
        .map_or_else(|| cx.l.t("admin-system"), |id| directory.staff_name(id, cx.l.lang).to_owned())
}

fn groups_words(cx: &Cx, line: &Reading) -> String {
    let groups = line.groups.split(' ').filter_map(Group::from_key);
    groups.map(|group| group_words(&cx.l, group)).collect::<Vec<_>>().join(", ")
}

fn level_word(cx: &Cx, line: &Reading) -> String {
    Level::from_key(&line.level).map_or_else(String::new, |level| level_words(&cx.l, level))
}

fn table(cx: &Cx, lines: &[Reading], next: Option<String>) -> Markup {
    let l = &cx.l;
    let none = ui::empty("eye", &l.t("admin-reads-none"), &l.t("admin-reads-none-words"), None);
    let mut table = Table::new("read-log", l.t("admin-reads"))
        .column(Column::text(l.t("admin-reads-when")))
        .column(Column::text(l.t("admin-reads-who")))
        .column(Column::text(l.t("admin-reads-client")).wide())
        .column(Column::text(l.t("admin-secrecy-level")))
        .column(Column::text(l.t("admin-reads-what")))
        .column(Column::text(l.t("admin-reads-channel")))
        .empty(none);
    for line in lines {
        let reason = line.reason.as_deref().unwrap_or("");
        let what = html! {
            div title=(line.place) {
                (groups_words(cx, line))
                @if !reason.is_empty() { br; span.quiet { (l.t("admin-reads-glass")) ": " (reason) } }
            }
        };
        let client = html! {
            a href={ "/clients/" (line.client.id) "/secrecy" } { (client_words(cx, line)) }
        };
        table = table.row(
            Row::new(line.id)
                .cell(Cell::text(l.datetime(line.at)).title(line.operation.to_string()))
                .cell(Cell::text(staff_words(cx, line)))
                .cell(Cell::markup(client))
                .cell(Cell::text(level_word(cx, line)))
                .cell(Cell::markup(what))
                .cell(Cell::quiet(lookups(l, &["admin-channel"], &line.channel))),
        );
    }
    if let Some(next) = next {
        let words = l.t("admin-newest-first");
        table = table.pager(Pager { previous: None, next: Some(next), words });
    }
    Panel::new("").flush().render(&table.render(l))
}

/// The same as a file for programs.
pub(super) async fn export(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let asked = FormData::parse(&query.unwrap_or_default());
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let heads =
        ["at", "staff", "client", "level", "groups", "place", "channel", "operation", "reason"];
    writer.write_record(heads).map_err(Error::failure)?;
    let mut below = place(&asked);
    let mut left = EXPORT_ROWS_MAX;
    if let Some(wanted) = wanted(&cx, &asked).await? {
        let mut db = cx.db.long();
        loop {
            let lines = queries::readings(&mut db, wanted, below, CHUNK).await?;
            for line in lines.iter().take(left) {
                writer.write_record(record(&cx, line)).map_err(Error::failure)?;
            }
            left = left.saturating_sub(lines.len());
            match lines.last() {
                Some(last) if left > 0 => below = (last.at, last.id),
                _ => break,
            }
        }
    }
    let bytes = writer.into_inner().map_err(|e| Error::failure(e.to_string()))?;
    let file = format!("attachment; filename=\"read-log-{}.csv\"", cx.l.today);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, file),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

fn record(cx: &Cx, line: &Reading) -> [String; 9] {
    let cell = |text: String| web::format::spreadsheet_cell(&text);
    [
        line.at.to_string(),
        cell(staff_words(cx, line)),
        cell(client_words(cx, line)),
        line.level.clone(),
        line.groups.clone(),
        line.place.clone(),
        line.channel.clone(),
        line.operation.to_string(),
        cell(line.reason.clone().unwrap_or_default()),
    ]
}
