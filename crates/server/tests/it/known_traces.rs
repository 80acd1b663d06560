//! Whoever looks for people of other branches leaves a trace, and must have a visitor before him; the name of who was found is shown
//! while he is there, and stands nowhere afterwards.

use engagement::desk::RefreshRegard;
use engagement::desk::commands::{CallVisitor, LeaveVisit, OpenVisit, RecogniseVisitor};
use kernel::{ClientId, VisitId};
use spine::Error;
use store::{Read, params};
use testkit::Bank;
use uuid::Uuid;

use crate::api;
use crate::engagement::{codes, page, post};
use crate::known::{Director, director, serves_only, serving};
use crate::support::{both, force, number};

async fn waiting(bank: &Bank) -> VisitId {
    let open = OpenVisit {
        ticket: "A007".to_owned(),
        person: "Пётр".to_owned(),
        theme_id: None,
        serve: false,
    };
    bank.execute("clerk", &open).await.unwrap().visit_id
}

/// Where and by whom somebody was found, as the log of readings has it.
async fn finds(bank: &Bank, person: ClientId) -> Vec<(String, String)> {
    let sql = "select s.login, l.place from read_log l join staff s on s.id = l.staff_id \
               where l.client_id = $1 and l.level = 'open' and l.groups = 'links' order by l.at, l.id";
    let rows = bank.services.reader.clone().query(sql, params![person]).await.unwrap();
    let two = |row: store::Row| {
        let mut c = row.cols();
        (c.take().unwrap(), c.take().unwrap())
    };
    rows.into_iter().map(two).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_somebody_is_written_down_and_has_a_visitor_before_him() {
    both(async |bank: &Bank| {
        let Director { person, .. } = director(bank).await;
        let visit = waiting(bank).await;
        let mut clerk = bank.client("clerk").await;
        let mut program = api::program_as(bank, &serves_only(bank).await).await;
        let home = format!("/desk?visit={visit}");
        let find = format!("/visits/{visit}/known-people?q=4510123456");
        let (status, early, _) = api::get(&mut program, &find).await;
        assert_eq!((status, early["code"].as_str()), (422, Some("visit-not-served")), "{early}");
        let early = page(&mut clerk, &format!("{home}&q=4510123456")).await;
        assert!(!early.contains("Королёв"), "{early}");
        assert_eq!(finds(bank, person).await, []);
        bank.execute("clerk", &CallVisitor { visit_id: visit }).await.unwrap();
        page(&mut clerk, &format!("{home}&q=451012345")).await;
        assert_eq!(finds(bank, person).await, [], "nobody was found");
        let line = ("clerk".to_owned(), home.clone());
        page(&mut clerk, &format!("{home}&q=4510123456")).await;
        assert_eq!(finds(bank, person).await, std::slice::from_ref(&line));
        // what is refused shows him too
        let send = format!("/desk/visits/{visit}/recognise");
        let form = format!("person={person}&by=known&with=1&q=Королёв Пётр Ильич");
        assert_eq!(post(bank, &mut clerk, &send, &form).await.status, 422);
        assert_eq!(finds(bank, person).await, [line.clone(), line]);
        assert_eq!(api::get(&mut program, &find).await.0, 200);
        let of_program = "select count(*) from read_log where channel = 'api' and level = 'open'";
        assert_eq!(number(bank, of_program).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_unusually_many_is_told_of() {
    both(async |bank: &Bank| {
        let Director { person, .. } = director(bank).await;
        let visit = serving(bank, "clerk").await;
        for _ in 0..24 {
            let id: Uuid = bank.as_system().new_id();
            let client = "insert into client (id, kind, number, display_name, sort_name, status, segment, \
                          created_at, updated_at) select $1, kind, number, 'X', 'X', status, segment, \
                          created_at, updated_at from client where id = $2";
            force(bank, client, params![id, person]).await;
            let read = "insert into read_log (id, client_id, staff_id, at, level, groups, place, channel, \
                        operation_id) values ($1, $1, $2, $3, 'open', 'links', '/desk', 'web', $1)";
            let (clerk, now) = (bank.user("clerk"), bank.as_system().now);
            force(bank, read, params![id, clerk, now]).await;
        }
        let home = format!("/desk?visit={visit}&q=4510123456");
        page(&mut bank.client("clerk").await, &home).await;
        bank.settle().await;
        let told = "select count(*) from notice where kind = 'many-cards-read'";
        assert_eq!(number(bank, told).await, 2, "one for each officer");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn his_name_is_shown_while_he_is_there_and_is_not_what_he_called_himself() {
    both(async |bank: &Bank| {
        let Director { person, .. } = director(bank).await;
        let visit_id = waiting(bank).await;
        bank.execute("clerk", &CallVisitor { visit_id }).await.unwrap();
        let mut clerk = bank.client("clerk").await;
        let form = format!("person={person}&by=document&with=3456");
        post(bank, &mut clerk, &format!("/desk/visits/{visit_id}/recognise"), &form).await;
        let desk = page(&mut clerk, &format!("/desk?visit={visit_id}")).await;
        assert!(desk.contains("The visitor is recognised"), "{desk}");
        assert!(desk.contains("Королёв Пётр Ильич") && !desk.contains("His card"), "{desk}");
        let mut program = api::program_as(bank, &serves_only(bank).await).await;
        let path = format!("/visits/{visit_id}");
        let (_, seen, _) = api::get(&mut program, &path).await;
        assert_eq!(
            (seen["known_name"].as_str(), seen["person"].as_str(), seen["client_id"].as_str()),
            (Some("Королёв Пётр Ильич"), Some("Пётр"), None)
        );
        bank.execute("clerk", &LeaveVisit { visit_id }).await.unwrap();
        let (_, seen, _) = api::get(&mut program, &path).await;
        for field in ["known_name", "person", "identified_with"] {
            assert_eq!(seen[field].as_str(), Some(""), "{field}");
        }
        assert_eq!(seen["known_person_id"].as_str(), None);
        let named = "select count(*) from visit where person <> 'Пётр'";
        assert_eq!(number(bank, named).await, 0);
        // and who is taken for somebody else is called what he was called before
        let visit_id = waiting(bank).await;
        let (by, with) = ("phone".to_owned(), "4567".to_owned());
        let recognise = RecogniseVisitor { visit_id, person_id: person, by, with };
        bank.execute("clerk", &recognise).await.unwrap();
        let reject = format!("client={person}&reason=Не похож");
        post(bank, &mut clerk, &format!("/desk/visits/{visit_id}/reject"), &reject).await;
        assert_eq!(number(bank, named).await, 0);
        let stranger = RecogniseVisitor { person_id: bank.as_system().new_id(), ..recognise };
        assert_eq!(codes(bank.execute("clerk", &stranger).await), ["visitor-not-known"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_write_the_list_at_once_are_in_nobodys_way() {
    both(async |bank: &Bank| {
        let Director { person, .. } = director(bank).await;
        let again = async || -> Result<(), Error> {
            let ctx = bank.as_system();
            let refresh = RefreshRegard { client_id: Some(person) };
            bank.services.execute(&ctx, ctx.command_id(), &refresh).await
        };
        for n in 0..10 {
            let change = "update client set display_name = $2 where id = $1";
            force(bank, change, params![person, format!("Имя {n}")]).await;
            let done = tokio::join!(again(), again(), again(), again());
            for one in [done.0, done.1, done.2, done.3] {
                one.unwrap();
            }
        }
        // what nobody stands behind any more goes by itself
        let orphan = "insert into known_person (person_id, name, service) select id, 'X', 'vip' from client \
                      where id not in (select person_id from known_person) and kind = 'company'";
        assert_eq!(force(bank, orphan, &[]).await, 1);
        bank.clock.set(kernel::Clock::now(&*bank.clock).plus_hours(2));
        bank.settle().await;
        assert_eq!(number(bank, "select count(*) from known_person").await, 1);
    })
    .await;
}
