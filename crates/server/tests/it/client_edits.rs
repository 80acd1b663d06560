//! Editing a client by the form: what was left alone stays, what both changed is a choice, nothing is lost.

use parties::client::commands::{EditClient, FieldEdit};
use testkit::{Bank, Browser};

use crate::clients::{FULL, register, text};
use crate::support::{both, changes, number};

/// The values of the form fields of a page, as a browser would send them.
fn form_fields(html: &str) -> Vec<(String, String)> {
    let unescape = |t: &str| {
        t.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    let form = html.split("<form").find(|f| f.contains("name=\"was_")).expect("the form");
    let form = form.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        tag[start..].split('"').next().map(unescape)
    };
    let mut out = Vec::new();
    for part in form.split('<') {
        let tag = part.split('>').next().unwrap();
        let name = attribute(tag, "name");
        if tag.starts_with("input") {
            let is_box = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
            if let Some(name) = name.filter(|_| !is_box || tag.contains(" checked")) {
                let value = attribute(tag, "value");
                out.push((
                    name,
                    value.unwrap_or_else(|| if is_box { "on".to_owned() } else { String::new() }),
                ));
            }
        } else if tag.starts_with("textarea") {
            out.push((name.unwrap(), unescape(part.split_once('>').unwrap().1)));
        } else if tag.starts_with("select") {
            out.push((name.unwrap(), String::new()));
        } else if tag.starts_with("option") && tag.contains(" selected") {
            out.last_mut().unwrap().1 = attribute(tag, "value").unwrap_or_default();
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_form_changes_nothing_in_either_language() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let id = register(&mut manager, &bank.form_id(), FULL).await;
        let extra = [("income_minor", "150 000,50"), ("client_since", "3.3.2010")];
        let edits = extra.map(|(f, v)| FieldEdit {
            field: f.into(),
            original: String::new(),
            value: v.into(),
        });
        let edit = EditClient { client_id: id, edits: edits.to_vec(), source: "clerk".into() };
        bank.execute("manager", &edit).await.unwrap();
        let entries =
            number(bank, "select count(*) from journal_entry where entity = 'client'").await;
        for lang in ["en", "ru"] {
            let sql = format!("update staff set lang = '{lang}' where login = 'manager'");
            crate::support::force(bank, &sql, &[]).await;
            bank.services.directory.reload(&bank.services.reader).await.unwrap();
            let page = manager.get(&format!("/clients/{id}/edit")).await.ok();
            let sent = form_fields(&page);
            let note = sent.iter().find(|(n, _)| n == "note").unwrap();
            assert!(note.1.contains("первая\nвторая"), "{note:?}");
            // browsers send line ends as two characters
            let sent: Vec<(String, String)> =
                sent.into_iter().map(|(n, v)| (n, v.replace('\n', "\r\n"))).collect();
            let pairs: Vec<(&str, &str)> =
                sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let reply = manager.post(&format!("/clients/{id}/edit"), &pairs).await;
            assert_eq!(reply.status, 303, "{lang}: {}", reply.gist());
            let after =
                number(bank, "select count(*) from journal_entry where entity = 'client'").await;
            assert_eq!(after, entries, "{lang}: {:?}", changes(bank, "%").await.pop());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn different_fields_merge_and_the_same_field_is_a_choice() {
    both(async |bank: &Bank| {
        let mut mine = bank.client("manager").await;
        let mut theirs = bank.client("manager_same").await;
        let id = register(&mut mine, &bank.form_id(), FULL).await;
        let path = format!("/clients/{id}/edit");
        let mut my_form = form_fields(&mine.get(&path).await.ok());
        bank.clock.advance_seconds(60);
        let mut their_form = form_fields(&theirs.get(&path).await.ok());
        let set = |form: &mut Vec<(String, String)>, name: &str, value: &str| {
            form.iter_mut().find(|(n, _)| n == name).expect(name).1 = value.to_owned();
        };
        set(&mut their_form, "job_title", "директор");
        set(&mut their_form, "segment", "premium");
        set(&mut their_form, "birth_date", "3.2.1985");
        set(&mut my_form, "employer", "ООО «Ромашка»");
        set(&mut my_form, "segment", "mass");
        set(&mut my_form, "birth_date", "2.2.1985");
        let pairs = |form: &[(String, String)]| form.to_vec();
        let send = async |browser: &mut Browser, form: Vec<(String, String)>| {
            let form: Vec<(&str, &str)> =
                form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            browser.post(&path, &form).await
        };
        assert_eq!(send(&mut theirs, pairs(&their_form)).await.status, 303);
        bank.clock.advance_seconds(60);
        let reply = send(&mut mine, pairs(&my_form)).await;
        assert_eq!(reply.status, 409, "{}", reply.gist());
        for words in [
            "Mass",
            "Premium",
            "VIP",
            "2 Feb 1985",
            "3 Feb 1985",
            "1 Feb 1985",
            "Member manager_same",
        ] {
            let plain = reply.body.replace('\u{a0}', " ");
            assert!(plain.contains(words), "no {words} in {}", reply.gist());
        }
        assert_eq!(text(bank, "select employer from client").await, None, "half of it was written");
        // the choice: mine, as the page offers it
        let chosen = form_fields(&reply.body);
        assert!(chosen.iter().any(|(n, v)| n == "segment" && v == "mass"), "{chosen:?}");
        assert_eq!(send(&mut mine, chosen).await.status, 303);
        let row =
            text(bank, "select segment || birth_date || employer || job_title from client").await;
        assert_eq!(row.unwrap(), "mass1985-02-02ООО «Ромашка»директор");
        // the journal tells both sides of every changed field
        let changes = changes(bank, "client").await.pop().unwrap();
        for part in [
            "\"segment\":[\"premium\",\"mass\"]",
            "\"employer\":[null,",
            "[\"1985-02-03\",\"1985-02-02\"]",
        ] {
            assert!(changes.contains(part), "{part}: {changes}");
        }
        assert!(!changes.contains("job_title"), "{changes}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_edit_keeps_the_input_and_a_double_press_counts_once() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        let id = register(&mut manager, &bank.form_id(), FULL).await;
        let path = format!("/clients/{id}/edit");
        let form = bank.form_id();
        let bad = [
            ("_id", &*form),
            ("was_employer", ""),
            ("employer", "Завод \"Б\""),
            ("was_birth_date", "1985-02-01"),
            ("birth_date", "когда-то"),
            ("was_last_name", "Щербакова"),
            ("last_name", "Щербакова"),
        ];
        let reply = manager.post(&path, &bad).await;
        assert_eq!(reply.status, 422);
        for kept in ["Завод &quot;Б&quot;", "когда-то", "f-birth_date-error"] {
            assert!(reply.body.contains(kept), "{kept}: {}", reply.gist());
        }
        // a person who has a name cannot lose it
        let nameless = [
            ("_id", &*bank.form_id()),
            ("was_last_name", "Щербакова"),
            ("last_name", ""),
            ("was_first_name", "Наталья"),
            ("first_name", ""),
            ("was_patronymic", "Ивановна"),
            ("patronymic", ""),
        ];
        assert_eq!(manager.post(&path, &nameless).await.status, 422);
        let good = [("_id", &*form), ("was_employer", ""), ("employer", "Завод")];
        assert_eq!(manager.post(&path, &good).await.status, 303);
        assert_eq!(manager.post(&path, &good).await.status, 303);
        let sql = "select count(*) from journal_entry where command = 'parties.edit_client'";
        assert_eq!(number(bank, sql).await, 1);
        assert_eq!(number(bank, "select version from client").await, 2);
        // the same form with other content is neither
        let other = [("_id", &*form), ("was_employer", ""), ("employer", "Фабрика")];
        assert_eq!(manager.post(&path, &other).await.status, 422);
    })
    .await;
}
