//! Live pages: what one person does another one sees, and what is being typed stays.

use kernel::Lang;

use super::in_both_languages;
use super::window::Window;

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
