//! The real Czech bank, whole: counts, sums, references, stable ids.

use std::collections::{BTreeMap, BTreeSet};

use connect::feed::{Feed, FieldValue, Mapping, Record, preview};

use crate::support::{drain, public_data, unpack_folder};

const MAPPING: &str = include_str!("../../mappings/berka.toml");

fn read_all() -> Option<BTreeMap<String, Vec<Record>>> {
    let dir = unpack_folder(&public_data("berka")?)?;
    let feed = Feed::open(Mapping::parse(MAPPING).unwrap(), dir.path()).unwrap();
    assert!(feed.unknown().is_empty());
    let mut all = BTreeMap::new();
    for file in feed.files() {
        let (records, rejects) = drain(feed.reader(file).unwrap());
        assert_eq!(rejects, [], "{}", file.file);
        println!("{:8} {:12} {:>6}", file.rule, file.kind, records.len());
        all.insert(file.kind.clone(), records);
    }
    Some(all)
}

#[test]
fn the_whole_bank_reads() {
    let Some(all) = read_all() else { return };
    let counts: Vec<(&str, usize)> = all.iter().map(|(k, r)| (k.as_str(), r.len())).collect();
    assert_eq!(
        counts,
        [
            ("account", 4_500),
            ("account_role", 5_369),
            ("branch", 77),
            ("card", 892),
            ("client", 5_369),
            ("loan", 682),
            ("order", 6_471),
            ("transaction", 52_816),
        ]
    );
    ids_are_unique_and_references_resolve(&all);
    sums(&all);
    balances_follow_from_amounts(&all["transaction"]);

    let first = &all["client"][0];
    assert_eq!(first.date("birth_date").unwrap().to_string(), "1970-12-13");
    assert_eq!(first.text("sex"), Some("female"));
    assert_eq!(first.text("city"), Some("Pisek"));
    let women = all["client"].iter().filter(|c| c.text("sex") == Some("female")).count();
    assert_eq!(women, 2_645);
    let status = |s: &str| all["loan"].iter().filter(|l| l.text("status") == Some(s)).count();
    assert_eq!(["repaid", "closed_unpaid", "running", "overdue"].map(status), [203, 31, 403, 45]);
    let jesenik = &all["branch"][68];
    assert_eq!(jesenik.text("name"), Some("Jesenik"));
    assert!(!jesenik.fields.contains_key("unemployment_1995_percent"));
    let untold = all["order"].iter().filter(|o| o.text("purpose").is_none()).count();
    assert_eq!(untold, 1_379);
}

fn ids_are_unique_and_references_resolve(all: &BTreeMap<String, Vec<Record>>) {
    let ids: BTreeMap<&str, BTreeSet<&str>> = all
        .iter()
        .map(|(k, rs)| (k.as_str(), rs.iter().map(|r| r.external_id.as_str()).collect()))
        .collect();
    for (kind, records) in all {
        assert_eq!(ids[kind.as_str()].len(), records.len(), "{kind} ids repeat");
        for value in records.iter().flat_map(|r| r.fields.values()) {
            if let FieldValue::Reference { kind, id } = value {
                assert!(ids[kind.as_str()].contains(id.as_str()), "no {kind} {id}");
            }
        }
    }
}

/// Sums taken from the files with awk, in whole crowns and hellers.
fn sums(all: &BTreeMap<String, Vec<Record>>) {
    let sum = |kind: &str, field: &str| -> i64 {
        all[kind].iter().filter_map(|r| r.money(field)).map(|m| m.minor).sum()
    };
    assert_eq!(sum("loan", "principal"), LOAN_PRINCIPAL);
    assert_eq!(sum("order", "amount"), ORDER_AMOUNT);
    assert_eq!(sum("transaction", "amount"), TRANSACTION_NET);
    let incoming: i64 = all["transaction"]
        .iter()
        .filter(|t| t.text("direction") == Some("in"))
        .filter_map(|t| t.money("amount"))
        .map(|m| m.minor)
        .sum();
    assert_eq!(incoming, TRANSACTION_IN);
    println!(
        "loans {LOAN_PRINCIPAL}, orders {ORDER_AMOUNT}, in {TRANSACTION_IN}, net {TRANSACTION_NET}"
    );
}

const LOAN_PRINCIPAL: i64 = 10_326_174_000;
const ORDER_AMOUNT: i64 = 2_122_899_360;
const TRANSACTION_NET: i64 = 4_287_043_800;
const TRANSACTION_IN: i64 = 19_435_649_500;

/// Amounts and balances are rounded to crowns one by one, so the net flow of an account agrees with one of the
/// balances of its last day within 8 crowns.
fn balances_follow_from_amounts(transactions: &[Record]) {
    let mut accounts: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for t in transactions {
        accounts.entry(t.reference("account").unwrap()).or_default().push(t);
    }
    assert_eq!(accounts.len(), 1_252);
    for (account, rows) in accounts {
        let net: i64 = rows.iter().map(|t| t.money("amount").unwrap().minor).sum();
        let last = rows.iter().map(|t| t.date("booked_on")).max().unwrap();
        let balances = rows.iter().filter(|t| t.date("booked_on") == last);
        let off = balances.map(|t| (t.money("balance").unwrap().minor - net).abs()).min();
        assert!(off.unwrap() <= 800, "account {account}: off by {off:?} hellers");
    }
}

#[test]
fn going_on_from_a_row_gives_the_same_records() {
    let Some(packed) = public_data("berka") else {
        return;
    };
    let Some(dir) = unpack_folder(&packed) else {
        return;
    };
    let feed = Feed::open(Mapping::parse(MAPPING).unwrap(), dir.path()).unwrap();
    for file in feed.files() {
        let (whole, _) = drain(feed.reader(file).unwrap());
        let cut = whole[whole.len() / 3].row;
        let mut reader = feed.reader(file).unwrap();
        reader.skip_to(cut);
        let rest: Vec<Record> = reader.by_ref().map(Result::unwrap).collect();
        assert_eq!(rest.first().map(|r| r.row), Some(cut));
        assert!(whole.ends_with(&rest), "{}", file.file);
        let counted = reader.counts().skipped + reader.counts().records;
        assert_eq!(counted, u64::try_from(whole.len()).unwrap());
        let (done, all) = reader.progress();
        assert_eq!(done, all);
    }
}

#[test]
fn a_preview_shows_every_file() {
    let Some(packed) = public_data("berka") else {
        return;
    };
    let Some(dir) = unpack_folder(&packed) else {
        return;
    };
    let views = preview(Mapping::parse(MAPPING).unwrap(), dir.path(), 5).unwrap();
    assert_eq!(views.len(), 8);
    for view in views {
        assert_eq!((view.records.len(), view.rejects.len(), view.error), (5, 0, None));
    }
}
