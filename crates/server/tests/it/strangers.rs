//! Whoever guesses an id of another branch's client gets nothing by it: not a page, not a name, not a
//! change, by whatever address.

use kernel::{ClientId, ContactId};
use parties::contacts::commands::{AddContact, ContactFields};
use parties::contacts::model::ContactKind;
use store::{Read, params};
use testkit::{Bank, Browser, Reply};

use crate::contacts::person;
use crate::support::both;

/// Roles that never reach a client of branch 01 who is looked after by its manager.
const OUTSIDERS: [&str; 4] = ["manager_far", "manager_near", "partner", "branch_head_near"];

async fn entries_of(bank: &Bank, client: ClientId) -> i64 {
    let mut db = bank.services.reader.clone();
    let sql = "select count(*) from journal_entry where client_id = $1";
    db.first(sql, params![client]).await.unwrap().unwrap().one().unwrap()
}

async fn phone(bank: &Bank, login: &str, client_id: ClientId) -> ContactId {
    let fields = ContactFields {
        value: "8 (916) 123-45-67".to_owned(),
        label: String::new(),
        is_main: false,
        source: "client".to_owned(),
    };
    let add = AddContact { client_id, kind: ContactKind::Phone, fields };
    bank.execute(login, &add).await.unwrap()
}

/// Asks for an address as its route wants it; `item` stands for every second id.
async fn ask(
    bank: &Bank,
    browser: &mut Browser,
    (method, path): (&str, &str),
    client: ClientId,
    item: &str,
) -> (String, Reply) {
    let path = path.replace("{id}", &client.to_string()).replace("{key}", "contacts");
    let path = path.replace("{item}", item).replace("{account}", item);
    let reply = if method == "GET" {
        browser.get(&path).await
    } else {
        let (id, who) = (bank.form_id(), client.to_string());
        let fields = [
            ("_id", id.as_str()),
            ("kind", "phone"),
            ("value", "+7 916 000-00-00"),
            ("source", "client"),
            ("purpose", "advertising"),
            ("channel", "sms"),
            ("state", "given"),
            ("was_last_name", "Ветрова"),
            ("last_name", "Другая"),
            ("client", who.as_str()),
        ];
        browser.post(&path, &fields).await
    };
    (path, reply)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_of_a_client_opens_to_an_outsider() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let item = phone(bank, "manager", client).await.to_string();
        let before = entries_of(bank, client).await;
        let mut asked = 0;
        for login in OUTSIDERS {
            let mut browser = bank.client(login).await;
            for route in bank.app.routes.iter().filter(|r| r.path.starts_with("/clients/{id}")) {
                let what = (route.method, route.path);
                let (path, reply) = ask(bank, &mut browser, what, client, &item).await;
                let is_shut = [403, 404].contains(&reply.status)
                    || (route.method == "POST" && [400, 422].contains(&reply.status));
                assert!(is_shut, "{login} {} {path}: {}", route.method, reply.status);
                for secret in ["Ветрова", "123-45-67"] {
                    assert!(!reply.body.contains(secret), "{login} {path}: {}", reply.gist());
                }
                asked += 1;
            }
        }
        assert!(asked > 100, "{asked}");
        assert_eq!(entries_of(bank, client).await, before, "nothing was written");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_of_one_client_is_not_reached_through_another() {
    both(async |bank: &Bank| {
        let theirs = person(bank, "manager", "Ветрова").await;
        let item = phone(bank, "manager", theirs).await.to_string();
        let mine = person(bank, "manager_far", "Озерова").await;
        let before = entries_of(bank, theirs).await;
        let mut far = bank.client("manager_far").await;
        for route in bank.app.routes.iter().filter(|r| r.path.contains("{item}")) {
            let (path, reply) = ask(bank, &mut far, (route.method, route.path), mine, &item).await;
            let is_shut = [400, 403, 404, 422].contains(&reply.status);
            assert!(is_shut, "{} {path}: {}", route.method, reply.status);
            assert!(!reply.body.contains("123-45-67"), "{path}: {}", reply.gist());
        }
        assert_eq!(entries_of(bank, theirs).await, before, "nothing was written");
    })
    .await;
}
