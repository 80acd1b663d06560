//! Contacts, tasks, the day and projects: the rules through the bus, what the pages show, and what stays
//! hidden.

use std::collections::BTreeMap;

use engagement::interaction::commands::{LoadHistory, LoadedInteraction, LoadedTask};
use engagement::interaction::queries as history;
use engagement::task::commands::{AddTask, NewTask, ReassignTask};
use engagement::task::model::TaskKind;
use engagement::task::queries;
use kernel::{ClientId, Date, InteractionId, TaskId, Timestamp};
use parties::client::commands::{RegisterClient, SetSegment};
use parties::client::model::Segment;
use spine::Error;
use store::params;
use testkit::{Bank, Browser, Reply};

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
    force(bank, "update client set status = 'active' where id = $1", params![id]).await;
    id
}

pub(crate) async fn make_vip(bank: &Bank, client: ClientId) {
    let vip = SetSegment { client_ids: vec![client], segment: Segment::Vip };
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
    bank.execute(login, &AddTask { client_id: client, task, custom: Default::default() })
        .await
        .unwrap()
}

pub(crate) async fn row(bank: &Bank, id: TaskId) -> queries::TaskRow {
    queries::task(&mut bank.services.reader.clone(), id).await.unwrap().unwrap()
}

pub(crate) fn codes<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(why)) => why.0.into_iter().map(|r| r.code).collect(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn days(bank: &Bank, days: i64) -> Date {
    bank.today().checked_add(jiff::Span::new().days(days)).unwrap()
}

/// Sends a form written as `name=value&name=value`, under a new id.
pub(crate) async fn post(bank: &Bank, browser: &mut Browser, path: &str, form: &str) -> Reply {
    let id = bank.form_id();
    post_as(browser, path, form, &id).await
}

async fn post_as(browser: &mut Browser, path: &str, form: &str, id: &str) -> Reply {
    let pairs = form.split('&').map(|pair| pair.split_once('=').unwrap());
    let fields: Vec<(&str, &str)> = pairs.chain([("_id", id)]).collect();
    browser.post(path, &fields).await
}

/// A page that went well.
pub(crate) async fn page(browser: &mut Browser, path: &str) -> String {
    browser.get(path).await.ok()
}

const CALL: &str = "channel=phone&direction=in&topic=loan&subject=Кредит наличными\
    &body=Спросила о <b>ставке</b>&result=thinking\
    &next_kind=call&next_title=Перезвонить с условиями&next_due=завтра";

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_logged_once_and_found() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let log = format!("/clients/{anna}/log");
        let form = page(&mut browser, &format!("{log}?channel=phone")).await;
        assert!(form.contains("Next step"));
        let id = bank.form_id();
        // the button pressed twice
        for _ in 0..2 {
            let reply = post_as(&mut browser, &log, CALL, &id).await;
            assert_eq!(reply.location(), format!("/clients/{anna}"));
        }
        let count =
            async |table: &str| number(bank, &format!("select count(*) from {table}")).await;
        assert_eq!((count("interaction").await, count("task").await), (1, 1));
        let mut db = bank.services.reader.clone();
        let step = queries::step_of(&mut db, anna).await.unwrap();
        let now = kernel::Clock::now(bank.clock.as_ref());
        assert_eq!(step.task.map(|t| t.3), Some(days(bank, 1)));
        assert_eq!(step.last_contact_at, Some(now));

        let timeline = format!("/clients/{anna}/timeline");
        let all = page(&mut browser, &timeline).await;
        assert!(all.contains("Incoming call · Loan") && all.contains("&lt;b&gt;ставке"));
        assert!(all.contains("Перезвонить с условиями"));
        // %D0%BA… is «кредита»
        for (query, found) in [
            ("q=%D0%BA%D1%80%D0%B5%D0%B4%D0%B8%D1%82%D0%B0", true),
            ("q=%D0%B2%D0%BA%D0%BB%D0%B0%D0%B4", false),
            ("type=calls", true),
            ("type=notes", false),
        ] {
            let part = page(&mut browser, &format!("{timeline}?{query}")).await;
            assert_eq!(part.contains("Кредит наличными"), found, "{query}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_keeps_the_old_text_struck_out() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        post(bank, &mut browser, &format!("/clients/{anna}/log"), CALL).await;
        let mut db = bank.services.reader.clone();
        let contacts = async |db: &mut store::Reader| {
            let all = engagement::interaction::model::Channel::ALL;
            history::contacts(db, anna, &all, "", history::Place::TOP, 10).await.unwrap()
        };
        let old = contacts(&mut db).await.remove(0).row.id;
        let correct = format!("/interactions/{old}/correct");
        let form = "topic=deposit&subject=Вклад&body=Речь о вкладе";
        assert_eq!(post(bank, &mut browser, &correct, form).await.status, 303);
        let page = page(&mut browser, &format!("/clients/{anna}/timeline")).await;
        assert!(page.contains("<del>Incoming call · Loan: Кредит наличными</del>"), "{page}");
        assert!(page.contains("Incoming call · Deposit: Вклад"));
        let again = post(bank, &mut browser, &correct, "body=ещё раз").await;
        assert_eq!(again.status, 422, "only the newest is corrected");
        assert_eq!(contacts(&mut db).await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_keeps_what_was_typed_and_names_every_mistake() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let form = "channel=phone&direction=out&subject=Тема, которую жаль потерять\
            &minutes=долго&next_title=&next_due=32.13.2026";
        let log = format!("/clients/{anna}/log");
        let reply = post(bank, &mut browser, &log, form).await;
        assert_eq!(reply.status, 422);
        assert!(reply.body.contains("Тема, которую жаль потерять"));
        for field in ["minutes", "next_due", "next_kind", "next_title"] {
            assert!(reply.body.contains(&format!("f-{field}-error")), "{field}");
        }
        assert_eq!(number(bank, "select count(*) from interaction").await, 0);
        for path in ["/clients/not-an-id/timeline", "/tasks/%00", "/tasks/x/done", "/projects/1"] {
            assert_eq!(browser.get(path).await.status, 404, "{path}");
        }
        let place = "before=99999999999999999999_x&type=%27&q=%25%27--";
        page(&mut browser, &format!("/clients/{anna}/timeline?{place}")).await;
        page(&mut browser, "/tasks?after=x_y&show=%27&who=team").await;
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
        let log = format!("/clients/{anna}/log");
        let reply = post(bank, &mut far, &log, "channel=note&body=чужая заметка").await;
        assert_eq!(reply.status, 404);
        let team = "/tasks?who=team";
        assert!(!page(&mut far, team).await.contains("Тайна"));
        let mut head = bank.client("branch_head").await;
        assert!(page(&mut head, team).await.contains("Тайна"));
        let steal = ReassignTask { task_id: id, assignee_id: bank.user("manager_far") };
        assert!(matches!(bank.execute("manager_far", &steal).await, Err(Error::NotFound)));
        let reader = AddTask {
            client_id: Some(anna),
            task: task("x", bank.today()),
            custom: Default::default(),
        };
        assert!(matches!(bank.execute("auditor", &reader).await, Err(Error::Forbidden(_))));
        assert_eq!(number(bank, "select count(*) from interaction").await, 0);
    })
    .await;
}

const SEMINAR: &str = "kind=event&title=Семинар по ипотеке&starts=01.12.2026";

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_opened_found_and_closed_in_order() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        let new = "/projects/new";
        let wrong = format!("{SEMINAR}&ends=30.11.2026");
        let reply = post(bank, &mut browser, new, &wrong).await;
        assert!(reply.status == 422 && reply.body.contains("Семинар по ипотеке"));
        let reply = post(bank, &mut browser, new, SEMINAR).await;
        let address = reply.location().to_owned();
        assert!(page(&mut browser, "/projects?kind=event").await.contains("Семинар по ипотеке"));
        assert!(!page(&mut browser, "/projects?kind=project").await.contains("Семинар"));
        let mut db = bank.services.reader.clone();
        let hits = engagement::project::queries::search(&mut db, "семинары ипотека", 10).await;
        assert_eq!(hits.unwrap().len(), 1);

        let status = format!("{address}/status");
        let early = post(bank, &mut browser, &status, "status=finished").await;
        assert_eq!(early.status, 422, "it has not begun");
        assert_eq!(post(bank, &mut browser, &status, "status=running").await.status, 303);
        let mut clerk = bank.client("clerk").await;
        assert!(page(&mut clerk, &address).await.contains("Running"));
        assert_eq!(clerk.get("/projects/new").await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_invited_by_name_and_their_histories_tell_of_it() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        client(bank, "manager", "Ветров").await;
        let hidden = client(bank, "manager_far", "Морозов").await;
        let mut browser = bank.client("manager").await;
        let opened = post(bank, &mut browser, "/projects/new", SEMINAR).await;
        let address = opened.location().to_owned();
        let invite = format!("{address}/invite");
        let mut invited = async |form: &str| {
            let form = format!("role=participant&{form}");
            post(bank, &mut browser, &invite, &form).await
        };
        let several = invited("client_name=Ветров").await;
        assert_eq!(several.status, 422);
        assert!(several.body.contains("Ветрова") && several.body.contains("Several clients match"));
        let her = format!("client={anna}");
        assert_eq!(invited(&her).await.status, 303);
        assert_eq!(invited(&her).await.status, 422, "she takes part already");
        assert_eq!(invited("client_name=Морозов").await.status, 422, "unknown here");
        assert_eq!(invited(&format!("client={hidden}")).await.status, 404);
        let registered = format!("client={anna}&status=registered");
        let path = format!("{address}/participation");
        assert_eq!(post(bank, &mut browser, &path, &registered).await.status, 303);

        let shown = page(&mut browser, &address).await;
        assert!(shown.contains("Ветрова") && shown.contains("Registered"), "{shown}");
        let timeline = page(&mut browser, &format!("/clients/{anna}/timeline")).await;
        assert!(timeline.contains("Participation"));
    })
    .await;
}

/// Contacts of one client, many at one instant, as feeds that know only days bring them.
fn contacts(
    bank: &Bank,
    client_id: ClientId,
    start: Timestamp,
    count: u128,
) -> Vec<LoadedInteraction> {
    let one = |n: u128| LoadedInteraction {
        id: InteractionId::from_uuid(uuid::Uuid::from_u128(n << 64 | 7)),
        client_id,
        at: start.plus_days(i64::try_from(n / 40).unwrap()),
        channel: "phone".to_owned(),
        direction: "out".to_owned(),
        topic: "offer".to_owned(),
        subject: format!("Разговор №{n}."),
        body: String::new(),
        result: "thinking".to_owned(),
        author_id: Some(bank.user("manager")),
        branch_id: None,
        handling_seconds: Some(60),
    };
    (0..count).map(one).collect()
}

fn loaded_task(bank: &Bank, client_id: ClientId, n: u128, due_in: i64) -> LoadedTask {
    let created_at = kernel::Clock::now(bank.clock.as_ref()).plus_days(-300);
    LoadedTask {
        id: TaskId::from_uuid(uuid::Uuid::from_u128(n)),
        client_id,
        title: format!("Задача {n}"),
        kind: "call".to_owned(),
        due_on: days(bank, due_in),
        assignee_id: bank.user("manager"),
        branch_id: Some(bank.branch("01")),
        created_at,
        priority: 2,
        vip: false,
        done: (due_in < 0).then(|| (created_at, "готово".to_owned())),
        source_interaction_id: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loaded_history_is_whole_and_paged_without_gaps() {
    both(async |bank: &Bank| {
        const CONTACTS: u128 = 95;
        let anna = client(bank, "manager", "Ветрова").await;
        let start = kernel::Clock::now(bank.clock.as_ref()).plus_days(-300);
        let tasks = [(1, 8), (2, 3), (3, -9)];
        let load = LoadHistory {
            interactions: contacts(bank, anna, start, CONTACTS),
            tasks: tasks.into_iter().map(|(n, due)| loaded_task(bank, anna, n, due)).collect(),
        };
        let ctx = bank.as_system();
        let command_id = ctx.command_id();
        for _ in 0..2 {
            bank.services.execute(&ctx, command_id, &load).await.unwrap();
        }
        let mut db = bank.services.reader.clone();
        let step = queries::step_of(&mut db, anna).await.unwrap();
        assert_eq!(step.task.map(|t| t.3), Some(days(bank, 3)));
        assert_eq!((step.open_tasks, step.last_contact_at), (2, Some(start.plus_days(2))));

        let mut browser = bank.client("manager").await;
        let mut next = Some(format!("/clients/{anna}/timeline"));
        let (mut seen, mut pages) = (String::new(), 0);
        while let Some(address) = next {
            let part = page(&mut browser, &address).await;
            let more = part.split("class=\"timeline-more\"").nth(1);
            let href = more.map(|m| m.split('"').find(|t| t.starts_with("/clients")).unwrap());
            next = href.map(|h| h.replace("&amp;", "&"));
            seen.push_str(&part);
            pages += 1;
            assert!(pages < 20, "the history does not end");
        }
        for n in 0..CONTACTS {
            assert_eq!(seen.matches(&format!("Разговор №{n}.")).count(), 1, "{n}");
        }
        assert!(pages >= 4 && seen.contains("Task done") && seen.contains("готово"));
    })
    .await;
}
