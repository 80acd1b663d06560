//! The journal as people read it.

use testkit::Bank;

use crate::support::{AddClient, both, send};

#[tokio::test(flavor = "multi_thread")]
async fn values_of_a_client_are_for_those_who_may_read_him() {
    both(async |bank: &Bank| {
        let client = AddClient { branch_id: bank.branch("01"), name: "Skvortsova".to_owned() };
        let id = bank.execute("manager", &client).await.unwrap();
        bank.settle().await;
        let path = format!("/admin/journal?client={id}");
        let auditor = bank.client("auditor").await.get(&path).await.ok();
        assert!(auditor.contains("Skvortsova") && auditor.contains("Member manager"), "{auditor}");
        assert!(auditor.contains(&format!("/clients/{id}")));
        let officer = bank.client("security_officer").await.get(&path).await.ok();
        assert!(officer.contains("last_name") && !officer.contains("Skvortsova"), "{officer}");
        assert_eq!(bank.client("manager").await.get(&path).await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_and_filters_narrow() {
    both(async |bank: &Bank| {
        for n in 0..60 {
            let client = AddClient { branch_id: bank.branch("01"), name: format!("Client-{n:02}") };
            bank.execute("manager", &client).await.unwrap();
        }
        bank.settle().await;
        let mut auditor = bank.client("auditor").await;
        for start in
            ["/admin/journal".to_owned(), format!("/admin/journal?actor={}", bank.user("manager"))]
        {
            let first = auditor.get(&start).await.ok();
            assert!(first.contains("Client-59") && !first.contains("Client-05"), "{start}");
            let (before, _) = first.split_once("\" rel=\"next\"").expect("a next page");
            let (_, next) = before.rsplit_once("href=\"").unwrap();
            let second = auditor.get(&next.replace("&amp;", "&")).await.ok();
            assert!(second.contains("Client-05") && !second.contains("Client-59"), "{start}");
        }
        let nobody =
            auditor.get(&format!("/admin/journal?actor={}", bank.user("clerk"))).await.ok();
        assert!(!nobody.contains("Client-"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_is_proven_whole_and_a_forgery_is_named() {
    both(async |bank: &Bank| {
        bank.settle().await;
        let mut auditor = bank.client("auditor").await;
        let started = send(bank, &mut auditor, "/admin/journal/verify", &[]).await;
        assert_eq!((started.status, started.location()), (303, "/admin/journal"));
        assert!(auditor.get("/admin/journal").await.ok().contains("Verifying every entry"));
        bank.settle().await;
        let page = auditor.get("/admin/journal").await.ok();
        assert!(page.contains("Nothing was changed, removed or put in"), "{page}");
        let mut tx = bank.writer.begin().await.unwrap();
        let sql = "update journal_entry set changes = '{}' where seq = \
                   (select seq from journal_seal where pos = 5)";
        assert_eq!(tx.execute(sql, &[]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        bank.clock.advance_seconds(1);
        send(bank, &mut auditor, "/admin/journal/verify", &[]).await;
        bank.settle().await;
        let part = auditor.get_part("/admin/journal/chain").await.ok();
        assert!(part.starts_with("<section") && part.contains("entry 5 is the first"), "{part}");
    })
    .await;
}
