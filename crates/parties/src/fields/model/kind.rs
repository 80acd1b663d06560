//! The kinds of field.

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// What a field holds.
    FieldKind {
        /// One line.
        Text = "text",
        /// Several lines.
        LongText = "long_text",
        /// A whole number.
        Integer = "integer",
        /// A number with a fixed count of decimals.
        Decimal = "decimal",
        /// An amount in one currency.
        Money = "money",
        /// A share with two decimals.
        Percent = "percent",
        /// A day.
        Date = "date",
        /// A day and a time as the clock on the wall showed it.
        DateTime = "date_time",
        /// Yes or no.
        Flag = "flag",
        /// One word of a list.
        Choice = "choice",
        /// Words of a list.
        Choices = "choices",
        /// A telephone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// A web address.
        Url = "url",
        /// Another client.
        Client = "client",
        /// A member of staff.
        Staff = "staff",
        /// A record of a kind the bank has made for itself.
        Record = "record",
    }
}

impl FieldKind {
    /// Whether its values are words of a list.
    pub const fn has_options(self) -> bool {
        matches!(self, FieldKind::Choice | FieldKind::Choices)
    }
    /// Whether its values are numbers, stored scaled to a whole one.
    pub const fn is_number(self) -> bool {
        matches!(
            self,
            FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent
        )
    }
    /// Whether the one search box can find a record by it.
    pub const fn is_searchable(self) -> bool {
        matches!(
            self,
            FieldKind::Text
                | FieldKind::LongText
                | FieldKind::Phone
                | FieldKind::Email
                | FieldKind::Url
        )
    }
    /// Whether a list can be filtered by it, and an index can stand behind it.
    pub const fn is_indexable(self) -> bool {
        !matches!(self, FieldKind::LongText)
    }
    /// Whether a list can be sorted by it: a record has one value, and the order means something.
    pub const fn is_sortable(self) -> bool {
        match self {
            FieldKind::Text
            | FieldKind::Integer
            | FieldKind::Decimal
            | FieldKind::Money
            | FieldKind::Percent
            | FieldKind::Date
            | FieldKind::DateTime
            | FieldKind::Phone
            | FieldKind::Email
            | FieldKind::Url => true,
            FieldKind::LongText
            | FieldKind::Flag
            | FieldKind::Choice
            | FieldKind::Choices
            | FieldKind::Client
            | FieldKind::Staff
            | FieldKind::Record => false,
        }
    }
    /// Whether a longest text and a mask may be given.
    pub const fn is_line(self) -> bool {
        matches!(self, FieldKind::Text | FieldKind::LongText)
    }
}
