//! The first page of the day: what is done goes, and what is very important does not go without a word.

use kernel::Lang;
use uuid::Uuid;

use super::in_both_languages;
use super::site::Site;

const SAVE: &str = "#dialog form button[type=submit].primary";

#[tokio::test(flavor = "multi_thread")]
async fn a_task_done_with_its_result_leaves_the_queue() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        let plain = task(site, 0).await;
        let result = match window.lang {
            Lang::Ru => "Отправлено на почту",
            Lang::En => "Sent by e-mail",
        };
        window.until_seen(&done(plain)).await;
        window.click(&done(plain)).await;
        window.fill("#dialog [name=result]", result).await;
        window.click(SAVE).await;
        window.until_gone("#dialog[open]").await;
        window.until_gone(&done(plain)).await;
        let sql = "select state || ': ' || result from task where id = $1";
        assert_eq!(site.value::<String>(sql, plain).await, format!("done: {result}"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vip_task_is_not_closed_without_a_result() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        let vip = task(site, 1).await;
        window.click(&done(vip)).await;
        window.until_seen("#dialog[open] [name=result]").await;
        // past the browser's own check, which would stop it too: the server is the one that refuses
        window.js("document.querySelector('#dialog form').noValidate = true").await;
        window.click(SAVE).await;
        window.until_seen("#dialog [name=result][aria-invalid=true]").await;
        let sql = "select state from task where id = $1";
        assert_eq!(site.value::<String>(sql, vip).await, "open");
        window.fill("#dialog [name=result]", "Курс подтверждён").await;
        window.click(SAVE).await;
        window.until_gone("#dialog[open]").await;
        window.until_gone(&done(vip)).await;
        assert_eq!(site.value::<String>(sql, vip).await, "done");
        // for the next language
        window.goto(&format!("/tasks/{vip}/reopen")).await;
        window.follow("main form button[type=submit].primary").await;
        assert_eq!(site.value::<String>(sql, vip).await, "open");
    })
    .await;
}

/// An open task of the demo manager that is due, by whether it is very important.
async fn task(site: &Site, vip: i64) -> Uuid {
    let sql = format!(
        "select t.id from task t join staff s on s.id = t.assignee_id \
         where s.login = $1 and t.state = 'open' and t.vip = {vip} and t.due_on <= '2026-11-23' \
         order by t.due_on desc, t.title"
    );
    site.value(&sql, "manager").await
}

/// The button of a row of the queue that opens the dialog "done".
fn done(task: Uuid) -> String {
    format!("#my-day [data-dialog-src^='/tasks/{task}/done']")
}
