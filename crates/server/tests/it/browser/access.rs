//! Accessibility of the pages, in both languages, and in both themes between them.

use kernel::Lang;

use super::axe::{must_be_accessible, pages};
use super::in_both_languages;

#[tokio::test(flavor = "multi_thread")]
async fn pages_keep_the_rules_of_accessibility() {
    in_both_languages(async |site, _, window| {
        // contrast differs by theme, words by language: two runs see both of each
        let theme = if window.lang == Lang::Ru { "light" } else { "dark" };
        window.prefer(theme).await;
        window.goto("/sign-in").await;
        must_be_accessible(window, "/sign-in").await;
        let mut role = "";
        for (whose, path) in pages(site).await {
            if whose != role {
                role = whose;
                window.sign_in(role).await;
            }
            window.goto(&path).await;
            must_be_accessible(window, &format!("{path} ({theme})")).await;
            window.must_be_calm().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opens_over_a_page_keeps_the_rules_of_accessibility() {
    in_both_languages(async |site, _, window| {
        let theme = if window.lang == Lang::Ru { "dark" } else { "light" };
        window.prefer(theme).await;
        window.sign_in("manager").await;
        let id = site.person("Щербакова").await;
        window.goto(&format!("/clients/{id}/details")).await;
        window.click("a.kv-edit").await;
        window.until_seen("#dialog[open] form").await;
        must_be_accessible(window, "the edit dialog").await;
        window.goto(&format!("/clients/{id}")).await;
        window.press(&['/']).await;
        window.until_seen("#palette[open] .palette-item").await;
        must_be_accessible(window, "the palette").await;
        window.reload().await;
        window.press(&['?']).await;
        window.until_seen("#keys[open]").await;
        must_be_accessible(window, "the list of keys").await;
        window.reload().await;
        window.click("[popovertarget=menu-person]").await;
        must_be_accessible(window, "the person's menu").await;
    })
    .await;
}
