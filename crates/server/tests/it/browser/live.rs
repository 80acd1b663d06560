//! Live pages: what one person does another one sees, and what is being typed stays.

use engagement::desk::commands::RecordOperation;
use kernel::{Currency, Lang, UserId};

use super::window::Window;
use super::{in_both_languages, in_language};

const DRAFT: &str = "#dialog textarea[name=body]";
const SEARCH: &str = "#panel-timeline input[name=q]";

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_another_person_appears_and_typed_text_stays() {
    in_both_languages(async |site, driver, window| {
        let (said, typing) = match window.lang {
            Lang::Ru => ("Клиент зашёл в отделение", "Я как раз пишу"),
            Lang::En => ("The client came to the branch", "I am just writing"),
        };
        let id = site.person("Лаптева").await;
        let other = Window::open(driver, site, window.lang).await;
        window.sign_in("manager").await;
        window.goto(&format!("/clients/{id}")).await;
        window.js("window.isSamePage = true").await;
        // a word in a field of the very panel that will change, and a form open over it
        window.fill(SEARCH, typing).await;
        window.click(".card-actions [data-dialog-src*='channel=note']").await;
        window.fill(DRAFT, typing).await;

        other.sign_in("branch_head").await;
        other.goto(&format!("/clients/{id}")).await;
        other.click(".card-actions [data-dialog-src*='channel=note']").await;
        other.fill(DRAFT, said).await;
        other.click("#dialog form button[type=submit].primary").await;
        other.until_gone("#dialog[open]").await;
        other.until_words("#panel-timeline .timeline-entry", said).await;

        window.until_words("#panel-timeline .timeline-entry", said).await;
        assert!(window.js("window.isSamePage === true").await.as_bool().unwrap());
        assert_eq!(window.value(DRAFT).await, typing);
        assert_eq!(window.value(SEARCH).await, typing);
        window.add(DRAFT, "!").await;
        assert_eq!(window.value(DRAFT).await, format!("{typing}!"), "and goes on being typed");
        other.must_be_calm().await;
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_of_the_branch_shows_an_operation_within_five_seconds() {
    in_language(Lang::Ru, async |site, window| {
        window.sign_in("branch_head").await;
        window.goto("/desk/day").await;
        window.js("window.isSamePage = true").await;
        let number = "квитанция-5417";
        let clerk: UserId = site.value("select id from staff where login = $1", "clerk").await;
        let principal = site.services.directory.principal(clerk).unwrap();
        let ctx = site.services.ctx(principal, "web");
        let record = RecordOperation {
            visit_id: None,
            client_id: None,
            kind: "document".to_owned(),
            currency: Currency::RUB,
            amount_minor: 0,
            reference: number.to_owned(),
            note: String::new(),
        };
        let posted = std::time::Instant::now();
        site.services.execute(&ctx, ctx.command_id(), &record).await.unwrap();
        window.until_words("#desk-lines", number).await;
        let passed = posted.elapsed();
        assert!(passed.as_secs() < 5, "{passed:?}");
        println!("-- an operation is on the open page after {passed:?}");
        assert!(window.js("window.isSamePage === true").await.as_bool().unwrap());
    })
    .await;
}
