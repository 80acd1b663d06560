//! `tessera import`: a feed from a folder, with a table of counts and a file of rejects.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use connect::feed::{Feed, Mapping};
use connect::import::{
    Progress, RejectLine, Summary, Watch, built_in_mapping, rejects_csv, run as run_feed,
};
use kernel::Lang;

use crate::cli::Db;
use crate::{RunError, database, wiring};

/// What `tessera import` is asked for.
#[derive(Clone, Debug, Args)]
pub(crate) struct Asked {
    /// TOML file that says how columns become clients, accounts, transactions; or `berka`, `contacts`.
    mapping: String,
    /// The folder with the feed's files.
    dir: PathBuf,
    #[command(flatten)]
    db: Db,
    /// Do everything, and undo it at the end.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write every refused row, and every field kept as a person wrote it, with column and reason here (CSV).
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

/// Brings a feed in.
///
/// # Errors
/// When mapping or folder cannot be read, or a batch cannot be stored. What was stored before it stays;
/// the same feed run again goes on from there.
pub(crate) async fn run(asked: &Asked) -> Result<Summary, RunError> {
    let text = mapping_text(&asked.mapping)?;
    let failed = |e: &dyn std::fmt::Display| RunError::Asked(e.to_string());
    let mapping = Mapping::parse(&text).map_err(|e| failed(&e))?;
    let feed = Feed::open(mapping, &asked.dir).map_err(|e| failed(&e))?;
    for name in feed.absent() {
        tracing::warn!(file = %name, "the mapping names a file that is not there; it is optional");
    }
    let core = database::core(&asked.db.url, Some(asked.db.root())).await?;
    let ctx = core.services.system("import");
    let mut watch = Watching::default();
    let targets = wiring::import_targets();
    let ended = run_feed(&core.services, &ctx, &feed, &targets, asked.dry_run, &mut watch).await;
    watch.end();
    if let Some(file) = &asked.rejects {
        write_rejects(file, &watch.rejects)?;
    }
    let summary = ended.map_err(|e| failed(&e))?;
    core.keepers.seal_and_read().await?;
    Ok(summary)
}

fn mapping_text(mapping: &str) -> Result<String, RunError> {
    match built_in_mapping(mapping) {
        Some(text) if !Path::new(mapping).exists() => Ok(text.to_owned()),
        _ => std::fs::read_to_string(mapping).map_err(RunError::io(mapping)),
    }
}

/// In the language of the terminal.
fn write_rejects(file: &Path, rejects: &[RejectLine]) -> Result<(), RunError> {
    let texts = wiring::texts().map_err(wiring::OpenError::from)?;
    let csv = rejects_csv(&texts, terminal_language(), rejects);
    std::fs::write(file, csv).map_err(RunError::io(file.display().to_string()))
}

#[allow(clippy::disallowed_methods)] // the edge: configuration is read here
fn terminal_language() -> Lang {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
    said.and_then(|lang| Lang::from_code(lang.get(..2)?)).unwrap_or(Lang::En)
}

/// Keeps the rejects, and shows the share done when somebody looks.
#[derive(Default)]
struct Watching {
    rejects: Vec<RejectLine>,
    shown: Option<i64>,
}

impl Watching {
    fn end(&self) {
        if self.shown.is_some() {
            eprintln!();
        }
    }
}

impl Watch for Watching {
    fn rejected(&mut self, line: RejectLine) {
        self.rejects.push(line);
    }
    async fn told(&mut self, progress: Progress) -> Result<(), String> {
        let percent = progress.done.saturating_mul(100) / progress.total.max(1);
        if std::io::stderr().is_terminal() && self.shown != Some(percent) {
            self.shown = Some(percent);
            eprint!("\r{percent:>3} %");
            // a terminal that is gone is no reason to stop an import
            drop(std::io::stderr().flush());
        }
        Ok(())
    }
}

/// The table of counts.
pub(crate) fn table(summary: &Summary, dry_run: bool) -> String {
    let width = summary.files.iter().map(|f| f.file.chars().count()).max().unwrap_or(0).max(5);
    let mut out = format!(
        "{:<width$} {:<14} {:>9} {:>9} {:>9} {:>9} {:>9}\n",
        "file", "kind", "rows", "created", "changed", "unchanged", "rejected"
    );
    let mut rows = 0;
    for f in &summary.files {
        rows += f.rows;
        out.push_str(&format!(
            "{:<width$} {:<14} {:>9} {:>9} {:>9} {:>9} {:>9}\n",
            f.file, f.kind, f.rows, f.created, f.changed, f.unchanged, f.rejected
        ));
    }
    let [created, changed, unchanged, rejected] = summary.totals();
    let name = if dry_run { "dry run" } else { "all" };
    out.push_str(&format!(
        "{name:<width$} {:<14} {rows:>9} {created:>9} {changed:>9} {unchanged:>9} {rejected:>9}",
        ""
    ));
    if summary.kept() > 0 {
        out.push_str(&format!(
            "\n{} fields kept as a person of the bank wrote them; --rejects FILE lists them",
            summary.kept()
        ));
    }
    out
}
