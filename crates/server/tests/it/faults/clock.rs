//! A clock that is set back by an hour.

use connect::webhook::commands::AddWebhook;
use kernel::{Clock, JobId};
use store::verify::{Verdict, verify};
use store::{Read, params, queue};
use testkit::Bank;
use uuid::Uuid;

use crate::jobs::{Ask, job, keepers};
use crate::support::{Note, both, number};

const HOUR: i64 = 3_600;

/// A job planned for an instant, and one whose worker was killed in the middle.
async fn put_jobs(bank: &Bank) -> (JobId, JobId) {
    let now = bank.clock.now();
    let (planned, left): (JobId, JobId) = (bank.as_system().new_id(), bank.as_system().new_id());
    let mut tx = bank.writer.begin().await.unwrap();
    for (id, run_at) in [(left, now), (planned, now.plus_seconds(HOUR))] {
        let new = queue::NewJob {
            id,
            kind: "shaky",
            unique_key: None,
            payload: "{}",
            run_at,
            created_by: None,
            created_at: now,
        };
        assert!(queue::put(&mut tx, &new).await.unwrap());
    }
    let worker = Uuid::from_u128(7);
    let taken =
        queue::claim(&mut tx, (worker, &["shaky"]), now, now.plus_seconds(120)).await.unwrap();
    assert_eq!(taken.unwrap().id, left);
    tx.commit().await.unwrap();
    (planned, left)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_by_an_hour_holds_nothing_up_and_loses_nothing() {
    both(async |bank: &Bank| {
        let (keepers, runs) = keepers(bank, 0, false);
        let mut browser = bank.client("manager").await;
        let hook = AddWebhook {
            title: "ERP".to_owned(),
            url: "http://127.0.0.1:9/in".to_owned(),
            events: vec!["note".to_owned()],
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        };
        bank.execute("administrator", &hook).await.unwrap();
        let ctx = bank.as_role("clerk");
        let (id, note) = (ctx.command_id(), Note::new("before", "1"));
        let first = bank.services.execute(&ctx, id, &note).await.unwrap();
        let (planned, left) = put_jobs(bank).await;
        let told = bank.user("auditor").to_string();
        let asking = Ask { unique_key: None, tell: Some(("notice".to_owned(), told)) };
        let asked = bank.execute("clerk", &asking).await.unwrap().0.unwrap();
        let wrong = [("login", "clerk"), ("password", "wrong")];
        for _ in 0..kernel::limits::SIGN_IN_FAILURES_MAX {
            assert_eq!(bank.stranger().post("/sign-in", &wrong).await.status, 422);
        }
        bank.clock.advance_seconds(-HOUR);
        // sessions and keys of commands hold
        assert_eq!(browser.get("/clients").await.status, 200);
        let ctx = bank.as_role("clerk");
        assert_eq!(bank.services.execute(&ctx, id, &note).await.unwrap(), first);
        let later = bank.execute("clerk", &Note::new("after", "1")).await.unwrap();
        assert_ne!(later, first);
        // a lock does not last for an hour more
        let right = [("login", "clerk"), ("password", testkit::PASSWORD)];
        assert_eq!(bank.stranger().post("/sign-in", &right).await.status, 303);
        // what was due is due, a lease of before is over, what was planned stays planned
        while keepers.work_once().await.unwrap() {}
        let states = async || {
            let mut states = Vec::new();
            for id in [asked, left, planned] {
                states.push(job(bank, id).await.state);
            }
            states
        };
        assert_eq!(states().await, ["done", "done", "ready"]);
        assert_eq!(runs.load(std::sync::atomic::Ordering::SeqCst), 2);
        assert_eq!(number(bank, "select count(*) from notice").await, 1);
        // the journal goes on in the order of commits, and others are told of all of it
        bank.settle().await;
        let mut db = bank.services.reader.clone();
        let verdict = verify(&mut db).await.unwrap();
        assert!(matches!(verdict, Verdict::Whole { unsealed: 0, .. }), "{verdict:?}");
        let sql = "select e.entity_id from journal_entry e join journal_seal s on s.seq = e.seq \
                   where e.command = $1 order by s.pos";
        let rows = db.query(sql, params!["test.note"]).await.unwrap();
        let order: Vec<Uuid> = rows.into_iter().map(|row| row.one().unwrap()).collect();
        assert_eq!(order, [first, later]);
        assert_eq!(number(bank, "select count(*) from webhook_delivery").await, 2);
        bank.clock.advance_seconds(2 * HOUR);
        while keepers.work_once().await.unwrap() {}
        assert_eq!(states().await, ["done", "done", "done"]);
    })
    .await;
}
