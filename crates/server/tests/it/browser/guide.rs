//! Guided service at the desk, by mouse and keys: step by step, and nothing that was typed is lost.

use fantoccini::key::Key;
use kernel::Lang;
use serde_json::json;
use uuid::Uuid;

use super::axe::must_be_accessible;
use super::in_both_languages;
use super::places::send;
use super::site::Site;
use super::window::Window;

/// The theme of the script, and a visitor of it before the clerk.
async fn begin(site: &Site, window: &Window) {
    let script = "select id from service_script where key = $1";
    if site.found::<Uuid>(script, "lost").await.is_none() {
        window.sign_in("methodologist").await;
        let lost = json!({ "key": "lost", "theme": "Ипотека", "name": "Карта потеряна",
            "name_en": "Card lost", "steps": "Установить личность\nЗаблокировать карту\nПредложить новую",
            "steps_en": "Identify the client\nBlock the card\nOffer a new one" });
        send(window, "/admin/scripts/new", lost).await;
    }
    let theme: Uuid = site.value("select id from desk_theme where name = $1", "Ипотека").await;
    window.sign_in("manager").await;
    window.goto("/desk").await;
    window.click("[data-dialog-src='/desk/new?serve=on']").await;
    window.choose("dialog [name=theme_id]", &theme.to_string()).await;
    window.click("dialog [type=submit]").await;
    window.until_seen("#visit-script").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_goes_from_step_to_step_and_says_why_one_is_left_out() {
    in_both_languages(async |site, _, window| {
        begin(site, window).await;
        let (now, note) = (".desk-step.now button", "#visit-finish [name=note]");
        must_be_accessible(window, "the desk with a script").await;
        // nothing is typed: the desk is shown from the next step on, and the keyboard goes on from there
        window.follow(now).await;
        assert_eq!(window.count(".desk-step [name=untick]").await, 1);
        assert_eq!(window.path().await.split('?').next(), Some("/desk"));
        window.press(&[Key::Tab.into()]).await;
        let is_next = format!("document.activeElement === document.querySelector('{now}')");
        window.until("the next step", &is_next).await;
        window.fill(note, "Перевыпуск не нужен").await;
        window.js(&format!("document.querySelector('{now}').focus()")).await;
        window.js("window.isOldPage = true").await;
        window.press(&[Key::Enter.into()]).await;
        window.until("another page", "!window.isOldPage").await;
        window.until_seen(now).await;
        assert_eq!(window.count(".desk-step [name=untick]").await, 2);
        assert_eq!(window.value(note).await, "Перевыпуск не нужен");
        must_be_accessible(window, "the desk after a tick").await;
        // the end is refused until it is said why; everything stays
        window.choose("#visit-finish [name=result]", "resolved").await;
        window.follow("#visit-finish .form-actions [type=submit]").await;
        window.until_seen("#visit-finish [name=left_out_reason][aria-invalid]").await;
        assert_eq!(window.value(note).await, "Перевыпуск не нужен");
        window.fill("#visit-finish [name=left_out_reason]", "Клиент отказался").await;
        window.follow("#visit-finish .form-actions [type=submit]").await;
        window.until_gone("#visit-finish").await;
        window.goto("/desk/day").await;
        let step = if window.lang == Lang::Ru {
            "Предложить новую"
        } else {
            "Offer a new one"
        };
        window.until_words("#desk-left-out", step).await;
        window.until_words("#desk-left-out", "Клиент отказался").await;
    })
    .await;
}
