//! The order of movements within a day. Core systems often tell the balance after every movement but
//! hand a day's movements over in any order; the balances themselves say which came after which.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, Date};
use spine::Work;
use store::{Read, StoreError, Value};
use uuid::Uuid;

/// Days looked at by one statement, and movements renumbered by one.
const AT_ONCE: usize = 200;
/// Movements of a day that are put in order; of a longer day the order of the file is believed.
const STEPS_MAX: usize = 200;

/// A movement of one day, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    amount: i64,
    balance: i64,
}

impl Step {
    /// The balance before it; wide, so that nothing overflows.
    fn before(self) -> i128 {
        i128::from(self.balance) - i128::from(self.amount)
    }
}

/// Puts the movements of these days into the order their balances tell. Days on which a movement does
/// not tell its balance keep the order of the file.
pub(super) async fn settle(
    work: &mut Work<'_>,
    days: &BTreeSet<(AccountId, Date)>,
) -> Result<(), StoreError> {
    let days: Vec<(AccountId, Date)> = days.iter().copied().collect();
    let mut renumbered: Vec<(Uuid, i64)> = Vec::new();
    for chunk in days.chunks(AT_ONCE) {
        let places: Vec<String> = (0..chunk.len())
            .map(|n| format!("(account_id = ${} and on_date = ${})", 2 * n + 1, 2 * n + 2))
            .collect();
        let params: Vec<Value> =
            chunk.iter().flat_map(|(account, day)| [(*account).into(), (*day).into()]).collect();
        let sql = format!(
            "select account_id, on_date, id, ordinal, amount_minor, balance_minor \
             from account_transaction where {} order by account_id, on_date, ordinal, id",
            places.join(" or ")
        );
        let mut filed: BTreeMap<(AccountId, Date), Vec<Filed>> = BTreeMap::new();
        for row in work.query(&sql, &params).await? {
            let mut c = row.cols();
            let day = (c.take()?, c.take()?);
            let (id, ordinal, amount) = (c.take()?, c.take()?, c.take()?);
            let step = c.take::<Option<i64>>()?.map(|balance| Step { amount, balance });
            filed.entry(day).or_default().push((id, ordinal, step));
        }
        filed.values().for_each(|day| renumbered.extend(renumber(day)));
    }
    write(work, &renumbered).await
}

type Filed = (Uuid, i64, Option<Step>);

/// The movements of a day that need another ordinal: the ordinals stay, their owners change.
fn renumber(day: &[Filed]) -> Vec<(Uuid, i64)> {
    let steps: Option<Vec<Step>> = day.iter().map(|(_, _, step)| *step).collect();
    let Some(steps) = steps.filter(|all| (2..=STEPS_MAX).contains(&all.len())) else {
        return Vec::new();
    };
    chain(&steps)
        .into_iter()
        .filter_map(|at| day.get(at))
        .zip(day)
        .filter(|((_, own, _), (_, due, _))| own != due)
        .map(|((id, _, _), (_, due, _))| (*id, *due))
        .collect()
}

/// Places of the steps in the order they happened. The first one's balance before plus all of the day is
/// the last one's balance after, as nearly as rounding allows; each next one begins where the one before
/// ended. What fits equally well keeps the order of the file.
fn chain(steps: &[Step]) -> Vec<usize> {
    let sum: i128 = steps.iter().map(|step| i128::from(step.amount)).sum();
    let mut first: Option<(i128, usize)> = None;
    for (at, step) in steps.iter().enumerate() {
        let end = step.before() + sum;
        let others = steps.iter().enumerate().filter(|(other, _)| *other != at);
        let off = others.map(|(_, last)| (i128::from(last.balance) - end).abs()).min();
        if let Some(off) = off.filter(|off| first.is_none_or(|(least, _)| *off < least)) {
            first = Some((off, at));
        }
    }
    let mut left: Vec<usize> = (0..steps.len()).collect();
    let mut order = Vec::with_capacity(steps.len());
    let mut next = first.map(|(_, at)| at);
    while let Some(at) = next {
        left.retain(|other| *other != at);
        order.push(at);
        let Some(balance) = steps.get(at).map(|step| i128::from(step.balance)) else {
            break;
        };
        let distance = |other: &usize| {
            steps.get(*other).map_or(i128::MAX, |step| (step.before() - balance).abs())
        };
        next = left.iter().copied().min_by_key(distance);
    }
    order
}

async fn write(work: &mut Work<'_>, renumbered: &[(Uuid, i64)]) -> Result<(), StoreError> {
    for chunk in renumbered.chunks(AT_ONCE) {
        let (mut ids, mut whens, mut params) = (Vec::new(), Vec::new(), Vec::<Value>::new());
        for (id, ordinal) in chunk {
            let at = params.len();
            ids.push(format!("${}", at + 1));
            whens.push(format!("when ${} then cast(${} as bigint)", at + 1, at + 2));
            params.extend([Value::from(*id), Value::from(*ordinal)]);
        }
        let sql = format!(
            "update account_transaction set ordinal = case id {} end where id in ({})",
            whens.join(" "),
            ids.join(", ")
        );
        work.execute(&sql, &params).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(steps: &[(i64, i64)]) -> Vec<usize> {
        let steps: Vec<Step> = steps
            .iter()
            .map(|(amount, balance)| Step { amount: *amount, balance: *balance })
            .collect();
        chain(&steps)
    }

    #[test]
    fn balances_tell_the_order_of_a_day() {
        // 100 +50 -20 +7
        assert_eq!(of(&[(-20, 130), (7, 137), (50, 150)]), [2, 0, 1]);
        assert_eq!(of(&[(50, 150), (-20, 130), (7, 137)]), [0, 1, 2]);
        assert_eq!(of(&[(7, 137), (-20, 130), (50, 150)]), [2, 1, 0]);
        // a real day of the Czech bank, rounded to whole crowns one by one
        assert_eq!(of(&[(-580_000, 3_175_100), (-60_900, 3_755_100)]), [1, 0]);
        assert_eq!(of(&[(-770_000, 6_792_600), (2_917_600, 7_562_600)]), [1, 0]);
    }

    #[test]
    fn nothing_is_lost_and_extremes_do_not_overflow() {
        let mut order = of(&[(i64::MAX, i64::MIN), (i64::MIN, i64::MAX), (0, 0), (0, 0)]);
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2, 3]);
    }

    #[test]
    fn a_day_with_a_silent_movement_keeps_the_order_of_the_file() {
        let id = |n| Uuid::from_u128(n);
        let told = |amount, balance| Some(Step { amount, balance });
        let day = [(id(1), 5, told(-20, 130)), (id(2), 8, told(50, 150))];
        assert_eq!(renumber(&day), [(id(2), 5), (id(1), 8)]);
        assert_eq!(renumber(&[day[0], (id(2), 8, None)]), []);
        assert_eq!(renumber(&day[..1]), []);
    }
}
