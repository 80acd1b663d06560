//! Lists of a bank's own records: views people keep, and what is done with several records at once.

use kernel::RecordId;
use parties::fields::commands::AddField;
use parties::fields::model::{ClientLink, FieldKind};
use parties::objects::commands::{ArchiveRecords, EditRecords};
use serde_json::json;
use spine::Error;
use testkit::{Bank, Browser};

use crate::custom_fields::spec;
use crate::custom_objects::{client, new, visits};
use crate::support::{both, changes, number};

async fn save_view(bank: &Bank, browser: &mut Browser, title: &str, query: &str, shared: bool) {
    let id = bank.form_id();
    let mut sent = vec![("_id", id.as_str()), ("title", title), ("query", query)];
    sent.extend(shared.then_some(("shared", "1")));
    let reply = browser.post("/objects/visit/views", &sent).await;
    assert_eq!(reply.status, 303, "{}", reply.gist());
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_kept_shared_and_forgotten_and_each_list_has_its_own() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::None).await;
        let small = "field=x_area&op=at-most&value=10";
        for (place, area) in [("Лесная", "5"), ("Полевая", "50")] {
            bank.execute("manager", &new(None, place, area)).await.unwrap();
        }
        let mut manager = bank.client("manager").await;
        let list = manager.get(&format!("/objects/visit?{small}&sort=-x_area")).await.ok();
        assert!(list.contains("Лесная") && !list.contains("Полевая"));
        assert!(list.contains("/objects/visit/views/new?query="), "may be kept");
        let form = manager.get("/objects/visit/views/new?query=sort%3D-x_area").await.ok();
        assert!(form.contains("action=\"/objects/visit/views\"") && form.contains("sort=-x_area"));
        // what is no word of the list is not kept, and the order of words does not matter
        let query = format!("{small}&after=abc&evil=1&sort=-x_area");
        save_view(bank, &mut manager, "Малые", &query, false).await;
        let kept = format!("/objects/visit?sort=-x_area&{small}");
        let list = manager.get(&kept).await.ok();
        assert!(list.contains("Малые") && !list.contains("evil"));
        let at = list.find("Малые").unwrap();
        let tab = &list[list[..at].rfind("<a ").unwrap()..at];
        assert!(tab.contains("aria-current=\"page\""), "{tab}");
        assert!(!list.contains("/objects/visit/views/new?query="), "it is kept already");
        let mut other = bank.client("branch_head").await;
        assert!(!other.get("/objects/visit").await.ok().contains("Малые"), "a person's own");
        assert!(!manager.get("/clients").await.ok().contains("Малые"), "of this list only");
        let refused = manager
            .post(
                "/objects/visit/views",
                &[("_id", &bank.form_id()), ("title", ""), ("query", small)],
            )
            .await;
        assert_eq!(refused.status, 422);
        let mut office = bank.client("head_office").await;
        save_view(bank, &mut office, "Для всех", "show=archived&q=лес", true).await;
        assert!(other.get("/objects/visit").await.ok().contains("Для всех"));
        let mut db = bank.services.reader.clone();
        let views =
            spine::org::queries::views(&mut db, "objects/visit", Some(bank.user("manager")));
        let views = views.await.unwrap();
        let of = |title: &str| views.iter().find(|v| v.title == title).unwrap().id;
        let (mine, shared) = (of("Малые"), of("Для всех"));
        let id = bank.form_id();
        let path = format!("/objects/visit/views/{shared}/share");
        let reply = office.post(&path, &[("_id", id.as_str()), ("shared", "0")]).await;
        assert_eq!(reply.location(), "/objects/visit?q=%D0%BB%D0%B5%D1%81&show=archived");
        assert!(!other.get("/objects/visit").await.ok().contains("Для всех"));
        let id = bank.form_id();
        let path = format!("/objects/visit/views/{mine}/delete");
        assert_eq!(other.post(&path, &[("_id", id.as_str())]).await.status, 404, "not his");
        let id = bank.form_id();
        assert_eq!(manager.post(&path, &[("_id", id.as_str())]).await.location(), "/objects/visit");
        assert!(!manager.get(&kept).await.ok().contains("Малые"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_records_are_changed_put_away_and_brought_back_at_once() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        for (key, kind) in [("x_state", FieldKind::Choice), ("x_done", FieldKind::Flag)] {
            let spec = spec(if kind == FieldKind::Flag { "Готово" } else { "Состояние" }, kind);
            let command = AddField { object: "visit".to_owned(), key: Some(key.to_owned()), spec };
            bank.execute("administrator", &command).await.unwrap();
        }
        let mut ids = Vec::new();
        for n in 0..3 {
            let command = new(None, &format!("Дом {n}"), "12");
            ids.push(bank.execute("manager", &command).await.unwrap().to_string());
        }
        let mut manager = bank.client("manager").await;
        let list = manager.get("/objects/visit").await.ok();
        for action in ["bulk/edit", "bulk/archive", "/export"] {
            assert!(list.contains(action), "{action}");
        }
        let two = format!("id={}&id={}", ids[0], ids[1]);
        let dialog = manager.get(&format!("/objects/visit/bulk/edit?{two}")).await.ok();
        assert!(dialog.contains("2 records selected") && dialog.contains("name=\"x_state\""));
        let nobody = manager.get("/objects/visit/bulk/edit").await.ok();
        assert!(nobody.contains("Nothing is selected"));
        let mut send = async |what: &str, more: &[(&str, &str)]| {
            let id = bank.form_id();
            let mut sent = vec![("_id", id.as_str()), ("id", &ids[0]), ("id", &ids[1])];
            sent.push(("back", "/objects/visit?sort=title"));
            sent.extend(more);
            manager.post(&format!("/objects/visit/bulk/{what}"), &sent).await
        };
        let refused = send("edit", &[("x_area", "сто"), ("x_place", "")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("value=\"сто\""), "nothing typed is lost");
        assert_eq!(send("edit", &[]).await.status, 422, "nothing to change");
        let reply =
            send("edit", &[("x_state", "fish"), ("x_done", "1"), ("clear", "x_area")]).await;
        assert_eq!(reply.location(), "/objects/visit?sort=title", "{}", reply.gist());
        let told = changes(bank, "custom_record").await;
        let change = "\"x_area\":[\"12.00\",null]";
        assert_eq!(told.iter().filter(|c| c.contains(change) && c.contains("fish")).count(), 2);
        assert_eq!(send("archive", &[]).await.status, 303);
        let away = "select count(*) from custom_record where archived_at is not null";
        assert_eq!(number(bank, away).await, 2);
        assert_eq!(send("restore", &[]).await.status, 303);
        assert_eq!(number(bank, away).await, 0);
        let form = bank.form_id();
        let sent = [("_id", form.as_str()), ("id", &*ids[2]), ("format", "csv")];
        // the manager's exports are his own rows
        let file = bank.client("manager").await.post("/objects/visit/export", &sent).await.ok();
        assert!(file.contains("Дом 2") && !file.contains("Дом 1"), "{file}");
        one_out_of_reach_refuses_the_whole(bank, &ids).await;
    })
    .await;
}

async fn one_out_of_reach_refuses_the_whole(bank: &Bank, ids: &[String]) {
    let far = client(bank, "manager_far", "Дальняя").await;
    let theirs = bank.execute("manager_far", &new(Some(far), "Чужой дом", "1")).await.unwrap();
    let mine: RecordId = ids[0].parse().unwrap();
    let edit = EditRecords {
        object: "visit".to_owned(),
        record_ids: vec![mine, theirs],
        values: [("x_place".to_owned(), "Мой".to_owned())].into(),
    };
    assert!(matches!(bank.execute("manager", &edit).await, Err(Error::NotFound)));
    let away =
        ArchiveRecords { object: "visit".to_owned(), record_ids: vec![theirs], archived: true };
    assert!(matches!(bank.execute("manager", &away).await, Err(Error::NotFound)));
    let untouched = "select count(*) from custom_record where title = 'Мой'";
    assert_eq!(number(bank, untouched).await, 0);
    let mut program = crate::api::program_as(bank, "head_office").await;
    let body = json!({ "record_ids": [mine, theirs], "values": { "x_place": "Общий" } });
    let (status, body, _) =
        crate::api::call(&mut program, "POST", "/records/visit/edit", Some(body), &[]).await;
    assert_eq!((status, &body["result"]), (200, &json!(2)), "{body}");
    let body = json!({ "record_ids": [mine], "archived": true });
    let (status, body, _) =
        crate::api::call(&mut program, "POST", "/records/visit/archive", Some(body), &[]).await;
    assert_eq!((status, &body["result"]), (200, &json!(1)), "{body}");
}
