//! Reading what the list, its live part and its exports show.

use std::collections::BTreeMap;

use kernel::{ClientId, Refusals, UserId};
use spine::Error;
use spine::secrecy::Group;
use store::Reader;
use web::{Cx, ListColumn};

use crate::list::model::{Address, Column, Env, Fact, Sort, SortKey, Test, Turn, chosen, read};
use crate::list::queries::{self, Ask, ListRow};
use crate::search;

/// The best matches of the search box that a list shows; more words find others.
pub(super) const MATCHES_MAX: usize = 60;

/// A list's address, understood.
pub(in crate::list) struct Asked {
    /// As asked.
    pub(in crate::list) address: Address,
    /// Its conditions.
    pub(in crate::list) tests: Vec<Test>,
    /// Its columns.
    pub(in crate::list) columns: Vec<Column>,
}

impl Asked {
    /// Understands an address.
    ///
    /// # Errors
    /// The conditions that are not understood.
    pub(in crate::list) fn read(cx: &Cx, address: Address) -> Result<Self, Refusals> {
        let tests = read(&address.conditions, &env(cx))?;
        let scope = cx.principal().scope("client.read");
        let mut address = address;
        if address.sort.key == SortKey::Since && !cx.principal().sees_always(Group::Service) {
            // the order would tell what is hidden
            address.sort = Sort::STANDARD;
            address.turn = Turn::First;
        }
        let columns = chosen(&address.columns, address.sort.key, &cx.app.columns, scope);
        Ok(Self { address, tests, columns })
    }
    /// The columns of other rooms that are shown.
    pub(in crate::list) fn extras(&self) -> Vec<ListColumn> {
        let extra = |column: &Column| match column {
            Column::Extra(extra) => Some(*extra),
            Column::Own(_) => None,
        };
        self.columns.iter().filter_map(extra).collect()
    }
    /// Whom the search box finds; none when nothing was typed into it.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::list) async fn matches(&self, cx: &Cx) -> Result<Option<Vec<ClientId>>, Error> {
        if self.address.search.is_empty() {
            return Ok(None);
        }
        let mut db = cx.db.clone();
        let typed = &self.address.search;
        let found = search::find(&mut db, cx.principal(), typed, MATCHES_MAX).await?;
        Ok(Some(found.into_iter().map(|f| f.head.id).collect()))
    }
    /// What a page of it asks of the database, over the scope of seeing.
    pub(in crate::list) fn ask<'a>(
        &'a self,
        cx: &'a Cx,
        ids: Option<&'a [ClientId]>,
        extras: &'a [ListColumn],
    ) -> Ask<'a> {
        Ask {
            principal: cx.principal(),
            permission: "client.read",
            tests: &self.tests,
            ids,
            sort: self.address.sort,
            turn: &self.address.turn,
            size: self.address.size,
            extras,
        }
    }
}

/// What conditions are understood by.
fn env(cx: &Cx) -> Env<'_> {
    Env {
        today: cx.l.today,
        zone: &cx.l.zone,
        me: cx.principal().user_id,
        extras: &cx.app.columns,
        sees_holdings: cx.principal().has("holding.read"),
    }
}

/// What is shown beside the rows themselves.
#[derive(Default)]
pub(in crate::list) struct Beside {
    /// Main phones.
    pub(in crate::list) phones: BTreeMap<ClientId, String>,
    /// Main e-mail addresses.
    pub(in crate::list) emails: BTreeMap<ClientId, String>,
}

impl Beside {
    /// Reads it for a page of rows, as far as a column shows it.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::list) async fn read(
        db: &mut Reader,
        columns: &[Column],
        rows: &[ListRow],
    ) -> Result<Self, Error> {
        let seen = rows.iter().filter(|row| row.head.sees(Group::Contacts));
        let ids: Vec<ClientId> = seen.map(|row| row.head.id).collect();
        let shows = |fact| columns.iter().any(|c| c.shows(fact));
        let mut beside = Self::default();
        if shows(Fact::Phone) {
            beside.phones = queries::main_contacts(db, "phone", &ids).await?;
        }
        if shows(Fact::Email) {
            beside.emails = queries::main_contacts(db, "email", &ids).await?;
        }
        Ok(beside)
    }
}

/// People clients may be given to or filtered by: active managers and the asker, within what he sees.
pub(super) fn managers(cx: &Cx, permission: &str) -> Vec<(UserId, String)> {
    const SHOWN_MAX: usize = 300;
    let directory = cx.app.services.directory.get();
    let me = cx.principal().user_id;
    let is_manager = |roles: &[kernel::RoleId]| {
        roles.iter().any(|r| directory.roles.get(r).is_some_and(|role| role.key == "manager"))
    };
    let reached = |member: &&spine::org::StaffMember| {
        let owner = spine::Owner::row(member.branch_id, Some(member.id));
        Some(member.id) == me
            || (is_manager(&member.roles) && cx.principal().reaches(permission, owner))
    };
    let mut people: Vec<(UserId, String)> = directory
        .staff
        .values()
        .filter(|member| member.active)
        .filter(reached)
        .map(|member| (member.id, member.shown_name(cx.l.lang).to_owned()))
        .collect();
    people.sort_by(|a, b| a.1.cmp(&b.1));
    people.truncate(SHOWN_MAX);
    people
}

/// Branches in use within what a permission reaches, by name.
pub(super) fn branches(cx: &Cx, permission: &str) -> Vec<(kernel::BranchId, String)> {
    let directory = cx.app.services.directory.get();
    let reached = |id: kernel::BranchId| {
        let owner = spine::Owner::row(Some(id), None);
        cx.principal().reaches(permission, owner)
    };
    let mut places: Vec<(kernel::BranchId, String)> = directory
        .branches
        .values()
        .filter(|branch| !branch.archived && reached(branch.id))
        .map(|branch| (branch.id, branch.shown_name(cx.l.lang).to_owned()))
        .collect();
    places.sort_by(|a, b| a.1.cmp(&b.1));
    places
}
