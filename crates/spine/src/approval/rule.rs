//! Which commands wait for a second person: the rules a bank sets, without a database.

use std::collections::BTreeSet;

use kernel::{BranchId, Money, RegionId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One rule: a command waits when everything the rule names is so. What it leaves out does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Identity.
    pub id: Uuid,
    /// The command's name.
    pub command: String,
    /// Only when it changes this field.
    pub field: Option<String>,
    /// Only when a sum at stake is at least this; a sum in another currency is taken to be.
    pub amount: Option<Money>,
    /// Only for records of this branch.
    pub branch_id: Option<BranchId>,
    /// Only for records of this region.
    pub region_id: Option<RegionId>,
    /// Only when the maker holds this role (its key).
    pub maker_role: Option<String>,
    /// The permission the second person needs over the record.
    pub checker: String,
    /// How long the request stays open.
    pub hours: i64,
}

/// What a command is about to do, as far as rules look at it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Keys of the roles of who asks.
    pub maker_roles: Vec<String>,
    /// Fields that change.
    pub fields: BTreeSet<String>,
    /// Sums at stake.
    pub amounts: Vec<Money>,
    /// Where the records belong: branch and its region. A record of no branch belongs where the maker
    /// sits.
    pub places: Vec<(Option<BranchId>, Option<RegionId>)>,
}

impl Rule {
    /// Whether this rule makes the command wait.
    pub fn asks(&self, facts: &Facts) -> bool {
        let field = self.field.as_ref().is_none_or(|f| facts.fields.contains(f));
        let role = self.maker_role.as_ref().is_none_or(|r| facts.maker_roles.contains(r));
        let amount = self.amount.is_none_or(|least| {
            facts.amounts.iter().any(|sum| {
                sum.currency != least.currency
                    || sum.minor.unsigned_abs() >= least.minor.unsigned_abs()
            })
        });
        let branch =
            self.branch_id.is_none_or(|b| facts.places.iter().any(|(at, _)| *at == Some(b)));
        let region =
            self.region_id.is_none_or(|r| facts.places.iter().any(|(_, at)| *at == Some(r)));
        field && role && amount && branch && region
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn rule() -> Rule {
        Rule {
            id: Uuid::nil(),
            command: "x.y".into(),
            field: None,
            amount: None,
            branch_id: None,
            region_id: None,
            maker_role: None,
            checker: "p.q".into(),
            hours: 24,
        }
    }

    fn rub(minor: i64) -> Money {
        Money::new(minor, Currency::RUB)
    }

    #[test]
    fn an_empty_rule_asks_always_and_each_condition_narrows_it() {
        let id = |n: u128| Uuid::from_u128(n);
        let facts = Facts {
            maker_roles: vec!["clerk".into()],
            fields: BTreeSet::from(["segment".to_owned()]),
            amounts: vec![rub(100_000)],
            places: vec![(Some(id(1).into()), Some(id(2).into()))],
        };
        assert!(rule().asks(&facts) && rule().asks(&Facts::default()));
        let field = |f: &str| Rule { field: Some(f.into()), ..rule() };
        assert!(field("segment").asks(&facts) && !field("note").asks(&facts));
        let role = |r: &str| Rule { maker_role: Some(r.into()), ..rule() };
        assert!(role("clerk").asks(&facts) && !role("manager").asks(&facts));
        let sum = |s: Money| Rule { amount: Some(s), ..rule() };
        assert!(sum(rub(100_000)).asks(&facts) && !sum(rub(100_001)).asks(&facts));
        let other = Money::new(1, Currency::KZT);
        assert!(sum(other).asks(&facts), "what cannot be compared is not let through");
        assert!(!sum(rub(1)).asks(&Facts::default()), "no sum at stake");
        let branch = |n| Rule { branch_id: Some(id(n).into()), ..rule() };
        assert!(branch(1).asks(&facts) && !branch(2).asks(&facts));
        let region = |n| Rule { region_id: Some(id(n).into()), ..rule() };
        assert!(region(2).asks(&facts) && !region(1).asks(&facts));
    }

    proptest! {
        #[test]
        fn a_bigger_sum_never_escapes_a_rule_that_a_smaller_one_meets(
            least in 0_i64..1_000_000, sum in any::<i64>(), more in 0_i64..1_000_000,
        ) {
            let rule = Rule { amount: Some(rub(least)), ..rule() };
            let facts = |minor| Facts { amounts: vec![rub(minor)], ..Facts::default() };
            let bigger = if sum < 0 { sum.saturating_sub(more) } else { sum.saturating_add(more) };
            prop_assert!(!rule.asks(&facts(sum)) || rule.asks(&facts(bigger)));
        }
    }
}
