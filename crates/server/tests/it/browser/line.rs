//! A branch in a browser: the light follows the line by itself, and its pages keep the rules everywhere.

use spine::replica::{LineState, LineWord};

use super::axe::{must_be_accessible, must_have_contrast};
use super::nodes::branch_of;
use super::site::Site;
use super::window::{PHONE, Window};
use super::{Driver, Lang};

/// The line is so from now on, as the keeper of the line tells it.
pub(super) fn line(site: &Site, word: LineWord) {
    let now = site.services.clock.now();
    site.services.memory.put(LineState { word, since: now, heard_at: now });
    site.services.live.ring("line".to_owned());
}

async fn until_light(window: &Window, class: &str) {
    window.until_seen(&format!("#line a.link-state.{class}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_light_follows_the_line_and_leads_to_what_was_done() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let centre = Box::pin(Site::open()).await;
    let site = Box::pin(branch_of(&centre)).await;
    for lang in Lang::ALL {
        let window = Window::open(&driver, &site, lang).await;
        line(&site, LineWord::Online);
        window.sign_in("manager").await;
        window.goto("/tasks").await;
        // two notes wait
        until_light(&window, "attention").await;
        line(&site, LineWord::Offline);
        until_light(&window, "danger").await;
        line(&site, LineWord::Syncing);
        until_light(&window, "attention").await;
        window.click("#line a").await;
        window.until_seen("#pending tbody tr").await;
        let first = "document.querySelector('#pending tbody a').getAttribute('href')";
        let one = window.js(first).await.as_str().unwrap().to_owned();
        let card = format!("/clients/{}", site.person("Щербакова").await);
        // a request of his waits at the centre: it stands on the desk and among the requests
        let waits = ["/desk", "/approvals", "/approvals?show=mine", &card];
        for page in ["/pending", "/pending?show=open", "/pending/day", "/refusals", &one]
            .into_iter()
            .chain(waits)
        {
            window.goto(page).await;
            must_be_accessible(&window, page).await;
            window.prefer("dark").await;
            must_have_contrast(&window, page).await;
            window.prefer("light").await;
        }
        window.resize(PHONE).await;
        for page in ["/pending", "/pending/day", "/refusals", "/", &one].into_iter().chain(waits) {
            window.goto(page).await;
            window.must_fit(page).await;
        }
        window.must_be_calm().await;
        window.close().await;
    }
}
