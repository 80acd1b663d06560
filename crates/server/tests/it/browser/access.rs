//! Accessibility of every page, in both languages and both themes.

use kernel::Lang;

use super::axe::{must_be_accessible, must_have_contrast};
use super::places::{NO_PAGES, Place, is_of_route, places};
use super::window::Window;
use super::{in_both_languages, in_language};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_keeps_the_rules_of_accessibility_in_russian() {
    in_language(Lang::Ru, async |site, window| {
        let all = places(site, window).await;
        walk(window, &all).await;
        every_route_is_walked(&all);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_keeps_the_rules_of_accessibility_in_english() {
    in_language(Lang::En, async |site, window| walk(window, &places(site, window).await).await)
        .await;
}

/// In the light theme by all rules, in the dark one by those of colour.
async fn walk(window: &Window, all: &[Place]) {
    window.client.delete_all_cookies().await.expect("no cookies");
    window.goto("/sign-in").await;
    must_be_accessible(window, "/sign-in").await;
    let mut role = "";
    for place in all {
        if place.role != role {
            role = place.role;
            window.sign_in(role).await;
        }
        window.goto(&place.path).await;
        match place.status {
            200 => window.must_be_calm().await,
            other => window.must_tell_once(other).await,
        }
        must_be_accessible(window, &format!("{} (light)", place.path)).await;
        window.prefer("dark").await;
        must_have_contrast(window, &format!("{} (dark)", place.path)).await;
        window.prefer("light").await;
    }
}

/// A new page is walked too, or this says so.
fn every_route_is_walked(all: &[Place]) {
    let golden = include_str!("../../golden/permissions.txt");
    let routes = golden
        .lines()
        .filter_map(|line| line.strip_prefix("GET ")?.split_whitespace().next())
        .filter(|route| !NO_PAGES.contains(route) && *route != "/sign-in")
        .filter(|route| !route.starts_with("/api/"));
    let left_out: Vec<&str> =
        routes.filter(|r| !all.iter().any(|place| is_of_route(&place.path, r))).collect();
    assert!(left_out.is_empty(), "no walk goes to {left_out:?}");
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
