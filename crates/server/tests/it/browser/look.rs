//! How a window is looked at: its size and theme, pictures of it, and what its browser complains of.

use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value as Json, json};

use super::window::{PHONE, Size, Window};

impl Window {
    /// Changes what is seen of a page to a size, exactly.
    pub(crate) async fn resize(&self, (width, height): Size) {
        let is_phone = width < 600;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone });
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
        assert!(
            found["width"].as_u64() <= Some(seen.into()),
            "{place} is wider than {seen}: {found:#}"
        );
    }
    /// What the operating system would prefer: `light` or `dark`; and always no movement.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }
    /// Shows the page as it will be printed.
    pub(crate) async fn put_on_paper(&self) {
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    }
    /// A command of the DevTools protocol.
    async fn devtools(&self, cmd: &'static str, params: Json) -> Json {
        let own = Own { path: "goog/cdp/execute", body: json!({ "cmd": cmd, "params": params }) };
        self.client.issue_cmd(own).await.unwrap_or_else(|e| panic!("{cmd}: {e}"))
    }
    /// Fails when the browser complained since the last look: errors of scripts, what the content
    /// security policy stopped, files that are not there.
    pub(crate) async fn must_be_calm(&self) {
        let complaints = self.complaints().await;
        let path = self.path().await;
        assert!(complaints.is_empty(), "at {path} the browser complains: {complaints:#?}");
    }
    /// Takes note of one answer of this status, which the test itself brought about.
    pub(crate) async fn must_tell_once(&self, status: u16) {
        let complaints = self.complaints().await;
        let told = format!("status of {status}");
        assert!(matches!(&complaints[..], [one] if one.contains(&told)), "{complaints:#?}");
    }
    async fn complaints(&self) -> Vec<String> {
        let own = Own { path: "se/log", body: json!({ "type": "browser" }) };
        let log: Result<Json, CmdError> = self.client.issue_cmd(own).await;
        let log = log.expect("the browser's log");
        let entries = log.as_array().expect("a list").iter();
        let loud = entries.filter(|e| matches!(e["level"].as_str(), Some("SEVERE" | "WARNING")));
        loud.filter_map(|entry| entry["message"].as_str())
            // a refused form (422) or a conflict (409) is an answer, though the browser calls it an error
            .filter(|m| !m.contains("status of 422") && !m.contains("status of 409"))
            .map(str::to_owned)
            .collect()
    }
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
