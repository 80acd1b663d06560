//! Adding a passkey and signing in with it, alone and after a password, on Chromium's virtual authenticator; and
//! the words of a device that does not confirm.

use kernel::Lang;
use serde_json::{Value as Json, json};

use super::axe::{must_be_accessible, must_have_contrast};
use super::in_both_languages;
use super::site::PASSWORD;
use super::window::Window;

/// A command of Web Authentication's part of WebDriver.
#[derive(Debug)]
enum Authenticator {
    Add(Json),
    Verified(String, bool),
}

impl fantoccini::wd::WebDriverCompatibleCommand for Authenticator {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        let rest = match self {
            Authenticator::Add(_) => String::new(),
            Authenticator::Verified(id, _) => format!("/{id}/uv"),
        };
        base.join(&format!("session/{session}/webauthn/authenticator{rest}"))
    }
    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = match self {
            Authenticator::Add(kind) => kind.clone(),
            Authenticator::Verified(_, is) => json!({ "isUserVerified": is }),
        };
        (http::Method::POST, Some(body.to_string()))
    }
}

/// A device inside the browser's machine: it has passkeys and knows its person.
async fn device(window: &Window) -> String {
    let kind = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
        "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true,
    });
    let added = window.client.issue_cmd(Authenticator::Add(kind)).await.expect("a device");
    added.as_str().expect("its id").to_owned()
}

async fn by_password(window: &Window, login: &str) {
    window.client.delete_all_cookies().await.expect("no cookies");
    window.goto("/sign-in?next=/me/security").await;
    window.fill("input[name=login]", login).await;
    window.fill("input[name=password]", PASSWORD).await;
    window.follow(".sign-in form[action='/sign-in'] button[type=submit]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_made_and_signs_in_alone_and_after_a_password() {
    in_both_languages(async |site, _, window| {
        let lang = window.lang;
        let login = if lang == Lang::Ru { "manager" } else { "admin" };
        let device = device(window).await;
        by_password(window, login).await;
        window.until_at("/me/security").await;
        window.speak(lang).await;
        window.follow("main a[href='/me/security/passkey']").await;
        window.until_seen("form[data-passkey=create]").await;
        assert_eq!(window.js("document.querySelector('[data-passkey-none]').hidden").await, true);
        let make = "form[data-passkey=create] button[type=submit]";
        window.fill("input[name=name]", "Laptop").await;
        window.follow(make).await;
        window.until_seen("ol.codes").await;
        window.follow("main .form-actions a").await;
        window.until_words(".passkeys", "Laptop").await;
        must_be_accessible(window, "/me/security with a passkey").await;
        window.prefer("dark").await;
        must_have_contrast(window, "/me/security with a passkey (dark)").await;
        window.prefer("light").await;
        // the same device has one already, and says so itself
        window.goto("/me/security/passkey").await;
        window.fill("input[name=name]", "Again").await;
        window.click(make).await;
        let words = "[data-passkey-words]";
        window.until_words(words, &site.words(lang, "refusal-passkey-known")).await;
        must_be_accessible(window, "a passkey that is known").await;

        window.client.delete_all_cookies().await.expect("no cookies");
        window.goto("/sign-in?next=/me/security").await;
        let enter = "form[action='/sign-in/passkey'] button[type=submit]";
        let unlike = Authenticator::Verified(device.clone(), false);
        window.client.issue_cmd(unlike).await.expect("a stranger's finger");
        window.click(enter).await;
        window.until_words(words, &site.words(lang, "web-passkey-cancelled")).await;
        must_be_accessible(window, "/sign-in, not confirmed").await;
        let like = Authenticator::Verified(device.clone(), true);
        window.client.issue_cmd(like).await.expect("the person's finger");
        window.follow(enter).await;
        window.until_at("/me/security").await;
        window.until_words(".passkeys", &site.words(lang, "web-passkey-used")).await;

        by_password(window, login).await;
        window.until_at("/sign-in/code").await;
        must_be_accessible(window, "/sign-in/code with a passkey").await;
        window.follow("form[action='/sign-in/code/passkey'] button[type=submit]").await;
        window.until_at("/me/security").await;

        window.fill(".passkeys input[name=name]", "Safe").await;
        window.follow(".passkeys form[action$='/name'] button").await;
        window.until_at("/me/security").await;
        window.until_words(".passkeys", "Safe").await;
        window.follow(".passkeys form[action$='/remove'] button").await;
        window.until_gone(".passkeys").await;
        // what was removed opens nothing, though the device still has it
        window.client.delete_all_cookies().await.expect("no cookies");
        window.goto("/sign-in").await;
        window.follow(enter).await;
        window.until_words(".summary", &site.words(lang, "refusal-passkey-unknown")).await;
    })
    .await;
}
