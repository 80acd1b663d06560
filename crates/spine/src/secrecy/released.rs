//! The rules in force on this node, and what they answer to each kind of person.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use policy::{BUILT_IN, Decider, Rules, Who};

use super::built_in;
use super::commands::ReleaseBuiltIn;
use crate::org::{Loaded, StaffMember};
use crate::{Error, Services};

/// Test cases of the rules the product comes with.
pub const BUILT_IN_CASES: &str = include_str!("built_in.cases");

/// A released set of rules, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// Number of the version.
    pub number: i64,
    /// The rules.
    pub text: String,
}

/// The rules in force; the answers to people of one kind are worked out once for all of them.
#[derive(Debug)]
pub struct SecrecyRules {
    /// Number of the released version; 0: the built-in rules, before any was released.
    pub number: i64,
    /// They.
    pub rules: Arc<Rules>,
    text: String,
    deciders: Mutex<BTreeMap<Who, Arc<Decider>>>,
}

impl Default for SecrecyRules {
    fn default() -> Self {
        Self::new(0, built_in(), BUILT_IN.to_owned())
    }
}

impl SecrecyRules {
    fn new(number: i64, rules: Arc<Rules>, text: String) -> Self {
        Self { number, rules, text, deciders: Mutex::default() }
    }
    /// The rules after a change in the database: these very ones when nothing changed or when what is
    /// stored cannot be read.
    pub(crate) fn renewed(self: &Arc<Self>, released: Option<&Released>) -> Arc<Self> {
        let Some(Released { number, text }) = released else { return Arc::clone(self) };
        if *number == self.number && *text == self.text {
            return Arc::clone(self);
        }
        match Rules::read(text) {
            Ok(rules) => Arc::new(Self::new(*number, Arc::new(rules), text.clone())),
            Err(error) => {
                tracing::error!(%error, number, kept = self.number, "released rules of secrecy cannot be read");
                Arc::clone(self)
            }
        }
    }
    /// What the rules answer to people of a kind.
    pub fn decider(&self, who: Who) -> Arc<Decider> {
        let mut deciders = self.deciders.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = &self.rules;
        let made = |who: &Who| Arc::new(Decider::new(Arc::clone(rules), who.clone()));
        if let Some(known) = deciders.get(&who) {
            return Arc::clone(known);
        }
        let new = made(&who);
        deciders.insert(who, Arc::clone(&new));
        new
    }
}

/// A member of staff as rules see him.
pub(crate) fn who_of(loaded: &Loaded, member: &StaffMember) -> Who {
    let mut roles: Vec<String> =
        member.roles.iter().filter_map(|r| loaded.roles.get(r)).map(|r| r.key.clone()).collect();
    roles.sort_unstable();
    let branch = member.branch_id.and_then(|id| loaded.branches.get(&id));
    let region = branch.and_then(|branch| loaded.regions.get(&branch.region_id));
    let team = member.team_id.and_then(|id| loaded.teams.get(&id));
    Who {
        roles,
        branch: branch.map(|b| b.code.clone()).unwrap_or_default(),
        region: region.map(|r| r.code.clone()).unwrap_or_default(),
        team: team.map(|t| t.name_en.clone()).unwrap_or_default(),
        is_program: false,
    }
}

/// Releases the built-in rules as version 1 of a bank that has none.
///
/// # Errors
/// The database's.
pub async fn set_up(services: &Services) -> Result<(), Error> {
    let mut db = services.reader.clone();
    if super::queries::released(&mut db).await?.is_none() {
        let ctx = services.system("setup");
        services.bus.execute(&ctx, ctx.command_id(), &ReleaseBuiltIn {}).await?;
        services.directory.reload(&services.reader).await?;
    }
    Ok(())
}
