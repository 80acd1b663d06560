//! On a phone: nothing sticks out at the side.

use super::in_both_languages;
use super::places::places;
use super::window::PHONE;

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_wider_than_a_phone() {
    in_both_languages(async |site, _, window| {
        window.goto("/sign-in").await;
        window.resize(PHONE).await;
        window.must_fit("/sign-in").await;
        let mut role = "";
        for place in places(site, window).await {
            if place.role != role {
                role = place.role;
                window.sign_in(role).await;
            }
            window.goto(&place.path).await;
            window.must_fit(&place.path).await;
            if place.status != 200 {
                window.must_tell_once(place.status).await;
            }
        }
    })
    .await;
}
