//! The port for contact cards: the room that knows clients fills a card, the room that knows formats writes
//! it. Neither knows the other.

use kernel::Date;

/// What a card tells about a person or an organisation. Empty texts and lists are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactCard {
    /// Ours for ever: a card that comes back is recognised by it.
    pub uid: String,
    /// An organisation or a group, not a person.
    pub is_organization: bool,
    /// The name as a whole; never empty.
    pub name: String,
    /// Family name, given name, patronymic of a person.
    pub name_parts: [String; 3],
    /// Birthday of a person.
    pub birth_date: Option<Date>,
    /// The employer, or the organisation itself.
    pub organization: String,
    /// Post of a person.
    pub job_title: String,
    /// Ways to reach it, the main one of each kind first.
    pub points: Vec<CardPoint>,
    /// Addresses, the most telling first.
    pub addresses: Vec<CardAddress>,
}

/// By what somebody is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointKind {
    /// Telephone.
    Phone,
    /// E-mail.
    Email,
    /// Web site.
    Site,
    /// Messenger; the label names the service.
    Messenger,
    /// Page in a social network; the label names it.
    Social,
}

/// One way to reach somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPoint {
    /// By what.
    pub kind: PointKind,
    /// Number, address or handle.
    pub value: String,
    /// What it is called; may be empty.
    pub label: String,
    /// The one of its kind to use first.
    pub is_main: bool,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardAddress {
    /// A place of work, not of living.
    pub is_work: bool,
    /// Street, house, flat.
    pub street: String,
    /// City or village.
    pub city: String,
    /// Region.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Country code.
    pub country: String,
}

/// How cards become a file; several cards are written one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct ContactFormat {
    /// Ending of the file's name.
    pub ending: &'static str,
    /// Media type.
    pub mime: &'static str,
    /// One card as text.
    pub write: fn(&ContactCard) -> String,
}
