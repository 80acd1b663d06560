//! The one search box, by keyboard alone.

use fantoccini::key::Key;
use kernel::Lang;

use super::in_both_languages;

const FIRST: &str = "#palette-list .palette-item[aria-selected=true]";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_found_by_either_script_and_opened_with_enter() {
    in_both_languages(async |_, _, window| {
        window.sign_in("manager").await;
        // the name in the script of the person who asks; the card is the same
        let (typed, found) = match window.lang {
            Lang::Ru => ("щербакова ол", "Щербакова"),
            Lang::En => ("shcherbakova ol", "Щербакова"),
        };
        window.press(&['/']).await;
        window.until_seen("#palette[open]").await;
        window.type_text(typed).await;
        window.until_words(FIRST, found).await;
        window.press(&[Key::Enter.into()]).await;
        window.until_words(".client-head h1", found).await;
        assert!(window.path().await.starts_with("/clients/"));
        window.until_gone("#palette[open]").await;
        // and from anywhere, also out of a field: by what the second shortcut finds
        window.press(&[Key::Control.into(), 'k']).await;
        window.until_seen("#palette[open]").await;
        window.until_words("#palette-list", found).await;
        window.type_text("северный ветер верфь").await;
        window.until_words(FIRST, "Верфь").await;
        window.press(&[Key::Escape.into()]).await;
        window.until_gone("#palette[open]").await;
        window.until_words(".client-head h1", found).await;
    })
    .await;
}
