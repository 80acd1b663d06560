//! What a person's hands do in a window: clicking, typing, choosing, signing in.

use std::path::Path;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use kernel::Lang;
use serde_json::json;

use super::window::{Window, quoted};

/// The key of an element in answers of the driver (W3C WebDriver, section 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Window {
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
        let first = format!(
            "[...document.querySelectorAll({})].find(e => e.checkVisibility())",
            quoted(css)
        );
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
        let first = format!(
            "[...document.querySelectorAll({})].find(e => e.checkVisibility())",
            quoted(css)
        );
        let field = self.find(&first).await.expect(css);
        field
            .select_by_value(value)
            .await
            .unwrap_or_else(|e| panic!("{css} has no {value:?}: {e}"));
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
        self.until(
            "the language",
            &format!("document.documentElement.lang === {}", quoted(lang.code())),
        )
        .await;
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
}
