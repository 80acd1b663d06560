//! Two administrators have one thing open: nobody overwrites the other unseen.

use std::collections::BTreeMap;

use testkit::{Bank, Browser};

use crate::support::{both, role, send};

/// The fields of the form on a page, as a browser would send them untouched.
fn drawn(page: &str) -> BTreeMap<String, Vec<String>> {
    let main = page.split_once("<main").map_or(page, |(_, main)| main);
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest.split('"').next()?.to_owned())
    };
    for tag in main.split("<input").skip(1).filter_map(|rest| rest.split('>').next()) {
        let chosen = ["checkbox", "radio"].map(|kind| tag.contains(&format!("type=\"{kind}\"")));
        let is_left_out = chosen.contains(&true) && !tag.contains(" checked");
        if let (Some(name), false) =
            (attribute(tag, "name"), is_left_out || tag.contains(" disabled"))
        {
            fields.entry(name).or_default().push(attribute(tag, "value").unwrap_or_default());
        }
    }
    for select in main.split("<select").skip(1).filter_map(|rest| rest.split("</select>").next()) {
        let option = select.split("<option").find(|o| o.contains(" selected"));
        let value = option.and_then(|o| attribute(o, "value")).unwrap_or_default();
        fields.entry(attribute(select, "name").unwrap()).or_default().push(value);
    }
    fields.remove("_id");
    fields
}

/// Opens a form, changes some of its fields and keeps it, to be sent later.
async fn open(
    browser: &mut Browser,
    path: &str,
    changes: &[(&str, &str)],
) -> Vec<(String, String)> {
    let mut fields = drawn(&browser.get(path).await.ok());
    for (name, value) in changes {
        fields.insert((*name).to_owned(), vec![(*value).to_owned()]);
    }
    let flat = |(name, values): (String, Vec<String>)| {
        values.into_iter().map(move |value| (name.clone(), value)).collect::<Vec<_>>()
    };
    fields.into_iter().flat_map(flat).collect()
}

async fn post(
    bank: &Bank,
    browser: &mut Browser,
    path: &str,
    form: &[(String, String)],
) -> testkit::Reply {
    let fields: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    send(bank, browser, path, &fields).await
}

/// What Anna changes, what Boris changes, and what both change: the field, its original, hers and his.
type Sides<'a> = ((&'a str, &'a str), (&'a str, &'a str), (&'a str, [&'a str; 3]));

/// Anna and Boris open one form. Anna saves one field; Boris, who changed another, saves his and keeps
/// hers; then both change the same one, and Boris is shown all sides.
async fn merges_and_asks(bank: &Bank, path: &str, (hers, his, both): Sides<'_>) {
    let mut anna = bank.client("administrator").await;
    let mut boris = bank.client("administrator").await;
    let (field, [original, anna_says, boris_says]) = both;
    let first = open(&mut anna, path, &[hers]).await;
    let second = open(&mut boris, path, &[his]).await;
    assert_eq!(post(bank, &mut anna, path, &first).await.status, 303, "{path}");
    let merged = post(bank, &mut boris, path, &second).await;
    assert_eq!(merged.status, 303, "{path}: {}", merged.gist());
    let now = drawn(&anna.get(path).await.ok());
    for (name, value) in [hers, his] {
        assert_eq!(now.get(name).map(|v| v.join(" ")).as_deref(), Some(value), "{path} {name}");
    }
    let first = open(&mut anna, path, &[(field, anna_says)]).await;
    let second = open(&mut boris, path, &[(field, boris_says)]).await;
    assert_eq!(post(bank, &mut anna, path, &first).await.status, 303);
    let asked = post(bank, &mut boris, path, &second).await;
    assert_eq!(asked.status, 409, "{path}: {}", asked.gist());
    for words in [original, anna_says, boris_says, "Member administrator"] {
        assert!(asked.body.contains(words), "{path} {words}: {}", asked.gist());
    }
    assert_eq!(
        drawn(&anna.get(path).await.ok()).get(field).unwrap(),
        &[anna_says],
        "nothing written"
    );
    // his own choice stands already; he sends it, knowing hers
    let choice: Vec<(String, String)> = drawn(&asked.body)
        .into_iter()
        .flat_map(|(name, values)| values.into_iter().map(move |v| (name.clone(), v)))
        .collect();
    let chosen = post(bank, &mut boris, path, &choice).await;
    assert_eq!(chosen.status, 303, "{path}: {}", chosen.gist());
    assert_eq!(drawn(&anna.get(path).await.ok()).get(field).unwrap(), &[boris_says]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_person() {
    both(async |bank: &Bank| {
        let path = format!("/admin/staff/{}/edit", bank.user("clerk"));
        let far = bank.branch("03").to_string();
        let sides = (
            ("phone", "11-22"),
            ("branch", far.as_str()),
            ("name", ["Сотрудник clerk", "Анна", "Борис"]),
        );
        merges_and_asks(bank, &path, sides).await;
        // roles are one field: two different sets are for a person to choose between
        let (mut anna, mut boris) =
            (bank.client("administrator").await, bank.client("administrator").await);
        let roles = ["auditor", "manager"].map(|key| role(bank, key).to_string());
        let first = open(&mut anna, &path, &[("roles", &roles[0])]).await;
        let second = open(&mut boris, &path, &[("roles", &roles[1])]).await;
        assert_eq!(post(bank, &mut anna, &path, &first).await.status, 303);
        let asked = post(bank, &mut boris, &path, &second).await;
        assert_eq!(asked.status, 409);
        for words in ["Auditor", "Relationship manager", "Front-office clerk"] {
            assert!(asked.body.contains(words), "{words}: {}", asked.gist());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_place() {
    both(async |bank: &Bank| {
        let branch = format!("/admin/branches/{}", bank.branch("02"));
        let sides = (
            ("address", "Main street 1"),
            ("zone", "Asia/Omsk"),
            ("name_en", ["Branch 02", "Annapolis", "Borisov"]),
        );
        merges_and_asks(bank, &branch, sides).await;
        let directory = bank.services.directory.get();
        let region = directory.regions.values().find(|r| r.code == "west").unwrap().id;
        let sides =
            (("name", "Закат"), ("code", "sunset"), ("name_en", ["West", "Annapolis", "Borisov"]));
        merges_and_asks(bank, &format!("/admin/regions/{region}"), sides).await;
        let team = directory.teams.values().find(|t| t.name_en == "Second").unwrap().id;
        let sides = (
            ("name", "Двойка"),
            ("name", "Двойка"),
            ("name_en", ["Second", "Annapolis", "Borisov"]),
        );
        merges_and_asks(bank, &format!("/admin/teams/{team}"), sides).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_role() {
    both(async |bank: &Bank| {
        let path = format!("/admin/roles/{}", role(bank, "manager"));
        let sides = (
            ("grant:journal.read", "bank"),
            ("grant:view.share", "bank"),
            ("grant:client.read", ["branch", "team", "region"]),
        );
        merges_and_asks(bank, &path, sides).await;
    })
    .await;
}
