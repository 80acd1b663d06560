//! The keepers of a node: they seal the journal, lead the readers on, run jobs and deliver the outbox.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kernel::JobId;
use serde_json::Value as Json;
use store::{Writer, follow, journal, outbox, queue};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{Command, Error, JournalReader, Services};

/// How long a job stays its worker's without a sign of life.
const LEASE_SECONDS: i64 = 120;
/// Entries a reader takes at once.
const READER_BATCH: i64 = 500;
/// How often the keepers look without being woken.
const POLL: Duration = Duration::from_millis(1_000);
/// Rings of the bell that every node has heard are forgotten after so long.
const RINGS_KEPT_SECONDS: i64 = 600;
/// Batches of one run of a job that goes on until nothing is left; what is left then waits for the next run.
const BATCHES_MAX: i64 = 1_000;
/// The topic of new notices.
const NOTICES: &str = "kind:notice";
/// The sealer rests this long between blocks, so that a block holds more than one command.
const SEAL_PAUSE: Duration = Duration::from_millis(50);

/// Why a job's run failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Worth another run.
    #[error("{0}")]
    Again(String),
    /// Another run cannot help; a dead letter at once.
    #[error("{0}")]
    Fatal(String),
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            Error::Failure(source) => JobError::Again(source.to_string()),
            other => JobError::Fatal(other.to_string()),
        }
    }
}
impl From<store::StoreError> for JobError {
    fn from(error: store::StoreError) -> Self {
        JobError::Again(error.to_string())
    }
}

/// What a running job works with.
pub struct JobContext {
    /// The node's services.
    pub services: Services,
    /// The job's id.
    pub id: JobId,
    /// Its payload.
    pub payload: Json,
    /// Who asked for it.
    pub created_by: Option<kernel::UserId>,
    writer: Writer,
    worker: Uuid,
}

impl JobContext {
    /// Takes what was deleted out of the database's files; see [`Writer::scrub`].
    ///
    /// # Errors
    /// [`JobError::Again`] while somebody reads an older state.
    pub async fn scrub(&self) -> Result<(), JobError> {
        Ok(self.writer.scrub().await?)
    }
    /// Executes a command, which says how much it has done, until it finds nothing more; answers how much that was.
    ///
    /// # Errors
    /// As the command and [`JobContext::progress`].
    pub async fn exhaust<C: Command<Output = u64>>(&self, command: &C) -> Result<u64, JobError> {
        let ctx = self.services.system("job");
        let mut all = 0;
        for batch in 0..BATCHES_MAX {
            let count = self.services.execute(&ctx, ctx.command_id(), command).await?;
            all += count;
            if count == 0 {
                break;
            }
            self.progress(batch, BATCHES_MAX).await?;
        }
        Ok(all)
    }
    /// Tells how far the job is and keeps the lease.
    ///
    /// # Errors
    /// [`JobError::Again`] when another worker has taken the job over: stop at once.
    pub async fn progress(&self, done: i64, total: i64) -> Result<(), JobError> {
        let mut tx = self.writer.begin().await?;
        let until = self.services.clock.now().plus_seconds(LEASE_SECONDS);
        let mine = queue::progress(&mut tx, self.id, self.worker, done, total, until).await?;
        let now = self.services.clock.now();
        follow::ring(&mut tx, &format!("job:{}", self.id), self.worker, now).await?;
        tx.commit().await?;
        if !mine {
            return Err(JobError::Again("another worker has taken the job over".to_owned()));
        }
        self.services.live.ring(format!("job:{}", self.id));
        Ok(())
    }
}

/// The future of a job's run: its result as JSON.
pub type Run<'a> = Pin<Box<dyn Future<Output = Result<Json, JobError>> + Send + 'a>>;

/// Runs jobs of one kind. A run may be cut off and repeated: it must be safe to run twice.
pub trait JobHandler: Send + Sync {
    /// The kind it runs.
    fn kind(&self) -> &'static str;
    /// Does the work.
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a>;
}

/// A job that comes round by itself.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Its kind.
    pub kind: &'static str,
    /// Pause between two runs.
    pub every_seconds: i64,
}

/// The keepers of one node.
#[derive(Clone)]
pub struct Keepers {
    services: Services,
    writer: Writer,
    handlers: Arc<[Arc<dyn JobHandler>]>,
    readers: Arc<[Arc<dyn JournalReader>]>,
    schedules: Arc<[Schedule]>,
    worker: Uuid,
}

impl Keepers {
    /// Keepers over a node's services.
    pub fn new(
        services: Services,
        writer: Writer,
        handlers: Vec<Arc<dyn JobHandler>>,
        readers: Vec<Arc<dyn JournalReader>>,
        schedules: Vec<Schedule>,
    ) -> Self {
        let worker = services.entropy.id(services.clock.now());
        services.live.follow().keeper_is(worker);
        Self {
            services,
            writer,
            handlers: handlers.into(),
            readers: readers.into(),
            schedules: schedules.into(),
            worker,
        }
    }

    /// Makes the writing side ready for a bulk load by a process that ends with it.
    ///
    /// # Errors
    /// The database's.
    pub async fn prepare_bulk_load(&self) -> Result<(), Error> {
        Ok(self.writer.prepare_bulk_load().await?)
    }
    /// After a bulk load, see [`store::Writer::finish_bulk_load`].
    ///
    /// # Errors
    /// The database's.
    pub async fn finish_bulk_load(&self) -> Result<(), Error> {
        Ok(self.writer.finish_bulk_load().await?)
    }

    /// Works until told to stop (the watch turns true).
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let journal_side = async {
            loop {
                if let Err(error) = self.seal_and_read().await {
                    tracing::warn!(%error, "journal keeper: will try again");
                }
                tokio::select! {
                    () = self.services.live.journal_grew() => tokio::time::sleep(SEAL_PAUSE).await,
                    () = tokio::time::sleep(POLL) => {}
                }
            }
        };
        let job_side = async {
            loop {
                match self.work_once().await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => tracing::warn!(%error, "job keeper: will try again"),
                }
                tokio::select! {
                    () = self.services.live.job_came() => {}
                    () = tokio::time::sleep(POLL) => {}
                }
            }
        };
        let other_nodes = async {
            loop {
                if let Err(error) = self.services.look().await {
                    tracing::warn!(%error, "looking at other nodes: will try again");
                }
                tokio::time::sleep(crate::follow::POLL).await;
            }
        };
        tokio::select! {
            () = journal_side => {}
            () = job_side => {}
            () = other_nodes => {}
            _ = stop.wait_for(|s| *s) => {}
        }
        self.services.behind.close();
        self.services.behind.settled().await;
    }

    /// Seals everything that can be sealed and leads every reader to the end.
    ///
    /// # Errors
    /// The database's or a reader's; nothing is lost, the next call goes on.
    pub async fn seal_and_read(&self) -> Result<(), Error> {
        while journal::seal(&self.writer, self.services.clock.now()).await? > 0 {}
        for reader in self.readers.iter() {
            while self.lead(reader.as_ref()).await? {}
        }
        Ok(())
    }

    async fn lead(&self, reader: &dyn JournalReader) -> Result<bool, Error> {
        let mut db = self.services.reader.clone();
        let from = journal::cursor(&mut db, reader.name()).await?;
        let entries = journal::after(&mut db, from, READER_BATCH).await?;
        let Some(to) = entries.last().map(|e| e.pos) else { return Ok(false) };
        reader.react(&self.services, &entries).await?;
        let mut tx = self.writer.begin().await?;
        let now = self.services.clock.now();
        journal::move_cursor(&mut tx, reader.name(), from, to, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Puts due schedules in, delivers the outbox, and runs one job; answers whether a job ran.
    ///
    /// # Errors
    /// The database's.
    pub async fn work_once(&self) -> Result<bool, Error> {
        self.writer.probe().await?;
        let now = self.services.clock.now();
        let mut tx = self.writer.begin().await?;
        for schedule in self.schedules.iter() {
            self.put_due(&mut tx, schedule).await?;
        }
        follow::forget_rings(&mut tx, now.plus_seconds(-RINGS_KEPT_SECONDS)).await?;
        let due = outbox::due(&mut tx, now, 50).await?;
        if !due.is_empty() {
            follow::ring(&mut tx, NOTICES, self.worker, now).await?;
        }
        for message in &due {
            tx.begin_part().await?;
            let outcome = crate::org::deliver_notice(&mut tx, message, now).await;
            tx.end_part(outcome.is_ok()).await?;
            outbox::settle(
                &mut tx,
                message,
                outcome.as_ref().map(|_| ()).map_err(|e| e.as_str()),
                now,
            )
            .await?;
        }
        let until = now.plus_seconds(LEASE_SECONDS);
        let kinds: Vec<&str> = self.handlers.iter().map(|h| h.kind()).collect();
        let claimed = queue::claim(&mut tx, (self.worker, &kinds), now, until).await?;
        tx.commit().await?;
        if !due.is_empty() {
            self.services.live.ring(NOTICES.to_owned());
        }
        match claimed {
            Some(job) => {
                self.run_job(job).await?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    async fn put_due(&self, tx: &mut store::Tx, schedule: &Schedule) -> Result<(), Error> {
        let now = self.services.clock.now();
        let slot = now.micros() / (schedule.every_seconds * 1_000_000);
        let name = format!("schedule:{}", schedule.kind);
        let moved = tx
            .execute(
                "insert into node_setting (name, value) values ($1, $2) on conflict (name) do \
                 update set value = excluded.value where node_setting.value <> excluded.value",
                store::params![name, slot.to_string()],
            )
            .await?;
        if moved == 1 {
            let job = queue::NewJob {
                id: self.services.entropy.id(now).into(),
                kind: schedule.kind,
                unique_key: Some("schedule"),
                payload: "{}",
                run_at: now,
                created_by: None,
                created_at: now,
            };
            queue::put(tx, &job).await?;
        }
        Ok(())
    }

    async fn run_job(&self, job: queue::Job) -> Result<(), Error> {
        let outcome = self.handle(&job).await;
        let now = self.services.clock.now();
        // or what was done would be done again when the lease has run out
        let mut tx = self.writer.begin_in_the_end().await?;
        match outcome {
            Ok(result) => {
                queue::finish(&mut tx, job.id, self.worker, &result.to_string(), now).await?;
            }
            Err(error) => {
                let fatal = matches!(error, JobError::Fatal(_));
                tracing::warn!(job = %job.id, kind = %job.kind, attempt = job.attempts, "job failed");
                queue::fail(&mut tx, &job, self.worker, &error.to_string(), fatal, now).await?;
            }
        }
        follow::ring(&mut tx, &format!("job:{}", job.id), self.worker, now).await?;
        tx.commit().await?;
        self.services.live.ring(format!("job:{}", job.id));
        Ok(())
    }

    async fn handle(&self, job: &queue::Job) -> Result<Json, JobError> {
        let handler = self
            .handlers
            .iter()
            .find(|h| h.kind() == job.kind)
            .ok_or_else(|| JobError::Fatal(format!("no handler for {}", job.kind)))?;
        let payload = serde_json::from_str(&job.payload)
            .map_err(|e| JobError::Fatal(format!("payload: {e}")))?;
        let context = JobContext {
            services: self.services.clone(),
            id: job.id,
            payload,
            created_by: job.created_by,
            writer: self.writer.clone(),
            worker: self.worker,
        };
        handler.run(&context).await
    }
}
