//! Signing in: by password, by one click in a demo bank.

use testkit::kinds;

use super::driver::Driver;
use super::site::{PASSWORD, Site};
use super::window::Window;
use super::{in_both_languages, on};

const SUBMIT: &str = ".sign-in form[action='/sign-in'] button[type=submit]";

#[tokio::test(flavor = "multi_thread")]
async fn a_password_signs_in_and_a_wrong_one_is_told() {
    let Some(driver) = Driver::start() else {
        return;
    };
    for kind in kinds() {
        println!("-- on {kind:?}");
        let site = Box::pin(Site::open_on(kind)).await;
        on(&site, &driver, password).await;
    }
}

async fn password(site: &Site, _: &Driver, window: &Window) {
    let lang = window.lang;
    window.goto("/clients").await;
    window.until_at("/sign-in").await;
    assert_eq!(window.words("h1").await, site.words(lang, "web-sign-in"));
    window.fill("input[name=login]", "manager").await;
    window.fill("input[name=password]", "not my password").await;
    window.follow(SUBMIT).await;
    window.until_words("[role=alert]", &site.words(lang, "refusal-sign-in-wrong")).await;
    assert_eq!(window.value("input[name=login]").await, "manager", "the login stays typed");
    window.fill("input[name=password]", PASSWORD).await;
    window.follow(SUBMIT).await;
    window.until_at("/clients").await;
    window.speak(lang).await;
    assert_eq!(window.words("h1").await, site.words(lang, "nav-clients"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_opens_the_demo_as_a_role_and_signing_out_closes_it() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        window.until_at("/").await;
        assert_eq!(window.words("h1").await, site.words(window.lang, "nav-my-day"));
        window.until_seen("aside.demo").await;
        window.click("[popovertarget=menu-person]").await;
        window.follow("form[action='/sign-out'] button").await;
        window.until_at("/sign-in").await;
        window.goto("/clients").await;
        window.until_at("/sign-in").await;
    })
    .await;
}
