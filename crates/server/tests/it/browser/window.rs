//! A browser window and what a person does in it. Everything waits for what it needs until a deadline
//! and then fails with a picture; nothing sleeps and hopes.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
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
/// The key of an element in answers of the driver (W3C WebDriver, section 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
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

/// What of a page is on a picture at most, in CSS pixels from its top.
const PICTURE_HEIGHT_MAX: u32 = 2_400;

/// A browser of its own, with its own profile.
pub(crate) struct Window {
    client: Client,
    site: String,
    /// The language its browser asks for.
    pub(crate) lang: Lang,
    _profile: TempDir,
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
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(asked)
            .connect(&driver.url())
            .await
            .expect("a browser");
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
    async fn until_loaded(&self) {
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
        self.soon(what, async || self.client.execute(&script, Vec::new()).await.ok()?.as_bool()?.then_some(()))
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
        self.until(&format!("the address {path}"), &format!("location.pathname === {}", quoted(path)))
            .await;
        self.until_loaded().await;
    }
    /// Asks again and again until there is an answer; fails at the deadline.
    async fn soon<T, F: Future<Output = Option<T>>>(&self, what: &str, ask: impl Fn() -> F) -> T {
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
        let folder = option_env!("CARGO_TARGET_TMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let name = std::thread::current().name().unwrap_or("browser").replace("::", "-");
        let file = folder.join(format!("{name}.png"));
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(&file, picture).expect("the picture's file");
        file
    }

    /// How many such elements the page holds.
    pub(crate) async fn count(&self, css: &str) -> u64 {
        self.js(&format!("document.querySelectorAll({}).length", quoted(css))).await.as_u64().expect(css)
    }
    /// The words of an element that is seen.
    pub(crate) async fn words(&self, css: &str) -> String {
        self.until_seen(css).await;
        let words = format!("[...document.querySelectorAll({})].find(e => e.checkVisibility()).innerText", quoted(css));
        self.js(&words).await.as_str().expect(css).to_owned()
    }
    /// The whole numbers in the cells of a row; cells with anything else are left out.
    pub(crate) async fn numbers(&self, css: &str) -> Vec<i64> {
        self.until_seen(css).await;
        let cells = format!("[...document.querySelectorAll({})].map(e => e.innerText)", quoted(css));
        let cells = self.js(&cells).await;
        let cells = cells.as_array().expect(css).iter().filter_map(|c| c.as_str()?.trim().parse().ok());
        cells.collect()
    }
    /// The value of a field.
    pub(crate) async fn value(&self, css: &str) -> String {
        let value = self.js(&format!("document.querySelector({}).value", quoted(css))).await;
        value.as_str().expect(css).to_owned()
    }
    /// An element a JavaScript expression finds.
    async fn find(&self, expression: &str) -> Option<Element> {
        let script = format!("return ({expression}) ?? null;");
        let found = self.client.execute(&script, Vec::new()).await.ok()?;
        let id = found.get(ELEMENT)?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), ElementRef::from(id)))
    }
    /// Clicks the first such element that is seen, as soon as it can be clicked.
    pub(crate) async fn click(&self, css: &str) {
        let first = format!(
            "[...document.querySelectorAll({})].find(e => e.checkVisibility())",
            quoted(css)
        );
        self.click_found(css, &first).await;
    }
    /// Clicks the first such element with these words.
    pub(crate) async fn click_words(&self, css: &str, words: &str) {
        let first = format!(
            "[...document.querySelectorAll({})].find(e => e.checkVisibility() && e.innerText.includes({}))",
            quoted(css),
            quoted(words)
        );
        self.click_found(&format!("{css} {words:?}"), &first).await;
    }
    async fn click_found(&self, what: &str, expression: &str) {
        self.soon(&format!("a click on {what}"), async || {
            // replaced or covered for a moment: look for it again, as a person would, in the middle
            let found = self.find(expression).await?;
            if found.click().await.is_ok() {
                return Some(());
            }
            let scroll = format!("({expression})?.scrollIntoView({{ block: 'center' }})");
            self.client.execute(&scroll, Vec::new()).await.ok()?;
            None
        })
        .await;
    }
    /// Clicks a link or button that leads to another page, and waits for that page.
    pub(crate) async fn follow(&self, css: &str) {
        self.js("window.isOldPage = true").await;
        self.click(css).await;
        self.until("another page", "!window.isOldPage").await;
        self.until_loaded().await;
    }
    /// Types into a field in place of what is there.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let first = format!("[...document.querySelectorAll({})].find(e => e.checkVisibility())", quoted(css));
        self.soon(&format!("typing into {css}"), async || {
            let field = self.find(&first).await?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
        .await;
    }
    /// Adds to a field.
    pub(crate) async fn add(&self, css: &str, text: &str) {
        let first = format!("document.querySelector({})", quoted(css));
        self.find(&first).await.expect(css).send_keys(text).await.expect(css);
    }
    /// Chooses a file of this machine.
    pub(crate) async fn attach(&self, css: &str, file: &Path) {
        let first = format!("document.querySelector({})", quoted(css));
        let field = self.find(&first).await.expect(css);
        field.send_keys(&file.display().to_string()).await.expect(css);
    }
    /// Chooses an option by its value.
    pub(crate) async fn choose(&self, css: &str, value: &str) {
        self.until_seen(css).await;
        let first = format!("[...document.querySelectorAll({})].find(e => e.checkVisibility())", quoted(css));
        let field = self.find(&first).await.expect(css);
        field.select_by_value(value).await.unwrap_or_else(|e| panic!("{css} has no {value:?}: {e}"));
    }
    /// Presses keys, all held together, wherever the focus is.
    pub(crate) async fn press(&self, keys: &[char]) {
        let down = keys.iter().map(|&value| KeyAction::Down { value });
        let up = keys.iter().rev().map(|&value| KeyAction::Up { value });
        let all = down.chain(up).fold(KeyActions::new("keys".to_owned()), KeyActions::then);
        self.client.perform_actions(all).await.expect("keys");
    }
    /// Types where the focus is.
    pub(crate) async fn type_text(&self, text: &str) {
        for letter in text.chars() {
            self.press(&[letter]).await;
        }
    }

    /// Signs in by one click as a role.
    pub(crate) async fn sign_in(&self, role: &str) {
        self.goto("/sign-in").await;
        self.follow(&format!("button[name=role][value={role}]")).await;
        self.speak(self.lang).await;
    }
    /// Chooses a language for the person who is signed in, and loads the page in it.
    pub(crate) async fn speak(&self, lang: Lang) {
        self.prefer_here("lang", lang.code()).await;
        self.reload().await;
        self.until("the language", &format!("document.documentElement.lang === {}", quoted(lang.code()))).await;
    }
    /// Saves a preference of the person who is signed in.
    pub(crate) async fn prefer_here(&self, name: &str, value: &str) {
        let sent = self
            .js_later(
                "fetch('/me/preferences', { method: 'POST', headers: { 'X-Requested-With': 'ui' }, \
                 body: new URLSearchParams([[arguments[0], arguments[1]]]) }).then((r) => done(r.status))",
                vec![json!(name), json!(value)],
            )
            .await;
        assert_eq!(sent, json!(204), "the preference {name}");
    }
    /// Changes what is seen of a page to a size, exactly.
    pub(crate) async fn resize(&self, (width, height): Size) {
        let is_phone = width < 600;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        if is_phone {
            // there is no way back: without touch this machine would have no pointer at all
            self.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })).await;
        }
        // the page hears of it a moment later
        let page = "document.documentElement";
        let fits = format!("{page}.clientWidth === {width} && {page}.clientHeight === {height}");
        self.until("the new size", &fits).await;
    }
    /// Fails when something sticks out at the side of the page.
    pub(crate) async fn must_fit(&self, place: &str) {
        let script = "(() => { \
             const wide = document.documentElement.clientWidth; \
             const inside = (e) => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) \
               if (getComputedStyle(p).overflowX !== 'visible') return true; return false; }; \
             const out = [...document.body.querySelectorAll('*')].filter((e) => e.checkVisibility() \
               && e.getBoundingClientRect().right > wide + 1 && !inside(e)); \
             return { width: document.documentElement.scrollWidth, out: out.slice(0, 5).map((e) => e.outerHTML.slice(0, 160)) }; \
           })()";
        let found = self.js(script).await;
        let (seen, _) = PHONE;
        assert!(found["width"].as_u64() <= Some(seen.into()), "{place} is wider than {seen}: {found:#}");
    }
    /// What the operating system would prefer: `light` or `dark`; and always no movement.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }
    /// A PNG of the whole page at this width, also of what stands below the fold.
    pub(crate) async fn whole_picture(&self, (width, height): Size) -> Vec<u8> {
        self.resize((width, height)).await;
        let whole = self.js("document.documentElement.scrollHeight").await.as_u64().unwrap_or(0);
        let whole = u32::try_from(whole).unwrap_or(height).clamp(height, PICTURE_HEIGHT_MAX);
        self.resize((width, whole)).await;
        self.client.screenshot().await.expect("a picture")
    }
    /// Forgets who has signed in.
    pub(crate) async fn forget(&self) {
        self.client.delete_all_cookies().await.expect("no cookies");
    }
    /// A command of the DevTools protocol.
    async fn devtools(&self, cmd: &'static str, params: Json) -> Json {
        let own = Own { path: "goog/cdp/execute", body: json!({ "cmd": cmd, "params": params }) };
        self.client.issue_cmd(own).await.unwrap_or_else(|e| panic!("{cmd}: {e}"))
    }
    /// Fails when the browser complained since the last look: errors of scripts, what the content
    /// security policy stopped, files that are not there. `refusals` says how many answers 4xx the test
    /// itself brought about; the browser notes these as errors too.
    pub(crate) async fn must_be_calm(&self) {
        let own = Own { path: "se/log", body: json!({ "type": "browser" }) };
        let log: Result<Json, CmdError> = self.client.issue_cmd(own).await;
        let log = log.expect("the browser's log");
        let complaints: Vec<&str> = log
            .as_array()
            .expect("a list")
            .iter()
            .filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")))
            .filter_map(|entry| entry["message"].as_str())
            // a refused form (422) or a conflict (409) is an answer, though the browser calls it an error
            .filter(|m| !m.contains("status of 422") && !m.contains("status of 409"))
            .collect();
        let path = self.path().await;
        assert!(complaints.is_empty(), "at {path} the browser complains: {complaints:#?}");
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

/// A command of this driver that the standard does not know.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Json,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }
    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
