//! A supervisor signs with his PIN.

use kernel::{Clock, Secret};
use spine::Error;
use spine::approval::commands::SetPersonnelNumber;
use spine::authority::Limit;
use spine::org::edit::{ResetPin, SetPin};
use spine::org::hash_password;
use spine::replica::message::Pushed;
use store::{Read, params};
use testkit::{Kind, kinds};
use uuid::Uuid;

use super::{Scene, arg, no, usual, why};

const PIN: &str = "271828";
const REFUSED: &str = "select count(*) from branch_refusal";
const ATTEMPTS: &str = "select count(*) from pin_attempt";

fn hash() -> String {
    hash_password(&Secret::new(PIN.to_owned())).unwrap()
}

impl Scene {
    /// The head of the branch has a PIN.
    async fn with_pin(kind: Kind) -> Scene {
        let scene = Scene::new(kind, usual()).await;
        scene.centre().execute("branch_head", &SetPin { pin_hash: hash() }).await.unwrap();
        scene.settle().await;
        scene
    }
    /// The clerk pays with a signature.
    async fn signed(&self, roubles: i64, (login, pin): (&str, &str)) -> Result<Uuid, Error> {
        self.signed_by("clerk", roubles, (login, pin)).await
    }
    async fn signed_by(
        &self,
        maker: &str,
        roubles: i64,
        (login, pin): (&str, &str),
    ) -> Result<Uuid, Error> {
        let bank = &self.place().bank;
        let ctx = bank.ctx(maker).supervised_by(login, Secret::new(pin.to_owned()));
        bank.services.execute(&ctx, ctx.command_id(), &self.pay(0, roubles)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_lifts_the_limit_up_to_his_sum_and_the_centre_hears_of_it() {
    for kind in kinds() {
        let scene = Scene::with_pin(kind).await;
        let bank = &scene.place().bank;
        assert_eq!(arg(&no(scene.paid(0, 8_000).await), "lift"), "yes");
        scene.signed(8_000, ("branch_head", PIN)).await.unwrap();
        let over = no(scene.signed(1_001, ("branch_head", PIN)).await);
        assert_eq!((over.code.as_str(), arg(&over, "lift")), ("above-offline-limit", "no"));
        assert_eq!(bank.number(ATTEMPTS).await, 0, "a right PIN leaves no tries behind");
        scene.settle().await;
        assert_eq!(scene.centre().number(REFUSED).await, 0);
        let entries = "select count(*) from journal_entry where entity = 'offline_authority'";
        assert_eq!((bank.number(entries).await, scene.centre().number(entries).await), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tries_lock_and_are_counted_by_the_node() {
    let scene = Scene::with_pin(Kind::Sqlite).await;
    let bank = &scene.place().bank;
    for _ in 0..5 {
        assert_eq!(why(scene.signed(5_000, ("branch_head", "314159")).await), "supervisor-wrong");
    }
    let locked = no(scene.signed(5_000, ("branch_head", PIN)).await);
    assert_eq!((locked.code.as_str(), arg(&locked, "minutes")), ("supervisor-locked", "31"));
    assert_eq!(locked.field.as_deref(), Some("supervisor_pin"));
    // what the centre tells does not unlock it
    scene.centre().execute("branch_head", &SetPin { pin_hash: hash() }).await.unwrap();
    scene.settle().await;
    assert_eq!(why(scene.signed(5_000, ("branch_head", PIN)).await), "supervisor-locked");
    bank.clock.advance_seconds(30 * 60 + 1);
    assert_eq!(why(scene.signed(5_000, ("branch_head", "314159")).await), "supervisor-wrong");
    scene.signed(5_000, ("branch_head", PIN)).await.unwrap();
    let tries = "select count(*) from journal_entry where entity = 'pin_attempt'";
    assert_eq!(bank.number(tries).await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_another_person_of_the_branch_with_the_right_signs() {
    let scene = Scene::with_pin(Kind::Sqlite).await;
    let bank = &scene.place().bank;
    let own = scene.signed_by("branch_head", 5_000, ("branch_head", PIN)).await;
    assert_eq!(why(own), "supervisor-self");
    assert_eq!(why(scene.signed(5_000, ("nobody", PIN)).await), "supervisor-wrong");
    assert_eq!(why(scene.signed(5_000, ("manager", PIN)).await), "supervisor-wrong", "no PIN");
    // a PIN of a time when he had the right
    let sql = "insert into staff_pin (staff_id, pin_hash, set_at) values ($1, $2, $3)";
    let mut tx = bank.writer.begin().await.unwrap();
    let row = params![bank.user("manager_same"), hash(), bank.clock.now()];
    tx.execute(sql, row).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(why(scene.signed(5_000, ("manager_same", PIN)).await), "supervisor-no-right");
    let forbidden = scene.centre().execute("manager", &SetPin { pin_hash: hash() }).await;
    assert!(matches!(forbidden, Err(Error::Forbidden(_))), "who may not sign has no PIN");
    for login in ["clerk", "branch_head"] {
        let staff_id = scene.centre().user(login);
        let number = SetPersonnelNumber { staff_id, number: "117".to_owned() };
        scene.centre().execute("administrator", &number).await.unwrap();
    }
    scene.settle().await;
    let same = scene.signed(5_000, ("branch_head", PIN)).await;
    assert_eq!(why(same), "supervisor-self", "another account of the same person");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_the_branchs_own_and_may_be_taken_away() {
    let scene = Scene::with_pin(Kind::Sqlite).await;
    let near = SetPin { pin_hash: hash() };
    scene.centre().execute("branch_head_near", &near).await.unwrap();
    scene.settle().await;
    let bank = &scene.place().bank;
    assert_eq!(bank.number("select count(*) from staff_pin").await, 1, "of its own staff only");
    assert_eq!(why(bank.execute("branch_head", &near).await), "only-at-centre");
    let staff_id = scene.centre().user("branch_head");
    scene.centre().execute("administrator", &ResetPin { staff_id }).await.unwrap();
    scene.settle().await;
    assert_eq!(why(scene.signed(5_000, ("branch_head", PIN)).await), "supervisor-wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lie_about_a_supervisor_is_refused_at_the_centre() {
    for kind in kinds() {
        let scene = Scene::with_pin(kind).await;
        let bank = &scene.place().bank;
        scene.signed(8_000, ("branch_head", PIN)).await.unwrap();
        let mut up = scene.place().branch.say().await.unwrap();
        let honest = up.commands.remove(0);
        let lie = |change: &dyn Fn(&mut Pushed)| -> Pushed {
            let mut lie = Pushed { id: bank.ctx("clerk").command_id(), ..honest.clone() };
            change(&mut lie);
            lie
        };
        let payload = |roubles| serde_json::to_string(&scene.pay(0, roubles)).unwrap();
        let lies = [
            (lie(&|c| c.supervisor = None), "branch-above-limit"),
            (lie(&|c| c.payload = payload(9_001)), "branch-above-limit"),
            (lie(&|c| c.supervisor = Some(c.actor)), "supervisor-no-right"),
            (lie(&|c| c.supervisor = Some(bank.user("manager"))), "supervisor-no-right"),
            (lie(&|c| c.supervisor = Some(bank.user("branch_head_near"))), "supervisor-no-right"),
            (lie(&|c| c.name = "test.release".to_owned()), "supervisor-no-right"),
        ];
        up.commands.push(honest);
        up.commands.extend(lies.iter().map(|(lie, _)| lie.clone()));
        let down = scene.world.centre.answer(scene.place().node, &up).await.unwrap();
        let codes: Vec<&str> = down.answers.iter().map(|a| a.code.as_str()).collect();
        let expected: Vec<&str> = std::iter::once("").chain(lies.iter().map(|l| l.1)).collect();
        assert_eq!(codes, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_may_lift_it_a_signature_is_of_no_use() {
    let scene = Scene::with_pin(Kind::Sqlite).await;
    scene.limit(Limit { lift_minor: None, ..usual() }).await;
    scene.settle().await;
    let refusal = no(scene.signed(3_000, ("branch_head", PIN)).await);
    assert_eq!((refusal.code.as_str(), arg(&refusal, "lift")), ("above-offline-limit", "no"));
    let bank = &scene.place().bank;
    let mut db = bank.services.reader.clone();
    assert!(db.first("select 1 from pin_attempt", &[]).await.unwrap().is_none(), "nor looked at");
}
