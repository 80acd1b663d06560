//! Looks at clients are noted behind the page: joined, bounded, and by the program alone.

use std::time::Duration;

use kernel::{ClientId, Timestamp, UserId};
use parties::client::commands::{LOOKS_MAX, Look, MarkSeen};
use serde::{Deserialize, Serialize};
use spine::{Command, Error, Note, Work};
use testkit::Bank;

use crate::clients::person;
use crate::support::{both, number};

const COMMANDS: &str = "select count(*) from command_log where name = 'parties.mark_seen'";

fn look(client_id: ClientId, staff_id: UserId, at: Timestamp) -> MarkSeen {
    MarkSeen { looks: vec![Look { client_id, staff_id, at }] }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_looks_of_several_people_are_few_commands_and_every_one_is_noted() {
    both(async |bank: &Bank| {
        let mut ids = Vec::new();
        for n in 0..35 {
            ids.push(person(bank, "manager", ["Смотримый", &format!("Номер{n}"), ""]).await);
        }
        let ctx = bank.as_system();
        let gone: ClientId = ctx.new_id();
        for who in ["manager", "operator"] {
            for id in ids.iter().chain([&gone]) {
                bank.services.leave_behind(&ctx, look(*id, bank.user(who), ctx.now));
            }
        }
        bank.services.behind.settled().await;
        assert_eq!(number(bank, "select count(*) from client_seen").await, 70);
        assert_eq!(number(bank, COMMANDS).await, 2, "64 looks and the rest");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_look_counts_whatever_came_first() {
    both(async |bank: &Bank| {
        let id = person(bank, "manager", ["Дважды", "Смотримый", ""]).await;
        let (me, now) = (bank.user("manager"), bank.as_system().now);
        let looks = [now.plus_hours(-1), now, now.plus_hours(-2)];
        let looks = looks.map(|at| Look { client_id: id, staff_id: me, at }).to_vec();
        bank.execute_system(&MarkSeen { looks }).await.unwrap();
        assert_eq!(number(bank, "select at from client_seen").await, now.micros());
        let forged = bank.execute("manager", &look(id, bank.user("operator"), now)).await;
        assert!(matches!(forged, Err(Error::Forbidden(_))), "{forged:?}");
    })
    .await;
}

#[test]
fn a_command_takes_in_a_bounded_number_of_looks() {
    let id = |n: u128| uuid::Uuid::from_u128(n);
    let one = |n: u128| look(id(n).into(), id(0).into(), Timestamp::from_micros(0));
    let mut first = one(0);
    let fits = (1..1_000).take_while(|n| first.join(one(*n)).is_ok()).count();
    assert_eq!((fits, first.looks.len()), (LOOKS_MAX - 1, LOOKS_MAX));
}

/// A note that waits for an hour, or for nothing.
#[derive(Serialize, Deserialize)]
struct Left<const SECONDS: u64>;

impl<const SECONDS: u64> Command for Left<SECONDS> {
    const NAME: &'static str = if SECONDS == 0 { "test.now" } else { "test.later" };
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = "insert into node_setting (name, value) values ($1, '')";
        w.execute(sql, store::params![Self::NAME]).await?;
        Ok(())
    }
}

impl<const SECONDS: u64> Note for Left<SECONDS> {
    const PAUSE: Duration = Duration::from_secs(SECONDS);
    fn join(&mut self, _: Self) -> Result<(), Self> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_waits_for_nothing_does_not_wait_for_one_that_does() {
    const WRITTEN: &str = "select count(*) from node_setting where name like 'test.%'";
    both(async |bank: &Bank| {
        let ctx = bank.as_system();
        bank.services.leave_behind(&ctx, Left::<3_600>);
        bank.services.leave_behind(&ctx, Left::<0>);
        while number(bank, WRITTEN).await == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(number(bank, WRITTEN).await, 1, "the other one waits");
        bank.services.behind.settled().await;
        assert_eq!(number(bank, WRITTEN).await, 2, "until nothing may wait any more");
    })
    .await;
}
