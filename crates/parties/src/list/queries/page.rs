//! One page of the list.
//!
//! One index range is read for each part of the person's scope, each with the limit of the page. Where
//! there are several, only ids are read from them, merged and cut once more, each client once, and an outer query
//! fetches what is shown of these few.

use std::collections::BTreeMap;

use kernel::{ClientId, Timestamp};
use spine::Principal;
use spine::secrecy::Group;
use store::{Read, StoreError, Value};
use web::ListColumn;

use super::filter::{self, Places};
use crate::client::queries::{ClientHead, HEAD, read_head};
use crate::list::model::{Cursor, Field, Key, Own, Sort, SortKey, Test, Turn};
use crate::merge::queries::NOT_MERGED;

/// What a page shall hold.
pub(in crate::list) struct Ask<'a> {
    /// Who asks.
    pub(in crate::list) principal: &'a Principal,
    /// Over whose clients: the scope of this permission.
    pub(in crate::list) permission: &'static str,
    /// Conditions.
    pub(in crate::list) tests: &'a [Test],
    /// Only these, when the search box was used or rows were chosen.
    pub(in crate::list) ids: Option<&'a [ClientId]>,
    /// Order.
    pub(in crate::list) sort: &'a Sort,
    /// Which page.
    pub(in crate::list) turn: &'a Turn,
    /// Rows.
    pub(in crate::list) size: usize,
    /// Columns of other rooms that are shown.
    pub(in crate::list) extras: &'a [ListColumn],
}

/// A client in the list.
#[derive(Clone, Debug)]
pub(in crate::list) struct ListRow {
    /// Who.
    pub(in crate::list) head: ClientHead,
    /// In the book since.
    pub(in crate::list) created_at: Timestamp,
    /// Place of work.
    pub(in crate::list) employer: Option<String>,
    /// Values of the other rooms' columns, in their order.
    pub(in crate::list) extras: Vec<Value>,
    /// Its place.
    pub(in crate::list) cursor: Cursor,
}

impl ListRow {
    /// Without what may not be taken out of the system.
    pub(in crate::list) fn taken_out(mut self, principal: &Principal) -> Self {
        self.head = self.head.taken_out(principal);
        self.masked()
    }
    /// Without what is hidden from whoever reads it.
    pub(in crate::list) fn masked(mut self) -> Self {
        if !self.head.sees(Group::Identity) {
            self.employer = None;
        }
        if !self.head.sees(Group::History) {
            self.extras.fill(Value::Null);
        }
        self
    }
}

/// A page.
#[derive(Clone, Debug)]
pub(in crate::list) struct Page {
    /// Its rows, in the order of the list.
    pub(in crate::list) rows: Vec<ListRow>,
    /// Whether more rows follow in the direction that was asked for.
    pub(in crate::list) has_more: bool,
}

/// Reads a page.
///
/// # Errors
/// The database's.
pub(in crate::list) async fn page<R: Read>(db: &mut R, ask: &Ask<'_>) -> Result<Page, StoreError> {
    let Some((sql, params)) = statement(ask) else {
        return Ok(Page { rows: Vec::new(), has_more: false });
    };
    let mut rows = Vec::with_capacity(ask.size);
    for row in db.query(&sql, &params).await? {
        let mut c = row.cols();
        let key = match &ask.sort.key {
            SortKey::Name | SortKey::Since | SortKey::Added { .. } => Key::Text(c.take()?),
            SortKey::Updated => Key::Number(c.take()?),
        };
        let head = read_head(&mut c, ask.principal)?;
        let cursor = Cursor { key, id: head.id };
        let (created_at, employer) = (c.take()?, c.take()?);
        let extras = ask.extras.iter().map(|_| c.take()).collect::<Result<_, _>>()?;
        let row = ListRow { head, created_at, employer, extras, cursor };
        rows.push(row.masked());
    }
    let has_more = rows.len() > ask.size;
    rows.truncate(ask.size);
    if matches!(ask.turn, Turn::Before(_)) {
        rows.reverse();
    }
    Ok(Page { rows, has_more })
}

/// The column an index stands behind.
const fn key_column(sort: &SortKey) -> &'static str {
    match sort {
        SortKey::Name => "c.sort_name",
        SortKey::Since => "c.client_since",
        SortKey::Updated => "c.updated_at",
        SortKey::Added { .. } => "f.key",
    }
}

/// The index rows of a field the list is sorted by; the field is `$1`.
const SORTED_BY: &str = " left join custom_index f on f.field_id = $1 and f.record_id = c.id";

/// The sort value, never null.
const fn key_value(sort: &SortKey) -> &'static str {
    match sort {
        SortKey::Since => "coalesce(c.client_since, '')",
        SortKey::Added { .. } => "coalesce(f.key, '')",
        SortKey::Name | SortKey::Updated => key_column(sort),
    }
}

/// The statement and its parameters; none when the person may see nobody.
fn statement(ask: &Ask<'_>) -> Option<(String, Vec<Value>)> {
    let mut places = Places::default();
    let sorted = match &ask.sort.key {
        SortKey::Added { id, .. } => {
            // the first place: `SORTED_BY` names it
            places.put(*id);
            SORTED_BY
        }
        SortKey::Name | SortKey::Since | SortKey::Updated => "",
    };
    let parts = parts(ask, &mut places);
    let order = direction(ask);
    let limit = ask.size + 1;
    let (key, value) = (key_column(&ask.sort.key), key_value(&ask.sort.key));
    let tested = ask.tests.iter().filter_map(|test| match &test.field {
        Field::Extra(column) => Some(column),
        Field::Own(_) | Field::Added(_) => None,
    });
    let extras: String =
        ask.extras.iter().map(|column| format!(", {}", column.expression)).collect();
    let shown = format!("{HEAD}, c.created_at, c.employer{extras}");
    let sql = match parts.as_slice() {
        [] => return None,
        // one range: what is shown is read on the way
        [part] => {
            let joins = joins(tested.chain(ask.extras));
            format!(
                "select {value} as k, {shown} from client c{sorted}{joins} where {part} \
                 order by {key} {order}, c.id {order} limit {limit}"
            )
        }
        many => {
            let joins_inside = joins(tested);
            let inner = many.iter().enumerate().map(|(n, part)| {
                format!(
                    "select id, k from (select c.id as id, {value} as k from client c{sorted}{joins_inside} \
                     where {part} order by {key} {order}, c.id {order} limit {limit}) a{n}"
                )
            });
            let union = inner.collect::<Vec<_>>().join(" union ");
            format!(
                "select p.k, {shown} from ({union} order by k {order}, id {order} limit {limit}) p \
                 join client c on c.id = p.id{} order by p.k {order}, p.id {order}",
                joins(ask.extras.iter())
            )
        }
    };
    Some((sql, places.into_params()))
}

/// The conditions of each range the page is read from.
fn parts(ask: &Ask<'_>, places: &mut Places) -> Vec<String> {
    let arms = arms(ask, places);
    let rest = rest(ask, places);
    let ranges = ranges(ask, places);
    let pairs = arms.iter().flat_map(|arm| ranges.iter().map(move |range| (arm, range)));
    pairs.map(|(arm, range)| format!("{arm} and {range}{rest}")).collect()
}

/// A condition that names branches or people: better to read by than the scope.
struct Driver<'a> {
    column: &'static str,
    test: usize,
    ids: &'a [Option<uuid::Uuid>],
}

fn driver<'a>(ask: &'a Ask<'_>) -> Option<Driver<'a>> {
    let named = [(Own::Manager, "c.manager_id"), (Own::Branch, "c.branch_id")];
    named.into_iter().filter(|_| ask.ids.is_none()).find_map(|(own, column)| {
        let mut tests = ask.tests.iter().enumerate().filter(|(_, test)| test.is_about(own));
        tests.find_map(|(test, t)| filter::asked_ids(t).map(|ids| Driver { column, test, ids }))
    })
}

/// Index ranges the page is read from: those the conditions name, else those of the scope.
fn arms(ask: &Ask<'_>, places: &mut Places) -> Vec<String> {
    let driver = driver(ask);
    if ask.ids.is_none() && driver.is_none() {
        let arms = ask.principal.arms(ask.permission, "c", places.next());
        places.extend(arms.params);
        return arms.conditions;
    }
    let scope = ask.principal.filter(ask.permission, "c", places.next());
    places.extend(scope.params);
    let Some(driver) = driver else {
        return vec![scope.sql];
    };
    let arm = |id: &Option<uuid::Uuid>| match id {
        Some(id) => format!("{} = {} and {}", driver.column, places.put(*id), scope.sql),
        None => format!("{} is null and {}", driver.column, scope.sql),
    };
    driver.ids.iter().map(arm).collect()
}

/// What follows the arm's own condition.
fn rest(ask: &Ask<'_>, places: &mut Places) -> String {
    let mut parts = vec![NOT_MERGED.to_owned()];
    if let Some(ids) = ask.ids {
        parts.push(filter::found(ids, places));
    }
    let in_arms = driver(ask).map(|driver| driver.test);
    for (_, test) in ask.tests.iter().enumerate().filter(|(n, _)| Some(*n) != in_arms) {
        parts.push(filter::condition(test, ask.principal, places));
    }
    // who exports must also be allowed to see
    if ask.permission != "client.read" {
        let seen = ask.principal.filter("client.read", "c", places.next());
        places.extend(seen.params);
        parts.push(seen.sql);
    }
    parts.into_iter().map(|part| format!(" and {part}")).collect()
}

/// The part of an arm the page is read from, as disjoint ranges of its index. Clients without the day
/// they came count as the earliest; the databases disagree where such rows stand in an index, so they
/// are a range of their own.
fn ranges(ask: &Ask<'_>, places: &mut Places) -> Vec<String> {
    let is_down = direction(ask) == "desc";
    let sign = if is_down { "<" } else { ">" };
    let column = key_column(&ask.sort.key);
    let may_miss = matches!(ask.sort.key, SortKey::Since | SortKey::Added { .. });
    let (without, with) = (format!("{column} is null"), format!("{column} is not null"));
    let (Turn::After(cursor) | Turn::Before(cursor)) = ask.turn else {
        return if may_miss { vec![without, with] } else { vec!["1 = 1".to_owned()] };
    };
    if may_miss && cursor.key == Key::Text(String::new()) {
        let rest = format!("{without} and c.id {sign} {}", places.put(cursor.id));
        return if is_down { vec![rest] } else { vec![rest, with] };
    }
    let (key, id) = (places.put(&cursor.key), places.put(cursor.id));
    let rest = format!("({column}, c.id) {sign} ({key}, {id})");
    if may_miss && is_down { vec![rest, without] } else { vec![rest] }
}

/// The order the statement reads in; the page before a place is read backwards.
const fn direction(ask: &Ask<'_>) -> &'static str {
    match (ask.sort.descending, ask.turn) {
        (false, Turn::First | Turn::After(_)) | (true, Turn::Before(_)) => "asc",
        (true, Turn::First | Turn::After(_)) | (false, Turn::Before(_)) => "desc",
    }
}

fn joins<'a>(columns: impl Iterator<Item = &'a ListColumn>) -> String {
    let mut joins: Vec<&str> = Vec::new();
    for column in columns.filter(|column| !column.join.is_empty()) {
        if !joins.contains(&column.join) {
            joins.push(column.join);
        }
    }
    joins.into_iter().map(|join| format!(" {join}")).collect()
}

/// The main contact of a kind of each of these clients.
///
/// # Errors
/// The database's.
pub(in crate::list) async fn main_contacts<R: Read>(
    db: &mut R,
    kind: &str,
    ids: &[ClientId],
) -> Result<BTreeMap<ClientId, String>, StoreError> {
    let mut out = BTreeMap::new();
    if ids.is_empty() {
        return Ok(out);
    }
    let mut places = Places::default();
    let kind = places.put(kind);
    let list = places.put_all(ids.iter().copied());
    let sql = format!(
        "select client_id, value from client_contact where client_id in ({list}) \
         and kind = {kind} and archived_at is null order by is_main desc, at desc"
    );
    for row in db.query(&sql, &places.into_params()).await? {
        let mut c = row.cols();
        let client: ClientId = c.take()?;
        out.entry(client).or_insert(c.take()?);
    }
    Ok(out)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
