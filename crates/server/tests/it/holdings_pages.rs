//! Holdings on pages: what the money row, the table and the account page show, and to whom.

use std::collections::BTreeMap;

use kernel::{AccountId, ClientId, Currency, Date};
use parties::client::commands::{LoadClients, LoadedClient};
use parties::client::model::ClientKind;
use parties::holdings::commands::{HoldingRole, LoadHoldings, Month};
use parties::holdings::model::{
    Account, AccountKind, AccountRole, Card, CardKind, CardState, Loan, LoanKind, LoanState,
    Transaction,
};
use testkit::Bank;

use crate::support::both;

fn client(bank: &Bank, id: ClientId, name: &str, manager: &str, branch: &str) -> LoadedClient {
    LoadedClient {
        id,
        kind: ClientKind::Person,
        fields: BTreeMap::from(
            [("last_name", name), ("segment", "mass"), ("status", "active")]
                .map(|(k, v)| (k.to_owned(), v.to_owned())),
        ),
        branch_id: Some(bank.branch(branch)),
        manager_id: Some(bank.user(manager)),
        roles: Vec::new(),
        contacts: Vec::new(),
        identifiers: Vec::new(),
        addresses: Vec::new(),
        dates: Vec::new(),
        consents: Vec::new(),
        links: Vec::new(),
        extra_keys: Vec::new(),
        main_member: None,
    }
}

fn account(bank: &Bank, number: &str, currency: Currency, balance_minor: i64) -> Account {
    Account {
        id: bank.as_system().new_id(),
        number: number.to_owned(),
        kind: AccountKind::Current,
        currency,
        branch_id: None,
        opened_on: Date::constant(2024, 1, 10),
        closed_on: None,
        matures_on: None,
        rate_bp: None,
        review_on: None,
        limit_minor: 0,
        balance_minor,
        balance_on: None,
        statement_frequency: String::new(),
    }
}

fn role(account: &Account, client: ClientId, role: AccountRole) -> HoldingRole {
    HoldingRole { account_id: account.id, client_id: client, role }
}

/// A card that ends in 38 days.
fn card(bank: &Bank, account: &Account, client: ClientId) -> Card {
    Card {
        id: bank.as_system().new_id(),
        account_id: account.id,
        client_id: client,
        kind: CardKind::Debit,
        pan_masked: "220044******4312".to_owned(),
        issued_on: Date::constant(2022, 12, 1),
        expires_on: Some(Date::constant(2026, 12, 31)),
        state: CardState::Active,
    }
}

/// A loan 33 days late.
fn loan(bank: &Bank, account: &Account, client: ClientId) -> Loan {
    Loan {
        id: bank.as_system().new_id(),
        number: "КД-77".to_owned(),
        account_id: Some(account.id),
        client_id: client,
        kind: LoanKind::Consumer,
        currency: Currency::RUB,
        amount_minor: 30_000_000,
        term_months: 36,
        payment_minor: 1_000_000,
        rate_bp: Some(1_990),
        review_on: Some(Date::constant(2026, 12, 1)),
        opened_on: Date::constant(2025, 1, 10),
        ends_on: Some(Date::constant(2028, 1, 10)),
        state: LoanState::Running,
        owed_minor: Some(20_000_000),
        overdue_minor: 1_000_000,
        days_past_due: Some(33),
        next_payment_on: None,
    }
}

/// Sixty movements, five a day.
fn movements(bank: &Bank, account: &Account) -> Vec<Transaction> {
    let ctx = bank.as_system();
    let movement = |n| Transaction {
        id: ctx.new_id::<kernel::OperationId>().uuid(),
        account_id: account.id,
        on_date: Date::constant(2026, 10, 1 + i8::try_from(n / 5).unwrap()),
        ordinal: n % 5,
        amount_minor: 100 + n,
        balance_minor: Some(n),
        kind: "transfer_in".to_owned(),
        purpose: String::new(),
        partner_bank: "YZ".to_owned(),
        partner_account: format!("partner-{n:02}"),
    };
    (0..60).map(movement).collect()
}

/// A client of branch 01 with an overdraft nearly used up, a late loan and sixty movements; he may also
/// dispose of an account of a client of branch 03.
async fn small_bank(bank: &Bank) -> (ClientId, ClientId, AccountId, AccountId) {
    let ctx = bank.as_system();
    let (near, far): (ClientId, ClientId) = (ctx.new_id(), ctx.new_id());
    let clients = vec![
        client(bank, near, "Ближний", "manager", "01"),
        client(bank, far, "Дальний", "manager_far", "03"),
    ];
    let load = LoadClients { clients, source: "demo".to_owned() };
    bank.execute_system(&load).await.unwrap();
    let own = account(bank, "40817810000000000018", Currency::RUB, 1_234_550);
    let credit = Account {
        limit_minor: 100_000,
        ..account(bank, "40817810000000000024", Currency::RUB, -95_000)
    };
    let foreign = account(bank, "40817810000000000031", Currency::RUB, 777_777_700);
    let month = Month {
        account_id: own.id,
        month: Date::constant(2026, 10, 1),
        in_minor: 7_770,
        out_minor: 0,
        operations: 60,
    };
    let load = LoadHoldings {
        roles: vec![
            role(&own, near, AccountRole::Owner),
            role(&credit, near, AccountRole::Owner),
            role(&foreign, far, AccountRole::Owner),
            role(&foreign, near, AccountRole::Disponent),
        ],
        cards: vec![card(bank, &own, near)],
        loans: vec![loan(bank, &own, near)],
        months: vec![month],
        transactions: movements(bank, &own),
        accounts: vec![own.clone(), credit, foreign.clone()],
        ..LoadHoldings::default()
    };
    let done = bank.execute_system(&load).await.unwrap();
    assert_eq!((done.accounts, done.cards, done.loans, done.transactions), (3, 1, 1, 60));
    (near, far, own.id, foreign.id)
}

/// A panel of the card as a member of staff sees it, with plain blanks.
async fn panel(bank: &Bank, login: &str, client: ClientId, key: &str) -> String {
    let reply = bank.client(login).await.get(&format!("/clients/{client}/panel/{key}")).await;
    reply.ok().replace('\u{a0}', " ")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_shows_what_a_client_has_and_owes() {
    both(async |bank: &Bank| {
        let (near, _, _, foreign) = small_bank(bank).await;
        let money = panel(bank, "manager", near, "money").await;
        for sum in ["RUB 12,346", "RUB 50", "RUB 200,950", "RUB 10,000 overdue"] {
            assert!(money.contains(sum), "{sum} in {money}");
        }
        let table = panel(bank, "manager", near, "holdings").await;
        for words in [
            "40817 •••• 0018",
            "33 days past due, medium collection risk",
            "95% of the limit used",
            "Interest review in 8 days",
            "Expires soon: 38 days",
            "220044••••••4312",
            "Authorised",
        ] {
            assert!(table.contains(words), "{words} in {table}");
        }
        assert!(
            !table.contains("40817810000000000018"),
            "whole numbers stand on the account's page"
        );
        assert!(!table.contains("7,777,777"), "a stranger's balance");
        assert!(!table.contains(&format!("accounts/{foreign}")), "nor a way to it");
        let office = panel(bank, "head_office", near, "holdings").await;
        assert!(office.contains("RUB 7,777,777.00"));
        let owed = panel(bank, "manager", near, "holdings?holdings=liabilities").await;
        assert!(owed.contains("КД-77") && !owed.contains("220044"));
        assert!(panel(bank, "manager", near, "turnover").await.contains("<svg"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_see_a_client_but_not_his_money_sees_that_it_is_hidden() {
    both(async |bank: &Bank| {
        let (near, ..) = small_bank(bank).await;
        let officer = bank.as_role("security_officer").principal;
        assert!(officer.has("client.read") && !officer.has("holding.read"));
        let hidden = panel(bank, "security_officer", near, "holdings").await;
        assert!(hidden.contains("Balances are hidden") && !hidden.contains("КД-77"));
        for key in ["money", "turnover"] {
            assert_eq!(panel(bank, "security_officer", near, key).await.trim(), "");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_lists_its_movements_page_by_page() {
    both(async |bank: &Bank| {
        let (near, far, own, foreign) = small_bank(bank).await;
        let mut manager = bank.client("manager").await;
        let base = format!("/clients/{near}/accounts/{own}");
        let first = manager.get(&base).await.ok();
        let at = |page: &str, n: i64| page.find(&format!("partner-{n:02}"));
        assert!(at(&first, 59) < at(&first, 58) && at(&first, 10).is_some(), "newest first");
        assert_eq!(at(&first, 9), None);
        let next = first.split("href=\"").find(|part| part.contains("?before=")).unwrap();
        let next = next.split('"').next().unwrap();
        let second = manager.get(next).await.ok();
        assert!(at(&second, 9).is_some() && at(&second, 0).is_some() && at(&second, 10).is_none());
        assert!(!second.contains("rel=\"next\""), "the last page");
        for wrong in ["?before=nonsense", "?before=2026-10-01_9_x"] {
            let page = manager.get(&format!("{base}{wrong}")).await.ok();
            assert!(at(&page, 59).is_some(), "what is no key begins at the top");
        }
        for path in [
            format!("/clients/{near}/accounts/{foreign}"),
            format!("/clients/{far}/accounts/{own}"),
            format!("/clients/{far}/accounts/{foreign}"),
        ] {
            assert_eq!(manager.get(&path).await.status, 404, "{path}");
        }
        let mut office = bank.client("head_office").await;
        assert_eq!(office.get(&format!("/clients/{near}/accounts/{foreign}")).await.status, 200);
    })
    .await;
}
