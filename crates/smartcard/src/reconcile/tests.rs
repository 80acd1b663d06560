//! One card or two, any order, repeats and cuts: the same end.

use proptest::prelude::*;

use super::*;
use crate::record::Counters;
use crate::samples::{self, NOW, at, masters, rub};

const HOUR: i64 = 3_600_000_000;

fn hour(number: i64) -> Timestamp {
    at(NOW).timestamp().plus_seconds(number * 3_600)
}

fn issued() -> Issued {
    let log_key = masters().of(samples::CARD).log;
    let terms = Terms::from(&samples::profile(3));
    Issued { log_key, terms: BTreeMap::from([(3, terms)]) }
}

/// A card that can do anything: what one with stolen keys may.
#[derive(Clone, Default)]
struct Writer {
    counters: Counters,
    records: Vec<SealedRecord>,
}

impl Writer {
    fn write(&mut self, change: impl FnOnce(&mut Record)) -> SealedRecord {
        let atc = self.counters.atc + 1;
        let mut record = Record {
            atc,
            operation: uuid::Uuid::from_u128(u128::from(atc)),
            kind: Kind::Purchase,
            amount: rub(100),
            desk: uuid::Uuid::nil(),
            at: at(NOW),
            profile: 3,
            total_minor: 0,
            previous: self.counters.link,
        };
        change(&mut record);
        let spent = if record.kind.spends() { record.amount.minor } else { 0 };
        record.total_minor = self.counters.total_minor + spent;
        let sealed = record.certify(&issued().log_key);
        self.counters = Counters::after(&sealed, 3);
        self.records.push(sealed);
        sealed
    }

    fn of(count: u32) -> Self {
        let mut writer = Self::default();
        for _ in 0..count {
            writer.write(|_| {});
        }
        writer
    }
}

fn clean() -> Standing {
    Standing::Accepted { risks: BTreeSet::new() }
}

fn with(risk: Risk) -> Standing {
    Standing::Accepted { risks: BTreeSet::from([risk]) }
}

fn place(sealed: &SealedRecord) -> Place {
    (sealed.record.atc, sealed.link())
}

fn send(ledger: &mut Ledger, sealed: &SealedRecord, arrived: Timestamp) -> Receipt {
    ledger.receive(&issued(), &sealed.encode(), arrived)
}

#[test]
fn in_order_each_is_accepted_and_the_second_time_is_a_duplicate() {
    let mut ledger = Ledger::default();
    for sealed in Writer::of(4).records {
        let receipt = send(&mut ledger, &sealed, hour(0));
        assert_eq!(receipt, Receipt { verdict: Verdict::New(clean()), changed: BTreeMap::new() });
        let before = ledger.clone();
        assert_eq!(send(&mut ledger, &sealed, hour(1)).verdict, Verdict::Duplicate);
        assert_eq!(ledger, before);
    }
    assert_eq!((ledger.complete_to(), ledger.fork()), (4, None));
}

#[test]
fn a_gap_holds_until_it_is_filled_or_five_days() {
    let records = Writer::of(4).records;
    let mut ledger = Ledger::default();
    send(&mut ledger, &records[0], hour(0));
    let until = hour(24 * 5);
    for late in &records[2..] {
        let receipt = send(&mut ledger, late, hour(0));
        assert_eq!(receipt.verdict, Verdict::New(Standing::Held { until }));
    }
    let expired = ledger.standings(&issued(), until);
    assert_eq!(expired[&place(&records[2])], with(Risk::Gap));
    let before = Timestamp::from_micros(until.micros() - 1);
    assert_eq!(ledger.standings(&issued(), before)[&place(&records[2])], Standing::Held { until });
    let receipt = send(&mut ledger, &records[1], hour(24 * 9));
    assert_eq!(receipt.verdict, Verdict::New(clean()));
    let freed = records[2..].iter().map(|sealed| (place(sealed), clean())).collect();
    assert_eq!(receipt.changed, freed);
}

#[test]
fn more_than_was_allowed_counts_and_is_shown() {
    let mut card = Writer::default();
    let mut ledger = Ledger::default();
    let mut verdict =
        |change: fn(&mut Record)| send(&mut ledger, &card.write(change), hour(0)).verdict;
    assert_eq!(verdict(|r| r.amount = rub(1_000_000)), Verdict::New(clean()), "to the limit");
    assert_eq!(verdict(|r| r.amount = rub(1)), Verdict::New(with(Risk::OverLimit)));
    assert_eq!(verdict(|r| r.kind = Kind::Served), Verdict::New(clean()));
    let euros = |r: &mut Record| {
        r.kind = Kind::OfferTaken;
        r.amount = Money::new(5, "EUR".parse().unwrap());
    };
    assert_eq!(verdict(euros), Verdict::New(with(Risk::OtherCurrency)));
    let offer = |r: &mut Record| (r.kind, r.amount) = (Kind::OfferTaken, rub(15_000_000));
    assert_eq!(verdict(offer), Verdict::New(with(Risk::Offer)), "a second time");
    assert_eq!(verdict(|r| r.profile = 9), Verdict::New(with(Risk::UnknownProfile)));
    let again = |r: &mut Record| {
        r.operation = uuid::Uuid::from_u128(1);
        r.kind = Kind::Served;
    };
    assert_eq!(verdict(again), Verdict::New(with(Risk::Repeated)));
    let mut second = Writer::default();
    let exceeded = second.write(|r| (r.kind, r.amount) = (Kind::OfferTaken, rub(15_000_001)));
    let receipt = send(&mut Ledger::default(), &exceeded, hour(0));
    assert_eq!(receipt.verdict, Verdict::New(with(Risk::Offer)));
}

#[test]
fn what_the_card_has_not_certified_is_kept_apart() {
    let good = Writer::of(1).records[0];
    let other_card = good.record.certify(&Key::new([77; 32]));
    let mut ledger = Ledger::default();
    let mut quarantined = |bytes: &[u8]| match ledger.receive(&issued(), bytes, hour(0)).verdict {
        Verdict::Quarantined(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(quarantined(&other_card.encode()), Quarantine::NotCertified);
    assert_eq!(quarantined(b"nonsense"), Quarantine::Unreadable);
    let bytes = good.encode();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes;
        changed[bit / 8] ^= 1 << (bit % 8);
        quarantined(&changed);
    }
    assert_eq!(ledger, Ledger::default());
}

#[test]
fn two_cards_are_seen_also_from_one_record_of_the_copy() {
    let mut card = Writer::of(3);
    let mut copy = card.clone();
    card.write(|_| {});
    let first_of_copy = copy.write(|r| r.amount = rub(7));
    let second_of_copy = copy.write(|_| {});
    let mut ledger = Ledger::default();
    card.records.iter().for_each(|sealed| drop(send(&mut ledger, sealed, hour(0))));
    // the first record of the copy is lost; its second follows something nobody knows
    let mut lost = ledger.clone();
    let receipt = send(&mut lost, &second_of_copy, hour(0));
    assert_eq!(receipt.verdict, Verdict::New(Standing::Forked));
    assert_eq!(lost.fork(), Some(4));
    assert_eq!(receipt.changed, BTreeMap::from([(place(&card.records[3]), Standing::Forked)]));
    // both come
    let receipt = send(&mut ledger, &first_of_copy, hour(0));
    assert_eq!(receipt.verdict, Verdict::New(Standing::Forked));
    assert_eq!(receipt.changed, BTreeMap::from([(place(&card.records[3]), Standing::Forked)]));
    assert_eq!(ledger.standings(&issued(), hour(0))[&place(&card.records[2])], clean());
    // a copy of the card as it left the bank
    let anew = Writer::default().write(|r| r.amount = rub(8));
    send(&mut ledger, &anew, hour(0));
    assert_eq!(ledger.fork(), Some(1));
}

/// A card, the place where it was copied, and what the copy did.
fn histories() -> impl Strategy<Value = (Vec<SealedRecord>, Option<(u32, Vec<SealedRecord>)>)> {
    let copied = proptest::option::of((any::<prop::sample::Index>(), 1..6_u32));
    (1..14_u32, copied).prop_map(|(count, copied)| {
        let card = Writer::of(count);
        let copied = copied.map(|(after, more)| {
            let shared = after.index(card.records.len() + 1);
            let after = u32::try_from(shared).unwrap();
            let mut copy = Writer::of(after);
            for n in 0..more {
                copy.write(|r| r.amount = rub(1_000 + i64::from(n)));
            }
            (after + 1, copy.records.split_off(shared))
        });
        (card.records, copied)
    })
}

/// All of it, in some order, some of it more than once.
fn delivery(all: Vec<SealedRecord>) -> impl Strategy<Value = Vec<SealedRecord>> {
    let again = prop::collection::vec(prop::sample::select(all.clone()), 0..8);
    again.prop_flat_map(move |again| Just([all.clone(), again].concat()).prop_shuffle())
}

type Case =
    (Vec<SealedRecord>, Option<(u32, Vec<SealedRecord>)>, Vec<SealedRecord>, Vec<SealedRecord>);

fn cases() -> impl Strategy<Value = Case> {
    histories().prop_flat_map(|(card, copied)| {
        let mut all = card.clone();
        all.extend(copied.iter().flat_map(|(_, records)| records.clone()));
        let deliveries = (delivery(all.clone()), delivery(all));
        (Just(card), Just(copied), deliveries)
            .prop_map(|(card, copied, (a, b))| (card, copied, a, b))
    })
}

/// Receives all, and keeps what was said of each as one who only listens to receipts would.
fn receive(delivery: &[SealedRecord]) -> (Ledger, BTreeMap<Place, Standing>) {
    let mut ledger = Ledger::default();
    let mut said = BTreeMap::new();
    for sealed in delivery {
        let receipt = send(&mut ledger, sealed, hour(0));
        if let Verdict::New(standing) = receipt.verdict {
            assert_eq!(said.insert(place(sealed), standing), None);
        }
        said.extend(receipt.changed);
    }
    (ledger, said)
}

proptest! {
    #[test]
    fn any_order_repeats_and_cuts_come_to_the_same((card, copied, one, other) in cases()) {
        let (ledger, said) = receive(&one);
        let (second, said_too) = receive(&other);
        prop_assert_eq!(&ledger, &second);
        prop_assert_eq!(&said, &said_too);
        prop_assert_eq!(&said, &ledger.standings(&issued(), hour(0)), "receipts tell everything");
        // and it is the right end
        let copy_from = copied.as_ref().map(|(from, _)| *from);
        let forks_at = copy_from.filter(|from| *from <= u32::try_from(card.len()).unwrap());
        prop_assert_eq!(ledger.fork(), forks_at);
        for ((atc, _), standing) in said {
            let forked = forks_at.is_some_and(|fork| atc >= fork);
            prop_assert_eq!(standing, if forked { Standing::Forked } else { clean() });
        }
    }

    #[test]
    fn what_is_cut_off_is_held_and_nothing_is_lost_when_the_rest_comes(
        (_, _, one, _) in cases(),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(one.len());
        let (mut ledger, _) = receive(&one[..cut]);
        // the same piece once more, as after a line that broke before the answer came
        let before = ledger.clone();
        for sealed in &one[..cut] {
            prop_assert_eq!(send(&mut ledger, sealed, hour(2)).verdict, Verdict::Duplicate);
        }
        prop_assert_eq!(&ledger, &before);
        one[cut..].iter().for_each(|sealed| drop(send(&mut ledger, sealed, hour(0))));
        prop_assert_eq!(ledger, receive(&one).0);
    }

    #[test]
    fn one_record_of_a_copy_beside_those_of_the_card_is_enough(
        (card, copied, _, _) in cases(),
        which in any::<prop::sample::Index>(),
    ) {
        let Some((_, copy)) = copied else { return Ok(()) };
        let stray = which.get(&copy);
        let beside = stray.record.atc <= u32::try_from(card.len()).unwrap() + 1;
        let follows = card.last().is_some_and(|last| last.link() == stray.record.previous);
        let (mut ledger, _) = receive(&card);
        send(&mut ledger, stray, hour(0));
        // a copy that goes on where the card stopped is the card, as far as anybody can tell
        prop_assert_eq!(ledger.fork().is_some(), beside && !follows);
    }

    #[test]
    fn the_hour_of_arrival_is_the_first(
        hours in prop::collection::vec(0..400_i64, 1..8),
        now in 0..600_i64,
    ) {
        let second = Writer::of(2).records[1];
        let mut ledger = Ledger::default();
        hours.iter().for_each(|h| drop(send(&mut ledger, &second, hour(*h))));
        let first = hours.iter().min().unwrap();
        let until = hour(first + 24 * GAP_DAYS);
        let expected =
            if hour(now) < until { Standing::Held { until } } else { with(Risk::Gap) };
        prop_assert_eq!(&ledger.standings(&issued(), hour(now))[&place(&second)], &expected);
        prop_assert_eq!(until.micros() - hour(*first).micros(), 120 * HOUR);
    }

    #[test]
    fn no_bytes_make_it_panic(noise in prop::collection::vec(any::<u8>(), 0..120)) {
        let receipt = Ledger::default().receive(&issued(), &noise, hour(0));
        prop_assert!(matches!(receipt.verdict, Verdict::Quarantined(_)));
    }
}
