//! What the centre has approved beforehand.

use std::sync::Arc;

use branch::notary::Knowing;
use kernel::{Clock, Currency, Money};
use spine::Command;
use spine::authority::commands::{GrantPreApproval, WithdrawPreApproval};
use spine::replica::message::Pushed;
use store::{Read, params};
use testkit::{Kind, kinds};
use uuid::Uuid;

use super::{Pay, Release, Scene, no, usual, why};

const REFUSED: &str = "select count(*) from branch_refusal";

impl Scene {
    /// A branch that knows the centre's signature.
    async fn signing(kind: Kind) -> Scene {
        let scene = Scene::new(kind, usual()).await;
        let hub = scene.centre().hub().await;
        let knowing = Knowing(hub.public().clone());
        scene.place().bank.services.bus.set_notary(Arc::new(knowing));
        scene
    }
    /// The centre approves a sum for the first client, for a day.
    async fn grant(&self, roubles: i64) -> Uuid {
        let granted = self.centre().execute("head_office", &self.granting(roubles)).await.unwrap();
        self.settle().await;
        granted
    }
    fn granting(&self, roubles: i64) -> GrantPreApproval {
        GrantPreApproval {
            client_id: self.clients[0],
            command: Release::NAME.to_owned(),
            amount: Money::new(roubles * 100, Currency::RUB),
            until: self.centre().clock.now().plus_days(1),
        }
    }
    async fn released(&self, client: usize, roubles: i64) -> Result<Uuid, spine::Error> {
        let release = Release(self.pay(client, roubles));
        self.place().bank.execute("clerk", &release).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_one_is_good_for_one_operation_up_to_its_sum() {
    for kind in kinds() {
        let scene = Scene::signing(kind).await;
        assert_eq!(why(scene.released(0, 100).await), "pre-approval-none");
        let id = scene.grant(70_000).await;
        assert_eq!(why(scene.released(0, 70_001).await), "pre-approval-none");
        assert_eq!(why(scene.released(1, 100).await), "pre-approval-none", "another client");
        scene.released(0, 70_000).await.unwrap();
        assert_eq!(why(scene.released(0, 100).await), "pre-approval-used");
        scene.settle().await;
        assert_eq!(scene.centre().number(REFUSED).await, 0);
        assert_eq!(why(scene.released(0, 100).await), "pre-approval-used");
        let mut db = scene.centre().services.reader.clone();
        let sql = "select used_by from pre_approval where id = $1 and used_by is not null";
        assert!(db.first(sql, params![id]).await.unwrap().is_some());
        scene.world.check_equal(scene.place()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_and_a_forged_one_is_none() {
    let scene = Scene::signing(Kind::Sqlite).await;
    scene.grant(700).await;
    let bank = &scene.place().bank;
    let mut tx = bank.writer.begin().await.unwrap();
    tx.execute("update pre_approval set amount_minor = 9000000", &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(why(scene.released(0, 700).await), "pre-approval-forged");
    scene.grant(800).await;
    scene.released(0, 800).await.expect("another one, from the centre");
    scene.grant(900).await;
    bank.clock.advance_seconds(86_401);
    assert_eq!(why(scene.released(0, 800).await), "pre-approval-none", "its day is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_grants_it_and_refuses_what_a_branch_makes_up() {
    for kind in kinds() {
        let scene = Scene::signing(kind).await;
        let bank = scene.centre();
        let command = "interaction.add_note".to_owned();
        let wrong = GrantPreApproval { command, ..scene.granting(1) };
        assert_eq!(no(bank.execute("head_office", &wrong).await).code, "not-a-choice");
        let late = GrantPreApproval { until: bank.clock.now().plus_days(40), ..scene.granting(1) };
        assert_eq!(no(bank.execute("head_office", &late).await).code, "pre-approval-until");
        let clerk = bank.execute("clerk", &scene.granting(1)).await;
        assert!(matches!(clerk, Err(spine::Error::Forbidden(_))));
        let good = scene.grant(700).await;
        scene.released(0, 700).await.unwrap();
        let mut up = scene.place().branch.say().await.unwrap();
        let honest = up.commands.remove(0);
        assert_eq!(honest.pre_approval, Some(good));
        let id = || bank.ctx("clerk").command_id();
        let lies = [
            Pushed { id: id(), pre_approval: None, ..honest.clone() },
            Pushed { id: id(), pre_approval: Some(Uuid::from_u128(7)), ..honest.clone() },
            Pushed { id: id(), ..honest.clone() },
        ];
        up.commands = std::iter::once(honest).chain(lies).collect();
        let down = scene.world.centre.answer(scene.place().node, &up).await.unwrap();
        let codes: Vec<&str> = down.answers.iter().map(|a| a.code.as_str()).collect();
        assert_eq!(codes, ["", "pre-approval-none", "pre-approval-none", "pre-approval-used"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_above_a_floor_and_counts_against_no_limit() {
    for kind in kinds() {
        let scene = Scene::signing(kind).await;
        let bank = scene.centre();
        let covers = GrantPreApproval { command: Pay::NAME.to_owned(), ..scene.granting(70_000) };
        assert_eq!(why(scene.paid(0, 70_000).await), "above-offline-limit client");
        bank.execute("head_office", &covers).await.unwrap();
        scene.settle().await;
        // below the floor it is not touched
        scene.paid(0, 100).await.unwrap();
        scene.paid(0, 70_000).await.unwrap();
        scene.paid(0, 100).await.expect("a day has room for it all the same");
        assert_eq!(why(scene.paid(0, 70_000).await), "above-offline-limit client", "it is used");
        scene.settle().await;
        assert_eq!(bank.number(REFUSED).await, 0);
        let used = "select count(*) from pre_approval where used_by is not null";
        assert_eq!((bank.number(used).await, scene.place().bank.number(used).await), (1, 1));
        scene.world.check_equal(scene.place()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_none_and_who_had_not_heard_of_it_is_refused() {
    for kind in kinds() {
        let scene = Scene::signing(kind).await;
        let bank = scene.centre();
        let withdraw = |pre_approval_id| WithdrawPreApproval { pre_approval_id };
        let first = scene.grant(70_000).await;
        let clerk = bank.execute("clerk", &withdraw(first)).await;
        assert!(matches!(clerk, Err(spine::Error::Forbidden(_))));
        bank.execute("head_office", &withdraw(first)).await.unwrap();
        let again = bank.execute("head_office", &withdraw(first)).await;
        assert_eq!(no(again).code, "pre-approval-withdrawn");
        scene.settle().await;
        assert_eq!(why(scene.released(0, 100).await), "pre-approval-withdrawn");
        let second = scene.grant(50_000).await;
        bank.execute("head_office", &withdraw(second)).await.unwrap();
        scene.released(0, 50_000).await.expect("the branch has not heard of it");
        scene.settle().await;
        let refused = "select count(*) from branch_refusal where code = 'pre-approval-withdrawn'";
        for bank in [bank, &scene.place().bank] {
            assert_eq!(bank.number(refused).await, 1);
        }
        let third = scene.grant(40_000).await;
        scene.released(0, 40_000).await.unwrap();
        scene.settle().await;
        let late = bank.execute("head_office", &withdraw(third)).await;
        assert_eq!(no(late).code, "pre-approval-used");
        scene.world.check_equal(scene.place()).await;
    }
}
