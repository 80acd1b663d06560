//! A browser window: what is in it, and waiting for what is not there yet. Everything waits for what it needs until a deadline
//! and then fails with a picture; nothing sleeps and hopes.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use kernel::Lang;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::time::Instant;

use super::driver::Driver;
use super::site::Site;

/// What a page must come to within this time, on a machine it shares with other tests.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a condition is looked at.
const GLANCE: Duration = Duration::from_millis(40);
/// Chromium without anything that talks to others or needs what a build machine has not.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    // a mouse lies on the desk, though this machine has none
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
];

/// Width and height of what is seen, in CSS pixels.
pub(crate) type Size = (u32, u32);
/// A desk.
pub(crate) const DESK: Size = (1440, 900);
/// A phone.
pub(crate) const PHONE: Size = (390, 844);

/// A browser of its own, with its own profile.
pub(crate) struct Window {
    pub(super) client: Client,
    site: String,
    /// The language its browser asks for.
    pub(crate) lang: Lang,
    _profile: TempDir,
}

/// A browser; asked for anew when it did not start, which says nothing of the pages.
async fn started(driver: &Driver, asked: Capabilities) -> Client {
    let mut tries = 3;
    loop {
        let mut asking = ClientBuilder::new(HttpConnector::new());
        match asking.capabilities(asked.clone()).connect(&driver.url()).await {
            Ok(client) => return client,
            Err(error) if tries == 0 => panic!("a browser: {error:?}"),
            Err(error) => println!("asked for a browser again: {error}"),
        }
        tries -= 1;
    }
}

impl Window {
    /// Opens a browser at a desk.
    pub(crate) async fn open(driver: &Driver, site: &Site, lang: Lang) -> Window {
        let profile = tempfile::tempdir_in(driver.home()).expect("a folder for the profile");
        let mut arguments: Vec<String> = ARGUMENTS.iter().map(|a| (*a).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        arguments.push(format!("--window-size={},{}", DESK.0, DESK.1));
        let asked = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": { "intl.accept_languages": lang.code() },
            },
        });
        let asked: Capabilities = serde_json::from_value(asked).expect("capabilities");
        let client = started(driver, asked).await;
        let window = Window { client, site: site.url.clone(), lang, _profile: profile };
        window.resize(DESK).await;
        window.prefer("light").await;
        window
    }
    /// Closes the browser.
    pub(crate) async fn close(self) {
        self.client.close().await.expect("the browser closes");
    }
    /// Goes to an address of the bank and waits until it is there with its scripts.
    pub(crate) async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.site)).await.expect(path);
        self.until_loaded().await;
    }
    /// Loads the page again.
    pub(crate) async fn reload(&self) {
        self.client.refresh().await.expect("the page again");
        self.until_loaded().await;
    }
    pub(super) async fn until_loaded(&self) {
        self.until("a loaded page", "document.readyState === 'complete'").await;
    }
    /// The address of the page, without the host.
    pub(crate) async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.query().map_or_else(|| url.path().to_owned(), |q| format!("{}?{q}", url.path()))
    }

    /// What a JavaScript expression comes to.
    pub(crate) async fn js(&self, expression: &str) -> Json {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }
    /// What an asynchronous script hands to `done(…)`.
    pub(crate) async fn js_later(&self, script: &str, args: Vec<Json>) -> Json {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        self.client.execute_async(&script, args).await.expect("a script")
    }
    /// Waits until a JavaScript expression is true.
    pub(crate) async fn until(&self, what: &str, expression: &str) {
        let script = format!("return Boolean({expression});");
        // a page that is being replaced refuses scripts for a moment
        self.soon(what, async || {
            self.client.execute(&script, Vec::new()).await.ok()?.as_bool()?.then_some(())
        })
        .await;
    }
    /// Loads the page again and again until an expression is true on a fresh one.
    pub(crate) async fn until_kept(&self, expression: &str) {
        self.soon(expression, async || {
            self.reload().await;
            self.js(expression).await.as_bool()?.then_some(())
        })
        .await;
    }
    /// Waits until an element is there to be seen.
    pub(crate) async fn until_seen(&self, css: &str) {
        self.until(&format!("{css} to be seen"), &seen(css)).await;
    }
    /// Waits until no such element is to be seen.
    pub(crate) async fn until_gone(&self, css: &str) {
        self.until(&format!("{css} to be gone"), &format!("!({})", seen(css))).await;
    }
    /// Waits until an element shows these words.
    pub(crate) async fn until_words(&self, css: &str, words: &str) {
        let found = format!(
            "[...document.querySelectorAll({})].some(e => e.checkVisibility() && e.innerText.includes({}))",
            quoted(css),
            quoted(words)
        );
        self.until(&format!("{css} with the words {words:?}"), &found).await;
    }
    /// Waits until the page is at this address.
    pub(crate) async fn until_at(&self, path: &str) {
        self.until(
            &format!("the address {path}"),
            &format!("location.pathname === {}", quoted(path)),
        )
        .await;
        self.until_loaded().await;
    }
    /// Asks again and again until there is an answer; fails at the deadline.
    pub(super) async fn soon<T, F: Future<Output = Option<T>>>(
        &self,
        what: &str,
        ask: impl Fn() -> F,
    ) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut glances = tokio::time::interval(GLANCE);
        loop {
            glances.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
            if Instant::now() > deadline {
                self.give_up(what).await;
            }
        }
    }
    /// Fails with a picture of the page.
    async fn give_up(&self, what: &str) -> ! {
        let picture = self.keep_picture().await;
        let path = self.path().await;
        let words = self.js("document.body.innerText").await;
        let words: String = words.as_str().unwrap_or("").chars().take(3_000).collect();
        panic!("waited in vain for {what}\nat {path}, picture {}:\n{words}", picture.display());
    }
    async fn keep_picture(&self) -> PathBuf {
        let folder =
            option_env!("CARGO_TARGET_TMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let name = std::thread::current().name().unwrap_or("browser").replace("::", "-");
        let file = folder.join(format!("{name}.png"));
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(&file, picture).expect("the picture's file");
        file
    }

    /// How many such elements the page holds.
    pub(crate) async fn count(&self, css: &str) -> u64 {
        self.js(&format!("document.querySelectorAll({}).length", quoted(css)))
            .await
            .as_u64()
            .expect(css)
    }
    /// The words of an element that is seen.
    pub(crate) async fn words(&self, css: &str) -> String {
        self.until_seen(css).await;
        let words = format!(
            "[...document.querySelectorAll({})].find(e => e.checkVisibility()).innerText",
            quoted(css)
        );
        self.js(&words).await.as_str().expect(css).to_owned()
    }
    /// The whole numbers in the cells of a row; cells with anything else are left out.
    pub(crate) async fn numbers(&self, css: &str) -> Vec<i64> {
        self.until_seen(css).await;
        let cells =
            format!("[...document.querySelectorAll({})].map(e => e.innerText)", quoted(css));
        let cells = self.js(&cells).await;
        let cells =
            cells.as_array().expect(css).iter().filter_map(|c| c.as_str()?.trim().parse().ok());
        cells.collect()
    }
    /// The value of a field.
    pub(crate) async fn value(&self, css: &str) -> String {
        let value = self.js(&format!("document.querySelector({}).value", quoted(css))).await;
        value.as_str().expect(css).to_owned()
    }
}

/// A JavaScript expression: whether an element that is seen matches.
fn seen(css: &str) -> String {
    format!("[...document.querySelectorAll({})].some(e => e.checkVisibility())", quoted(css))
}

/// A text as JavaScript writes it.
pub(crate) fn quoted(text: &str) -> String {
    json!(text).to_string()
}
