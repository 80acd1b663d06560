//! Two nodes over one database: what is done on one rings on the other, and a right taken away on one is gone on
//! the other.

use std::sync::Arc;

use kernel::{Clock, Entropy, SeededEntropy};
use serde_json::json;
use spine::org::edit::{EditStaff, StaffFields};
use spine::{AGE_MAX, Command, Error, LiveEvent, Work};
use store::journal::{self, Draft};
use testkit::{Asked, Bank, Browser, Kind, Parts};
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::support::{Note, both, open};

/// A second node over a bank's database, and what stops it.
async fn second(bank: &Bank) -> (Parts, watch::Sender<bool>) {
    let (stop, stopping) = watch::channel(false);
    let clock: Arc<dyn Clock> = Arc::<kernel::FixedClock>::clone(&bank.clock);
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(8));
    let url = bank.url().to_owned();
    (open(Asked { url, clock, entropy, demo: None, stopping }).await, stop)
}

/// Everything that has rung until now.
fn rung(bell: &mut broadcast::Receiver<LiveEvent>) -> Vec<String> {
    std::iter::from_fn(|| bell.try_recv().ok()).map(|event| event.topic).collect()
}

fn without_roles_but(bank: &Bank, login: &str, role: &str) -> EditStaff {
    let directory = bank.services.directory.get();
    let member = directory.staff.get(&bank.user(login)).unwrap();
    let role = directory.roles.values().find(|r| r.key == role).unwrap().id;
    let staff = StaffFields {
        login: member.login.clone(),
        name: member.name.clone(),
        name_en: member.name_en.clone(),
        email: String::new(),
        phone: String::new(),
        branch_id: member.branch_id,
        team_id: member.team_id,
        roles: vec![role],
        lang: member.lang,
    };
    EditStaff { staff_id: member.id, staff, original: None }
}

/// The same person's browser at the other node.
fn at(parts: &Parts, browser: &Browser) -> Browser {
    let mut other = Browser::new(parts.router.clone());
    other.set_cookie("sid", browser.cookie("sid").unwrap());
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_taken_away_on_one_node_is_gone_on_the_other() {
    both(async |bank: &Bank| {
        let (other, stop) = second(bank).await;
        let auditor = bank.client("auditor").await;
        let mut elsewhere = at(&other, &auditor);
        assert_eq!(elsewhere.get("/admin/journal").await.status, 200);
        let edit = without_roles_but(bank, "auditor", "clerk");
        bank.execute("administrator", &edit).await.unwrap();
        other.services.look().await.unwrap();
        assert_eq!(elsewhere.get("/admin/journal").await.status, 403, "heard of");
        // nobody looks there any more, as on a node whose keepers stand still: the next request does it itself
        let edit = without_roles_but(bank, "auditor", "auditor");
        bank.execute("administrator", &edit).await.unwrap();
        let begin = std::time::Instant::now();
        while elsewhere.get("/admin/journal").await.status == 403 {
            assert!(begin.elapsed() < AGE_MAX * 2, "rights are older than they may be");
        }
        // and with keepers at work nobody waits so long
        let keeping = tokio::spawn(other.keepers.clone().run(stop.subscribe()));
        let edit = without_roles_but(bank, "auditor", "clerk");
        bank.execute("administrator", &edit).await.unwrap();
        let begin = std::time::Instant::now();
        while elsewhere.get("/admin/journal").await.status == 200 {
            assert!(begin.elapsed() < AGE_MAX, "the keepers look");
        }
        stop.send_replace(true);
        keeping.await.unwrap();
    })
    .await;
}

/// Leaves a notice for somebody.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Tell(String);

impl Command for Tell {
    const NAME: &'static str = "test.tell";
    const PERMISSION: &'static str = "app.use";
    type Output = bool;
    async fn handle(&self, w: &mut Work<'_>) -> Result<bool, Error> {
        w.send("notice", &self.0, &json!({ "kind": "test", "href": "/" })).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_commits_rings_on_the_other_once() {
    both(async |bank: &Bank| {
        let (other, _stop) = second(bank).await;
        let (mut here, mut there) =
            (bank.services.live.subscribe(), other.services.live.subscribe());
        bank.execute("clerk", &Note::new("a", "1")).await.unwrap();
        assert_eq!(rung(&mut here), ["kind:note"]);
        other.services.look().await.unwrap();
        assert_eq!(rung(&mut there), ["kind:note"]);
        // neither hears it again
        other.services.look().await.unwrap();
        bank.services.look().await.unwrap();
        assert_eq!((rung(&mut here), rung(&mut there)), (Vec::new(), Vec::new()));
        // a notice is delivered by either node's keepers, and rings on both
        let to = bank.user("manager").to_string();
        bank.execute("clerk", &Tell(to)).await.unwrap();
        bank.keepers.work_once().await.unwrap();
        let notices = |bell: &mut broadcast::Receiver<LiveEvent>| {
            rung(bell).iter().filter(|topic| *topic == "kind:notice").count()
        };
        assert_eq!(notices(&mut here), 1);
        other.services.look().await.unwrap();
        assert_eq!(notices(&mut there), 1);
        bank.services.look().await.unwrap();
        assert_eq!(notices(&mut here), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_open_at_the_last_look_is_not_missed() {
    if !testkit::kinds().contains(&Kind::Postgres) {
        return; // SQLite has one writer at a time
    }
    let bank = Bank::open(Kind::Postgres, open).await;
    let mut bell = bank.services.live.subscribe();
    let draft = |entity: &str| Draft {
        at: bank.clock.now(),
        operation_id: bank.as_system().new_id(),
        command_id: bank.as_system().new_id(),
        actor_id: None,
        node: "elsewhere".to_owned(),
        channel: "web".to_owned(),
        command: "test.elsewhere".to_owned(),
        entity: entity.to_owned(),
        entity_id: Uuid::from_u128(1),
        client_id: None,
        changes: "{}".to_owned(),
    };
    let chance = bank.services.entropy.as_ref();
    let mut slow = bank.writer.begin().await.unwrap();
    journal::append(&mut slow, chance, &[draft("slow")]).await.unwrap();
    let mut tx = bank.writer.begin().await.unwrap();
    journal::append(&mut tx, chance, &[draft("quick")]).await.unwrap();
    tx.commit().await.unwrap();
    bank.services.look().await.unwrap();
    assert_eq!(rung(&mut bell), ["kind:quick"]);
    slow.commit().await.unwrap();
    bank.services.look().await.unwrap();
    assert_eq!(rung(&mut bell), ["kind:slow"]);
    bank.services.look().await.unwrap();
    assert_eq!(rung(&mut bell), Vec::<String>::new());
}
