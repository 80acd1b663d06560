//! Work on both sides of a line that is cut: what does not meet is kept, a consent that was taken back stays taken back, and a
//! branch that nobody answers ends by itself.

use engagement::interaction::commands::AddNote;
use kernel::{ClientId, Timestamp};
use parties::client::commands::{AssignClients, EditClient, FieldEdit};
use parties::contacts::commands::{AddFile, GiveConsent, WithdrawConsent};
use parties::contacts::consent::{self, ConsentChannel, Lack, Purpose};
use parties::contacts::model::{EvidenceKind, FileKind};
use parties::merge::commands::MergeClients;
use spine::Command;
use spine::replica::branch::{Branch, Taken};
use spine::replica::message::{Outcome, Up};
use store::{Read, params};
use testkit::{START, kinds};

use crate::basics::{edit, register};
use crate::carried::code;
use crate::desk::Desk;
use crate::world::{World, exchange, said};

const NOTES: &str = "select count(*) from interaction";
const PENDING: &str = "select count(*) from pending_command";
const REFUSALS: &str = "select count(*) from branch_refusal";

fn note(client_id: ClientId) -> AddNote {
    AddNote { client_id, body: "запись".to_owned() }
}

/// Where a client works, and as what.
async fn work(bank: &Desk, client: ClientId) -> (String, String) {
    let sql = "select coalesce(employer, ''), coalesce(job_title, '') from client where id = $1";
    let row = bank.services.reader.clone().first(sql, params![client]).await.unwrap();
    let mut c = row.unwrap().cols();
    (c.take().unwrap(), c.take().unwrap())
}

/// A consent to advertising by mail.
pub(super) fn give(client_id: ClientId) -> GiveConsent {
    GiveConsent {
        client_id,
        purpose: Purpose::Advertising,
        channel: ConsentChannel::Email,
        text_version: "2025-09".to_owned(),
        evidence_kind: Some(EvidenceKind::Paper),
        evidence: "подпись".to_owned(),
        file_id: None,
        said_at: None,
        said_on: None,
    }
}

/// It is taken back.
pub(super) fn withdraw(client_id: ClientId) -> WithdrawConsent {
    WithdrawConsent {
        client_id,
        purpose: Purpose::Advertising,
        channel: ConsentChannel::Email,
        evidence_kind: None,
        evidence: String::new(),
        file_id: None,
        said_at: None,
    }
}

/// Why a client may not be written to now; nothing when he may.
async fn lack(bank: &Desk, client: ClientId) -> Option<Lack> {
    let (ctx, mut db) = (bank.services.system("test"), bank.services.reader.clone());
    let what = (Purpose::Advertising, ConsentChannel::Email);
    consent::lack(&mut db, &ctx, client, what).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn different_fields_of_one_client_changed_on_both_sides_are_both_there() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        place.settle(&world.centre).await;
        // from here on neither side hears of the other
        place.bank.execute("clerk", &edit(client, "", "Завод")).await.unwrap();
        let title = FieldEdit {
            field: "job_title".to_owned(),
            original: String::new(),
            value: "Токарь".to_owned(),
        };
        let title =
            EditClient { client_id: client, edits: vec![title], source: "client".to_owned() };
        centre.execute("manager", &title).await.unwrap();
        assert_eq!(work(&place.bank, client).await, ("Завод".to_owned(), String::new()));
        assert_eq!(work(centre, client).await, (String::new(), "Токарь".to_owned()));
        world.heal().await;
        for bank in [centre, &place.bank] {
            assert_eq!(work(bank, client).await, ("Завод".to_owned(), "Токарь".to_owned()));
            assert_eq!(bank.number(REFUSALS).await, 0);
        }
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_at_a_branch_that_is_cut_off_beats_a_consent_given_at_the_centre_meanwhile() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let ends = [centre, &place.bank];
        let at = |hours: i64| ends.iter().for_each(|e| e.clock.set(START.plus_hours(hours)));
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        centre.execute("manager", &give(client)).await.unwrap();
        at(1);
        place.settle(&world.centre).await;
        for bank in ends {
            assert_eq!(lack(bank, client).await, None, "both know that he agrees");
        }
        // from here on there is no line
        at(2);
        place.bank.execute("manager", &withdraw(client)).await.unwrap();
        at(3);
        centre.execute("manager", &give(client)).await.unwrap();
        assert_eq!(lack(&place.bank, client).await, Some(Lack::Withdrawn));
        assert_eq!(lack(centre, client).await, None, "nobody there has heard of the withdrawal");
        at(4);
        place.settle(&world.centre).await;
        let withdrawn = "select count(*) from client_consent where state = 'withdrawn'";
        for bank in ends {
            assert_eq!(lack(bank, client).await, Some(Lack::Withdrawn), "{kind:?}");
            // as it was told, and once more behind that consent
            assert_eq!((bank.number(withdrawn).await, bank.number(REFUSALS).await), (2, 0));
        }
        world.check_equal(place).await;
        // who has heard of it and agrees all the same, agrees
        at(5);
        centre.execute("manager", &give(client)).await.unwrap();
        assert_eq!(lack(centre, client).await, None);
        place.settle(&world.centre).await;
        assert_eq!(lack(&place.bank, client).await, None);
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_is_not_lost_when_the_client_was_moved_or_merged_meanwhile() {
    for kind in kinds() {
        let world = World::new(kind, &["01", "02"]).await;
        let (place, near, centre) = (&world.places[0], &world.places[1], &world.centre_bank);
        let mut clients = Vec::new();
        for name in ["Переехавшая", "Двойник", "Настоящая", "Чужая"]
        {
            let branch = if name == "Чужая" { "02" } else { "01" };
            let register = register(centre, branch, name);
            clients.push(centre.execute("head_office", &register).await.unwrap());
        }
        world.heal().await;
        let [moved, loser, survivor, strange] = clients[..] else { panic!() };
        // he has signed it, too: of a client who has moved the branch's paper is refused, and the withdrawal is not
        let paper = AddFile::new(moved, "отзыв.txt", FileKind::Other, b"signed".to_vec());
        let paper = place.bank.execute("manager", &paper).await.unwrap();
        let signed = WithdrawConsent { file_id: Some(paper), ..withdraw(moved) };
        place.bank.execute("manager", &signed).await.unwrap();
        place.bank.execute("manager", &withdraw(loser)).await.unwrap();
        let to = Some(centre.branch("02"));
        let assign = AssignClients { client_ids: vec![moved], manager_id: None, branch_id: to };
        centre.execute("head_office", &assign).await.unwrap();
        let merge = MergeClients {
            survivor_id: survivor,
            loser_id: loser,
            picks: Default::default(),
            reason: "один человек".to_owned(),
        };
        centre.execute("head_office", &merge).await.unwrap();
        // the line is back long after the branch's hours were over
        world.desks().for_each(|desk| desk.clock.advance_seconds(40 * 86_400));
        world.heal().await;
        let other = format!("{REFUSALS} where command <> '{}'", AddFile::NAME);
        assert_eq!(
            (centre.number(REFUSALS).await, centre.number(&other).await),
            (1, 0),
            "{kind:?}"
        );
        for client in [moved, survivor] {
            assert_eq!(lack(centre, client).await, Some(Lack::Withdrawn), "{kind:?}");
        }
        assert_eq!(lack(&near.bank, moved).await, Some(Lack::Withdrawn), "who has him now knows");
        for place in &world.places {
            world.check_equal(place).await;
        }
        // of a client who was never there a branch has no word
        let up = place.branch.say().await.unwrap();
        let up = Up { commands: vec![place.telling("manager", &withdraw(strange))], ..up };
        let down = world.centre.answer(place.node, &up).await.unwrap();
        let told = (down.answers[0].outcome, down.answers[0].code.as_str());
        assert_eq!(told, (Outcome::Refused, "not-found"));
        assert_ne!(lack(centre, strange).await, Some(Lack::Withdrawn));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_that_is_told_late_beats_the_consent_of_another_node_that_did_not_know_of_it()
{
    for kind in kinds() {
        let world = World::new(kind, &["01", "01"]).await;
        let (one, other, centre) = (&world.places[0], &world.places[1], &world.centre_bank);
        let all = [centre, &one.bank, &other.bank];
        let at = |hours: i64| all.iter().for_each(|e| e.clock.set(START.plus_hours(hours)));
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        centre.execute("manager", &give(client)).await.unwrap();
        world.heal().await;
        at(1);
        one.bank.execute("manager", &withdraw(client)).await.unwrap();
        // the other hears of everything but that
        at(2);
        other.settle(&world.centre).await;
        at(3);
        other.bank.execute("manager", &give(client)).await.unwrap();
        at(4);
        one.settle(&world.centre).await;
        assert_eq!(lack(centre, client).await, Some(Lack::Withdrawn));
        at(5);
        world.heal().await;
        assert_eq!(centre.number(REFUSALS).await, 1, "a person decides about that consent");
        for bank in all {
            assert_eq!(lack(bank, client).await, Some(Lack::Withdrawn), "{kind:?}");
        }
        for place in &world.places {
            world.check_equal(place).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_its_hours_are_over_a_branch_takes_no_more_work_until_it_is_answered() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let bank = &place.bank;
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        place.settle(&world.centre).await;
        // from here on there is no line
        let until = place.branch.state().await.unwrap().lease_until;
        let left = until.seconds_since(bank.clock_now());
        assert!(left > 0, "it was answered just now");
        bank.clock.advance_seconds(left - 1);
        bank.execute("manager", &note(client)).await.unwrap();
        let before = (bank.number(NOTES).await, bank.number(PENDING).await);
        assert_eq!(before.0, 1);
        for seconds in [1, 86_400] {
            bank.clock.advance_seconds(seconds);
            assert_eq!(code(bank.execute("manager", &note(client)).await), "branch-lease-over");
            let after = (bank.number(NOTES).await, bank.number(PENDING).await);
            assert_eq!(after, before, "nothing of it is kept");
        }
        centre.clock.set(bank.clock_now());
        place.settle(&world.centre).await;
        assert_eq!(centre.number(NOTES).await, 1, "what was done in time is done");
        bank.execute("manager", &note(client)).await.unwrap();
        place.settle(&world.centre).await;
        for end in [centre, bank] {
            assert_eq!((end.number(NOTES).await, end.number(REFUSALS).await), (2, 0));
        }
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_gives_no_more_hours() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let bank = &place.bank;
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        place.settle(&world.centre).await;
        // from here on there is no line
        let until = place.branch.state().await.unwrap().lease_until;
        bank.clock.set(until.plus_hours(-1));
        bank.execute("manager", &note(client)).await.unwrap();
        for at in [until.plus_hours(1), START.plus_hours(1)] {
            bank.clock.set(at);
            assert_eq!(code(bank.execute("manager", &note(client)).await), "branch-lease-over");
        }
        assert_eq!(bank.number(NOTES).await, 1, "nothing of it is kept");
        // the answer counts, whatever the clock shows
        centre.clock.set(until.plus_hours(1));
        place.settle(&world.centre).await;
        bank.execute("manager", &note(client)).await.unwrap();
        bank.clock.set(centre.clock_now());
        place.settle(&world.centre).await;
        for end in [centre, bank] {
            assert_eq!((end.number(NOTES).await, end.number(REFUSALS).await), (2, 0));
        }
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_while_the_program_does_not_run_gives_no_more_hours() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        place.settle(&world.centre).await;
        // from here on there is no line
        let until = place.branch.state().await.unwrap().lease_until;
        place.bank.clock.set(until.plus_hours(-1));
        place.branch.look().await.unwrap();
        let begun = async |at: Timestamp| {
            let bank = Desk::again(&place.bank).await;
            bank.clock.set(at);
            let branch = Branch::open(&bank.services, &said(), "test").await.unwrap();
            branch.begin().await.unwrap();
            (bank, branch)
        };
        let (bank, _) = begun(START).await;
        bank.execute("manager", &note(client)).await.unwrap();
        // each beginning counts, whatever the clock shows; reading ends with work
        let mut beginnings = 1;
        let (bank, branch) = loop {
            let (bank, branch) = begun(START).await;
            beginnings += 1;
            if bank.services.bus.is_after_hours(START) {
                break (bank, branch);
            }
            assert!(beginnings < 10, "an hour was left");
        };
        assert!(beginnings > 3, "an honest beginning costs little: {beginnings}");
        assert_eq!(code(bank.execute("manager", &note(client)).await), "branch-lease-over");
        // the answer counts, whatever the clock shows
        centre.clock.set(until);
        while exchange(&branch, &world.centre, place.node).await.unwrap() == Taken::More {}
        assert!(!bank.services.bus.is_after_hours(START));
        let (bank, _) = begun(START).await;
        bank.execute("manager", &note(client)).await.unwrap();
    }
}
