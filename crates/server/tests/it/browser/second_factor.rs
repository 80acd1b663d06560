//! Setting up a second factor and signing in with it, as a person does.

use kernel::{Lang, Secret};
use spine::org::factor::TotpSecret;

use super::axe::{must_be_accessible, must_have_contrast};
use super::in_both_languages;
use super::site::PASSWORD;
use crate::second_factor::unbase32;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_set_up_and_asked_for() {
    in_both_languages(async |site, _, window| {
        let lang = window.lang;
        let login = if lang == Lang::Ru { "manager" } else { "admin" };
        let enter = async || {
            window.client.delete_all_cookies().await.expect("no cookies");
            window.goto("/sign-in?next=/me/security").await;
            window.fill("input[name=login]", login).await;
            window.fill("input[name=password]", PASSWORD).await;
            window.follow(".sign-in form[action='/sign-in'] button[type=submit]").await;
        };
        enter().await;
        window.until_at("/me/security").await;
        window.speak(lang).await;
        window.follow("main a[href='/me/security/totp']").await;
        window.until_at("/me/security/totp").await;
        assert_eq!(window.count(".qr svg").await, 1);
        let secret = window.words("main .form code").await;
        let secret = TotpSecret::from_bytes(Secret::new(unbase32(&secret)));
        let confirm = "form[action='/me/security/totp'] button[type=submit]";
        window.fill("input[name=code]", "000000").await;
        window.follow(confirm).await;
        window.until_words(".error", &site.words(lang, "refusal-code-wrong")).await;
        must_be_accessible(window, "a wrong code").await;
        let now = || site.services.clock.now();
        window.fill("input[name=code]", &secret.code_at(now()).unwrap()).await;
        window.follow(confirm).await;
        window.until_seen("ol.codes").await;
        assert_eq!(window.count("ol.codes li").await, 10);
        must_be_accessible(window, "recovery codes").await;
        window.follow("main .form-actions a").await;
        window.until_words("main .kv", &site.words(lang, "web-totp-on")).await;
        must_be_accessible(window, "/me/security with a factor").await;

        enter().await;
        window.until_at("/sign-in/code").await;
        assert_eq!(window.words("h1").await, site.words(lang, "web-second-step"));
        must_be_accessible(window, "/sign-in/code").await;
        window.prefer("dark").await;
        must_have_contrast(window, "/sign-in/code (dark)").await;
        window.prefer("light").await;
        let submit = "form[action='/sign-in/code'] button[type=submit]";
        window.fill("input[name=code]", "123456").await;
        window.follow(submit).await;
        window.until_words(".error", &site.words(lang, "refusal-code-wrong")).await;
        // the step that proved the device is spent; the next one is good already
        let code = secret.code_at(now().plus_seconds(30)).unwrap();
        window.fill("input[name=code]", &code).await;
        window.follow(submit).await;
        window.until_at("/me/security").await;
    })
    .await;
}
