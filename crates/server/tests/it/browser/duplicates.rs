//! Who looks the same, while a client is typed and on the page of the pair.

use super::in_both_languages;

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_shows_while_one_types_and_is_decided_side_by_side() {
    in_both_languages(async |site, _, window| {
        window.sign_in("head_office").await;
        window.goto("/clients/new?kind=person").await;
        for (field, text) in [
            ("last_name", "Семенова"),
            ("first_name", "Наталья"),
            ("patronymic", "Викторовна"),
            ("birth_date", "14.03.1979"),
        ] {
            window.fill(&format!("main [name={field}]"), text).await;
        }
        window.until_words("#client-twins", "Семёнова").await;
        // what is typed stays where it is
        assert_eq!(window.value("main [name=patronymic]").await, "Викторовна");
        let sql = "select {} from client_pair p join client c on c.id = p.a_id or c.id = p.b_id \
                   where c.last_name = $1 limit 1";
        let one: uuid::Uuid = site.value(&sql.replace("{}", "p.a_id"), "Семёнова").await;
        let other: uuid::Uuid = site.value(&sql.replace("{}", "p.b_id"), "Семёнова").await;
        let pair = format!("/duplicates/{one}/{other}");
        let state = async || -> String {
            site.value(&sql.replace("{}", "p.state"), "Семёнова").await
        };
        for after in ["not_same", "open"] {
            window.goto(&pair).await;
            window.fill("main [name=why]", "сверили паспорта").await;
            window.follow("main form[data-save] button[type=submit]").await;
            assert_eq!(state().await, after);
        }
    })
    .await;
}
