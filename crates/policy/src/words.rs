//! The words rules are written in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $key:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[$name] = &[$($name::$variant),+];
            /// The stable word, as stored and as rules write it.
            pub const fn key(self) -> &'static str {
                match self { $($name::$variant => $key),+ }
            }
            /// From the word.
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.key() == key)
            }
            pub(crate) fn place(self) -> usize {
                Self::ALL.iter().position(|one| *one == self).unwrap_or(0)
            }
        }
    };
}

words! {
    /// How secret a client's card is.
    Level {
        /// Everybody whose role reaches it.
        Open = "open",
        /// Very important people, staff of the bank, public persons.
        Restricted = "restricted",
        /// A handful of people.
        Secret = "secret",
    }
}

words! {
    /// What a client is to the person who asks; the nearest that holds.
    Relation {
        /// The person looks after him.
        Own = "own",
        /// Somebody of the person's team does.
        Team = "team",
        /// The person's branch keeps him.
        Branch = "branch",
        /// Another branch of the person's region does.
        Region = "region",
        /// None of these.
        Elsewhere = "elsewhere",
    }
}

words! {
    /// Whether a client is a human being.
    Nature {
        /// A person or sole trader.
        Natural = "natural",
        /// A company, household or group.
        Legal = "legal",
    }
}

words! {
    /// A group of fields of a card that is seen or hidden together.
    Group {
        /// Birth, citizenship, family, work, income; business data of a company.
        Identity = "identity",
        /// Phones, addresses, consents.
        Contacts = "contacts",
        /// Documents, numbers and files.
        Documents = "documents",
        /// Accounts, cards, loans and every sum.
        Holdings = "holdings",
        /// Contacts with him, tasks, notes, dates, what changed.
        History = "history",
        /// Preferred channel, since when with the bank, when his identity was checked.
        Service = "service",
        /// Who belongs to him.
        Links = "links",
    }
}

/// Groups of fields, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Groups(u8);

impl Groups {
    /// None.
    pub const NONE: Groups = Groups(0);
    /// Every one.
    pub fn all() -> Groups {
        Group::ALL.iter().copied().collect()
    }
    /// Whether a group is in it.
    pub fn has(self, group: Group) -> bool {
        self.0 & (1 << group.place()) != 0
    }
    /// With one more.
    #[must_use]
    pub fn with(self, group: Group) -> Groups {
        Groups(self.0 | (1 << group.place()))
    }
    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Groups) -> Groups {
        Groups(self.0 & other.0)
    }
    /// Those that are not in it, in order.
    pub fn missing(self) -> Vec<Group> {
        Group::ALL.iter().copied().filter(|group| !self.has(*group)).collect()
    }
    /// Those that are in it, in order.
    pub fn list(self) -> Vec<Group> {
        Group::ALL.iter().copied().filter(|group| self.has(*group)).collect()
    }
}

impl FromIterator<Group> for Groups {
    fn from_iter<I: IntoIterator<Item = Group>>(groups: I) -> Self {
        groups.into_iter().fold(Groups::NONE, Groups::with)
    }
}

/// What somebody wants to do with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Know that there is such a client: name, number, branch, manager.
    Find,
    /// See a group of fields.
    Read(Group),
    /// Take a group of fields out of the system.
    Export(Group),
    /// Open the whole card for a while, for a reason.
    BreakGlass,
}

impl Act {
    /// How many there are.
    pub(crate) const COUNT: usize = 16;

    pub(crate) fn place(self) -> usize {
        match self {
            Act::Find => 0,
            Act::Read(group) => 1 + group.place(),
            Act::Export(group) => 8 + group.place(),
            Act::BreakGlass => 15,
        }
    }
    /// All of them.
    pub fn all() -> Vec<Act> {
        let groups = || Group::ALL.iter().copied();
        let mut all = vec![Act::Find];
        all.extend(groups().map(Act::Read));
        all.extend(groups().map(Act::Export));
        all.push(Act::BreakGlass);
        all
    }
    /// The word of the action, as rules write it.
    pub const fn verb(self) -> &'static str {
        match self {
            Act::Find => "find",
            Act::Read(_) => "read",
            Act::Export(_) => "export",
            Act::BreakGlass => "break_glass",
        }
    }
    /// The group it is about.
    pub const fn group(self) -> Option<Group> {
        match self {
            Act::Find | Act::BreakGlass => None,
            Act::Read(group) | Act::Export(group) => Some(group),
        }
    }
    /// From its two words; the group is left out where there is none.
    pub fn from_words(verb: &str, group: &str) -> Option<Act> {
        match verb {
            "find" => Some(Act::Find),
            "read" => Group::from_key(group).map(Act::Read),
            "export" => Group::from_key(group).map(Act::Export),
            "break_glass" => Some(Act::BreakGlass),
            _ => None,
        }
    }
}

/// Who asks, as far as rules look at him.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    /// Keys of his roles, sorted.
    pub roles: Vec<String>,
    /// Code of his branch; empty at the head office.
    pub branch: String,
    /// Code of his region; empty at the head office.
    pub region: String,
    /// English name of his team; empty without one.
    pub team: String,
    /// A program acts with a token.
    pub is_program: bool,
}

/// A card, as far as rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct What {
    /// How secret.
    pub level: Level,
    /// What the client is to who asks.
    pub relation: Relation,
    /// Human being or not.
    pub nature: Nature,
    /// The person has opened this card for a while.
    pub is_opened: bool,
}

impl What {
    /// Every point of the lattice.
    pub fn all() -> Vec<What> {
        let mut all = Vec::with_capacity(Self::COUNT);
        for level in Level::ALL.iter().copied() {
            for relation in Relation::ALL.iter().copied() {
                for nature in Nature::ALL.iter().copied() {
                    for is_opened in [false, true] {
                        all.push(What { level, relation, nature, is_opened });
                    }
                }
            }
        }
        all
    }
    pub(crate) const COUNT: usize = 60;

    pub(crate) fn place(self) -> usize {
        let point = self.level.place() * 5 + self.relation.place();
        (point * 2 + self.nature.place()) * 2 + usize::from(self.is_opened)
    }
}
