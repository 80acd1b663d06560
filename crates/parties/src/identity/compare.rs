//! Comparing two records: which fields agree, nearly agree or differ, and what that weighs. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::fellegi_sunter::{Evidence, Field};
use jurisdiction::{Pack, similarity};
use kernel::Date;

use super::pair::{Level, Likeness, Reason, Way};
use super::record::{Part, Record};

/// Share of each common name among all clients, in millionths.
pub(crate) type NameShares = BTreeMap<String, u32>;

/// A field's comparison; none: one of the records does not have it.
type Met = Option<(Level, Option<Way>)>;

const AGREES: Met = Some((Level::Agrees, None));
const DIFFERS: Met = Some((Level::Differs, None));

/// Numbers that name a taxpayer; of one person or company there is one.
const TAX: [&str; 3] = ["inn", "iin", "bin"];
const INSURANCE: [&str; 1] = ["snils"];
const REGISTER: [&str; 3] = ["ogrn", "ogrnip", "lei"];

/// Compares two records.
pub(crate) fn compare(pack: &Pack, a: &Record, b: &Record, shares: &NameShares) -> Likeness {
    let mut met: Vec<(Field, Met)> = Vec::with_capacity(10);
    if a.kind.is_natural() {
        met.extend(names(a, b, pack.matching.near));
        met.push((Field::BirthDate, dates(a.birth_date, b.birth_date)));
    } else {
        met.push((Field::CompanyName, company(a, b, pack.matching.near)));
        met.push((Field::RegistrationDate, dates(a.birth_date, b.birth_date)));
    }
    met.push((Field::TaxNumber, numbers(a, b, |kind| TAX.contains(&kind))));
    met.push((Field::InsuranceNumber, numbers(a, b, |kind| INSURANCE.contains(&kind))));
    met.push((Field::RegistrationNumber, numbers(a, b, |kind| REGISTER.contains(&kind))));
    let is_document = |kind: &str| pack.identifier(kind).is_some_and(|k| k.document);
    met.push((Field::IdentityDocument, numbers(a, b, is_document)));
    met.push((Field::Phone, sets(&a.phones, &b.phones)));
    met.push((Field::Email, sets(&a.emails, &b.emails)));
    weigh(pack, met, common(a, b, shares))
}

fn weigh(pack: &Pack, met: Vec<(Field, Met)>, shares: BTreeMap<Field, u32>) -> Likeness {
    let evidence: BTreeMap<Field, Evidence> = met
        .iter()
        .filter_map(|(field, met)| {
            let evidence = match (*met)?.0 {
                Level::Agrees => Evidence::Agrees,
                Level::Near => Evidence::Near,
                Level::Differs => Evidence::Differs,
            };
            Some((*field, evidence))
        })
        .collect();
    let score = pack.matching.score_common(&evidence, &shares);
    let reasons = met
        .into_iter()
        .filter_map(|(field, met)| {
            let (level, way) = met?;
            Some(Reason { field, level, way, bits_hundredths: score.bits_hundredths(field) })
        })
        .collect();
    Likeness { probability_ppm: score.probability_ppm(), decision: score.decision, reasons }
}

/// How common the surname is that both have; the commoner of two spellings.
fn common(a: &Record, b: &Record, shares: &NameShares) -> BTreeMap<Field, u32> {
    let of = |part: &Part| shares.get(&part.token).copied();
    let share = of(&a.last_name).max(of(&b.last_name));
    share.map(|share| (Field::Surname, share)).into_iter().collect()
}

/// Surname, given name and patronymic, in the places where they agree best.
fn names(a: &Record, b: &Record, near: f64) -> [(Field, Met); 3] {
    const FIELDS: [Field; 3] = [Field::Surname, Field::GivenName, Field::Patronymic];
    // the places of b that stand for surname, given name and patronymic
    let [last, first, patronymic] = [&b.last_name, &b.first_name, &b.patronymic];
    let swaps = [[first, last, patronymic], [patronymic, last, first], [first, patronymic, last]];
    let mine = [&a.last_name, &a.first_name, &a.patronymic];
    let agreeing = |theirs: &[&Part; 3]| {
        mine.iter().zip(theirs).filter(|(x, y)| !x.is_empty() && is_same(x, y)).count()
    };
    let plain = agreeing(&[last, first, patronymic]);
    let swapped = swaps.iter().find(|theirs| {
        let count = agreeing(theirs);
        count >= 2 && count > plain
    });
    let mut met = match swapped {
        Some(theirs) => {
            let mut pairs = mine.iter().zip(theirs);
            FIELDS.map(|field| {
                let met = pairs.next().and_then(|(x, y)| part(x, y, near));
                (field, met.map(|(level, way)| (level, way.or(Some(Way::Swapped)))))
            })
        }
        None => {
            let mut pairs = mine.iter().zip([last, first, patronymic]);
            FIELDS.map(|field| (field, pairs.next().and_then(|(x, y)| part(x, y, near))))
        }
    };
    if let Some((Field::Surname, surname)) = met.first_mut()
        && !matches!(surname, Some((Level::Agrees, _)))
        && is_former(a, b)
    {
        *surname = Some((Level::Agrees, Some(Way::Former)));
    }
    met
}

/// Whether the surname of one is the former one of the other.
fn is_former(a: &Record, b: &Record) -> bool {
    let meets = |now: &Part, former: &Part| {
        !now.is_empty()
            && !former.is_empty()
            // a former name may be kept with the given name: one of its words is the surname
            && former.token.split(' ').any(|word| word == now.token)
    };
    meets(&a.last_name, &b.former_name)
        || meets(&b.last_name, &a.former_name)
        || meets(&a.former_name, &b.former_name)
}

fn is_same(x: &Part, y: &Part) -> bool {
    x.normal == y.normal || x.latin == y.latin
}

fn part(x: &Part, y: &Part, near: f64) -> Met {
    if x.is_empty() || y.is_empty() {
        return None;
    }
    if x.normal == y.normal {
        return AGREES;
    }
    if x.latin == y.latin {
        return Some((Level::Agrees, Some(Way::Latin)));
    }
    if x.token == y.token || similarity(&x.normal, &y.normal) >= near {
        return Some((Level::Near, None));
    }
    DIFFERS
}

fn company(a: &Record, b: &Record, near: f64) -> Met {
    let all = a.company.iter().flat_map(|x| b.company.iter().map(move |y| part(x, y, near)));
    let level = |met: &Met| match met {
        Some((Level::Agrees, None)) => 4,
        Some((Level::Agrees, _)) => 3,
        Some((Level::Near, _)) => 2,
        Some((Level::Differs, _)) => 1,
        None => 0,
    };
    all.max_by_key(level).flatten()
}

fn dates(a: Option<Date>, b: Option<Date>) -> Met {
    let (a, b) = (a?, b?);
    if a == b {
        return AGREES;
    }
    let (x, y) = (a.to_string(), b.to_string());
    let is_swapped = a.year() == b.year() && a.month() == b.day() && a.day() == b.month();
    let is_slip =
        x.len() == y.len() && x.chars().zip(y.chars()).filter(|(c, d)| c != d).count() == 1;
    if is_swapped || is_slip { Some((Level::Near, None)) } else { DIFFERS }
}

/// Numbers of the kinds given: one that both have agrees, also when one of them had it once; of one kind
/// and different, they differ.
fn numbers(a: &Record, b: &Record, is_meant: impl Fn(&str) -> bool) -> Met {
    let meets = |x: &BTreeMap<String, BTreeSet<String>>, y: &BTreeMap<String, BTreeSet<String>>| {
        x.iter()
            .filter(|(kind, _)| is_meant(kind))
            .any(|(kind, values)| y.get(kind).is_some_and(|others| !values.is_disjoint(others)))
    };
    if meets(&a.numbers, &b.numbers) {
        return AGREES;
    }
    if meets(&a.numbers, &b.old_numbers)
        || meets(&a.old_numbers, &b.numbers)
        || meets(&a.old_numbers, &b.old_numbers)
    {
        return Some((Level::Agrees, Some(Way::Old)));
    }
    let is_of_one_kind =
        a.numbers.keys().any(|kind| is_meant(kind) && b.numbers.contains_key(kind));
    if is_of_one_kind { DIFFERS } else { None }
}

fn sets(a: &BTreeSet<String>, b: &BTreeSet<String>) -> Met {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a.is_disjoint(b) { DIFFERS } else { AGREES }
}
