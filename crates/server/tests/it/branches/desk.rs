//! At a branch: the light, what was done here, and what has become of it.

use engagement::desk::commands::RecordOperation;
use engagement::interaction::commands::AddNote;
use kernel::{ClientId, Clock, Currency};
use parties::client::commands::{EditClient, FieldEdit};
use spine::replica::{LineState, LineWord};
use spine::{Command, Error};
use testkit::{Bank, Kind};

use super::rig::{Rig, at_branch, exchange};
use crate::clients::person;
use crate::support::open;

fn line(bank: &Bank, word: LineWord) {
    let now = bank.clock.now();
    bank.services.memory.put(LineState { word, since: now, heard_at: now });
}

fn note(client_id: ClientId) -> AddNote {
    serde_json::from_value(serde_json::json!({ "client_id": client_id, "body": "зайдёт завтра" }))
        .unwrap()
}

fn edit(client_id: ClientId, value: &str) -> EditClient {
    let (field, original) = ("job_title".to_owned(), String::new());
    let edits = vec![FieldEdit { field, original, value: value.to_owned() }];
    EditClient { client_id, edits, source: "clerk".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_light_tells_how_the_line_is_and_what_waits() {
    let centre = Bank::open(Kind::Sqlite, open).await;
    let client = person(&centre, "manager", ["Гусев", "Пётр", ""]).await;
    let rig = Rig::new(&centre, "01").await;
    let (bank, branch) = at_branch(&rig).await;
    let mut manager = bank.client("manager").await;
    line(&bank, LineWord::Online);
    let page = manager.get("/").await.ok();
    assert!(
        page.contains("Connected to the centre") && page.contains("href=\"/pending\""),
        "{page}"
    );
    assert!(page.contains("Copy of the centre’s data"), "{page}");
    bank.execute("manager", &note(client)).await.unwrap();
    let page = manager.get("/").await.ok();
    assert!(page.contains("Sending 1 entry"), "{page}");
    line(&bank, LineWord::Offline);
    let page = manager.get("/").await.ok();
    assert!(page.contains("Offline since 12:00"), "{page}");
    assert!(page.contains("1 entry waits to be sent"), "{page}");
    line(&bank, LineWord::Refused("branch-node-revoked".to_owned()));
    assert!(manager.get("/").await.ok().contains("The centre does not accept this node"));
    assert!(manager.get("/pending").await.ok().contains("This node was shut out"));
    while exchange(&branch, &rig).await == spine::replica::branch::Taken::More {}
    line(&bank, LineWord::Online);
    let page = manager.get("/").await.ok();
    assert!(page.contains("Connected to the centre") && !page.contains("waits to be sent"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_what_he_did_and_the_head_all_of_it() {
    let centre = Bank::open(Kind::Sqlite, open).await;
    let client = person(&centre, "manager", ["Гусев", "Пётр", ""]).await;
    let rig = Rig::new(&centre, "01").await;
    let (bank, branch) = at_branch(&rig).await;
    bank.execute("manager", &note(client)).await.unwrap();
    bank.execute("branch_head", &edit(client, "пекарь")).await.unwrap();
    let mut manager = bank.client("manager").await;
    let mine = manager.get("/pending").await.ok();
    assert!(mine.contains("Note added") && mine.contains("not yet sent"), "{mine}");
    assert!(mine.contains("Гусев") && !mine.contains("Member branch_head"), "{mine}");
    let mut head = bank.client("branch_head").await;
    let all = head.get("/pending").await.ok();
    assert!(all.contains("Member manager") && all.contains("Member branch_head"), "{all}");
    let nobody = bank.client("clerk").await.get("/pending").await.ok();
    assert!(nobody.contains("Nothing here yet"), "{nobody}");
    // the centre has another word for the same field
    centre.execute("branch_head", &edit(client, "повар")).await.unwrap();
    while exchange(&branch, &rig).await == spine::replica::branch::Taken::More {}
    let after = head.get("/pending").await.ok();
    assert!(after.contains("sent and accepted") && after.contains("refused"), "{after}");
    assert!(after.contains("these fields were changed at the centre"), "{after}");
    let open = head.get("/pending?show=open").await.ok();
    assert!(open.contains("refused") && !open.contains("Note added"), "{open}");
    let place = after.find("/refusals/").expect("the refusal is a step away");
    let refusal = after[place..].split('"').next().unwrap().to_owned();
    let page = head.get(&refusal).await.ok();
    assert!(page.contains("пекарь") && page.contains("повар"), "{page}");
    assert!(page.contains("decided at the centre") && !page.contains("/decide"), "{page}");
    assert_eq!(manager.get(&refusal).await.status, 404, "not his");
    let day = head.get("/pending/day?day=2026-11-23").await.ok();
    assert!(day.contains("Done on 23\u{a0}Nov\u{a0}2026") && day.contains("Total"), "{day}");
    assert!(
        head.get("/pending/day?day=2026-11-22").await.ok().contains("Nothing was done that day")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_can_be_opened_by_whom_the_list_shows_it() {
    let centre = Bank::open(Kind::Sqlite, open).await;
    let client = person(&centre, "manager", ["Гусев", "Пётр", ""]).await;
    let rig = Rig::new(&centre, "01").await;
    let (bank, branch) = at_branch(&rig).await;
    bank.execute("manager", &note(client)).await.unwrap();
    let mut manager = bank.client("manager").await;
    let list = manager.get("/pending").await.ok();
    let place = list.find("/pending/0").expect("a line leads to its page");
    let one = list[place..].split('"').next().unwrap().to_owned();
    let page = manager.get(&one).await.ok();
    for words in ["зайдёт завтра", "not yet sent", "Гусев", "Member manager", "do the opposite"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let mut head = bank.client("branch_head").await;
    assert!(head.get(&one).await.ok().contains("зайдёт завтра"));
    assert_eq!(bank.client("clerk").await.get(&one).await.status, 404, "not his");
    let unknown = format!("{}1", &one[..one.len() - 1]);
    for (wrong, status) in [(unknown.as_str(), 404), ("/pending/x", 400), ("/pending/%00", 400)] {
        assert_eq!(manager.get(wrong).await.status, status, "{wrong}");
    }
    while exchange(&branch, &rig).await == spine::replica::branch::Taken::More {}
    assert!(manager.get(&one).await.ok().contains("sent and accepted"));
    assert_eq!(centre.client("manager").await.get(&one).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_line_the_whole_day_of_the_branch_is_one_sheet() {
    let centre = Bank::open(Kind::Sqlite, open).await;
    let rig = Rig::new(&centre, "01").await;
    let (bank, _) = at_branch(&rig).await;
    line(&bank, LineWord::Offline);
    for n in 0..60 {
        let record = RecordOperation {
            visit_id: None,
            client_id: None,
            kind: "document".to_owned(),
            currency: Currency::RUB,
            amount_minor: 0,
            reference: format!("справка-{n:02}"),
            note: String::new(),
        };
        bank.execute("clerk", &record).await.unwrap();
    }
    let mut head = bank.client("branch_head").await;
    let day = head.get("/desk/day").await.ok();
    let shown = |page: &str| (0..60).filter(|n| page.contains(&format!("справка-{n:02}"))).count();
    assert_eq!(shown(&day), 50, "a page of them");
    let place = day.find("sheet=on").expect("the sheet is a step away");
    let start = day[..place].rfind('"').unwrap() + 1;
    let sheet = day[start..].split('"').next().unwrap().replace("&amp;", "&");
    let sheet = head.get(&sheet).await.ok();
    assert_eq!(shown(&sheet), 60);
    assert!(sheet.contains("data-print") && !day.contains("data-print"));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_its_hours_are_over_a_node_shows_no_client_until_the_centre_has_answered() {
    let centre = Bank::open(Kind::Sqlite, open).await;
    let client = person(&centre, "manager", ["Гусев", "Пётр", ""]).await;
    let rig = Rig::new(&centre, "01").await;
    let (bank, branch) = at_branch(&rig).await;
    bank.execute("manager", &note(client)).await.unwrap();
    let card = format!("/clients/{client}");
    assert!(bank.client("manager").await.get(&card).await.ok().contains("Гусев"));
    let until = branch.state().await.unwrap().lease_until;
    bank.clock.set(until);
    let mut manager = bank.client("manager").await;
    for path in ["/", &card, "/clients", "/desk/day", "/pending/day", "/refusals", "/search?q=x"] {
        let reply = manager.get(path).await;
        assert_eq!((reply.status, reply.location()), (303, "/pending"), "{path}");
    }
    let fragment = manager.get_part(&card).await;
    assert_eq!((fragment.status, fragment.header("hx-redirect")), (403, "/pending"));
    assert_eq!(manager.get("/me/notices").await.status, 303, "notices name clients");
    assert_eq!(manager.get("/me/sessions").await.status, 200);
    assert!(!fragment.body.contains("Гусев"));
    let page = manager.get("/pending").await.ok();
    assert!(page.contains("The hours of this node are over") && !page.contains("Гусев"), "{page}");
    let id = bank.form_id();
    let posted = manager.post(&format!("{card}/log"), &[("_id", &id), ("body", "слово")]).await;
    assert_eq!(posted.status, 422);
    assert!(posted.body.contains("слово"), "what was typed can be sent again: {}", posted.body);
    let mut head = bank.client("branch_head").await;
    assert!(head.get("/pending").await.ok().contains("Write a file for the centre"), "the way out");
    // a clock that is set back opens nothing
    bank.clock.set(until.plus_hours(-10));
    assert_eq!(manager.get(&card).await.status, 303);
    bank.clock.set(until);
    centre.clock.set(until);
    while exchange(&branch, &rig).await == spine::replica::branch::Taken::More {}
    assert!(manager.get(&card).await.ok().contains("Гусев"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_branch_has_these_pages_and_only_the_centre_the_others() {
    let centre = Bank::open(Kind::Sqlite, open).await;
    let rig = Rig::new(&centre, "01").await;
    let mut head = centre.client("branch_head").await;
    for path in ["/pending", "/pending/day"] {
        assert_eq!(head.get(path).await.status, 404, "{path}");
    }
    assert!(!head.get("/").await.ok().contains("href=\"/pending\""));
    let (bank, _) = at_branch(&rig).await;
    let mut admin = bank.client("administrator").await;
    assert_eq!(admin.get("/admin/nodes").await.status, 404);
    let home = admin.get("/").await.ok();
    assert!(!home.contains("\"/admin/nodes\""), "nor its menu");
    assert!(
        home.contains("Only at the centre: ") && home.contains("Branch nodes"),
        "which says so"
    );
    assert!(home.contains("\"/admin/jobs\""), "what can be read here stays");
    assert!(
        home.contains("\"/admin/staff\""),
        "and where somebody is let in again after wrong words"
    );
    let clerk = bank.client("clerk").await.get("/").await.ok();
    assert!(!clerk.contains("Only at the centre"), "{clerk}");
    assert!(!head.get("/").await.ok().contains("Only at the centre"));
    // what only the centre may do is refused with words
    let revoke = spine::replica::commands::RevokeNode { node_id: rig.who.node };
    assert_eq!(spine::Offline::Never, <spine::replica::commands::RevokeNode as Command>::OFFLINE);
    let Err(Error::Refused(said)) = bank.execute("administrator", &revoke).await else { panic!() };
    assert_eq!(said.0[0].code, "only-at-centre");
}
