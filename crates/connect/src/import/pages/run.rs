//! One import: what its files hold, what a run did, and the rejected rows.

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use kernel::ImportId;
use maud::{Markup, html};
use spine::Error;
use store::Reader;
use web::i18n::L;
use web::ui::{self, Button, Cell, Column, PageHeader, Panel, Row, Table, Tone};
use web::{Answer, Cx, FormData};

use super::start::state_badge;
use super::{Added, feed_words};
use crate::feed::{FilePreview, Mapping, preview};
use crate::import::commands::StartImport;
use crate::import::job::unpack;
use crate::import::model::{Problem, RejectLine, rejects_csv};
use crate::import::queries::{self, ImportRun};

/// Rows of each file shown before a run.
const PREVIEW_ROWS: usize = 8;
/// Rejected rows shown on the page; the file has them all.
const REJECTS_SHOWN: usize = 50;

pub(super) async fn page(mut cx: Cx, Path(id): Path<ImportId>) -> Answer {
    let run = queries::get(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let shows = run.state == "draft" && run.gone_at.is_none();
    let previews = if shows { Some(previews(&cx, &run).await) } else { None };
    let lines = rejects_of(&mut cx.db, &run).await?;
    let (kept, refused): (Vec<&RejectLine>, Vec<&RejectLine>) =
        lines.iter().partition(|line| line.is_kept());
    let begun = matches!(run.state.as_str(), "waiting" | "running");
    let busy = begun && queries::is_alive(&mut cx.db, run.job_id).await?;
    let added = Added::of(&cx).await?;
    let l = &cx.l;
    let head = PageHeader::new(run.title.clone())
        .crumb("/imports", l.t("import-title"))
        .marks(state_badge(&cx, &run));
    let content = html! {
        div.stack id="import-run" data-live=[live_topic(&run)] data-live-moving[busy] {
            (head.render(l))
            @if let Some(problem) = Problem::read(&run.problem) {
                (ui::error_summary(l, &[problem.words(l)]))
            }
            @if busy {
                (progress(&cx, &run).await?)
            } @else if let Some(at) = run.gone_at {
                p.quiet { (l.ta("import-gone", &[("date", l.date(at.date_in(&l.zone)).into())])) }
            } @else {
                (buttons(&cx, &run))
            }
            @if !run.summary.files.is_empty() { (summary(&cx, &run, &added)) }
            @if !refused.is_empty() { (reject_panel(&cx, (id, &run, &added), "import-rejects", &refused)) }
            @if !kept.is_empty() { (reject_panel(&cx, (id, &run, &added), "import-kept", &kept)) }
            @if let Some(previews) = &previews { (preview_panels(&cx, previews, &added)) }
        }
    };
    Ok(cx.page(&run.title, &content))
}

fn live_topic(run: &ImportRun) -> Option<String> {
    run.job_id.map(|job| format!("job:{job}"))
}

async fn previews(cx: &Cx, run: &ImportRun) -> Result<Vec<FilePreview>, String> {
    let mapping = Mapping::parse(&run.mapping).map_err(|e| feed_words(&cx.l, &e))?;
    let dir = crate::scratch::Scratch::new().map_err(|e| e.to_string())?;
    let mut db = cx.db.clone();
    unpack(&mut db, run.id, dir.path()).await.map_err(|e| e.to_string())?;
    preview(mapping, dir.path(), PREVIEW_ROWS).map_err(|e| feed_words(&cx.l, &e))
}

/// The rejected rows of a run.
///
/// # Errors
/// The database's.
pub(in crate::import) async fn rejects_of(
    db: &mut Reader,
    run: &ImportRun,
) -> Result<Vec<RejectLine>, Error> {
    let Some(hash) = &run.rejects else { return Ok(Vec::new()) };
    let content = store::blobs::get(db, hash).await?.unwrap_or_default();
    Ok(serde_json::from_slice(&content)?)
}

async fn progress(cx: &Cx, run: &ImportRun) -> Result<Markup, Error> {
    let mut db = cx.db.clone();
    let job = match run.job_id {
        Some(id) => store::queue::get(&mut db, id).await?,
        None => None,
    };
    let (done, total) = job.map_or((0, 0), |j| (j.progress_done, j.progress_total));
    let share = done.saturating_mul(100).checked_div(total).unwrap_or(0);
    Ok(html! {
        div.progress-line {
            progress max="100" value=(share) aria-label=(cx.l.t("import-progress")) {}
            span.num { (share) " %" }
        }
    })
}

fn buttons(cx: &Cx, run: &ImportRun) -> Markup {
    let l = &cx.l;
    html! {
        form.inline-actions method="post" action={ "/imports/" (run.id) "/start" } {
            input type="hidden" name="_id" value=(cx.form_id());
            (Button::primary(l.t("import-run-button")).icon("play").submit().render())
            (Button::secondary(l.t("import-dry-button")).icon("flag").submit().sends("dry", "1").render())
            span.quiet { (l.t("import-run-words")) }
        }
    }
}

fn summary(cx: &Cx, run: &ImportRun, added: &Added) -> Markup {
    let l = &cx.l;
    let n = |n: u64| Cell::number(l, i64::try_from(n).unwrap_or(i64::MAX));
    let mut table = Table::new("import-summary", l.t("import-summary"))
        .column(Column::text(l.t("import-file")))
        .column(Column::text(l.t("import-kind")))
        .column(Column::number(l.t("import-rows")))
        .column(Column::number(l.t("import-created")))
        .column(Column::number(l.t("import-changed")))
        .column(Column::number(l.t("import-unchanged")))
        .column(Column::number(l.t("import-rejected")))
        .column(Column::number(l.t("import-kept")))
        .column(Column::number(l.t("import-pairs")));
    for file in &run.summary.files {
        let mut row = Row::new(&file.file)
            .cell(Cell::text(file.file.clone()))
            .cell(Cell::quiet(added.kind_words(l, &file.kind)))
            .cell(n(file.rows))
            .cell(n(file.created))
            .cell(n(file.changed))
            .cell(n(file.unchanged))
            .cell(n(file.rejected))
            .cell(n(file.kept))
            .cell(n(file.pairs));
        if file.rejected > 0 {
            row = row.tone(Tone::Attention);
        }
        table = table.row(row);
    }
    Panel::new(l.t("import-summary")).flush().render(&table.render(l))
}

/// Rows that were not taken, or fields that gave way; `key` says which.
fn reject_panel(
    cx: &Cx,
    (id, run, added): (ImportId, &ImportRun, &Added),
    key: &str,
    lines: &[&RejectLine],
) -> Markup {
    let kind_of = |file: &str| {
        let found = run.summary.files.iter().find(|one| one.file == file);
        found.map_or("", |one| one.kind.as_str())
    };
    let l = &cx.l;
    let title = l.ta(&format!("{key}-count"), &[("n", lines.len().into())]);
    let mut table = Table::new(key, l.t(key))
        .column(Column::text(l.t("import-file")))
        .column(Column::number(l.t("import-row")))
        .column(Column::text(l.t("import-field")))
        .column(Column::text(l.t("import-reason")).wide())
        .column(Column::text(l.t("import-value")));
    for (n, r) in lines.iter().take(REJECTS_SHOWN).enumerate() {
        table = table.row(
            Row::new(n)
                .cell(Cell::text(r.file.clone()))
                .cell(place(l, r.row, r.card))
                .cell(Cell::text(added.field_words(
                    l,
                    kind_of(&r.file),
                    r.column.as_deref().unwrap_or_default(),
                )))
                .cell(Cell::text(r.reason(&l.texts, l.lang)))
                .cell(Cell::text(r.value.clone())),
        );
    }
    let download = Button::secondary(l.t("import-rejects-download"))
        .icon("download")
        .href(format!("/imports/{id}/rejects.csv"));
    let panel = Panel::new(title).flush().actions(download.render());
    panel.render(&table.render(l))
}

/// Where a row stands: its number, or card and line of a file of cards.
fn place(l: &L, row: u64, card: Option<u64>) -> Cell {
    let row = i64::try_from(row).unwrap_or(0);
    match card.and_then(|card| i64::try_from(card).ok()) {
        Some(card) => {
            Cell::text(l.ta("import-card-place", &[("card", card.into()), ("row", row.into())]))
        }
        None => Cell::number(l, row),
    }
}

fn preview_panels(cx: &Cx, previews: &Result<Vec<FilePreview>, String>, added: &Added) -> Markup {
    let l = &cx.l;
    match previews {
        Err(words) => ui::error_summary(l, std::slice::from_ref(words)),
        Ok(files) => html! { @for file in files { (preview_panel(cx, file, added)) } },
    }
}

fn preview_panel(cx: &Cx, file: &FilePreview, added: &Added) -> Markup {
    let l = &cx.l;
    let fields: Vec<&str> = {
        let mut all: Vec<&str> =
            file.records.iter().flat_map(|r| r.fields.keys().map(String::as_str)).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let mut table = Table::new(format!("preview-{}", file.rule), file.file.clone())
        .column(Column::number(l.t("import-row")));
    for field in &fields {
        table = table.column(Column::text(added.field_words(l, &file.kind, field)));
    }
    for record in &file.records {
        let mut row =
            Row::new(record.row).cell(Cell::number(l, i64::try_from(record.row).unwrap_or(0)));
        for field in &fields {
            let text = record.fields.get(*field).map_or_else(String::new, ToString::to_string);
            row = row.cell(Cell::text(text));
        }
        table = table.row(row);
    }
    let kind = added.kind_words(l, &file.kind);
    Panel::new(format!("{} — {kind}", file.file)).flush().render(&html! {
        @if let Some(error) = &file.error {
            (ui::error_summary(l, &[feed_words(l, error)]))
        }
        (table.render(l))
        @for bad in &file.rejects {
            p.table-note { (preview_reject(cx, bad)) }
        }
    })
}

fn preview_reject(cx: &Cx, bad: &crate::feed::Reject) -> String {
    let (row, card) = (bad.row.to_string(), bad.card.map(|card| card.to_string()));
    let column = bad.column.as_deref().unwrap_or("—");
    let mut args: Vec<(&str, web::i18n::Arg<'_>)> = vec![
        ("row", row.into()),
        ("column", column.into()),
        ("value", (&bad.value).into()),
        ("reason", reject_words(cx, bad).into()),
    ];
    match card {
        Some(card) => {
            args.push(("card", card.into()));
            cx.l.ta("import-preview-card-reject", &args)
        }
        None => cx.l.ta("import-preview-reject", &args),
    }
}

fn reject_words(cx: &Cx, bad: &crate::feed::Reject) -> String {
    let args: Vec<(&str, web::i18n::Arg<'_>)> =
        bad.args.iter().map(|(k, v)| (k.as_str(), v.into())).collect();
    cx.l.ta(&bad.message_key(), &args)
}

pub(super) async fn start(cx: Cx, Path(id): Path<ImportId>, sent: FormData) -> Answer {
    let command = StartImport { import_id: id, dry_run: sent.is_set("dry") };
    cx.execute(sent.command_id()?, &command).await?;
    Ok(cx.done(&format!("/imports/{id}"), "flash-import-started"))
}

pub(super) async fn rejects(mut cx: Cx, Path(id): Path<ImportId>) -> Answer {
    let run = queries::get(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let lines = rejects_of(&mut cx.db, &run).await?;
    let csv = rejects_csv(&cx.l.texts, cx.l.lang, &lines);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rejects.csv\""),
    ];
    Ok((headers, csv).into_response())
}
