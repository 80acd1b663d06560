//! The client card: what is done on it shows at once.

use kernel::Lang;

use super::in_both_languages;

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_address_is_told_in_words_of_the_person() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        window.goto("/clients/no-id-at-all").await;
        let told = window.words("main").await;
        let words = site.words(window.lang, "ui-not-found");
        assert!(told.contains(&words), "{told}");
        window.must_tell_once(400).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logged_call_with_its_next_step_shows_without_a_reload() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        // clients of the demo manager whose own next step is far away
        let (last_name, said, step) = match window.lang {
            Lang::Ru => ("Щербаков", "Просит карту с рисунком", "Прислать каталог карт"),
            Lang::En => ("Лаптев", "Wants a card with a picture", "Send the card catalogue"),
        };
        let id = site.person(last_name).await;
        window.goto(&format!("/clients/{id}")).await;
        window.js("window.isSamePage = true").await;
        window.click(".card-actions [data-dialog-src*='channel=phone']").await;
        window.until_seen("#dialog[open] form").await;
        window.fill("#dialog textarea[name=body]", said).await;
        window.choose("#dialog select[name=result]", "agreed").await;
        window.fill("#dialog input[name=next_title]", step).await;
        window.fill("#dialog input[name=next_due]", "24.11.2026").await;
        window.click("#dialog form button[type=submit].primary").await;
        window.until_gone("#dialog[open]").await;
        window.until_words("#panel-timeline .timeline-entry", said).await;
        window.until_words("#panel-next-step", step).await;
        window.until_words(".toast", &site.words(window.lang, "flash-contact-logged")).await;
        assert!(window.js("window.isSamePage === true").await.as_bool().unwrap());
        let sql = "select body from interaction where body = $1";
        assert!(site.found::<String>(sql, said).await.is_some());
        let sql = "select due_on from task where title = $1";
        assert_eq!(site.value::<String>(sql, step).await, "2026-11-24");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_the_bank_stands_in_the_form_and_enter_saves_it() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        let id = site.person("Щербакова").await;
        window.goto(&format!("/clients/{id}")).await;
        window.js("document.querySelector(\"[data-dialog-src*='channel=sms']\").click()").await;
        window.until_seen("#dialog[open] select[name=text]").await;
        window.fill("#dialog textarea[name=body]", "черновик").await;
        window.choose("#dialog select[name=topic]", "card").await;
        let (lang, words) = match window.lang {
            Lang::Ru => ("ru", "ваша карта готова"),
            Lang::En => ("en", "your card is ready"),
        };
        window.choose("#dialog select[name=text]", &format!("sms.card-ready:{lang}")).await;
        window.click("#dialog [data-redraws]").await;
        let body = "document.querySelector('#dialog textarea[name=body]').value";
        window.until("the text", &format!("{body}.includes('{words}')")).await;
        assert!(!window.value("#dialog textarea[name=body]").await.contains("черновик"));
        assert_eq!(window.value("#dialog select[name=topic]").await, "card");
        window.fill("#dialog input[name=minutes]", "2\u{e007}").await;
        window.until_gone("#dialog[open]").await;
        window.until_words("#panel-timeline .timeline-entry", words).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_on_paper_is_the_card_alone() {
    in_both_languages(async |site, _, window| {
        window.sign_in("manager").await;
        let id = site.person("Щербакова").await;
        window.goto(&format!("/clients/{id}")).await;
        window.until_seen(".nav").await;
        window.put_on_paper().await;
        for frame in [".nav", ".top", ".demo", ".card-bar .btn", ".tabs", ".filter"] {
            window.until_gone(frame).await;
        }
        window.until_seen("main h1").await;
    })
    .await;
}
