//! Official numbers with correct check digits. Each is a one-to-one image of the client's number, so no
//! two clients share one.

use super::organisation::Branch;

/// БИК of the demo bank: it has the form of a Moscow bank's, but unit 99 is used by none.
pub const DEMO_BIK: &str = "044599974";

const INN10: [u64; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const INN11: [u64; 10] = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const INN12: [u64; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

fn digits(text: &str) -> impl Iterator<Item = u64> + '_ {
    text.chars().filter_map(|c| c.to_digit(10)).map(u64::from)
}

fn weighted(text: &str, weights: &[u64]) -> u64 {
    digits(text).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The last digit of a company's ИНН by its first nine.
pub(crate) fn inn10_check(first: &str) -> u64 {
    weighted(first, &INN10) % 11 % 10
}

/// The last two digits of a person's ИНН by its first ten.
pub(crate) fn inn12_check(first: &str) -> (u64, u64) {
    let eleventh = weighted(first, &INN11) % 11 % 10;
    let twelfth = weighted(&format!("{first}{eleventh}"), &INN12) % 11 % 10;
    (eleventh, twelfth)
}

/// The control number of a СНИЛС by its nine digits.
pub(crate) fn snils_check(nine: &str) -> u64 {
    weighted(nine, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100
}

/// The last digit of an ОГРН (12 digits, modulus 11) or ОГРНИП (14 digits, modulus 13).
pub(crate) fn ogrn_check(first: &str, modulus: u64) -> u64 {
    first.parse::<u64>().unwrap_or(0) % modulus % 10
}

/// The ninth digit of a client's account by the account with 0 in that place.
pub(crate) fn account_key(bik: &str, account: &str) -> u64 {
    let prefix = bik.get(6..).unwrap_or("");
    let sum: u64 = digits(prefix)
        .chain(digits(account))
        .zip([7, 1, 3].into_iter().cycle())
        .map(|(digit, weight)| digit * weight % 10)
        .sum();
    sum % 10 * 3 % 10
}

/// The last digit of a card number by the digits before it (Luhn).
pub(crate) fn luhn_check(first: &str) -> u64 {
    let digits: Vec<u64> = digits(first).collect();
    let sum: u64 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2 == 0, digit * 2) {
            (true, double) if double > 9 => double - 9,
            (true, double) => double,
            (false, _) => *digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// Multipliers of [`scatter`], one for each kind of number, so that a phone does not repeat an account.
/// None has a factor 2, 3 or 5, hence each is coprime to every modulus used here.
const BY_INN: u64 = 7_368_787;
const BY_SNILS: u64 = 5_915_587;
const BY_OGRN: u64 = 3_267_000_013;
const BY_PASSPORT: u64 = 1_500_450_271;
const BY_ACCOUNT: u64 = 2_860_486_313;
const BY_PHONE: u64 = 5_463_458_053;
const BY_PAN: u64 = 4_093_082_899;

/// Scatters `number` over `0..modulus`, one to one while `number < modulus`.
fn scatter(number: u64, multiplier: u64, modulus: u64) -> u64 {
    let wide = u128::from(number % modulus) * u128::from(multiplier) + 3_141_593;
    u64::try_from(wide % u128::from(modulus)).unwrap_or(0)
}

/// ИНН of a person or sole trader.
pub(crate) fn inn_person(branch: &Branch, number: u64) -> String {
    let first = format!("{}{:08}", branch.tax_region, scatter(number, BY_INN, 100_000_000));
    let (eleventh, twelfth) = inn12_check(&first);
    format!("{first}{eleventh}{twelfth}")
}

/// ИНН of a company.
pub(crate) fn inn_company(branch: &Branch, number: u64) -> String {
    let first = format!("{}{:07}", branch.tax_region, scatter(number, BY_INN, 10_000_000));
    format!("{first}{}", inn10_check(&first))
}

/// КПП of a company at its legal seat: the tax office of the ИНН, reason 01, number 001.
pub(crate) fn kpp(inn: &str) -> String {
    format!("{}01001", inn.get(..4).unwrap_or("7701"))
}

/// СНИЛС, `NNN-NNN-NNN KK`; always above the numbers that have no control number.
pub(crate) fn snils(number: u64) -> String {
    let nine = format!("{:09}", 100_000_000 + scatter(number, BY_SNILS, 900_000_000));
    let part = |from, to| nine.get(from..to).unwrap_or("");
    format!("{}-{}-{} {:02}", part(0, 3), part(3, 6), part(6, 9), snils_check(&nine))
}

/// ОГРН of a company registered in `year`.
pub(crate) fn ogrn(branch: &Branch, year: i16, number: u64) -> String {
    let serial = scatter(number, BY_OGRN, 10_000_000);
    let first = format!("1{:02}{}{serial:07}", year.rem_euclid(100), branch.tax_region);
    format!("{first}{}", ogrn_check(&first, 11))
}

/// ОГРНИП of a sole trader registered in `year`.
pub(crate) fn ogrnip(branch: &Branch, year: i16, number: u64) -> String {
    let serial = scatter(number, BY_OGRN, 1_000_000_000);
    let first = format!("3{:02}{}{serial:09}", year.rem_euclid(100), branch.tax_region);
    format!("{first}{}", ogrn_check(&first, 13))
}

/// Passport issued (on a blank printed) in `year`: series of the region and the year, number.
pub(crate) fn passport(branch: &Branch, year: i16, number: u64) -> String {
    format!(
        "{} {:02} {:06}",
        branch.passport_region,
        year.rem_euclid(100),
        scatter(number, BY_PASSPORT, 1_000_000)
    )
}

/// Account of twenty digits: balance account, currency code, key, `sequence` of the account among the
/// client's, branch, client.
pub(crate) fn account(
    balance: &str,
    currency: &str,
    sequence: usize,
    branch: &Branch,
    number: u64,
) -> String {
    let tail = format!(
        "{:02}{}{:07}",
        sequence % 100,
        branch.code,
        scatter(number, BY_ACCOUNT, 10_000_000)
    );
    let key = account_key(DEMO_BIK, &format!("{balance}{currency}0{tail}"));
    format!("{balance}{currency}{key}{tail}")
}

/// Mobile phone in E.164: a real range of mobile codes, `code` drawn by the caller.
pub(crate) fn mobile(code: &str, number: u64) -> String {
    format!("+7{code}{:07}", scatter(number, BY_PHONE, 10_000_000))
}

/// Card number shown as first six and last four; `sequence` of the card among the client's.
pub(crate) fn masked_pan(bin: &str, sequence: usize, number: u64) -> String {
    let serial = scatter(number, BY_PAN, 10_000_000);
    let first = format!("{bin}{:02}{serial:07}", sequence % 100);
    let last = format!("{serial:07}{}", luhn_check(&first));
    format!("{bin}******{}", last.get(4..).unwrap_or("0000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_agree_with_published_numbers() {
        assert_eq!(inn10_check("770708389"), 3);
        assert_eq!(inn10_check("773620754"), 3);
        assert_eq!(inn12_check("5001007322"), (5, 9));
        assert_eq!(inn12_check("7743013902"), (6, 7));
        assert_eq!(snils_check("112233445"), 95);
        assert_eq!(snils_check("087654302"), 0);
        assert_eq!(snils_check("087654303"), 0);
        assert_eq!(ogrn_check("102770013219", 11), 5);
        assert_eq!(ogrn_check("30450011600015", 13), 7);
        assert_eq!(ogrn_check("30477463200001", 13), 2);
        assert_eq!(account_key("044525225", "40702810038000012345"), 9);
        assert_eq!(luhn_check("411111111111111"), 1);
    }

    #[test]
    fn scattered_numbers_do_not_meet() {
        let tries = [
            (BY_PASSPORT, 1_000_000),
            (BY_PHONE, 10_000_000),
            (BY_ACCOUNT, 10_000_000),
            (BY_SNILS, 900_000_000),
            (BY_OGRN, 1_000_000_000),
        ];
        for (by, modulus) in tries {
            let set: std::collections::BTreeSet<u64> =
                (0..100_000).map(|n| scatter(n, by, modulus)).collect();
            assert_eq!(set.len(), 100_000);
        }
    }
}
