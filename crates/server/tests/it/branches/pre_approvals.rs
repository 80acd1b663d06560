//! What the centre approves beforehand, as people meet it: on the client's card at the centre, in the form of an operation at a
//! branch.

use std::sync::Arc;

use branch::Hub;
use branch::notary::Knowing;
use engagement::desk::commands::{IdentifyVisitor, OpenVisit, RecordOperation};
use kernel::{ClientId, Currency, VisitId};
use spine::Command;
use spine::authority::Limit;
use spine::authority::commands::SaveLimit;
use spine::replica::branch::Taken;
use testkit::{Bank, Browser};

use super::rig::{Rig, at_branch, exchange, publish};
use crate::clients::person;
use crate::support::{both, changes, number};

const OPERATION: &str = RecordOperation::NAME;
const REFUSED: &str = "select count(*) from branch_refusal";

/// A small limit for everything.
fn limit() -> Limit {
    Limit {
        command: OPERATION.to_owned(),
        role: String::new(),
        currency: Currency::RUB,
        floor_minor: 300_000,
        threshold_minor: 100_000,
        pick_bp: 0,
        pick_max_bp: 0,
        lower_count: 3,
        upper_count: 5,
        client_day_minor: 1_000_000,
        person_day_minor: 2_000_000,
        lift_minor: None,
    }
}

/// Head office fills the form in.
async fn approve(bank: &Bank, office: &mut Browser, client: ClientId, typed: [&str; 2]) -> u16 {
    let id = bank.form_id();
    let [amount, until] = typed;
    let sent = [
        ("_id", id.as_str()),
        ("command", OPERATION),
        ("amount", amount),
        ("currency", "rub"),
        ("until", until),
    ];
    office.post(&format!("/clients/{client}/pre-approvals/new"), &sent).await.status
}

/// The address of the first form to take one back on a card.
fn withdrawal(page: &str) -> String {
    let end = page.find("/withdraw").expect("one may be taken back") + "/withdraw".len();
    let begin = page[..end].rfind("/clients/").expect("its address");
    page[begin..end].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn head_office_approves_on_the_card_and_takes_it_back() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", ["Гусев", "Пётр", ""]).await;
        let card = format!("/clients/{client}");
        let mut office = bank.client("head_office").await;
        assert!(office.get(&card).await.ok().contains("Nothing is approved beforehand"));
        let page = office.get(&format!("{card}/pre-approvals/new")).await.ok();
        assert!(page.contains("2026-11-24T12:00"), "a day from now in the bank's time: {page}");
        for (typed, wrong) in [
            (["много", "2026-11-24T12:00"], "много"),
            (["900 000", "2026-12-25T12:00"], "at most 31 days ahead"),
            (["900 000", "завтра"], "900 000"),
        ] {
            let id = bank.form_id();
            let [amount, until] = typed;
            let sent = [("_id", id.as_str()), ("command", OPERATION), ("amount", amount)];
            let sent = [&sent[..], &[("currency", "RUB"), ("until", until)]].concat();
            let reply = office.post(&format!("{card}/pre-approvals/new"), &sent).await;
            assert!(reply.status == 422 && reply.body.contains(wrong), "{wrong}: {}", reply.body);
        }
        let typed = ["900 000", "2026-11-24T12:00"];
        assert_eq!(approve(bank, &mut office, client, typed).await, 303);
        let page = office.get(&card).await.ok();
        assert!(page.contains("900,000") && page.contains("Open"), "{page}");
        let withdraw = withdrawal(&page);
        assert!(office.get(&withdraw).await.ok().contains("the centre then refuses that"));
        // it is nobody else's, and nothing of another client
        for (login, status) in [("clerk", 403), ("manager_far", 403)] {
            let mut browser = bank.client(login).await;
            assert_eq!(browser.get(&withdraw).await.status, status);
            assert!(!browser.get(&card).await.body.contains("pre-approvals/new"), "{login}");
        }
        let other = person(bank, "manager", ["Уткина", "Анна", ""]).await;
        let astray = withdraw.replace(&client.to_string(), &other.to_string());
        assert_eq!(office.get(&astray).await.status, 404);
        let id = bank.form_id();
        assert_eq!(office.post(&withdraw, &[("_id", &id)]).await.status, 303);
        let page = office.get(&card).await.ok();
        assert!(page.contains("Withdrawn") && !page.contains("/withdraw"), "{page}");
        assert_eq!(office.get(&withdraw).await.status, 404, "there is nothing to take back");
        let told = changes(bank, "pre_approval").await;
        assert!(told.len() == 2 && told[1].contains("withdrawn_at"), "{told:?}");
        // one whose time is over
        assert_eq!(approve(bank, &mut office, client, typed).await, 303);
        bank.clock.advance_seconds(24 * 3_600);
        let page = bank.client("head_office").await.get(&card).await.ok();
        assert!(page.contains("Expired") && !page.contains("/withdraw"), "{page}");
    })
    .await;
}

/// A visitor whom a clerk has identified.
async fn visit(bank: &Bank, client_id: ClientId) -> VisitId {
    let open =
        OpenVisit { ticket: "A001".to_owned(), person: String::new(), theme_id: None, serve: true };
    let visit_id = bank.execute("clerk", &open).await.unwrap().visit_id;
    let (by, with) = ("document".to_owned(), String::new());
    let identify = IdentifyVisitor { visit_id, client_id, by, with };
    bank.execute("clerk", &identify).await.unwrap();
    visit_id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_sees_it_in_its_form_and_does_the_operation_on_it_once() {
    both(async |centre: &Bank| {
        let client = person(centre, "manager", ["Гусев", "Пётр", ""]).await;
        centre.execute("head_office", &SaveLimit { limit: limit() }).await.unwrap();
        publish(centre).await;
        let mut office = centre.client("head_office").await;
        let typed = ["900 000", "2026-11-24T12:00"];
        assert_eq!(approve(centre, &mut office, client, typed).await, 303);
        let rig = Rig::new(centre, "01").await;
        let (bank, branch) = at_branch(&rig).await;
        let hub = centre.services.memory.get::<Hub>().unwrap();
        bank.services.bus.set_notary(Arc::new(Knowing(hub.public().clone())));
        let visit = visit(&bank, client).await.to_string();
        let mut clerk = bank.client("clerk").await;
        let form = format!("/desk/operations/new?visit={visit}");
        let page = clerk.get(&form).await.ok();
        assert!(page.contains("Approved beforehand") && page.contains("900,000"), "{page}");
        let card = clerk.get(&format!("/clients/{client}")).await.ok();
        assert!(card.contains("Approved beforehand") && !card.contains("pre-approvals/new"));
        let record = async |clerk: &mut Browser, amount: &str| {
            let id = bank.form_id();
            let sent = [("_id", id.as_str()), ("visit", &visit), ("kind", "cash_out")];
            let sent = [&sent[..], &[("amount", amount), ("currency", "RUB")]].concat();
            clerk.post("/desk/operations/new", &sent).await
        };
        let much = record(&mut clerk, "900 001").await;
        assert!(
            much.status == 422 && much.body.contains("client may have in a day"),
            "{}",
            much.body
        );
        assert!(much.body.contains("900,000"), "what was approved stands in the form again");
        assert_eq!(record(&mut clerk, "900 000").await.status, 303);
        assert!(!clerk.get(&form).await.ok().contains("Approved beforehand"), "it is used");
        assert!(clerk.get(&format!("/clients/{client}")).await.ok().contains("Used"));
        assert_eq!(record(&mut clerk, "900 000").await.status, 422);
        while exchange(&branch, &rig).await == Taken::More {}
        assert_eq!(number(centre, REFUSED).await, 0);
        assert!(office.get(&format!("/clients/{client}")).await.ok().contains("Used"));
        // a branch approves nothing
        let mut office = bank.client("head_office").await;
        let new = format!("/clients/{client}/pre-approvals/new");
        assert_eq!(office.get(&new).await.status, 404);
    })
    .await;
}
