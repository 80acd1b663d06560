//! Limits of sums without a line.

use spine::authority::Limit;
use spine::authority::commands::{DropLimit, PruneSpent, SaveLimit};
use spine::bundle::Stage;
use spine::replica::message::Pushed;
use store::{Read, Row};
use testkit::{Kind, kinds};

use super::{Scene, arg, no, usual, why};
use crate::bundle::publish;
use crate::desk::Desk;
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
    scene.limit(clerks).await;
    scene.settle().await;
    let refusal = no(scene.paid(0, 600).await);
    assert_eq!(arg(&refusal, "limit"), "500.00 RUB");
    let manager = scene.place().bank.execute("manager", &scene.pay(0, 600)).await;
    manager.expect("a manager is no clerk");
    let all = spine::authority::queries::limits(&mut bank.services.reader.clone()).await.unwrap();
    for kept in all {
        bank.execute("head_office", &DropLimit { limit_id: kept.id }).await.unwrap();
    }
    publish(bank, Stage::all(), None).await;
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
async fn a_branch_goes_by_the_limits_of_its_version_and_is_judged_by_them() {
    for kind in kinds() {
        let scene = Scene::new(kind, usual()).await;
        let bank = &scene.place().bank;
        let lower = Limit { floor_minor: 200_000, ..usual() };
        // saved and not published: nobody has it
        scene.centre().execute("head_office", &SaveLimit { limit: lower.clone() }).await.unwrap();
        scene.settle().await;
        scene.paid(0, 2_500).await.unwrap();
        scene.settle().await;
        assert_eq!(stale(scene.centre()).await, [(1, 1, 0)]);
        // published while there is no line: what is done by the old ones is no lie, and is flagged
        publish(scene.centre(), Stage::all(), None).await;
        scene.paid(1, 2_500).await.unwrap();
        scene.settle().await;
        assert_eq!(stale(scene.centre()).await, [(1, 1, 0), (1, 2, 1)]);
        assert_eq!(scene.centre().number(REFUSED).await, 0);
        assert_eq!(scene.centre().number(PAID).await, 2);
        bank.clock.advance_seconds(3_601);
        let refusal = no(scene.paid(0, 2_000).await);
        assert_eq!(arg(&refusal, "limit"), "2000.00 RUB", "the new ones have come");
    }
}

/// Under which version each command was done, which it should have been, and whether it is flagged.
async fn stale(centre: &Desk) -> Vec<(i64, i64, i64)> {
    let sql =
        "select version, due, is_stale from strategy_work where command = 'test.pay' order by due";
    let rows = centre.services.reader.clone().query(sql, &[]).await.unwrap();
    let told = |row: Row| {
        let mut c = row.cols();
        (c.take().unwrap(), c.take().unwrap(), c.take().unwrap())
    };
    rows.into_iter().map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lie_about_the_version_or_the_sum_is_refused_and_listed() {
    for kind in kinds() {
        let scene = Scene::new(kind, usual()).await;
        let centre = scene.centre();
        scene.limit(Limit { floor_minor: 200_000, ..usual() }).await;
        // a version that is for another branch
        let much = Limit { floor_minor: 900_000, ..usual() };
        centre.execute("head_office", &SaveLimit { limit: much }).await.unwrap();
        let elsewhere = Stage { percent: 0, branches: vec![centre.branch("02")] };
        assert_eq!(publish(centre, elsewhere, None).await, 3);
        scene.settle().await;
        scene.paid(0, 1_000).await.unwrap();
        let mut up = scene.place().branch.say().await.unwrap();
        let honest = up.commands.remove(0);
        assert_eq!(honest.bundle, Some(2));
        let tell = |bundle, roubles| Pushed {
            id: centre.ctx("clerk").command_id(),
            payload: serde_json::to_string(&scene.pay(1, roubles)).unwrap(),
            bundle,
            ..honest.clone()
        };
        up.commands = vec![
            tell(Some(2), 1_999),
            tell(Some(2), 2_000),
            tell(Some(1), 2_999),
            tell(Some(1), 3_000),
            tell(Some(3), 2_000),
            tell(Some(3), 1),
            tell(None, 1),
        ];
        let down = scene.world.centre.answer(scene.place().node, &up).await.unwrap();
        let codes: Vec<&str> = down.answers.iter().map(|a| a.code.as_str()).collect();
        let no = "branch-above-limit";
        assert_eq!(codes, ["", no, "", no, no, no, no]);
        assert_eq!(centre.number(REFUSED).await, 5);
        let flagged = "select count(*) from strategy_work where is_stale = 1";
        assert_eq!(centre.number(flagged).await, 5, "an older one, another's, and none");
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
