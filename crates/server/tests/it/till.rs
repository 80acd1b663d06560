//! The tills of clerks: what was given, taken and handed back today, who may hand it over, and what the form keeps.

use engagement::desk::commands::{MoveTillCash, RecordOperation, ReverseOperation};
use engagement::desk::queries::{self, OperationsOf};
use kernel::{Currency, DeskOperationId};
use spine::Error;
use spine::approval::commands::SetPersonnelNumber;
use store::params;
use testkit::{Bank, START};

use crate::engagement::{codes, page, post};
use crate::support::{both, changes, force, number};

const FORM: &str = "/desk/till/new";

fn moving(bank: &Bank, kind: &str, clerk: &str, amount_minor: i64) -> MoveTillCash {
    MoveTillCash {
        clerk_id: bank.user(clerk),
        kind: kind.to_owned(),
        currency: Currency::RUB,
        amount_minor,
        reference: "7".to_owned(),
    }
}

fn operation(kind: &str, currency: Currency, amount_minor: i64) -> RecordOperation {
    RecordOperation {
        visit_id: None,
        client_id: None,
        kind: kind.to_owned(),
        currency,
        amount_minor,
        reference: "17".to_owned(),
        note: String::new(),
    }
}

async fn done(bank: &Bank, kind: &str, amount_minor: i64) -> DeskOperationId {
    bank.execute("clerk", &operation(kind, Currency::RUB, amount_minor)).await.unwrap()
}

/// Tills of today in the person's reach: whose, currency, what is in it.
async fn tills(bank: &Bank, login: &str) -> Vec<(String, String, i64)> {
    let principal = bank.as_role(login).principal;
    let mut db = bank.services.reader.clone();
    let all = OperationsOf::default();
    let rows = queries::tills(&mut db, &principal, &all, 100).await.unwrap();
    let loaded = bank.services.directory.get();
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|t| {
            let clerk = loaded.staff[&t.clerk_id].login.clone();
            (clerk, t.currency.to_string(), t.net().minor)
        })
        .collect();
    rows.sort();
    rows
}

fn till(clerk: &str, currency: &str, net: i64) -> (String, String, i64) {
    (clerk.to_owned(), currency.to_owned(), net)
}

/// A part of a page from a table's id to its end.
fn table<'a>(page: &'a str, id: &str) -> &'a str {
    let start = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{id}: {page}"));
    page[start..].split("</table>").next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_is_seen_on_the_desk_and_in_the_day_until_it_is_settled() {
    both(async |bank: &Bank| {
        let mut clerk = bank.client("clerk").await;
        assert!(!page(&mut clerk, "/desk").await.contains("id=\"desk-till\""), "nothing was moved");
        let mut head = bank.client("branch_head").await;
        let give = format!(
            "clerk_id={}&kind=allocation&amount=2 000&currency=RUB&reference=7",
            bank.user("clerk")
        );
        assert_eq!(post(bank, &mut head, FORM, &give).await.location(), "/desk/day");
        assert_eq!(changes(bank, "till_cash").await.len(), 1);
        done(bank, "cash_in", 50_000).await;
        done(bank, "cash_out", 30_000).await;
        done(bank, "payment", 99_900).await;
        let desk = page(&mut clerk, "/desk").await;
        for sum in ["2,000.00", "500.00", "300.00", "2,200.00"] {
            assert!(table(&desk, "desk-till").contains(sum), "{sum}: {desk}");
        }
        assert!(!table(&desk, "desk-till").contains("999.00"), "a payment is no cash");
        assert!(desk.contains("999.00") && desk.contains("start of the day"));
        let much = moving(bank, "settlement", "clerk", 220_001);
        let short = bank.execute("branch_head", &much).await;
        let Err(Error::Refused(why)) = &short else { panic!("{short:?}") };
        assert_eq!(
            (why.0[0].code.as_str(), why.0[0].field.as_deref()),
            ("till-short", Some("amount"))
        );
        assert_eq!(why.0[0].args, [("sum".to_owned(), "2200.00 RUB".to_owned())]);
        let back = moving(bank, "settlement", "clerk", 220_000);
        bank.execute("branch_head", &back).await.unwrap();
        assert_eq!(codes(bank.execute("branch_head", &back).await), ["till-short"]);
        assert_eq!(tills(bank, "clerk").await, [till("clerk", "RUB", 0)]);
        let day = page(&mut head, "/desk/day").await;
        assert!(table(&day, "desk-tills").contains("Member clerk"), "{day}");
        assert!(table(&day, "desk-tills").contains("2,200.00") && day.contains(FORM));
        let day = page(&mut clerk, "/desk/day").await;
        assert!(day.contains("id=\"desk-tills\"") && !day.contains(FORM), "not a clerk's right");
        let mut near = bank.client("branch_head_near").await;
        let day = page(&mut near, "/desk/day").await;
        assert!(!day.contains("Member clerk") && day.contains("No cash was moved"), "{day}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_counts_by_currency_and_day_and_stands_out_below_zero() {
    both(async |bank: &Bank| {
        let usd: Currency = "USD".parse().unwrap();
        let wrong = done(bank, "cash_in", 4_000).await;
        done(bank, "cash_out", 9_000).await;
        bank.execute("clerk", &operation("cash_in", usd, 700)).await.unwrap();
        assert_eq!(
            tills(bank, "branch_head").await,
            [till("clerk", "RUB", -5_000), till("clerk", "USD", 700)]
        );
        let desk = page(&mut bank.client("clerk").await, "/desk").await;
        assert!(table(&desk, "desk-till").contains("badge danger"), "{desk}");
        // what takes another back counts in the till in which the cash is, whoever takes it back
        let reverse =
            ReverseOperation { operation_id: wrong, reason: "не тот счёт".to_owned() };
        bank.execute("branch_head", &reverse).await.unwrap();
        let all = tills(bank, "branch_head").await;
        assert_eq!(all, [till("clerk", "RUB", -9_000), till("clerk", "USD", 700)]);
        assert_eq!(tills(bank, "clerk").await.len(), 2, "a clerk sees his own");
        assert_eq!(tills(bank, "branch_head_near").await, []);
        let mut back = moving(bank, "settlement", "clerk", 701);
        back.currency = usd;
        assert_eq!(codes(bank.execute("branch_head", &back).await), ["till-short"]);
        // the next day begins with nothing
        bank.clock.set(START.plus_days(1));
        back.amount_minor = 700;
        assert_eq!(codes(bank.execute("branch_head", &back).await), ["till-short"]);
        bank.execute("branch_head", &moving(bank, "allocation", "clerk", 100)).await.unwrap();
        let out = moving(bank, "settlement", "clerk", 100);
        bank.execute("branch_head", &out).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_of_one_branch_hand_over_cash() {
    both(async |bank: &Bank| {
        let own = moving(bank, "allocation", "branch_head", 100);
        assert_eq!(codes(bank.execute("branch_head", &own).await), ["till-own"]);
        let give = moving(bank, "allocation", "clerk", 100);
        for login in ["clerk", "manager"] {
            let refused = bank.execute(login, &give).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{login}: {refused:?}");
        }
        // neither from elsewhere nor to elsewhere
        assert_eq!(codes(bank.execute("branch_head_near", &give).await), ["not-a-choice"]);
        for login in ["manager_near", "head_office"] {
            let away = moving(bank, "allocation", login, 100);
            assert_eq!(
                codes(bank.execute("branch_head", &away).await),
                ["not-a-choice"],
                "{login}"
            );
        }
        for (kind, amount, code) in [
            ("allocation", 0, "operation-sum"),
            ("settlement", -5, "operation-sum"),
            ("allocation", i64::MAX, "operation-sum"),
            ("gift", 5, "not-a-choice"),
        ] {
            let wrong = moving(bank, kind, "clerk", amount);
            assert_eq!(codes(bank.execute("branch_head", &wrong).await), [code], "{kind} {amount}");
        }
        let long = MoveTillCash { reference: "7".repeat(41), ..give.clone() };
        assert_eq!(codes(bank.execute("branch_head", &long).await), ["too-long"]);
        // two accounts of one person
        for login in ["branch_head", "manager"] {
            let set = SetPersonnelNumber { staff_id: bank.user(login), number: "0042".into() };
            bank.execute("administrator", &set).await.unwrap();
        }
        let other = moving(bank, "allocation", "manager", 100);
        assert_eq!(codes(bank.execute("branch_head", &other).await), ["till-own"]);
        let gone = "update staff set state = 'dismissed' where id = $1";
        force(bank, gone, params![bank.user("manager_same")]).await;
        let gone = moving(bank, "allocation", "manager_same", 100);
        assert_eq!(codes(bank.execute("branch_head", &gone).await), ["not-a-choice"]);
        assert_eq!(number(bank, "select count(*) from till_cash").await, 0);
        bank.execute("branch_head", &give).await.unwrap();
        assert_eq!(number(bank, "select count(*) from till_cash").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_offers_who_serves_here_and_keeps_what_was_typed() {
    both(async |bank: &Bank| {
        let mut head = bank.client("branch_head").await;
        let form = page(&mut head, FORM).await;
        let offered = |login: &str| form.contains(&format!("value=\"{}\"", bank.user(login)));
        assert!(offered("clerk") && offered("manager"));
        for login in ["branch_head", "manager_near", "regional_head", "administrator"] {
            assert!(!offered(login), "{login}");
        }
        let unread = "clerk_id=&kind=settlement&amount=много&currency=RUB&reference=квит-17";
        let again = post(bank, &mut head, FORM, unread).await;
        assert_eq!(again.status, 422);
        for kept in ["много", "квит-17", "value=\"settlement\" selected"] {
            assert!(again.body.contains(kept), "{kept}: {}", again.body);
        }
        let clerk = bank.user("clerk");
        let short =
            format!("clerk_id={clerk}&kind=settlement&amount=12,50&currency=RUB&reference=8");
        let short = post(bank, &mut head, FORM, &short).await;
        assert_eq!(short.status, 422);
        assert!(short.body.contains("There is 0.00 RUB in this till today"), "{}", short.body);
        for kept in ["12,50", &format!("value=\"{clerk}\" selected")] {
            assert!(short.body.contains(kept), "{kept}: {}", short.body);
        }
        let mut browser = bank.client("clerk").await;
        assert_eq!(browser.get(FORM).await.status, 403);
        let give = format!("clerk_id={clerk}&kind=allocation&amount=1&currency=RUB&reference=");
        assert_eq!(post(bank, &mut browser, FORM, &give).await.status, 403);
        assert_eq!(number(bank, "select count(*) from till_cash").await, 0);
    })
    .await;
}
