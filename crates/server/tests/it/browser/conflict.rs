//! Two people edit one field: nothing that was typed is lost, and the second chooses what stays.

use kernel::Lang;
use uuid::Uuid;

use super::in_both_languages;
use super::window::Window;

/// The place of the field that both change.
const FIELD: &str = "#dialog [name=job_title]";
const SAVE: &str = "#dialog form button[type=submit].primary";

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_edits_chooses_what_stays() {
    in_both_languages(async |site, driver, window| {
        let (last_name, before) = ("Щербакова", "финансовый директор");
        let id = site.person(last_name).await;
        let sql = "select job_title from client where last_name = $1";
        let other = Window::open(driver, site, window.lang).await;
        // the Russian run ends with theirs, the English one with mine
        let (theirs, mine, chosen) = match window.lang {
            Lang::Ru => ("казначей", "советник", "казначей"),
            Lang::En => ("treasurer", "adviser", "adviser"),
        };
        let original: String = site.value(sql, last_name).await;
        assert!(window.lang == Lang::En || original == before);
        window.sign_in("manager").await;
        other.sign_in("branch_head").await;
        open_dialog(window, id).await;
        open_dialog(&other, id).await;
        other.fill(FIELD, theirs).await;
        other.click(SAVE).await;
        other.until_gone("#dialog[open]").await;
        assert_eq!(site.value::<String>(sql, last_name).await, theirs);

        window.fill(FIELD, mine).await;
        window.click(SAVE).await;
        window.until_seen("#dialog .conflict-row").await;
        assert_eq!(window.count("#dialog .conflict-row").await, 1);
        let sides = ["ui-conflict-mine", "ui-conflict-theirs", "ui-conflict-original"];
        for (side, value) in sides.into_iter().zip([mine, theirs, original.as_str()]) {
            let label = site.words(window.lang, side);
            let words =
                window.words(&format!(".conflict-choice:has(input[value='{value}'])")).await;
            assert!(words.contains(value) && words.contains(&label), "{words:?}");
        }
        assert_eq!(
            site.value::<String>(sql, last_name).await,
            theirs,
            "nothing is saved before the choice"
        );
        window.click(&format!("#dialog .conflict-choice:has(input[value='{chosen}'])")).await;
        window.click(SAVE).await;
        window.until_gone("#dialog[open]").await;
        window.until_words(".kv-value", chosen).await;
        assert_eq!(site.value::<String>(sql, last_name).await, chosen);
        other.must_be_calm().await;
        other.close().await;
    })
    .await;
}

async fn open_dialog(window: &Window, id: Uuid) {
    window.goto(&format!("/clients/{id}/details")).await;
    window.click("a.kv-edit[href$='job_title']").await;
    // the pencil of a field leads to that very field
    window.until("the focus", "document.activeElement?.name === 'job_title'").await;
}
