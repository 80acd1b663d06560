//! Bringing in a file of contacts, two rows of which cannot be taken.

use kernel::Lang;
use uuid::Uuid;

use super::in_both_languages;

/// What a manager keeps in a spreadsheet: two good rows, a birthday that is no day, a row without a name.
const RUSSIAN: &str = "Фамилия;Имя;Телефон;Дата рождения\n\
    Берёзкин;Игнат;+7 916 555-01-01;12.03.1981\n\
    Сосновая;Вера;+7 916 555-01-02;30.02.1990\n\
    Кедрова;Анна;+7 916 555-01-03;05.06.1975\n";
const ENGLISH: &str = "Last name,First name,Phone,Date of birth\n\
    Oakley,Ian,+7 916 555-02-01,1981-03-12\n\
    Pine,Vera,+7 916 555-02-02,1990-02-30\n\
    Cedar,Anna,+7 916 555-02-03,1975-06-05\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_previewed_and_brought_in_and_its_rejects_can_be_downloaded() {
    in_both_languages(async |site, _, window| {
        let lang = window.lang;
        let (content, good, bad, wrong) = match lang {
            Lang::Ru => (RUSSIAN, "Берёзкин", "Сосновая", "30.02.1990"),
            Lang::En => (ENGLISH, "Oakley", "Pine", "1990-02-30"),
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("contacts.csv");
        std::fs::write(&file, content).unwrap();

        window.sign_in("administrator").await;
        window.goto("/imports/new").await;
        window.attach("input[type=file]", &file).await;
        window.follow("form[action='/imports/new'] button[type=submit].primary").await;
        window.until_words(".badge", &site.words(lang, "import-state-draft")).await;
        window.until_words("table", good).await;
        let sql = "select id from client where last_name = $1";
        assert_eq!(site.found::<Uuid>(sql, good).await, None, "a preview changes nothing");

        window.follow("form.inline-actions button.primary").await;
        window.until_words(".badge", &site.words(lang, "import-state-done")).await;
        let counts = window.numbers("#import-summary tbody tr:first-child td").await;
        assert!(
            counts.ends_with(&[3, 2, 0, 0, 1, 0, 0]),
            "rows, new, changed, unchanged, rejected, kept, alike: {counts:?}"
        );
        window.until_words("#import-rejects", wrong).await;
        assert!(site.found::<Uuid>(sql, good).await.is_some());
        assert_eq!(site.found::<Uuid>(sql, bad).await, None);

        let rejects = window
            .js_later(
                "fetch(document.querySelector('a[href$=\"/rejects.csv\"]').href)\
                 .then((r) => r.text()).then(done)",
                Vec::new(),
            )
            .await;
        let rejects = rejects.as_str().unwrap();
        let lines: Vec<&str> = rejects.trim().lines().collect();
        assert_eq!(lines.len(), 2, "a head and one row: {rejects}");
        assert!(lines[1].contains("contacts.csv") && lines[1].contains(wrong), "{rejects}");
    })
    .await;
}
