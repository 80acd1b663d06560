//! Numbers: check digits, balances, histories.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Date;

use super::super::digits::{account_key, inn10_check, inn12_check, ogrn_check, snils_check};
use super::super::*;
use super::{TODAY, bank};

#[test]
fn every_check_digit_is_right_and_no_number_is_shared() {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut seen: BTreeSet<(IdentifierKind, String)> = BTreeSet::new();
    let mut accounts: BTreeSet<String> = BTreeSet::new();
    let mut count: BTreeMap<IdentifierKind, u32> = BTreeMap::new();
    for client in bank(5_000).iter() {
        for id in &client.identifiers {
            let value = digits(&id.value);
            let number = value.len();
            let cut = match id.kind {
                IdentifierKind::Inn if number == 12 => 2,
                IdentifierKind::Snils => 2,
                _ => 1,
            };
            let (first, last) =
                (value[..number - cut].to_owned(), value[number - cut..].to_owned());
            let expected = match id.kind {
                IdentifierKind::Inn if number == 10 => inn10_check(&first).to_string(),
                IdentifierKind::Inn => {
                    assert_eq!(number, 12);
                    let (a, b) = inn12_check(&first);
                    format!("{a}{b}")
                }
                IdentifierKind::Snils => format!("{:02}", snils_check(&first)),
                IdentifierKind::Ogrn => {
                    assert_eq!(number, 13);
                    ogrn_check(&first, 11).to_string()
                }
                IdentifierKind::Ogrnip => {
                    assert_eq!(number, 15);
                    ogrn_check(&first, 13).to_string()
                }
                IdentifierKind::PassportRu => {
                    assert_eq!(number, 10);
                    last.clone()
                }
                _ => last.clone(),
            };
            assert_eq!(last, expected, "{:?} {}", id.kind, id.value);
            *count.entry(id.kind).or_default() += 1;
            if id.kind != IdentifierKind::Kpp {
                assert!(
                    seen.insert((id.kind, id.value.clone())),
                    "{:?} {} twice",
                    id.kind,
                    id.value
                );
            }
            assert!(id.issued.is_none_or(|day| day <= TODAY), "{id:?}");
        }
        let loans = client.loans.iter().map(|loan| &loan.account_number);
        for number in client.accounts.iter().map(|account| &account.number).chain(loans) {
            assert_eq!(number.len(), 20);
            let mut open = number.clone();
            open.replace_range(8..9, "0");
            assert_eq!(account_key(DEMO_BIK, &open).to_string(), number[8..9], "{number}");
            assert!(accounts.insert(number.clone()), "{number} twice");
        }
    }
    for kind in
        [IdentifierKind::Inn, IdentifierKind::Snils, IdentifierKind::Ogrn, IdentifierKind::Ogrnip]
    {
        assert!(count[&kind] > 100, "{kind:?}: {count:?}");
    }
}

#[test]
fn balances_agree_with_movements_and_never_fall_below_zero() {
    let mut movements = 0_u32;
    let mut moving = 0_u32;
    for client in bank(1_500).iter() {
        let mut sums: Vec<i64> =
            client.accounts.iter().map(|account| account.opening_minor).collect();
        let mut last = TODAY.first_of_month().saturating_sub(jiff::Span::new().months(24));
        for (sequence, movement) in (0_u32..).zip(client.transactions(HISTORY_MONTHS)) {
            sums[movement.account] += movement.amount_minor;
            assert_eq!(sums[movement.account], movement.balance_minor);
            assert!(movement.balance_minor >= 0, "{} {movement:?}", client.number);
            assert!(movement.date >= last && movement.date <= TODAY);
            assert!(client.accounts[movement.account].opened <= movement.date);
            assert_ne!(movement.amount_minor, 0);
            assert_eq!(movement.sequence, sequence);
            last = movement.date;
            movements += 1;
        }
        moving +=
            u32::from(client.accounts.iter().any(|account| !account.dormant)) * HISTORY_MONTHS;
        let closing: Vec<i64> =
            client.accounts.iter().map(|account| account.balance_minor).collect();
        assert_eq!(sums, closing, "client {}", client.number);
        for month in client.account_months() {
            let turnover = month.incoming_minor - month.outgoing_minor;
            assert_eq!(month.opening_minor + turnover, month.closing_minor);
        }
    }
    assert!((6..=15).contains(&(movements / moving)), "{movements} in {moving} client months");
}

#[test]
fn a_shorter_history_is_the_end_of_the_longer() {
    let client = bank(100).client(stories::EVERYTHING);
    let all: Vec<Transaction> = client.transactions(HISTORY_MONTHS).collect();
    let short: Vec<Transaction> = client.transactions(3).collect();
    assert!(short.len() > 20 && short.len() < all.len());
    assert_eq!(all[all.len() - short.len()..], short);
    assert_eq!(short[0].date.first_of_month(), Date::constant(2026, 9, 1));
}
