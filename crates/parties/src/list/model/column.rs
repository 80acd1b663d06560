//! The columns of the list: our own, and those other rooms add.

use std::sync::Arc;

use spine::Scope;
use spine::secrecy::Group;
use web::ListColumn;
use web::i18n::L;

use super::address::SortKey;
use crate::fields::model::Field;

/// What a column of our own shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::list) enum Fact {
    Name,
    Number,
    Kind,
    Segment,
    Status,
    Branch,
    Manager,
    BirthDate,
    ClientSince,
    Phone,
    Email,
    Channel,
    Employer,
    Created,
    Updated,
}

impl Fact {
    /// The group of fields it belongs to; none for what stands in every client's heading.
    pub(in crate::list) const fn group(self) -> Option<Group> {
        match self {
            Fact::Phone | Fact::Email => Some(Group::Contacts),
            Fact::BirthDate | Fact::Employer => Some(Group::Identity),
            Fact::ClientSince | Fact::Channel => Some(Group::Service),
            Fact::Name
            | Fact::Number
            | Fact::Kind
            | Fact::Segment
            | Fact::Status
            | Fact::Branch
            | Fact::Manager
            | Fact::Created
            | Fact::Updated => None,
        }
    }
}

/// A column of our own.
#[derive(Clone, Debug)]
pub(in crate::list) struct OwnColumn {
    /// Stable key, also in saved views.
    pub(in crate::list) key: &'static str,
    /// Text key of the head.
    pub(in crate::list) label: &'static str,
    /// What it shows.
    pub(in crate::list) fact: Fact,
    /// By what it sorts, when an index stands behind it.
    pub(in crate::list) sort: Option<SortKey>,
}

const fn own(
    key: &'static str,
    label: &'static str,
    fact: Fact,
    sort: Option<SortKey>,
) -> OwnColumn {
    OwnColumn { key, label, fact, sort }
}

/// Our own columns, in table order. The name always stands first.
pub(in crate::list) const OWN: &[OwnColumn] = &[
    own("name", "list-column-name", Fact::Name, Some(SortKey::Name)),
    own("number", "client-number", Fact::Number, None),
    own("kind", "field-kind", Fact::Kind, None),
    own("segment", "field-segment", Fact::Segment, None),
    own("status", "field-status", Fact::Status, None),
    own("phone", "client-phone", Fact::Phone, None),
    own("email", "client-email", Fact::Email, None),
    own("channel", "field-preferred-channel", Fact::Channel, None),
    own("birth_date", "field-birth-date", Fact::BirthDate, None),
    own("employer", "field-employer", Fact::Employer, None),
    own("manager", "field-manager-id", Fact::Manager, None),
    own("branch", "field-branch-id", Fact::Branch, None),
    own("since", "field-client-since", Fact::ClientSince, Some(SortKey::Since)),
    own("created", "list-column-created", Fact::Created, None),
    own("updated", "list-column-updated", Fact::Updated, Some(SortKey::Updated)),
];

/// A column of the list.
#[derive(Clone, Debug)]
pub(in crate::list) enum Column {
    /// Ours.
    Own(&'static OwnColumn),
    /// Another room's.
    Extra(ListColumn),
    /// A field the bank has added.
    Added(Arc<Field>),
}

impl Column {
    /// Stable key.
    pub(in crate::list) fn key(&self) -> &str {
        match self {
            Column::Own(own) => own.key,
            Column::Extra(extra) => extra.key,
            Column::Added(field) => &field.key,
        }
    }
    /// The head, in words.
    pub(in crate::list) fn words(&self, l: &L) -> String {
        match self {
            Column::Own(own) => l.t(own.label),
            Column::Extra(extra) => l.t(extra.label),
            Column::Added(field) => field.spec.shown_label(l.lang).to_owned(),
        }
    }
    /// By what it sorts, when an index stands behind it.
    pub(in crate::list) fn sort(&self) -> Option<SortKey> {
        match self {
            Column::Own(own) => own.sort.clone(),
            Column::Extra(_) => None,
            Column::Added(field) => field.is_sortable().then(|| SortKey::of(field)),
        }
    }
    /// The group of fields it belongs to; what other rooms add is history.
    pub(in crate::list) fn group(&self) -> Option<Group> {
        match self {
            Column::Own(own) => own.fact.group(),
            Column::Extra(_) => Some(Group::History),
            // as `group_of_field` tells of its changes
            Column::Added(_) => Some(Group::Identity),
        }
    }
    /// Whether it shows this fact.
    pub(in crate::list) fn shows(&self, fact: Fact) -> bool {
        matches!(self, Column::Own(own) if own.fact == fact)
    }
}

/// All columns: what is done next and was done last stands before who looks after the client.
/// What the bank has added stands last.
pub(in crate::list) fn all(extras: &[ListColumn], added: &[Arc<Field>]) -> Vec<Column> {
    let mut columns: Vec<Column> = OWN.iter().map(Column::Own).collect();
    let place = columns.iter().position(|c| c.shows(Fact::Manager)).unwrap_or(columns.len());
    columns.splice(place..place, extras.iter().map(|e| Column::Extra(*e)));
    columns.extend(added.iter().map(|field| Column::Added(Arc::clone(field))));
    columns
}

/// The columns named in the address, or the standard ones; in table order, the name always first. What
/// the list is sorted by is always shown.
pub(in crate::list) fn chosen(
    names: &[String],
    sort: &SortKey,
    (extras, added): (&[ListColumn], &[Arc<Field>]),
    scope: Option<Scope>,
) -> Vec<Column> {
    let sorts = |column: &Column| column.sort().as_ref() == Some(sort);
    let is_wanted = |column: &Column| match (column, names.is_empty()) {
        (column, false) => column.key() == "name" || names.iter().any(|n| n == column.key()),
        (Column::Extra(_), true) => true,
        (Column::Own(own), true) => is_standard(own.fact, scope),
        (Column::Added(field), true) => field.spec.listed,
    };
    all(extras, added).into_iter().filter(|column| sorts(column) || is_wanted(column)).collect()
}

/// What a relationship manager works with; who and where only as far as they differ in his scope.
fn is_standard(fact: Fact, scope: Option<Scope>) -> bool {
    match fact {
        Fact::Name | Fact::Segment | Fact::Phone | Fact::ClientSince => true,
        Fact::Manager => scope > Some(Scope::Own),
        Fact::Branch => scope > Some(Scope::Branch),
        Fact::Number
        | Fact::Kind
        | Fact::Status
        | Fact::BirthDate
        | Fact::Email
        | Fact::Channel
        | Fact::Employer
        | Fact::Created
        | Fact::Updated => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::ColumnKind;

    const STEP: ListColumn = ListColumn {
        key: "next_step",
        label: "column-next-step",
        join: "left join s on s.client_id = c.id",
        expression: "s.due_on",
        kind: ColumnKind::Date,
    };

    fn keys(names: &[&str], scope: Scope) -> Vec<&'static str> {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let columns = chosen(&names, &SortKey::Name, (&[STEP], &[]), Some(scope));
        let keys = columns.iter().map(|c| match c {
            Column::Own(own) => own.key,
            Column::Extra(extra) => extra.key,
            Column::Added(_) => "",
        });
        keys.collect()
    }

    #[test]
    fn the_standard_columns_follow_the_scope_and_choices_keep_table_order() {
        assert_eq!(keys(&[], Scope::Own), ["name", "segment", "phone", "next_step", "since"]);
        assert!(keys(&[], Scope::Region).contains(&"branch"));
        assert_eq!(
            keys(&["updated", "next_step", "no-such"], Scope::Own),
            ["name", "next_step", "updated"]
        );
        let sorted = chosen(&["phone".to_owned()], &SortKey::Updated, (&[], &[]), None);
        assert!(sorted.iter().any(|c| c.key() == "updated"));
    }
}
