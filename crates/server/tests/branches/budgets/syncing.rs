//! The pages of a branch while its copy takes changes in and its own commands are told and put on top of them again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engagement::interaction::commands::AddNote;
use parties::client::commands::RegisterClient;
use spine::replica::branch::state;
use testkit::{Kind, kinds};

use super::{Reader, TURNS, Waits, compare, line, said};
use crate::desk::Desk;
use crate::doing::Dice;
use crate::programs::{Centre, Place, until};

/// Clients of the branch when nothing else is said.
const SIZE: usize = 150;
/// Between two changes at the centre, and two commands at the branch.
const CHANGES: Duration = Duration::from_millis(10);
const COMMANDS: Duration = Duration::from_millis(50);
/// Turns after which something must have been taken in.
const LONG: usize = 30;

async fn clients(bank: &Desk) {
    for n in 0..said("TESSERA_BRANCH_SIZE").unwrap_or(SIZE) {
        let of = [("last_name", format!("Соседова {n}")), ("first_name", "Анна".to_owned())];
        let client = RegisterClient {
            kind: "person".to_owned(),
            fields: of.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<_, _>>(),
            branch_id: Some(bank.branch("01")),
            manager_id: Some(bank.user("manager")),
            source: "client".to_owned(),
            ..RegisterClient::default()
        };
        bank.execute("head_office", &client).await.unwrap();
    }
}

/// Work at the centre and at the branch until told to stop: changed rows of the branch's clients come down, and what was done here
/// goes up and stands on top meanwhile. Answers how long who works here waited.
async fn work(centre: &Desk, here: &Reader, goes_on: &AtomicBool) -> Vec<Duration> {
    let there = async {
        let (mut tick, dice) = (tokio::time::interval(CHANGES), Dice::new(9));
        while goes_on.load(Ordering::Relaxed) {
            tick.tick().await;
            let client_id = dice.one(&here.clients).unwrap();
            let note = AddNote { client_id, body: "из центра".to_owned() };
            centre.execute("head_office", &note).await.unwrap();
        }
    };
    let here = async {
        let (mut tick, mut waited) = (tokio::time::interval(COMMANDS), Vec::new());
        while goes_on.load(Ordering::Relaxed) {
            tick.tick().await;
            waited.push(here.log_call().await);
        }
        waited
    };
    tokio::join!(there, here).1
}

async fn heard(place: &Place) -> i64 {
    state(&mut place.desk.services.reader.clone()).await.unwrap().unwrap().answers
}

async fn all_is_heard(centre: &Centre, place: &Place) {
    let sql = "select count(*) from interaction";
    until("all is told and heard", async || {
        place.waits().await == 0 && place.desk.number(sql).await == centre.desk.number(sql).await
    })
    .await;
}

async fn measure(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::start(kind, folder.path()).await;
    clients(&centre.desk).await;
    let hub = centre.desk.hub().await;
    let mut place = Place::enrol(&centre, &hub, (0, "01"), folder.path()).await;
    let reader = Reader::new(&place.desk, ("manager", &place.address), ("desk", "/desk")).await;
    println!("-- centre on {kind:?}, {} clients at the branch", reader.clients.len());
    let (mut at_rest, mut syncing, mut commands) = (Waits::default(), Waits::default(), Vec::new());
    let mut answers = 0;
    // once for the caches
    reader.read(&mut Waits::default()).await;
    for _ in 0..TURNS {
        reader.read(&mut at_rest).await;
        let (goes_on, before) = (AtomicBool::new(true), heard(&place).await);
        let asked = async {
            // a machine that has much to do takes in little in one turn
            for _ in 0..LONG {
                reader.read(&mut syncing).await;
                if heard(&place).await >= before + 2 {
                    break;
                }
            }
            goes_on.store(false, Ordering::Relaxed);
        };
        let (waited, ()) = tokio::join!(work(&centre.desk, &reader, &goes_on), asked);
        commands.extend(waited);
        answers += heard(&place).await - before;
        all_is_heard(&centre, &place).await;
    }
    println!("   meanwhile {answers} answers of the centre were taken in");
    assert!(answers >= 2 * i64::try_from(TURNS).unwrap(), "nothing was taken in beside the pages");
    println!("   syncing: {}", line("logging a call", &mut commands));
    compare(("at rest", at_rest), ("syncing", syncing));
    centre.program.kill();
    place.program.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branchs_pages_do_not_wait_while_it_takes_in_and_tells() {
    for kind in kinds() {
        Box::pin(measure(kind)).await;
    }
}
