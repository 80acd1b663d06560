//! Who comes to a desk that is cut off: whoever speaks for an important company is known there, though the branch has no copy of
//! the company, and its manager hears of it when the line is back. And what he agrees to there does not undo what he has taken back
//! elsewhere.

use std::collections::BTreeMap;

use engagement::desk::RefreshRegard;
use engagement::desk::commands::{
    FinishVisit, IdentifyVisitor, LeftOut, OpenVisit, SaveTheme, TickVisitStep,
};
use engagement::desk::queries::regards;
use kernel::{DeskThemeId, VisitId};
use parties::client::commands::{RegisterClient, SetSegment};
use parties::client::model::Segment;
use parties::contacts::commands::WithdrawConsent;
use parties::contacts::model::ConsentChannel;
use parties::links::commands::AddLink;
use parties::links::model::LinkKind;
use spine::Error;
use spine::bundle::Stage;
use strategy::script_commands::SaveScript;
use testkit::{START, kinds};
use uuid::Uuid;

use crate::both_sides::{give, withdraw};
use crate::bundle::publish;
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

/// The end of a visit by which no step was left out.
fn finished(visit_id: VisitId) -> FinishVisit {
    FinishVisit {
        visit_id,
        result: "resolved".to_owned(),
        note: String::new(),
        left_out: Vec::new(),
        left_out_reason: String::new(),
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
        let finish = finished(visit_id);
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

async fn cards_theme(centre: &Desk) -> DeskThemeId {
    let theme = SaveTheme {
        theme_id: None,
        version: 0,
        parent_id: None,
        name: "Карты".to_owned(),
        name_en: "Cards".to_owned(),
        topic: String::new(),
        letter: "C".to_owned(),
        minutes: 10,
        place: 1,
        archived: false,
    };
    centre.execute("methodologist", &theme).await.unwrap()
}

/// Publishes a script of these steps, named alike in both languages.
async fn publish_script(centre: &Desk, script_id: Option<Uuid>, steps: &[&str]) -> Uuid {
    let steps: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
    let script = SaveScript {
        script_id,
        key: "card-lost".to_owned(),
        name: "Карта потеряна".to_owned(),
        name_en: "Card lost".to_owned(),
        theme: "Карты".to_owned(),
        steps_en: steps.clone(),
        steps,
        revision: None,
    };
    let id = centre.execute("methodologist", &script).await.unwrap();
    publish(centre, Stage::all(), None).await;
    id
}

/// Serves a client by the first version of the script: one step is done before it is known who he is, one is left out.
async fn serve(bank: &Desk, theme_id: DeskThemeId, client_id: kernel::ClientId) -> VisitId {
    let open = OpenVisit {
        ticket: "C001".to_owned(),
        person: String::new(),
        theme_id: Some(theme_id),
        serve: true,
    };
    let visit_id = bank.execute("clerk", &open).await.unwrap().visit_id;
    let (script, step) = ("card-lost".to_owned(), "Установить личность".to_owned());
    let tick = TickVisitStep { visit_id, script, place: 1, step, done: true };
    bank.execute("clerk", &tick).await.unwrap();
    let by = "document".to_owned();
    let identify = IdentifyVisitor { visit_id, client_id, by, with: String::new() };
    bank.execute("clerk", &identify).await.unwrap();
    let refused = bank.execute("clerk", &finished(visit_id)).await;
    let Err(Error::Refused(refusals)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusals.0[0].code, "visit-steps-open");
    let (script, step) = ("card-lost".to_owned(), "Заблокировать карту".to_owned());
    let finish = FinishVisit {
        left_out: vec![LeftOut { script, place: 2, step }],
        left_out_reason: "Уже заблокирована по телефону".to_owned(),
        ..finished(visit_id)
    };
    bank.execute("clerk", &finish).await.unwrap();
    visit_id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_by_an_older_script_is_accepted_and_its_steps_are_there_once() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let theme = cards_theme(centre).await;
        let first = ["Установить личность", "Заблокировать карту"];
        let script = publish_script(centre, None, &first).await;
        let person = client(centre, "person", ("last_name", "Громов"), "01");
        let person = centre.execute("head_office", &person).await.unwrap();
        world.heal().await;
        let second = ["Выразить сочувствие", "Установить личность", "Предложить новую карту"];
        publish_script(centre, Some(script), &second).await;
        // the new version and another client are on their way while the clerk works by the old one
        let other = client(centre, "person", ("last_name", "Серова"), "01");
        centre.execute("head_office", &other).await.unwrap();
        let up = place.branch.say().await.unwrap();
        let down = world.centre.answer(place.node, &up).await.unwrap();
        serve(&place.bank, theme, person).await;
        place.branch.take(down).await.unwrap();
        let steps = "select count(*) from visit_step where step in ('Установить личность', 'Заблокировать карту') \
                     and client_id = (select client_id from visit)";
        let left =
            "select count(*) from visit_step where outcome = 'left_out' and reason like 'Уже%'";
        let done = "select count(*) from visit where state = 'done'";
        let of = async |bank: &Desk| {
            (bank.number(steps).await, bank.number(left).await, bank.number(done).await)
        };
        assert_eq!(of(&place.bank).await, (2, 1, 1), "done again under the new version");
        for _ in 0..2 {
            world.heal().await;
            for bank in [centre, &place.bank] {
                assert_eq!(of(bank).await, (2, 1, 1));
                let all = "select (select count(*) from visit_step) * 100 + (select count(*) from branch_refusal)";
                assert_eq!(bank.number(all).await, 200);
            }
        }
        let new = "select count(*) from service_script where steps like 'Выразить%'";
        assert_eq!(place.bank.number(new).await, 1, "the new version is in force");
        world.check_equal(place).await;
    }
}
