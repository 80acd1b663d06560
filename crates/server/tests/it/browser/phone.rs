//! On a phone: nothing sticks out at the side.

use super::axe::pages;
use super::in_both_languages;
use super::window::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_wider_than_a_phone() {
    in_both_languages(async |site, _, window| {
        window.goto("/sign-in").await;
        window.resize(PHONE).await;
        window.must_fit("/sign-in").await;
        let mut role = "";
        for (whose, path) in pages(site).await {
            if whose != role {
                role = whose;
                window.sign_in(role).await;
            }
            window.goto(&path).await;
            window.must_fit(&path).await;
        }
    })
    .await;
}
