//! Looks at clients are noted behind the page: joined, bounded, and within the scope of who looks.

use kernel::ClientId;
use parties::client::commands::MarkSeen;
use spine::{Error, Note};
use testkit::Bank;

use crate::clients::person;
use crate::support::{both, number};

// On one thread nothing is written while the notes are left, so that the joining is always the same.
#[tokio::test(flavor = "current_thread")]
async fn many_looks_are_few_commands_and_every_one_is_noted() {
    both(async |bank: &Bank| {
        let mut ids = Vec::new();
        for n in 0..70 {
            ids.push(person(bank, "manager", ["Смотримый", &format!("Номер{n}"), ""]).await);
        }
        let nobody: ClientId = bank.as_system().new_id();
        let ctx = bank.as_role("manager");
        for id in ids.iter().chain([&nobody]) {
            bank.services.leave_behind(&ctx, MarkSeen::one(*id));
        }
        bank.services.behind.settled().await;
        assert_eq!(number(bank, "select count(*) from client_seen").await, 70);
        let commands = "select count(*) from command_log where name = 'parties.mark_seen'";
        assert_eq!(number(bank, commands).await, 2, "64 looks and the rest");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_outside_the_scope_is_not_noted_and_spoils_no_other() {
    both(async |bank: &Bank| {
        let own = person(bank, "manager", ["Свой", "Клиент", ""]).await;
        let foreign = person(bank, "manager_far", ["Чужой", "Клиент", ""]).await;
        let alone = bank.execute("manager", &MarkSeen::one(foreign)).await;
        assert!(matches!(alone, Err(Error::NotFound)), "{alone:?}");
        let both = MarkSeen { client_id: foreign, others: vec![own] };
        bank.execute("manager", &both).await.unwrap();
        assert_eq!(number(bank, "select count(*) from client_seen").await, 1);
    })
    .await;
}

#[test]
fn a_command_takes_in_a_bounded_number_of_looks() {
    let id = |n: u128| ClientId::from(uuid::Uuid::from_u128(n));
    let mut first = MarkSeen::one(id(0));
    let fits = (1..1_000).take_while(|n| first.join(MarkSeen::one(id(*n))).is_ok()).count();
    assert_eq!(fits, 63);
    assert_eq!(first.others.len(), 63);
}
