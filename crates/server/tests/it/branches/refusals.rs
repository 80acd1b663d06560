//! What the centre has refused: who sees it, and what may be decided.

use kernel::{ClientId, CommandId};
use parties::client::commands::{AssignClients, EditClient, FieldEdit};
use spine::replica::message::{Answer, Outcome};
use store::{Read, params};
use testkit::{Bank, Browser};

use super::rig::Rig;
use crate::clients::person;
use crate::support::both;

fn edit(client_id: ClientId, original: &str, value: &str) -> EditClient {
    let (field, original, value) = ("job_title".to_owned(), original.to_owned(), value.to_owned());
    let edits = vec![FieldEdit { field, original, value }];
    EditClient { client_id, edits, source: "clerk".to_owned() }
}

async fn job(bank: &Bank, client: ClientId) -> String {
    let sql = "select job_title from client where id = $1";
    let row = bank.services.reader.clone().first(sql, params![client]).await.unwrap();
    row.and_then(|row| row.one::<Option<String>>().unwrap()).unwrap_or_default()
}

/// Two edits of one field: the branch's came second.
struct Twice {
    client: ClientId,
    refusal: CommandId,
}

async fn twice(bank: &Bank) -> Twice {
    let rig = Rig::new(bank, "01").await;
    let client = person(bank, "manager", ["Гусев", "Пётр", ""]).await;
    bank.execute("branch_head", &edit(client, "", "повар")).await.unwrap();
    let (refusal, answer) = rig.push(bank, "manager", &edit(client, "", "пекарь")).await;
    let Answer { outcome, code, .. } = answer;
    assert_eq!((outcome, code.as_str()), (Outcome::Refused, "conflict"));
    Twice { client, refusal }
}

async fn decide(
    browser: &mut Browser,
    bank: &Bank,
    id: CommandId,
    (verdict, note): (&str, &str),
) -> testkit::Reply {
    let form_id = bank.form_id();
    let form = [("_id", form_id.as_str()), ("verdict", verdict), ("note", note)];
    browser.post(&format!("/refusals/{id}/decide"), &form).await
}

async fn state(bank: &Bank, id: CommandId) -> String {
    let sql = "select state from branch_refusal where id = $1";
    let row = bank.services.reader.clone().first(sql, params![id]).await.unwrap().unwrap();
    row.one().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sides_of_a_conflict_stand_beside_one_another_and_mine_is_done_again() {
    both(async |bank: &Bank| {
        let Twice { client, refusal } = twice(bank).await;
        let mut head = bank.client("branch_head").await;
        let list = head.get("/refusals").await.ok();
        assert!(list.contains(&format!("/refusals/{refusal}")) && list.contains("Гусев"), "{list}");
        let page = head.get(&format!("/refusals/{refusal}")).await.ok();
        for word in ["пекарь", "повар", "At the branch", "At the centre", "Member manager"]
        {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(page.contains(&format!("/clients/{client}")));
        let done = decide(&mut head, bank, refusal, ("again", "клиент подтвердил")).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(job(bank, client).await, "пекарь");
        assert_eq!(state(bank, refusal).await, "again");
        let after = head.get(&format!("/refusals/{refusal}")).await.ok();
        assert!(after.contains("клиент подтвердил") && !after.contains("/decide"), "{after}");
        assert!(!head.get("/refusals").await.ok().contains(&refusal.to_string()));
        assert!(head.get("/refusals?show=decided").await.ok().contains(&refusal.to_string()));
        let late = decide(&mut head, bank, refusal, ("keep", "x")).await;
        assert!(late.status == 422 && late.body.contains("decided already"), "{}", late.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_whether_any_waits_longer_than_it_should() {
    both(async |bank: &Bank| {
        let Twice { refusal, .. } = twice(bank).await;
        let link = format!("/refusals/{refusal}");
        let seconds = 3 * 86_400;
        bank.clock.advance_seconds(seconds);
        // the session has ended meanwhile
        let mut head = bank.client("branch_head").await;
        let page = head.get("/refusals").await.ok();
        assert!(page.contains("None waits longer than 3 days") && page.contains(&link), "{page}");
        assert!(!head.get("/refusals?show=old").await.ok().contains(&link));
        bank.clock.advance_seconds(1);
        let page = head.get("/refusals").await.ok();
        assert!(page.contains("1 waits longer than 3 days"), "{page}");
        assert!(head.get("/refusals?show=old").await.ok().contains(&link));
        let page = head.get("/refusals?days=4&show=old").await.ok();
        assert!(page.contains("None waits longer than 4 days") && !page.contains(&link), "{page}");
        // another branch's head sees neither it nor its number
        let mut near = bank.client("branch_head_near").await;
        assert!(near.get("/refusals").await.ok().contains("None waits longer than 3 days"));
        decide(&mut head, bank, refusal, ("again", "клиент подтвердил")).await;
        assert!(head.get("/refusals").await.ok().contains("None waits longer than 3 days"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centres_stays_with_a_reason_only() {
    both(async |bank: &Bank| {
        let Twice { client, refusal } = twice(bank).await;
        // who did it decides about his own
        let mut manager = bank.client("manager").await;
        assert!(manager.get("/refusals").await.ok().contains(&refusal.to_string()));
        assert_eq!(decide(&mut manager, bank, refusal, ("keep", " ")).await.status, 422);
        assert_eq!(state(bank, refusal).await, "open");
        let done = decide(&mut manager, bank, refusal, ("keep", "опечатка")).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(
            (job(bank, client).await.as_str(), state(bank, refusal).await.as_str()),
            ("повар", "kept")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_refusal_is_shown_before_it_is_written_over() {
    both(async |bank: &Bank| {
        let Twice { client, refusal } = twice(bank).await;
        bank.execute("branch_head", &edit(client, "повар", "кондитер")).await.unwrap();
        let mut head = bank.client("branch_head").await;
        let newer = decide(&mut head, bank, refusal, ("again", "")).await;
        assert_eq!(newer.status, 409);
        assert!(newer.body.contains("кондитер") && newer.body.contains("once more since"));
        assert_eq!(job(bank, client).await, "кондитер");
        let id = bank.form_id();
        let seen = ("seen_job_title", "кондитер");
        let form = [("_id", id.as_str()), ("verdict", "again"), ("note", ""), seen];
        let done = head.post(&format!("/refusals/{refusal}/decide"), &form).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(job(bank, client).await, "пекарь");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_another_branch_sees_a_refusal() {
    both(async |bank: &Bank| {
        let Twice { refusal, .. } = twice(bank).await;
        let page = format!("/refusals/{refusal}");
        for login in ["branch_head_near", "manager_near", "manager_far", "manager_same", "clerk"] {
            let mut browser = bank.client(login).await;
            assert!(!browser.get("/refusals").await.ok().contains(&refusal.to_string()), "{login}");
            assert_eq!(browser.get(&page).await.status, 404, "{login}");
            let tried = decide(&mut browser, bank, refusal, ("keep", "x")).await;
            assert_eq!(tried.status, 404, "{login}");
        }
        for login in ["auditor", "security_officer", "methodologist"] {
            assert_eq!(bank.client(login).await.get(&page).await.status, 403, "{login}");
        }
        for login in ["head_office", "regional_head"] {
            assert_eq!(bank.client(login).await.get(&page).await.status, 200, "{login}");
        }
        assert_eq!(state(bank, refusal).await, "open");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_see_the_client_may_not_see_the_refusal() {
    both(async |bank: &Bank| {
        let Twice { client, refusal } = twice(bank).await;
        let mut head = bank.client("branch_head").await;
        let page = format!("/refusals/{refusal}");
        assert_eq!(head.get(&page).await.status, 200);
        let away = AssignClients {
            client_ids: vec![client],
            branch_id: Some(bank.branch("03")),
            manager_id: Some(bank.user("manager_far")),
        };
        bank.execute("head_office", &away).await.unwrap();
        assert_eq!(head.get(&format!("/clients/{client}")).await.status, 404);
        assert_eq!(head.get(&page).await.status, 404);
        assert!(!head.get("/refusals").await.ok().contains(&refusal.to_string()));
        // no rows of clients, no client
        assert_eq!(bank.client("administrator").await.get(&page).await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doing_it_again_needs_ones_own_right_and_says_what_is_wrong() {
    both(async |bank: &Bank| {
        let rig = Rig::new(bank, "01").await;
        let client = person(bank, "manager", ["Гусев", "Пётр", ""]).await;
        let mut long = edit(client, "", "x");
        long.edits[0].field = "no_such_field".to_owned();
        let (refusal, answer) = rig.push(bank, "manager", &long).await;
        assert_eq!(answer.code, "field-unknown");
        let mut head = bank.client("branch_head").await;
        let page = head.get(&format!("/refusals/{refusal}")).await.ok();
        assert!(!page.contains("refusal-field-unknown"), "in words: {page}");
        let again = decide(&mut head, bank, refusal, ("again", "")).await;
        assert_eq!(again.status, 422);
        assert_eq!(state(bank, refusal).await, "open");
        // the nodes tell how many there are, and since when
        let nodes = bank.client("administrator").await.get("/admin/nodes").await.ok();
        assert!(nodes.contains("1 refusal waits") && nodes.contains("has refusals"), "{nodes}");
    })
    .await;
}
