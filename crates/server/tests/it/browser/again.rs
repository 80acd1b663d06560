//! The database takes nothing for a while: what a clerk has typed is not lost, and is sent again by one button.

use kernel::Lang;

use super::driver::Driver;
use super::site::Site;
use super::window::Window;

const SAVE: &str = "main form[data-save] button[type=submit]";
const AGAIN: &str = "main form[action^='/clients/new'] button[type=submit]";
const LAST_NAME: &str = "main [name=last_name]";

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_saved_is_sent_again_or_found_in_the_form() {
    let Some(driver) = Driver::start() else { return };
    let site = Box::pin(Site::open_impatient()).await;
    for lang in Lang::ALL {
        let window = Window::open(&driver, &site, lang).await;
        window.sign_in("clerk").await;
        let name = if lang == Lang::Ru { "Терпеливая" } else { "Терпеливый" };
        let count = "select count(*) from client where last_name = $1";
        let kept = async || site.value::<i64>(count, name).await;
        fill(&window, name).await;
        refused(&site, &window).await;
        assert_eq!(kept().await, 0);
        // one button on the page that says so
        window.until_words("main", &site.words(lang, "ui-send-again")).await;
        // whoever goes back by another way finds everything typed in the form
        window.goto("/clients/new?kind=person").await;
        assert_eq!(window.value(LAST_NAME).await, name);
        refused(&site, &window).await;
        window.follow(AGAIN).await;
        let client = site.person(name).await;
        window.until_at(&format!("/clients/{client}")).await;
        assert_eq!(kept().await, 1, "once");
        // what is saved is not offered again
        window.goto("/clients/new?kind=person").await;
        assert_eq!(window.value(LAST_NAME).await, "");
        window.must_be_calm().await;
        window.close().await;
    }
}

async fn fill(window: &Window, last_name: &str) {
    window.goto("/clients/new?kind=person").await;
    window.fill(LAST_NAME, last_name).await;
    window.fill("main [name=first_name]", "Анна").await;
}

/// Sends the form while somebody else holds the database.
async fn refused(site: &Site, window: &Window) {
    let store = site.store().await;
    let held = store.writer.begin().await.expect("the database");
    window.must_be_calm().await;
    window.follow(SAVE).await;
    window.until_seen(AGAIN).await;
    window.must_tell_once(503).await;
    held.rollback().await.expect("letting go");
}
