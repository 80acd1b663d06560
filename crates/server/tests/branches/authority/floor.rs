//! Limits of sums without a line.

use spine::authority::Limit;
use spine::authority::commands::{DropLimit, PruneSpent, SaveLimit};
use store::Read;
use testkit::{Kind, kinds};

use super::{Scene, arg, no, usual, why};
use crate::world::World;

const SPENT: &str = "select count(*) from offline_spent";
const OPEN: &str = "select count(*) from pending_command where answered_in is null";
const REFUSED: &str = "select count(*) from branch_refusal";
const PAID: &str = "select count(*) from node_setting where name like 'pay %'";

#[tokio::test(flavor = "multi_thread")]
async fn below_the_floor_it_is_done_and_a_split_sale_counts_as_one() {
    for kind in kinds() {
        let scene = Scene::new(kind, usual()).await;
        let bank = &scene.place().bank;
        scene.paid(0, 1_000).await.unwrap();
        let refusal = no(scene.paid(0, 2_000).await);
        assert_eq!(refusal.code, "above-offline-limit");
        let said = ["why", "limit", "left", "lift"].map(|name| arg(&refusal, name));
        assert_eq!(said, ["floor", "3000.00 RUB", "1999.99 RUB", "yes"], "with what came before");
        scene.paid(0, 1_999).await.unwrap();
        scene.paid(1, 2_000).await.expect("another client");
        assert_eq!(why(scene.paid(0, 1).await), "above-offline-limit floor");
        bank.clock.advance_seconds(3_601);
        scene.paid(0, 2_000).await.expect("an hour later it is another operation");
        assert_eq!((bank.number(SPENT).await, bank.number(OPEN).await), (4, 4));
        assert_eq!(bank.number(PAID).await, 4, "what was refused has left nothing");
        scene.centre().clock.advance_seconds(3_601);
        scene.settle().await;
        assert_eq!((bank.number(OPEN).await, scene.centre().number(REFUSED).await), (0, 0));
        assert_eq!(scene.centre().number(PAID).await, 4);
        assert_eq!(scene.centre().number(SPENT).await, 0, "each node counts its own");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_have_limits_for_the_client_and_for_the_person_and_end() {
    let limit = Limit { upper_count: 100, ..usual() };
    let scene = Scene::new(Kind::Sqlite, limit).await;
    let bank = &scene.place().bank;
    for _ in 0..4 {
        scene.paid(0, 2_400).await.unwrap();
        bank.clock.advance_seconds(3_601);
    }
    let refusal = no(scene.paid(0, 401).await);
    assert_eq!(
        ["why", "limit", "left"].map(|a| arg(&refusal, a)),
        ["client", "10000.00 RUB", "400.00 RUB"]
    );
    scene.paid(1, 2_400).await.unwrap();
    // the centre's answer does not begin the day anew
    scene.centre().clock.set(kernel::Clock::now(bank.clock.as_ref()));
    scene.settle().await;
    assert_eq!(why(scene.paid(1, 1).await), "above-offline-limit person");
    bank.execute("manager", &scene.pay(1, 100)).await.expect("another person");
    bank.clock.advance_seconds(24 * 3_600);
    scene.paid(1, 2_400).await.expect("another day");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_are_done_before_the_centre_has_answered_and_no_more() {
    let scene = Scene::new(Kind::Sqlite, usual()).await;
    for _ in 0..5 {
        scene.paid(0, 100).await.unwrap();
    }
    assert_eq!(why(scene.paid(0, 100).await), "above-offline-limit count");
    scene.paid(1, 100).await.expect("the next client's count is his own");
    scene.settle().await;
    scene.paid(0, 100).await.expect("the centre has answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_limit_counts_and_without_one_nothing_is_done() {
    let scene = Scene::new(Kind::Sqlite, usual()).await;
    let clerks =
        Limit { role: "clerk".to_owned(), floor_minor: 50_000, threshold_minor: 0, ..usual() };
    let bank = scene.centre();
    bank.execute("head_office", &SaveLimit { limit: clerks }).await.unwrap();
    scene.settle().await;
    let refusal = no(scene.paid(0, 600).await);
    assert_eq!(arg(&refusal, "limit"), "500.00 RUB");
    let manager = scene.place().bank.execute("manager", &scene.pay(0, 600)).await;
    manager.expect("a manager is no clerk");
    let all = spine::authority::queries::limits(&mut bank.services.reader.clone()).await.unwrap();
    for kept in all {
        bank.execute("head_office", &DropLimit { limit_id: kept.id }).await.unwrap();
    }
    scene.settle().await;
    assert_eq!(why(scene.paid(1, 1).await), "offline-limit-none");
    // at the centre nobody asks for limits
    bank.execute("clerk", &scene.pay(0, 90_000)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn chance_picks_out_and_trying_again_is_no_other_throw() {
    let half = Limit { pick_bp: 5_000, pick_max_bp: 5_000, upper_count: 1_000, ..usual() };
    let limit = Limit { lower_count: 1_000, ..half };
    let scene = Scene::new(Kind::Sqlite, limit).await;
    let bank = &scene.place().bank;
    let link = scene.line();
    // each question is lost: what was picked out is tried again, as if there were no line
    link.set(super::Link::DEAF);
    for _ in 0..40 {
        scene.paid(0, 1).await.unwrap();
    }
    let picked = bank.number("select count(*) from offline_spent where picked = 1").await;
    assert!((8..33).contains(&picked), "{picked} of 40");
    assert_eq!(picked, link.asked(), "picked out the first time, and so the second");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_forgets_nothing() {
    let scene = Scene::new(Kind::Sqlite, usual()).await;
    scene.paid(0, 2_000).await.unwrap();
    let again = crate::desk::Desk::again(&scene.place().bank).await;
    assert_eq!(
        why(again.execute("clerk", &scene.pay(0, 1_000)).await),
        "above-offline-limit floor"
    );
    again.execute("clerk", &scene.pay(0, 999)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_above_the_limit_of_today_is_refused_at_the_centre_and_listed() {
    for kind in kinds() {
        let scene = Scene::new(kind, usual()).await;
        scene.paid(0, 2_000).await.unwrap();
        let lower = Limit { floor_minor: 200_000, ..usual() };
        scene.centre().execute("head_office", &SaveLimit { limit: lower }).await.unwrap();
        scene.settle().await;
        let mut db = scene.centre().services.reader.clone();
        let row = db.first("select code from branch_refusal", &[]).await.unwrap().unwrap();
        assert_eq!(row.one::<String>().unwrap(), "branch-above-limit");
        assert_eq!(scene.centre().number(PAID).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_limits_are_refused_and_only_head_office_says_them() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let bank = &world.centre_bank;
    let unknown = Limit { command: "test.note".to_owned(), ..usual() };
    let refusal = no(bank.execute("head_office", &SaveLimit { limit: unknown }).await);
    assert_eq!(refusal.field.as_deref(), Some("command"));
    let nobody = Limit { role: "emperor".to_owned(), ..usual() };
    let refusal = no(bank.execute("head_office", &SaveLimit { limit: nobody }).await);
    assert_eq!(refusal.field.as_deref(), Some("role"));
    let clerk = bank.execute("branch_head", &SaveLimit { limit: usual() }).await;
    assert!(matches!(clerk, Err(spine::Error::Forbidden(p)) if p == "limits.edit"));
    let first = bank.execute("head_office", &SaveLimit { limit: usual() }).await.unwrap();
    let other = Limit { floor_minor: 400_000, ..usual() };
    let again = bank.execute("head_office", &SaveLimit { limit: other }).await.unwrap();
    assert_eq!(first, again, "one for one command, role and currency");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_counted_long_ago_is_taken_away_when_it_is_told() {
    for kind in kinds() {
        let scene = Scene::new(kind, usual()).await;
        let bank = &scene.place().bank;
        scene.paid(0, 1_000).await.unwrap();
        scene.paid(1, 1_000).await.unwrap();
        scene.settle().await;
        scene.paid(0, 500).await.expect("the last before the line is cut");
        bank.clock.advance_seconds(39 * 24 * 3_600);
        assert_eq!((bank.execute_system(&PruneSpent {}).await, bank.number(SPENT).await), (0, 3));
        bank.clock.advance_seconds(2 * 24 * 3_600);
        assert_eq!((bank.execute_system(&PruneSpent {}).await, bank.number(SPENT).await), (2, 1));
        scene.centre().clock.set(kernel::Clock::now(bank.clock.as_ref()));
        scene.settle().await;
        assert_eq!((bank.execute_system(&PruneSpent {}).await, bank.number(SPENT).await), (1, 0));
        assert_eq!(
            (scene.centre().number(PAID).await, scene.centre().number(REFUSED).await),
            (3, 0)
        );
        assert_eq!(scene.centre().execute_system(&PruneSpent {}).await, 0);
    }
}
