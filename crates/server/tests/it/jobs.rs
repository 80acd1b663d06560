//! Jobs, readers and the outbox: again after a failure, once in effect, never lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kernel::{Clock, JobId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{
    Command, Error, JobContext, JobError, JobHandler, JournalReader, Keepers, Reaction, Run,
    Schedule, Services, Work,
};
use store::journal::Entry;
use store::queue;
use testkit::Bank;
use uuid::Uuid;

use crate::support::{Note, both, number};

/// Fails as often as told, then succeeds.
struct Shaky {
    failures: usize,
    fatal: bool,
    runs: Arc<AtomicUsize>,
}

impl JobHandler for Shaky {
    fn kind(&self) -> &'static str {
        "shaky"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            job.progress(1, 2).await?;
            let run = self.runs.fetch_add(1, Ordering::SeqCst);
            match run < self.failures {
                true if self.fatal => Err(JobError::Fatal("broken".to_owned())),
                true => Err(JobError::Again("not yet".to_owned())),
                false => Ok(json!({ "run": run })),
            }
        })
    }
}

pub(crate) fn keepers(bank: &Bank, failures: usize, fatal: bool) -> (Keepers, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let handler = Arc::new(Shaky { failures, fatal, runs: Arc::clone(&runs) });
    let (services, writer) = (bank.services.clone(), bank.writer.clone());
    (Keepers::new(services, writer, vec![handler], Vec::new(), Vec::new()), runs)
}

/// Asks for a job, and for a message to somebody.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) unique_key: Option<String>,
    pub(crate) tell: Option<(String, String)>,
}

impl Command for Ask {
    const NAME: &'static str = "test.ask";
    const PERMISSION: &'static str = "app.use";
    type Output = (Option<JobId>, Vec<bool>);

    async fn handle(&self, w: &mut Work<'_>) -> Result<Self::Output, Error> {
        let mut sent = Vec::new();
        if let Some((channel, recipient)) = &self.tell {
            let payload = json!({ "kind": "test", "href": "/" });
            for _ in 0..2 {
                sent.push(w.send(channel, recipient, &payload).await?);
            }
        }
        let job = w.job("shaky", self.unique_key.as_deref(), &json!({})).await?;
        Ok((job, sent))
    }
}

async fn ask(bank: &Bank, unique_key: Option<&str>) -> Option<JobId> {
    let command = Ask { unique_key: unique_key.map(str::to_owned), tell: None };
    bank.execute("clerk", &command).await.unwrap().0
}

pub(crate) async fn job(bank: &Bank, id: JobId) -> queue::Job {
    queue::get(&mut bank.services.reader.clone(), id).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_runs_again_after_a_pause() {
    both(async |bank: &Bank| {
        let (keepers, runs) = keepers(bank, 1, false);
        let id = ask(bank, None).await.unwrap();
        assert!(keepers.work_once().await.unwrap());
        let waiting = job(bank, id).await;
        assert_eq!((waiting.state.as_str(), waiting.attempts), ("ready", 1));
        assert_eq!(waiting.last_error.as_deref(), Some("not yet"));
        assert!(!keepers.work_once().await.unwrap(), "not before its time");
        bank.clock.advance_seconds(60);
        assert!(keepers.work_once().await.unwrap());
        let done = job(bank, id).await;
        assert_eq!((done.state.as_str(), done.last_error), ("done", None));
        assert_eq!(done.result.as_deref(), Some("{\"run\":1}"));
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hopeless_job_becomes_a_dead_letter_and_can_be_revived() {
    both(async |bank: &Bank| {
        let (fatal, _) = keepers(bank, 1, true);
        let id = ask(bank, None).await.unwrap();
        fatal.work_once().await.unwrap();
        assert_eq!(job(bank, id).await.state, "dead", "at once when nothing can help");
        let mut tx = bank.writer.begin().await.unwrap();
        assert!(queue::revive(&mut tx, id, bank.clock.now()).await.unwrap());
        assert!(!queue::revive(&mut tx, id, bank.clock.now()).await.unwrap(), "it lives already");
        tx.commit().await.unwrap();
        let (stubborn, runs) = keepers(bank, usize::MAX, false);
        for _ in 0..kernel::limits::JOB_ATTEMPTS_MAX + 3 {
            stubborn.work_once().await.unwrap();
            bank.clock.advance_seconds(3_600);
        }
        assert_eq!(job(bank, id).await.state, "dead");
        let limit = usize::try_from(kernel::limits::JOB_ATTEMPTS_MAX).unwrap();
        assert_eq!(runs.load(Ordering::SeqCst), limit);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_this_version_does_not_know_is_left_to_a_newer_one() {
    both(async |bank: &Bank| {
        let id = ask(bank, None).await.unwrap();
        let older = {
            let (services, writer) = (bank.services.clone(), bank.writer.clone());
            Keepers::new(services, writer, Vec::new(), Vec::new(), Vec::new())
        };
        assert!(!older.work_once().await.unwrap());
        assert_eq!(job(bank, id).await.state, "ready");
        let (newer, runs) = keepers(bank, 0, false);
        assert!(newer.work_once().await.unwrap());
        assert_eq!((job(bank, id).await.state.as_str(), runs.load(Ordering::SeqCst)), ("done", 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_worker_went_silent_is_taken_over() {
    both(async |bank: &Bank| {
        let id = ask(bank, None).await.unwrap();
        let silent: Uuid = bank.as_system().new_id();
        let now = bank.clock.now();
        let mut tx = bank.writer.begin().await.unwrap();
        let taken = {
            let worker = (silent, &["shaky"][..]);
            queue::claim(&mut tx, worker, now, now.plus_seconds(120)).await.unwrap()
        };
        tx.commit().await.unwrap();
        assert_eq!(taken.map(|j| j.id), Some(id));
        let (keepers, runs) = keepers(bank, 0, false);
        assert!(!keepers.work_once().await.unwrap(), "it is another's for now");
        bank.clock.advance_seconds(121);
        assert!(keepers.work_once().await.unwrap());
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        let mut tx = bank.writer.begin().await.unwrap();
        let until = now.plus_seconds(500);
        let mine = queue::progress(&mut tx, id, silent, 1, 2, until).await.unwrap();
        queue::finish(&mut tx, id, silent, "\"late\"", now).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!mine, "the silent one is told to stop");
        assert_eq!(job(bank, id).await.result.as_deref(), Some("{\"run\":0}"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_waiting_jobs_never_share_a_name() {
    both(async |bank: &Bank| {
        let (keepers, _) = keepers(bank, 0, false);
        assert!(ask(bank, Some("nightly")).await.is_some());
        assert!(ask(bank, Some("nightly")).await.is_none());
        assert!(ask(bank, Some("other")).await.is_some());
        while keepers.work_once().await.unwrap() {}
        assert!(ask(bank, Some("nightly")).await.is_some(), "free again after the run");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_job_comes_round_once_per_turn() {
    both(async |bank: &Bank| {
        let runs = Arc::new(AtomicUsize::new(0));
        let handler = Arc::new(Shaky { failures: 0, fatal: false, runs: Arc::clone(&runs) });
        let every = vec![Schedule { kind: "shaky", every_seconds: 3_600 }];
        let (services, writer) = (bank.services.clone(), bank.writer.clone());
        let keepers = Keepers::new(services, writer, vec![handler], Vec::new(), every);
        for _ in 0..3 {
            while keepers.work_once().await.unwrap() {}
            while keepers.work_once().await.unwrap() {}
            bank.clock.advance_seconds(3_600);
        }
        assert_eq!(runs.load(Ordering::SeqCst), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_leaves_once_however_often_it_is_asked_for() {
    both(async |bank: &Bank| {
        let recipient = bank.user("manager").to_string();
        let ctx = bank.as_role("clerk");
        let id = ctx.command_id();
        let tell = Some(("notice".to_owned(), recipient));
        let command = Ask { unique_key: None, tell };
        for _ in 0..2 {
            let (_, sent) = bank.services.execute(&ctx, id, &command).await.unwrap();
            assert_eq!(sent, [true, false], "the second is the same cause and recipient");
        }
        let (keepers, _) = keepers(bank, 0, false);
        for _ in 0..3 {
            keepers.work_once().await.unwrap();
            bank.clock.advance_seconds(60);
        }
        assert_eq!(number(bank, "select count(*) from notice where kind = 'test'").await, 1);
        assert_eq!(number(bank, "select count(*) from outbox where state = 'sent'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_nobody_can_carry_is_given_up_and_kept() {
    both(async |bank: &Bank| {
        let nobody = uuid::Uuid::nil().to_string();
        for (channel, recipient) in [("pigeon", "coop 7"), ("notice", &nobody)] {
            let tell = Some((channel.to_owned(), recipient.to_owned()));
            bank.execute("clerk", &Ask { unique_key: None, tell }).await.unwrap();
        }
        let tell = Some(("notice".to_owned(), bank.user("manager").to_string()));
        bank.execute("clerk", &Ask { unique_key: None, tell }).await.unwrap();
        let (keepers, _) = keepers(bank, 0, false);
        for _ in 0..kernel::limits::JOB_ATTEMPTS_MAX + 3 {
            keepers.work_once().await.unwrap();
            bank.clock.advance_seconds(3_600);
        }
        let dead = "select count(*) from outbox where state = 'dead' and last_error is not null";
        assert_eq!(number(bank, dead).await, 2);
        // and does not stand in the way of the others
        assert_eq!(number(bank, "select count(*) from notice where kind = 'test'").await, 1);
    })
    .await;
}

/// Fails at its first batch; remembers what it has seen.
struct Witness {
    failed: AtomicUsize,
    seen: std::sync::Mutex<Vec<i64>>,
}

impl JournalReader for Witness {
    fn name(&self) -> &'static str {
        "witness"
    }
    fn react<'a>(&'a self, _: &'a Services, entries: &'a [Entry]) -> Reaction<'a> {
        Box::pin(async move {
            self.seen.lock().unwrap().extend(entries.iter().map(|e| e.pos));
            if self.failed.fetch_add(1, Ordering::SeqCst) == 0 {
                return Err(Error::failure("the first batch"));
            }
            Ok(())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_failed_sees_the_same_entries_again_and_then_goes_on() {
    both(async |bank: &Bank| {
        bank.settle().await;
        let witness =
            Arc::new(Witness { failed: AtomicUsize::new(0), seen: std::sync::Mutex::default() });
        let reader: Arc<dyn JournalReader> = Arc::<Witness>::clone(&witness);
        let (services, writer) = (bank.services.clone(), bank.writer.clone());
        let keepers = Keepers::new(services, writer, Vec::new(), vec![reader], Vec::new());
        assert!(keepers.seal_and_read().await.is_err());
        let first: Vec<i64> = std::mem::take(&mut *witness.seen.lock().unwrap());
        keepers.seal_and_read().await.unwrap();
        assert_eq!(std::mem::take(&mut *witness.seen.lock().unwrap()), first);
        bank.execute("clerk", &Note::new("a", "1")).await.unwrap();
        bank.settle().await;
        keepers.seal_and_read().await.unwrap();
        assert_eq!(*witness.seen.lock().unwrap(), [first.last().unwrap() + 1]);
    })
    .await;
}
