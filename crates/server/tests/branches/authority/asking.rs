//! With a line the centre is asked.

use engagement::desk::commands::RecordOperation;
use kernel::CommandId;
use spine::Command;
use spine::Error;
use spine::approval::commands::SaveRule;
use spine::approval::queries;
use spine::authority::AskCentre;
use spine::authority::Limit;
use spine::replica::{LineState, LineWord};
use std::time::Duration;
use testkit::{Kind, kinds};

use super::{Link, Pay, Scene, no, usual, why};

const OPEN: &str = "select count(*) from pending_command";
const PAID: &str = "select count(*) from node_setting where name like 'pay %'";
const REFUSED: &str = "select count(*) from branch_refusal";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_above_the_limit_is_done_at_the_centre_at_once() {
    for kind in kinds() {
        let scene = Scene::new(kind, usual()).await;
        let bank = &scene.place().bank;
        let link = scene.line();
        let id: CommandId = bank.ctx("clerk").command_id();
        let pay = scene.pay(0, 50_000);
        let done = scene.paid_as(id, &pay).await.unwrap();
        assert!(scene.centre().has_done(id).await);
        assert_eq!(bank.number(OPEN).await, 0, "the centre needs not be told");
        assert_eq!((bank.number(PAID).await, scene.centre().number(PAID).await), (0, 1));
        // the same again is the same answer, also when the line has gone
        assert_eq!(scene.paid_as(id, &pay).await.unwrap(), done);
        link.set(Link::DOWN);
        assert_eq!(scene.paid_as(id, &pay).await.unwrap(), done);
        let other = scene.paid_as(id, &scene.pay(0, 50_001)).await;
        assert_eq!(why(other), "command-id-reused");
        assert_eq!(scene.centre().number(PAID).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_line_the_centre_is_asked_about_what_would_do_without_one() {
    let scene = Scene::new(Kind::Sqlite, usual()).await;
    let link = scene.line();
    for _ in 0..3 {
        scene.paid(0, 100).await.unwrap();
    }
    scene.paid(0, 100).await.expect("the fourth before an answer");
    assert_eq!(scene.place().bank.number(OPEN).await, 3, "it was asked about");
    // and its answer to all four has come with it
    scene.paid(0, 100).await.unwrap();
    assert_eq!(scene.place().bank.number(OPEN).await, 4);
    link.set(Link::DOWN);
    scene.paid(0, 100).await.expect("below all limits without a line");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_second_person_waits_at_the_centre() {
    let scene =
        Scene::new(Kind::Sqlite, Limit { floor_minor: 1, threshold_minor: 0, ..usual() }).await;
    let link = scene.line();
    let pay = Pay { client_id: Some(scene.clients[0]), minor: 500 };
    let rule = SaveRule {
        rule_id: None,
        command: "test.pay".to_owned(),
        field: None,
        amount: None,
        branch_id: None,
        region_id: None,
        maker_role: None,
        checker: "admin.staff".to_owned(),
        hours: 24,
    };
    scene.centre().execute("administrator", &rule).await.unwrap();
    let waits = scene.place().bank.execute("clerk", &pay).await;
    assert!(matches!(waits, Err(Error::Waiting(_))), "{waits:?}");
    // the rule has come with the answer: the next one is asked about because of it
    let waits = scene.place().bank.execute("clerk", &pay).await;
    assert!(matches!(waits, Err(Error::Waiting(_))), "{waits:?}");
    link.set(Link::DOWN);
    assert_eq!(why(scene.place().bank.execute("clerk", &pay).await), "only-with-line");
    assert_eq!(scene.centre().number(REFUSED).await, 0);
    assert_eq!(scene.place().bank.number(OPEN).await, 0);
    // at the branch they stand without their changes, which are for the centre to show
    link.set(Link::UP);
    scene.settle().await;
    let place = &scene.place().bank;
    let (mut db, now) = (place.services.reader.clone(), place.ctx("clerk").now);
    let mine = queries::waiting_of(&mut db, place.user("clerk"), now, 10).await.unwrap();
    assert_eq!(mine.len(), 2);
    assert!(mine.iter().all(|one| one.changes == serde_json::json!([])), "{mine:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centres_no_comes_at_its_field_and_is_no_work_for_anybody() {
    for kind in kinds() {
        let scene = Scene::new(kind, usual()).await;
        scene.line();
        let mut tx = scene.centre().writer.begin().await.unwrap();
        let sql = "insert into node_setting (name, value) values ('shut', '')";
        tx.execute(sql, &[]).await.unwrap();
        tx.commit().await.unwrap();
        let refusal = no(scene.paid(0, 50_000).await);
        let said = (refusal.code.as_str(), refusal.field.as_deref());
        assert_eq!(said, ("not-an-amount", Some("minor")));
        assert_eq!(scene.centre().number(REFUSED).await, 0);
        assert_eq!(scene.place().bank.number(OPEN).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_his_right_at_the_centre_is_told_so() {
    let scene = Scene::new(Kind::Sqlite, usual()).await;
    scene.line();
    let staff_id = scene.centre().user("clerk");
    let successor_id = scene.centre().user("manager");
    let dismiss = spine::org::edit::DismissStaff { staff_id, successor_id };
    scene.centre().execute("administrator", &dismiss).await.unwrap();
    let refusal = no(scene.paid(0, 50_000).await);
    assert_eq!(refusal.code, "branch-person-unknown");
    assert_eq!((scene.centre().number(REFUSED).await, scene.centre().number(PAID).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_no_answer_comes_it_is_said_that_it_may_be_done_and_under_the_same_id_it_is_done_once()
{
    for kind in kinds() {
        let scene = Scene::new(kind, usual()).await;
        let link = scene.line();
        let id: CommandId = scene.place().bank.ctx("clerk").command_id();
        let pay = scene.pay(0, 5_000);
        for how in [Link::DEAF, Link::MUTE, Link::DOWN] {
            link.set(how);
            assert_eq!(why(scene.paid_as(id, &pay).await), "centre-silent", "{how}");
        }
        assert_eq!(scene.centre().number(PAID).await, 1, "it had heard the second time");
        assert_eq!(why(scene.paid(0, 5_000).await), "above-offline-limit floor", "another one");
        link.set(Link::UP);
        scene.paid_as(id, &pay).await.unwrap();
        assert_eq!(scene.centre().number(PAID).await, 1);
        link.set(Link::DOWN);
        scene.paid_as(id, &pay).await.expect("the answer is known now");
        assert_eq!(why(scene.paid_as(id, &scene.pay(0, 1)).await), "command-id-reused");
        scene.settle().await;
        scene.world.check_equal(scene.place()).await;
    }
}

/// What the centre has done has come as rows before anybody asks again: nothing fails, nothing is there twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_come_without_its_answer_is_not_done_again_here() {
    for kind in kinds() {
        let limit = Limit { command: RecordOperation::NAME.to_owned(), ..usual() };
        let scene = Scene::new(kind, limit).await;
        let (bank, link) = (&scene.place().bank, scene.line());
        let operation = RecordOperation {
            visit_id: None,
            client_id: Some(scene.clients[0]),
            kind: "cash_out".to_owned(),
            currency: kernel::Currency::RUB,
            amount_minor: 500_000,
            reference: String::new(),
            note: String::new(),
        };
        let ctx = bank.ctx("clerk");
        let id: CommandId = ctx.command_id();
        let record = async || bank.services.execute(&ctx, id, &operation).await;
        link.set(Link::MUTE);
        assert_eq!(why(record().await), "centre-silent");
        scene.settle().await;
        let count = "select count(*) from desk_operation";
        assert_eq!(bank.number(count).await, 1, "it shows here");
        link.set(Link::DOWN);
        assert_eq!(why(record().await), "centre-silent");
        link.set(Link::UP);
        record().await.unwrap();
        scene.settle().await;
        for bank in [bank, scene.centre()] {
            assert_eq!(bank.number(count).await, 1);
        }
        assert_eq!(bank.number(OPEN).await, 0);
        scene.world.check_equal(scene.place()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_waits_a_while_and_no_longer() {
    let scene = Scene::new(Kind::Sqlite, usual()).await;
    let bank = &scene.place().bank;
    let (asker, questions) =
        branch::line::Asker::patient(&bank.services, Duration::from_millis(20));
    assert!(!asker.is_up(), "nobody has tried the line");
    let now = kernel::Clock::now(bank.clock.as_ref());
    bank.services.memory.put(LineState { word: LineWord::Online, since: now, heard_at: now });
    assert!(asker.is_up());
    bank.services.bus.set_asks(asker);
    let refused = scene.paid(0, 5_000).await;
    assert_eq!(why(refused), "above-offline-limit floor", "nobody leads the line: it was not said");
    drop(questions);
}
