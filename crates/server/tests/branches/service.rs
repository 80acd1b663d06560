//! Who comes to a desk that is cut off: whoever speaks for an important company is known there, though the branch has no copy of
//! the company, and its manager hears of it when the line is back. And what he agrees to there does not undo what he has taken back
//! elsewhere.

use std::collections::BTreeMap;

use engagement::desk::RefreshRegard;
use engagement::desk::commands::{FinishVisit, IdentifyVisitor, OpenVisit};
use engagement::desk::queries::regards;
use parties::client::commands::{RegisterClient, SetSegment};
use parties::client::model::Segment;
use parties::contacts::commands::WithdrawConsent;
use parties::contacts::model::ConsentChannel;
use parties::links::commands::AddLink;
use parties::links::model::LinkKind;
use testkit::{START, kinds};

use crate::both_sides::{give, withdraw};
use crate::desk::Desk;
use crate::world::World;

fn client(bank: &Desk, kind: &str, (field, name): (&str, &str), code: &str) -> RegisterClient {
    RegisterClient {
        kind: kind.to_owned(),
        fields: BTreeMap::from([(field.to_owned(), name.to_owned())]),
        branch_id: Some(bank.branch(code)),
        source: "client".to_owned(),
        ..RegisterClient::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_director_is_known_without_a_line_and_the_companys_manager_hears_of_it_afterwards() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let far = centre.ctx("manager_far").principal.user_id.unwrap();
        let person = client(centre, "person", ("last_name", "Громов"), "01");
        let person = centre.execute("head_office", &person).await.unwrap();
        let company = client(centre, "company", ("full_name", "Северный завод"), "03");
        let company = RegisterClient { manager_id: Some(far), ..company };
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
        centre.execute("head_office", &link).await.unwrap();
        let vip = SetSegment { client_ids: vec![company], segment: Segment::Vip };
        centre.execute("head_office", &vip).await.unwrap();
        centre.execute_system(&RefreshRegard { client_id: Some(company) }).await;
        place.settle(&world.centre).await;
        // from here on there is no line
        let open = OpenVisit {
            ticket: "A001".to_owned(),
            person: String::new(),
            theme_id: None,
            serve: true,
        };
        let visit_id = place.bank.execute("clerk", &open).await.unwrap().visit_id;
        let by = "document".to_owned();
        let identify = IdentifyVisitor { visit_id, client_id: person, by, with: String::new() };
        place.bank.execute("clerk", &identify).await.unwrap();
        let known = regards(&mut place.bank.services.reader.clone(), person).await.unwrap();
        assert_eq!((known.len(), known[0].company_name.as_str()), (1, "Северный завод"));
        assert_eq!((known[0].segment.as_str(), known[0].manager_id), ("vip", Some(far)));
        let companies = "select count(*) from client where kind = 'company'";
        assert_eq!(place.bank.number(companies).await, 0, "the company is not here");
        let told = format!(
            "select count(*) from outbox where channel = 'notice' and recipient = '{far}' and payload like '%visitor-here%'"
        );
        assert_eq!(centre.number(&told).await, 0);
        let finish = FinishVisit { visit_id, result: "resolved".to_owned(), note: String::new() };
        place.bank.execute("clerk", &finish).await.unwrap();
        place.settle(&world.centre).await;
        assert_eq!(centre.number(&told).await, 1, "told once, when the line is back");
        assert_eq!(centre.number("select count(*) from visit where state = 'done'").await, 1);
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_beats_a_consent_that_did_not_know_of_it() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let person = client(centre, "person", ("last_name", "Громов"), "01");
        let person = centre.execute("head_office", &person).await.unwrap();
        place.settle(&world.centre).await;
        centre.clock.set(START.plus_hours(1));
        let back = WithdrawConsent { channel: ConsentChannel::Any, ..withdraw(person) };
        centre.execute("head_office", &back).await.unwrap();
        // the branch, which has not heard of it, takes a consent an hour later
        place.bank.clock.set(START.plus_hours(2));
        place.bank.execute("manager", &give(person)).await.unwrap();
        centre.clock.set(START.plus_hours(3));
        place.settle(&world.centre).await;
        let refused =
            "select count(*) from branch_refusal where code = 'consent-withdrawn-meanwhile'";
        let given = "select count(*) from client_consent where state = 'given'";
        for bank in [centre, &place.bank] {
            assert_eq!((bank.number(refused).await, bank.number(given).await), (1, 0));
        }
        // who has heard of it and agrees all the same, agrees
        place.bank.clock.set(START.plus_hours(4));
        place.bank.execute("manager", &give(person)).await.unwrap();
        centre.clock.set(START.plus_hours(4));
        place.settle(&world.centre).await;
        for bank in [centre, &place.bank] {
            assert_eq!((bank.number(refused).await, bank.number(given).await), (1, 1));
        }
        world.check_equal(place).await;
    }
}
