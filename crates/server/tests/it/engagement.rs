//! Contacts, tasks, the day and projects: the rules through the bus, what the pages show, and what stays
//! hidden.

use std::collections::BTreeMap;

use engagement::interaction::commands::{LoadHistory, LoadedInteraction, LoadedTask};
use engagement::task::commands::{AddTask, NewTask, ReassignTask};
use engagement::task::model::TaskKind;
use engagement::task::queries;
use kernel::{ClientId, Date, InteractionId, TaskId, Timestamp, UserId};
use parties::client::commands::{RegisterClient, SetSegment};
use parties::client::model::Segment;
use spine::Error;
use store::params;
use testkit::Bank;

use crate::support::{both, force, number};

/// A client of the person, in his branch and active.
pub(crate) async fn client(bank: &Bank, login: &str, last_name: &str) -> ClientId {
    let register = RegisterClient {
        kind: "person".to_owned(),
        fields: BTreeMap::from([("last_name".to_owned(), last_name.to_owned())]),
        manager_id: Some(bank.user(login)),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    let id = bank.execute(login, &register).await.unwrap();
    force(
        bank,
        "update client set status = 'active' where id = $1",
        params![id],
    )
    .await;
    id
}

pub(crate) async fn make_vip(bank: &Bank, client: ClientId) {
    let vip = SetSegment {
        client_ids: vec![client],
        segment: Segment::Vip,
    };
    bank.execute("head_office", &vip).await.unwrap();
}

pub(crate) fn task(title: &str, due_on: Date) -> NewTask {
    NewTask {
        title: title.to_owned(),
        kind: TaskKind::Task,
        due_on,
        due_at: None,
        assignee_id: None,
        priority: None,
    }
}

pub(crate) async fn add(
    bank: &Bank,
    login: &str,
    client: Option<ClientId>,
    task: NewTask,
) -> TaskId {
    bank.execute(
        login,
        &AddTask {
            client_id: client,
            task,
        },
    )
    .await
    .unwrap()
}

pub(crate) async fn row(bank: &Bank, id: TaskId) -> queries::TaskRow {
    queries::task(&mut bank.services.reader.clone(), id)
        .await
        .unwrap()
        .unwrap()
}

pub(crate) fn codes<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(why)) => why.0.into_iter().map(|r| r.code).collect(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn days(bank: &Bank, days: i64) -> Date {
    bank.today()
        .checked_add(jiff::Span::new().days(days))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_logged_found_and_corrected() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let log = format!("/clients/{anna}/log");
        assert!(
            browser
                .get(&format!("{log}?channel=phone"))
                .await
                .ok()
                .contains("Next step")
        );

        let id = bank.form_id();
        let form = [
            ("_id", id.as_str()),
            ("channel", "phone"),
            ("direction", "in"),
            ("topic", "loan"),
            ("subject", "Кредит наличными"),
            ("body", "Спросила о <b>ставке</b>"),
            ("result", "thinking"),
            ("next_kind", "call"),
            ("next_title", "Перезвонить с условиями"),
            ("next_due", "завтра"),
        ];
        let reply = browser.post(&log, &form).await;
        assert_eq!(
            (reply.status, reply.location()),
            (303, format!("/clients/{anna}").as_str())
        );
        // the button pressed twice
        assert_eq!(browser.post(&log, &form).await.status, 303);
        assert_eq!(number(bank, "select count(*) from interaction").await, 1);
        assert_eq!(
            number(bank, "select count(*) from task where state = 'open'").await,
            1
        );
        let step = queries::step_of(&mut bank.services.reader.clone(), anna)
            .await
            .unwrap();
        assert_eq!(step.task.map(|t| t.3), Some(days(bank, 1)));
        assert_eq!(
            step.last_contact_at,
            Some(kernel::Clock::now(bank.clock.as_ref()))
        );

        let timeline = format!("/clients/{anna}/timeline");
        let page = browser.get(&timeline).await.ok();
        assert!(
            page.contains("Incoming call · Loan") && page.contains("&lt;b&gt;ставке"),
            "{page}"
        );
        assert!(page.contains("Перезвонить с условиями"));
        let found = browser
            .get(&format!(
                "{timeline}?q=%D0%BA%D1%80%D0%B5%D0%B4%D0%B8%D1%82%D0%B0"
            ))
            .await
            .ok();
        assert!(found.contains("Кредит наличными"), "кредита finds Кредит");
        assert!(
            !browser
                .get(&format!("{timeline}?q=вклад"))
                .await
                .ok()
                .contains("Кредит наличными")
        );
        assert!(
            !browser
                .get(&format!("{timeline}?type=notes"))
                .await
                .ok()
                .contains("Кредит наличными")
        );

        let mut db = bank.services.reader.clone();
        let all = engagement::interaction::model::Channel::ALL;
        let top = engagement::interaction::queries::Place::TOP;
        let contacts = async |db: &mut store::Reader| {
            engagement::interaction::queries::contacts(db, anna, &all, "", top, 10)
                .await
                .unwrap()
        };
        let old = contacts(&mut db).await.remove(0).row.id;
        let correct = format!("/interactions/{old}/correct");
        let id = bank.form_id();
        let form = [
            ("_id", id.as_str()),
            ("topic", "deposit"),
            ("subject", "Вклад"),
            ("body", "Речь о вкладе"),
        ];
        assert_eq!(browser.post(&correct, &form).await.status, 303);
        let page = browser.get(&timeline).await.ok();
        assert!(
            page.contains("<del>Incoming call · Loan: Кредит наличными</del>"),
            "{page}"
        );
        assert!(page.contains("Incoming call · Deposit: Вклад"));
        let id = bank.form_id();
        let again = [("_id", id.as_str()), ("body", "ещё раз")];
        assert_eq!(
            browser.post(&correct, &again).await.status,
            422,
            "only the newest is corrected"
        );
        assert_eq!(contacts(&mut db).await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_keeps_what_was_typed_and_names_every_mistake() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let id = bank.form_id();
        let form = [
            ("_id", id.as_str()),
            ("channel", "phone"),
            ("direction", "out"),
            ("subject", "Тема, которую жаль потерять"),
            ("minutes", "долго"),
            ("next_title", ""),
            ("next_due", "32.13.2026"),
        ];
        let reply = browser.post(&format!("/clients/{anna}/log"), &form).await;
        assert_eq!(reply.status, 422);
        assert!(reply.body.contains("Тема, которую жаль потерять"));
        for field in [
            "f-minutes-error",
            "f-next_due-error",
            "f-next_kind-error",
            "f-next_title-error",
        ] {
            assert!(reply.body.contains(field), "{field}: {}", reply.gist());
        }
        assert_eq!(number(bank, "select count(*) from interaction").await, 0);
        for path in [
            "/clients/not-an-id/timeline",
            "/tasks/%00",
            "/tasks/x/done",
            "/projects/1",
        ] {
            assert_eq!(browser.get(path).await.status, 404, "{path}");
        }
        let hostile =
            format!("/clients/{anna}/timeline?before=99999999999999999999_x&type=%27&q=%25%27--");
        assert_eq!(browser.get(&hostile).await.status, 200);
        assert_eq!(
            browser
                .get("/tasks?after=x_y&show=%27&who=team")
                .await
                .status,
            200
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_others_are_as_if_they_were_not() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let id = add(bank, "manager", Some(anna), task("Тайна", bank.today())).await;
        let mut far = bank.client("manager_far").await;
        for path in [
            format!("/clients/{anna}/timeline"),
            format!("/clients/{anna}/log?channel=phone"),
            format!("/tasks/new?client={anna}"),
            format!("/tasks/{id}"),
            format!("/tasks/{id}/done"),
        ] {
            assert_eq!(far.get(&path).await.status, 404, "{path}");
        }
        let form_id = bank.form_id();
        let form = [
            ("_id", form_id.as_str()),
            ("channel", "note"),
            ("body", "чужая заметка"),
        ];
        assert_eq!(
            far.post(&format!("/clients/{anna}/log"), &form)
                .await
                .status,
            404
        );
        assert!(!far.get("/tasks?who=team").await.ok().contains("Тайна"));
        assert!(
            bank.client("branch_head")
                .await
                .get("/tasks?who=team")
                .await
                .ok()
                .contains("Тайна")
        );
        let steal = ReassignTask {
            task_id: id,
            assignee_id: bank.user("manager_far"),
        };
        assert!(matches!(
            bank.execute("manager_far", &steal).await,
            Err(Error::NotFound)
        ));
        let reader = AddTask {
            client_id: Some(anna),
            task: task("x", bank.today()),
        };
        assert!(matches!(
            bank.execute("auditor", &reader).await,
            Err(Error::Forbidden(_))
        ));
        assert_eq!(number(bank, "select count(*) from interaction").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_gathers_clients_and_is_found() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        client(bank, "manager", "Ветров").await;
        let hidden = client(bank, "manager_far", "Морозов").await;
        let mut browser = bank.client("manager").await;
        let id = bank.form_id();
        let form = [
            ("_id", id.as_str()),
            ("kind", "event"),
            ("title", "Семинар по ипотеке"),
            ("starts", "01.12.2026"),
            ("ends", "30.11.2026"),
        ];
        let reply = browser.post("/projects/new", &form).await;
        assert!(reply.status == 422 && reply.body.contains("Семинар по ипотеке"));
        let id = bank.form_id();
        let form = [
            ("_id", id.as_str()),
            ("kind", "event"),
            ("title", "Семинар по ипотеке"),
            ("starts", "01.12.2026"),
        ];
        let reply = browser.post("/projects/new", &form).await;
        let address = reply.location().to_owned();

        let invite = format!("{address}/invite");
        let mut post = async |name: &str, client: &str| {
            let id = bank.form_id();
            let form = [
                ("_id", id.as_str()),
                ("client_name", name),
                ("client", client),
                ("role", "participant"),
            ];
            browser.post(&invite, &form).await
        };
        let several = post("Ветров", "").await;
        assert_eq!(several.status, 422);
        assert!(several.body.contains("Ветрова") && several.body.contains("Several clients fit"));
        assert_eq!(post("Ветров", &anna.to_string()).await.status, 303);
        assert_eq!(
            post("", &anna.to_string()).await.status,
            422,
            "she takes part already"
        );
        assert_eq!(
            post("Морозов", "").await.status,
            422,
            "he is another's and unknown here"
        );
        assert_eq!(post("", &hidden.to_string()).await.status, 404);
        let id = bank.form_id();
        let form = [
            ("_id", id.as_str()),
            ("client", &anna.to_string()),
            ("status", "registered"),
        ];
        assert_eq!(
            browser
                .post(&format!("{address}/participation"), &form)
                .await
                .status,
            303
        );

        let page = browser.get(&address).await.ok();
        assert!(
            page.contains("Ветрова") && page.contains("Registered"),
            "{page}"
        );
        assert!(
            browser
                .get("/projects?kind=event")
                .await
                .ok()
                .contains("Семинар по ипотеке")
        );
        let mut db = bank.services.reader.clone();
        let hits = engagement::project::queries::search(&mut db, "семинары ипотека", 10);
        assert_eq!(hits.await.unwrap().len(), 1);
        let timeline = browser.get(&format!("/clients/{anna}/timeline")).await.ok();
        assert!(
            timeline.contains("Participation"),
            "her history tells of it"
        );
        assert_eq!(
            browser
                .post(
                    &format!("{address}/status"),
                    &[("_id", &bank.form_id()), ("status", "finished")]
                )
                .await
                .status,
            422
        );
        let mut clerk = bank.client("clerk").await;
        assert!(clerk.get(&address).await.ok().contains("Семинар"));
        assert_eq!(clerk.get("/projects/new").await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loaded_history_is_whole_and_paged_without_gaps() {
    both(async |bank: &Bank| {
        const CONTACTS: u128 = 95;
        let anna = client(bank, "manager", "Ветрова").await;
        let manager: UserId = bank.user("manager");
        let start = kernel::Clock::now(bank.clock.as_ref()).plus_days(-300);
        let id = |n: u128| uuid::Uuid::from_u128(n << 64 | 7);
        let interactions = (0..CONTACTS)
            .map(|n| LoadedInteraction {
                id: InteractionId::from_uuid(id(n)),
                client_id: anna,
                // many at one instant, as feeds with days only bring them
                at: start.plus_days(i64::try_from(n / 40).unwrap()),
                channel: "phone".to_owned(),
                direction: "out".to_owned(),
                topic: "offer".to_owned(),
                subject: format!("Разговор №{n}."),
                body: String::new(),
                result: "thinking".to_owned(),
                author_id: Some(manager),
                branch_id: None,
                handling_seconds: Some(60),
            })
            .collect();
        let task = |n: u128, due_on: Date, done: Option<(Timestamp, String)>| LoadedTask {
            id: TaskId::from_uuid(id(1_000 + n)),
            client_id: anna,
            title: format!("Задача {n}"),
            kind: "call".to_owned(),
            due_on,
            assignee_id: manager,
            branch_id: Some(bank.branch("01")),
            created_at: start,
            priority: 2,
            vip: false,
            done,
            source_interaction_id: None,
        };
        let tasks = vec![
            task(1, days(bank, 8), None),
            task(2, days(bank, 3), None),
            task(3, days(bank, -9), Some((start, "готово".to_owned()))),
        ];
        let load = LoadHistory {
            interactions,
            tasks,
        };
        let ctx = bank.as_system();
        let command_id = ctx.command_id();
        for _ in 0..2 {
            bank.services
                .execute(&ctx, command_id, &load)
                .await
                .unwrap();
        }
        let step = queries::step_of(&mut bank.services.reader.clone(), anna)
            .await
            .unwrap();
        assert_eq!(step.task.map(|t| t.3), Some(days(bank, 3)));
        assert_eq!(
            (step.open_tasks, step.last_contact_at),
            (2, Some(start.plus_days(2)))
        );

        let mut browser = bank.client("manager").await;
        let mut next = Some(format!("/clients/{anna}/timeline"));
        let mut seen = String::new();
        let mut pages = 0;
        while let Some(address) = next {
            let page = browser.get(&address).await.ok();
            next = page.split("class=\"timeline-more\"").nth(1).map(|rest| {
                let href = rest.split("href=\"").nth(1).unwrap();
                href.split('"').next().unwrap().replace("&amp;", "&")
            });
            seen.push_str(&page);
            pages += 1;
            assert!(pages < 20, "the history does not end");
        }
        for n in 0..CONTACTS {
            assert_eq!(seen.matches(&format!("Разговор №{n}.")).count(), 1, "{n}");
        }
        assert!(pages >= 4, "{pages}");
        assert!(seen.contains("Task done") && seen.contains("готово"));
    })
    .await;
}
