//! Reads a feed file by file and hands its records to the rooms, batch by batch.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use kernel::limits;
use spine::import::{ImportBatch, ImportOutcome, ImportRow};
use spine::{Ctx, Error, Rehearsal, Services};

use super::model::{FileSummary, RejectLine, Summary, TargetTable, import_fields, renamed};
use crate::feed::{Feed, FeedError, FeedFile, Format, Record, fold};
use crate::vcard::property_of;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Files done and the share of the present one, in thousandths of a file.
    pub done: i64,
    /// Thousandths in all.
    pub total: i64,
}

/// Why a run as a whole failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A file cannot be read at all.
    #[error("{0}")]
    Feed(#[from] FeedError),
    /// No room takes records of this kind.
    #[error("file {file}: no room takes records of kind {kind}")]
    Kind {
        /// The file.
        file: String,
        /// The kind its mapping names.
        kind: String,
    },
    /// A batch could not be stored.
    #[error("{0}")]
    Store(Error),
    /// Whoever watches the run stopped it.
    #[error("stopped: {0}")]
    Stopped(String),
}

/// Who executes the batches: the bus, or a rehearsal that leaves nothing behind.
enum Hands<'a> {
    Bus(&'a Services, &'a Ctx),
    Rehearsal(Box<Rehearsal<'a>>),
}

impl Hands<'_> {
    async fn take(&mut self, command: &str, batch: ImportBatch) -> Result<ImportOutcome, Error> {
        let payload = serde_json::to_value(batch)?;
        let answer = match self {
            Hands::Bus(services, ctx) => {
                services.bus.execute_json(ctx, ctx.command_id(), command, payload).await?
            }
            Hands::Rehearsal(rehearsal) => rehearsal.run(command, payload).await?,
        };
        Ok(serde_json::from_value(answer)?)
    }
}

/// Whoever looks at a run.
pub trait Watch: Send {
    /// A row was refused, or one field of it gave way to what a person wrote.
    fn rejected(&mut self, line: RejectLine);
    /// A batch is done; an error stops the run.
    fn told(&mut self, progress: Progress) -> impl Future<Output = Result<(), String>> + Send;
}

/// Runs a feed. A dry run does everything in one transaction and undoes it.
///
/// # Errors
/// [`RunError`]; batches before it are stored (unless dry), and running again goes on from there.
pub async fn run(
    services: &Services,
    ctx: &Ctx,
    feed: &Feed,
    targets: &TargetTable,
    dry: bool,
    watch: &mut impl Watch,
) -> Result<Summary, RunError> {
    let mut hands = if dry {
        Hands::Rehearsal(Box::new(services.bus.rehearse(ctx).await.map_err(RunError::Store)?))
    } else {
        Hands::Bus(services, ctx)
    };
    let mut summary = Summary::default();
    let total = i64::try_from(feed.files().len()).unwrap_or(0) * 1_000;
    for (n, file) in (0_i64..).zip(feed.files()) {
        let target = targets
            .of(&file.kind)
            .ok_or_else(|| RunError::Kind { file: file.file.clone(), kind: file.kind.clone() })?;
        let mut at = FileRun {
            feed,
            file,
            summary: FileSummary::default(),
            batch: Vec::new(),
            cards: BTreeMap::new(),
            card: None,
            columns: Vec::new(),
        };
        at.summary.file.clone_from(&file.file);
        at.summary.kind.clone_from(&file.kind);
        let mut reader = feed.reader(file)?;
        at.columns = reader.columns().to_vec();
        loop {
            let more = at.fill(&mut reader, watch);
            at.flush(&mut hands, target.command, watch).await?;
            let (done, of) = reader.progress();
            let share = done.saturating_mul(1_000).checked_div(of).unwrap_or(1_000).min(1_000);
            let done = n * 1_000 + i64::try_from(share).unwrap_or(0);
            watch.told(Progress { done, total }).await.map_err(RunError::Stopped)?;
            if !more {
                break;
            }
        }
        summary.files.push(at.summary);
    }
    if let Hands::Rehearsal(rehearsal) = hands {
        rehearsal.end().await.map_err(RunError::Store)?;
    }
    Ok(summary)
}

struct FileRun<'a> {
    feed: &'a Feed,
    file: &'a FeedFile,
    summary: FileSummary,
    batch: Vec<Record>,
    /// Of a file of cards: which card begins on which row, for the batch.
    cards: BTreeMap<u64, u64>,
    /// The card that was read or refused last.
    card: Option<u64>,
    /// The file's columns.
    columns: Vec<String>,
}

impl FileRun<'_> {
    /// Reads up to a batch; `false` at the end of the file.
    fn fill(&mut self, reader: &mut crate::feed::FeedReader, watch: &mut impl Watch) -> bool {
        while self.batch.len() < limits::IMPORT_BATCH_ROWS {
            match reader.next() {
                None => return false,
                Some(Ok(record)) => {
                    self.summary.rows += 1;
                    self.card = reader.card();
                    self.cards.extend(self.card.map(|card| (record.row, card)));
                    self.batch.push(record);
                }
                Some(Err(bad)) => {
                    // one card may have several faults; it is one card all the same
                    let card = bad.card.map(u64::from);
                    let is_further = card.is_some() && card == self.card;
                    self.card = card;
                    self.summary.rows += u64::from(!is_further);
                    self.summary.rejected += u64::from(!is_further);
                    watch.rejected(RejectLine::from_feed(&bad));
                }
            }
        }
        true
    }

    /// The column a field was read from.
    fn column_of(&self, field: &str) -> Option<String> {
        let rule = self.feed.mapping().file(&self.file.rule)?;
        if rule.format == Format::Vcard {
            return property_of(field).map(str::to_owned);
        }
        let mut fields = rule.fields.iter();
        let exact = fields.clone().find(|f| f.to == field);
        let of_field = exact.or_else(|| fields.find(|f| renamed(&f.to) == field))?;
        let is_there = |c: &&String| self.columns.iter().any(|name| fold(name) == fold(c));
        of_field.from.iter().find(is_there).cloned()
    }

    /// The fields this file rules over.
    fn master(&self) -> Vec<String> {
        let rule = self.feed.mapping().file(&self.file.rule);
        let fields = rule.into_iter().flat_map(|rule| &rule.fields);
        fields.filter(|field| field.master).map(|field| field.to.clone()).collect()
    }

    async fn flush(
        &mut self,
        hands: &mut Hands<'_>,
        command: &str,
        watch: &mut impl Watch,
    ) -> Result<(), RunError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let rows = self
            .batch
            .drain(..)
            .map(|record| ImportRow {
                row: record.row,
                external_id: record.external_id.clone(),
                fields: import_fields(record),
            })
            .collect();
        let source = self.feed.mapping().source.clone();
        let batch =
            ImportBatch { source, kind: self.file.kind.clone(), rows, master: self.master() };
        let outcome = hands.take(command, batch).await.map_err(RunError::Store)?;
        self.summary.created += outcome.created;
        self.summary.changed += outcome.changed;
        self.summary.unchanged += outcome.unchanged;
        self.summary.pairs += outcome.pairs;
        let rows: BTreeSet<u64> = outcome.rejected.iter().map(|r| r.row).collect();
        self.summary.rejected += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        self.summary.kept += u64::try_from(outcome.kept.len()).unwrap_or(u64::MAX);
        for mut refused in outcome.rejected.into_iter().chain(outcome.kept) {
            // people look for the column of their file, not for our field
            refused.field = refused.field.map(|field| self.column_of(&field).unwrap_or(field));
            let card = self.cards.get(&refused.row).copied();
            watch.rejected(RejectLine::from_room(&self.file.file, card, refused));
        }
        self.cards.clear();
        Ok(())
    }
}
