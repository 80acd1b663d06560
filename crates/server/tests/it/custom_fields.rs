//! Fields a bank adds for itself: at once in form, card, journal, list, filter, order, search, files and the API;
//! each kind; indexes on demand; archiving; merges; what one may not know of.

use kernel::{ClientId, FieldId};
use parties::client::commands::{EditClient, FieldEdit, RegisterClient};
use parties::client::model::ClientKind;
use parties::fields::commands::{AddField, ArchiveField, EditField};
use parties::fields::model::{FieldKind, FieldOption, FieldSpec, IndexState};
use parties::fields::queries;
use serde_json::json;
use spine::Error;
use spine::import::ImportOutcome;
use store::{Read, params, queue};
use testkit::Bank;

use crate::support::{both, changes, force, number};

pub(crate) fn spec(label: &str, kind: FieldKind) -> FieldSpec {
    let option = |key: &str, label: &str| FieldOption {
        key: key.to_owned(),
        label: label.to_owned(),
        ..FieldOption::default()
    };
    let options = if kind.has_options() {
        vec![option("cat", "Кошка"), option("dog", "Собака"), option("fish", "Рыбка")]
    } else {
        Vec::new()
    };
    FieldSpec { options, ..FieldSpec::new(label, kind) }
}

pub(crate) async fn add(bank: &Bank, key: &str, spec: FieldSpec) -> FieldId {
    let command = AddField { object: "client".to_owned(), key: Some(key.to_owned()), spec };
    bank.execute("administrator", &command).await.unwrap()
}

async fn state(bank: &Bank, id: FieldId) -> IndexState {
    let all = queries::read(&mut bank.services.reader.clone()).await.unwrap();
    all.all().find(|f| f.id == id).unwrap().index_state
}

pub(crate) async fn client(
    bank: &Bank,
    login: &str,
    name: &str,
    custom: &[(&str, &str)],
) -> ClientId {
    let pair = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
    let command = RegisterClient {
        kind: "person".to_owned(),
        fields: [("last_name", name), ("segment", "mass"), ("status", "active")]
            .iter()
            .map(pair)
            .collect(),
        custom: custom.iter().map(pair).collect(),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute(login, &command).await.unwrap()
}

pub(crate) fn edit(client_id: ClientId, field: &str, original: &str, value: &str) -> EditClient {
    let edit = FieldEdit {
        field: field.to_owned(),
        original: original.to_owned(),
        value: value.to_owned(),
    };
    EditClient { client_id, edits: vec![edit], source: "client".to_owned() }
}

fn codes(error: Error) -> Vec<(String, String)> {
    let Error::Refused(refusals) = error else { panic!("{error:?}") };
    refusals.0.into_iter().map(|r| (r.code, r.field.unwrap_or_default())).collect()
}

pub(crate) async fn page(bank: &Bank, login: &str, path: &str) -> String {
    bank.client(login).await.get(path).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_added_on_its_page_is_at_once_everywhere() {
    both(async |bank: &Bank| {
        let mut administrator = bank.client("administrator").await;
        assert!(
            administrator.get("/admin/fields").await.ok().contains("No fields of your own yet")
        );
        let form = administrator.get("/admin/fields/new").await.ok();
        assert!(form.contains("name=\"label\"") && form.contains("name=\"field_kind\""));
        let id = bank.form_id();
        let mut sent = vec![
            ("_id", id.as_str()),
            ("label", "Питомец <b>"),
            ("field_kind", "choice"),
            ("options", "Кошка / Cat\nСобака / Dog\n"),
            ("indexed", "1"),
            ("listed", "1"),
        ];
        let reply = administrator.post("/admin/fields/new", &sent).await;
        assert_eq!(reply.status, 303, "{}", reply.gist());
        let one = administrator.get(reply.location()).await.ok();
        assert!(one.contains("x_pitomets_b") && one.contains("Питомец &lt;b&gt;"), "{one}");
        // nothing is lost of a form that is refused, and everything is said at once
        let id = bank.form_id();
        sent[0].1 = &id;
        sent[3].1 = "Кошка\nКошка";
        sent.push(("decimals", "много"));
        let reply = administrator.post("/admin/fields/new", &sent).await;
        assert_eq!(reply.status, 422);
        assert!(reply.body.contains("Кошка\nКошка") && reply.body.contains("value=\"много\""));

        let mut manager = bank.client("manager").await;
        let form = manager.get("/clients/new?kind=person").await.ok();
        assert!(form.contains("name=\"x_pitomets_b\"") && form.contains("Dog"), "in the form");
        let id = bank.form_id();
        let client = [
            ("_id", id.as_str()),
            ("kind", "person"),
            ("last_name", "Хозяйкина"),
            ("segment", "mass"),
            ("status", "active"),
            ("x_pitomets_b", "sobaka"),
            ("branch_id", &bank.branch("01").to_string()),
            ("manager_id", &bank.user("manager").to_string()),
        ];
        let reply = manager.post("/clients/new", &client).await;
        assert_eq!(reply.status, 303, "{}", reply.gist());
        let card = reply.location().to_owned();
        let details = manager.get(&format!("{card}/details")).await.ok();
        assert!(details.contains("own data") && details.contains("Dog"), "on the card");
        let list = manager.get("/clients").await.ok();
        assert!(list.contains("Питомец &lt;b&gt;") && list.contains("Dog"), "in the list");
        let filter = manager.get("/clients/filter").await.ok();
        assert!(filter.contains("value=\"x_pitomets_b\""), "in the filter");
        let fits = async |word: &str| {
            let path = format!("/clients?field=x_pitomets_b&op=is&value={word}");
            page(bank, "manager", &path).await.contains("Хозяйкина")
        };
        assert!(fits("sobaka").await && !fits("koshka").await);
        bank.settle().await;
        let journal = bank.client("administrator").await.get("/admin/journal").await;
        assert!(journal.body.contains("Питомец &lt;b&gt;"), "by its name: {}", journal.gist());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_written_read_filtered_and_sorted() {
    both(async |bank: &Bank| {
        let other = client(bank, "manager", "Другая", &[]).await;
        let number_of = async |id: ClientId| -> String {
            let sql = "select number from client where id = $1";
            let mut db = bank.services.reader.clone();
            db.first(sql, params![id]).await.unwrap().unwrap().one().unwrap()
        };
        let (other_number, me) = (number_of(other).await, bank.user("manager").to_string());
        let typed = |kind: FieldKind| match kind {
            FieldKind::Text => ("Щука", "Щука", "is", "щука"),
            FieldKind::LongText => ("Строка\r\nещё", "Строка\nещё", "", ""),
            FieldKind::Integer => ("1 200", "1200", "at-least", "1199"),
            FieldKind::Decimal => ("12,5", "12.50", "at-most", "12,5"),
            FieldKind::Money => ("1,5 млн", "1500000.00", "at-least", "1,5 млн"),
            FieldKind::Percent => ("7.25%", "7.25", "is", "7,25"),
            FieldKind::Date => ("1.2.2020", "2020-02-01", "from", "01.02.2020"),
            FieldKind::DateTime => ("1.2.2020 9:05", "2020-02-01T09:05", "before", "02.02.2020"),
            FieldKind::Flag => ("1", "1", "filled", ""),
            FieldKind::Choice => ("Рыбка", "fish", "is-not", "cat"),
            FieldKind::Choices => ("fish,cat", "cat,fish", "has", "fish"),
            FieldKind::Phone => ("8 916 000-00-01", "+79160000001", "contains", "9160000"),
            FieldKind::Email => ("a@bank.example", "a@bank.example", "is", "A@bank.example"),
            FieldKind::Url => ("bank.example/a", "https://bank.example/a", "contains", "BANK"),
            FieldKind::Client => (other_number.as_str(), "", "filled", ""),
            FieldKind::Record => panic!("links to records: custom_objects.rs"),
            FieldKind::Staff => (me.as_str(), me.as_str(), "is", "me"),
        };
        for (n, kind) in FieldKind::ALL.iter().filter(|k| **k != FieldKind::Record).enumerate() {
            let key = format!("x_{}", kind.key());
            let id = add(bank, &key, spec(&format!("Поле {n}"), *kind)).await;
            let (raw, stored, op, value) = typed(*kind);
            let stored =
                if *kind == FieldKind::Client { other.to_string() } else { stored.to_owned() };
            let name = format!("Щукина {n}");
            let with = client(bank, "manager", &name, &[(&key, raw)]).await;
            let mut db = bank.services.reader.clone();
            let fields = parties::client::queries::fields(&mut db, with, kernel::Currency::RUB);
            assert_eq!(fields.await.unwrap().get(&key), Some(&stored), "{kind:?}");
            // what the form shows is what it reads: nothing changes
            let same = edit(with, &key, &stored, &stored);
            bank.execute("manager", &same).await.unwrap();
            let changes = format!(
                "select count(*) from journal_entry where command = '{}'",
                "parties.edit_client"
            );
            assert_eq!(number(bank, &changes).await, 0, "{kind:?}");
            if *kind == FieldKind::LongText {
                assert_eq!(state(bank, id).await, IndexState::None);
                continue;
            }
            let path = format!(
                "/clients?field={key}&op={op}&value={}&size=100",
                value.replace(' ', "%20")
            );
            let list = page(bank, "manager", &path).await;
            assert!(list.contains(&name), "{kind:?} {op} {value}");
            let has_others = *kind == FieldKind::Choice;
            assert_eq!(list.contains("Другая"), has_others, "{kind:?}: only who fits");
            let path = format!("/clients?field={key}&op=empty&value=");
            assert!(!page(bank, "manager", &path).await.contains(&format!("{name}<")), "{kind:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_sorted_by_a_field_shows_everybody_once_page_by_page() {
    both(async |bank: &Bank| {
        add(bank, "x_area", spec("Площадь", FieldKind::Decimal)).await;
        let values = ["12,5", "-3", "100", "", "7", "", "12,5"];
        for (n, value) in values.iter().enumerate() {
            let custom: &[(&str, &str)] = if value.is_empty() { &[] } else { &[("x_area", value)] };
            client(bank, "manager", &format!("Рядов{n}"), custom).await;
        }
        let role = crate::api::all_rights(bank).await;
        for sort in ["x_area", "-x_area"] {
            let mut program = crate::api::program_as(bank, &role).await;
            let (mut path, mut seen) =
                (format!("/clients?limit=2&columns=x_area&sort_by={sort}"), Vec::new());
            loop {
                let (status, body, _) = crate::api::get(&mut program, &path).await;
                assert_eq!(status, 200, "{body}");
                for item in body["items"].as_array().unwrap() {
                    let area = item["custom"]["x_area"].as_str().unwrap_or("").to_owned();
                    seen.push((item["id"].as_str().unwrap().to_owned(), area));
                }
                let Some(next) = body["next"].as_str() else { break };
                path = format!("/clients?limit=2&columns=x_area&sort_by={sort}&cursor={next}");
            }
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!((seen.len(), once.len()), (7, 7), "{sort} {seen:?}");
            let mut order = vec!["", "", "-3.00", "7.00", "12.50", "12.50", "100.00"];
            if sort.starts_with('-') {
                order.reverse();
            }
            assert_eq!(seen.iter().map(|(_, area)| area.as_str()).collect::<Vec<_>>(), order);
        }
        let mut program = crate::api::program_as(bank, &role).await;
        for bad in ["x_nothing", "x_drop table", "bogus"] {
            let path = format!("/clients?sort_by={}", bad.replace(' ', "%20"));
            assert_eq!(crate::api::get(&mut program, &path).await.0, 400, "{bad}");
        }
        // a page falls back to the standard order instead
        assert!(page(bank, "manager", "/clients?sort=x_nothing").await.contains("Рядов0"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_never_overwrite_each_other_and_all_refusals_come_at_once() {
    both(async |bank: &Bank| {
        add(bank, "x_pet", spec("Питомец", FieldKind::Choice)).await;
        add(bank, "x_count", spec("Сколько", FieldKind::Integer)).await;
        let id = client(bank, "manager", "Двойнова", &[("x_pet", "cat"), ("x_count", "1")]).await;
        bank.execute("branch_head", &edit(id, "x_pet", "cat", "dog")).await.unwrap();
        // a field only I changed goes through
        bank.execute("manager", &edit(id, "x_count", "1", "2")).await.unwrap();
        let conflict = bank.execute("manager", &edit(id, "x_pet", "cat", "fish")).await;
        let Err(Error::Conflict(conflict)) = conflict else { panic!("{conflict:?}") };
        let field = &conflict.fields[0];
        assert_eq!((field.field.as_str(), field.theirs.as_str()), ("x_pet", "dog"));
        assert_eq!(field.theirs_by, Some(bank.user("branch_head")));
        let mut both = edit(id, "x_pet", "dog", "слон");
        both.edits.extend(edit(id, "x_count", "2", "два").edits);
        both.edits.extend(edit(id, "x_none", "", "1").edits);
        let refused = codes(bank.execute("manager", &both).await.unwrap_err());
        let told: Vec<(&str, &str)> =
            refused.iter().map(|(c, f)| (c.as_str(), f.as_str())).collect();
        let expected = [
            ("not-a-choice", "x_pet"),
            ("not-a-whole-number", "x_count"),
            ("field-unknown", "x_none"),
        ];
        assert_eq!(told, expected);
        let told = changes(bank, "client").await;
        let told = told.iter().filter(|c| c.contains("\"x_pet\":[\"cat\",\"dog\"]")).count();
        assert_eq!(told, 1, "before and after stand in the journal");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_box_finds_by_a_field_that_is_searchable_and_by_no_other() {
    both(async |bank: &Bank| {
        let id = add(bank, "x_contract", spec("Договор", FieldKind::Text)).await;
        client(bank, "manager", "Искомая", &[("x_contract", "Кедр 7788/45")]).await;
        client(bank, "manager_far", "Чужая", &[("x_contract", "Кедр 7788/46")]).await;
        let finds = async |what: &str, name: &str| {
            page(bank, "manager", &format!("/search?q={what}")).await.contains(name)
        };
        assert!(!finds("Кедр", "Искомая").await);
        let mut said = spec("Договор", FieldKind::Text);
        said.searchable = true;
        let command = EditField { field_id: id, original: None, spec: said, position: None };
        bank.execute("methodologist", &command).await.unwrap();
        bank.settle().await;
        assert!(finds("Кедр", "Искомая").await, "records from before are found, too");
        assert!(!finds("Кедр", "Чужая").await, "another branch's client stays unseen");
        client(bank, "manager", "Новая", &[("x_contract", "Пихта 5512")]).await;
        assert!(finds("пихта", "Новая").await && finds("Пихта%205512", "Новая").await);
        // put away: found no more; brought back: found again
        let away = |archived| ArchiveField { field_id: id, archived };
        bank.execute("administrator", &away(true)).await.unwrap();
        bank.settle().await;
        assert!(!finds("Кедр", "Искомая").await);
        bank.execute("administrator", &away(false)).await.unwrap();
        bank.settle().await;
        assert!(finds("Кедр", "Искомая").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_made_on_demand_and_goes_on_where_its_worker_died() {
    both(async |bank: &Bank| {
        let plain = FieldSpec { indexed: false, ..spec("Участок", FieldKind::Integer) };
        let id = add(bank, "x_area", plain.clone()).await;
        let mut clients = Vec::new();
        for n in 0..6 {
            clients.push(
                client(bank, "manager", &format!("Участков{n}"), &[("x_area", &n.to_string())])
                    .await,
            );
        }
        clients.sort();
        let asked = "/clients?field=x_area&op=at-least&value=0&size=100";
        let reply = bank.client("manager").await.get(asked).await;
        assert_eq!(reply.status, 422, "a filter without an index is refused, not slow");
        assert!(reply.body.contains("Filtering by this field is off"));
        let on = EditField {
            field_id: id,
            original: Some(plain.clone()),
            spec: FieldSpec { indexed: true, ..plain.clone() },
            position: None,
        };
        bank.execute("administrator", &on).await.unwrap();
        assert_eq!(state(bank, id).await, IndexState::Building);
        // a worker took the first half and died
        let mut db = bank.services.reader.clone();
        let sql = "select id from job where kind = 'parties.index_field'";
        let job: uuid::Uuid = db.first(sql, &[]).await.unwrap().unwrap().one().unwrap();
        let mut tx = bank.writer.begin().await.unwrap();
        let dead: uuid::Uuid = bank.as_system().new_id();
        let now = kernel::Clock::now(&*bank.clock);
        queue::claim(&mut tx, (dead, &["parties.index_field"]), now, now.plus_seconds(120))
            .await
            .unwrap();
        tx.execute(
            "insert into custom_walk (job_id, field_id, last_id, done, total, updated_at) \
             values ($1, $2, $3, 3, 6, $4)",
            params![job, id, clients[2], now],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        bank.settle().await;
        assert_eq!(state(bank, id).await, IndexState::Building, "it is the dead worker's for now");
        // what is written meanwhile indexes itself
        bank.execute("manager", &edit(clients[0], "x_area", &stored(bank, clients[0]).await, "50"))
            .await
            .unwrap();
        bank.clock.advance_seconds(121);
        bank.settle().await;
        assert_eq!(state(bank, id).await, IndexState::Ready);
        let rows = number(bank, "select count(*) from custom_index").await;
        assert_eq!(
            rows, 4,
            "three behind the place and the one written since; what stood before is the dead one's"
        );
        assert!(page(bank, "manager", asked).await.contains("Участков"));
        // off and on again makes it whole
        for indexed in [false, true] {
            let spec = FieldSpec { indexed, ..plain.clone() };
            let command = EditField { field_id: id, original: None, spec, position: None };
            bank.execute("administrator", &command).await.unwrap();
        }
        assert_eq!(number(bank, "select count(*) from custom_index").await, 0);
        bank.settle().await;
        assert_eq!(number(bank, "select count(*) from custom_index").await, 6);
        assert_eq!(state(bank, id).await, IndexState::Ready);
    })
    .await;
}

async fn stored(bank: &Bank, id: ClientId) -> String {
    let mut db = bank.services.reader.clone();
    let fields =
        parties::client::queries::fields(&mut db, id, kernel::Currency::RUB).await.unwrap();
    fields.get("x_area").cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn removal_is_archiving_and_a_key_is_given_once() {
    both(async |bank: &Bank| {
        let id = add(bank, "x_pet", spec("Питомец", FieldKind::Choice)).await;
        let with = client(bank, "manager", "Хозяин", &[("x_pet", "cat")]).await;
        let away = |archived| ArchiveField { field_id: id, archived };
        bank.execute("administrator", &away(true)).await.unwrap();
        for path in [format!("/clients/{with}/details"), "/clients/new?kind=person".to_owned()] {
            assert!(!page(bank, "manager", &path).await.contains("Питомец"), "{path}");
        }
        let refused = bank.execute("manager", &edit(with, "x_pet", "cat", "dog")).await;
        assert_eq!(codes(refused.unwrap_err()), [("field-unknown".to_owned(), "x_pet".to_owned())]);
        let again = AddField {
            object: "client".to_owned(),
            key: Some("x_pet".to_owned()),
            spec: spec("Другой", FieldKind::Text),
        };
        let refused = bank.execute("administrator", &again).await.unwrap_err();
        assert_eq!(codes(refused), [("field-key-taken".to_owned(), "key".to_owned())]);
        // another field changes while it is away: its value stays all the same
        bank.execute("manager", &edit(with, "employer", "", "Завод")).await.unwrap();
        bank.execute("administrator", &away(false)).await.unwrap();
        assert!(page(bank, "manager", &format!("/clients/{with}/details")).await.contains("Кошка"));
        // the kind is fixed once there are values, and free before
        let text = |id| EditField {
            field_id: id,
            original: None,
            spec: spec("Питомец", FieldKind::Text),
            position: None,
        };
        let refused = bank.execute("administrator", &text(id)).await.unwrap_err();
        assert_eq!(codes(refused), [("field-kind-fixed".to_owned(), "kind".to_owned())]);
        let fresh = add(bank, "x_fresh", spec("Новое", FieldKind::Integer)).await;
        let mut command = text(fresh);
        command.spec.label = "Новое".to_owned();
        bank.execute("administrator", &command).await.unwrap();
        // nobody else makes or changes fields
        for login in ["manager", "branch_head", "auditor"] {
            let refused = bank.execute(login, &away(true)).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{login}");
            assert_eq!(bank.client(login).await.get("/admin/fields").await.status, 403);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_ones_role_does_not_exist_for_one() {
    both(async |bank: &Bank| {
        let secret = FieldSpec {
            roles: vec!["branch_head".to_owned()],
            ..spec("Тайна", FieldKind::Text)
        };
        let searchable = FieldSpec { searchable: true, ..secret.clone() };
        let command = AddField { object: "client".to_owned(), key: None, spec: searchable };
        let refused = bank.execute("administrator", &command).await.unwrap_err();
        assert_eq!(
            codes(refused),
            [("field-secret-searchable".to_owned(), "searchable".to_owned())]
        );
        add(bank, "x_secret", secret).await;
        let id = client(bank, "branch_head", "Тайнова", &[("x_secret", "сокровище")]).await;
        for (login, sees) in [("branch_head", true), ("manager", false)] {
            for path in [
                format!("/clients/{id}"),
                format!("/clients/{id}/details"),
                format!("/clients/{id}/edit"),
                "/clients?cols=name,x_secret".to_owned(),
            ] {
                let shown = page(bank, login, &path).await;
                assert_eq!(
                    shown.contains("сокровище") || shown.contains("Тайна"),
                    sees,
                    "{login} {path}"
                );
            }
            let reply =
                bank.client(login).await.get("/clients?field=x_secret&op=is&value=сокровище").await;
            assert_eq!(reply.status, if sees { 200 } else { 422 }, "{login}");
        }
        let refused = bank.execute("manager", &edit(id, "x_secret", "", "x")).await.unwrap_err();
        assert_eq!(codes(refused), [("field-unknown".to_owned(), "x_secret".to_owned())]);
        let mut program = crate::api::program_as(bank, "manager").await;
        let (_, body, _) = crate::api::get(&mut program, "/fields").await;
        assert_eq!(body["items"], json!([]));
        let mut program = crate::api::program_as(bank, "head_office").await;
        let (_, body, _) = crate::api::get(&mut program, &format!("/clients/{id}")).await;
        assert!(
            !body.to_string().contains("сокровище") && !body.to_string().contains("x_secret"),
            "{body}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_bring_values_and_exports_take_them_out_so_that_nothing_changes_on_the_way_back() {
    both(async |bank: &Bank| {
        add(bank, "x_pet", FieldSpec { required: true, ..spec("Питомец", FieldKind::Choice) })
            .await;
        add(bank, "x_day", spec("Осмотр", FieldKind::Date)).await;
        let send = async |rows: serde_json::Value| -> ImportOutcome {
            let ctx = bank.as_system();
            let batch = json!({ "source": "abs", "rows": rows });
            let command = "parties.import_clients";
            let answer =
                bank.services.bus.execute_json(&ctx, ctx.command_id(), command, batch).await;
            serde_json::from_value(answer.unwrap()).unwrap()
        };
        let row = |n: u64, id: &str, more: serde_json::Value| {
            let mut fields = json!({ "party_kind": "person", "last_name": "Загрузкина" });
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "row": n, "external_id": id, "fields": fields })
        };
        let outcome = send(json!([
            row(2, "a", json!({ "x_pet": "Кошка", "x_day": "01.02.2026" })),
            row(3, "b", json!({ "x_pet": "слон" })),
            row(4, "c", json!({})),
        ]))
        .await;
        assert_eq!(outcome.created, 2, "a feed may leave out what people must fill: {outcome:?}");
        let told: Vec<_> =
            outcome.rejected.iter().map(|r| (r.row, r.field.as_deref(), r.code.as_str())).collect();
        assert_eq!(told, [(3, Some("x_pet"), "not-a-choice")]);
        let outcome = send(json!([row(2, "a", json!({ "x_pet": "dog" }))])).await;
        assert_eq!(outcome.changed, 1);
        assert_eq!(number(bank, "select count(*) from custom_index").await, 2);

        let csv =
            page(bank, "head_office", "/clients/export?format=csv&cols=name,x_pet,x_day").await;
        assert!(csv.contains("Питомец;Осмотр") && csv.contains("Собака;2026-02-01"), "{csv}");
        let mut administrator = bank.client("administrator").await;
        let id = bank.form_id();
        let form = [("_id", id.as_str()), ("mapping", "guess")];
        let reply = administrator
            .upload("/imports/new", &form, ("files", "clients.csv", csv.as_bytes()))
            .await;
        let run = reply.location().to_owned();
        let shown = administrator.get(&run).await.ok();
        assert!(shown.contains("x_pet") || reply.status == 303, "{}", reply.gist());
        let mapping: String = {
            let mut db = bank.services.reader.clone();
            db.first("select mapping from import_run", &[]).await.unwrap().unwrap().one().unwrap()
        };
        assert!(
            mapping.contains("to = \"x_pet\"") && mapping.contains("to = \"x_day\""),
            "{mapping}"
        );
        let id = bank.form_id();
        administrator.post(&format!("{run}/start"), &[("_id", &id)]).await;
        bank.settle().await;
        let sql =
            "select count(*) from journal_entry where channel = 'import' and client_id is not null";
        assert_eq!(
            number(bank, sql).await,
            0,
            "what was taken out changes nothing when it comes back"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_read_and_write_values_and_definitions() {
    both(async |bank: &Bank| {
        let mut program = crate::api::program(bank).await;
        let body = json!({ "object": "client", "spec": {
            "label": "Питомец", "label_en": "Pet", "kind": "choice", "indexed": true,
            "options": [{ "label": "Кошка" }, { "label": "Собака" }] } });
        let (status, made, _) = crate::api::call(&mut program, "POST", "/fields", Some(body), &[]).await;
        assert_eq!(status, 201, "{made}");
        let (_, fields, _) = crate::api::get(&mut program, "/fields").await;
        assert_eq!(fields["items"][0]["key"], "x_pitomets");
        let mut person = crate::api::person("Апишкина");
        person["custom"] = json!({ "x_pitomets": "koshka" });
        let (status, made, _) = crate::api::call(&mut program, "POST", "/clients", Some(person.clone()), &[]).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("/clients/{}", made["id"].as_str().unwrap());
        let (_, card, reply) = crate::api::get(&mut program, &path).await;
        assert_eq!(card["custom"], json!({ "x_pitomets": "koshka" }));
        let tag = reply.header("etag").to_owned();
        let patch = json!({ "source": "client", "custom": { "x_pitomets": "слон" } });
        let (status, problem, _) = crate::api::call(&mut program, "PATCH", &path, Some(patch), &[("if-match", &tag)]).await;
        assert_eq!((status, problem["errors"][0]["field"].as_str()), (422, Some("x_pitomets")), "{problem}");
        let patch = json!({ "source": "client", "custom": { "x_pitomets": "sobaka" } });
        let (status, problem, _) = crate::api::call(&mut program, "PATCH", &path, Some(patch), &[("if-match", &tag)]).await;
        assert_eq!(status, 204, "{problem}");
        let (_, list, _) = crate::api::get(&mut program, "/clients?filter=x_pitomets:is:sobaka&columns=x_pitomets").await;
        assert_eq!(list["items"][0]["custom"]["x_pitomets"], "sobaka");
        let field = format!("/fields/{}", fields["items"][0]["id"].as_str().unwrap());
        let (_, _, reply) = crate::api::get(&mut program, &field).await;
        let tag = reply.header("etag").to_owned();
        let new = json!({ "spec": { "label": "Зверь", "kind": "choice", "options": fields["items"][0]["options"] } });
        let (status, body, _) = crate::api::call(&mut program, "PUT", &field, Some(new), &[("if-match", &tag)]).await;
        assert_eq!(status, 204, "{body}");
        let away = Some(json!({ "archived": true }));
        let (status, _, _) = crate::api::call(&mut program, "POST", &format!("{field}/archive"), away, &[]).await;
        assert_eq!(status, 204);
        let (_, card, _) = crate::api::get(&mut program, &path).await;
        assert_eq!(card["custom"], json!({}));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_field_is_refused_in_words() {
    both(async |bank: &Bank| {
        let refused = async |key: Option<&str>, spec: FieldSpec| {
            let key = key.map(str::to_owned);
            let command = AddField { object: "client".to_owned(), key, spec };
            codes(bank.execute("administrator", &command).await.unwrap_err())
        };
        let is = |code: &str, field: &str| vec![(code.to_owned(), field.to_owned())];
        let text = |label: &str| spec(label, FieldKind::Text);
        assert_eq!(refused(None, text(" \u{202E} ")).await, is("required", "label"));
        assert_eq!(refused(None, text(&"я".repeat(81))).await, is("too-long", "label"));
        assert_eq!(refused(Some("пет"), text("Поле")).await, is("field-key-shape", "key"));
        assert_eq!(refused(Some("last_name"), text("Поле")).await, is("field-key-shape", "key"));
        let crossed = FieldSpec { min: Some("5".into()), max: Some("4".into()), ..spec("Число", FieldKind::Integer) };
        assert_eq!(refused(None, crossed).await, is("field-limits-crossed", "max"));
        let none = FieldSpec { options: Vec::new(), ..spec("Список", FieldKind::Choice) };
        assert_eq!(refused(None, none).await, is("field-options-none", "options"));
        // a right-to-left name is a name; what turns the text around it is taken out
        let id = add(bank, "x_rtl", FieldSpec { client_kinds: vec![ClientKind::Company], ..text("\u{202E}حيوان") }).await;
        let all = queries::read(&mut bank.services.reader.clone()).await.unwrap();
        assert_eq!(all.all().find(|f| f.id == id).unwrap().spec.label, "حيوان");
        assert!(!page(bank, "manager", "/clients/new?kind=person").await.contains("x_rtl"));
        assert!(page(bank, "manager", "/clients/new?kind=company").await.contains("x_rtl"));
        assert_eq!(refused(None, text("حيوان")).await, is("field-label-taken", "label"));
        // two hundred are enough
        for n in 1..200 {
            force(
                bank,
                "insert into custom_field (id, object, key, spec, position, index_state, created_at, updated_at) \
                 select $1, object, $2, spec, position, index_state, created_at, updated_at from custom_field \
                 where key = 'x_rtl'",
                params![bank.as_system().new_id::<uuid::Uuid>(), format!("x_{n}")],
            )
            .await;
        }
        assert_eq!(refused(None, text("Ещё")).await, is("field-too-many", ""));
    })
    .await;
}
