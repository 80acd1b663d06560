//! The control key of a 20-digit Russian account (Bank of Russia, order 515 of 8 September 1997).

use kernel::Refusal;

use crate::codes;
use crate::digits::{exactly, trimmed};
use crate::identifier::Certainty;

const ACCOUNT_DIGITS: usize = 20;
const BIK_DIGITS: usize = 9;

/// Checks the key (9th digit) of an account together with the BIK of the bank it is held at.
///
/// Treasury accounts, which begin with `0`, do not follow the rule: the answer is
/// [`Certainty::NotApplicable`].
///
/// # Errors
/// Refuses with `id-digits`, `id-length`, `id-all-zero` when either number is malformed and with
/// `id-account-key` when the key does not fit the bank.
pub fn check_account_key(bik: &str, account: &str) -> Result<Certainty, Refusal> {
    let bik = exactly(trimmed(bik)?, BIK_DIGITS)?;
    let account = exactly(trimmed(account)?, ACCOUNT_DIGITS)?;
    if account.first() == Some(&0) {
        return Ok(Certainty::NotApplicable);
    }
    let [_, _, _, _, fifth, sixth, last_three @ ..] = bik.as_slice() else {
        return Err(codes::wrong_length(BIK_DIGITS, bik.len()));
    };
    let at_central_bank = [0, *fifth, *sixth];
    let central_unit = matches!(last_three, [0, 0, 0..=2]);
    let holds = match account.as_slice() {
        [3, 0, 1, 0, 1, ..] | [4, 0, 1, 0, 2, ..] => key_holds(&at_central_bank, &account),
        // Other correspondent accounts are opened at the central bank or at another bank.
        [3, 0, 1, ..] => key_holds(&at_central_bank, &account) || key_holds(last_three, &account),
        _ if central_unit => key_holds(&at_central_bank, &account),
        _ => key_holds(last_three, &account),
    };
    if holds { Ok(Certainty::Valid) } else { Err(Refusal::new(codes::ID_ACCOUNT_KEY)) }
}

fn key_holds(prefix: &[u32], account: &[u32]) -> bool {
    let weights = [7, 1, 3].into_iter().cycle();
    let sum: u32 = prefix.iter().chain(account).zip(weights).map(|(d, w)| d * w % 10).sum();
    sum.is_multiple_of(10)
}
