//! Every refusal by taking the liberty it refuses; the rules of sums by properties.

use proptest::prelude::*;

use super::*;
use crate::copies::Stored;
use crate::keys::Key;
use crate::profile::{Counted, Offer, Profile};
use crate::record::{Counters, Kind, Record, SealedRecord};
use crate::samples::{self, CARD, DAY, NOW, at, rub};

/// What an honest visit brings, to be spoiled.
#[derive(Clone)]
struct Visit {
    profile: Profile,
    counter_in_head: Option<u32>,
    counters: Counters,
    now: u64,
    last_signed: Option<u64>,
    floor: u32,
    highest: Option<u32>,
    seen: Option<SeenCard>,
    list: Option<StopList>,
}

impl Visit {
    fn honest() -> Self {
        Self {
            profile: samples::profile(7),
            counter_in_head: None,
            counters: Counters {
                atc: 4,
                total_minor: 20_000,
                profile: 7,
                link: [4; 8],
                pin_tries: 3,
            },
            now: NOW,
            last_signed: Some(NOW - 60),
            floor: 5,
            highest: Some(7),
            seen: Some(SeenCard { atc: 4, link: [4; 8] }),
            list: Some(StopList { issued: at(NOW - 3_600), cards: BTreeSet::new() }),
        }
    }

    fn verify(&self) -> Result<Verified, Reason> {
        let presented = Presented {
            card: CARD,
            counters: self.counters,
            stored: Stored {
                counter: self.counter_in_head.unwrap_or(self.profile.counter),
                signed: samples::signed(&self.profile),
            },
        };
        let known = Known {
            now: at(self.now),
            last_signed: self.last_signed.map(at),
            floor: self.floor,
            stop_list: self.list.as_ref(),
            highest_profile: self.highest,
            seen: self.seen,
        };
        verify(&presented, &known, &Rules::roubles(), &samples::keys())
    }
}

fn outcome(change: impl FnOnce(&mut Visit)) -> Result<(), Reason> {
    let mut visit = Visit::honest();
    change(&mut visit);
    visit.verify().map(drop)
}

#[test]
fn an_honest_card_is_taken_and_each_liberty_refused() {
    assert_eq!(outcome(|_| {}), Ok(()));
    let of_list = |change: fn(&mut StopList)| outcome(|v| v.list.iter_mut().for_each(change));
    let refused = |change: fn(&mut Visit)| outcome(change).unwrap_err();
    assert_eq!(refused(|v| v.counter_in_head = Some(8)), Reason::Swapped);
    assert_eq!(refused(|v| v.profile.card = Some(CardNumber([9; 8]))), Reason::OtherCard);
    assert_eq!(refused(|v| v.profile.card = None), Reason::OtherCard);
    assert_eq!(refused(|v| v.counters.atc = 3), Reason::CardRolledBack);
    assert_eq!(refused(|v| v.counters.link = [5; 8]), Reason::CardRolledBack);
    assert_eq!(refused(|v| v.profile.counted.atc = 5), Reason::CardRolledBack);
    assert_eq!(refused(|v| v.profile.counted.total = rub(20_001)), Reason::CardRolledBack);
    assert_eq!(refused(|v| v.highest = Some(8)), Reason::ProfileRolledBack);
    assert_eq!(refused(|v| v.counters.profile = 8), Reason::ProfileRolledBack);
    assert_eq!(refused(|v| v.floor = 8), Reason::BelowFloor);
    assert_eq!(refused(|v| v.now = NOW + 60 * DAY), Reason::Expired);
    assert_eq!(refused(|v| v.profile.expires = at(NOW)), Reason::Expired);
    assert_eq!(refused(|v| v.profile.issued = None), Reason::Stale);
    assert_eq!(refused(|v| v.profile.issued = Some(at(NOW - 7 * DAY - 1))), Reason::Stale);
    assert_eq!(outcome(|v| v.profile.issued = Some(at(NOW - 7 * DAY))), Ok(()));
    assert_eq!(refused(|v| v.list = None), Reason::StopListStale);
    assert_eq!(of_list(|l| l.issued = at(NOW - DAY - 1)), Err(Reason::StopListStale));
    assert_eq!(of_list(|l| l.issued = at(NOW - DAY)), Ok(()));
    let stopped = of_list(|l| {
        l.cards.insert(CARD);
        l.issued = at(NOW - 30 * DAY);
    });
    assert_eq!(stopped, Err(Reason::Stopped), "however old the list is");
    // a desk that has seen less than the card has done is no reason
    assert_eq!(outcome(|v| v.seen = Some(SeenCard { atc: 2, link: [9; 8] })), Ok(()));
    assert_eq!(outcome(|v| (v.seen, v.highest, v.last_signed) = (None, None, None)), Ok(()));
}

#[test]
fn a_clock_that_was_set_back_is_seen_by_whatever_was_signed() {
    assert_eq!(outcome(|v| v.last_signed = Some(NOW + 300)), Ok(()));
    assert_eq!(outcome(|v| v.last_signed = Some(NOW + 301)), Err(Reason::ClockBehind));
    assert_eq!(outcome(|v| v.profile.issued = Some(at(NOW + 301))), Err(Reason::ClockBehind));
    let list = StopList { issued: at(NOW + 301), cards: BTreeSet::new() };
    assert_eq!(outcome(|v| v.list = Some(list)), Err(Reason::ClockBehind));
}

#[test]
fn a_profile_of_another_issuer_is_not_signed() {
    let visit = Visit::honest();
    let stored = Stored { counter: 7, signed: samples::signed(&visit.profile) };
    let presented = Presented { card: CARD, counters: visit.counters, stored };
    let known = Known {
        now: at(NOW),
        last_signed: None,
        floor: 0,
        stop_list: visit.list.as_ref(),
        highest_profile: None,
        seen: None,
    };
    let nobody = crate::cose::Ed25519Keys::default();
    let outcome = verify(&presented, &known, &Rules::roubles(), &nobody);
    assert_eq!(outcome, Err(Reason::NotSigned));
}

/// A card that has bought these sums, so many seconds ago, since the centre counted.
fn bought(purchases: &[(i64, u64)]) -> (Verified, Vec<SealedRecord>) {
    let key = Key::new([1; 32]);
    let mut counters = Counters { pin_tries: 3, ..Counters::default() };
    let mut log = Vec::new();
    for (number, (minor, ago)) in purchases.iter().enumerate() {
        let kind = if *minor > 0 { Kind::Purchase } else { Kind::Served };
        let record = Record {
            atc: counters.atc + 1,
            operation: uuid::Uuid::from_u64_pair(0, u64::try_from(number).unwrap()),
            kind,
            amount: rub(*minor),
            desk: uuid::Uuid::nil(),
            at: at(NOW - ago),
            profile: 7,
            total_minor: counters.total_minor + minor,
            previous: counters.link,
        };
        let sealed = record.certify(&key);
        counters = Counters::after(&sealed, 3);
        log.insert(0, sealed);
    }
    log.truncate(crate::files::LOG_RECORDS);
    let mut visit = Visit::honest();
    (visit.counters, visit.seen) = (counters, None);
    (visit.verify().unwrap(), log)
}

fn decide(purchases: &[(i64, u64)], minor: i64, luck: u32, line: Line) -> Decision {
    let (verified, log) = bought(purchases);
    authorise(&verified, &log, &Rules::roubles(), &Purchase { amount: rub(minor), line, luck })
}

const NEVER: u32 = 9_999;

#[test]
fn chance_weighs_more_the_larger_the_sum() {
    let bp = |roubles: i64| Rules::roubles().floor_rule().selection_bp(roubles * 100);
    assert_eq!(bp(2_000), 2_750, "27.5 %");
    assert_eq!((bp(1), bp(1_000), bp(3_000)), (500, 500, 10_000));
    assert_eq!((bp(1_500), bp(2_999)), (1_625, 4_997));
    let at = |luck, line| decide(&[], 200_000, luck, line);
    assert_eq!(at(2_749, Line::Up), Decision::AskCentre(Reason::Picked));
    assert_eq!(at(2_750, Line::Up), Decision::Approved { picked: false });
    assert_eq!(at(2_749, Line::Down), Decision::Approved { picked: true }, "nobody to ask");
}

#[test]
fn sums_that_are_asked_about() {
    use Decision::{Approved, AskCentre, Declined};
    let fine = Approved { picked: false };
    let both = |purchases: &[(i64, u64)], minor| {
        (decide(purchases, minor, NEVER, Line::Up), decide(purchases, minor, NEVER, Line::Down))
    };
    let no = |reason| (AskCentre(reason), Declined(reason));
    assert_eq!(both(&[], 299_999), (fine, fine));
    assert_eq!(both(&[], 300_000), no(Reason::Floor));
    assert_eq!(both(&[(150_000, 60)], 150_000), no(Reason::Floor), "a sum that was split");
    assert_eq!(both(&[(150_000, 3_601)], 150_000), (fine, fine), "an hour later");
    assert_eq!(both(&[], 0), (Declined(Reason::Amount), Declined(Reason::Amount)));
    assert_eq!(both(&[], -5), (Declined(Reason::Amount), Declined(Reason::Amount)));
    let day = |minor| (minor, DAY);
    let four = [day(250_000), day(250_000), day(250_000)];
    assert_eq!(both(&four, 250_000).1, fine, "to the limit");
    assert_eq!(both(&four, 250_001), no(Reason::OverLimit));
    assert_eq!(both(&[day(1); 3], 100), (AskCentre(Reason::Many), fine));
    assert_eq!(both(&[day(1); 2], 100), (fine, fine));
    assert_eq!(both(&[day(1); 5], 100), no(Reason::TooMany));
    assert_eq!(both(&[day(0); 9], 100), (fine, fine), "visits without money do not count");
    assert_eq!(both(&[day(0); 16], 100), no(Reason::TooMany), "but those it has forgotten do");
}

#[test]
fn limits_of_profile_and_rules_both_hold() {
    let (verified, log) = bought(&[(100_000, DAY)]);
    let ask = |rules: &Rules, amount| {
        let purchase = Purchase { amount, line: Line::Down, luck: NEVER };
        authorise(&verified, &log, rules, &purchase)
    };
    let rules = Rules { cumulative: rub(150_000), ..Rules::roubles() };
    assert_eq!(ask(&rules, rub(50_001)), Decision::Declined(Reason::Cumulative));
    assert_eq!(ask(&rules, rub(50_000)), Decision::Approved { picked: false });
    let crowns = Money::new(100, Currency::CZK);
    assert_eq!(ask(&rules, crowns), Decision::Declined(Reason::Currency));
    let mixed = Rules { floor: crowns, ..rules };
    assert_eq!(ask(&mixed, rub(100)), Decision::Declined(Reason::Currency));
    // what the centre had counted before is of the limit too
    let mut visit = Visit::honest();
    visit.profile.counted = Counted { spent: rub(900_000), total: rub(20_000), atc: 4 };
    let verified = visit.verify().unwrap();
    let buy = |minor| {
        let purchase = Purchase { amount: rub(minor), line: Line::Down, luck: NEVER };
        authorise(&verified, &[], &Rules::roubles(), &purchase)
    };
    assert_eq!(buy(100_000), Decision::Approved { picked: false });
    assert_eq!(buy(100_001), Decision::Declined(Reason::OverLimit));
}

#[test]
fn what_the_centre_has_counted_counts_no_more() {
    // three visits without money and an offer taken before it counted, five purchases since
    let purchases =
        [(0, DAY), (0, DAY), (0, DAY), (1, DAY), (1, DAY), (1, DAY), (1, DAY), (1, DAY)];
    let (verified, mut log) = bought(&purchases);
    log[6].record.kind = Kind::OfferTaken;
    let mut visit = Visit::honest();
    (visit.counters, visit.seen) = (verified.counters(), None);
    let mut decide = |atc| {
        visit.profile.counted.atc = atc;
        let verified = visit.verify().unwrap();
        let purchase = Purchase { amount: rub(100), line: Line::Down, luck: NEVER };
        let bought = authorise(&verified, &log, &Rules::roubles(), &purchase);
        (bought, authorise_offer(&verified, &log, rub(100)))
    };
    let fine = Decision::Approved { picked: false };
    let many = Decision::Declined(Reason::TooMany);
    assert_eq!(decide(3), (many, fine));
    assert_eq!(decide(4), (fine, fine));
    assert_eq!(decide(2), (many, fine));
    assert_eq!(decide(1), (many, Decision::Declined(Reason::OfferTaken)));
}

#[test]
fn credit_is_only_what_was_signed_beforehand() {
    let fine = Decision::Approved { picked: false };
    let with = |offer: Option<Offer>, counters: Counters, log: &[SealedRecord], minor| {
        let mut visit = Visit::honest();
        (visit.profile.offer, visit.counters, visit.seen) = (offer, counters, None);
        authorise_offer(&visit.verify().unwrap(), log, rub(minor))
    };
    let offer = samples::profile(7).offer;
    let none = Counters { pin_tries: 3, ..Counters::default() };
    assert_eq!(with(offer.clone(), none, &[], 15_000_000), fine);
    let no = Decision::Declined;
    assert_eq!(with(offer.clone(), none, &[], 15_000_001), no(Reason::OfferExceeded));
    assert_eq!(with(offer.clone(), none, &[], 0), no(Reason::Amount));
    assert_eq!(with(None, none, &[], 100), no(Reason::NoOffer));
    let late = offer.clone().map(|offer| Offer { expires: at(NOW), ..offer });
    assert_eq!(with(late, none, &[], 100), no(Reason::OfferExpired));
    let (_, mut log) = bought(&[(100, 60), (100, 50)]);
    assert_eq!(with(offer.clone(), Counters::after(&log[0], 3), &log, 100), fine);
    assert_eq!(
        with(offer.clone(), Counters::after(&log[0], 3), &log[..1], 100),
        no(Reason::OfferUnsure)
    );
    assert_eq!(with(offer.clone(), Counters::after(&log[0], 3), &[], 100), no(Reason::OfferUnsure));
    log[1].record.kind = Kind::OfferTaken;
    assert_eq!(with(offer, Counters::after(&log[0], 3), &log, 100), no(Reason::OfferTaken));
}

proptest! {
    #[test]
    fn the_share_that_is_picked_never_falls(a in 0..400_000_i64, b in 0..400_000_i64) {
        let rules = Rules::roubles();
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!(rules.floor_rule().selection_bp(low) <= rules.floor_rule().selection_bp(high));
        prop_assert!((500..5_000).contains(&rules.floor_rule().selection_bp(low.min(299_999))));
    }

    /// Whatever is tried, in whatever order and with whatever luck, the limits hold without a line.
    #[test]
    fn nothing_goes_beyond_the_limits(
        tries in prop::collection::vec((1..400_000_i64, 0..7_200_u64, 0..10_000_u32), 1..25),
    ) {
        let rules = Rules::roubles();
        let mut done: Vec<(i64, u64)> = Vec::new();
        for (minor, later, luck) in tries {
            done.iter_mut().for_each(|(_, ago)| *ago += later);
            let decision = decide(&done, minor, luck, Line::Down);
            prop_assert!(!matches!(decision, Decision::AskCentre(_)), "nobody to ask");
            // luck alone declines nothing
            prop_assert_eq!(
                matches!(decision, Decision::Approved { .. }),
                matches!(decide(&done, minor, NEVER, Line::Down), Decision::Approved { .. })
            );
            // whoever may ask is not told yes more often
            let with_line = decide(&done, minor, luck, Line::Up);
            if matches!(decision, Decision::Approved { .. }) {
                done.push((minor, 0));
            } else {
                prop_assert!(matches!(with_line, Decision::AskCentre(_)), "{:?}", with_line);
            }
            let total: i64 = done.iter().map(|(minor, _)| minor).sum();
            prop_assert!(total <= rules.cumulative.minor && total <= 1_000_000);
            prop_assert!(done.len() <= 5);
            let within: i64 =
                done.iter().filter(|(_, ago)| *ago <= rules.split_seconds).map(|(m, _)| m).sum();
            prop_assert!(within < rules.floor.minor);
        }
    }

    #[test]
    fn a_changed_profile_is_never_verified(at_byte in any::<prop::sample::Index>(), mask in 1..=255_u8) {
        let visit = Visit::honest();
        let mut signed = samples::signed(&visit.profile);
        let at_byte = at_byte.index(signed.len());
        signed[at_byte] ^= mask;
        let presented = Presented { card: CARD, counters: visit.counters, stored: Stored { counter: 7, signed } };
        let known = Known {
            now: at(NOW), last_signed: None, floor: 0, stop_list: visit.list.as_ref(),
            highest_profile: None, seen: None,
        };
        prop_assert_eq!(verify(&presented, &known, &Rules::roubles(), &samples::keys()), Err(Reason::NotSigned));
    }
}
