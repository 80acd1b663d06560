//! A director who is a client of another branch comes to a desk that is cut off and has no copy of him: he is known there all the
//! same, and when the line is back the centre knows who it was, once.

use std::collections::BTreeMap;

use engagement::desk::RefreshRegard;
use engagement::desk::commands::{
    FinishVisit, OpenVisit, RecogniseVisitor, RecordOperation, RejectVisitor,
};
use engagement::desk::model::Service;
use engagement::desk::queries::{find_known, known_visitor};
use kernel::{ClientId, Currency, LinkId, VisitId};
use parties::client::commands::{RegisterClient, SetSegment};
use parties::client::model::Segment;
use parties::links::commands::{AddLink, EndLink};
use parties::links::model::LinkKind;
use spine::Error;
use spine::replica::message::{Outcome, Up};
use store::{Read, params};
use testkit::kinds;

use crate::desk::Desk;
use crate::world::World;

/// A director of branch 03 and the link by which he is one.
pub(super) async fn director(world: &World) -> (ClientId, LinkId) {
    let centre = &world.centre_bank;
    let far = centre.ctx("manager_far").principal.user_id;
    let client = |kind: &str, field: &str, name: &str| RegisterClient {
        kind: kind.to_owned(),
        fields: BTreeMap::from([(field.to_owned(), name.to_owned())]),
        branch_id: Some(centre.branch("03")),
        manager_id: far,
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    let person = RegisterClient {
        phone: Some("+79161234567".to_owned()),
        identifiers: vec![("passport_rf".to_owned(), "4510 123456".to_owned())],
        ..client("person", "last_name", "Громов")
    };
    let person = centre.execute("head_office", &person).await.unwrap();
    let company = client("company", "full_name", "Северный завод");
    let company = centre.execute("head_office", &company).await.unwrap();
    let link = AddLink {
        from: person,
        to: company,
        kind: LinkKind::Director,
        share_bp: None,
        since: None,
        until: None,
        note: String::new(),
        custom: BTreeMap::new(),
    };
    let link = centre.execute("head_office", &link).await.unwrap();
    let vip = SetSegment { client_ids: vec![company], segment: Segment::Vip };
    centre.execute("head_office", &vip).await.unwrap();
    centre.execute_system(&RefreshRegard { client_id: Some(company) }).await;
    world.heal().await;
    (person, link)
}

async fn found(desk: &Desk, typed: &str) -> Vec<ClientId> {
    let ctx = desk.ctx("clerk");
    let known = find_known(&mut desk.services.reader.clone(), &ctx.principal, typed).await;
    known.unwrap().into_iter().map(|known| known.person_id).collect()
}

/// A visit in which he is recognised by his passport.
pub(super) async fn recognised(desk: &Desk, person_id: ClientId) -> VisitId {
    let open =
        OpenVisit { ticket: "A001".to_owned(), person: String::new(), theme_id: None, serve: true };
    let visit_id = desk.execute("clerk", &open).await.unwrap().visit_id;
    let (by, with) = ("document".to_owned(), "3456".to_owned());
    let recognise = RecogniseVisitor { visit_id, person_id, by, with };
    desk.execute("clerk", &recognise).await.unwrap();
    visit_id
}

pub(super) fn finish(visit_id: VisitId) -> FinishVisit {
    FinishVisit {
        visit_id,
        result: "resolved".to_owned(),
        note: String::new(),
        left_out: Vec::new(),
        left_out_reason: String::new(),
    }
}

pub(super) fn paid(visit_id: VisitId) -> RecordOperation {
    RecordOperation {
        visit_id: Some(visit_id),
        client_id: None,
        kind: "document".to_owned(),
        currency: Currency::RUB,
        amount_minor: 0,
        reference: "17".to_owned(),
        note: String::new(),
    }
}

/// Rows of a table that are about him.
pub(super) async fn his(desk: &Desk, table: &str, person: ClientId) -> i64 {
    let sql = format!("select count(*) from {table} where client_id = $1");
    let row = desk.services.reader.clone().first(&sql, params![person]).await;
    row.unwrap().unwrap().one().unwrap()
}

const TOLD: &str =
    "select count(*) from outbox where channel = 'notice' and payload like '%visitor-here%'";
pub(super) const REFUSED: &str = "select count(*) from branch_refusal";

#[tokio::test(flavor = "multi_thread")]
async fn a_director_of_another_branch_is_recognised_without_a_line() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (person, _) = director(&world).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let desk = &place.bank;
        // from here on there is no line; of him nothing is here but that he is known
        for table in ["client", "client_key", "client_contact", "client_identifier", "client_link"]
        {
            assert_eq!(desk.number(&format!("select count(*) from {table}")).await, 0, "{table}");
        }
        for (typed, whom) in [("4510123456", vec![person]), ("8 916 123-45-67", vec![person])] {
            assert_eq!(found(desk, typed).await, whom, "{typed}");
        }
        assert_eq!(found(desk, "123456").await, []);
        let visit = recognised(desk, person).await;
        let known = known_visitor(&mut desk.services.reader.clone(), visit).await;
        let known = known.unwrap().unwrap();
        assert_eq!((known.name.as_str(), known.service), ("Громов", Service::Vip));
        assert_eq!(known.regards[0].company_name, "Северный завод");
        desk.execute("clerk", &paid(visit)).await.unwrap();
        assert_eq!(desk.execute("clerk", &finish(visit)).await.unwrap(), None);
        assert_eq!((centre.number(TOLD).await, his(centre, "visit", person).await), (0, 0));
        world.heal().await;
        assert_eq!(centre.number(TOLD).await, 1, "told once, when the line is back");
        for table in ["visit", "interaction", "desk_operation"] {
            assert_eq!(his(centre, table, person).await, 1, "{table}");
        }
        assert_eq!((centre.number(REFUSED).await, his(desk, "interaction", person).await), (0, 0));
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_comes_back_in_the_middle_of_his_visit_changes_nothing_for_the_desk() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (person, _) = director(&world).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let desk = &place.bank;
        let visit = recognised(desk, person).await;
        world.heal().await;
        assert_eq!(his(desk, "visit", person).await, 1, "the centre has said who he is");
        let known = known_visitor(&mut desk.services.reader.clone(), visit).await;
        assert_eq!(known.unwrap().unwrap().person_id, person);
        desk.execute("clerk", &paid(visit)).await.unwrap();
        // there is no copy of him to write a contact for: the centre writes it
        assert_eq!(desk.execute("clerk", &finish(visit)).await.unwrap(), None);
        // and another visit, in which he turns out to be somebody else
        let visit_id = recognised(desk, person).await;
        world.heal().await;
        let reason = "не похож".to_owned();
        let reject = RejectVisitor { visit_id, client_id: person, reason };
        desk.execute("clerk", &reject).await.unwrap();
        world.heal().await;
        for table in ["visit", "interaction", "desk_operation"] {
            assert_eq!(his(centre, table, person).await, 1, "{table}");
        }
        assert_eq!((centre.number(REFUSED).await, centre.number(TOLD).await), (0, 2));
        for bank in [centre, desk] {
            assert_eq!(bank.number("select count(*) from visit_known").await, 1);
        }
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_desk_did_by_the_list_it_had_stands_and_a_name_it_made_up_does_not() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (person, link_id) = director(&world).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let desk = &place.bank;
        let visit = recognised(desk, person).await;
        desk.execute("clerk", &finish(visit)).await.unwrap();
        // meanwhile he speaks for nobody any more
        let end = EndLink {
            link_id,
            until: testkit::START.date_in(&jiff::tz::TimeZone::UTC),
            by_mistake: false,
        };
        centre.execute("head_office", &end).await.unwrap();
        centre.execute_system(&RefreshRegard { client_id: Some(person) }).await;
        assert_eq!(centre.number("select count(*) from known_person").await, 0);
        world.heal().await;
        assert_eq!((centre.number(REFUSED).await, centre.number(TOLD).await), (0, 0));
        assert_eq!(his(centre, "interaction", person).await, 1);
        assert_eq!(found(desk, "4510123456").await, []);
        // a client who spoke for nobody is recognised at no desk, whatever a node tells
        let stranger = RegisterClient {
            kind: "person".to_owned(),
            fields: BTreeMap::from([("last_name".to_owned(), "Дальний".to_owned())]),
            branch_id: Some(centre.branch("03")),
            source: "client".to_owned(),
            ..RegisterClient::default()
        };
        let stranger = centre.execute("head_office", &stranger).await.unwrap();
        let open = OpenVisit {
            ticket: "A002".to_owned(),
            person: String::new(),
            theme_id: None,
            serve: true,
        };
        let visit_id = desk.execute("clerk", &open).await.unwrap().visit_id;
        let (by, with) = ("document".to_owned(), "1".to_owned());
        let made_up = RecogniseVisitor { visit_id, person_id: stranger, by, with };
        let refused = desk.execute("clerk", &made_up).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        world.heal().await;
        let up = place.branch.say().await.unwrap();
        let up = Up { commands: vec![place.telling("clerk", &made_up)], ..up };
        let down = world.centre.answer(place.node, &up).await.unwrap();
        let told = (down.answers[0].outcome, down.answers[0].code.as_str());
        assert_eq!(told, (Outcome::Refused, "visitor-not-known"));
        assert_eq!(his(centre, "visit", stranger).await, 0);
    }
}
