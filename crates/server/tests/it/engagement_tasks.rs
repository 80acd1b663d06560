//! Tasks: what a very important client's task demands, how it climbs, who takes over, and the order of
//! the day.

use engagement::task::commands::{
    CancelTask, CloseTask, NewTask, PostponeTask, ReassignTask, ReopenTask,
};
use engagement::task::model::{TaskKind, TaskState};
use engagement::task::queries;
use kernel::ClientId;
use spine::Error;
use spine::org::edit::{DismissStaff, PlanAbsence};
use store::params;
use testkit::Bank;

use crate::engagement::{add, client, codes, days, make_vip, page, post, row, task};
use crate::support::{both, force};

/// The order in which texts stand on a page; `None` for one that is not there.
fn order(page: &str, texts: &[&str]) -> Vec<Option<usize>> {
    texts.iter().map(|t| page.find(t)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vip_task_is_not_closed_postponed_or_cancelled_in_silence() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let id =
            add(bank, "manager", Some(anna), task("Подготовить предложение", bank.today())).await;
        let close = |result: &str| CloseTask { task_id: id, result: result.to_owned() };
        let postpone = |reason: &str| PostponeTask {
            task_id: id,
            due_on: days(bank, 2),
            due_at: None,
            reason: reason.to_owned(),
        };
        let cancel = |reason: &str| CancelTask { task_id: id, reason: reason.to_owned() };
        // he becomes very important after the task was made, and at once, before any reader ran
        make_vip(bank, anna).await;
        assert_eq!(codes(bank.execute("manager", &close(" ")).await), ["task-vip-result"]);
        assert_eq!(codes(bank.execute("manager", &postpone("")).await), ["task-vip-reason"]);
        assert_eq!(codes(bank.execute("manager", &cancel("не нужно")).await), ["task-vip-cancel"]);
        assert_eq!(codes(bank.execute("branch_head", &cancel("")).await), ["task-vip-reason"]);
        bank.settle().await;
        assert!(row(bank, id).await.vip, "the task follows its client");

        bank.execute("manager", &postpone("клиент в отпуске")).await.unwrap();
        assert_eq!(row(bank, id).await.due_on, days(bank, 2));
        bank.execute("manager", &close("договорились")).await.unwrap();
        assert_eq!(codes(bank.execute("manager", &close("ещё раз")).await), ["task-not-open"]);
        assert_eq!(row(bank, id).await.state, TaskState::Done);
    })
    .await;
}

async fn told(bank: &Bank, login: &str, kind: &str) -> i64 {
    let sql = "select count(*) from notice where staff_id = $1 and kind = $2";
    let mut db = bank.services.reader.clone();
    let row = store::Read::first(&mut db, sql, params![bank.user(login), kind]).await.unwrap();
    row.unwrap().one().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_vip_task_climbs_once_to_each_level() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        make_vip(bank, anna).await;
        let ivan = client(bank, "manager", "Ветров").await;
        // the day ends at 21:00 UTC in Moscow; it is 09:00 UTC
        let id = add(bank, "manager", Some(anna), task("Перевод", bank.today())).await;
        let plain = add(bank, "manager", Some(ivan), task("Звонок", days(bank, -3))).await;
        let levels = async || {
            (row(bank, id).await.escalation_level, row(bank, plain).await.escalation_level)
        };
        let people = ["manager", "branch_head", "regional_head", "branch_head_near"];
        let notices = async || {
            let mut out = Vec::new();
            for login in people {
                out.push(told(bank, login, "task-late-vip").await);
            }
            out
        };
        for (hours, level, expected) in [
            (0, 0, [0, 0, 0, 0]),
            (15, 0, [0, 0, 0, 0]),
            (2, 1, [1, 1, 0, 0]),
            (1, 1, [1, 1, 0, 0]),
            (19, 2, [1, 1, 1, 0]),
            (48, 2, [1, 1, 1, 0]),
        ] {
            bank.clock.advance_seconds(hours * 3_600);
            bank.settle().await;
            bank.settle().await;
            assert_eq!(
                (levels().await, notices().await),
                ((level, 0), expected.to_vec()),
                "{hours}"
            );
        }
        let mut head = bank.client("branch_head").await;
        let day = head.get("/").await.ok();
        assert!(
            day.contains("Перевод") && day.contains("Escalated to the supervisor"),
            "the head sees it in his day"
        );
        let again = PostponeTask {
            task_id: id,
            due_on: bank.today(),
            due_at: None,
            reason: "ждём документы".to_owned(),
        };
        bank.execute("manager", &again).await.unwrap();
        assert_eq!(levels().await.0, 0, "a new day starts anew");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_a_person_who_left_find_a_new_owner() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        make_vip(bank, anna).await;
        let id = add(bank, "manager", Some(anna), task("Обещанный расчёт", bank.today())).await;
        let done = add(bank, "manager", Some(anna), task("Старое", bank.today())).await;
        bank.execute("manager", &CloseTask { task_id: done, result: "сделано".to_owned() })
            .await
            .unwrap();
        let leave = DismissStaff {
            staff_id: bank.user("manager"),
            successor_id: bank.user("manager_same"),
        };
        bank.execute("administrator", &leave).await.unwrap();
        bank.settle().await;
        assert_eq!(row(bank, id).await.assignee_id, bank.user("manager_same"));
        assert_eq!(
            row(bank, done).await.assignee_id,
            bank.user("manager"),
            "what is done stays his"
        );
        assert_eq!(told(bank, "manager_same", "tasks-handed-over").await, 1);
        // the reader's cursor is lost: it reads everything again and changes nothing
        let give = ReassignTask { task_id: id, assignee_id: bank.user("manager_team") };
        bank.execute("branch_head", &give).await.unwrap();
        force(bank, "delete from journal_cursor where reader = 'engagement.follow'", &[]).await;
        bank.settle().await;
        assert_eq!(row(bank, id).await.assignee_id, bank.user("manager_team"));
        assert_eq!(told(bank, "manager_same", "tasks-handed-over").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_sees_and_does_the_day_of_whom_he_stands_in_for() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let id = add(bank, "manager", Some(anna), task("Отправить договор", bank.today())).await;
        let close = CloseTask { task_id: id, result: "отправлен".to_owned() };
        let mut far = bank.client("manager_far").await;
        assert!(!far.get("/").await.ok().contains("Отправить договор"));
        assert_eq!(far.get(&format!("/tasks/{id}")).await.status, 404);
        assert!(matches!(bank.execute("manager_far", &close).await, Err(Error::NotFound)));
        let away = PlanAbsence {
            staff_id: bank.user("manager"),
            deputy_id: bank.user("manager_far"),
            from_on: bank.today(),
            until_on: days(bank, 5),
            reason: String::new(),
        };
        bank.execute("manager", &away).await.unwrap();
        let day = far.get("/").await.ok();
        assert!(
            day.contains("Отправить договор") && day.contains("Covering for Member manager"),
            "{day}"
        );
        assert!(day.contains("You are covering for Member manager until"));
        bank.execute("manager_far", &close).await.unwrap();
        assert_eq!(row(bank, id).await.closed_by, Some(bank.user("manager_far")));
    })
    .await;
}

/// Two clients with things to do, one of them very important, one with a birthday, one forgotten.
async fn fill_the_day(bank: &Bank) -> (ClientId, ClientId) {
    let plain = client(bank, "manager", "Ветров").await;
    let vip = client(bank, "manager", "Ветрова").await;
    let forgotten = client(bank, "manager", "Бурин").await;
    let born = client(bank, "manager", "Морозов").await;
    let day = bank.today();
    let birth_day = format!("{:02}-{:02}", day.month(), day.day());
    let sql = "update client set birth_day = $2 where id = $1";
    force(bank, sql, params![born, birth_day]).await;
    make_vip(bank, vip).await;
    let promise =
        NewTask { kind: TaskKind::Promise, ..task("Обещание на сегодня", day) };
    for (client, task) in [
        (plain, task("Дело на сегодня", day)),
        (plain, promise),
        (plain, task("Старое дело", days(bank, -4))),
        (vip, task("Дело важного", days(bank, -1))),
        (vip, task("Дело на завтра", days(bank, 1))),
    ] {
        add(bank, "manager", Some(client), task).await;
    }
    (forgotten, born)
}

fn queue(page: &str) -> &str {
    page.split("id=\"queue\"").nth(1).unwrap().split("</table>").next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_stands_in_order_with_its_reasons() {
    both(async |bank: &Bank| {
        fill_the_day(bank).await;
        let mut browser = bank.client("manager").await;
        let day = page(&mut browser, "/").await;
        let rows = [
            "Дело важного",
            "Обещание на сегодня",
            "Старое дело",
            "Дело на сегодня",
            "Birthday today",
            "No next step",
        ];
        let places = order(queue(&day), &rows);
        assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
        for reason in ["1 day late", "4 days late", "Бурин"] {
            assert!(queue(&day).contains(reason), "{reason}");
        }
        assert!(!queue(&day).contains("Дело на завтра"), "tomorrow is not now");
        let vips = page(&mut browser, "/?show=vip").await;
        assert!(vips.contains("Дело важного") && !vips.contains("Старое дело"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_leaves_the_day() {
    both(async |bank: &Bank| {
        let (forgotten, born) = fill_the_day(bank).await;
        let mut browser = bank.client("manager").await;
        let log = format!("/clients/{born}/log");
        let greeting = "channel=phone&direction=out&topic=greeting";
        assert_eq!(post(bank, &mut browser, &log, greeting).await.status, 303);
        add(bank, "manager", Some(forgotten), task("Позвонить", days(bank, 3))).await;
        let day = page(&mut browser, "/").await;
        assert!(!day.contains("Birthday today"));
        let clients = page(&mut browser, "/?show=clients").await;
        let rows = queue(&clients);
        assert!(rows.contains("Морозов"), "congratulated, but nothing is planned with him");
        assert!(!rows.contains("Бурин"));
        for role in ["auditor", "security_officer", "methodologist", "administrator", "partner"] {
            page(&mut bank.client(role).await, "/").await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_step_of_a_client_is_always_right() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "Ветрова").await;
        let step = async || {
            let step = queries::step_of(&mut bank.services.reader.clone(), anna).await.unwrap();
            (step.task.map(|t| (t.1, t.3)), step.open_tasks)
        };
        let wanted = |title: &str, day: i64| Some((title.to_owned(), days(bank, day)));
        assert_eq!(step().await, (None, 0));
        let far = add(bank, "manager", Some(anna), task("далеко", days(bank, 9))).await;
        let near = add(bank, "manager", Some(anna), task("близко", days(bank, 2))).await;
        assert_eq!(step().await, (wanted("близко", 2), 2));
        let later = PostponeTask {
            task_id: near,
            due_on: days(bank, 20),
            due_at: None,
            reason: String::new(),
        };
        bank.execute("manager", &later).await.unwrap();
        assert_eq!(step().await, (wanted("далеко", 9), 2));
        bank.execute("manager", &CloseTask { task_id: far, result: String::new() }).await.unwrap();
        bank.execute("manager", &CancelTask { task_id: near, reason: String::new() })
            .await
            .unwrap();
        assert_eq!(step().await, (None, 0));
        let reopen = ReopenTask { task_id: far };
        bank.execute("manager", &reopen).await.unwrap();
        assert_eq!(step().await, (wanted("далеко", 9), 1));

        let other = client(bank, "manager", "Бурин").await;
        let mut manager = bank.client("manager").await;
        let page = manager.get("/no-next-step").await.ok();
        assert!(page.contains(">Member manager<"), "{page}");
        let branch = bank.branch("01");
        let me = bank.user("manager");
        let list = format!("/no-next-step/clients?branch={branch}&manager={me}");
        let page = manager.get(&list).await.ok();
        assert!(page.contains("Бурин") && !page.contains("Ветрова"));
        let mut far = bank.client("manager_far").await;
        assert!(!far.get("/no-next-step").await.ok().contains(">Member manager<"));
        assert!(!far.get(&list).await.ok().contains(&other.to_string()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn very_many_clients_are_counted_once_a_minute_and_the_page_says_when() {
    both(async |bank: &Bank| {
        let id = match bank.kind {
            testkit::Kind::Sqlite => "randomblob(16)",
            testkit::Kind::Postgres => "gen_random_uuid()",
        };
        let add = async |many: i64| {
            let sql = format!(
                "insert into client (id, kind, number, display_name, sort_name, status, segment, branch_id, \
                 created_at, updated_at) with recursive n (i) as (select cast(1 as bigint) union all select i + 1 \
                 from n where i < $2) select {id}, 'person', cast(i as text) || '-' || cast($2 as text), '-', '-', 'active', 'mass', $1, 0, 0 from n"
            );
            force(bank, &sql, store::params![bank.branch("01"), many]).await;
        };
        let mut office = bank.client("head_office").await;
        let mut told = async || {
            let page = office.get("/no-next-step").await.ok();
            let total = ["50,000", "50,001"].into_iter().find(|n| page.contains(n));
            (total.map(str::to_owned), page.contains("Counted"))
        };
        add(50_000).await;
        assert_eq!(told().await, (Some("50,000".to_owned()), false));
        add(1).await;
        bank.clock.advance_seconds(59);
        assert_eq!(told().await, (Some("50,000".to_owned()), true));
        // who reaches others is told of his own
        let mut far = bank.client("manager_far").await;
        assert!(!far.get("/no-next-step").await.ok().contains("50,00"));
        bank.clock.advance_seconds(1);
        assert_eq!(told().await, (Some("50,001".to_owned()), false));
    })
    .await;
}
