//! Below the visitor: what waits for a second person. It has an address of its own.

use engagement::desk::commands::RecordOperation;
use kernel::Currency;
use spine::approval::commands::Withdraw;
use testkit::Bank;

use crate::approvals::{ask, rule, set_rule};
use crate::engagement::page;
use crate::support::both;

fn cash() -> RecordOperation {
    RecordOperation {
        visit_id: None,
        client_id: None,
        kind: "cash_out".to_owned(),
        currency: Currency::RUB,
        amount_minor: 100,
        reference: String::new(),
        note: String::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panels_have_an_address_of_their_own() {
    both(async |bank: &Bank| {
        let mut clerk = bank.client("clerk").await;
        let desk = page(&mut clerk, "/desk").await;
        assert_eq!(desk.matches("data-live-src=\"/desk/mine\"").count(), 2);
        let mine = page(&mut clerk, "/desk/mine").await;
        assert_eq!(mine.matches("data-live-src=\"/desk/mine\"").count(), 2);
        assert!(mine.contains("id=\"desk-tasks\"") && mine.contains("id=\"desk-waiting\""));
        assert!(!mine.contains("desk-queue") && !mine.contains("<html"));
        let mut other = bank.client("security_officer").await;
        assert_eq!(other.get("/desk/mine").await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_not_hidden_behind_what_was_decided() {
    both(async |bank: &Bank| {
        set_rule(bank, &rule("engagement.record_operation", "desk.reverse")).await;
        let ask_once = async || {
            bank.clock.advance_seconds(1);
            let id = bank.as_system().command_id();
            ask(bank, "clerk", id, &cash()).await.approval_id
        };
        let mut clerk = bank.client("clerk").await;
        assert!(page(&mut clerk, "/desk/mine").await.contains("No requests."));
        let first = ask_once().await;
        for _ in 0..5 {
            let withdraw = Withdraw { approval_id: ask_once().await };
            bank.execute("clerk", &withdraw).await.unwrap();
        }
        let mine = page(&mut clerk, "/desk/mine").await;
        assert!(mine.contains(&format!("/approvals/{first}")), "{mine}");
        assert_eq!(mine.matches("/approvals/").count(), 1);
        for (n, is_cut) in [(4, false), (1, true)] {
            for _ in 0..n {
                ask_once().await;
            }
            let mine = page(&mut clerk, "/desk/mine").await;
            assert_eq!(mine.matches("/approvals/").count(), 5);
            assert_eq!(mine.contains("Not all requests are shown."), is_cut);
        }
        // at the hour at which the rule no longer waits, before anybody has noted it
        bank.clock.advance_seconds(24 * 3_600);
        let mut clerk = bank.client("clerk").await;
        assert!(page(&mut clerk, "/desk/mine").await.contains("No requests."));
    })
    .await;
}
