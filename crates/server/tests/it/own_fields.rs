//! Fields a bank adds to tasks, contacts, projects, links and accounts: at once in form, card, list, filter, order,
//! search, journal and API; what one may not know of; archiving; erasing; indexes on demand.

use engagement::interaction::commands::{CorrectInteraction, LogInteraction};
use engagement::project::commands::{EditProject, OpenProject, ProjectFields};
use engagement::task::commands::AddTask;
use kernel::{AccountId, ClientId, Date, FieldId, ProjectId, TaskId};
use parties::fields::commands::{AddField, AddObject, ArchiveField, EditField, EditOwn};
use parties::fields::model::{ClientLink, FieldKind, FieldSpec, IndexState, ObjectSpec};
use parties::fields::queries;
use parties::links::commands::AddLink;
use parties::links::model::LinkKind;
use serde_json::json;
use spine::{Error, FieldEdit};
use store::{Read, params};
use testkit::Bank;
use uuid::Uuid;

use crate::api;
use crate::custom_fields::spec;
use crate::engagement::task;
use crate::merges::call;
use crate::secrecy::cast::Cast;
use crate::support::{both, changes, number};

pub(crate) async fn add(bank: &Bank, object: &str, key: &str, spec: FieldSpec) -> FieldId {
    let command = AddField { object: object.to_owned(), key: Some(key.to_owned()), spec };
    bank.execute("administrator", &command).await.unwrap()
}

fn listed(spec: FieldSpec) -> FieldSpec {
    FieldSpec { listed: true, ..spec }
}

pub(crate) fn new(client: Option<ClientId>, title: &str, custom: &[(&str, &str)]) -> AddTask {
    let pair = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
    AddTask {
        client_id: client,
        task: task(title, Date::constant(2026, 11, 25)),
        custom: custom.iter().map(pair).collect(),
    }
}

fn edits(of: &[(&str, &str, &str)]) -> Vec<FieldEdit> {
    let one = |(field, original, value): &(&str, &str, &str)| FieldEdit {
        field: (*field).to_owned(),
        original: (*original).to_owned(),
        value: (*value).to_owned(),
    };
    of.iter().map(one).collect()
}

fn edit(object: &str, id: impl Into<Uuid>, of: &[(&str, &str, &str)]) -> EditOwn {
    EditOwn { object: object.to_owned(), record_id: id.into(), edits: edits(of) }
}

fn codes(error: Error) -> Vec<(String, String)> {
    let Error::Refused(refusals) = error else { panic!("{error:?}") };
    refusals.0.into_iter().map(|r| (r.code, r.field.unwrap_or_default())).collect()
}

async fn page(bank: &Bank, login: &str, path: &str) -> String {
    bank.client(login).await.get(path).await.ok()
}

async fn text(bank: &Bank, sql: &str, id: impl Into<Uuid>) -> String {
    let id: Uuid = id.into();
    let mut db = bank.services.reader.clone();
    db.first(sql, params![id]).await.unwrap().unwrap().one().unwrap()
}

/// The dialog of own fields alone, and another's word meanwhile.
async fn alone(bank: &Bank, card: &str) {
    let fits = async |word: &str| {
        let path = format!("/tasks?field=x_request&op=is&value={word}");
        page(bank, "manager", &path).await.contains("Позвонить")
    };
    let own = format!("/own-fields/task/{}", card.trim_start_matches("/tasks/"));
    assert!(bank.client("manager").await.get(&own).await.ok().contains("value=\"ЗА-17\""));
    let send = |id: &str, was: &str, now: &str| {
        [("_id", id), ("was_x_request", was), ("x_request", now)]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
    };
    let post = async |was: &str, now: &str| {
        let sent = send(&bank.form_id(), was, now);
        let sent: Vec<(&str, &str)> = sent.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        bank.client("manager").await.post(&own, &sent).await
    };
    assert_eq!(post("ЗА-17", "ЗА-18").await.status, 303);
    let conflict = post("ЗА-17", "ЗА-19").await;
    assert!(conflict.status == 409 && conflict.body.contains("ЗА-18"), "{}", conflict.gist());
    assert!(conflict.body.contains("Member manager"), "by name: {}", conflict.gist());
    assert_eq!(post("ЗА-18", "").await.status, 303);
    assert!(!fits("за-17").await && !fits("за-18").await);
    assert!(!page(bank, "manager", "/search?q=за-18").await.contains("Позвонить"));
}

/// Archived: gone from form, card and list, still told by the journal.
async fn archived(bank: &Bank, card: &str, place: &str) {
    let mut administrator = bank.client("administrator").await;
    let id = bank.form_id();
    administrator.post(&format!("{place}/archive"), &[("_id", &id)]).await;
    for path in ["/tasks/new", "/tasks", card] {
        assert!(!page(bank, "manager", path).await.contains("Номер заявки"), "{path}");
    }
    bank.settle().await;
    assert!(administrator.get("/admin/journal").await.ok().contains("Номер заявки &lt;b&gt;"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_tasks_is_at_once_in_form_card_list_filter_search_and_journal() {
    both(async |bank: &Bank| {
        let mut administrator = bank.client("administrator").await;
        let home = administrator.get("/admin/fields?object=task").await.ok();
        assert!(home.contains("/admin/fields/new?object=task"), "a tab of its own");
        let id = bank.form_id();
        let field = [
            ("_id", id.as_str()),
            ("object", "task"),
            ("label", "Номер заявки <b>"),
            ("key", "x_request"),
            ("field_kind", "text"),
            ("indexed", "1"),
            ("listed", "1"),
            ("searchable", "1"),
        ];
        let reply = administrator.post("/admin/fields/new", &field).await;
        assert_eq!(reply.status, 303, "{}", reply.gist());
        let place = reply.location().to_owned();
        assert!(administrator.get(&place).await.ok().contains("/tasks?cols=x_request"));

        let mut manager = bank.client("manager").await;
        let form = manager.get("/tasks/new").await.ok();
        assert!(form.contains("name=\"x_request\""), "in the form");
        let id = bank.form_id();
        let sent = [
            ("_id", id.as_str()),
            ("title", "Позвонить"),
            ("kind", "task"),
            ("due", "25.11.2026"),
            ("priority", "2"),
            ("was_x_request", ""),
            ("x_request", " ЗА-17 "),
        ];
        let reply = manager.post("/tasks/new", &sent).await;
        assert_eq!(reply.status, 303, "{}", reply.gist());
        let card = reply.location().to_owned();
        let shown = manager.get(&card).await.ok();
        assert!(shown.contains("Номер заявки &lt;b&gt;") && shown.contains("ЗА-17"), "on the card");
        let list = manager.get("/tasks").await.ok();
        assert!(list.contains("Номер заявки &lt;b&gt;") && list.contains("ЗА-17"), "in the list");
        assert!(list.contains("sort=x_request"), "sortable: {list}");
        let fits = async |word: &str| {
            let path = format!("/tasks?field=x_request&op=is&value={word}");
            page(bank, "manager", &path).await.contains("Позвонить")
        };
        assert!(fits("за-17").await && !fits("за-18").await);
        let unclear = manager.get("/tasks?field=x_none&op=is&value=1").await;
        assert!(unclear.status == 422 && !unclear.body.contains("Позвонить"), "{}", unclear.gist());
        assert!(page(bank, "manager", "/search?q=за-17").await.contains("Позвонить"), "found");
        bank.settle().await;
        let journal = administrator.get("/admin/journal").await.ok();
        assert!(journal.contains("Номер заявки &lt;b&gt;"), "by its name");

        alone(bank, &card).await;
        archived(bank, &card, &place).await;
    })
    .await;
}

/// Of each kind: what is typed, what is kept, what is refused.
fn cases(me: &str) -> [(&'static str, &str, &str, &'static str); 17] {
    [
        ("text", "Щука", "Щука", ""),
        ("long_text", "а\r\nб", "а\nб", ""),
        ("integer", "1 200", "1200", "1,5"),
        ("decimal", "12,5", "12.50", "12,555"),
        ("money", "1,5 млн", "1500000.00", "много"),
        ("percent", "7.25%", "7.25", "семь"),
        ("date", "1.2.2020", "2020-02-01", "31.02.2020"),
        ("date_time", "1.2.2020 9:30", "2020-02-01T09:30", "1.2.2020"),
        ("flag", "1", "1", "может быть"),
        ("choice", "Собака", "dog", "слон"),
        ("choices", "fish,cat", "cat,fish", "cat,слон"),
        ("phone", "8 916 123-45-67", "+79161234567", "12"),
        ("email", "A@Bank.RU", "A@bank.ru", "a@"),
        ("url", "bank.example", "https://bank.example", "bank"),
        ("staff", me, me, "я"),
        ("client", "", "", "0000-0000-00"),
        ("record", "", "", "0000-0000-00"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_validated_written_filtered_and_sorted_on_tasks() {
    both(async |bank: &Bank| {
        let me = bank.user("manager").to_string();
        let object = ObjectSpec {
            name_one: "Визит".into(),
            name_many: "Визиты".into(),
            name_one_en: String::new(),
            name_many_en: String::new(),
            client_link: ClientLink::None,
            roles: Vec::new(),
        };
        let object = AddObject { key: Some("visit".into()), spec: object };
        bank.execute("administrator", &object).await.unwrap();
        for kind in FieldKind::ALL.iter().copied() {
            let link = FieldSpec { of_object: Some("visit".to_owned()), ..spec(kind.key(), kind) };
            add(bank, "task", &format!("x_{}", kind.key()), link).await;
        }
        let cases = cases(&me);
        assert_eq!(cases.len(), FieldKind::ALL.len());
        for (kind, typed, kept, wrong) in cases {
            let key = format!("x_{kind}");
            let id = bank.execute("manager", &new(None, kind, &[(&key, typed)])).await.unwrap();
            let sql = "select coalesce((select doc from own_values where record_id = $1), '{}')";
            let doc = text(bank, sql, id).await;
            let doc: serde_json::Value = serde_json::from_str(&doc).unwrap();
            assert_eq!(doc.get(&key).and_then(|v| v.as_str()).unwrap_or_default(), kept, "{kind}");
            if !wrong.is_empty() {
                let refused = bank.execute("manager", &new(None, "x", &[(&key, wrong)])).await;
                let refused = codes(refused.unwrap_err());
                assert!(refused.len() == 1 && refused[0].1 == key, "{kind}: {refused:?}");
                let refused =
                    bank.execute("manager", &edit("task", id, &[(&key, kept, wrong)])).await;
                assert_eq!(codes(refused.unwrap_err())[0].1, key, "{kind}");
            }
        }
        let fits = async |query: &str| page(bank, "manager", &format!("/tasks?{query}")).await;
        for (kind, op, value) in [
            ("text", "is", "щука"),
            ("integer", "at-least", "1199"),
            ("money", "at-least", "1,5 млн"),
            ("date", "from", "01.02.2020"),
            ("flag", "filled", ""),
            ("choice", "is", "dog"),
            ("choices", "has", "fish"),
            ("staff", "is", "me"),
        ] {
            let list =
                fits(&format!("field=x_{kind}&op={op}&value={}", value.replace(' ', "+"))).await;
            let row = format!(">{kind}</");
            assert!(list.contains("data-table") && list.contains(&row), "{kind}: {list}");
            assert_eq!(list.matches("<tr id=").count().max(1), 1, "{kind}");
        }
        // an unknown field, and a required one that is left out
        let refused = bank.execute("manager", &new(None, "x", &[("x_none", "1")])).await;
        assert_eq!(
            codes(refused.unwrap_err()),
            [("field-unknown".to_owned(), "x_none".to_owned())]
        );
        let must = FieldSpec { required: true, ..spec("Обязательно", FieldKind::Text) };
        add(bank, "task", "x_must", must).await;
        let refused = bank.execute("manager", &new(None, "x", &[])).await;
        assert_eq!(codes(refused.unwrap_err()), [("required".to_owned(), "x_must".to_owned())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_staff_is_found_by_his_name_and_nobody_is_not() {
    both(async |bank: &Bank| {
        add(bank, "task", "x_staff", spec("Куратор", FieldKind::Staff)).await;
        bank.execute("manager", &new(None, "x", &[("x_staff", "Member clerk")])).await.unwrap();
        let refused = bank.execute("manager", &new(None, "x", &[("x_staff", "Никто")])).await;
        let wanted = [("not-a-choice".to_owned(), "x_staff".to_owned())];
        assert_eq!(codes(refused.unwrap_err()), wanted);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_read_and_write_own_fields_of_tasks() {
    both(async |bank: &Bank| {
        let mut program = api::program(bank).await;
        let field = json!({ "object": "task", "spec": { "label": "Вес", "kind": "integer", "indexed": true, "listed": true } });
        let (status, made, _) = api::call(&mut program, "POST", "/fields", Some(field), &[]).await;
        assert_eq!(status, 201, "{made}");
        let refused = json!({ "object": "tusk", "spec": { "label": "Вес", "kind": "integer" } });
        assert_eq!(api::call(&mut program, "POST", "/fields", Some(refused), &[]).await.0, 422);
        let me = bank.user("manager");
        let mut ids = Vec::new();
        for (title, weight) in [("a", Some("7")), ("b", None), ("c", Some("-3")), ("d", Some("40"))] {
            let custom = weight.map(|w| json!({ "x_ves": w })).unwrap_or(json!({}));
            let new = json!({ "client_id": null, "title": title, "kind": "task", "due_on": "2026-12-01",
                "due_at": null, "assignee_id": me, "priority": 2, "custom": custom });
            let (status, made, _) = api::call(&mut program, "POST", "/tasks", Some(new), &[]).await;
            assert_eq!(status, 201, "{made}");
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let (_, task, _) = api::get(&mut program, &format!("/tasks/{}", ids[0])).await;
        assert_eq!(task["custom"], json!({ "x_ves": "7" }));
        let (_, list, _) = api::get(&mut program, "/tasks?filter=x_ves:at-least:0").await;
        assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
        for (sort, wanted) in [("x_ves", "bcad"), ("-x_ves", "dacb")] {
            let (mut path, mut seen) = (format!("/tasks?limit=1&sort={sort}"), String::new());
            loop {
                let (status, body, _) = api::get(&mut program, &path).await;
                assert_eq!(status, 200, "{body}");
                seen += body["items"][0]["title"].as_str().unwrap();
                let Some(next) = body["next"].as_str() else { break };
                path = format!("/tasks?limit=1&sort={sort}&cursor={next}");
            }
            assert_eq!(seen, wanted, "{sort}");
        }
        assert_eq!(api::get(&mut program, "/tasks?sort=x_none").await.0, 400);
        assert_eq!(api::get(&mut program, "/tasks?filter=x_none:is:1").await.0, 422);
        let own = format!("/own-fields/task/{}", ids[1]);
        let (status, view, reply) = api::get(&mut program, &own).await;
        assert_eq!((status, &view["custom"]), (200, &json!({})));
        let tag = reply.header("etag").to_owned();
        let patch = Some(json!({ "custom": { "x_ves": "5" } }));
        let given = [("if-match", tag.as_str())];
        let (status, body, _) = api::call(&mut program, "PATCH", &own, patch.clone(), &given).await;
        assert_eq!(status, 204, "{body}");
        assert_eq!(api::call(&mut program, "PATCH", &own, patch, &given).await.0, 412);
        let (_, view, reply) = api::get(&mut program, &own).await;
        assert_eq!(view["custom"], json!({ "x_ves": "5" }));
        let (tag, empty) = (reply.header("etag").to_owned(), Some(json!({ "custom": { "x_ves": null } })));
        let given = [("if-match", tag.as_str())];
        assert_eq!(api::call(&mut program, "PATCH", &own, empty, &given).await.0, 204);
        for path in ["/own-fields/task/01900000-0000-7000-8000-000000000000", "/own-fields/none/01900000-0000-7000-8000-000000000000"] {
            assert_eq!(api::get(&mut program, path).await.0, 404, "{path}");
        }
    })
    .await;
}

/// Who cannot see the record cannot see its fields, whoever may see others.
async fn out_of_reach(bank: &Bank, cast: &Cast) {
    for (key, keeper) in
        [("vip", "manager_same"), ("secret", "manager_same"), ("other", "head_office")]
    {
        let subject = cast.of(key);
        let set = [("task", "x_open"), ("account", "x_why"), ("link", "x_since")];
        // links of a client whose card is restricted are told to his branch
        let seen = |object: &str| key == "vip" && object == "link";
        for (object, field) in set.into_iter().filter(|(object, _)| !seen(object)) {
            let id = subject.things[object];
            bank.execute(keeper, &edit(object, id, &[(field, "", "канарейка")])).await.unwrap();
            let path = format!("/own-fields/{object}/{id}");
            assert_eq!(bank.client("manager").await.get(&path).await.status, 404, "{key} {object}");
            let tried =
                bank.execute("manager", &edit(object, id, &[(field, "канарейка", "x")])).await;
            assert!(matches!(tried, Err(Error::NotFound)), "{key} {object} {tried:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_fields_are_as_secret_as_their_record_and_their_roles() {
    both(async |bank: &Bank| {
        let open = listed(spec("Открытое", FieldKind::Text));
        add(bank, "task", "x_open", open).await;
        let closed = FieldSpec {
            roles: vec!["branch_head".to_owned()],
            ..listed(spec("Для начальника", FieldKind::Text))
        };
        add(bank, "task", "x_closed", closed).await;
        add(bank, "account", "x_why", spec("Зачем открыт", FieldKind::Text)).await;
        add(bank, "link", "x_since", spec("Откуда известно", FieldKind::Text)).await;
        add(bank, "interaction", "x_mood", spec("Настроение", FieldKind::Text)).await;
        let cast = Cast::enter(bank).await;
        // a field of a role does not exist for another one: form, card, list, filter, journal, API, command
        let own = cast.of("own");
        let id: TaskId = own.things["task"].into();
        let both_fields =
            edit("task", id, &[("x_open", "", "видно"), ("x_closed", "", "канарейка")]);
        let refused = bank.execute("manager", &both_fields).await.unwrap_err();
        assert_eq!(codes(refused), [("field-unknown".to_owned(), "x_closed".to_owned())]);
        bank.execute("branch_head", &both_fields).await.unwrap();
        bank.settle().await;
        let card = format!("/clients/{}", own.id);
        for path in [
            format!("/tasks/{id}"),
            "/tasks".to_owned(),
            format!("/own-fields/task/{id}"),
            format!("{card}/timeline?type=changes"),
        ] {
            let shown = page(bank, "manager", &path).await;
            assert!(
                !shown.contains("канарейка") && !shown.contains("Для начальника"),
                "{path}: {shown}"
            );
            assert!(shown.contains("видно") || path.contains("timeline"), "{path}");
        }
        assert!(page(bank, "branch_head", &format!("/tasks/{id}")).await.contains("канарейка"));
        let asked =
            bank.client("manager").await.get("/tasks?field=x_closed&op=is&value=канарейка").await;
        assert_eq!(asked.status, 422, "{}", asked.gist());
        let role = api::all_rights(bank).await;
        let mut program = api::program_as(bank, &role).await;
        for path in [
            format!("/tasks/{id}"),
            format!("/own-fields/task/{id}"),
            format!("/clients/{}/tasks", own.id),
            "/tasks".to_owned(),
        ] {
            let (status, body, _) = api::get(&mut program, &path).await;
            assert!(status == 200 && !body.to_string().contains("канарейка"), "{path} {body}");
        }
        out_of_reach(bank, &cast).await;
        bank.settle().await;
        let list = page(bank, "manager", "/tasks?who=team").await;
        assert!(!list.contains("канарейка"), "what of VIPs is not told to a colleague: {list}");
    })
    .await;
}

/// The one contact of a client is corrected, and its own fields with it.
async fn corrected(bank: &Bank, id: ClientId) {
    let timeline = format!("/clients/{id}/timeline");
    let the_one = async |sql: &str, id: Uuid| -> Uuid {
        let mut db = bank.services.reader.clone();
        db.first(sql, params![id]).await.unwrap().unwrap().one().unwrap()
    };
    let first = the_one("select id from interaction where client_id = $1", id.uuid()).await;
    let correct = |subject: &str, custom: &[(&str, &str)]| CorrectInteraction {
        interaction_id: first.into(),
        topic: String::new(),
        subject: subject.to_owned(),
        body: String::new(),
        result: String::new(),
        custom: custom.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    };
    let same = bank.execute("manager", &correct("Жалоба", &[("x_score", "5")])).await;
    assert_eq!(codes(same.unwrap_err())[0].0, "interaction-unchanged");
    assert!(
        bank.client("manager")
            .await
            .get(&format!("/interactions/{first}/correct"))
            .await
            .ok()
            .contains("value=\"5\"")
    );
    bank.execute("manager", &correct("Жалоба", &[("x_score", "2")])).await.unwrap();
    let second = the_one("select id from interaction where corrects_id = $1", first).await;
    let doc = text(bank, "select doc from own_values where record_id = $1", second).await;
    assert_eq!(doc, "{\"x_mood\":\"Взволнованность\",\"x_score\":\"2\"}");
    let kept = text(bank, "select doc from own_values where record_id = $1", first).await;
    assert!(kept.contains("\"x_score\":\"5\""), "the old row stays as it was: {kept}");
    assert!(
        bank.client("manager")
            .await
            .get(&format!("{timeline}?q=взволн"))
            .await
            .ok()
            .contains("Жалоба")
    );
    let refused =
        bank.execute("manager", &edit("interaction", first, &[("x_score", "5", "1")])).await;
    assert!(matches!(refused, Err(Error::NotFound)), "contacts change by corrections alone");
    let log =
        LogInteraction { custom: [("x_none".to_owned(), "1".to_owned())].into(), ..call(id, "x") };
    assert_eq!(codes(bank.execute("manager", &log).await.unwrap_err())[0].1, "x_none");
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_carry_own_fields_through_corrections() {
    both(async |bank: &Bank| {
        let mood =
            FieldSpec { searchable: true, ..spec("Настроение <i>", FieldKind::Text) };
        add(bank, "interaction", "x_mood", mood).await;
        add(bank, "interaction", "x_score", spec("Оценка", FieldKind::Integer)).await;
        let id = crate::clients::person(bank, "manager", ["Ильина", "Анна", ""]).await;
        let mut manager = bank.client("manager").await;
        let form = manager.get(&format!("/clients/{id}/log?channel=phone")).await.ok();
        assert!(form.contains("name=\"x_mood\""), "in the form");
        let sent_id = bank.form_id();
        let mut sent = vec![
            ("_id", sent_id.as_str()),
            ("channel", "phone"),
            ("direction", "in"),
            ("subject", "Жалоба"),
            ("was_x_mood", ""),
            ("x_mood", "Взволнованность"),
            ("was_x_score", ""),
            ("x_score", "пять"),
        ];
        let reply = manager.post(&format!("/clients/{id}/log"), &sent).await;
        assert!(reply.status == 422 && reply.body.contains("value=\"пять\""), "{}", reply.gist());
        sent[7].1 = "5";
        let reply = manager.post(&format!("/clients/{id}/log"), &sent).await;
        assert_eq!(reply.status, 303, "{}", reply.gist());
        let timeline = format!("/clients/{id}/timeline");
        let shown = manager.get(&timeline).await.ok();
        assert!(
            shown.contains("Настроение &lt;i&gt;") && shown.contains("Взволнованность"),
            "{shown}"
        );
        assert!(
            manager.get(&format!("{timeline}?q=взволн")).await.ok().contains("Жалоба"),
            "found"
        );
        corrected(bank, id).await;
    })
    .await;
}

fn project(title: &str, custom: &[(&str, &str)]) -> ProjectFields {
    ProjectFields {
        kind: "event".to_owned(),
        title: title.to_owned(),
        starts_on: Date::constant(2026, 12, 10),
        ends_on: None,
        place: String::new(),
        about: String::new(),
        custom: custom.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_on_demand_and_words_to_find_by_come_to_projects_later() {
    both(async |bank: &Bank| {
        let bare = FieldSpec { indexed: false, ..listed(spec("Смета", FieldKind::Text)) };
        let field = add(bank, "project", "x_budget", bare.clone()).await;
        let mut ids: Vec<ProjectId> = Vec::new();
        for (title, budget) in [("Завтрак", "зелёная"), ("Обед", "красная"), ("Ужин", "")]
        {
            let open = OpenProject { fields: project(title, &[("x_budget", budget)]) };
            ids.push(bank.execute("head_office", &open).await.unwrap());
        }
        let list = page(bank, "manager", "/projects").await;
        assert!(list.contains("Смета") && list.contains("красная"), "{list}");
        let asked =
            bank.client("manager").await.get("/projects?field=x_budget&op=is&value=красная").await;
        assert_eq!(asked.status, 422, "no index yet: {}", asked.gist());
        let wanted = FieldSpec { indexed: true, searchable: true, ..bare };
        let on = EditField { field_id: field, original: None, spec: wanted, position: None };
        bank.execute("administrator", &on).await.unwrap();
        bank.settle().await;
        let all = queries::read(&mut bank.services.reader.clone()).await.unwrap();
        let state = all.all().find(|f| f.id == field).unwrap().index_state;
        assert_eq!(state, IndexState::Ready);
        let list = page(bank, "manager", "/projects?field=x_budget&op=is&value=красная").await;
        assert!(list.contains("Обед") && !list.contains("Завтрак"), "{list}");
        let sorted = page(bank, "manager", "/projects?sort=-x_budget").await;
        let place =
            |title: &str| sorted.find(&format!(">{title}<")).unwrap_or_else(|| panic!("{sorted}"));
        assert!(place("Обед") < place("Завтрак") && place("Завтрак") < place("Ужин"));
        assert!(page(bank, "manager", "/search?q=красная").await.contains("Обед"), "found since");
        // a changed title keeps what it is found by; a field left alone stays
        let again =
            EditProject { project_id: ids[1], version: 1, fields: project("Полдник", &[]) };
        bank.execute("head_office", &again).await.unwrap();
        assert!(page(bank, "manager", "/search?q=красная").await.contains("Полдник"));
        assert!(page(bank, "manager", &format!("/projects/{}", ids[1])).await.contains("красная"));
        bank.execute("administrator", &ArchiveField { field_id: field, archived: true })
            .await
            .unwrap();
        bank.settle().await;
        assert!(!page(bank, "manager", "/search?q=красная").await.contains("Полдник"));
        let journal = changes(bank, "project").await;
        assert!(journal.iter().any(|c| c.contains("x_budget") && c.contains("красная")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_accounts_take_own_fields() {
    both(async |bank: &Bank| {
        add(bank, "link", "x_why", spec("Основание", FieldKind::Text)).await;
        add(bank, "account", "x_keeper", spec("Куратор счёта", FieldKind::Staff)).await;
        let cast = crate::secrecy::cast::Cast::enter(bank).await;
        let (own, near) = (cast.of("own"), cast.of("branch"));
        let command = AddLink {
            from: own.id,
            to: near.id,
            kind: LinkKind::Other,
            share_bp: None,
            since: None,
            until: None,
            note: "x".to_owned(),
            custom: [("x_why".to_owned(), "договор".to_owned())].into(),
        };
        let id = bank.execute("manager", &command).await.unwrap();
        assert!(
            page(bank, "manager", &format!("/clients/{}/panel/links", own.id))
                .await
                .contains("договор")
        );
        assert!(
            page(bank, "manager", &format!("/clients/{}/links/new", own.id))
                .await
                .contains("name=\"x_why\"")
        );
        bank.execute("manager", &edit("link", id, &[("x_why", "договор", "доверенность")]))
            .await
            .unwrap();
        let journal = changes(bank, "link").await;
        let told = journal.iter().filter(|c| c.contains("доверенность")).count();
        assert_eq!(told, 2, "in the history of both");
        let mut program = api::program(bank).await;
        let (_, links, _) = api::get(&mut program, &format!("/clients/{}/links", own.id)).await;
        assert!(links.to_string().contains("доверенность"), "{links}");

        let account: AccountId = own.things["account"].into();
        let me = bank.user("manager").to_string();
        bank.execute("manager", &edit("account", account, &[("x_keeper", "", &me)])).await.unwrap();
        let shown = page(bank, "manager", &format!("/clients/{}/accounts/{account}", own.id)).await;
        assert!(
            shown.contains("Куратор счёта")
                && shown.contains(&format!("/own-fields/account/{account}")),
            "{shown}"
        );
        let (_, held, _) = api::get(&mut program, &format!("/clients/{}/holdings", own.id)).await;
        let of = |a: &&serde_json::Value| a["id"] == account.to_string();
        let found = held["accounts"].as_array().unwrap().iter().find(of).unwrap();
        assert_eq!(found["custom"]["x_keeper"], me, "{held}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn own_fields_go_with_their_rows_when_a_client_is_erased_and_stand_in_his_report() {
    both(async |bank: &Bank| {
        add(bank, "task", "x_word", listed(spec("Кодовое слово", FieldKind::Choice))).await;
        let id = crate::clients::person(bank, "manager", ["Забытова", "Анна", ""]).await;
        bank.execute("manager", &new(Some(id), "x", &[("x_word", "dog")])).await.unwrap();
        assert_eq!(number(bank, "select count(*) from custom_index").await, 1);
        let mut program = api::program(bank).await;
        let asked = Some(json!({ "reason": "просьба" }));
        let path = format!("/clients/{id}/data-report");
        let (status, report, _) = api::call(&mut program, "POST", &path, asked, &[]).await;
        assert_eq!(status, 200, "{report}");
        assert!(report.to_string().contains("Кодовое слово: Собака"), "{report}");
        crate::privacy::erase_by_two(bank, &crate::privacy::erase(id)).await;
        assert_eq!(number(bank, "select count(*) from custom_index").await, 0);
        assert_eq!(number(bank, "select count(*) from task").await, 0);
    })
    .await;
}
