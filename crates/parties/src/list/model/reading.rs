//! Understanding what was typed into the filter.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kernel::{Currency, Date, Refusal, Refusals, Timestamp, UserId, limits};
use uuid::Uuid;
use web::{ColumnKind, ListColumn};

use super::address::CONDITIONS_MAX;
use super::condition::{FIELDS, Field, Op, Operand, Own, PRODUCTS, Raw, Test, ops_of};
use crate::client::model::{ClientKind, PreferredChannel, Role, Segment, Status};
use crate::fields::model::{Field as Added, FieldKind, folded};

/// Oldest age one may ask for (years).
const AGE_MAX: i16 = 130;

/// What understanding needs to know.
pub(in crate::list) struct Env<'a> {
    /// Today, where the person works.
    pub(in crate::list) today: Date,
    /// The zone he works in.
    pub(in crate::list) zone: &'a TimeZone,
    /// Who asks; what "me" means.
    pub(in crate::list) me: Option<UserId>,
    /// Columns of other rooms.
    pub(in crate::list) extras: &'a [ListColumn],
    /// Fields the bank has added that lists can be filtered by.
    pub(in crate::list) added: &'a [Arc<Added>],
    /// The bank's own currency.
    pub(in crate::list) currency: Currency,
    /// May ask what clients hold.
    pub(in crate::list) sees_holdings: bool,
}

/// Understands all conditions. Several "is" about one field a client has one of mean "one of them".
///
/// # Errors
/// All conditions that are not understood, each at its field's key; then nothing may be shown.
pub(in crate::list) fn read(raws: &[Raw], env: &Env<'_>) -> Result<Vec<Test>, Refusals> {
    let mut refusals = Refusals::default();
    if raws.len() > CONDITIONS_MAX {
        refusals.push(Refusal::new("list-too-many-conditions").arg("max", CONDITIONS_MAX));
    }
    let mut tests: Vec<Test> = Vec::new();
    for raw in raws.iter().take(CONDITIONS_MAX) {
        match read_one(raw, env) {
            Ok(test) => merge(&mut tests, test),
            Err(refusal) => refusals.push(refusal),
        }
    }
    refusals.into_result().map(|()| tests)
}

fn merge(tests: &mut Vec<Test>, new: Test) {
    let is_same = |old: &&mut Test| match (&old.field, &new.field) {
        (Field::Own(a), Field::Own(b)) => a == b && old.op == Op::Is && new.op == Op::Is,
        (Field::Added(a), Field::Added(b)) => a.id == b.id && old.op == Op::Is && new.op == Op::Is,
        _ => false,
    };
    match tests.iter_mut().find(is_same).map(|old| (&mut old.operand, &new.operand)) {
        Some((Operand::Words(words), Operand::Words(more))) => {
            words.extend(more.iter().filter(|w| !words.contains(w)).cloned().collect::<Vec<_>>());
        }
        Some((Operand::Ids(ids), Operand::Ids(more))) => {
            ids.extend(more.iter().filter(|i| !ids.contains(i)).copied().collect::<Vec<_>>());
        }
        _ => tests.push(new),
    }
}

/// The field of a key.
fn field_of(key: &str, env: &Env<'_>) -> Option<Field> {
    let own = FIELDS.iter().find(|(_, k, _)| *k == key).map(|(own, _, _)| Field::Own(*own));
    let own = own.filter(|f| env.sees_holdings || !matches!(f, Field::Own(Own::Product)));
    let extra = || env.extras.iter().find(|e| e.key == key).map(|e| Field::Extra(*e));
    let added = || env.added.iter().find(|f| f.key == key).map(|f| Field::Added(Arc::clone(f)));
    own.or_else(extra).or_else(added)
}

fn read_one(raw: &Raw, env: &Env<'_>) -> Result<Test, Refusal> {
    let refuse = |code: &str| Refusal::field(code, &raw.field).arg("value", &raw.value);
    let field = field_of(&raw.field, env).ok_or_else(|| refuse("list-field-unknown"))?;
    if matches!(&field, Field::Added(added) if !added.is_filterable()) {
        return Err(refuse("list-field-unindexed"));
    }
    let op = Op::from_key(&raw.op).filter(|op| ops_of(&field).contains(op));
    let op = op.ok_or_else(|| refuse("list-operator-unknown"))?;
    if raw.value.chars().count() > limits::TEXT_CHARS_MAX {
        return Err(refuse("too-long").arg("max", limits::TEXT_CHARS_MAX));
    }
    let operand = if op.takes_value() {
        let operand = match &field {
            Field::Own(own) => own_operand(*own, op, &raw.value, env),
            Field::Extra(column) => extra_operand(column.kind, &raw.value, env),
            Field::Added(field) => added_operand(field, op, &raw.value, env),
        };
        operand.ok_or_else(|| refuse("list-value-unclear"))?
    } else {
        Operand::Nothing
    };
    Ok(Test { field, op, operand })
}

fn own_operand(own: Own, op: Op, value: &str, env: &Env<'_>) -> Option<Operand> {
    let word = |known: bool| known.then(|| Operand::Words(vec![value.to_owned()]));
    match own {
        Own::Kind => word(ClientKind::from_key(value).is_some()),
        Own::Segment => word(Segment::from_key(value).is_some()),
        Own::Status => word(Status::from_key(value).is_some()),
        Own::Channel => word(PreferredChannel::from_key(value).is_some()),
        Own::Role => word(Role::from_key(value).is_some()),
        Own::Product => word(PRODUCTS.contains(&value)),
        Own::Branch | Own::Manager => id(value, env).map(|id| Operand::Ids(vec![id])),
        Own::BirthMonth => {
            let month: u8 = value.parse().ok().filter(|m| (1..=12).contains(m))?;
            Some(Operand::Words(vec![format!("{month:02}")]))
        }
        Own::Age => {
            let years: i16 = value.parse().ok().filter(|y| (0..=AGE_MAX).contains(y))?;
            // "at least 60": born on or before this day 60 years ago; "at most 60": after it 61 years ago
            let years = if op == Op::AtMost { years + 1 } else { years };
            let span = jiff::Span::new().try_years(years).ok()?;
            env.today.checked_sub(span).ok().map(Operand::Day)
        }
        Own::City | Own::Employer => (!value.is_empty()).then(|| Operand::Text(value.to_owned())),
        Own::Since => day(value, env).map(Operand::Day),
        Own::Created | Own::Updated => day(value, env).map(|d| at(d, env)),
        Own::Phone | Own::Email => None,
    }
}

fn extra_operand(kind: ColumnKind, value: &str, env: &Env<'_>) -> Option<Operand> {
    match kind {
        ColumnKind::Date => day(value, env).map(Operand::Day),
        ColumnKind::Instant => day(value, env).map(|d| at(d, env)),
        ColumnKind::Text | ColumnKind::Number => None,
    }
}

/// What a field the bank has added is compared with: keys of its index.
fn added_operand(field: &Added, op: Op, value: &str, env: &Env<'_>) -> Option<Operand> {
    let keys = |text: &str| {
        let keys = field.keys(text, env.currency);
        (!keys.is_empty()).then_some(Operand::Words(keys))
    };
    match field.kind() {
        FieldKind::Text | FieldKind::Url | FieldKind::Email | FieldKind::Phone => {
            let text = folded(value.trim());
            let whole = |text: String| match op {
                Op::Contains => Operand::Text(text),
                _ => Operand::Words(vec![text]),
            };
            (!text.is_empty()).then(|| whole(text))
        }
        FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => {
            keys(&field.number_text(value, env.currency)?)
        }
        FieldKind::Date | FieldKind::DateTime => day(value, env).map(Operand::Day),
        FieldKind::Choice | FieldKind::Choices => {
            let known = field.spec.options.iter().any(|o| o.key == value);
            known.then(|| Operand::Words(vec![value.to_owned()]))
        }
        FieldKind::Staff => match value {
            "me" => env.me.map(|me| Operand::Words(vec![me.to_string()])),
            other => Uuid::parse_str(other).ok().map(|id| Operand::Words(vec![id.to_string()])),
        },
        FieldKind::Flag | FieldKind::Client | FieldKind::Record | FieldKind::LongText => None,
    }
}

fn at(day: Date, env: &Env<'_>) -> Operand {
    Operand::At(Timestamp::start_of(day, env.zone))
}

/// A date as people type it; `-30` is thirty days ago.
fn day(value: &str, env: &Env<'_>) -> Option<Date> {
    let shifted = value.strip_prefix(['-', '−']).and_then(|days| days.trim().parse::<i64>().ok());
    match shifted {
        Some(days) => env.today.checked_sub(jiff::Span::new().try_days(days).ok()?).ok(),
        None => kernel::parse_date(value, env.today),
    }
}

/// `me`, `none`, or an id.
fn id(value: &str, env: &Env<'_>) -> Option<Option<Uuid>> {
    match value {
        "me" => env.me.map(|me| Some(me.uuid())),
        "none" => Some(None),
        other => Uuid::parse_str(other).ok().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ZONE: TimeZone = TimeZone::UTC;

    fn env() -> Env<'static> {
        Env {
            today: Date::constant(2026, 11, 23),
            zone: &ZONE,
            me: Some(Uuid::from_u128(5).into()),
            extras: &[],
            added: &[],
            currency: Currency::RUB,
            sees_holdings: false,
        }
    }

    fn raw(field: &str, op: &str, value: &str) -> Raw {
        Raw { field: field.to_owned(), op: op.to_owned(), value: value.to_owned() }
    }

    fn operand(field: &str, op: &str, value: &str) -> Result<Operand, String> {
        let read = read(&[raw(field, op, value)], &env());
        read.map(|tests| tests[0].operand.clone()).map_err(|r| r.0[0].code.clone())
    }

    #[test]
    fn typed_values_are_understood() {
        let day = |y, m, d| Ok(Operand::Day(Date::constant(y, m, d)));
        assert_eq!(operand("since", "from", "1.2.20"), day(2020, 2, 1));
        assert_eq!(operand("since", "before", "-30"), day(2026, 10, 24));
        assert_eq!(operand("age", "at-least", "60"), day(1966, 11, 23));
        assert_eq!(operand("age", "at-most", "59"), day(1966, 11, 23));
        let me = Operand::Ids(vec![Some(Uuid::from_u128(5))]);
        assert_eq!(operand("manager", "is", "me"), Ok(me));
        assert_eq!(operand("manager", "is", "none"), Ok(Operand::Ids(vec![None])));
        assert_eq!(operand("birth_month", "is", "3"), Ok(Operand::Words(vec!["03".into()])));
    }

    #[test]
    fn what_is_not_understood_is_refused_and_never_dropped() {
        let code = |code: &str| Err(code.to_owned());
        assert_eq!(operand("segment", "is", "gold"), code("list-value-unclear"));
        assert_eq!(operand("segment", "before", "vip"), code("list-operator-unknown"));
        assert_eq!(operand("1=1 --", "is", "x"), code("list-field-unknown"));
        assert_eq!(operand("product", "has", "loan"), code("list-field-unknown"));
        assert_eq!(operand("since", "from", "soon"), code("list-value-unclear"));
        assert_eq!(operand("age", "at-least", "-1"), code("list-value-unclear"));
        let many = vec![raw("segment", "is", "vip"); CONDITIONS_MAX + 1];
        assert!(read(&many, &env()).is_err());
    }

    #[test]
    fn several_values_of_one_field_mean_one_of_them() {
        let raws = ["vip", "premium", "vip"].map(|v| raw("segment", "is", v));
        let tests = read(&raws, &env()).unwrap();
        let [test] = tests.as_slice() else { panic!("{tests:?}") };
        assert_eq!(test.operand, Operand::Words(vec!["vip".into(), "premium".into()]));
    }
}
