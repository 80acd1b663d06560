//! Kinds of record a bank makes for itself: list, form, card, search, file and API; and that a record about another
//! branch's client stays unseen everywhere.

use kernel::{ClientId, RecordId};
use parties::client::commands::{FieldEdit, RegisterClient};
use parties::fields::commands::{AddField, AddObject, ArchiveObject, EditObject};
use parties::fields::model::{ClientLink, FieldKind, FieldSpec, ObjectSpec};
use parties::merge::commands::{MergeClients, UnmergeClients};
use parties::objects::commands::{ArchiveRecord, SaveRecord};
use serde_json::json;
use spine::Error;
use store::{Read, params};
use testkit::{Bank, Browser};

use crate::custom_fields::spec;
use crate::support::{both, changes, number};

/// The administrator's kind of record, with fields and a link to a client.
pub(crate) async fn visits(bank: &Bank, client_link: ClientLink) -> kernel::ObjectId {
    let spec_of_object = ObjectSpec {
        name_one: "Осмотр залога".to_owned(),
        name_many: "Осмотры залога".to_owned(),
        name_one_en: "Collateral visit".to_owned(),
        name_many_en: "Collateral visits".to_owned(),
        client_link,
        roles: Vec::new(),
    };
    let command = AddObject { key: Some("visit".to_owned()), spec: spec_of_object };
    let id = bank.execute("methodologist", &command).await.unwrap();
    let fields = [
        ("x_place", FieldSpec { searchable: true, listed: true, ..spec("Адрес", FieldKind::Text) }),
        ("x_area", FieldSpec { listed: true, ..spec("Площадь", FieldKind::Decimal) }),
        ("x_day", FieldSpec { required: true, ..spec("Когда", FieldKind::Date) }),
    ];
    for (key, spec) in fields {
        let command = AddField { object: "visit".to_owned(), key: Some(key.to_owned()), spec };
        bank.execute("methodologist", &command).await.unwrap();
    }
    id
}

pub(crate) async fn client(bank: &Bank, login: &str, name: &str) -> ClientId {
    let fields = [("last_name", name), ("segment", "mass"), ("status", "active")];
    let command = RegisterClient {
        kind: "person".to_owned(),
        fields: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute(login, &command).await.unwrap()
}

pub(crate) fn edits(values: &[(&str, &str, &str)]) -> Vec<FieldEdit> {
    let one = |(field, original, value): &(&str, &str, &str)| FieldEdit {
        field: (*field).to_owned(),
        original: (*original).to_owned(),
        value: (*value).to_owned(),
    };
    values.iter().map(one).collect()
}

pub(crate) fn new(client_id: Option<ClientId>, place: &str, area: &str) -> SaveRecord {
    let edits = edits(&[("x_place", "", place), ("x_area", "", area), ("x_day", "", "1.2.2026")]);
    SaveRecord { object: "visit".to_owned(), record_id: None, client_id, edits }
}

async fn page(bank: &Bank, login: &str, path: &str) -> String {
    bank.client(login).await.get(path).await.ok()
}

fn codes(error: Error) -> Vec<(String, String)> {
    let Error::Refused(refusals) = error else { panic!("{error:?}") };
    refusals.0.into_iter().map(|r| (r.code, r.field.unwrap_or_default())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_a_kind_of_record_and_people_work_with_it_at_once() {
    both(async |bank: &Bank| {
        let mut administrator = bank.client("administrator").await;
        let id = bank.form_id();
        let sent = [
            ("_id", id.as_str()),
            ("name_one", "Осмотр залога"),
            ("name_many", "Осмотры залога"),
            ("client_link", "required"),
        ];
        let reply = administrator.post("/admin/objects/new", &sent).await;
        assert_eq!(reply.location(), "/admin/fields?object=osmotry_zaloga", "{}", reply.gist());
        let form = administrator.get("/admin/fields/new?object=osmotry_zaloga").await.ok();
        assert!(form.contains("value=\"osmotry_zaloga\""));
        let id = bank.form_id();
        let sent = [
            ("_id", id.as_str()),
            ("object", "osmotry_zaloga"),
            ("label", "Адрес"),
            ("field_kind", "text"),
            ("listed", "1"),
            ("indexed", "1"),
            ("searchable", "1"),
        ];
        assert_eq!(administrator.post("/admin/fields/new", &sent).await.status, 303);
        let owner = client(bank, "manager", "Залогова").await;
        let mut manager = bank.client("manager").await;
        let card = manager.get(&format!("/clients/{owner}")).await.ok();
        assert!(card.contains("href=\"/objects/osmotry_zaloga\""), "an entry in the menu");
        assert!(card.contains("panel-records-osmotry_zaloga"), "a panel on the card");
        let place = format!("/objects/osmotry_zaloga/new?client={owner}");
        let form = manager.get(&place).await.ok();
        assert!(form.contains("Залогова") && form.contains("name=\"x_adres\""));
        let id = bank.form_id();
        let client_id = owner.to_string();
        let mut sent = vec![
            ("_id", id.as_str()),
            ("client_id", &client_id),
            ("was_x_adres", ""),
            ("x_adres", "Лесная 5"),
        ];
        let reply = manager.post("/objects/osmotry_zaloga/new", &sent).await;
        let record = reply.location().to_owned();
        let one = manager.get(&record).await.ok();
        assert!(one.contains("Лесная 5") && one.contains("Залогова"));
        // nothing is lost of a form that is refused
        let (id, long) = (bank.form_id(), "я".repeat(500));
        sent = vec![
            ("_id", &id),
            ("client_id", "0000-0000-00"),
            ("was_x_adres", ""),
            ("x_adres", &long),
        ];
        let reply = manager.post("/objects/osmotry_zaloga/new", &sent).await;
        assert_eq!(reply.status, 422);
        assert!(reply.body.contains(&long) && reply.body.contains("0000-0000-00"));
        it_is_found_everywhere(&mut manager, owner, &record, bank.form_id()).await;
    })
    .await;
}

/// The new record in its list, the search box and the card; then put away.
async fn it_is_found_everywhere(manager: &mut Browser, owner: ClientId, record: &str, id: String) {
    for path in [
        "/objects/osmotry_zaloga".to_owned(),
        "/objects/osmotry_zaloga?q=лесная".to_owned(),
        "/objects/osmotry_zaloga?field=x_adres&op=contains&value=лесн".to_owned(),
        "/search?q=Лесная".to_owned(),
        format!("/clients/{owner}"),
    ] {
        assert!(manager.get(&path).await.ok().contains("Лесная 5"), "{path}");
    }
    assert!(!manager.get("/objects/osmotry_zaloga?q=Болотная").await.ok().contains("Лесная 5"));
    let builder = manager.get("/objects/osmotry_zaloga/filter").await.ok();
    assert!(builder.contains("value=\"x_adres\""));
    let reply =
        manager.post("/objects/osmotry_zaloga/columns", &[("query", ""), ("col", "x_adres")]).await;
    assert_eq!(reply.location(), "/objects/osmotry_zaloga?cols=x_adres");
    let reply = manager.post(&format!("{record}/archive"), &[("_id", &id)]).await;
    assert_eq!(reply.status, 303);
    assert!(!manager.get("/objects/osmotry_zaloga").await.ok().contains("Лесная 5"));
    assert!(manager.get("/objects/osmotry_zaloga?show=archived").await.ok().contains("Лесная 5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_about_clients_out_of_reach_are_seen_nowhere() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        let (near, far) = (
            client(bank, "manager", "Ближняя").await,
            client(bank, "manager_far", "Дальняя").await,
        );
        let mine = bank.execute("manager", &new(Some(near), "Ближняя улица", "10")).await.unwrap();
        let theirs =
            bank.execute("manager_far", &new(Some(far), "Дальняя улица", "20")).await.unwrap();
        let own = bank.execute("manager_far", &new(None, "Дальний склад", "30")).await.unwrap();
        for path in [
            "/objects/visit",
            "/objects/visit?sort=x_area",
            "/search?q=улица",
            "/objects/visit?q=склад",
        ] {
            let shown = page(bank, "manager", path).await;
            assert!(!shown.contains("Дальн"), "{path}");
        }
        for id in [theirs, own] {
            for rest in ["", "/edit"] {
                let path = format!("/objects/visit/{id}{rest}");
                assert_eq!(bank.client("manager").await.get(&path).await.status, 404, "{path}");
            }
            let edit = SaveRecord {
                object: "visit".to_owned(),
                record_id: Some(id),
                client_id: None,
                edits: edits(&[("x_area", "20.00", "1")]),
            };
            assert!(matches!(bank.execute("manager", &edit).await, Err(Error::NotFound)));
            let away = ArchiveRecord { object: "visit".to_owned(), record_id: id, archived: true };
            assert!(matches!(bank.execute("manager", &away).await, Err(Error::NotFound)));
        }
        let refused = bank.execute("manager", &new(Some(far), "Чужая", "1")).await.unwrap_err();
        assert_eq!(codes(refused), [("no-such-client".to_owned(), "client_id".to_owned())]);
        let path = format!("/objects/visit/new?client={far}");
        assert!(!page(bank, "manager", &path).await.contains("Дальняя"));
        let csv = page(bank, "branch_head", "/objects/visit/export?format=csv").await;
        assert!(csv.contains("Ближняя улица") && !csv.contains("Дальн"), "{csv}");
        assert_eq!(
            number(
                bank,
                "select count(*) from journal_entry where entity = 'custom_record_export'"
            )
            .await,
            2,
            "at its begin and at its end"
        );
        let mut head = crate::api::program_as(bank, "head_office").await;
        let (_, body, _) = crate::api::get(&mut head, "/records/visit").await;
        assert_eq!(body["items"].as_array().unwrap().len(), 3);
        let mut partner = crate::api::program_as(bank, "partner").await;
        assert_eq!(crate::api::get(&mut partner, "/records/visit").await.0, 403);
        assert_eq!(bank.client("partner").await.get("/objects/visit").await.status, 403);
        assert!(
            page(bank, "manager", &format!("/objects/visit/{mine}"))
                .await
                .contains("Ближняя улица")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_changing_a_record_never_overwrite_each_other() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Required).await;
        let owner = client(bank, "manager", "Залогова").await;
        let refused = bank.execute("manager", &new(None, "Лесная", "сто")).await.unwrap_err();
        let told = codes(refused);
        let told: Vec<(&str, &str)> = told.iter().map(|(c, f)| (c.as_str(), f.as_str())).collect();
        assert_eq!(told, [("required", "client_id"), ("not-a-decimal", "x_area")], "all at once");
        let id = bank.execute("manager", &new(Some(owner), "Лесная", "100")).await.unwrap();
        let edit = |values: &[(&str, &str, &str)]| SaveRecord {
            object: "visit".to_owned(),
            record_id: Some(id),
            client_id: None,
            edits: edits(values),
        };
        bank.execute("branch_head", &edit(&[("x_area", "100.00", "110")])).await.unwrap();
        bank.execute(
            "manager",
            &edit(&[("x_area", "100.00", "100.00"), ("x_place", "Лесная", "Лесная 5")]),
        )
        .await
        .unwrap();
        let outcome = bank.execute("manager", &edit(&[("x_area", "100.00", "120")])).await;
        let Err(Error::Conflict(conflict)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(conflict.fields[0].theirs, "110.00");
        let mut manager = bank.client("manager").await;
        let form_id = bank.form_id();
        let sent = [
            ("_id", form_id.as_str()),
            ("was_x_area", "100.00"),
            ("x_area", "120"),
            ("was_x_place", "Лесная"),
            ("x_place", "Лесная"),
            ("was_x_day", "2026-02-01"),
            ("x_day", "2026-02-01"),
        ];
        let reply = manager.post(&format!("/objects/visit/{id}/edit"), &sent).await;
        assert_eq!(reply.status, 409, "{}", reply.gist());
        assert!(reply.body.contains("Площадь"));
        // who wrote the field, not who wrote the record last
        assert!(reply.body.contains("Member branch_head"), "{}", reply.gist());
        let told = changes(bank, "custom_record").await;
        let change = "\"x_area\":[\"100.00\",\"110.00\"]";
        assert_eq!(told.iter().filter(|c| c.contains(change)).count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_turn_pages_in_every_order_and_indexes_are_made_later_too() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::None).await;
        let plain = FieldSpec { indexed: false, ..spec("Этаж", FieldKind::Integer) };
        let command = AddField {
            object: "visit".to_owned(),
            key: Some("x_floor".to_owned()),
            spec: plain.clone(),
        };
        let floor = bank.execute("administrator", &command).await.unwrap();
        for n in 0..7 {
            let mut command = new(None, &format!("Дом {n}"), if n == 3 { "" } else { "12,5" });
            command.edits.extend(edits(&[("x_floor", "", &(n % 3).to_string())]));
            bank.execute("manager", &command).await.unwrap();
            bank.clock.advance_seconds(1);
        }
        let refused = bank
            .client("manager")
            .await
            .get("/objects/visit?field=x_floor&op=at-least&value=2")
            .await;
        assert_eq!(refused.status, 422);
        let on = parties::fields::commands::EditField {
            field_id: floor,
            original: None,
            spec: FieldSpec { indexed: true, searchable: false, ..plain },
            position: None,
        };
        bank.execute("administrator", &on).await.unwrap();
        bank.settle().await;
        let role = crate::api::all_rights(bank).await;
        let mut program = crate::api::program_as(bank, &role).await;
        let (_, body, _) =
            crate::api::get(&mut program, "/records/visit?filter=x_floor:at-least:2").await;
        assert_eq!(body["items"].as_array().unwrap().len(), 2, "{body}");
        for sort in ["updated", "-updated", "title", "-title", "x_area", "-x_area", "x_floor"] {
            let (mut path, mut seen) = (format!("/records/visit?limit=2&sort={sort}"), Vec::new());
            loop {
                let (status, body, _) = crate::api::get(&mut program, &path).await;
                assert_eq!(status, 200, "{body}");
                seen.extend(
                    body["items"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|i| i["id"].as_str().unwrap().to_owned()),
                );
                let Some(next) = body["next"].as_str() else { break };
                path = format!("/records/visit?limit=2&sort={sort}&cursor={next}");
            }
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!((seen.len(), once.len()), (7, 7), "{sort}");
        }
        assert_eq!(crate::api::get(&mut program, "/records/visit?sort=x_none").await.0, 400);
        assert_eq!(crate::api::get(&mut program, "/records/none").await.0, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_go_with_their_client_when_he_is_merged_and_come_back() {
    both(async |bank: &Bank| {
        let object_id = visits(bank, ClientLink::Required).await;
        let (one, two) = (
            client(bank, "head_office", "Слиянова").await,
            client(bank, "head_office", "Слиянова").await,
        );
        let id: RecordId =
            bank.execute("head_office", &new(Some(two), "Лесная", "1")).await.unwrap();
        let of = async || -> ClientId {
            let mut db = bank.services.reader.clone();
            let sql = "select client_id from custom_record where id = $1";
            db.first(sql, params![id]).await.unwrap().unwrap().one().unwrap()
        };
        let merge = MergeClients {
            survivor_id: one,
            loser_id: two,
            picks: [].into(),
            reason: "Одна".to_owned(),
        };
        let merge_id = bank.execute("head_office", &merge).await.unwrap();
        assert_eq!(of().await, one);
        assert!(page(bank, "head_office", &format!("/clients/{one}")).await.contains("Лесная"));
        bank.execute("head_office", &UnmergeClients { merge_id, reason: "Разные".to_owned() })
            .await
            .unwrap();
        assert_eq!(of().await, two);
        // the whole kind is put away and comes back with everything
        let away = |archived| ArchiveObject { object_id, archived };
        bank.execute("administrator", &away(true)).await.unwrap();
        for path in ["/objects/visit".to_owned(), format!("/objects/visit/{id}")] {
            assert_eq!(bank.client("head_office").await.get(&path).await.status, 404, "{path}");
        }
        let card = page(bank, "head_office", &format!("/clients/{two}")).await;
        let place = card.find("Лесная").unwrap_or(0);
        assert_eq!(
            place,
            0,
            "{}",
            card.get(place.saturating_sub(900)..place + 20).unwrap_or_default()
        );
        bank.execute("administrator", &away(false)).await.unwrap();
        assert!(page(bank, "head_office", "/objects/visit").await.contains("Лесная"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_write_records_and_are_told_what_is_wrong() {
    both(async |bank: &Bank| {
        let mut program = crate::api::program(bank).await;
        let object = json!({ "spec": { "name_one": "Визит", "name_many": "Визиты", "client_link": "required" } });
        let (status, made, _) = crate::api::call(&mut program, "POST", "/objects", Some(object), &[]).await;
        assert_eq!(status, 201, "{made}");
        let field = json!({ "object": "vizity", "spec": { "label": "Итог", "kind": "text", "indexed": true, "required": true } });
        let (status, made, _) = crate::api::call(&mut program, "POST", "/fields", Some(field), &[]).await;
        assert_eq!(status, 201, "{made}");
        let client = crate::api::register(&mut program, "Vizitova").await;
        let bad = json!({ "client_id": client, "custom": { "x_nothing": "1" } });
        let (status, problem, _) = crate::api::call(&mut program, "POST", "/records/vizity", Some(bad), &[]).await;
        let fields: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert_eq!((status, fields), (422, vec!["x_nothing", "x_itog"]), "{problem}");
        let good = json!({ "client_id": client, "custom": { "x_itog": "<b>хорошо</b>" } });
        let (status, made, _) = crate::api::call(&mut program, "POST", "/records/vizity", Some(good), &[]).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("/records/vizity/{}", made["id"].as_str().unwrap());
        let (_, record, reply) = crate::api::get(&mut program, &path).await;
        assert_eq!((record["title"].as_str(), record["client_id"].as_str()), (Some("<b>хорошо</b>"), Some(client.as_str())));
        let tag = reply.header("etag").to_owned();
        let patch = Some(json!({ "custom": { "x_itog": "плохо" } }));
        let (status, body, _) = crate::api::call(&mut program, "PATCH", &path, patch.clone(), &[("if-match", &tag)]).await;
        assert_eq!(status, 204, "{body}");
        let (status, _, _) = crate::api::call(&mut program, "PATCH", &path, patch, &[("if-match", &tag)]).await;
        assert_eq!(status, 412);
        let (_, list, _) = crate::api::get(&mut program, &format!("/records/vizity?client_id={client}&filter=x_itog:is:плохо")).await;
        assert_eq!(list["items"][0]["custom"]["x_itog"], "плохо");
        let away = Some(json!({ "archived": true }));
        let (status, body, _) = crate::api::call(&mut program, "POST", &format!("{path}/archive"), away, &[]).await;
        assert_eq!(status, 204, "{body}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_leads_to_a_record_only_as_far_as_one_sees_it() {
    both(async |bank: &Bank| {
        visits(bank, ClientLink::Optional).await;
        let link = FieldSpec {
            of_object: Some("visit".to_owned()),
            ..spec("Последний осмотр", FieldKind::Record)
        };
        let command =
            AddField { object: "client".to_owned(), key: Some("x_last".to_owned()), spec: link };
        bank.execute("administrator", &command).await.unwrap();
        let far = bank.execute("manager_far", &new(None, "Дальний склад", "1")).await.unwrap();
        let near = bank.execute("manager", &new(None, "Ближний склад", "1")).await.unwrap();
        let owner = client(bank, "manager", "Складская").await;
        let edit = |value: &str| parties::client::commands::EditClient {
            client_id: owner,
            edits: edits(&[("x_last", "", value)]),
            source: "client".to_owned(),
        };
        for unknown in [far.to_string(), "0000-0000-00".to_owned(), "склад".to_owned()] {
            let refused = bank.execute("manager", &edit(&unknown)).await.unwrap_err();
            assert_eq!(codes(refused), [("no-such-record".to_owned(), "x_last".to_owned())]);
        }
        let number = parties::client::model::client_number(near.uuid());
        bank.execute("manager", &edit(&number)).await.unwrap();
        let details = format!("/clients/{owner}/details");
        let shown = page(bank, "manager", &details).await;
        assert!(shown.contains(&format!("href=\"/objects/visit/{near}\"")), "{shown}");
        let archive = ArchiveRecord { object: "visit".to_owned(), record_id: near, archived: true };
        bank.execute("manager", &archive).await.unwrap();
        assert!(page(bank, "manager", &details).await.contains("Ближний склад"), "the link stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_rename_a_kind_never_overwrite_each_other_unseen() {
    both(async |bank: &Bank| {
        let id = visits(bank, ClientLink::Optional).await;
        let all = || async {
            let all = parties::fields::queries::read(&mut bank.services.reader.clone()).await;
            all.unwrap().objects().find(|o| o.id == id).unwrap().spec.clone()
        };
        let drawn = all().await;
        let change = |one: &str, many: &str| EditObject {
            object_id: id,
            original: Some(drawn.clone()),
            spec: ObjectSpec { name_one: one.into(), name_many: many.into(), ..drawn.clone() },
        };
        bank.execute("administrator", &change("Выезд", &drawn.name_many)).await.unwrap();
        bank.execute("methodologist", &change(&drawn.name_one, "Выезды")).await.unwrap();
        let now = all().await;
        assert_eq!((now.name_one.as_str(), now.name_many.as_str()), ("Выезд", "Выезды"));
        let same = bank.execute("administrator", &change("Обход", "Выезды")).await;
        assert!(matches!(same, Err(Error::Conflict(_))), "{same:?}");
        // the page asks whose word holds, and takes the answer
        let mut other = bank.client("administrator").await;
        let path = format!("/admin/objects/{id}");
        assert!(other.get(&path).await.ok().contains("name=\"original\""));
        let original = serde_json::to_string(&drawn).unwrap();
        let first = bank.form_id();
        let sent = [
            ("_id", first.as_str()),
            ("original", &original),
            ("name_one", "Обход"),
            ("name_many", &drawn.name_many),
            ("client_link", "optional"),
        ];
        let asked = other.post(&path, &sent).await;
        assert!(asked.status == 409 && asked.body.contains("Выезд"), "{}", asked.gist());
        assert!(asked.body.contains("Member administrator"), "{}", asked.gist());
        let stored = serde_json::to_string(&now).unwrap();
        let again = bank.form_id();
        let sent = [
            ("_id", again.as_str()),
            ("original", &stored),
            ("name_one", "Обход"),
            ("name_many", "Выезды"),
            ("client_link", "optional"),
        ];
        assert_eq!(other.post(&path, &sent).await.status, 303);
        assert_eq!(all().await.name_one, "Обход");
        // programs say what they have seen
        let mut program = crate::api::program(bank).await;
        let path = format!("/objects/{id}");
        let (_, seen, reply) = crate::api::get(&mut program, &path).await;
        assert_eq!(seen["name_one"], "Обход");
        let tag = reply.header("etag").to_owned();
        let body = Some(json!({ "spec": ObjectSpec { name_one: "Осмотр".into(), ..now } }));
        let given = [("if-match", tag.as_str())];
        let put = crate::api::call(&mut program, "PUT", &path, body.clone(), &given).await;
        assert_eq!(put.0, 204, "{}", put.1);
        assert_eq!(crate::api::call(&mut program, "PUT", &path, body.clone(), &given).await.0, 412);
        assert_eq!(crate::api::call(&mut program, "PUT", &path, body, &[]).await.0, 428);
    })
    .await;
}
