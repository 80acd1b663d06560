//! Reading what the list, its live part and its exports show.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{ClientId, UserId};
use spine::Error;
use spine::secrecy::Group;
use store::Reader;
use web::{Cx, ListColumn};

use crate::fields::model::Field;
use crate::fields::queries::{Doc, docs};
use crate::fields::{self, Linked};
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
    /// All fields of the bank's own the person may know of.
    pub(in crate::list) added: Vec<Arc<Field>>,
}

impl Asked {
    /// Understands an address.
    ///
    /// # Errors
    /// Refused with the conditions that are not understood; the database's.
    pub(in crate::list) async fn read(cx: &Cx, mut address: Address) -> Result<Self, Error> {
        let added = added(cx).await?;
        let tests = read(&address.conditions, &env(cx, &added))?;
        if let SortKey::Added { key, .. } = &address.sort.key {
            let field = added.iter().find(|f| *f.key == **key && f.is_sortable());
            // what cannot be sorted by falls back to the standard order, with its place in it
            match field {
                Some(field) => address.sort.key = SortKey::of(field),
                None => (address.sort, address.turn) = (Sort::STANDARD, Turn::First),
            }
        }
        let scope = cx.principal().scope("client.read");
        if address.sort.key == SortKey::Since && !cx.principal().sees_always(Group::Service) {
            // the order would tell what is hidden
            (address.sort, address.turn) = (Sort::STANDARD, Turn::First);
        }
        let all = (cx.app.columns.as_slice(), added.as_slice());
        let columns = chosen(&address.columns, &address.sort.key, all, scope);
        Ok(Self { address, tests, columns, added })
    }
    /// The columns of other rooms that are shown.
    pub(in crate::list) fn extras(&self) -> Vec<ListColumn> {
        let extra = |column: &Column| match column {
            Column::Extra(extra) => Some(*extra),
            Column::Own(_) | Column::Added(_) => None,
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
            sort: &self.address.sort,
            turn: &self.address.turn,
            size: self.address.size,
            extras,
        }
    }
}

/// The fields of clients the bank has added, as far as the person may know of them.
///
/// # Errors
/// The database's.
pub(in crate::list) async fn added(cx: &Cx) -> Result<Vec<Arc<Field>>, Error> {
    let definitions = fields::definitions(&cx.app.services, cx.now()).await?;
    Ok(definitions.of_clients(cx.principal()).map(Arc::clone).collect())
}

/// What conditions are understood by.
fn env<'a>(cx: &'a Cx, added: &'a [Arc<Field>]) -> Env<'a> {
    Env {
        today: cx.l.today,
        zone: &cx.l.zone,
        me: cx.principal().user_id,
        extras: &cx.app.columns,
        added,
        currency: cx.app.currency,
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
    /// Values of the bank's own fields.
    pub(in crate::list) docs: BTreeMap<ClientId, Doc>,
    /// The clients these values speak of.
    pub(in crate::list) linked: Linked,
}

impl Beside {
    /// Reads it for a page of rows, as far as a column shows it.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::list) async fn read(
        cx: &Cx,
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
        let added: Vec<Arc<Field>> = columns
            .iter()
            .filter_map(|column| match column {
                Column::Added(field) => Some(Arc::clone(field)),
                Column::Own(_) | Column::Extra(_) => None,
            })
            .collect();
        if !added.is_empty() {
            beside.docs = docs(db, &ids).await?;
            beside.linked = fields::linked(cx, &added, beside.docs.values()).await?;
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
