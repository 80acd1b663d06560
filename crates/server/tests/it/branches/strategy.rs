//! The pages of scripts, prices and versions at the centre, and the same in the API.

use serde_json::Value as Json;
use spine::bundle::{Held, Holds};
use testkit::{Bank, Kind};

use super::rig::{Rig, at_branch, publish};
use crate::api::Rights;
use crate::clients::person;
use crate::support::{both, number};

const SCRIPT: [(&str, &str); 6] = [
    ("key", "card-lost"),
    ("theme", "Карты"),
    ("name", "Карта потеряна"),
    ("name_en", "Card lost"),
    ("steps", "Установить личность\nЗаблокировать карту"),
    ("steps_en", "Identify the client\nBlock the card"),
];

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let begin = format!("name=\"{name}\" value=\"");
    let place = page.find(&begin).unwrap_or_else(|| panic!("{name} on the page")) + begin.len();
    page[place..].split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_methodologist_keeps_scripts_and_prices() {
    both(async |bank: &Bank| {
        let mut keeper = bank.client("methodologist").await;
        assert!(keeper.get("/admin/scripts").await.ok().contains("No scripts yet"));
        let id = bank.form_id();
        let mut form = vec![("_id", id.as_str())];
        form.extend(SCRIPT);
        let saved = keeper.post("/admin/scripts/new", &form).await;
        assert_eq!((saved.status, saved.location()), (303, "/admin/scripts"));
        let list = keeper.get("/admin/scripts").await.ok();
        assert!(list.contains("Card lost") && list.contains("card-lost"), "{list}");
        let id = bank.form_id();
        let mut uneven = vec![("_id", id.as_str())];
        uneven.extend(SCRIPT.map(|(k, v)| if k == "steps_en" { (k, "One") } else { (k, v) }));
        let uneven = keeper.post("/admin/scripts/new", &uneven).await;
        assert!(uneven.status == 422 && uneven.body.contains("as many steps"), "{}", uneven.body);
        let id = bank.form_id();
        let both_ways =
            [("_id", id.as_str()), ("key", "x"), ("name", "x"), ("name_en", "x"), ("sum", "1")];
        let neither = keeper.post("/admin/prices/new", &both_ways[..4]).await;
        assert!(neither.status == 422 && neither.body.contains("one of the two"));
        let mut percent = both_ways.to_vec();
        percent[4] = ("rate", "1,5");
        assert_eq!(keeper.post("/admin/prices/new", &percent).await.status, 303);
        let id = bank.form_id();
        let mut odd = percent.clone();
        (odd[0], odd[1]) = (("_id", id.as_str()), ("key", "y"));
        odd.push(("unit", "century"));
        let odd = keeper.post("/admin/prices/new", &odd).await;
        assert!(odd.status == 422 && odd.body.contains("f-unit-error"), "{}", odd.body);
        let list = keeper.get("/admin/prices").await.ok();
        assert!(list.contains("1.5%") || list.contains("1.50%"), "{list}");
        for path in ["/admin/scripts", "/admin/prices", "/admin/strategy"] {
            let mut clerk = bank.client("clerk").await;
            assert_eq!(clerk.get(path).await.status, 403, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_published_and_two_clicks_do_it_once() {
    both(async |bank: &Bank| {
        let rig = Rig::new(bank, "01").await;
        let mut keeper = bank.client("methodologist").await;
        let id = bank.form_id();
        let mut form = vec![("_id", id.as_str())];
        form.extend(SCRIPT);
        keeper.post("/admin/scripts/new", &form).await;
        let page = keeper.get("/admin/strategy/publish").await.ok();
        assert!(page.contains("card-lost"), "what has changed is shown: {page}");
        let (id, print) = (hidden(&page, "_id"), hidden(&page, "print"));
        let send = [
            ("_id", id.as_str()),
            ("version", "1"),
            ("print", print.as_str()),
            ("note", "Первая"),
            ("percent", "100"),
        ];
        for _ in 0..2 {
            let done = keeper.post("/admin/strategy/publish", &send).await;
            assert_eq!((done.status, done.location()), (303, "/admin/strategy/1"), "{}", done.body);
        }
        assert_eq!(number(bank, "select count(*) from strategy_bundle").await, 1);
        // somebody else publishes what he saw before
        let id = bank.form_id();
        let late = [("_id", id.as_str()), send[1], send[2], send[3], send[4]];
        let late = keeper.post("/admin/strategy/publish", &late).await;
        let page = keeper.get("/admin/strategy/publish").await.ok();
        assert!(page.contains("Nothing has changed") && !page.contains("name=\"print\""), "{page}");
        let home = keeper.get("/admin/strategy").await.ok();
        assert!(!home.contains("href=\"/admin/strategy/publish\""), "nothing to publish: {home}");
        assert!(late.status == 422 && late.body.contains("since this page was opened"));
        let map = keeper.get("/admin/strategy").await.ok();
        assert!(map.contains("never acknowledged any") && map.contains("Первая"), "{map}");
        let at = bank.services.clock.now();
        let held = Some(Held { version: 1, since: at });
        let holds = Holds { in_force: held, ..Holds::default() };
        rig.say_holding(at, Vec::new(), holds).await;
        let map = keeper.get("/admin/strategy").await.ok();
        assert!(map.contains("in force") && !map.contains("never acknowledged any"), "{map}");
        let one = keeper.get("/admin/strategy/1").await.ok();
        assert!(one.contains("Service scripts") && one.contains("ru 2021-07-15"), "{one}");
        let id = bank.form_id();
        let halt = keeper.post("/admin/strategy/1/halt", &[("_id", id.as_str())]).await;
        assert_eq!(halt.status, 303);
        assert!(keeper.get("/admin/strategy/1").await.ok().contains("stopped"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_publishes_and_sees_the_map() {
    both(async |bank: &Bank| {
        let rig = Rig::new(bank, "02").await;
        let rights = Rights { services: &bank.services };
        let role = rights.all().await;
        let mut program = bank.stranger();
        program.set_token(&rights.token(&role).await);
        let price = "{\"key\": \"card.reissue\", \"name\": \"Перевыпуск\", \"name_en\": \"Reissue\", \
                     \"price\": {\"sum\": {\"minor\": 50000, \"currency\": \"RUB\"}}, \"unit\": \"piece\"}";
        let made = program.post_json("/api/v1/prices", price).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let draft = program.get("/api/v1/strategy/draft").await.ok();
        let draft: Json = serde_json::from_str(&draft).unwrap();
        assert_eq!(draft["changes"][0]["key"], "card.reissue");
        let body = serde_json::json!({ "version": draft["version"], "print": draft["print"],
            "stage": { "percent": 0, "branches": [bank.branch("02")] } });
        let done = program.post_json("/api/v1/strategy/bundles", &body.to_string()).await.ok();
        assert!(done.contains("\"result\":1"), "{done}");
        let map = program.get("/api/v1/strategy/map").await.ok();
        let map: Json = serde_json::from_str(&map).unwrap();
        let node = &map["items"][0];
        assert_eq!(node["node_id"], rig.who.node.to_string());
        assert_eq!((&node["due"], &node["standing"]), (&Json::from(1), &Json::from("never")));
        // who enrols later is told what is meant for his branch
        let late = Rig::over(&bank.services, bank.branch("02"), "late").await;
        let other = Rig::new(bank, "01").await;
        let map = program.get("/api/v1/strategy/map").await.ok();
        let map: Json = serde_json::from_str(&map).unwrap();
        for (rig, due, standing) in [(&late, Json::from(1), "never"), (&other, Json::Null, "none")] {
            let id = rig.who.node.to_string();
            let node = map["items"].as_array().unwrap().iter().find(|n| n["node_id"] == id);
            assert_eq!((&node.unwrap()["due"], &node.unwrap()["standing"]), (&due, &Json::from(standing)));
        }
        let list = program.get("/api/v1/strategy/bundles").await.ok();
        assert!(list.contains("\"in_force_at\"") && list.contains("\"prices\""), "{list}");
    })
    .await;
}

const TEXT: [(&str, &str); 8] = [
    ("key", "card-ready"),
    ("channel", "email"),
    ("name", "Карта готова"),
    ("name_en", "Card ready"),
    ("subject", "Ваша карта"),
    ("subject_en", "Your card"),
    ("body", "{client}, карта готова: {branch}. К оплате {sum}."),
    ("body_en", "{client}, the card is ready: {branch}. To pay: {sum}."),
];

/// Sends a form with these fields, some of them otherwise.
async fn sent(
    bank: &Bank,
    (login, path): (&str, &str),
    fields: &[(&str, &str)],
    other: &[(&str, &str)],
) -> testkit::Reply {
    let id = bank.form_id();
    let mut form = vec![("_id", id.as_str())];
    let value = |name: &str| other.iter().find(|(known, _)| *known == name);
    form.extend(fields.iter().map(|field| *value(field.0).unwrap_or(field)));
    form.extend(other.iter().filter(|(name, _)| fields.iter().all(|(known, _)| known != name)));
    bank.client(login).await.post(path, &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_kept_with_their_places_checked() {
    both(async |bank: &Bank| {
        let new = ("methodologist", "/admin/texts/new");
        for (other, words) in [
            (("body_en", "{klient}, hello"), "There is no place klient; there are {client}"),
            (("subject", "{client"), ""),
            (("channel", "sms"), "Only an e-mail has a subject"),
            (("channel", "pigeon"), "error"),
            (("subject_en", " "), "error"),
        ] {
            let reply = sent(bank, new, &TEXT, &[other]).await;
            let is_refused = !words.is_empty();
            assert_eq!(reply.status, if is_refused { 422 } else { 303 }, "{other:?}");
            assert!(reply.body.contains(words), "{other:?}: {}", reply.body);
        }
        let taken = sent(bank, new, &TEXT, &[]).await;
        assert!(taken.status == 422 && taken.body.contains("This key is taken"), "{}", taken.body);
        let list = bank.client("methodologist").await.get("/admin/texts").await.ok();
        assert!(list.contains("Card ready") && list.contains("the card is ready"), "{list}");
        assert!(list.contains("href=\"/admin/strategy/publish\""), "{list}");
        assert_eq!(bank.client("clerk").await.get("/admin/texts").await.status, 403);
        let place = list.find("href=\"/admin/texts/0").expect("a row leads to its form");
        let href = list[place + 6..].split('"').next().unwrap().to_owned();
        let form = bank.client("methodologist").await.get(&href).await.ok();
        assert!(form.contains("href=\"/admin/texts\""), "a way back: {form}");
        let dropped = sent(bank, ("methodologist", &format!("{href}/drop")), &[], &[]).await;
        assert_eq!(dropped.status, 303);
        assert_eq!(number(bank, "select count(*) from message_text").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_filled_in_for_the_client_in_the_form_of_a_contact() {
    both(async |bank: &Bank| {
        let new = ("methodologist", "/admin/texts/new");
        assert_eq!(sent(bank, new, &TEXT, &[]).await.status, 303);
        let client = person(bank, "manager", ["Гусев", "Пётр", ""]).await;
        let log = format!("/clients/{client}/log");
        let mut manager = bank.client("manager").await;
        let form = manager.get(&format!("{log}?channel=email")).await.ok();
        assert!(form.contains("value=\"card-ready:en\"") && form.contains("Card ready"), "{form}");
        let call = manager.get(&format!("{log}?channel=phone")).await.ok();
        assert!(!call.contains("card-ready") && !call.contains("name=\"fill\""), "{call}");
        let fields = [
            ("channel", "email"),
            ("direction", "out"),
            ("topic", "card"),
            ("result", ""),
            ("subject", ""),
            ("body", "прежнее"),
            ("minutes", "7"),
            ("text", "card-ready:en"),
        ];
        let at = ("manager", log.as_str());
        let filled = sent(bank, at, &fields, &[("fill", "1")]).await;
        assert_eq!(filled.status, 200);
        let loaded = bank.services.directory.get();
        let branch = loaded.branch_name(bank.branch("01"), kernel::Lang::En);
        let body = format!("Гусев Пётр, the card is ready: {branch}. To pay: {{sum}}.");
        for words in [&body, "value=\"Your card\"", "value=\"7\"", "Still to be filled in: {sum}"] {
            assert!(filled.body.contains(words), "{words}: {}", filled.body);
        }
        assert!(!filled.body.contains("прежнее"));
        let nothing = sent(bank, at, &fields, &[("fill", "1"), ("text", "")]).await;
        assert!(nothing.status == 422 && nothing.body.contains("прежнее"), "what was typed stays");
        let open = sent(bank, at, &fields, &[("body", &body)]).await;
        assert!(open.status == 422 && open.body.contains("what is left open"), "{}", open.body);
        let told = "select count(*) from interaction";
        assert_eq!(number(bank, told).await, 0);
        let body = body.replace("{sum}", "500 ₽");
        assert_eq!(sent(bank, at, &fields, &[("body", &body)]).await.status, 303);
        assert_eq!(number(bank, told).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_has_the_texts_of_its_version() {
    let centre = Bank::open(Kind::Sqlite, crate::support::open).await;
    let client = person(&centre, "manager", ["Гусев", "Пётр", ""]).await;
    let new = ("methodologist", "/admin/texts/new");
    assert_eq!(sent(&centre, new, &TEXT, &[]).await.status, 303);
    publish(&centre).await;
    let later = [("key", "later"), ("name_en", "Not published")];
    assert_eq!(sent(&centre, new, &TEXT, &later).await.status, 303);
    let rig = Rig::new(&centre, "01").await;
    let (bank, _) = at_branch(&rig).await;
    let log = format!("/clients/{client}/log");
    let form = bank.client("manager").await.get(&format!("{log}?channel=email")).await.ok();
    assert!(form.contains("Card ready") && !form.contains("Not published"), "{form}");
    let fields = [("channel", "email"), ("text", "card-ready:ru"), ("fill", "1")];
    let filled = sent(&bank, ("manager", &log), &fields, &[]).await;
    assert!(filled.body.contains("Гусев Пётр, карта готова"), "{}", filled.body);
}
