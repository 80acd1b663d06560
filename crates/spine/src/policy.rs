//! The one policy: who may do what, over whose clients. Deny by default.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::{BranchId, ClientId, Lang, RegionId, TeamId, Timestamp, UserId};
use policy::{Act, Decider, Group, Groups, Relation, What};
use serde::{Deserialize, Serialize};
use store::Value;

use crate::Error;
use crate::owner::{Owner, Subject};
use crate::secrecy::{self, Opened, gate};

/// A right that a role can grant; modules list theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Stable key, `noun.verb`; texts under `permission-` + key with dots as dashes.
    pub key: &'static str,
    /// Whether it is granted over a scope (own … bank) or as a whole.
    pub scoped: bool,
}

/// Over whose clients a permission reaches; each includes the ones before it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Clients the person manages.
    Own,
    /// Clients of the person's team.
    Team,
    /// Clients of the person's branch.
    Branch,
    /// Clients of all branches of the person's region.
    Region,
    /// All clients of the bank.
    Bank,
}

impl Scope {
    /// All scopes, from the narrowest.
    pub const ALL: [Scope; 5] =
        [Scope::Own, Scope::Team, Scope::Branch, Scope::Region, Scope::Bank];
    /// Stable word, as stored.
    pub const fn key(self) -> &'static str {
        match self {
            Scope::Own => "own",
            Scope::Team => "team",
            Scope::Branch => "branch",
            Scope::Region => "region",
            Scope::Bank => "bank",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.key() == key)
    }
}

/// Who is acting, with everything the policy needs, resolved once.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The person; none for the system itself.
    pub user_id: Option<UserId>,
    /// Shown name in Russian.
    pub name: String,
    /// Shown name in English.
    pub name_en: String,
    /// Home branch.
    pub branch_id: Option<BranchId>,
    /// Home region.
    pub region_id: Option<RegionId>,
    /// Team.
    pub team_id: Option<TeamId>,
    /// Role keys, for display.
    pub roles: Vec<String>,
    /// Language of the interface.
    pub lang: Lang,
    /// A program acts with an API token: it hands out no rights, whatever its role.
    pub is_program: bool,
    grants: BTreeMap<String, Scope>,
    pub(crate) team_members: Arc<[UserId]>,
    pub(crate) region_branches: Arc<[BranchId]>,
    pub(crate) decider: Arc<Decider>,
    pub(crate) opened: Arc<[Opened]>,
    all: bool,
}

impl Principal {
    /// The system itself: jobs, set-up, recovery. May do everything.
    pub fn system() -> Self {
        Self { all: true, ..Self::nobody() }
    }
    /// Nobody: may do nothing.
    pub fn nobody() -> Self {
        Self {
            user_id: None,
            name: String::new(),
            name_en: String::new(),
            branch_id: None,
            region_id: None,
            team_id: None,
            roles: Vec::new(),
            lang: Lang::Ru,
            is_program: false,
            grants: BTreeMap::new(),
            team_members: Arc::from([]),
            region_branches: Arc::from([]),
            decider: secrecy::nobodys(),
            opened: Arc::from([]),
            all: false,
        }
    }
    /// A person with grants; `team_members` and `region_branches` are what `team` and `region` reach.
    pub fn with_grants(
        base: Principal,
        grants: BTreeMap<String, Scope>,
        team_members: Vec<UserId>,
        region_branches: Vec<BranchId>,
    ) -> Self {
        Self {
            grants,
            team_members: team_members.into(),
            region_branches: region_branches.into(),
            ..base
        }
    }
    /// The same person with other grants: what a token of his may do.
    #[must_use]
    pub(crate) fn granted(self, grants: BTreeMap<String, Scope>) -> Self {
        Self { grants, ..self }
    }
    /// The same person under rules of secrecy, with the cards he has opened for a while.
    #[must_use]
    pub(crate) fn under(self, decider: Arc<Decider>, opened: Arc<[Opened]>) -> Self {
        Self { decider, opened, ..self }
    }
    /// The same person at an instant: cards whose time is over are shut again.
    #[must_use]
    pub(crate) fn at(self: Arc<Self>, now: Timestamp) -> Arc<Self> {
        if self.opened.iter().all(|one| one.until > now) {
            return self;
        }
        let opened: Vec<Opened> =
            self.opened.iter().filter(|one| one.until > now).copied().collect();
        let same = Principal::clone(&self);
        Arc::new(Self { opened: opened.into(), ..same })
    }
    /// The name in the person's own language of the reader.
    pub fn shown_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.name,
            Lang::En => &self.name_en,
        }
    }
    /// The widest scope a permission is held over; none when it is not held.
    pub fn scope(&self, permission: &str) -> Option<Scope> {
        if self.all { Some(Scope::Bank) } else { self.grants.get(permission).copied() }
    }
    /// Everything that is held by name; empty for the system itself, which holds all.
    pub fn grants(&self) -> impl Iterator<Item = (&str, Scope)> {
        self.grants.iter().map(|(permission, scope)| (permission.as_str(), *scope))
    }
    /// Whether a permission is held at all.
    pub fn has(&self, permission: &str) -> bool {
        self.scope(permission).is_some()
    }
    /// # Errors
    /// [`Error::Forbidden`] when the permission is not held.
    pub fn require(&self, permission: &str) -> Result<Scope, Error> {
        self.scope(permission).ok_or_else(|| Error::Forbidden(permission.to_owned()))
    }
    /// Whether a permission reaches one row: the role's scope does, and, when the row is a client, the rules
    /// of secrecy allow what the permission is for. Rules only take away from what roles give.
    pub fn reaches(&self, permission: &str, owner: Owner) -> bool {
        self.reaches_row(permission, owner)
            && secrecy::acts_of(permission).iter().all(|act| self.allows(*act, owner))
    }
    /// Whether the rules of secrecy allow something with a client; they have no say in other rows.
    pub fn allows(&self, act: Act, owner: Owner) -> bool {
        self.all || self.what(owner).is_none_or(|what| self.decider.allows(act, what))
    }
    /// The card of a client as the rules see it from here; none when the row is no client.
    pub fn what(&self, owner: Owner) -> Option<What> {
        let Subject { id, level, nature } = owner.client?;
        let is_opened = self.opened_card(id).is_some();
        Some(What { level, relation: self.relation(owner), nature, is_opened })
    }
    /// The groups of fields of a client this person sees.
    pub fn sees(&self, owner: Owner) -> Groups {
        match self.what(owner).filter(|_| !self.all) {
            Some(what) => self.decider.sees(what),
            None => Groups::all(),
        }
    }
    /// The groups of fields of a client this person may take out of the system.
    pub fn exports(&self, owner: Owner) -> Groups {
        match self.what(owner).filter(|_| !self.all) {
            Some(what) => self.decider.exports(what),
            None => Groups::all(),
        }
    }
    /// The card this person has opened for a while, when it is still open.
    pub fn opened_card(&self, client: ClientId) -> Option<&Opened> {
        self.opened.iter().find(|one| one.client_id == client)
    }
    /// The rules this person is under.
    pub fn decider(&self) -> &Decider {
        &self.decider
    }
    /// What the owner of a row is to this person; the nearest that holds.
    pub fn relation(&self, owner: Owner) -> Relation {
        let (branch, manager) = (owner.branch_id, owner.manager_id);
        if manager.is_some() && manager == self.user_id {
            Relation::Own
        } else if manager.is_some_and(|m| self.team_members.contains(&m)) {
            Relation::Team
        } else if branch.is_some() && branch == self.branch_id {
            Relation::Branch
        } else if branch.is_some_and(|b| self.region_branches.contains(&b)) {
            Relation::Region
        } else {
            Relation::Elsewhere
        }
    }
    fn reaches_row(&self, permission: &str, owner: Owner) -> bool {
        let Some(scope) = self.scope(permission) else { return false };
        let mine = owner.manager_id.is_some() && owner.manager_id == self.user_id;
        match scope {
            Scope::Own => mine,
            Scope::Team => mine || owner.manager_id.is_some_and(|m| self.team_members.contains(&m)),
            Scope::Branch => {
                mine || (owner.branch_id.is_some() && owner.branch_id == self.branch_id)
            }
            Scope::Region => {
                mine || owner.branch_id.is_some_and(|b| self.region_branches.contains(&b))
            }
            Scope::Bank => true,
        }
    }
    /// # Errors
    /// [`Error::NotFound`] when the permission does not reach the row: existence is secret too.
    pub fn require_over(&self, permission: &str, owner: Owner) -> Result<(), Error> {
        if self.reaches(permission, owner) { Ok(()) } else { Err(Error::NotFound) }
    }
    /// The same rule as [`Principal::reaches`] as an SQL condition over the client's table, called `table`;
    /// parameters are numbered from `first_place`.
    pub fn filter(&self, permission: &str, table: &str, first_place: usize) -> Filter {
        let mut filter = self.filter_rows(permission, table, first_place);
        let acts = secrecy::acts_of(permission);
        let next = first_place + filter.params.len();
        if let Some(gate) = gate::condition(self, acts, table, next).filter(|_| !self.all) {
            filter.sql = format!("({} and {})", filter.sql, gate.sql);
            filter.params.extend(gate.params);
        }
        filter
    }
    /// [`Principal::filter`] of those clients of whom these groups of fields are seen too.
    pub fn filter_seeing(
        &self,
        permission: &str,
        groups: &[Group],
        table: &str,
        first_place: usize,
    ) -> Filter {
        let mut filter = self.filter(permission, table, first_place);
        for group in groups {
            let seen = self.sees_filter(*group, table, first_place + filter.params.len());
            if seen.sql != ALWAYS {
                filter.sql = format!("({} and {})", filter.sql, seen.sql);
                filter.params.extend(seen.params);
            }
        }
        filter
    }
    /// Whether a group of fields is seen of every client one may see at all: only then may a list be sorted
    /// by it.
    pub fn sees_always(&self, group: Group) -> bool {
        self.all || self.decider.gate(&[Act::Find, Act::Read(group)], false).is_open()
    }
    /// Whether a group of fields of the client is seen, as an SQL condition over the client's table. It says
    /// nothing about the scope.
    pub fn sees_filter(&self, group: Group, table: &str, first_place: usize) -> Filter {
        let gate = gate::condition(self, &[Act::Find, Act::Read(group)], table, first_place);
        let open = || Filter { sql: ALWAYS.to_owned(), params: Vec::new() };
        gate.filter(|_| !self.all).unwrap_or_else(open)
    }
    /// The scope of a permission alone, as an SQL condition over `{table}.branch_id` and
    /// `{table}.manager_id` of rows that are no clients; parameters are numbered from `first_place`.
    pub fn filter_rows(&self, permission: &str, table: &str, first_place: usize) -> Filter {
        let nothing = || Filter { sql: "1 = 0".to_owned(), params: Vec::new() };
        let Some(scope) = self.scope(permission) else { return nothing() };
        if scope == Scope::Bank {
            return Filter { sql: "1 = 1".to_owned(), params: Vec::new() };
        }
        let Some(me) = self.user_id else { return nothing() };
        let managers =
            |ids: Vec<Value>| Filter::any(&format!("{table}.manager_id"), ids, first_place);
        let branches = |ids: Vec<Value>| {
            let mut filter = Filter::any(&format!("{table}.branch_id"), ids, first_place);
            let place = first_place + filter.params.len();
            filter.sql = format!("({} or {table}.manager_id = ${place})", filter.sql);
            filter.params.push(me.into());
            filter
        };
        match scope {
            Scope::Own => managers(vec![me.into()]),
            Scope::Team => {
                let mut ids: Vec<Value> = self.team_members.iter().map(|m| (*m).into()).collect();
                if !self.team_members.contains(&me) {
                    ids.push(me.into());
                }
                managers(ids)
            }
            Scope::Branch => branches(self.branch_id.iter().map(|b| (*b).into()).collect()),
            Scope::Region => branches(self.region_branches.iter().map(|b| (*b).into()).collect()),
            Scope::Bank => Filter { sql: "1 = 1".to_owned(), params: Vec::new() },
        }
    }

    /// The same rule as [`Principal::filter`] cut into conditions that hold for all of it together. Each is an
    /// equality that an index can begin with, so that a sorted page is read from a few index ranges and merged,
    /// where an `or` over two columns would make the database sort everything. A row may be in two of them: a
    /// client of one's own is mostly in one's own branch, and to leave him out of one range would be to walk over
    /// him there. Parameters are numbered from `first_place`.
    pub fn arms(&self, permission: &str, table: &str, first_place: usize) -> Arms {
        let mut arms = self.arms_of_scope(permission, table, first_place);
        if arms.conditions.is_empty() {
            return arms;
        }
        let acts = secrecy::acts_of(permission);
        let next = first_place + arms.params.len();
        if let Some(gate) = gate::condition(self, acts, table, next).filter(|_| !self.all) {
            for condition in &mut arms.conditions {
                condition.push_str(" and ");
                condition.push_str(&gate.sql);
            }
            arms.params.extend(gate.params);
        }
        arms
    }

    fn arms_of_scope(&self, permission: &str, table: &str, first_place: usize) -> Arms {
        let nothing = || Arms { conditions: Vec::new(), params: Vec::new() };
        let whole = |filter: Filter| Arms { conditions: vec![filter.sql], params: filter.params };
        let Some(scope) = self.scope(permission) else { return nothing() };
        let me = match (scope, self.user_id) {
            (Scope::Bank, _) => return whole(self.filter_rows(permission, table, first_place)),
            (_, None) => return nothing(),
            (_, Some(me)) => me,
        };
        let branches: Vec<BranchId> = match scope {
            Scope::Own | Scope::Team | Scope::Bank => Vec::new(),
            Scope::Branch => self.branch_id.into_iter().collect(),
            Scope::Region => self.region_branches.to_vec(),
        };
        let managers: BTreeSet<UserId> = match scope {
            Scope::Team => self.team_members.iter().copied().chain([me]).collect(),
            Scope::Own | Scope::Branch | Scope::Region | Scope::Bank => BTreeSet::from([me]),
        };
        if branches.len() + managers.len() > ARMS_MAX {
            return whole(self.filter_rows(permission, table, first_place));
        }
        let columns = std::iter::repeat_n("branch_id", branches.len())
            .chain(std::iter::repeat_n("manager_id", managers.len()));
        let one = |(n, column): (usize, &str)| format!("{table}.{column} = ${}", first_place + n);
        Arms {
            conditions: columns.enumerate().map(one).collect(),
            params: branches
                .iter()
                .map(|b| (*b).into())
                .chain(managers.iter().map(|m| (*m).into()))
                .collect(),
        }
    }
}

/// A condition that holds for every row.
const ALWAYS: &str = "1 = 1";

/// More ranges than this are not worth merging; a single condition serves then.
const ARMS_MAX: usize = 64;

/// Conditions that together say what a permission reaches; none when it reaches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arms {
    /// Each stands after `where` or `and` of its own query.
    pub conditions: Vec<String>,
    /// Parameters of all of them, in the order of their numbers; a condition may use those of others.
    pub params: Vec<Value>,
}

/// A condition and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Put it after `where` or `and`.
    pub sql: String,
    /// In the order of their numbers.
    pub params: Vec<Value>,
}

impl Filter {
    pub(crate) fn any(column: &str, ids: Vec<Value>, first_place: usize) -> Filter {
        if ids.is_empty() {
            return Filter { sql: "1 = 0".to_owned(), params: ids };
        }
        let places: Vec<String> = (0..ids.len()).map(|i| format!("${}", first_place + i)).collect();
        let sql = match places.as_slice() {
            [one] => format!("{column} = {one}"),
            many => format!("{column} in ({})", many.join(", ")),
        };
        Filter { sql, params: ids }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    fn person(scope: Scope) -> Principal {
        let mut base = Principal::nobody();
        base.user_id = Some(id(1));
        base.branch_id = Some(id(10));
        let grants = BTreeMap::from([("p".to_owned(), scope)]);
        Principal::with_grants(base, grants, vec![id(1), id(2)], vec![id(10), id(11)])
    }

    #[test]
    fn arms_are_one_index_range_each() {
        let of = |scope| person(scope).arms("p", "c", 3);
        assert_eq!(of(Scope::Bank).conditions, ["1 = 1"]);
        assert_eq!(of(Scope::Own).conditions, ["c.manager_id = $3"]);
        assert_eq!(of(Scope::Team).conditions, ["c.manager_id = $3", "c.manager_id = $4"]);
        assert_eq!(of(Scope::Branch).conditions, ["c.branch_id = $3", "c.manager_id = $4"]);
        let region = of(Scope::Region);
        assert_eq!((region.conditions.len(), region.params.len()), (3, 3));
        assert_eq!(region.conditions[2], "c.manager_id = $5");
        assert!(Principal::nobody().arms("p", "c", 1).conditions.is_empty());
        assert_eq!(Principal::system().arms("p", "c", 1).conditions, ["1 = 1"]);
    }

    #[test]
    fn too_many_branches_fall_back_to_one_condition() {
        let branches = (100..200).map(id).collect();
        let grants = BTreeMap::from([("p".to_owned(), Scope::Region)]);
        let mut base = Principal::nobody();
        base.user_id = Some(id(1));
        let arms = Principal::with_grants(base, grants, Vec::new(), branches).arms("p", "c", 1);
        assert_eq!((arms.conditions.len(), arms.params.len()), (1, 101));
    }
}
