//! A field the bank adds for itself: one form, and it is in the client's form, card, list, filter and search.

use super::in_both_languages;

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_adds_a_field_and_people_use_it_at_once() {
    in_both_languages(async |site, _, window| {
        // each language adds one of its own
        let sql = "select count(*) from custom_field where object = $1";
        let number: i64 = site.value(sql, "client").await;
        let (label, value) = (format!("Кличка {number}"), format!("Барсик{number}"));
        window.sign_in("administrator").await;
        window.goto("/admin/fields").await;
        window.click("main [data-dialog-src^='/admin/fields/new']").await;
        window.until_seen("dialog [name=label]").await;
        window.fill("dialog [name=label]", &label).await;
        window.click("dialog [name=searchable]").await;
        window.follow("dialog form[data-save] button[type=submit]").await;
        window.until_words("main", &label).await;
        let key: String = site
            .value("select key from custom_field order by created_at desc, $1 limit 1", "")
            .await;

        window.sign_in("manager").await;
        let person = site.person("Щербакова").await;
        window.goto("/clients/new?kind=person").await;
        window.until_words("main", &label).await;
        window.goto(&format!("/clients/{person}/edit?group=added")).await;
        window.fill(&format!("main [name={key}]"), &value).await;
        window.follow("main form[data-save] button[type=submit]").await;
        window.goto(&format!("/clients/{person}/details")).await;
        window.until_words("main", &value).await;
        let asked = format!("/clients?field={key}&op=is&value={}", value.to_lowercase());
        window.goto(&asked).await;
        window.until_words("main table", "Щербакова").await;
        window.until_words("main table", &value).await;
        assert_eq!(window.count("main table tbody tr").await, 1);
        window.goto("/clients/filter").await;
        assert!(window.count(&format!("main option[value={key}]")).await > 0, "in the builder");
        window.goto(&format!("/search?q={value}")).await;
        window.until_words("main", "Щербакова").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_tasks_takes_five_steps_and_a_clerk_uses_it_at_once() {
    in_both_languages(async |site, _, window| {
        let sql = "select count(*) from custom_field where object = $1";
        let number: i64 = site.value(sql, "task").await;
        let (label, value) = (format!("Номер заявки {number}"), format!("ЗА-{number}7"));
        window.sign_in("administrator").await;
        // the tab of tasks, the dialog, the name, the button: nothing else
        window.goto("/admin/fields").await;
        window.follow("main a[href='/admin/fields?object=task']").await;
        window.click("main [data-dialog-src^='/admin/fields/new?object=task']").await;
        window.until_seen("dialog [name=label]").await;
        window.fill("dialog [name=label]", &label).await;
        window.follow("dialog form[data-save] button[type=submit]").await;
        window.until_words("main", &label).await;
        let key: String = site
            .value("select key from custom_field order by created_at desc, $1 limit 1", "")
            .await;

        window.sign_in("clerk").await;
        window.goto("/tasks/new").await;
        window.until_words("main", &label).await;
        window.fill("main [name=title]", &format!("Проверить {value}")).await;
        window.fill("main [name=due]", "25.12.2026").await;
        window.fill(&format!("main [name={key}]"), &value).await;
        window.follow("main form[data-save] button[type=submit]").await;
        window.until_words("main", &value).await;
        window.goto(&format!("/tasks?field={key}&op=is&value={}", value.to_lowercase())).await;
        window.until_words("main table", &value).await;
        assert_eq!(window.count("main table tbody tr").await, 1);
        assert!(
            window.count(&format!("main a.sort[href*='sort={key}']")).await > 0,
            "sorted by it"
        );
        assert!(window.count(&format!("main option[value={key}]")).await > 0, "in the builder");
        // the pencil beside it changes it alone
        window.follow("main table tbody tr a").await;
        window.until_words("main", &value).await;
        window.click("main .own-fields .kv-edit").await;
        window.until_seen(&format!("dialog [name={key}]")).await;
        window.fill(&format!("dialog [name={key}]"), "другой").await;
        // back on the same page
        window.click("dialog form[data-save] button[type=submit]").await;
        window.until_words("main", "другой").await;
    })
    .await;
}
