//! Conditions: the fields one may filter by, the operators each has, and what a condition says once it has
//! been understood.

use std::sync::Arc;

use kernel::{Date, Timestamp};
use spine::secrecy::Group;
use uuid::Uuid;
use web::{ColumnKind, ListColumn};

use crate::fields::model::{Field as Added, FieldKind};

/// A condition as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) struct Raw {
    /// Field.
    pub(in crate::list) field: String,
    /// Operator.
    pub(in crate::list) op: String,
    /// Value.
    pub(in crate::list) value: String,
}

impl Raw {
    /// Reads `field`, `op`, `value` repeated in order; every `field` opens a condition. One without an
    /// operator asks for nothing (a line of the form that was left alone).
    pub(in crate::list) fn parse(pairs: &[(String, String)]) -> Vec<Raw> {
        let mut found: Vec<Raw> = Vec::new();
        for (name, value) in pairs {
            match (name.as_str(), found.last_mut()) {
                ("field", _) => found.push(Raw {
                    field: value.clone(),
                    op: String::new(),
                    value: String::new(),
                }),
                ("op", Some(last)) => last.op.clone_from(value),
                ("value", Some(last)) => value.trim().clone_into(&mut last.value),
                _ => {}
            }
        }
        found.retain(|c| !c.field.is_empty() && !c.op.is_empty());
        found
    }
}

/// Fields of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::list) enum Own {
    Kind,
    Segment,
    Status,
    Branch,
    Manager,
    Role,
    Channel,
    BirthMonth,
    Age,
    Since,
    City,
    Phone,
    Email,
    Employer,
    Product,
    Created,
    Updated,
}

impl Own {
    /// The group of fields it asks about; none for what stands in every client's heading. What a client
    /// holds is asked under a right of its own.
    pub(in crate::list) const fn group(self) -> Option<Group> {
        match self {
            Own::City | Own::Phone | Own::Email => Some(Group::Contacts),
            Own::BirthMonth | Own::Age | Own::Employer => Some(Group::Identity),
            Own::Since | Own::Channel => Some(Group::Service),
            Own::Kind
            | Own::Segment
            | Own::Status
            | Own::Branch
            | Own::Manager
            | Own::Role
            | Own::Product
            | Own::Created
            | Own::Updated => None,
        }
    }
}

/// All own fields with their key and text key, in menu order.
pub(in crate::list) const FIELDS: &[(Own, &str, &str)] = &[
    (Own::Segment, "segment", "field-segment"),
    (Own::Kind, "kind", "field-kind"),
    (Own::Status, "status", "field-status"),
    (Own::Manager, "manager", "field-manager-id"),
    (Own::Branch, "branch", "field-branch-id"),
    (Own::Product, "product", "list-field-product"),
    (Own::Role, "role", "list-field-role"),
    (Own::BirthMonth, "birth_month", "list-field-birth-month"),
    (Own::Age, "age", "list-field-age"),
    (Own::Since, "since", "field-client-since"),
    (Own::City, "city", "list-field-city"),
    (Own::Phone, "phone", "client-phone"),
    (Own::Email, "email", "client-email"),
    (Own::Channel, "channel", "field-preferred-channel"),
    (Own::Employer, "employer", "field-employer"),
    (Own::Created, "created", "list-column-created"),
    (Own::Updated, "updated", "list-column-updated"),
];

/// Kinds of product a client may hold.
pub(in crate::list) const PRODUCTS: [&str; 5] = ["account", "deposit", "loan", "overdue", "card"];

/// What a condition is about.
#[derive(Clone, Debug)]
pub(in crate::list) enum Field {
    /// A field of our own.
    Own(Own),
    /// Another room's column.
    Extra(ListColumn),
    /// A field the bank has added.
    Added(Arc<Added>),
}

/// What a condition says of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::list) enum Op {
    Is,
    IsNot,
    Has,
    HasNot,
    Contains,
    AtLeast,
    AtMost,
    Before,
    From,
    Empty,
    Filled,
}

impl Op {
    const ALL: [Op; 11] = [
        Op::Is,
        Op::IsNot,
        Op::Has,
        Op::HasNot,
        Op::Contains,
        Op::AtLeast,
        Op::AtMost,
        Op::Before,
        Op::From,
        Op::Empty,
        Op::Filled,
    ];
    /// Stable word; text key `list-op-WORD`.
    pub(in crate::list) const fn key(self) -> &'static str {
        match self {
            Op::Is => "is",
            Op::IsNot => "is-not",
            Op::Has => "has",
            Op::HasNot => "has-not",
            Op::Contains => "contains",
            Op::AtLeast => "at-least",
            Op::AtMost => "at-most",
            Op::Before => "before",
            Op::From => "from",
            Op::Empty => "empty",
            Op::Filled => "filled",
        }
    }
    /// From the stored word.
    pub(in crate::list) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.key() == key)
    }
    /// Whether it compares with a value.
    pub(in crate::list) const fn takes_value(self) -> bool {
        !matches!(self, Op::Empty | Op::Filled)
    }
}

/// The operators of a field, in order of use.
pub(in crate::list) fn ops_of(field: &Field) -> &'static [Op] {
    match field {
        Field::Own(own) => match own {
            Own::Kind | Own::Segment | Own::Status | Own::Branch | Own::Manager | Own::Channel => {
                &[Op::Is, Op::IsNot]
            }
            Own::Role | Own::Product => &[Op::Has, Op::HasNot],
            Own::BirthMonth => &[Op::Is],
            Own::City => &[Op::Is],
            Own::Age => &[Op::AtLeast, Op::AtMost],
            Own::Since => &[Op::From, Op::Before, Op::Empty],
            Own::Created | Own::Updated => &[Op::From, Op::Before],
            Own::Phone | Own::Email => &[Op::Filled, Op::Empty],
            Own::Employer => &[Op::Contains, Op::Filled, Op::Empty],
        },
        Field::Extra(column) => match column.kind {
            ColumnKind::Date | ColumnKind::Instant => {
                &[Op::Empty, Op::Before, Op::From, Op::Filled]
            }
            ColumnKind::Text | ColumnKind::Number => &[Op::Filled, Op::Empty],
        },
        Field::Added(field) => added_ops(field.kind()),
    }
}

/// The operators of a field the bank has added.
const fn added_ops(kind: FieldKind) -> &'static [Op] {
    match kind {
        FieldKind::Text | FieldKind::Url | FieldKind::Email | FieldKind::Phone => {
            &[Op::Is, Op::Contains, Op::Filled, Op::Empty]
        }
        FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => {
            &[Op::Is, Op::AtLeast, Op::AtMost, Op::Filled, Op::Empty]
        }
        FieldKind::Date | FieldKind::DateTime => &[Op::From, Op::Before, Op::Filled, Op::Empty],
        FieldKind::Flag => &[Op::Filled, Op::Empty],
        FieldKind::Choice | FieldKind::Staff => &[Op::Is, Op::IsNot, Op::Filled, Op::Empty],
        FieldKind::Choices => &[Op::Has, Op::HasNot, Op::Filled, Op::Empty],
        FieldKind::Client | FieldKind::Record | FieldKind::LongText => &[Op::Filled, Op::Empty],
    }
}

/// What a condition compares with, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) enum Operand {
    /// Nothing.
    Nothing,
    /// One of these words; several only for fields a client has one of.
    Words(Vec<String>),
    /// One of these branches or people; `None` stands for "nobody".
    Ids(Vec<Option<Uuid>>),
    /// A text to look for.
    Text(String),
    /// A civil date.
    Day(Date),
    /// An instant.
    At(Timestamp),
}

/// A condition that has been understood.
#[derive(Clone, Debug)]
pub(in crate::list) struct Test {
    /// About what.
    pub(in crate::list) field: Field,
    /// Says.
    pub(in crate::list) op: Op,
    /// Compared with.
    pub(in crate::list) operand: Operand,
}

impl Test {
    /// Whether it is about this field of our own.
    pub(in crate::list) fn is_about(&self, own: Own) -> bool {
        matches!(self.field, Field::Own(field) if field == own)
    }
}
