//! Keyed randomness: every subject of every client has a stream of its own, so that client number n is
//! drawn without drawing the others and stays the same when another subject takes one number more.

/// What a stream of numbers is for. The value is part of the seed: never renumber.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Salt {
    Block,
    Family,
    Profile,
    Person,
    Company,
    Contacts,
    Holdings,
    Ledger,
    Interactions,
    Tasks,
    Links,
    Staff,
    Loans,
    Projects,
}

impl Salt {
    const fn code(self) -> u64 {
        match self {
            Salt::Block => 1,
            Salt::Family => 2,
            Salt::Profile => 3,
            Salt::Person => 4,
            Salt::Company => 5,
            Salt::Contacts => 6,
            Salt::Holdings => 7,
            Salt::Ledger => 8,
            Salt::Interactions => 9,
            Salt::Tasks => 10,
            Salt::Links => 11,
            Salt::Staff => 12,
            Salt::Loans => 13,
            Salt::Projects => 14,
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014). Written here because its numbers must stay the same for years,
/// which `rand` does not promise for `StdRng`.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    state: u64,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

impl Dice {
    /// The stream of one subject of one numbered thing.
    pub(crate) const fn new(seed: u64, number: u64, salt: Salt) -> Self {
        let keyed = mix(seed.wrapping_add(GOLDEN)).wrapping_add(number.wrapping_mul(GOLDEN));
        Self { state: mix(keyed ^ mix(salt.code().wrapping_mul(GOLDEN))) }
    }
    /// A stream within a stream, for one month or one item.
    pub(crate) const fn fork(&self, number: u64) -> Self {
        Self { state: mix(self.state ^ mix(number.wrapping_add(1).wrapping_mul(GOLDEN))) }
    }
    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }
    /// Below `bound`; 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }
    /// From `low` to `high`, both included.
    pub(crate) fn range(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).saturating_add(1);
        let step = self.below(u64::try_from(width).unwrap_or(1));
        low.saturating_add(i64::try_from(step).unwrap_or(0))
    }
    /// True `per_mille` times of a thousand.
    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }
    /// One of a list; `otherwise` when the list is empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T], otherwise: T) -> T {
        let at = self.below(u64::try_from(list.len()).unwrap_or(0));
        usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or(otherwise)
    }
    /// One word of a list.
    pub(crate) fn word(&mut self, list: &[&'static str]) -> &'static str {
        self.pick(list, "")
    }
    /// One of a list whose front is more frequent: the chance falls with the rank.
    pub(crate) fn front<T: Copy>(&mut self, list: &[T], otherwise: T) -> T {
        let length = u64::try_from(list.len()).unwrap_or(0);
        let reach = self.below(length).saturating_add(1);
        let at = self.below(reach);
        usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or(otherwise)
    }
    /// One of a list by weights; `otherwise` when the weights are used up.
    pub(crate) fn weighted<T: Copy>(&mut self, list: &[(u64, T)], otherwise: T) -> T {
        let mut left = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in list {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_reference() {
        let mut dice = Dice { state: 1_234_567 };
        let first: Vec<u64> = (0..3).map(|_| dice.next()).collect();
        let reference =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(first, reference);
    }

    #[test]
    fn ranges_reach_both_ends_and_nothing_else() {
        let mut dice = Dice::new(7, 1, Salt::Block);
        let seen: std::collections::BTreeSet<i64> = (0..500).map(|_| dice.range(-2, 3)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2, 3]);
        assert_eq!((dice.below(0), dice.range(5, 4), dice.pick(&[], 9)), (0, 5, 9));
    }
}
