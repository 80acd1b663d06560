//! Contacts, documents, dates, consents and files of a client: through the pages, as people use them.

use std::collections::BTreeMap;

use kernel::{ClientId, ContactId, IdentifierId};
use parties::client::commands::RegisterClient;
use parties::contacts::commands::{
    AddContact, AddIdentifier, ContactFields, EditContact, EditIdentifier, IdentifierFields,
};
use parties::contacts::model::ContactKind;
use parties::contacts::queries;
use spine::Error;
use testkit::{Bank, Browser};

use crate::support::{both, force, number};

/// A person of branch 01 with this family name, registered by its manager.
pub(crate) async fn person(bank: &Bank, login: &str, last_name: &str) -> ClientId {
    let text = |s: &str| s.to_owned();
    let register = RegisterClient {
        kind: text("person"),
        fields: BTreeMap::from([
            (text("last_name"), text(last_name)),
            (text("first_name"), text("Анна")),
            (text("birth_date"), text("1984-12-14")),
        ]),
        source: text("client"),
        ..RegisterClient::default()
    };
    bank.execute(login, &register).await.unwrap()
}

pub(crate) async fn panel(browser: &mut Browser, client: ClientId, key: &str) -> String {
    browser.get_part(&format!("/clients/{client}/panel/{key}")).await.ok()
}

fn contact(value: &str) -> ContactFields {
    ContactFields {
        value: value.to_owned(),
        label: String::new(),
        is_main: false,
        source: "client".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_added_shown_found_and_archived() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        assert!(panel(&mut browser, client, "contacts").await.contains("No way to reach"));
        let form = browser.get(&format!("/clients/{client}/contacts/new?kind=phone")).await.ok();
        assert!(form.contains("name=\"_id\"") && form.contains("type=\"tel\""));
        let add = format!("/clients/{client}/contacts");
        let id = bank.form_id();
        let fields = [
            ("_id", id.as_str()),
            ("kind", "phone"),
            ("value", "8 (916) 123-45-67"),
            ("source", "call"),
        ];
        assert_eq!(browser.post(&add, &fields).await.location(), format!("/clients/{client}"));
        assert_eq!(
            browser.post(&add, &fields).await.status,
            303,
            "the second press is the same command"
        );
        assert_eq!(number(bank, "select count(*) from client_contact").await, 1);
        let shown = panel(&mut browser, client, "contacts").await;
        assert!(shown.contains("tel:+79161234567") && shown.contains("Phone call"), "{shown}");

        let ctx = bank.as_role("manager");
        let mut db = bank.services.reader.clone();
        let found = parties::search::find(&mut db, &ctx.principal, "9161234567", 5).await.unwrap();
        assert_eq!(found.len(), 1);
        let one = queries::contacts(&mut db, client).await.unwrap().remove(0);
        assert!(one.is_main, "the first of its kind");
        assert_eq!(one.raw, "8 (916) 123-45-67");
        let id = bank.form_id();
        let gone = browser.post(&format!("{add}/{}/archive", one.id), &[("_id", &id)]).await;
        assert_eq!(gone.status, 303);
        let found = parties::search::find(&mut db, &ctx.principal, "9161234567", 5).await.unwrap();
        assert!(found.is_empty(), "an archived phone finds nobody");
        let entries = "select count(*) from journal_entry where entity = 'contact'";
        assert_eq!(number(bank, entries).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_contact_keeps_what_was_typed() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let add = format!("/clients/{client}/contacts");
        let first = AddContact {
            client_id: client,
            kind: ContactKind::Phone,
            fields: contact("8 916 123 45 67"),
        };
        bank.execute("manager", &first).await.unwrap();
        let id = bank.form_id();
        let wrong =
            [("_id", id.as_str()), ("kind", "phone"), ("value", "916-12"), ("label", "дача")];
        let refused = browser.post(&add, &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("916-12") && refused.body.contains("дача"), "input is kept");
        assert!(refused.body.contains("There is no such phone number"));
        let twin = AddContact {
            client_id: client,
            kind: ContactKind::Phone,
            fields: contact("+7 916 1234567"),
        };
        let Err(Error::Refused(why)) = bank.execute("manager", &twin).await else { panic!("twin") };
        assert_eq!(why.of("value").unwrap().code, "contact-twin");
    })
    .await;
}

/// What a form holds that was opened before anybody changed anything, and a label typed into it.
const STALE_FORM: [(&str, &str); 4] =
    [("o_label", ""), ("o_source", "client"), ("label", "home"), ("source", "client")];

#[tokio::test(flavor = "multi_thread")]
async fn of_two_edits_the_second_chooses_and_loses_nothing() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let add = AddContact {
            client_id: client,
            kind: ContactKind::Email,
            fields: contact("a@mail.ru"),
        };
        let id: ContactId = bank.execute("manager", &add).await.unwrap();
        let theirs = EditContact {
            contact_id: id,
            original: contact("a@mail.ru"),
            fields: contact("b@mail.ru"),
        };
        bank.execute("manager_same", &theirs).await.unwrap();

        let mut browser = bank.client("manager").await;
        let address = format!("/clients/{client}/contacts/{id}");
        let send = async |browser: &mut Browser, original: &str, value: &str| {
            let id = bank.form_id();
            let mut fields = STALE_FORM.to_vec();
            fields.extend([("_id", id.as_str()), ("o_value", original), ("value", value)]);
            browser.post(&address, &fields).await
        };
        let answer = send(&mut browser, "a@mail.ru", "c@mail.ru").await;
        assert_eq!(answer.status, 409);
        for value in ["a@mail.ru", "b@mail.ru", "c@mail.ru", "Member manager_same"] {
            assert!(answer.body.contains(value), "{value}: {}", answer.gist());
        }
        assert!(
            answer.body.contains("name=\"o_value\" value=\"b@mail.ru\""),
            "next time it is compared with theirs"
        );
        assert!(
            answer.body.contains("name=\"label\" value=\"home\""),
            "what was no conflict is kept"
        );
        let mut db = bank.services.reader.clone();
        let stored = queries::contact(&mut db, id).await.unwrap().unwrap();
        assert_eq!(
            (stored.value.as_str(), stored.label.as_str()),
            ("b@mail.ru", ""),
            "nothing half-done"
        );

        assert_eq!(
            send(&mut browser, "b@mail.ru", "b@mail.ru").await.status,
            303,
            "theirs, and my label"
        );
        let stored = queries::contact(&mut db, id).await.unwrap().unwrap();
        assert_eq!((stored.value.as_str(), stored.label.as_str()), ("b@mail.ru", "home"));
        assert_eq!(send(&mut browser, "b@mail.ru", "c@mail.ru").await.status, 303, "mine");
        let stored = queries::contact(&mut db, id).await.unwrap().unwrap();
        assert_eq!(stored.value, "c@mail.ru");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_number_is_taken_once_and_names_only_whom_one_may_see() {
    both(async |bank: &Bank| {
        let first = person(bank, "manager", "Ветрова").await;
        let inn = |client_id| AddIdentifier {
            client_id,
            kind: "inn".to_owned(),
            fields: IdentifierFields {
                value: "500100732259".to_owned(),
                ..IdentifierFields::default()
            },
        };
        bank.execute("manager", &inn(first)).await.unwrap();
        let refusal = async |login: &str, client| {
            let Err(Error::Refused(why)) = bank.execute(login, &inn(client)).await else {
                panic!("taken")
            };
            why.of("value").unwrap().clone()
        };
        assert_eq!(refusal("manager", first).await.code, "identifier-twin");
        let near = person(bank, "manager", "Морозова").await;
        let named = refusal("manager", near).await;
        assert_eq!(named.code, "identifier-taken-by");
        assert!(named.args.iter().any(|(_, value)| value.starts_with("Ветрова")));
        let far = person(bank, "manager_far", "Снегова").await;
        let silent = refusal("manager_far", far).await;
        assert_eq!((silent.code.as_str(), silent.args.len()), ("identifier-taken", 0));

        let wrong = AddIdentifier {
            client_id: near,
            kind: "passport_rf".to_owned(),
            fields: IdentifierFields {
                value: "12".to_owned(),
                issued_on: "1980-01-01".to_owned(),
                issuer_code: "77".to_owned(),
                ..IdentifierFields::default()
            },
        };
        let Err(Error::Refused(why)) = bank.execute("manager", &wrong).await else {
            panic!("wrong")
        };
        let mut codes: Vec<&str> = why.0.iter().map(|r| r.code.as_str()).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["id-length", "id-length", "issued-before-birth"], "all at once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_masked_for_those_who_only_look_and_tell_when_they_expire() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let passport = AddIdentifier {
            client_id: client,
            kind: "passport_rf".to_owned(),
            fields: IdentifierFields {
                value: "4510 123456".to_owned(),
                issued_on: "2005-03-01".to_owned(),
                issued_by: "ОВД района Хамовники".to_owned(),
                issuer_code: "770001".to_owned(),
                ..IdentifierFields::default()
            },
        };
        let id: IdentifierId = bank.execute("manager", &passport).await.unwrap();
        let mut manager = bank.client("manager").await;
        let whole = panel(&mut manager, client, "identifiers").await;
        assert!(whole.contains("4510 123456") && whole.contains("770-001"), "{whole}");
        assert!(whole.contains(&format!("/identifiers/{id}/edit")));
        // born 14 December 1984: replaced at 45, in 2029, with 90 days of grace
        assert!(whole.contains("2030"), "{whole}");
        let mut auditor = bank.client("auditor").await;
        let masked = panel(&mut auditor, client, "identifiers").await;
        assert!(masked.contains("•••• ••3456") && !masked.contains("123456"), "{masked}");
        assert!(!masked.contains("Хамовники") && !masked.contains("/edit"));
        let edit = auditor.get(&format!("/clients/{client}/identifiers/{id}/edit")).await;
        assert_eq!(edit.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_a_feed_wrote_with_spaces_is_no_change_of_anybody() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let passport = |value: &str, issued_by: &str| IdentifierFields {
            value: value.to_owned(),
            issued_by: issued_by.to_owned(),
            ..IdentifierFields::default()
        };
        let add = AddIdentifier {
            client_id: client,
            kind: "passport_rf".to_owned(),
            fields: passport("4510123456", ""),
        };
        let id = bank.execute("manager", &add).await.unwrap();
        force(bank, "update client_identifier set value = '45 10 123456'", &[]).await;
        let edit = EditIdentifier {
            identifier_id: id,
            original: passport("45 10 123456", ""),
            fields: passport("4510 123456", "ОВД"),
        };
        bank.execute("manager", &edit).await.unwrap();
        let mut db = bank.services.reader.clone();
        let stored = queries::identifier(&mut db, id).await.unwrap().unwrap();
        assert_eq!((stored.value.as_str(), stored.issued_by.as_str()), ("45 10 123456", "ОВД"));
        let twin = bank.execute("manager", &add).await;
        assert!(matches!(twin, Err(Error::Refused(_))), "the same number, however it is written");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_branch_meets_nothing() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let own = person(bank, "manager_far", "Снегова").await;
        let add = AddContact {
            client_id: client,
            kind: ContactKind::Phone,
            fields: contact("+79161234567"),
        };
        let id: ContactId = bank.execute("manager", &add).await.unwrap();
        let mut far = bank.client("manager_far").await;
        let form_id = bank.form_id();
        for path in [
            format!("/clients/{client}/panel/contacts"),
            format!("/clients/{client}/contacts/new"),
            format!("/clients/{client}/contacts/{id}/edit"),
            // a contact of another client under one's own
            format!("/clients/{own}/contacts/{id}/edit"),
            format!("/clients/{client}/consents"),
            format!("/clients/{client}/links"),
            "/clients/no-id/contacts/new".to_owned(),
        ] {
            assert_eq!(far.get(&path).await.status, 404, "{path}");
        }
        let form = [("_id", form_id.as_str()), ("kind", "phone"), ("value", "+79161234568")];
        assert_eq!(far.post(&format!("/clients/{client}/contacts"), &form).await.status, 404);
        let archive = format!("/clients/{own}/contacts/{id}/archive");
        assert_eq!(far.post(&archive, &[("_id", &form_id)]).await.status, 404);
        let edit = EditContact {
            contact_id: id,
            original: contact("+79161234567"),
            fields: contact("+79161234568"),
        };
        assert!(matches!(bank.execute("manager_far", &edit).await, Err(Error::NotFound)));
        assert_eq!(
            number(bank, "select count(*) from client_contact where archived_at is null").await,
            1
        );
    })
    .await;
}
