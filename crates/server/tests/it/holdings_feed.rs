//! Holdings from feeds: what comes once, what comes again, what is rejected.

use kernel::{ClientId, Currency, Money};
use parties::fields::commands::AddField;
use parties::fields::model::{FieldKind, FieldSpec};
use parties::holdings::model::{AccountRole, CardKind, LoanState};
use parties::holdings::queries;
use serde_json::{Value as Json, json};
use spine::import::ImportOutcome;
use store::{Read, params};
use testkit::Bank;

use crate::support::{both, changes, number};

/// Sends records to the command of their kind, as the importer does. The first value is the external id.
async fn send(bank: &Bank, command: &str, rows: &[(&str, Json)]) -> ImportOutcome {
    let rows: Vec<Json> = (2..)
        .zip(rows)
        .map(|(row, (id, fields))| json!({ "row": row, "external_id": id, "fields": fields }))
        .collect();
    let ctx = bank.as_system();
    let batch = json!({ "source": "abs", "rows": rows });
    let answer = bank.services.bus.execute_json(&ctx, ctx.command_id(), command, batch).await;
    serde_json::from_value(answer.unwrap()).unwrap()
}

fn counts(outcome: &ImportOutcome) -> (u64, u64, u64, usize) {
    (outcome.created, outcome.changed, outcome.unchanged, outcome.rejected.len())
}

fn clients() -> Vec<(&'static str, Json)> {
    vec![
        ("c1", json!({ "party_kind": "person", "last_name": "Новак", "first_name": "Ян" })),
        ("c2", json!({ "party_kind": "person" })),
    ]
}
fn accounts() -> Vec<(&'static str, Json)> {
    vec![
        (
            "a1",
            json!({ "number": "40817810000000000018", "currency": "RUB", "opened_on": "2020-02-01" }),
        ),
        (
            "a2",
            json!({ "number": "576", "currency": "CZK", "opened_on": "1993-01-01", "kind": "savings" }),
        ),
    ]
}
fn roles() -> Vec<(&'static str, Json)> {
    vec![
        ("d1", json!({ "account": "a1", "client": "c1", "role": "owner" })),
        ("d2", json!({ "account": "a1", "client": "c2", "role": "authorised" })),
        ("d3", json!({ "account": "a2", "client": "c2", "role": "owner" })),
    ]
}
fn moves() -> Vec<(&'static str, Json)> {
    let of = |account: &str, day: &str, amount: i64, balance: Option<i64>| {
        json!({ "account": account, "booked_on": day, "amount": amount, "balance": balance.unwrap_or(0),
                "operation": "cash_in", "has": balance.is_some() })
    };
    let mut all = vec![
        ("t1", of("a1", "2026-09-10", 70_000, Some(70_000))),
        ("t2", of("a1", "2026-09-10", -20_000, Some(50_000))),
        // filed before what happened before it: the balances tell
        ("t6", of("a1", "2026-10-01", -500, Some(50_500))),
        ("t3", of("a1", "2026-10-01", 1_000, Some(51_000))),
        ("t4", of("a2", "2026-10-05", 900, None)),
        ("t5", of("a2", "2026-10-06", -300, None)),
    ];
    for (_, fields) in &mut all {
        let object = fields.as_object_mut().unwrap();
        if object.remove("has") == Some(Json::Bool(false)) {
            object.remove("balance");
        }
        // a field nobody knows is no reason to reject
        object.insert("direction".to_owned(), "in".into());
    }
    all
}

async fn whole_feed(bank: &Bank) -> Vec<ImportOutcome> {
    let cards =
        [("k1", json!({ "account_role": "d2", "product": "gold", "issued_on": "1994-01-19" }))];
    let loans = [
        (
            "l1",
            json!({ "account": "a1", "granted_on": "2025-07-01", "principal": 9_639_600, "number": "5314",
            "term_months": 12, "monthly_payment": 803_300, "status": "overdue" }),
        ),
        (
            "l2",
            json!({ "account": "a2", "granted_on": "1993-07-05", "principal": 100_000, "term_months": 12,
            "status": "repaid" }),
        ),
    ];
    let orders = [(
        "o1",
        json!({ "account": "a2", "counterparty_bank": "YZ",
        "counterparty_account": "87144583", "amount": 245_200, "purpose": "household" }),
    )];
    vec![
        send(bank, "parties.import_clients", &clients()).await,
        send(bank, "parties.import_accounts", &accounts()).await,
        send(bank, "parties.import_account_roles", &roles()).await,
        send(bank, "parties.import_cards", &cards).await,
        send(bank, "parties.import_loans", &loans).await,
        send(bank, "parties.import_standing_orders", &orders).await,
        send(bank, "parties.import_transactions", &moves()).await,
    ]
}

async fn client_of(bank: &Bank, external_id: &str) -> ClientId {
    let mut db = bank.services.reader.clone();
    let sql = "select entity_id from external_ref where kind = 'client' and external_id = $1";
    let row = store::Read::first(&mut db, sql, store::params![external_id]).await.unwrap();
    row.unwrap().one().unwrap()
}

/// In, out, operations of a month of the account with this number.
async fn month(bank: &Bank, account: &str, month: &str) -> Option<(i64, i64, i64)> {
    let mut db = bank.services.reader.clone();
    let sql = "select m.in_minor, m.out_minor, m.operations from account_month m \
               join account a on a.id = m.account_id where a.number = $1 and m.month = $2";
    let row = store::Read::first(&mut db, sql, store::params![account, month]).await.unwrap()?;
    let mut c = row.cols();
    Some((c.take().unwrap(), c.take().unwrap(), c.take().unwrap()))
}

async fn balance(bank: &Bank, account: &str) -> i64 {
    number(bank, &format!("select balance_minor from account where number = '{account}'")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_comes_again_changes_nothing() {
    both(async |bank: &Bank| {
        let first = whole_feed(bank).await;
        let all: Vec<_> = first.iter().map(counts).collect();
        let expected = [2, 2, 3, 1, 2, 1, 6].map(|n| (n, 0, 0, 0));
        assert_eq!(all, expected, "{first:?}");
        let sums = async || {
            (
                balance(bank, "40817810000000000018").await,
                balance(bank, "576").await,
                month(bank, "40817810000000000018", "2026-09").await,
                month(bank, "40817810000000000018", "2026-10").await,
                month(bank, "576", "2026-10").await,
            )
        };
        let once =
            (50_500, 600, Some((70_000, 20_000, 2)), Some((1_000, 500, 2)), Some((900, 300, 2)));
        assert_eq!(sums().await, once);
        let entries = number(bank, "select count(*) from journal_entry").await;
        let again = whole_feed(bank).await;
        let all: Vec<_> = again.iter().map(counts).collect();
        assert_eq!(all, [2, 2, 3, 1, 2, 1, 6].map(|n| (0, 0, n, 0)));
        assert_eq!(sums().await, once);
        assert_eq!(number(bank, "select count(*) from journal_entry").await, entries);
        let batches = "select count(*) from journal_entry where entity = 'feed_batch'";
        assert_eq!(number(bank, batches).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_record_corrects_exactly_its_difference() {
    both(async |bank: &Bank| {
        whole_feed(bank).await;
        let mut again = moves();
        again[1].1["amount"] = (-25_000).into();
        again[5].1["booked_on"] = "2026-11-01".into();
        again[5].1["amount"] = (-400).into();
        let outcome = send(bank, "parties.import_transactions", &again).await;
        assert_eq!(counts(&outcome), (0, 2, 4, 0));
        assert_eq!(month(bank, "40817810000000000018", "2026-09").await, Some((70_000, 25_000, 2)));
        assert_eq!(month(bank, "576", "2026-10").await, Some((900, 0, 1)));
        assert_eq!(month(bank, "576", "2026-11").await, Some((0, 400, 1)));
        // told by the newest movement; added up where nobody tells
        assert_eq!(balance(bank, "40817810000000000018").await, 50_500);
        assert_eq!(balance(bank, "576").await, 500);

        let moved = [("d2", json!({ "account": "a2", "client": "c1", "role": "authorised" }))];
        let outcome = send(bank, "parties.import_account_roles", &moved).await;
        assert_eq!(counts(&outcome), (0, 1, 0, 0));
        let c1 = client_of(bank, "c1").await;
        let mut db = bank.services.reader.clone();
        let held = queries::accounts(&mut db, c1, bank.today()).await.unwrap();
        let held: Vec<_> = held.iter().map(|h| (h.account.number.as_str(), h.role)).collect();
        let expected =
            [("40817810000000000018", AccountRole::Owner), ("576", AccountRole::Disponent)];
        assert_eq!(held, expected);
        assert_eq!(number(bank, "select count(*) from account_role").await, 3);

        let renamed = [(
            "a1",
            json!({ "number": "40817810000000000099", "currency": "RUB",
            "opened_on": "2020-02-01", "closed_on": "2026-11-20" }),
        )];
        let outcome = send(bank, "parties.import_accounts", &renamed).await;
        assert_eq!(counts(&outcome), (0, 1, 0, 0));
        assert_eq!(balance(bank, "40817810000000000099").await, 50_500, "the balance stays");
        let ctx = bank.as_role("head_office");
        let find = async |typed: &str| {
            let mut db = bank.services.reader.clone();
            parties::search::find(&mut db, &ctx.principal, typed, 10).await.unwrap().len()
        };
        assert_eq!(find("40817810000000000099").await, 1);
        assert_eq!(find("40817810000000000018").await, 0, "the old number finds nobody");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_review_comes_changes_and_goes_with_its_record() {
    both(async |bank: &Bank| {
        whole_feed(bank).await;
        let c1 = client_of(bank, "c1").await;
        let with = |day: Option<&str>| {
            let mut account = json!({ "number": "40817810000000000018", "currency": "RUB",
                "opened_on": "2020-02-01" });
            let mut loan = json!({ "account": "a1", "granted_on": "2025-07-01",
                "principal": 9_639_600, "term_months": 12, "status": "running" });
            for record in [&mut account, &mut loan] {
                if let Some(day) = day {
                    record["review_on"] = day.into();
                }
            }
            (account, loan)
        };
        for day in [Some("2026-12-01"), Some("2026-12-01"), Some("2027-01-15"), None] {
            let (account, loan) = with(day);
            let one = send(bank, "parties.import_accounts", &[("a1", account)]).await;
            let two = send(bank, "parties.import_loans", &[("l1", loan)]).await;
            assert!(one.rejected.is_empty() && two.rejected.is_empty());
            let mut db = bank.services.reader.clone();
            let held = queries::accounts(&mut db, c1, bank.today()).await.unwrap();
            let lent = queries::loans(&mut db, c1).await.unwrap();
            let day = day.map(|day| day.parse().unwrap());
            assert_eq!((held[0].account.review_on, lent[0].review_on), (day, day));
        }
        let left =
            "select (select count(*) from account_review) + (select count(*) from loan_review)";
        assert_eq!(number(bank, left).await, 0);
        let told = changes(bank, "%").await;
        let told = told.iter().filter(|c| c.contains("_review_on")).count();
        assert_eq!(told, 6, "each kind: given, moved, taken back");
        let (account, _) = with(Some("31.02.2026"));
        let bad = send(bank, "parties.import_accounts", &[("a1", account)]).await;
        assert_eq!(bad.rejected[0].field.as_deref(), Some("review_on"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_average_balance_follows_from_the_turnovers() {
    both(async |bank: &Bank| {
        whole_feed(bank).await;
        let c2 = client_of(bank, "c2").await;
        let mut db = bank.services.reader.clone();
        let average = async |db: &mut store::Reader| {
            let held = queries::accounts(db, c2, bank.today()).await.unwrap();
            let own = held.iter().find(|h| h.account.number == "576").unwrap();
            (own.account.balance_minor, own.activity.average_minor)
        };
        // 900 came and 300 went in October: the ends of May to September held nothing
        assert_eq!(average(&mut db).await, (600, Some(100)));
        let more = [("t9", json!({ "account": "a2", "booked_on": "2026-06-01", "amount": 1_200 }))];
        send(bank, "parties.import_transactions", &more).await;
        assert_eq!(average(&mut db).await, (1_800, Some(1_100)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_records_are_rejected_with_field_and_reason() {
    both(async |bank: &Bank| {
        whole_feed(bank).await;
        let day = "2026-10-10";
        let rows = [
            ("x1", json!({ "account": "nobody", "booked_on": day, "amount": 1 })),
            ("x2", json!({ "account": "a1", "booked_on": "31.02.2026", "amount": 1 })),
            ("x3", json!({ "account": "a1", "booked_on": day, "amount": "1,5" })),
            ("x4", json!({ "account": "a1", "booked_on": day, "amount": i64::MIN })),
            ("x5", json!({ "account": "a1", "booked_on": day })),
            ("", json!({ "account": "a1", "booked_on": day, "amount": 1 })),
            ("x6", json!({ "account": "a1", "booked_on": day, "amount": 1, "purpose": "я".repeat(500) })),
            ("x7", json!({ "account": "a1", "booked_on": "2026-10-11", "amount": 1 })),
            ("x7", json!({ "account": "a1", "booked_on": "2026-10-11", "amount": 2 })),
        ];
        let outcome = send(bank, "parties.import_transactions", &rows).await;
        let why = |o: &ImportOutcome| -> Vec<(u64, String, String)> {
            let mut all: Vec<_> = o
                .rejected
                .iter()
                .map(|r| (r.row, r.field.clone().unwrap_or_default(), r.code.clone()))
                .collect();
            all.sort();
            all
        };
        let expected = [
            (2, "account", "import-unknown-ref"),
            (3, "booked_on", "not-a-date"),
            (4, "amount", "not-an-amount"),
            (5, "amount", "not-an-amount"),
            (6, "amount", "required"),
            (7, "", "required"),
            (8, "purpose", "too-long"),
            (10, "", "import-twice"),
        ];
        let expected = expected.map(|(row, field, code)| (row, field.to_owned(), code.to_owned()));
        assert_eq!(why(&outcome), expected);
        assert_eq!(outcome.created, 1);
        let rows = [
            ("y1", json!({ "account": "a1", "granted_on": "2025-01-01", "principal": 1, "term_months": 1,
                "status": "who knows" })),
            ("y2", json!({ "granted_on": "2025-01-01", "principal": 1, "term_months": 1, "currency": "RUB",
                "status": "running" })),
        ];
        let outcome = send(bank, "parties.import_loans", &rows).await;
        let expected = [(2, "status", "not-a-choice"), (3, "client", "required")];
        let expected = expected.map(|(row, field, code)| (row, field.to_owned(), code.to_owned()));
        assert_eq!(why(&outcome), expected);
        let rows = [("z1", json!({ "number": "7", "kind": "vault", "currency": "RUB",
            "opened_on": "2025-01-01" }))];
        let outcome = send(bank, "parties.import_accounts", &rows).await;
        assert_eq!(why(&outcome), [(2, "kind".to_owned(), "not-a-choice".to_owned())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_the_feed_does_not_tell_is_not_zero() {
    both(async |bank: &Bank| {
        whole_feed(bank).await;
        let mut db = bank.services.reader.clone();
        let c1 = client_of(bank, "c1").await;
        let rows = queries::money_rows(&mut db, c1).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].deposits, Some(Money::new(50_500, Currency::RUB)));
        assert_eq!((rows[0].owed, rows[0].loans_unknown), (None, 1));
        let loans = queries::loans(&mut db, c1).await.unwrap();
        assert_eq!((loans[0].state, loans[0].days_past_due), (LoanState::Running, None));
        let c2 = client_of(bank, "c2").await;
        let rows = queries::money_rows(&mut db, c2).await.unwrap();
        assert_eq!(rows[0].deposits, Some(Money::new(600, Currency::CZK)));
        assert_eq!((rows[0].owed, rows[0].loans), (None, 0), "a repaid loan is no debt");
        let cards = queries::cards(&mut db, c2).await.unwrap();
        assert_eq!((cards.len(), cards[0].kind), (1, CardKind::Gold));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_of_accounts_fills_the_banks_own_fields_of_them() {
    both(async |bank: &Bank| {
        let fields = [
            ("x_tariff", crate::custom_fields::spec("Тариф", FieldKind::Choice)),
            (
                "x_box",
                FieldSpec {
                    required: true,
                    ..crate::custom_fields::spec("Ячейка", FieldKind::Integer)
                },
            ),
        ];
        for (key, spec) in fields {
            let command =
                AddField { object: "account".to_owned(), key: Some(key.to_owned()), spec };
            bank.execute("administrator", &command).await.unwrap();
        }
        let account = |number: &str, own: Json| {
            let mut all = json!({ "number": number, "currency": "RUB", "opened_on": "2020-02-01" });
            all.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            all
        };
        let values = async |number: &str| -> String {
            let mut db = bank.services.reader.clone();
            let sql = "select v.doc from own_values v join account a on a.id = v.record_id \
                       where a.number = $1 and v.object = 'account'";
            let row = db.first(sql, params![number]).await.unwrap();
            row.map(|row| row.one().unwrap()).unwrap_or_default()
        };
        let rows = [
            ("a1", account("111", json!({ "x_tariff": "Кошка", "x_box": "12" }))),
            ("a2", account("222", json!({}))),
            ("a3", account("333", json!({ "x_tariff": "Кит", "x_box": "много" }))),
            ("a4", account("444", json!({ "x_no": "1" }))),
        ];
        let outcome = send(bank, "parties.import_accounts", &rows).await;
        assert_eq!(
            counts(&outcome),
            (2, 0, 0, 3),
            "a feed that does not know a required field goes on"
        );
        let mut told: Vec<(u64, &str)> = outcome
            .rejected
            .iter()
            .map(|r| (r.row, r.field.as_deref().unwrap_or_default()))
            .collect();
        told.sort_unstable();
        assert_eq!(told, [(4, "x_box"), (4, "x_tariff"), (5, "x_no")]);
        assert_eq!(values("111").await, r#"{"x_box":"12","x_tariff":"cat"}"#);
        assert_eq!(values("222").await, "");
        assert_eq!(
            number(bank, "select count(*) from account").await,
            2,
            "a bad value, no account"
        );
        let outcome = send(bank, "parties.import_accounts", &rows[..2]).await;
        assert_eq!(counts(&outcome), (0, 0, 2, 0));
        // one value comes anew; what the feed does not bring stays
        let rows = [("a1", account("111", json!({ "x_tariff": "fish" })))];
        let outcome = send(bank, "parties.import_accounts", &rows).await;
        assert_eq!(counts(&outcome), (0, 1, 0, 0));
        assert_eq!(values("111").await, r#"{"x_box":"12","x_tariff":"fish"}"#);
        let told = changes(bank, "account").await;
        assert!(told.iter().any(|c| c.contains("\"x_tariff\":[\"cat\",\"fish\"]")), "{told:?}");
    })
    .await;
}
