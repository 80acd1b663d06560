//! Decisions about two records, on the Russian pack's parameters.

use std::collections::BTreeMap;

use jurisdiction::Pack;
use jurisdiction::fellegi_sunter::{Decision, Evidence, Field};

fn decide(agreeing: &[Field], differing: &[Field]) -> (Decision, f64) {
    let mut evidence = BTreeMap::new();
    evidence.extend(agreeing.iter().map(|field| (*field, Evidence::Agrees)));
    evidence.extend(differing.iter().map(|field| (*field, Evidence::Differs)));
    let score = Pack::load("ru").unwrap().matching.score(&evidence);
    (score.decision, score.probability)
}

const NAME: [Field; 3] = [Field::Surname, Field::GivenName, Field::Patronymic];

#[test]
fn namesakes_of_one_day_go_to_a_person() {
    let (decision, probability) = decide(&[&NAME[..], &[Field::BirthDate]].concat(), &[]);
    assert_eq!(decision, Decision::ClericalReview);
    assert!((probability - 0.999_996).abs() < 1e-6);
}

#[test]
fn a_tax_number_proves_and_forbids() {
    let known = [Field::GivenName, Field::BirthDate, Field::Phone];
    let married = decide(
        &[&known[..], &[Field::TaxNumber]].concat(),
        &[Field::Surname, Field::IdentityDocument],
    );
    assert_eq!(married.0, Decision::AutoMerge);
    let document = [&NAME[..], &[Field::BirthDate, Field::IdentityDocument]].concat();
    assert_eq!(decide(&document, &[]).0, Decision::AutoMerge);
    assert_eq!(decide(&document, &[Field::TaxNumber]).0, Decision::ClericalReview);
}

#[test]
fn nothing_known_proves_nothing() {
    let (decision, probability) = decide(&[], &[]);
    assert_eq!(decision, Decision::Distinct);
    assert!((probability - 1e-6).abs() < 1e-12);
    let all =
        [&NAME[..], &[Field::BirthDate, Field::IdentityDocument, Field::Phone, Field::TaxNumber]]
            .concat();
    assert!((decide(&all, &[]).1 - 1.0).abs() < 1e-9);
}
