//! What words allow, by example and over all orders of words.

use jurisdiction::Pack;
use kernel::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::consent::{ConsentWord, Verdict, allows, is_text_version, states, until};
use super::words::{ConsentChannel, Lack, Purpose};
use ConsentChannel::{Any, Email, Phone, Sms};

/// Long after everything the examples say.
const NOW: i64 = 1_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn word(id: u128, channel: ConsentChannel, is_given: bool, said: i64) -> ConsentWord {
    ConsentWord {
        id: Uuid::from_u128(id),
        purpose: Purpose::Advertising,
        channel,
        is_given,
        text_version: "2025-09".to_owned(),
        evidence_kind: None,
        evidence: String::new(),
        file_id: None,
        said_at: at(said),
        until: None,
        at: at(NOW),
        author_id: None,
    }
}

fn said(all: &[(ConsentChannel, bool, i64)]) -> Vec<ConsentWord> {
    let number = |n: usize| u128::try_from(n).unwrap();
    all.iter().enumerate().map(|(n, (c, given, s))| word(number(n), *c, *given, *s)).collect()
}

fn lack(words: &[ConsentWord], channel: ConsentChannel) -> Option<Lack> {
    allows(words, Purpose::Advertising, channel, at(NOW)).lack()
}

#[test]
fn the_later_word_counts_and_of_two_at_one_moment_the_withdrawal() {
    assert_eq!(lack(&[], Sms), Some(Lack::NeverGiven));
    assert_eq!(lack(&said(&[(Sms, true, 1)]), Sms), None);
    assert_eq!(lack(&said(&[(Sms, true, 1)]), Phone), Some(Lack::NeverGiven));
    assert_eq!(lack(&said(&[(Sms, true, 1), (Sms, false, 2)]), Sms), Some(Lack::Withdrawn));
    assert_eq!(lack(&said(&[(Sms, false, 1), (Sms, true, 2)]), Sms), None);
    assert_eq!(lack(&said(&[(Sms, true, 2), (Sms, false, 2)]), Sms), Some(Lack::Withdrawn));
    assert_eq!(lack(&said(&[(Sms, false, 2), (Sms, true, 2)]), Sms), Some(Lack::Withdrawn));
    assert_eq!(lack(&said(&[(Any, true, 2), (Any, false, 2)]), Sms), Some(Lack::Withdrawn));
}

#[test]
fn a_word_for_all_channels_and_a_word_for_one() {
    let whole = said(&[(Any, true, 1)]);
    assert!([Any, Sms, Phone].iter().all(|c| lack(&whole, *c).is_none()));
    // a refusal of one channel stays until that channel is given again
    let but_calls = said(&[(Any, true, 1), (Phone, false, 2), (Any, true, 3)]);
    assert_eq!(lack(&but_calls, Phone), Some(Lack::Withdrawn));
    assert_eq!(lack(&but_calls, Sms), None);
    assert_eq!(lack(&but_calls, Any), Some(Lack::Withdrawn), "not every channel");
    let again = said(&[(Any, true, 1), (Phone, false, 2), (Phone, true, 3)]);
    assert_eq!((lack(&again, Phone), lack(&again, Any)), (None, None));
    // a refusal of all stands against what single channels were given before
    let nothing = said(&[(Sms, true, 1), (Any, false, 2)]);
    assert_eq!(lack(&nothing, Sms), Some(Lack::Withdrawn));
    let only_mail = said(&[(Sms, true, 1), (Any, false, 2), (Email, true, 3)]);
    assert_eq!((lack(&only_mail, Email), lack(&only_mail, Sms)), (None, Some(Lack::Withdrawn)));
}

#[test]
fn the_word_that_decides_is_named_and_other_purposes_are_left_alone() {
    let words = said(&[(Any, true, 1), (Phone, false, 2)]);
    let verdict = allows(&words, Purpose::Advertising, Phone, at(NOW));
    assert_eq!(verdict, Verdict::Refused { lack: Lack::Withdrawn, by: words.get(1) });
    let verdict = allows(&words, Purpose::Advertising, Sms, at(NOW));
    assert_eq!(verdict.word(), words.first());
    assert_eq!(
        allows(&words, Purpose::Partners, Any, at(NOW)),
        Verdict::Refused { lack: Lack::NeverGiven, by: None }
    );
    // asked of an earlier moment, what was said later does not count
    assert!(allows(&words, Purpose::Advertising, Phone, at(1)).is_allowed());
}

#[test]
fn a_consent_ends_with_the_term_of_the_law() {
    let pack = Pack::load("ru").unwrap();
    let given: Timestamp = Timestamp::from_jiff("2026-08-31T09:00:00Z".parse().unwrap());
    let over = until(pack, Purpose::CreditHistory, given).unwrap();
    assert_eq!(over.to_string(), "2027-02-28T09:00:00Z", "six months, cut to the month's end");
    assert_eq!(until(pack, Purpose::PersonalData, given), None);
    let words = [ConsentWord {
        purpose: Purpose::CreditHistory,
        said_at: given,
        until: Some(over),
        ..word(1, Any, true, 0)
    }];
    let on = |now: Timestamp| allows(&words, Purpose::CreditHistory, Any, now).lack();
    assert_eq!(on(over.plus_seconds(-1)), None);
    assert_eq!(on(over), Some(Lack::Expired));
    let state = states(&words, over);
    let credit = state.iter().find(|s| s.purpose == Purpose::CreditHistory).unwrap();
    assert_eq!((credit.is_allowed, credit.lack), (false, Some(Lack::Expired)));
}

#[test]
fn versions_have_names_that_may_stand_in_an_address() {
    assert!(is_text_version("2025-09") && is_text_version("ред.2_б"));
    for name in ["", "a b", "a/b", "a:b", "<b>", &"9".repeat(41)] {
        assert!(!is_text_version(name), "{name}");
    }
}

fn channel() -> impl Strategy<Value = ConsentChannel> {
    select(ConsentChannel::ALL)
}

fn one_word() -> impl Strategy<Value = ConsentWord> {
    (any::<u128>(), channel(), any::<bool>(), 0_i64..12, proptest::option::of(0_i64..30)).prop_map(
        |(id, channel, is_given, said, term)| ConsentWord {
            until: term.filter(|_| is_given).map(|term| at(said + term)),
            ..word(id, channel, is_given, said)
        },
    )
}

fn some_words() -> impl Strategy<Value = Vec<ConsentWord>> {
    proptest::collection::vec(one_word(), 0..9)
}

fn allowed(words: &[ConsentWord], channel: ConsentChannel, now: i64) -> bool {
    allows(words, Purpose::Advertising, channel, at(now)).is_allowed()
}

proptest! {
    #[test]
    fn the_order_of_writing_down_does_not_matter(
        (words, shuffled) in some_words().prop_flat_map(|w| (Just(w.clone()), Just(w).prop_shuffle())),
        channel in channel(), now in 0_i64..40,
    ) {
        prop_assert_eq!(
            allows(&words, Purpose::Advertising, channel, at(now)),
            allows(&shuffled, Purpose::Advertising, channel, at(now))
        );
    }

    #[test]
    fn one_more_withdrawal_never_allows_more(
        words in some_words(), more in one_word(), channel in channel(), now in 0_i64..40,
    ) {
        let withdrawal = ConsentWord { is_given: false, until: None, ..more };
        let with = [words.clone(), vec![withdrawal]].concat();
        prop_assert!(!allowed(&with, channel, now) || allowed(&words, channel, now));
    }

    #[test]
    fn after_a_withdrawal_of_everything_nothing_is_allowed_until_a_later_consent(
        words in some_words(), id in any::<u128>(), said in 0_i64..12, channel in channel(), now in 0_i64..40,
    ) {
        let with = [words.clone(), vec![word(id, Any, false, said)]].concat();
        let has_later = words.iter().any(|w| w.is_given && w.said_at > at(said));
        prop_assert!(now < said || has_later || !allowed(&with, channel, now));
    }

    #[test]
    fn what_is_allowed_for_all_channels_is_allowed_for_each(
        words in some_words(), channel in channel(), now in 0_i64..40,
    ) {
        prop_assert!(!allowed(&words, Any, now) || allowed(&words, channel, now));
    }

    #[test]
    fn a_yes_rests_on_a_consent_that_was_said_and_is_not_over(
        words in some_words(), channel in channel(), now in 0_i64..40,
    ) {
        let verdict = allows(&words, Purpose::Advertising, channel, at(now));
        if let Verdict::Allowed { by } = verdict {
            prop_assert!(by.is_given && by.said_at <= at(now) && !by.is_over(at(now)));
            prop_assert!(by.channel == channel || by.channel == Any);
        }
    }

    #[test]
    fn the_last_word_of_each_kind_is_enough(
        words in some_words(), channel in channel(), now in 0_i64..40,
    ) {
        // what the query reads: of each channel the last consent and the last withdrawal until now
        let is_last = |w: &&ConsentWord| !words.iter().any(|n| {
            n.channel == w.channel && n.is_given == w.is_given && n.said_at <= at(now)
                && (n.said_at, n.id) > (w.said_at, w.id)
        });
        let few: Vec<ConsentWord> = words.iter().filter(is_last).cloned().collect();
        prop_assert_eq!(
            allows(&few, Purpose::Advertising, channel, at(now)),
            allows(&words, Purpose::Advertising, channel, at(now))
        );
    }
}
