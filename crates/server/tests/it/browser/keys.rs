//! The keyboard, and the look a person chooses.

use fantoccini::key::Key;

use super::in_both_languages;

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_listed_and_lead_to_pages() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        window.press(&['?']).await;
        window.until_seen("#keys[open]").await;
        let listed = window.words("#keys").await;
        for key in ["ui-key-search", "ui-key-create", "nav-clients", "nav-tasks"] {
            assert!(listed.contains(&site.words(window.lang, key)), "{key} in {listed}");
        }
        window.press(&[Key::Escape.into()]).await;
        window.until_gone("#keys[open]").await;
        for path in ["/clients", "/tasks", "/"] {
            let letter = window
                .js(&format!("document.querySelector('[data-go][href=\"{path}\"]').dataset.go"))
                .await;
            let letter = letter.as_str().unwrap().chars().next().unwrap();
            window.press(&['g']).await;
            window.press(&[letter]).await;
            window.until_at(path).await;
        }
        // letters typed into a field are letters
        window.goto("/clients").await;
        window.fill("main input[type=search]", "g?/n").await;
        assert_eq!(window.value("main input[type=search]").await, "g?/n");
        assert_eq!(window.count("dialog[open]").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_theme_shows_at_once_and_stays() {
    in_both_languages(async |_, _, window| {
        let paper = "getComputedStyle(document.documentElement).backgroundColor";
        window.sign_in("manager").await;
        let light = window.js(paper).await;
        window.click("[popovertarget=menu-person]").await;
        window.click("form[data-switch=theme] button[value=dark]").await;
        window.until("a dark page", "document.documentElement.dataset.theme === 'dark'").await;
        let dark = window.js(paper).await;
        assert_ne!(light, dark);
        // the page tells the server behind its own back
        window.until_kept("document.documentElement.dataset.theme === 'dark'").await;
        assert_eq!(window.js(paper).await, dark);
        window.prefer_here("theme", "auto").await;
        window.reload().await;
        assert_eq!(window.js(paper).await, light);
        window.prefer("dark").await;
        window.until("the system's dark", &format!("{paper} === {dark}")).await;
    })
    .await;
}
