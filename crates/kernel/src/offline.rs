//! Whether an operation over a sum may be done without asking the centre, as payment cards weigh it (EMV, terminal risk
//! management): how often, then the sum, then chance. One rule for the client's card and for what a clerk does at a branch.

/// All of chance: it is told in ten-thousandths.
pub const CHANCES: u32 = 10_000;

/// What is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloorRule {
    /// From this sum on (minor units) the centre is asked, with what came shortly before: a sum that was split.
    pub floor_minor: i64,
    /// From this sum on chance weighs more and more.
    pub threshold_minor: i64,
    /// How many of ten thousand up to the threshold are picked out to be asked about.
    pub pick_bp: u32,
    /// How many just below the floor.
    pub pick_max_bp: u32,
    /// With so many done since the centre last answered it is asked, if there is a line.
    pub lower: u32,
    /// With so many nothing more is done without it.
    pub upper: u32,
}

/// Whether the centre can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It can.
    Up,
    /// It cannot.
    Down,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// The sum, with what came shortly before.
    pub sum_minor: i64,
    /// What was done since the centre last answered.
    pub count: u32,
    /// Whether the centre can be asked.
    pub line: Line,
    /// Chance: a number below [`CHANCES`], each as likely as any other.
    pub luck: u32,
}

/// Why the centre is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// More was done without it than is ever allowed.
    TooMany,
    /// Enough was done without it, and there is a line.
    Many,
    /// The sum.
    Floor,
    /// Chance.
    Picked,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighed {
    /// It may be done.
    Fits {
        /// Chance had picked it out, and there was nobody to ask.
        picked: bool,
    },
    /// The centre is to be asked; where it cannot be, the answer is no.
    Ask(Why),
}

impl FloorRule {
    /// Weighs an operation.
    pub fn weigh(&self, stake: &Stake) -> Weighed {
        if stake.count >= self.upper {
            return Weighed::Ask(Why::TooMany);
        }
        if stake.line == Line::Up && stake.count >= self.lower {
            return Weighed::Ask(Why::Many);
        }
        if stake.sum_minor >= self.floor_minor {
            return Weighed::Ask(Why::Floor);
        }
        let picked = stake.luck < self.selection_bp(stake.sum_minor);
        match (picked, stake.line) {
            (true, Line::Up) => Weighed::Ask(Why::Picked),
            (picked, Line::Up | Line::Down) => Weighed::Fits { picked },
        }
    }
    /// How many of ten thousand operations of this sum are picked out, rounded down: some up to the threshold, then ever
    /// more, all from the floor on.
    pub fn selection_bp(&self, sum_minor: i64) -> u32 {
        let (from, to) = (self.threshold_minor, self.floor_minor);
        if sum_minor >= to {
            return CHANCES;
        }
        if sum_minor <= from {
            return self.pick_bp;
        }
        let span = i128::from(self.pick_max_bp.saturating_sub(self.pick_bp));
        let more =
            span * (i128::from(sum_minor) - i128::from(from)) / (i128::from(to) - i128::from(from));
        self.pick_bp.saturating_add(u32::try_from(more).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where a bank has said nothing else, in roubles.
    const USUAL: FloorRule = FloorRule {
        floor_minor: 300_000,
        threshold_minor: 100_000,
        pick_bp: 500,
        pick_max_bp: 5_000,
        lower: 3,
        upper: 5,
    };

    fn stake(sum_minor: i64, count: u32, line: Line, luck: u32) -> Stake {
        Stake { sum_minor, count, line, luck }
    }

    #[test]
    fn the_numbers_of_the_research_come_out() {
        assert_eq!(USUAL.selection_bp(200_000), 2_750, "2 000 roubles: 27.5 %");
        let of = |sum| USUAL.selection_bp(sum);
        assert_eq!([of(1), of(100_000), of(299_999), of(300_000)], [500, 500, 4_999, CHANCES]);
        let weighed = |sum, count, line, luck| USUAL.weigh(&stake(sum, count, line, luck));
        let fits = |picked| Weighed::Fits { picked };
        assert_eq!(weighed(200_000, 0, Line::Up, 2_750), fits(false));
        assert_eq!(weighed(200_000, 0, Line::Up, 2_749), Weighed::Ask(Why::Picked));
        assert_eq!(weighed(200_000, 0, Line::Down, 2_749), fits(true));
        assert_eq!(weighed(300_000, 0, Line::Down, 9_999), Weighed::Ask(Why::Floor));
        assert_eq!(weighed(1, 3, Line::Up, 9_999), Weighed::Ask(Why::Many));
        assert_eq!(weighed(1, 4, Line::Down, 9_999), fits(false));
        assert_eq!(weighed(1, 5, Line::Down, 9_999), Weighed::Ask(Why::TooMany));
    }

    fn rule() -> impl Strategy<Value = FloorRule> {
        (1..1_000_000_i64, 0..1_000_000_i64, 0..=CHANCES, 0..=CHANCES, 0..9_u32, 0..9_u32).prop_map(
            |(floor, threshold, one, other, lower, more)| FloorRule {
                floor_minor: floor,
                threshold_minor: threshold.min(floor),
                pick_bp: one.min(other),
                pick_max_bp: one.max(other),
                lower,
                upper: lower + more,
            },
        )
    }

    proptest! {
        #[test]
        fn chance_only_grows_with_the_sum(rule in rule(), a in 0..1_100_000_i64, b in 0..1_100_000_i64) {
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(rule.selection_bp(low) <= rule.selection_bp(high));
            prop_assert!(rule.selection_bp(high) <= CHANCES);
        }

        #[test]
        fn more_is_never_easier(
            rule in rule(), sum in 0..1_100_000_i64, more in 0..1_000_i64,
            count in 0..12_u32, again in 0..3_u32, luck in 0..CHANCES, up in any::<bool>(),
        ) {
            let line = if up { Line::Up } else { Line::Down };
            if let Weighed::Ask(_) = rule.weigh(&stake(sum, count, line, luck)) {
                let harder = rule.weigh(&stake(sum + more, count + again, line, luck));
                prop_assert!(matches!(harder, Weighed::Ask(_)), "{harder:?}");
            }
        }

        #[test]
        fn without_a_line_nothing_at_the_floor_and_nothing_over_the_count(
            rule in rule(), sum in 0..1_100_000_i64, count in 0..12_u32, luck in 0..CHANCES,
        ) {
            let fits = matches!(rule.weigh(&stake(sum, count, Line::Down, luck)), Weighed::Fits { .. });
            prop_assert_eq!(fits, sum < rule.floor_minor && count < rule.upper);
        }
    }
}
