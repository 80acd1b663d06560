//! The one search box: every way a client is asked for finds him, and nobody finds whom he may not see.

use parties::client::commands::RegisterClient;
use parties::search;
use testkit::{Bank, Kind};

use crate::clients::person;
use crate::support::both;

/// Names of the clients found, best first.
async fn found(bank: &Bank, login: &str, typed: &str) -> Vec<String> {
    let principal = bank.as_role(login).principal;
    let mut db = bank.services.reader.clone();
    let all = search::find(&mut db, &principal, typed, 20).await.expect(typed);
    all.into_iter().map(|f| f.head.display_name).collect()
}

async fn company(bank: &Bank, login: &str, short: &str, full: &str, inn: &str) {
    let pairs = [("short_name", short), ("full_name", full)];
    let command = RegisterClient {
        kind: "company".to_owned(),
        fields: pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        identifiers: vec![("inn".to_owned(), inn.to_owned())],
        source: "clerk".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute(login, &command).await.unwrap();
}

/// The clients all these tests look for.
async fn people(bank: &Bank) {
    for name in [
        ["Иванов", "Пётр", "Сергеевич"],
        ["Иванов", "Семён", "Ильич"],
        ["Щербаков", "Артём", "Юрьевич"],
        ["Королёва", "Наталья", "Игоревна"],
        ["Давидов", "Давид", ""],
        ["Мусина-Пушкина", "Анна", "Львовна"],
    ] {
        person(bank, "manager", name).await;
    }
    person(bank, "manager_far", ["Иванов", "Дальний", ""]).await;
    company(
        bank,
        "manager",
        "ООО «Ромашка-2»",
        "Общество с ограниченной ответственностью «Ромашка-2»",
        "7707083893",
    )
    .await;
    let command = RegisterClient {
        kind: "person".to_owned(),
        fields: [("last_name".to_owned(), "Номерной".to_owned())].into(),
        phone: Some("8 (916) 123-45-67".to_owned()),
        email: Some("N.Omer+bank@Yandex.ru".to_owned()),
        identifiers: vec![
            ("inn".to_owned(), "500100732259".to_owned()),
            ("passport_rf".to_owned(), "45 10 123456".to_owned()),
        ],
        source: "clerk".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute("manager", &command).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_found_however_they_are_spelt() {
    both(async |bank: &Bank| {
        people(bank).await;
        for (typed, first) in [
            ("Иванов Пётр", "Иванов Пётр Сергеевич"),
            ("иваноф петр", "Иванов Пётр Сергеевич"),
            ("Ivanov Petr", "Иванов Пётр Сергеевич"),
            ("Ivanoff Semyon", "Иванов Семён Ильич"),
            ("пётр иванов", "Иванов Пётр Сергеевич"),
            ("Сергеевич Петр", "Иванов Пётр Сергеевич"),
            ("Королева", "Королёва Наталья Игоревна"),
            ("наталия королёва", "Королёва Наталья Игоревна"),
            ("Natalia Koroleva", "Королёва Наталья Игоревна"),
            ("Щирбаков", "Щербаков Артём Юрьевич"),
            ("Шербаков", "Щербаков Артём Юрьевич"),
            ("Щерба", "Щербаков Артём Юрьевич"),
            ("Scherbakov", "Щербаков Артём Юрьевич"),
            ("давид", "Давидов Давид"),
            ("Пушкина", "Мусина-Пушкина Анна Львовна"),
            ("мусина пушкина", "Мусина-Пушкина Анна Львовна"),
            ("ромашка", "ООО «Ромашка-2»"),
            ("ООО \"Ромашка-2\"", "ООО «Ромашка-2»"),
            ("«Ромаш", "ООО «Ромашка-2»"),
            ("romashka", "ООО «Ромашка-2»"),
        ] {
            let all = found(bank, "manager", typed).await;
            assert_eq!(all.first().map(String::as_str), Some(first), "{typed}: {all:?}");
        }
        // every beginning of a name finds it while it is typed
        for n in 2..="Щербаков".chars().count() {
            let typed: String = "Щербаков".chars().take(n).collect();
            let all = found(bank, "manager", &typed).await;
            assert!(all.iter().any(|f| f.starts_with("Щербаков")), "{typed}: {all:?}");
        }
        assert_eq!(found(bank, "manager", "Иванов").await.len(), 2);
        for nothing in
            ["Ждановский", "", " ", ".", "%", "_", "'; drop table client; --", "\u{0}", "🙂"]
        {
            assert_eq!(found(bank, "manager", nothing).await, Vec::<String>::new(), "{nothing:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_found_however_they_are_written() {
    both(async |bank: &Bank| {
        people(bank).await;
        let mut db = bank.services.reader.clone();
        let sql = "select number from client where last_name = 'Номерной'";
        let row = store::Read::first(&mut db, sql, &[]).await.unwrap().unwrap();
        let number: String = row.one().unwrap();
        for typed in [
            "+7 916 123-45-67",
            "8 (916) 123-45-67",
            "89161234567",
            "916 123 45 67",
            "9161234567",
            "4567",
            "123-45-67",
            "+7916",
            "500100732259",
            "5001007322",
            "2259",
            "45 10 123456",
            "4510123456",
            "№ 4510 123456",
            "n.omer+bank@yandex.ru",
            "N.OMER+BANK@YANDEX.RU",
            "n.omer",
            "n.omer+bank@yan",
            &number,
            &number.replace('-', ""),
        ] {
            let all = found(bank, "manager", typed).await;
            assert_eq!(all, ["Номерной"], "{typed}");
        }
        assert_eq!(found(bank, "manager", "7707083893").await, ["ООО «Ромашка-2»"]);
        assert!(found(bank, "manager", "+7 916 123-45-68").await.is_empty());
        assert!(found(bank, "manager", "nobody@yandex.ru").await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_numbers_are_not_lost_among_many_that_begin_alike() {
    both(async |bank: &Bank| {
        let ctx = bank.as_system();
        let clients = (0..200)
            .map(|n| parties::client::commands::LoadedClient {
                id: ctx.new_id(),
                kind: parties::client::model::ClientKind::Person,
                fields: [
                    (
                        "last_name".to_owned(),
                        format!("Иванов{}", if n == 199 { "" } else { "ский" }),
                    ),
                    ("segment".to_owned(), "mass".to_owned()),
                    ("status".to_owned(), "active".to_owned()),
                ]
                .into(),
                branch_id: Some(bank.branch(if n == 199 { "03" } else { "01" })),
                manager_id: None,
                roles: Vec::new(),
                contacts: Vec::new(),
                identifiers: Vec::new(),
                addresses: Vec::new(),
                dates: Vec::new(),
                consents: Vec::new(),
                links: Vec::new(),
                extra_keys: vec![(
                    "account".to_owned(),
                    if n == 199 { "40817".to_owned() } else { format!("40817{n:05}") },
                )],
                main_member: None,
            })
            .collect();
        let load = parties::client::commands::LoadClients { clients, source: "demo".to_owned() };
        bank.execute_system(&load).await.unwrap();
        assert_eq!(found(bank, "head_office", "40817").await[0], "Иванов");
        assert_eq!(found(bank, "head_office", "Иванов").await[0], "Иванов");
        // whoever sits elsewhere finds his own among the many of others
        assert_eq!(found(bank, "manager_far", "40817").await, ["Иванов"]);
        assert_eq!(found(bank, "manager_far", "Иванов").await, ["Иванов"]);
        assert_eq!(found(bank, "manager", "Иванов").await.len(), 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_whom_he_may_not_see() {
    both(async |bank: &Bank| {
        people(bank).await;
        for login in ["clerk", "manager", "branch_head", "regional_head"] {
            for typed in ["Дальний", "Иванов Дальний", "Ivanov Dalniy", "Дальнай"]
            {
                let all = found(bank, login, typed).await;
                assert!(!all.iter().any(|n| n.contains("Дальний")), "{login} {typed}: {all:?}");
            }
            let mut browser = bank.client(login).await;
            for path in [
                "/search?q=%D0%94%D0%B0%D0%BB%D1%8C%D0%BD%D0%B8%D0%B9",
                "/search/palette?q=%D0%94%D0%B0%D0%BB%D1%8C%D0%BD%D0%B8%D0%B9",
            ] {
                let page = browser.get(path).await.ok();
                assert!(!page.contains("Иванов"), "{login} {path}");
            }
        }
        assert_eq!(found(bank, "manager_far", "Дальний").await, ["Иванов Дальний"]);
        assert_eq!(found(bank, "auditor", "Дальний").await, ["Иванов Дальний"]);
        let nobody = spine::Principal::nobody();
        let mut db = bank.services.reader.clone();
        assert!(search::find(&mut db, &nobody, "Иванов", 20).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_the_palette_show_the_same_and_say_when_there_is_nothing() {
    both(async |bank: &Bank| {
        people(bank).await;
        let mut manager = bank.client("manager").await;
        for path in ["/search?q=Ivanov", "/search/palette?q=Ivanov"] {
            let page = manager.get(path).await.ok();
            for name in ["Иванов Пётр Сергеевич", "Иванов Семён Ильич", "Branch 01", "/clients/"]
            {
                assert!(page.contains(name), "{path}: {name}");
            }
        }
        let page = manager.get("/search?q=Zzyzx").await;
        assert!(page.gist().contains("Nothing"), "{}", page.gist());
        let part = manager.get_part("/search/palette?q=Zzyzx").await.ok();
        assert!(!part.contains("/clients/") && !part.contains("<html"), "{part}");
        let nothing_typed = manager.get_part("/search/palette").await.ok();
        assert!(nothing_typed.contains("/clients/new?kind=person"), "{nothing_typed}");
        // who may not see clients at all still has the page
        let mut administrator = bank.client("administrator").await;
        assert!(!administrator.get("/search?q=Ivanov").await.ok().contains("Иванов"));
    })
    .await;
}

/// Both databases give the same clients in the same order.
#[tokio::test(flavor = "multi_thread")]
async fn both_databases_answer_alike() {
    let mut answers: Vec<(Kind, Vec<Vec<String>>)> = Vec::new();
    for kind in testkit::kinds() {
        let bank = Bank::open(kind, crate::support::open).await;
        people(&bank).await;
        let mut all = Vec::new();
        for typed in [
            "Иванов",
            "и",
            "ив",
            "а",
            "Ивонов",
            "сергевич",
            "7",
            "91",
            "ооо",
            "Щербаков Иванов",
            "an",
            "45",
        ] {
            all.push(found(&bank, "auditor", typed).await);
        }
        answers.push((kind, all));
    }
    for pair in answers.windows(2) {
        assert_eq!(pair[0].1, pair[1].1, "{:?} and {:?}", pair[0].0, pair[1].0);
    }
    assert!(answers[0].1.iter().filter(|a| !a.is_empty()).count() > 5);
}
