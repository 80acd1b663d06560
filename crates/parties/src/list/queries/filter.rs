//! Conditions as SQL, from texts of our own alone: what was typed travels as parameters.

use kernel::{ClientId, FieldId};
use spine::Principal;
use spine::secrecy::Group;
use store::Value;
use uuid::Uuid;

use crate::list::model::{Field, Op, Operand, Own, Test};

/// The parameters of one statement, numbered as they are put in.
#[derive(Default)]
pub(in crate::list) struct Places(Vec<Value>);

impl Places {
    /// Numbering goes on behind values that stand there already.
    pub(in crate::list) const fn after(values: Vec<Value>) -> Self {
        Self(values)
    }
    /// Puts a value in; answers its place (`$3`).
    pub(in crate::list) fn put(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }
    /// Puts values in; answers their places (`$3, $4`).
    pub(in crate::list) fn put_all<T: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = T>,
    ) -> String {
        let places: Vec<String> = values.into_iter().map(|v| self.put(v)).collect();
        places.join(", ")
    }
    /// Number of the next place.
    pub(in crate::list) fn next(&self) -> usize {
        self.0.len() + 1
    }
    /// Puts the parameters of a filter in that was numbered from [`Places::next`].
    pub(in crate::list) fn extend(&mut self, params: Vec<Value>) {
        self.0.extend(params);
    }
    /// All of them.
    pub(in crate::list) fn into_params(self) -> Vec<Value> {
        self.0
    }
}

/// The condition of a test over the client `c` and the joins of its field. A client of whom the person does
/// not see what is asked never fits, whatever is asked of it.
pub(super) fn condition(test: &Test, principal: &Principal, places: &mut Places) -> String {
    let asked = bare_condition(test, principal, places);
    let group = match &test.field {
        Field::Extra(_) => Some(Group::History),
        Field::Added(_) => Some(Group::Identity),
        Field::Own(own) => own.group(),
    };
    let Some(group) = group.filter(|group| !principal.sees_always(*group)) else { return asked };
    let seen = principal.sees_filter(group, "c", places.next());
    places.extend(seen.params);
    format!("({asked} and {})", seen.sql)
}

fn bare_condition(test: &Test, principal: &Principal, places: &mut Places) -> String {
    let own = match &test.field {
        Field::Extra(column) => return compare(column.expression, test, places),
        Field::Added(field) => return added(field.id, test, "c.id", places),
        Field::Own(own) => *own,
    };
    match own {
        Own::Kind => compare("c.kind", test, places),
        Own::Segment => compare("c.segment", test, places),
        Own::Status => compare("c.status", test, places),
        Own::Channel => compare("c.preferred_channel", test, places),
        Own::Branch => compare("c.branch_id", test, places),
        Own::Manager => compare("c.manager_id", test, places),
        Own::Since => compare("c.client_since", test, places),
        Own::Created => compare("c.created_at", test, places),
        Own::Updated => compare("c.updated_at", test, places),
        Own::BirthMonth => compare("substr(c.birth_day, 1, 2)", test, places),
        Own::Age => compare("c.birth_date", test, places),
        Own::Employer => compare("c.employer", test, places),
        Own::Phone => not_if(test.op == Op::Empty, &contact("phone")),
        Own::Email => not_if(test.op == Op::Empty, &contact("email")),
        Own::City => city(test, places),
        Own::Role => {
            let words = places.put_all(words(&test.operand));
            let role = format!(
                "exists (select 1 from client_role r where r.client_id = c.id \
                 and r.until is null and r.role in ({words}))"
            );
            not_if(test.op == Op::HasNot, &role)
        }
        Own::Product => product(test, principal, places),
    }
}

/// The condition of a field the bank has added: rows of its index. Who has no value fits "is not" and "has not",
/// as he does for our own fields.
pub(in crate::list) fn added(
    field: FieldId,
    test: &Test,
    record: &str,
    places: &mut Places,
) -> String {
    let of_field = places.put(field);
    let compared = match (&test.operand, test.op) {
        (Operand::Nothing, _) => String::new(),
        (Operand::Words(words), Op::AtLeast) => bound(">=", words, places),
        (Operand::Words(words), Op::AtMost) => bound("<=", words, places),
        (Operand::Words(words), _) => format!(" and x.key in ({})", places.put_all(words.clone())),
        (Operand::Text(text), _) => format!(" and {}", contains_folded("x.key", text, places)),
        (Operand::Day(day), Op::Before) => format!(" and x.key < {}", places.put(*day)),
        (Operand::Day(day), _) => format!(" and x.key >= {}", places.put(*day)),
        (Operand::Ids(_) | Operand::At(_), _) => " and 1 = 0".to_owned(),
    };
    let exists = format!(
        "exists (select 1 from custom_index x where x.field_id = {of_field} \
         and x.record_id = {record}{compared})"
    );
    not_if(matches!(test.op, Op::Empty | Op::IsNot | Op::HasNot), &exists)
}

fn bound(sign: &str, words: &[String], places: &mut Places) -> String {
    let word = words.first().cloned().unwrap_or_default();
    format!(" and x.key {sign} {}", places.put(word))
}

/// Clients found by the search box.
pub(super) fn found(ids: &[ClientId], places: &mut Places) -> String {
    if ids.is_empty() {
        return "1 = 0".to_owned();
    }
    format!("c.id in ({})", places.put_all(ids.iter().copied()))
}

fn compare(column: &str, test: &Test, places: &mut Places) -> String {
    let negated = test.op == Op::IsNot;
    match (&test.operand, test.op) {
        (Operand::Nothing, Op::Empty) => format!("{column} is null"),
        (Operand::Nothing, _) => format!("{column} is not null"),
        (Operand::Words(words), _) => {
            let values = words.iter().map(|w| Some(Value::from(w))).collect();
            one_of(column, values, negated, places)
        }
        (Operand::Ids(ids), _) => {
            let values = ids.iter().map(|id| id.map(Value::from)).collect();
            one_of(column, values, negated, places)
        }
        (Operand::Text(text), _) => contains(column, text, places),
        // "at least 60 years" is a birth date up to a day, "at most" one after it
        (Operand::Day(day), Op::AtLeast) => format!("{column} <= {}", places.put(*day)),
        (Operand::Day(day), Op::AtMost) => format!("{column} > {}", places.put(*day)),
        (Operand::Day(day), Op::Before) => format!("{column} < {}", places.put(*day)),
        (Operand::Day(day), _) => format!("{column} >= {}", places.put(*day)),
        (Operand::At(at), Op::Before) => format!("{column} < {}", places.put(*at)),
        (Operand::At(at), _) => format!("{column} >= {}", places.put(*at)),
    }
}

/// `column in (…)`, where an absent value stands for null; "is not" also finds those without a value.
fn one_of(column: &str, values: Vec<Option<Value>>, negated: bool, places: &mut Places) -> String {
    let asks_null = values.iter().any(Option::is_none);
    let some: Vec<Value> = values.into_iter().flatten().collect();
    let mut parts = Vec::new();
    if !some.is_empty() {
        let single = some.len() == 1;
        let list = places.put_all(some);
        parts.push(match (single, negated) {
            (true, false) => format!("{column} = {list}"),
            (true, true) => format!("{column} <> {list}"),
            (false, false) => format!("{column} in ({list})"),
            (false, true) => format!("{column} not in ({list})"),
        });
    }
    match (asks_null, negated) {
        (true, true) => parts.push(format!("{column} is not null")),
        (true, false) | (false, true) => parts.push(format!("{column} is null")),
        (false, false) => {}
    }
    let glue = if asks_null && negated { " and " } else { " or " };
    if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(glue)) }
}

/// Neither database folds the case of Cyrillic, so the usual spellings are asked for.
fn contains(column: &str, text: &str, places: &mut Places) -> String {
    let likes: Vec<String> =
        spellings(text).iter().map(|text| contains_folded(column, text, places)).collect();
    format!("({})", likes.join(" or "))
}

/// A text within a column, letter for letter.
fn contains_folded(column: &str, text: &str, places: &mut Places) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    format!("{column} like {} escape '\\'", places.put(pattern))
}

/// As typed, capitalised, in small and in capital letters.
fn spellings(text: &str) -> Vec<String> {
    let small = text.to_lowercase();
    let mut letters = small.chars();
    let capitalised: String =
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let mut all = vec![text.to_owned(), capitalised, small, text.to_uppercase()];
    all.sort_unstable();
    all.dedup();
    all
}

fn words(operand: &Operand) -> Vec<String> {
    match operand {
        Operand::Words(words) => words.clone(),
        Operand::Nothing
        | Operand::Ids(_)
        | Operand::Text(_)
        | Operand::Day(_)
        | Operand::At(_) => Vec::new(),
    }
}

fn not_if(negated: bool, condition: &str) -> String {
    if negated { format!("not {condition}") } else { condition.to_owned() }
}

fn contact(kind: &str) -> String {
    format!(
        "exists (select 1 from client_contact k where k.client_id = c.id and k.kind = '{kind}' \
         and k.archived_at is null)"
    )
}

fn city(test: &Test, places: &mut Places) -> String {
    let typed = match &test.operand {
        Operand::Text(text) => spellings(text),
        Operand::Nothing
        | Operand::Words(_)
        | Operand::Ids(_)
        | Operand::Day(_)
        | Operand::At(_) => Vec::new(),
    };
    let list = places.put_all(typed);
    format!(
        "exists (select 1 from client_address a where a.client_id = c.id and a.city in ({list}) \
         and a.archived_at is null)"
    )
}

/// Only clients whose holdings the person may see can be found by what they hold.
fn product(test: &Test, principal: &Principal, places: &mut Places) -> String {
    let account = |more: &str| {
        format!(
            "exists (select 1 from account_role r join account a on a.id = r.account_id \
             where r.client_id = c.id and a.closed_on is null{more})"
        )
    };
    let held: Vec<String> = words(&test.operand)
        .iter()
        .map(|word| match word.as_str() {
            "account" => account(" and a.kind in ('current', 'savings', 'card')"),
            "deposit" => account(" and a.kind = 'deposit'"),
            "loan" => "exists (select 1 from loan o where o.client_id = c.id \
                 and o.state <> 'closed')"
                .to_owned(),
            "overdue" => "exists (select 1 from loan o where o.client_id = c.id \
                 and o.state <> 'closed' and o.overdue_minor > 0)"
                .to_owned(),
            _ => "exists (select 1 from card d where d.client_id = c.id \
                 and d.state <> 'closed')"
                .to_owned(),
        })
        .collect();
    let reach = principal.filter("holding.read", "c", places.next());
    places.extend(reach.params);
    let held = not_if(test.op == Op::HasNot, &format!("({})", held.join(" or ")));
    format!("({held} and {})", reach.sql)
}

/// Ids a positive "is" asks for, which the list can be read by; the rest are conditions.
pub(super) fn asked_ids(test: &Test) -> Option<&[Option<Uuid>]> {
    match (&test.operand, test.op) {
        (Operand::Ids(ids), Op::Is) => Some(ids),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Date;

    fn sql(field: Own, op: Op, operand: Operand) -> (String, usize) {
        let mut places = Places::default();
        let test = Test { field: Field::Own(field), op, operand };
        let sql = condition(&test, &Principal::system(), &mut places);
        (sql, places.into_params().len())
    }

    #[test]
    fn nothing_typed_stands_in_the_text_of_a_condition() {
        let evil = "x'; drop table client; --";
        let text = || Operand::Text(evil.to_owned());
        for (sql, params) in [
            sql(Own::Employer, Op::Contains, text()),
            sql(Own::City, Op::Is, text()),
            sql(Own::Segment, Op::Is, Operand::Words(vec![evil.to_owned()])),
            sql(Own::Role, Op::Has, Operand::Words(vec![evil.to_owned()])),
        ] {
            assert!(!sql.contains("drop"), "{sql}");
            assert_eq!(sql.matches('$').count(), params, "{sql}");
            assert!(params > 0);
        }
    }

    #[test]
    fn conditions_say_what_their_words_say() {
        let words = |all: &[&str]| Operand::Words(all.iter().map(|w| (*w).to_owned()).collect());
        let is = |op, operand| sql(Own::Segment, op, operand).0;
        assert_eq!(is(Op::Is, words(&["vip"])), "c.segment = $1");
        assert_eq!(is(Op::Is, words(&["vip", "mass"])), "c.segment in ($1, $2)");
        assert_eq!(is(Op::IsNot, words(&["vip"])), "(c.segment <> $1 or c.segment is null)");
        let me = Some(Uuid::from_u128(1));
        let manager =
            |op, ids: &[Option<Uuid>]| sql(Own::Manager, op, Operand::Ids(ids.to_vec())).0;
        assert_eq!(manager(Op::Is, &[None]), "c.manager_id is null");
        assert_eq!(manager(Op::IsNot, &[None]), "c.manager_id is not null");
        assert_eq!(manager(Op::Is, &[me, None]), "(c.manager_id = $1 or c.manager_id is null)");
        let day = Operand::Day(Date::constant(1966, 11, 23));
        assert_eq!(sql(Own::Age, Op::AtLeast, day.clone()).0, "c.birth_date <= $1");
        assert_eq!(sql(Own::Age, Op::AtMost, day).0, "c.birth_date > $1");
        assert_eq!(sql(Own::Since, Op::Empty, Operand::Nothing).0, "c.client_since is null");
        assert!(sql(Own::Phone, Op::Empty, Operand::Nothing).0.starts_with("not exists"));
        let held = sql(Own::Product, Op::HasNot, words(&["loan"])).0;
        assert!(held.starts_with("(not (exists") && held.ends_with("and 1 = 1)"), "{held}");
    }

    #[test]
    fn wild_cards_in_a_text_are_letters() {
        let mut places = Places::default();
        contains("c.employer", "50%_а", &mut places);
        assert!(places.into_params().contains(&Value::Text("%50\\%\\_а%".to_owned())));
    }
}
