//! The list of imports and the form of a new one.

use axum::extract::{Multipart, RawQuery};
use axum::http::StatusCode;
use kernel::{Refusal, Refusals, Timestamp};
use maud::{Markup, html};
use spine::Error;
use web::i18n::L;
use web::ui::{self, Button, Cell, Column, Field, Form, Input, Opt, PageHeader, Row, Table, Tone};
use web::{Answer, Cx, FormData, UploadForm, read_upload};

use super::{Added, feed_words};
use crate::feed::{
    AddedColumns, Mapping, PROJECT_MAPPINGS, RecordsProblem, SniffedFile, records_mapping, sniff,
    take_added,
};
use crate::import::commands::{CreateImport, NewFile};
use crate::import::model::built_in_mapping;
use crate::import::queries::{self, ImportRun};

/// Runs on one page of the list.
const ROWS: i64 = 50;

pub(super) async fn list(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let query = FormData::parse(&query.unwrap_or_default());
    let before = query.text("before").parse().unwrap_or(i64::MAX);
    let runs = queries::list(&mut cx.db, Timestamp::from_micros(before), ROWS).await?;
    let l = &cx.l;
    let new = Button::primary(l.t("import-new")).icon("upload").href("/imports/new");
    let mut table = Table::new("imports", l.t("import-title"))
        .column(Column::text(l.t("import-column-title")).wide())
        .column(Column::text(l.t("import-column-state")))
        .column(Column::number(l.t("import-created")))
        .column(Column::number(l.t("import-changed")))
        .column(Column::number(l.t("import-rejected")))
        .column(Column::text(l.t("import-column-by")))
        .column(Column::text(l.t("import-column-at")))
        .empty(ui::empty(
            "import",
            &l.t("import-none"),
            &l.t("import-none-words"),
            Some(Button::primary(l.t("import-new")).href("/imports/new")),
        ));
    let directory = cx.app.services.directory.get();
    for run in &runs {
        let [created, changed, _, rejected] = run.summary.totals();
        let by = run.created_by.map_or("", |u| directory.staff_name(u, l.lang)).to_owned();
        table = table.row(
            Row::new(run.id)
                .href(format!("/imports/{}", run.id))
                .cell(Cell::text(run.title.clone()))
                .cell(Cell::markup(state_badge(&cx, run)))
                .cell(number(&cx, created))
                .cell(number(&cx, changed))
                .cell(number(&cx, rejected))
                .cell(Cell::quiet(by))
                .cell(Cell::ago(l, run.created_at)),
        );
    }
    let content = html! {
        (PageHeader::new(l.t("import-title")).primary(new).render(l))
        (table.render(l))
    };
    Ok(cx.page(&l.t("import-title"), &content))
}

fn number(cx: &Cx, n: u64) -> Cell {
    Cell::number(&cx.l, i64::try_from(n).unwrap_or(i64::MAX))
}

pub(super) fn state_badge(cx: &Cx, run: &ImportRun) -> Markup {
    let l = &cx.l;
    let is_over = matches!(run.state.as_str(), "done" | "failed");
    // what was not begun, or broke off, cannot be run any more
    let state = if run.gone_at.is_some() && !is_over { "gone" } else { run.state.as_str() };
    let word = l.t(&format!("import-state-{state}"));
    let tone = match state {
        "done" if run.summary.rejected() > 0 => Tone::Attention,
        "done" => Tone::Good,
        "failed" => Tone::Danger,
        "running" | "waiting" => Tone::Info,
        _ => Tone::Neutral,
    };
    html! {
        (ui::badge(tone, &word))
        @if run.dry_run { " " (ui::tag(&l.t("import-dry"))) }
    }
}

pub(super) async fn form(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let given = FormData::parse(&query.unwrap_or_default());
    let added = Added::of(&cx).await?;
    let content = markup(&cx, &given, &added, &Refusals::default());
    Ok(cx.page(&cx.l.t("import-new"), &content))
}

fn markup(cx: &Cx, typed: &FormData, added: &Added, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let mut mappings = vec![Opt::new("guess", l.t("import-mapping-guess"))];
    mappings.extend(PROJECT_MAPPINGS.iter().filter_map(|(key, text)| {
        let mapping = Mapping::parse(text).ok()?;
        let title = mapping.title.get(l.lang.code()).cloned().unwrap_or_else(|| (*key).to_owned());
        Some(Opt::new(*key, title))
    }));
    let kinds: Vec<Opt> = added
        .kinds()
        .map(|(kind, name)| {
            Opt::new(kind, l.ta("import-mapping-records", &[("name", name.into())]))
        })
        .collect();
    let has_kinds = !kinds.is_empty();
    mappings.extend(kinds);
    mappings.push(Opt::new("own", l.t("import-mapping-own")));
    let general = cx.refusal_words(refusals.general());
    let body = html! {
        @if !general.is_empty() { (ui::error_summary(l, &general)) }
        (Field::text("title", l.t("import-name")).value(typed.raw("title"))
            .hint(l.t("import-name-hint")).error(cx.field_error(refusals, "title")).render(l))
        (Field::new("files", l.t("import-files"), Input::File { accept: ".csv,.txt,.asc,.tsv,.xlsx,.vcf,.vcard".into() })
            .attribute("multiple", "multiple").required().hint(l.t("import-files-hint"))
            .error(cx.field_error(refusals, "files")).render(l))
        (Field::new("mapping", l.t("import-mapping"), choice(mappings))
            .value(typed.opt("mapping").unwrap_or_else(|| "guess".to_owned()))
            .error(cx.field_error(refusals, "mapping")).render(l))
        @if has_kinds {
            (Field::text("key", l.t("import-key")).value(typed.raw("key"))
                .hint(l.t("import-key-hint")).error(cx.field_error(refusals, "key")).render(l))
        }
        (Field::new("mapping_text", l.t("import-mapping-text"), Input::Textarea { rows: 8 })
            .value(typed.raw("mapping_text")).hint(l.t("import-mapping-hint")).full()
            .error(cx.field_error(refusals, "mapping_text")).render(l))
    };
    let form = Form::post("/imports/new")
        .multipart()
        .hidden("_id", cx.form_id())
        .submit(l.t("import-preview-button"))
        .cancel("/imports");
    html! {
        (PageHeader::new(l.t("import-new")).crumb("/imports", l.t("import-title")).render(l))
        p.quiet { (l.t("import-intro")) }
        (form.render(l, &body))
    }
}

/// Ways to read the columns that still fit one below the other.
const RADIOS_MAX: usize = 10;

fn choice(options: Vec<Opt>) -> Input {
    if options.len() > RADIOS_MAX { Input::Select(options) } else { Input::Radio(options) }
}

pub(super) async fn send(cx: Cx, multipart: Multipart) -> Answer {
    let sent = read_upload(multipart).await?;
    let added = Added::of(&cx).await?;
    let (form, outcome) = match prepare(&cx.l, &sent, &added) {
        Ok(command) => {
            let id = sent.form.command_id()?;
            (sent.form, cx.execute(id, &command).await)
        }
        Err(refusal) => (sent.form, Err(Error::from(refusal))),
    };
    match outcome {
        Ok(id) => Ok(cx.done(&format!("/imports/{id}"), "flash-import-ready")),
        Err(Error::Refused(refusals)) => {
            let content = markup(&cx, &form, &added, &refusals);
            let title = cx.l.t("import-new");
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &content))
        }
        Err(other) => Err(other.into()),
    }
}

/// The command a sent form asks for.
///
/// # Errors
/// No file, or a mapping that is none.
pub(in crate::import) fn prepare(
    l: &L,
    sent: &UploadForm,
    added: &Added,
) -> Result<CreateImport, Refusal> {
    let first = sent.files.first().ok_or_else(|| Refusal::field("required", "files"))?;
    let choice = sent.form.opt("mapping").unwrap_or_else(|| "guess".to_owned());
    let mapping = match choice.as_str() {
        "guess" => guess(&sniffed(l, &first.name, &first.content)?, &added.of_clients()),
        "own" => {
            let text = sent.form.raw("mapping_text").to_owned();
            Mapping::parse(&text).map_err(|e| {
                Refusal::field("import-mapping-bad", "mapping_text")
                    .arg("reason", feed_words(l, &e))
            })?;
            text
        }
        chosen => match added.columns(chosen) {
            Some(columns) => {
                let file = sniffed(l, &first.name, &first.content)?;
                records(&file, chosen, columns, sent.form.opt("key").as_deref())?
            }
            None => built_in_mapping(chosen)
                .ok_or_else(|| Refusal::field("not-a-choice", "mapping"))?
                .to_owned(),
        },
    };
    let title = sent.form.opt("title").unwrap_or_else(|| first.name.clone());
    let files = sent
        .files
        .iter()
        .map(|f| NewFile { name: f.name.clone(), content: f.content.clone() })
        .collect();
    Ok(CreateImport { title, mapping, files })
}

/// The form and the columns of an uploaded file.
fn sniffed(l: &L, name: &str, content: &[u8]) -> Result<SniffedFile, Refusal> {
    let bad = |reason: String| Refusal::field("import-file-bad", "files").arg("reason", reason);
    let dir = crate::scratch::Scratch::new().map_err(|e| bad(e.to_string()))?;
    let path = dir.path().join(std::path::Path::new(name).file_name().unwrap_or_default());
    std::fs::write(&path, content).map_err(|e| bad(e.to_string()))?;
    sniff(&path).map_err(|e| bad(feed_words(l, &e)))
}

/// The mapping that the header of a table of contacts suggests.
fn guess(sniffed: &SniffedFile, added: &AddedColumns) -> String {
    let mut mapping = sniffed.mapping();
    take_added(&mut mapping, &sniffed.columns, added);
    mapping.to_toml()
}

/// The mapping of a table of records of one of the bank's own kinds.
fn records(
    sniffed: &SniffedFile,
    kind: &str,
    columns: &AddedColumns,
    key: Option<&str>,
) -> Result<String, Refusal> {
    let mapping =
        records_mapping(sniffed, kind, columns, key).map_err(|problem| match problem {
            RecordsProblem::NotATable => Refusal::field("import-no-table", "files"),
            RecordsProblem::NoColumns => Refusal::field("import-no-columns", "files")
                .arg("columns", sniffed.columns.join(", ").chars().take(200).collect::<String>()),
            RecordsProblem::NoKey => Refusal::field("import-no-key", "key")
                .arg("columns", sniffed.columns.join(", ").chars().take(200).collect::<String>()),
        })?;
    Ok(mapping.to_toml())
}
