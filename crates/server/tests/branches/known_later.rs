//! What has changed at the centre while a branch was cut off and had somebody before it who is known at every desk: he was merged, left
//! the list lately or long ago; and what the branch keeps of him when he has gone.

use std::collections::BTreeMap;

use engagement::card::commands::ReadCard;
use engagement::desk::RefreshRegard;
use engagement::desk::commands::{OpenVisit, RecogniseVisitor, RejectVisitor};
use engagement::desk::queries::{
    OperationsOf, VisitRow, cut_operations, cut_visits, operations, recognised as whom, visit,
};
use kernel::{ClientId, VisitId};
use parties::client::commands::{RegisterClient, SetSegment};
use parties::client::model::Segment;
use parties::links::commands::AddLink;
use parties::links::model::LinkKind;
use parties::merge::commands::MergeClients;
use parties::secrecy::commands::SetSecrecy;
use spine::replica::message::{Outcome, Up};
use spine::secrecy::Level;
use store::{Read, params};
use testkit::kinds;

use crate::cards::Wallet;
use crate::desk::Desk;
use crate::known::{REFUSED, director, finish, his, paid, recognised};
use crate::world::World;

/// A client of branch 03.
async fn far(centre: &Desk, kind: &str, field: &str) -> ClientId {
    let register = RegisterClient {
        kind: kind.to_owned(),
        fields: BTreeMap::from([(field.to_owned(), "Дальний".to_owned())]),
        branch_id: Some(centre.branch("03")),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    centre.execute("head_office", &register).await.unwrap()
}

async fn held(desk: &Desk, id: VisitId) -> Option<ClientId> {
    whom(&mut desk.services.reader.clone(), id).await.unwrap()
}

/// The visit as a clerk reads it.
async fn read(desk: &Desk, id: VisitId) -> VisitRow {
    let db = &mut desk.services.reader.clone();
    let mut row = visit(db, id).await.unwrap().unwrap();
    let ctx = desk.ctx("clerk");
    cut_visits(db, &ctx.principal, std::slice::from_mut(&mut row)).await.unwrap();
    row
}

/// The numbers of the documents of operations as a clerk reads them.
async fn references(desk: &Desk) -> Vec<String> {
    let db = &mut desk.services.reader.clone();
    let principal = desk.ctx("clerk").principal;
    let of = OperationsOf::default();
    let mut rows = operations(db, &principal, &of, 9).await.unwrap();
    cut_operations(db, &principal, &mut rows).await.unwrap();
    rows.into_iter().map(|row| row.reference).collect()
}

/// A visit of somebody whom nobody knows.
async fn nobody(desk: &Desk) -> VisitId {
    let open =
        OpenVisit { ticket: "A009".to_owned(), person: String::new(), theme_id: None, serve: true };
    desk.execute("clerk", &open).await.unwrap().visit_id
}

/// What the centre answers a node that tells of a recognition.
async fn told(world: &World, visit_id: VisitId, person_id: ClientId) -> (Outcome, String) {
    let (by, with) = ("document".to_owned(), "1".to_owned());
    let recognise = RecogniseVisitor { visit_id, person_id, by, with };
    let place = &world.places[0];
    let up = place.branch.say().await.unwrap();
    let up = Up { commands: vec![place.telling("clerk", &recognise)], ..up };
    let mut down = world.centre.answer(place.node, &up).await.unwrap();
    let answer = down.answers.remove(0);
    (answer.outcome, answer.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_merged_meanwhile_is_recognised_and_rejected_all_the_same() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (person, _) = director(&world).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let desk = &place.bank;
        let here = recognised(desk, person).await;
        desk.execute("clerk", &finish(here)).await.unwrap();
        let visit_id = recognised(desk, person).await;
        let reason = "не похож".to_owned();
        let reject = RejectVisitor { visit_id, client_id: person, reason };
        desk.execute("clerk", &reject).await.unwrap();
        let twin = far(centre, "person", "last_name").await;
        let merge = MergeClients {
            survivor_id: twin,
            loser_id: person,
            picks: BTreeMap::new(),
            reason: "один человек".to_owned(),
        };
        centre.execute("head_office", &merge).await.unwrap();
        world.heal().await;
        assert_eq!(centre.number(REFUSED).await, 0, "{kind:?}");
        for table in ["visit", "interaction"] {
            assert_eq!(his(centre, table, twin).await, 1, "{table}");
        }
        for bank in [centre, desk] {
            assert_eq!((held(bank, here).await, held(bank, visit_id).await), (Some(twin), None));
        }
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_he_has_gone_a_branch_shows_nothing_of_him() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (person, _) = director(&world).await;
        let desk = &world.places[0].bank;
        let id = recognised(desk, person).await;
        desk.execute("clerk", &paid(id)).await.unwrap();
        assert_eq!(references(desk).await, ["17"]);
        let row = read(desk, id).await;
        assert_eq!((row.known_name.as_str(), row.identified_with.as_str()), ("Громов", "3456"));
        assert_eq!((row.person.as_str(), row.known_person_id), ("", Some(person)));
        desk.execute("clerk", &finish(id)).await.unwrap();
        let row = read(desk, id).await;
        let left = [&row.known_name, &row.person, &row.identified_with, &row.result];
        assert!(left.iter().all(|text| text.is_empty()), "{left:?}");
        assert_eq!((row.known_person_id, row.client_id), (None, None));
        assert_eq!(references(desk).await, [""]);
        let named = "select count(*) from visit where person <> ''";
        world.heal().await;
        assert_eq!((desk.number(named).await, world.centre_bank.number(named).await), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_the_card_of_somebody_else_is_recognised_no_more() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (person, _) = director(&world).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let other = far(centre, "person", "last_name").await;
        let mut wallets = Vec::new();
        for of in [other, person] {
            wallets.push(Wallet::issued_by(centre, "manager_far", of).await);
        }
        world.heal().await;
        let desk = &place.bank;
        let mut visits = Vec::new();
        for wallet in &mut wallets {
            let visit_id = recognised(desk, person).await;
            let reading = wallet.reading(desk).await;
            desk.execute("clerk", &ReadCard { visit_id, reading }).await.unwrap();
            visits.push(visit_id);
        }
        assert_eq!(held(desk, visits[0]).await, None, "of the card's client nothing is here");
        world.heal().await;
        assert_eq!(his(centre, "visit", other).await, 1);
        for bank in [centre, desk] {
            let stands = (held(bank, visits[0]).await, held(bank, visits[1]).await);
            assert_eq!(stands, (None, Some(person)), "his own card is his own");
        }
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_the_list_lately_is_accepted_without_his_name_and_nobody_else() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (person, _) = director(&world).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let desk = &place.bank;
        let id = recognised(desk, person).await;
        desk.execute("clerk", &finish(id)).await.unwrap();
        let level = Level::Restricted;
        let close = SetSecrecy { client_id: person, level, reason: "VIP".to_owned() };
        centre.execute("security_officer", &close).await.unwrap();
        centre.execute_system(&RefreshRegard { client_id: Some(person) }).await;
        world.heal().await;
        assert_eq!((centre.number(REFUSED).await, his(centre, "visit", person).await), (0, 1));
        let named = "select (select count(*) from visit where person <> '') + \
                     (select count(*) from outbox where channel = 'notice' and payload like '%Громов%')";
        assert_eq!(centre.number(named).await, 0, "a closed card's name is told to nobody");
        // a director of a company like any other was never on the list
        let other = far(centre, "person", "last_name").await;
        let company = far(centre, "company", "full_name").await;
        let link = AddLink {
            from: other,
            to: company,
            kind: LinkKind::Director,
            share_bp: None,
            since: None,
            until: None,
            note: String::new(),
            custom: BTreeMap::new(),
        };
        centre.execute("head_office", &link).await.unwrap();
        centre.execute_system(&RefreshRegard { client_id: Some(company) }).await;
        let refused = (Outcome::Refused, "visitor-not-known".to_owned());
        let visit_id = nobody(desk).await;
        world.heal().await;
        assert_eq!(told(&world, visit_id, other).await, refused);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_the_list_long_ago_is_refused() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (person, _) = director(&world).await;
        let centre = &world.centre_bank;
        let sql = "select company_id from client_regard where person_id = $1";
        let row = centre.services.reader.clone().first(sql, params![person]).await;
        let company: ClientId = row.unwrap().unwrap().one().unwrap();
        let plain = SetSegment { client_ids: vec![company], segment: Segment::Sme };
        centre.execute("head_office", &plain).await.unwrap();
        centre.execute_system(&RefreshRegard { client_id: Some(company) }).await;
        let visit_id = nobody(&world.places[0].bank).await;
        world.heal().await;
        let accepted = told(&world, visit_id, person).await;
        assert_eq!(accepted.0, Outcome::Accepted, "{accepted:?}");
        for _ in 0..2 {
            for bank in world.desks() {
                bank.clock.set(bank.clock_now().plus_days(16));
            }
            world.heal().await;
        }
        let refused = (Outcome::Refused, "visitor-not-known".to_owned());
        assert_eq!(told(&world, visit_id, person).await, refused);
    }
}
