//! A director who is a client of another branch: his card stays out of reach, and the desk knows all the same for whom he speaks and
//! how he is to be served. Who finds him must have a whole number or his whole name.

use std::collections::BTreeMap;

use engagement::desk::commands::{LeaveVisit, OpenVisit, RecogniseVisitor};
use engagement::desk::queries::find_known;
use kernel::{ClientId, Clock, LinkId, VisitId};
use parties::client::commands::{RegisterClient, SetSegment};
use parties::client::model::Segment;
use parties::contacts::commands::{AddContact, ArchiveContact, ContactFields};
use parties::contacts::model::ContactKind;
use parties::links::commands::{AddLink, EndLink};
use parties::links::model::LinkKind;
use parties::merge::commands::MergeClients;
use parties::secrecy::commands::SetSecrecy;
use serde_json::json;
use spine::org::edit::SaveRole;
use spine::secrecy::Level;
use spine::{Error, Scope};
use store::{Read, params};
use testkit::Bank;

use crate::api;
use crate::engagement::{codes, page, post};
use crate::privacy::{erase, erase_by_two};
use crate::support::{both, changes, number};

const PASSPORT: &str = "4510 123456";
const PHONE: &str = "+79161234567";

/// A company of branch 03 that is due special service, with a director who is a client there.
pub(crate) struct Director {
    pub(crate) person: ClientId,
    company: ClientId,
    link: LinkId,
}

fn client(bank: &Bank, kind: &str, fields: &[(&str, &str)]) -> RegisterClient {
    RegisterClient {
        kind: kind.to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        manager_id: Some(bank.user("manager_far")),
        source: "client".to_owned(),
        ..RegisterClient::default()
    }
}

fn named(bank: &Bank) -> RegisterClient {
    let names = [("last_name", "Королёв"), ("first_name", "Пётр"), ("patronymic", "Ильич")];
    client(bank, "person", &names)
}

pub(crate) async fn director(bank: &Bank) -> Director {
    let person = RegisterClient {
        phone: Some(PHONE.to_owned()),
        identifiers: vec![("passport_rf".to_owned(), PASSPORT.to_owned())],
        ..named(bank)
    };
    let person = bank.execute("manager_far", &person).await.unwrap();
    let company = client(bank, "company", &[("full_name", "Северный завод")]);
    let company = bank.execute("manager_far", &company).await.unwrap();
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
    let link = bank.execute("manager_far", &link).await.unwrap();
    let vip = SetSegment { client_ids: vec![company], segment: Segment::Vip };
    bank.execute("head_office", &vip).await.unwrap();
    bank.settle().await;
    Director { person, company, link }
}

pub(crate) async fn serving(bank: &Bank, login: &str) -> VisitId {
    let open =
        OpenVisit { ticket: "A001".to_owned(), person: String::new(), theme_id: None, serve: true };
    bank.execute(login, &open).await.unwrap().visit_id
}

/// Whom a clerk of branch 01 finds.
async fn found(bank: &Bank, typed: &str) -> Vec<ClientId> {
    let ctx = bank.as_role("clerk");
    let known = find_known(&mut bank.services.reader.clone(), &ctx.principal, typed).await;
    known.unwrap().into_iter().map(|known| known.person_id).collect()
}

const TOLD: &str =
    "select count(*) from outbox where channel = 'notice' and payload like '%visitor-here%'";

#[tokio::test(flavor = "multi_thread")]
async fn a_director_of_another_branch_is_recognised_and_his_card_stays_shut() {
    both(async |bank: &Bank| {
        let Director { person, company, .. } = director(bank).await;
        let mut clerk = bank.client("clerk").await;
        let visit = serving(bank, "clerk").await;
        let home = format!("/desk?visit={visit}");
        let hit = page(&mut clerk, &format!("{home}&q=4510%20123456")).await;
        assert!(hit.contains(&format!("recognise-{person}")), "{hit}");
        assert!(hit.contains("Северный завод") && hit.contains("VIP service"), "{hit}");
        let steps = format!("/desk/visits/{visit}");
        let send = format!("{steps}/recognise");
        // who finds somebody sees a document or has a code sent: he knows him not
        for (form, typed) in [("by=known&with=3456", "3456"), ("by=document&with=", "Королёв")]
        {
            let form = format!("person={person}&{form}&q=Королёв Пётр Ильич");
            let again = post(bank, &mut clerk, &send, &form).await;
            assert_eq!((again.status, again.body.contains(typed)), (422, true));
        }
        let form = format!("person={person}&by=document&with=3456");
        assert_eq!(post(bank, &mut clerk, &send, &form).await.location(), home);
        let desk = page(&mut clerk, &home).await;
        for shown in ["Королёв Пётр Ильич", "Director", "Северный завод", "VIP service"]
        {
            assert!(desk.contains(shown), "{shown}: {desk}");
        }
        assert!(!desk.contains(&format!("/clients/{person}")), "{desk}");
        for closed in [person, company] {
            assert_eq!(clerk.get(&format!("/clients/{closed}")).await.status, 404);
        }
        assert!(!page(&mut clerk, "/search?q=4510123456").await.contains("Королёв"));
        // once for the visit, however often it is said
        post(bank, &mut clerk, &send, &form).await;
        assert_eq!(number(bank, TOLD).await, 1);
        let record = format!("visit={visit}&kind=cash_in&amount=10&currency=RUB&reference=1&note=");
        let recorded = post(bank, &mut clerk, "/desk/operations/new", &record).await;
        assert_eq!(recorded.location(), home);
        let finish = "result=resolved&note=Внёс деньги";
        post(bank, &mut clerk, &format!("{steps}/finish"), finish).await;
        assert!(!page(&mut clerk, &home).await.contains("Королёв"), "the visit is over");
        bank.settle().await;
        let mut far = bank.client("manager_far").await;
        let notices = page(&mut far, "/me/notices").await;
        assert!(notices.contains("Королёв") && notices.contains(&format!("/clients/{company}")));
        let timeline = page(&mut far, &format!("/clients/{person}/timeline")).await;
        assert_eq!(timeline.matches("Внёс деньги").count(), 1, "{timeline}");
        let his = "select count(*) from desk_operation where client_id is not null";
        assert_eq!(number(bank, his).await, 1);
        let told = changes(bank, "visit").await;
        let is_recognition = |text: &&String| text.contains("identified_by");
        assert!(told.iter().any(|text| text.contains(&person.to_string())), "{told:?}");
        assert_eq!(told.iter().filter(is_recognition).count(), 2, "each stands in the journal");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_numbers_and_names_find_and_nothing_lists() {
    both(async |bank: &Bank| {
        let Director { person, .. } = director(bank).await;
        for whole in ["45 10 123456", "8 (916) 123-45-67", "9161234567", "пётр ильич КОРОЛЕВ"]
        {
            assert_eq!(found(bank, whole).await, [person], "{whole}");
        }
        let parts =
            ["123456", "451012345", "1234567", "~7654321", "Королёв", "Королёв Пётр", "", "%"];
        for part in parts {
            assert_eq!(found(bank, part).await, [], "{part}");
        }
        let nobody = page(&mut bank.client("clerk").await, "/desk?q=4510123456").await;
        assert!(!nobody.contains("recognise-"), "who has nobody before him looks for nobody");
        // his own branch finds him as it always did
        let visit = serving(bank, "manager_far").await;
        let near = format!("/desk?visit={visit}&q=4510123456");
        let near = page(&mut bank.client("manager_far").await, &near).await;
        assert!(near.contains(&format!("identify-{person}")) && !near.contains("recognise-"));
        // whoever is not one of those who are known is recognised nowhere
        let stranger = bank.execute("manager_far", &named(bank)).await.unwrap();
        bank.settle().await;
        assert_eq!(found(bank, "Королёв Пётр Ильич").await, [person]);
        let visit_id = serving(bank, "clerk").await;
        let (by, with) = ("document".to_owned(), "3456".to_owned());
        let recognise = RecogniseVisitor { visit_id, person_id: stranger, by, with };
        assert_eq!(codes(bank.execute("clerk", &recognise).await), ["visitor-not-known"]);
        let elsewhere = RecogniseVisitor { person_id: person, ..recognise.clone() };
        let elsewhere = bank.execute("manager_near", &elsewhere).await;
        assert!(matches!(elsewhere, Err(Error::NotFound)), "not his desk: {elsewhere:?}");
        // at most a few of one name
        for _ in 0..3 {
            let one = bank.execute("manager_far", &named(bank)).await.unwrap();
            let link = AddLink {
                from: one,
                to: bank
                    .execute("manager_far", &client(bank, "company", &[("full_name", "Южный")]))
                    .await
                    .unwrap(),
                kind: LinkKind::Director,
                share_bp: None,
                since: None,
                until: None,
                note: String::new(),
                custom: BTreeMap::new(),
            };
            bank.execute("manager_far", &link).await.unwrap();
            let to = SetSegment { client_ids: vec![link.to], segment: Segment::Premium };
            bank.execute("head_office", &to).await.unwrap();
        }
        bank.settle().await;
        assert_eq!(number(bank, "select count(*) from known_person").await, 4);
        assert_eq!(found(bank, "Королёв Пётр Ильич").await.len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_no_more_is_secret_or_has_another_phone_is_not_found_by_it() {
    both(async |bank: &Bank| {
        let Director { person, link, .. } = director(bank).await;
        let sql = "select id from client_contact where client_id = $1";
        let row = bank.services.reader.clone().first(sql, params![person]).await;
        let contact_id = row.unwrap().unwrap().one().unwrap();
        bank.execute("manager_far", &ArchiveContact { contact_id }).await.unwrap();
        let fields = ContactFields {
            value: "+79167654321".to_owned(),
            label: String::new(),
            is_main: true,
            source: "client".to_owned(),
        };
        let phone = AddContact { client_id: person, kind: ContactKind::Phone, fields };
        bank.execute("manager_far", &phone).await.unwrap();
        bank.settle().await;
        assert_eq!((found(bank, PHONE).await, found(bank, "+79167654321").await), (vec![], vec![person]));
        let secrecy = |level| SetSecrecy { client_id: person, level, reason: "VIP".to_owned() };
        bank.execute("security_officer", &secrecy(Level::Restricted)).await.unwrap();
        assert_eq!(found(bank, PASSPORT).await, [], "at once");
        bank.settle().await;
        assert_eq!(number(bank, "select count(*) from known_person_print").await, 0);
        bank.execute("security_officer", &secrecy(Level::Open)).await.unwrap();
        bank.settle().await;
        assert_eq!(found(bank, PASSPORT).await, [person]);
        // he was registered twice: the one he becomes is found by what either had
        let twin = bank.execute("manager_far", &named(bank)).await.unwrap();
        let reason = "один человек".to_owned();
        let merge =
            MergeClients { survivor_id: twin, loser_id: person, picks: BTreeMap::new(), reason };
        bank.execute("head_office", &merge).await.unwrap();
        assert_eq!((found(bank, PASSPORT).await, found(bank, "+79167654321").await), (vec![twin], vec![twin]));
        assert_eq!(number(bank, "select count(*) from known_person").await, 1);
        let end = EndLink { link_id: link, until: bank.today(), by_mistake: true };
        bank.execute("manager_far", &end).await.unwrap();
        bank.settle().await;
        assert_eq!(found(bank, PASSPORT).await, []);
        let left = "select (select count(*) from known_person) + (select count(*) from known_person_print)";
        assert_eq!(number(bank, left).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_ends_on_a_day_ends_by_itself() {
    both(async |bank: &Bank| {
        let Director { person, link, .. } = director(bank).await;
        let until = bank.today().tomorrow().unwrap();
        let end = EndLink { link_id: link, until, by_mistake: false };
        bank.execute("manager_far", &end).await.unwrap();
        bank.settle().await;
        assert_eq!(found(bank, PASSPORT).await, [person]);
        bank.clock.set(bank.clock.now().plus_days(2));
        bank.settle().await;
        assert_eq!(found(bank, PASSPORT).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_erased_director_nothing_is_known() {
    both(async |bank: &Bank| {
        let Director { person, .. } = director(bank).await;
        erase_by_two(bank, &erase(person)).await;
        assert_eq!(found(bank, PASSPORT).await, []);
        bank.settle().await;
        for table in ["known_person", "known_person_print", "client_regard"] {
            assert_eq!(number(bank, &format!("select count(*) from {table}")).await, 0, "{table}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_taken_for_somebody_else_is_nobody_again() {
    both(async |bank: &Bank| {
        let Director { person, .. } = director(bank).await;
        let mut clerk = bank.client("clerk").await;
        let visit_id = serving(bank, "clerk").await;
        let (by, with) = ("phone".to_owned(), "4567".to_owned());
        let recognise = RecogniseVisitor { visit_id, person_id: person, by, with };
        bank.execute("clerk", &recognise).await.unwrap();
        let home = format!("/desk?visit={visit_id}");
        assert!(page(&mut clerk, &home).await.contains("VIP service"));
        let reject = format!("/desk/visits/{visit_id}/reject");
        let form = format!("client={person}&reason=Не похож");
        assert_eq!(post(bank, &mut clerk, &reject, &form).await.location(), home);
        let desk = page(&mut clerk, &home).await;
        assert!(!desk.contains("VIP service") && desk.contains("visit-who"), "{desk}");
        let left = "select (select count(*) from visit_known) + (select count(*) from visit where person <> '')";
        assert_eq!(number(bank, left).await, 0);
    })
    .await;
}

/// The key of a new role that serves at desks and reads no client.
pub(crate) async fn serves_only(bank: &Bank) -> String {
    let role = SaveRole {
        role_id: None,
        name: "Стойка".to_owned(),
        name_en: "Desk".to_owned(),
        grants: ["desk.serve", "app.use"].map(|key| (key.to_owned(), Scope::Bank)).into(),
        second_factor: None,
        original: None,
    };
    let ctx = bank.as_system();
    let id = bank.services.execute(&ctx, ctx.command_id(), &role).await.unwrap();
    bank.services.directory.get().roles[&id].key.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_find_and_say_the_same_as_the_page() {
    both(async |bank: &Bank| {
        let Director { person, .. } = director(bank).await;
        let visit = serving(bank, "clerk").await;
        let mut program = api::program_as(bank, &serves_only(bank).await).await;
        let find = format!("/visits/{visit}/known-people?q=4510123456");
        let (status, answer, _) = api::get(&mut program, &find).await;
        let one = &answer["items"][0];
        assert_eq!((status, one["person_id"].as_str()), (200, Some(&*person.to_string())));
        assert_eq!(
            (one["service"].as_str(), one["regards"][0]["role"].as_str()),
            (Some("vip"), Some("director"))
        );
        let body = json!({ "person_id": person, "by": "document", "with": "3456" });
        let path = format!("/visits/{visit}/known-person");
        let (status, answer, _) = api::call(&mut program, "POST", &path, Some(body), &[]).await;
        assert_eq!(status, 204, "{answer}");
        let (_, seen, _) = api::get(&mut program, &format!("/visits/{visit}")).await;
        assert_eq!((seen["client_id"].as_str(), seen["person"].as_str()), (None, Some("")));
        bank.execute("clerk", &LeaveVisit { visit_id: visit }).await.unwrap();
        let (status, over, _) = api::get(&mut program, &find).await;
        assert_eq!((status, over["code"].as_str()), (422, Some("visit-ended")), "{over}");
    })
    .await;
}
