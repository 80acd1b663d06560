//! The vector of the format, and what changed bytes do.

use proptest::prelude::*;

use super::*;
use crate::cose::{Algorithm, Ed25519Keys, Ed25519Signer, KeyId};
use crate::samples;

/// RFC 8032, section 7.1, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// Holder C-000123, counter 7, expiry 2026-01-01, limit 15 000 roubles, signed by that key as "k1".
const SIGNED: &str = "d28443a10127a104426b315819a40168432d3030303132330207031a6955b900041a0016e360\
                      5840c58de660ce04bc6f2aee7af11c389184c043aa9e345063ef8c8d0e1d8665ad5a50b828eb\
                      730758458893c8d362a8c7e1ddae8e9aeb819fad276e2b96d86be400";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.chars().filter_map(|digit| digit.to_digit(16)).map(|d| d.try_into().unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn of_the_vector() -> (Ed25519Signer, Ed25519Keys, Profile) {
    let name = KeyId::new(b"k1").unwrap();
    let signer = Ed25519Signer::new(name.clone(), &bytes(SEED).try_into().unwrap());
    let mut keys = Ed25519Keys::default();
    assert!(keys.add(name, &bytes(PUBLIC).try_into().unwrap()));
    let profile = Profile::minimal(
        Holder::new("C-000123").unwrap(),
        7,
        CardTime::from_seconds(1_767_225_600).unwrap(),
        Money::new(1_500_000, Currency::RUB),
    );
    (signer, keys, profile)
}

#[test]
fn the_vector_is_written_and_read() {
    let (signer, keys, profile) = of_the_vector();
    assert_eq!(signer.public().to_vec(), bytes(PUBLIC));
    assert_eq!(profile.sign(&signer).unwrap(), bytes(SIGNED));
    assert_eq!(Profile::open(&bytes(SIGNED), &keys).unwrap(), profile);
    assert_eq!(profile.expires.timestamp().to_string(), "2026-01-01T00:00:00Z");
}

#[test]
fn every_changed_bit_and_every_cut_is_refused() {
    let (_, keys, _) = of_the_vector();
    for signed in [bytes(SIGNED), samples::signed(&samples::profile(3))] {
        let keys: &dyn Verifier = if signed == bytes(SIGNED) { &keys } else { &samples::keys() };
        assert!(Profile::open(&signed, keys).is_ok());
        for at in 0..signed.len() * 8 {
            let mut changed = signed.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert!(Profile::open(&changed, keys).is_err(), "bit {at}");
        }
        for length in 0..signed.len() {
            assert!(Profile::open(&signed[..length], keys).is_err(), "cut at {length}");
        }
        let longer = [signed.as_slice(), &[0]].concat();
        assert!(Profile::open(&longer, keys).is_err());
    }
}

#[test]
fn other_keys_algorithms_and_purposes_do_not_count() {
    let (signer, keys, profile) = of_the_vector();
    let fault = |signed: &[u8], keys: &dyn Verifier| match Profile::open(signed, keys) {
        Err(ProfileFault::Signed(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(&bytes(SIGNED), &Ed25519Keys::default()), CoseFault::UnknownKey);
    let other = Ed25519Signer::new(KeyId::new(b"k1").unwrap(), &[7; 32]);
    assert_eq!(fault(&profile.sign(&other).unwrap(), &keys), CoseFault::Signature);
    let payload = profile.encode().unwrap();
    let head = cose::sign(Purpose::JournalHead, &payload, &signer);
    assert_eq!(fault(&head, &keys), CoseFault::Signature);

    /// Says that it signs with something else.
    struct Another(Ed25519Signer);
    impl Signer for Another {
        fn algorithm(&self) -> Algorithm {
            Algorithm(-7)
        }
        fn key_id(&self) -> &KeyId {
            self.0.key_id()
        }
        fn sign(&self, message: &[u8]) -> Vec<u8> {
            self.0.sign(message)
        }
    }
    let another = profile.sign(&Another(signer)).unwrap();
    assert_eq!(fault(&another, &keys), CoseFault::Algorithm);
    // the point of order one, under which anything verifies
    let mut weak = [0; 32];
    weak[0] = 1;
    assert!(!Ed25519Keys::default().add(KeyId::new(b"k1").unwrap(), &weak));
}

#[test]
fn what_would_be_said_in_two_ways_is_refused() {
    let least = bytes("a40168432d3030303132330207031a6955b900041a0016e360");
    assert!(Profile::decode(&least).is_ok());
    let with = |pairs: u8, more: &[u8]| {
        let mut changed = least.clone();
        changed[0] = 0xa0 + pairs;
        changed.extend(more);
        Profile::decode(&changed).map(drop)
    };
    assert_eq!(with(5, &[8, 1]), Ok(()));
    assert_eq!(with(5, &[8, 0]), Err(ProfileFault::Field(8)), "zero is said by saying nothing");
    assert_eq!(with(5, b"\x07\x63RUB"), Err(ProfileFault::Field(7)));
    assert_eq!(with(5, b"\x07\x63EUR"), Ok(()));
    assert_eq!(with(5, &[13, 3]), Err(ProfileFault::Field(13)));
    assert_eq!(with(5, &[19, 1]), Err(ProfileFault::Field(19)), "an unknown field");
    assert_eq!(with(6, &[9, 1, 8, 1]), Err(ProfileFault::Field(8)), "out of order");
    assert_eq!(with(6, &[8, 1, 8, 1]), Err(ProfileFault::Field(8)), "twice");
    assert_eq!(with(4, &[0]), Err(CborFault::Trailing.into()));
    assert_eq!(with(5, &[]), Err(CborFault::Truncated.into()));
    assert_eq!(Profile::decode(&[0xb8, 0x20]), Err(CborFault::TooLarge.into()));
    assert_eq!(Profile::decode(&[0xa0]), Err(ProfileFault::Field(1)));
}

#[test]
fn amounts_that_make_no_sense_are_not_written() {
    let (signer, _, profile) = of_the_vector();
    let mut negative = profile.clone();
    negative.limit.minor = -1;
    assert_eq!(negative.sign(&signer), Err(ProfileFault::Field(4)));
    let mut mixed = profile;
    mixed.counted.spent = Money::new(1, Currency::CZK);
    assert_eq!(mixed.sign(&signer), Err(ProfileFault::Field(8)));
}

fn profiles() -> impl Strategy<Value = Profile> {
    let money = 0..=i64::MAX;
    let times = 0..=253_402_300_799_u64;
    (
        ("[A-Za-z0-9-]{1,40}", any::<u32>(), times.clone(), [money.clone(), money.clone(), money]),
        (any::<Option<[u8; 8]>>(), proptest::option::of(times.clone()), "[A-Z]{3}", any::<u32>()),
        (proptest::option::of("[a-z0-9_-]{1,24}"), 0..3_u8, any::<bool>(), any::<u64>()),
        (any::<Option<([u8; 16], u32)>>(), times, any::<u32>(), any::<u32>()),
    )
        .prop_map(|(first, second, third, fourth)| {
            let currency: Currency = second.2.parse().unwrap();
            let money = |minor| Money::new(minor, currency);
            let time = |seconds| CardTime::from_seconds(seconds).unwrap();
            let [limit, spent, total] = first.3.map(money);
            Profile {
                holder: Holder::new(&first.0).unwrap(),
                counter: first.1,
                expires: time(first.2),
                limit,
                card: second.0.map(CardNumber),
                issued: second.1.map(time),
                counted: Counted { spent, total, atc: second.3 },
                tariff: third.0.as_deref().map(|text| Code::new(text).unwrap()),
                segment: third.0.map(|text| Code::new(&text[..1]).unwrap()),
                service: [Service::Standard, Service::Priority, Service::Vip][usize::from(third.1)],
                related_to_vip: third.2,
                points: third.3,
                offer: fourth.0.map(|(id, rate_bp)| Offer {
                    id: uuid::Uuid::from_bytes(id),
                    sum: total,
                    rate_bp,
                    expires: time(fourth.1),
                }),
                consents: fourth.2,
                bundle: fourth.3,
            }
        })
}

proptest! {
    #[test]
    fn every_profile_is_read_back_and_fits_the_card(profile in profiles()) {
        let payload = profile.encode().unwrap();
        prop_assert_eq!(Profile::decode(&payload), Ok(profile.clone()));
        let signed = samples::signed(&profile);
        prop_assert!(signed.len() <= SIGNED_MAX);
        prop_assert_eq!(Profile::open(&signed, &samples::keys()), Ok(profile));
    }

    #[test]
    fn what_is_read_is_written_the_same(
        profile in profiles(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut payload = profile.encode().unwrap();
        let at = at.index(payload.len());
        payload[at] = byte;
        if let Ok(read) = Profile::decode(&payload) {
            prop_assert_eq!(read.encode().unwrap(), payload.clone());
        }
        payload.truncate(cut.index(payload.len()));
        prop_assert!(Profile::decode(&payload).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(noise in prop::collection::vec(any::<u8>(), 0..900)) {
        prop_assert!(Profile::open(&noise, &samples::keys()).is_err());
        if let Ok(read) = Profile::decode(&noise) {
            prop_assert_eq!(read.encode().unwrap(), noise);
        }
    }

    #[test]
    fn a_changed_profile_is_never_taken(
        profile in profiles(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..6),
    ) {
        let signed = samples::signed(&profile);
        let mut changed = signed.clone();
        for (at, mask) in changes {
            let at = at.index(changed.len());
            changed[at] ^= mask;
        }
        prop_assume!(changed != signed);
        prop_assert!(Profile::open(&changed, &samples::keys()).is_err());
    }
}
