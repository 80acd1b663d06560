//! Fields a bank adds for itself, of clients who are merged and parted again.

use kernel::ClientId;
use parties::fields::model::FieldKind;
use parties::merge::commands::{MergeClients, UnmergeClients};
use parties::merge::model::Side;
use store::Read;
use testkit::Bank;

use crate::custom_fields::{add, client, edit, page, spec};
use crate::support::both;

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_carries_values_over_and_gives_them_back() {
    both(async |bank: &Bank| {
        add(bank, "x_pet", spec("Питомец", FieldKind::Choice)).await;
        add(bank, "x_count", spec("Сколько", FieldKind::Integer)).await;
        let one = client(bank, "head_office", "Слиянова", &[("x_pet", "cat")]).await;
        let two =
            client(bank, "head_office", "Слиянова", &[("x_pet", "dog"), ("x_count", "3")]).await;
        let side = page(bank, "head_office", &format!("/clients/{one}/merge/{two}")).await;
        assert!(side.contains("Питомец") && side.contains("Собака") && side.contains("Кошка"));
        let merge = MergeClients {
            survivor_id: one,
            loser_id: two,
            picks: [("x_pet".to_owned(), Side::Loser)].into(),
            reason: "Одна и та же".to_owned(),
        };
        let merge_id = bank.execute("head_office", &merge).await.unwrap();
        let read = async |id: ClientId| {
            let mut db = bank.services.reader.clone();
            let all =
                parties::client::queries::fields(&mut db, id, kernel::Currency::RUB).await.unwrap();
            (all.get("x_pet").cloned(), all.get("x_count").cloned())
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read(one).await, (some("dog"), some("3")));
        let dogs = "/clients?field=x_pet&op=is&value=dog";
        assert!(page(bank, "head_office", dogs).await.contains(&one.to_string()));
        assert!(!page(bank, "head_office", dogs).await.contains(&two.to_string()));
        bank.execute("head_office", &edit(one, "x_count", "3", "4")).await.unwrap();
        let undo = UnmergeClients { merge_id, reason: "Разные".to_owned() };
        let undone = bank.execute("head_office", &undo).await.unwrap();
        assert_eq!(undone.kept_fields, ["x_count"], "edited since: it stays");
        assert_eq!(read(one).await, (some("cat"), some("4")));
        assert_eq!(read(two).await, (some("dog"), some("3")));
        assert!(page(bank, "head_office", dogs).await.contains(&two.to_string()));
    })
    .await;
}

/// All that is kept of the own fields of clients: documents, rows of the index, where values came from.
async fn kept_of_own_fields(bank: &Bank) -> Vec<String> {
    let mut db = bank.services.reader.clone();
    let mut out = Vec::new();
    for sql in [
        "select c.last_name || ' ' || d.doc from client_custom d join client c on c.id = d.client_id",
        "select c.last_name || ' ' || f.key || ' ' || i.key from custom_index i \
         join custom_field f on f.id = i.field_id join client c on c.id = i.record_id",
        "select c.last_name || ' ' || o.field || ' ' || o.source || ' ' || s.login from field_origin o \
         join client c on c.id = o.client_id join staff s on s.id = o.author_id \
         where o.field like 'x!_%' escape '!'",
    ] {
        let mut rows: Vec<String> = Vec::new();
        for row in db.query(sql, &[]).await.unwrap() {
            rows.push(row.one().unwrap());
        }
        rows.sort();
        out.extend(rows);
    }
    out
}

/// Two values of a kind as they are stored; of links one alone.
fn two_values<'a>(kind: FieldKind, client: &'a str, staff: &'a str) -> (&'a str, &'a str) {
    match kind {
        FieldKind::Text => ("Щука", "Карп"),
        FieldKind::LongText => ("Строка\nещё", "Другая"),
        FieldKind::Integer => ("1200", "-3"),
        FieldKind::Decimal => ("12.50", "0.10"),
        FieldKind::Money => ("1500000.00", "7.00"),
        FieldKind::Percent => ("7.25", "100.00"),
        FieldKind::Date => ("2020-02-01", "1999-12-31"),
        FieldKind::DateTime => ("2020-02-01T09:05", "2021-01-01T00:00"),
        FieldKind::Flag => ("1", ""),
        FieldKind::Choice => ("fish", "cat"),
        FieldKind::Choices => ("cat,fish", "dog"),
        FieldKind::Phone => ("+79160000001", "+79160000002"),
        FieldKind::Email => ("a@bank.example", "b@bank.example"),
        FieldKind::Url => ("https://bank.example/a", "https://bank.example/b"),
        FieldKind::Client => (client, ""),
        FieldKind::Staff => (staff, ""),
        FieldKind::Record => panic!("links to records: custom_objects.rs"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_fields_of_every_kind_come_out_of_a_merge_undone_exactly_as_they_went_in() {
    both(async |bank: &Bank| {
        let other = client(bank, "manager", "Третья", &[]).await.to_string();
        let me = bank.user("manager").to_string();
        let values = |kind: FieldKind| two_values(kind, &other, &me);
        let mut kinds = Vec::new();
        for (n, kind) in FieldKind::ALL.iter().filter(|k| **k != FieldKind::Record).enumerate() {
            let key = format!("x_{}", kind.key());
            let mut spec = spec(&format!("Поле {n}"), *kind);
            // one that whoever merges may not know of
            spec.roles.extend((*kind == FieldKind::Integer).then(|| "branch_head".to_owned()));
            add(bank, &key, spec).await;
            kinds.push((key, values(*kind)));
        }
        // every other field of the one who stays is empty, so that both rules are asked for every kind of value
        let of = |is_first: bool| -> Vec<(&str, &str)> {
            kinds
                .iter()
                .enumerate()
                .filter(|(n, _)| !is_first || n % 2 == 0)
                .map(|(_, (key, (first, second)))| {
                    (key.as_str(), if is_first { *first } else { *second })
                })
                .filter(|(_, value)| !value.is_empty())
                .collect()
        };
        let one = client(bank, "branch_head", "Первая", &of(true)).await;
        let two = client(bank, "branch_head", "Вторая", &of(false)).await;
        let before = kept_of_own_fields(bank).await;
        assert!(before.iter().any(|row| row.contains("Вторая x_integer")), "{before:?}");
        let read = async |id: ClientId, key: &str| {
            let mut db = bank.services.reader.clone();
            let fields = parties::client::queries::fields(&mut db, id, kernel::Currency::RUB);
            fields.await.unwrap().get(key).cloned().unwrap_or_default()
        };
        let merge = MergeClients {
            survivor_id: one,
            loser_id: two,
            picks: [("x_choice".to_owned(), Side::Loser)].into(),
            reason: "Одна и та же".to_owned(),
        };
        let merge_id = bank.execute("head_office", &merge).await.unwrap();
        let (ours, theirs) = (of(true), of(false));
        let value = |side: &[(&str, &str)], key: &str| {
            side.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned())
        };
        for (key, _) in &kinds {
            let (mine, other) = (value(&ours, key), value(&theirs, key));
            let picked = key == "x_choice";
            let wanted = if picked { other } else { mine.or(other) }.unwrap_or_default();
            assert_eq!(read(one, key).await, wanted, "{key}: his own, else the other's");
        }
        let undo = UnmergeClients { merge_id, reason: "Разные".to_owned() };
        let undone = bank.execute("head_office", &undo).await.unwrap();
        assert_eq!(undone.kept_fields, Vec::<String>::new());
        assert_eq!(kept_of_own_fields(bank).await, before);
    })
    .await;
}
