//! The command bus: once per id, all or nothing, only for those who may.

use spine::Error;
use testkit::Bank;

use crate::support::{End, Note, both, number};

const NOTES: &str = "select count(*) from node_setting where name = 'a'";
const ENTRIES: &str = "select count(*) from journal_entry where command = 'test.note'";
const LOGGED: &str = "select count(*) from command_log where name = 'test.note'";

#[tokio::test(flavor = "multi_thread")]
async fn the_second_arrival_of_an_id_gets_the_first_answer() {
    both(async |bank: &Bank| {
        let ctx = bank.as_role("clerk");
        let id = ctx.command_id();
        let first = bank.services.execute(&ctx, id, &Note::new("a", "1")).await.unwrap();
        bank.clock.advance_seconds(60);
        let later = bank.as_role("clerk");
        let again = bank.services.execute(&later, id, &Note::new("a", "1")).await.unwrap();
        assert_eq!(first, again);
        assert_eq!((number(bank, NOTES).await, number(bank, ENTRIES).await), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_of_no_use_for_another_payload_or_person() {
    both(async |bank: &Bank| {
        let ctx = bank.as_role("clerk");
        let id = ctx.command_id();
        bank.services.execute(&ctx, id, &Note::new("a", "1")).await.unwrap();
        let other = bank.services.execute(&ctx, id, &Note::new("a", "2")).await;
        let stolen =
            bank.services.execute(&bank.as_role("manager"), id, &Note::new("a", "1")).await;
        for refused in [other, stolen] {
            let Err(Error::Refused(why)) = refused else { panic!("{refused:?}") };
            assert_eq!(why.0[0].code, "command-id-reused");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_sent_at_once_runs_once() {
    both(async |bank: &Bank| {
        let ctx = bank.as_role("clerk");
        let id = ctx.command_id();
        let sent: Vec<_> = (0..6)
            .map(|_| {
                let (services, ctx) = (bank.services.clone(), ctx.clone());
                tokio::spawn(async move { services.execute(&ctx, id, &Note::new("a", "1")).await })
            })
            .collect();
        let mut answers = Vec::new();
        for one in sent {
            answers.push(one.await.unwrap().unwrap());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!((number(bank, NOTES).await, number(bank, ENTRIES).await), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_badly_leaves_nothing_and_may_be_tried_again() {
    both(async |bank: &Bank| {
        let ctx = bank.as_role("clerk");
        for end in [End::Refused, End::Failed] {
            let id = ctx.command_id();
            let bad = Note { end, ..Note::new("a", "1") };
            let answer = bank.services.execute(&ctx, id, &bad).await;
            let as_told = match end {
                End::Refused => matches!(answer, Err(Error::Refused(_))),
                End::Failed => matches!(answer, Err(Error::Failure(_))),
                End::Well => false,
            };
            assert!(as_told, "{answer:?}");
            for sql in [NOTES, ENTRIES, LOGGED] {
                assert_eq!(number(bank, sql).await, 0, "{end:?}: {sql}");
            }
            let good = Note::new(&format!("{end:?}"), "1");
            bank.services.execute(&ctx, id, &good).await.unwrap();
            crate::support::force(bank, "delete from command_log where name = 'test.note'", &[])
                .await;
            crate::support::force(
                bank,
                "delete from journal_entry where command = 'test.note'",
                &[],
            )
            .await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_the_permission_does_not_begin() {
    both(async |bank: &Bank| {
        let nobody = bank.services.ctx(spine::Principal::nobody().into(), "web");
        let denied =
            bank.services.execute(&nobody, nobody.command_id(), &Note::new("a", "1")).await;
        assert!(matches!(denied, Err(Error::Forbidden(p)) if p == "app.use"));
        for sql in [NOTES, ENTRIES, LOGGED] {
            assert_eq!(number(bank, sql).await, 0, "{sql}");
        }
    })
    .await;
}
