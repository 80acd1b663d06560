//! The organisation in memory: names for every page, principals for every request, without a query.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use kernel::{BranchId, Date, Lang, RegionId, RoleId, TeamId, UserId};
use store::Reader;

use super::model::{Branch, Region, Role, StaffMember, Team};
use super::queries;
use super::rights::{Place, may_give_all, narrowed};
use crate::perform::Async;
use crate::{Principal, Scope};

/// One loaded state; never changed, only replaced.
#[derive(Default)]
pub struct Loaded {
    /// Regions by id.
    pub regions: BTreeMap<RegionId, Region>,
    /// Branches by id.
    pub branches: BTreeMap<BranchId, Branch>,
    /// Teams by id.
    pub teams: BTreeMap<TeamId, Team>,
    /// Staff by id.
    pub staff: BTreeMap<UserId, StaffMember>,
    /// Roles by id.
    pub roles: BTreeMap<RoleId, Role>,
    /// Absences that are not over: who, by whom, from, until.
    pub absences: Vec<(UserId, UserId, Date, Date)>,
    /// Rules of the second person, by command.
    pub rules: BTreeMap<String, Vec<crate::approval::Rule>>,
    /// Personnel numbers of accounts.
    pub(crate) personnel: BTreeMap<UserId, String>,
    pub(crate) principals: BTreeMap<UserId, Arc<Principal>>,
    /// The rules of secrecy in force.
    pub secrecy: Arc<crate::secrecy::SecrecyRules>,
    pub(crate) released: Option<crate::secrecy::Released>,
    pub(crate) opened: BTreeMap<UserId, Vec<crate::secrecy::Opened>>,
}

/// The organisation of this node; cheap to clone.
#[derive(Clone, Default)]
pub struct Directory {
    state: Arc<RwLock<Arc<Loaded>>>,
}

impl Directory {
    /// Reads everything anew; called at start and after each change of the organisation.
    ///
    /// # Errors
    /// The database's; the old state stays.
    pub fn reload<'a>(&'a self, reader: &'a Reader) -> Async<'a, ()> {
        Box::pin(async move {
            let mut db = reader.clone();
            let mut loaded = queries::load_organisation(&mut db).await?;
            loaded.secrecy = self.get().secrecy.renewed(loaded.released.as_ref());
            let active = loaded.staff.values().filter(|s| s.active);
            let principals = active.map(|s| (s.id, Arc::new(principal_of(&loaded, s)))).collect();
            loaded.principals = principals;
            let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            *state = Arc::new(loaded);
            Ok(())
        })
    }
    /// The present state, for as long as the caller holds it.
    pub fn get(&self) -> Arc<Loaded> {
        Arc::clone(&self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
    /// The principal of an active member of staff.
    pub fn principal(&self, user: UserId) -> Option<Arc<Principal>> {
        self.get().principals.get(&user).map(Arc::clone)
    }
}

impl Directory {
    /// A principal that acts in one role, for API tokens; `user` is whose it is, and a scope narrower than
    /// the bank is measured from his place. With a `limit` it has no more than that of the role's rights.
    pub fn role_principal(
        &self,
        role: RoleId,
        user: Option<UserId>,
        limit: Option<&BTreeMap<String, Scope>>,
    ) -> Option<Arc<Principal>> {
        let loaded = self.get();
        let role = loaded.roles.get(&role)?;
        let owner = user.and_then(|id| loaded.principals.get(&id));
        let mut base = owner.map_or_else(Principal::nobody, |p| Principal::clone(p));
        base.user_id = user;
        base.is_program = true;
        base.name = role.name.clone();
        base.name_en = role.name_en.clone();
        base.roles = vec![role.key.clone()];
        let grants = match limit {
            Some(limit) => narrowed(&role.grants, limit),
            None => role.grants.clone(),
        };
        let member = user.and_then(|id| loaded.staff.get(&id));
        let place = member.map(|member| crate::secrecy::who_of(&loaded, member));
        let roles = vec![role.key.clone()];
        let who = crate::secrecy::Who { roles, is_program: true, ..place.unwrap_or_default() };
        let decider = loaded.secrecy.decider(who);
        Some(Arc::new(base.granted(grants).under(decider, Arc::from([]))))
    }
}

impl Loaded {
    /// The principal of an active member of staff.
    pub fn principal(&self, user: UserId) -> Option<&Principal> {
        self.principals.get(&user).map(Arc::as_ref)
    }
    pub(crate) fn principal_shared(&self, user: UserId) -> Option<Arc<Principal>> {
        self.principals.get(&user).map(Arc::clone)
    }
    /// The bank's personnel number of a member of staff; empty when it is not known.
    pub fn personnel_number(&self, user: UserId) -> &str {
        self.personnel.get(&user).map_or("", String::as_str)
    }
    /// Whether two accounts are of one person: they are one, or share a personnel number.
    pub fn is_same_person(&self, one: UserId, other: UserId) -> bool {
        one == other
            || self.personnel.get(&one).is_some_and(|n| self.personnel.get(&other) == Some(n))
    }
    /// All accounts of the person of an account, that one first.
    pub fn accounts_of(&self, user: UserId) -> Vec<UserId> {
        let others = self.personnel.keys().filter(|o| **o != user);
        let others = others.filter(|o| self.is_same_person(user, **o)).copied();
        std::iter::once(user).chain(others).collect()
    }
    /// A person's name; empty when unknown.
    pub fn staff_name(&self, id: UserId, lang: Lang) -> &str {
        self.staff.get(&id).map_or("", |s| s.shown_name(lang))
    }
    /// A branch's name; empty when unknown.
    pub fn branch_name(&self, id: BranchId, lang: Lang) -> &str {
        self.branches.get(&id).map_or("", |b| b.shown_name(lang))
    }
    /// What roles grant together, each right over its widest scope.
    pub fn grants_of(&self, roles: &[RoleId]) -> BTreeMap<String, Scope> {
        let mut grants: BTreeMap<String, Scope> = BTreeMap::new();
        let roles = roles.iter().filter_map(|r| self.roles.get(r));
        for (permission, scope) in roles.flat_map(|r| &r.grants) {
            let held = grants.entry(permission.clone()).or_insert(*scope);
            *held = (*held).max(*scope);
        }
        grants
    }
    /// Whether a person must set up a second factor before anything else: a role of his requires one.
    pub fn must_enrol(&self, user: UserId) -> bool {
        let requires = |member: &StaffMember| {
            member.roles.iter().filter_map(|r| self.roles.get(r)).any(|r| r.second_factor)
        };
        self.staff.get(&user).is_some_and(|member| !member.has_factor && requires(member))
    }
    /// Where a person sits.
    pub fn place_of(&self, member: &StaffMember) -> Place {
        let branch = member.branch_id.and_then(|b| self.branches.get(&b));
        Place {
            team_id: member.team_id,
            branch_id: member.branch_id,
            region_id: branch.map(|b| b.region_id),
        }
    }
    /// Whether somebody may set a person's password, dismiss him or make a token in his name: for the
    /// pages, which offer nothing that the commands would refuse.
    pub fn may_act_on(&self, giver: &Principal, member: &StaffMember) -> bool {
        giver.user_id == Some(member.id)
            || may_give_all(giver, &self.grants_of(&member.roles), self.place_of(member))
    }
    /// Who acts for a person on a day: his deputy while he is away (deputies of deputies too, up to
    /// three), himself otherwise.
    pub fn acting_for(&self, user: UserId, on: Date) -> UserId {
        let mut acting = user;
        for _ in 0..3 {
            let away = self
                .absences
                .iter()
                .find(|(who, _, from, until)| *who == acting && *from <= on && on <= *until);
            match away {
                Some((_, deputy, _, _)) if *deputy != user => acting = *deputy,
                _ => break,
            }
        }
        acting
    }
    /// Everyone a person acts for on a day, himself first.
    pub fn acts_for(&self, user: UserId, on: Date) -> Vec<UserId> {
        let others = self.absences.iter().map(|a| a.0).filter(|who| *who != user);
        let mut all: Vec<UserId> = others.filter(|who| self.acting_for(*who, on) == user).collect();
        all.sort_unstable();
        all.dedup();
        all.insert(0, user);
        all
    }
    /// Active heads of a branch (role `branch_head`), for escalation.
    pub fn heads_of(&self, branch: BranchId) -> Vec<UserId> {
        let head = |s: &&StaffMember| {
            s.active
                && s.branch_id == Some(branch)
                && s.roles.iter().any(|r| self.roles.get(r).is_some_and(|r| r.key == "branch_head"))
        };
        self.staff.values().filter(head).map(|s| s.id).collect()
    }
    /// The widest-scoped role key of a person, for display.
    pub fn role_names(&self, user: UserId, lang: Lang) -> String {
        let Some(member) = self.staff.get(&user) else { return String::new() };
        let names: Vec<&str> = member
            .roles
            .iter()
            .filter_map(|r| self.roles.get(r))
            .map(|r| r.shown_name(lang))
            .collect();
        names.join(", ")
    }
}

fn principal_of(loaded: &Loaded, member: &StaffMember) -> Principal {
    let grants = loaded.grants_of(&member.roles);
    let roles: Vec<&Role> = member.roles.iter().filter_map(|r| loaded.roles.get(r)).collect();
    let region_id = loaded.place_of(member).region_id;
    let team_members = loaded
        .staff
        .values()
        .filter(|s| member.team_id.is_some() && s.team_id == member.team_id)
        .map(|s| s.id)
        .collect();
    let region_branches =
        loaded.branches.values().filter(|b| Some(b.region_id) == region_id).map(|b| b.id).collect();
    let mut base = Principal::nobody();
    base.user_id = Some(member.id);
    base.name = member.name.clone();
    base.name_en = member.name_en.clone();
    base.branch_id = member.branch_id;
    base.region_id = region_id;
    base.team_id = member.team_id;
    base.roles = roles.iter().map(|r| r.key.clone()).collect();
    base.lang = member.lang;
    let decider = loaded.secrecy.decider(crate::secrecy::who_of(loaded, member));
    let opened = loaded.opened.get(&member.id).cloned().unwrap_or_default();
    Principal::with_grants(base, grants, team_members, region_branches)
        .under(decider, opened.into())
}
