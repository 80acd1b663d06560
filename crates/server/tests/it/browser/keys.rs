//! The keyboard, and the look a person chooses.

use fantoccini::key::Key;
use uuid::Uuid;

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
async fn enter_saves_what_was_typed_and_puts_nothing_away() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        let client = site.person("Щербакова").await;
        let sql = "select id from client_contact where client_id = $1 and kind = 'phone' \
                   and archived_at is null order by id limit 1";
        let contact: Uuid = site.value(sql, client).await;
        window.goto(&format!("/clients/{client}/contacts/{contact}/edit")).await;
        assert_eq!(
            window.count("form [formaction$='/archive']").await,
            1,
            "there is such a button"
        );
        let label = format!("звонить {:?}", window.lang);
        window.fill("main [name=label]", &label).await;
        window.press(&[Key::Enter.into()]).await;
        window.until_at(&format!("/clients/{client}")).await;
        let sql = "select label from client_contact where id = $1 and archived_at is null";
        assert_eq!(site.found::<String>(sql, contact).await, Some(label));
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

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_list_are_walked_edited_and_left_by_keys() {
    in_both_languages(async |_, _, window| {
        window.sign_in("manager").await;
        window.goto("/clients").await;
        let addresses = window
            .js("[...document.querySelectorAll('.table .row-link')].map(a => a.pathname)")
            .await;
        let at = |row: usize| addresses[row].as_str().unwrap().to_owned();
        // the longest name of the bank is cut, and whole beside the focus
        let whole = "Абдурахмангаджиев-Константинопольский Мухаммед-Али";
        // a pointer that rests on the page may take it away again: the keys come back to it
        window
            .soon("the whole name beside the focus", async || {
                window.js("document.querySelector('.table-scroll').focus()").await;
                window.press(&[Key::Down.into()]).await;
                let tip = window.js("document.querySelector('#tip:popover-open')?.innerText").await;
                tip.as_str().is_some_and(|words| words.contains(whole)).then_some(())
            })
            .await;
        window.press(&[Key::Down.into()]).await;
        window.until_gone("#tip").await;
        window.press(&[Key::Enter.into()]).await;
        window.until_at(&at(1)).await;
        window.press(&[Key::Control.into(), Key::Right.into()]).await;
        window.until_at(&at(2)).await;
        window.press(&[Key::Control.into(), Key::Left.into()]).await;
        window.until_at(&at(1)).await;
        window.press(&['e']).await;
        window.until_at(&format!("{}/edit", at(1))).await;
        window.press(&[Key::Escape.into()]).await;
        window.until_at(&at(1)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_keeps_a_form_open_and_is_saved_by_a_key() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        let id = site.person("Щербакова").await;
        window.goto(&format!("/clients/{id}/edit")).await;
        window.fill("textarea[name=note]", "By keys").await;
        window.press(&[Key::Escape.into()]).await;
        window.until_words(".toast", &site.words(window.lang, "ui-unsaved")).await;
        window.press(&[Key::Control.into(), 's']).await;
        window.until_at(&format!("/clients/{id}")).await;
        // and back to what it was, for the other language
        window.goto(&format!("/clients/{id}/edit")).await;
        assert_eq!(window.value("textarea[name=note]").await, "By keys");
        window.fill("textarea[name=note]", "-").await;
        window.press(&[Key::Control.into(), 's']).await;
        window.until_at(&format!("/clients/{id}")).await;
    })
    .await;
}
