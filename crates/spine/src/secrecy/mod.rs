//! Bank secrecy: how secret a client's card is, and who may see which part of it.
//!
//! Roles say over whose clients a permission reaches; the bank's own rules (`policy`, in Cedar) then take
//! away from that, by level of the card, relation and group of fields. A rule that forbids wins over one
//! that allows; what nothing allows is not allowed; nothing outside a role's reach is ever opened.
//! [`crate::Principal`] is the one place that asks: `reaches` and `sees` for one client, `filter`, `arms`
//! and `sees_filter` for lists, all from the same kept answers, so that a page and a list cannot disagree.
//!
//! Reading order: this file, `gate` (the answers as SQL), `released` (the rules in force), `case` (tests of
//! rules), `commands`, `queries`.

mod case;
pub mod commands;
pub(crate) mod gate;
pub mod queries;
mod released;
mod told;

pub use case::{Case, CaseFault, Outcome, failed, parse_cases};
pub(crate) use commands::forget_words;
pub use policy::{
    Act, BUILT_IN, Decider, Decision, Fault, Group, Groups, Level, Nature, Relation, Rule, Rules,
    What, Who,
};
pub(crate) use released::who_of;
pub use released::{BUILT_IN_CASES, Released, SecrecyRules, set_up};
pub use told::{group_of_field, is_any_told, is_told};

use std::sync::{Arc, OnceLock};

use kernel::{ClientId, Timestamp};
use uuid::Uuid;

/// A card somebody has opened for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The entry of the report.
    pub id: Uuid,
    /// Whose card.
    pub client_id: ClientId,
    /// Shut again from this instant on.
    pub until: Timestamp,
}

const FIND: &[Act] = &[Act::Find];
const EDIT: &[Act] = &[Act::Find, Act::Read(Group::Identity)];
const HOLDINGS: &[Act] = &[Act::Find, Act::Read(Group::Holdings)];
const HISTORY: &[Act] = &[Act::Find, Act::Read(Group::History)];
const EXPORT: &[Act] = &[Act::Find, Act::Export(Group::Service)];
const GLASS: &[Act] = &[Act::Find, Act::BreakGlass];
const WHOLE: &[Act] = &[
    Act::Find,
    Act::Read(Group::Identity),
    Act::Read(Group::Contacts),
    Act::Read(Group::Documents),
    Act::Read(Group::Holdings),
    Act::Read(Group::History),
    Act::Read(Group::Service),
    Act::Read(Group::Links),
];

/// What a permission over a client is for, as the rules of secrecy know it. Whatever is not named here needs
/// at least that the client may be found.
pub fn acts_of(permission: &str) -> &'static [Act] {
    match permission {
        "client.edit" => EDIT,
        "client.merge" => WHOLE,
        "holding.read" => HOLDINGS,
        "interaction.read" | "card.issue" => HISTORY,
        "secrecy.break_glass" => GLASS,
        "client.export" => EXPORT,
        _ => FIND,
    }
}

/// The denial of a group of fields of a client one may otherwise see.
pub fn hidden(group: Group) -> crate::Error {
    crate::Error::Forbidden(format!("secrecy.{}", group.key()))
}

/// The rules the product comes with; a test says that they can be read.
pub(crate) fn built_in() -> Arc<Rules> {
    static RULES: OnceLock<Arc<Rules>> = OnceLock::new();
    let rules = || match Rules::read(BUILT_IN) {
        Ok(rules) => Arc::new(rules),
        Err(error) => {
            tracing::error!(%error, "the built-in rules of secrecy cannot be read");
            Arc::new(Rules::empty())
        }
    };
    Arc::clone(RULES.get_or_init(rules))
}

/// What the rules answer to nobody.
pub(crate) fn nobodys() -> Arc<Decider> {
    static NOBODYS: OnceLock<Arc<Decider>> = OnceLock::new();
    let decider = || Arc::new(Decider::new(built_in(), Who::default()));
    Arc::clone(NOBODYS.get_or_init(decider))
}

#[cfg(test)]
mod tests;
