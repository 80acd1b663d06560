//! Absences and deputies.

use kernel::Date;
use spine::Error;
use spine::org::edit::PlanAbsence;
use testkit::Bank;

use crate::support::{both, codes, send};

fn plan(bank: &Bank, staff: &str, deputy: &str, from: i8, until: i8) -> PlanAbsence {
    PlanAbsence {
        staff_id: bank.user(staff),
        deputy_id: bank.user(deputy),
        from_on: Date::constant(2026, 11, from),
        until_on: Date::constant(2026, 11, until),
        reason: "a cold".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_plans_ones_own_and_calls_it_off() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let deputy = bank.user("manager_same").to_string();
        let upside_down =
            [("from", "tomorrow"), ("until", "23.11.2026"), ("deputy", deputy.as_str())];
        let refused = send(bank, &mut manager, "/me/absence/new", &upside_down).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("value=\"tomorrow\""), "typed as typed: {}", refused.gist());
        let fields = [("from", "23.11.2026"), ("until", "+7"), ("deputy", deputy.as_str())];
        let planned = send(bank, &mut manager, "/me/absence/new", &fields).await;
        assert_eq!(
            (planned.status, planned.location()),
            (303, "/me/absence"),
            "{}",
            planned.gist()
        );
        let (me, heir) = (bank.user("manager"), bank.user("manager_same"));
        assert_eq!(bank.services.directory.get().acting_for(me, bank.today()), heir);
        bank.settle().await;
        let told = bank.client("manager_same").await.get("/me/notices").await.ok();
        assert!(told.contains("You stand in for Member manager"), "{told}");
        let page = manager.get("/me/absence").await.ok();
        let at = page.find("/cancel").expect("a button");
        let start = page[..at].rfind('"').unwrap() + 1;
        let action = format!("{}/cancel", &page[start..at]);
        let stranger = send(bank, &mut bank.client("clerk").await, &action, &[]).await;
        assert_eq!(stranger.status, 404, "somebody else's");
        assert_eq!(send(bank, &mut manager, &action, &[]).await.status, 303);
        assert_eq!(bank.services.directory.get().acting_for(me, bank.today()), me);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_planned_for_by_the_administrator_only_and_never_in_a_circle() {
    both(async |bank: &Bank| {
        let others = bank.execute("clerk", &plan(bank, "manager", "manager_same", 24, 28)).await;
        assert!(matches!(others, Err(Error::NotFound)), "{others:?}");
        bank.execute("administrator", &plan(bank, "manager", "manager_same", 24, 28))
            .await
            .unwrap();
        let back =
            bank.execute("manager_same", &plan(bank, "manager_same", "manager", 28, 30)).await;
        assert_eq!(codes(back), ["absence-cycle"]);
        bank.execute("manager_same", &plan(bank, "manager_same", "manager", 29, 30)).await.unwrap();
        let twice = bank.execute("manager", &plan(bank, "manager", "clerk", 28, 28)).await;
        assert_eq!(codes(twice), ["absence-overlap"]);
        let list = bank.client("administrator").await.get("/admin/absences").await.ok();
        assert!(list.contains("Member manager_same") && list.contains("a cold"));
        bank.settle().await;
        let mut db = bank.services.reader.clone();
        let entries = store::journal::page(&mut db, i64::MAX, 1_000).await.unwrap();
        assert!(
            entries.iter().all(|e| !e.draft.changes.contains("cold")),
            "an illness is nobody's business"
        );
    })
    .await;
}
