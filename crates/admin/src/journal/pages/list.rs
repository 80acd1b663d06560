//! The journal, newest first.

use std::collections::{BTreeMap, BTreeSet};

use kernel::limits::PAGE_ROWS;
use kernel::{ClientId, Timestamp};
use maud::{Markup, html};
use spine::secrecy::Groups;
use spine::{Error, Owner};
use uuid::Uuid;
use web::ui::{
    self, Cell, Column, Condition, FilterBar, FilterField, FilterValue, Opt, PageHeader, Pager,
    Row, Table, Tone,
};
use web::{AddedField, Answer, Cx, FormData};

use super::values::{change_lines, entity_word};
use super::{HOME, chain};
use crate::journal::queries::{self, Line, Mark, Wanted};
use crate::pages::{active_staff, asked, conditions, lookups};

/// What one may filter by.
const FIELDS: [&str; 3] = ["actor", "client", "entity"];

pub(super) async fn list(mut cx: Cx) -> Answer {
    let bus = cx.app.services.bus.clone();
    let l = cx.l.clone();
    let query = asked(&cx);
    let conditions = chosen(&query);
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50);
    let mut lines = match wanted(&conditions) {
        Some(wanted) => queries::page(&mut cx.db, &bus, wanted, mark(&query), limit + 1).await?,
        None => Vec::new(),
    };
    let has_more = lines.len() > PAGE_ROWS;
    lines.truncate(PAGE_ROWS);
    let readable = readable(&mut cx, &lines).await?;
    let chain = chain::panel(&mut cx).await?;
    let added = cx.added_fields().await?;
    let last = lines.last().filter(|_| has_more);
    let next = last.map(|last| next_page(&conditions, last));
    let body = html! {
        (PageHeader::new(l.t("admin-journal")).lead(html! { (l.t("admin-journal-lead")) }).render(&l))
        (ui::stack(&[chain, html! { (filter(&cx, conditions)) (table(&cx, (&lines, &added), &readable, next)) }]))
    };
    Ok(cx.page(&l.t("admin-journal"), &body))
}

/// The conditions of the address; `client=ID`, as other pages link here, is one too.
fn chosen(query: &FormData) -> Vec<Condition> {
    let plain = FIELDS.into_iter().filter_map(|name| {
        let value = query.opt(name)?;
        Some(Condition { field: name.to_owned(), operator: "is".to_owned(), value })
    });
    conditions(query).into_iter().chain(plain).collect()
}

/// Whose entries the conditions ask for; none when one of them names no id at all.
fn wanted(conditions: &[Condition]) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    for condition in conditions {
        match condition.field.as_str() {
            "actor" => wanted.actor = Some(condition.value.trim().parse().ok()?),
            "client" => wanted.client = Some(condition.value.trim().parse().ok()?),
            "entity" => wanted.entity = Some(condition.value.trim().parse().ok()?),
            _ => return None,
        }
    }
    Some(wanted)
}

/// `before=POS.MICROS.SEQ`, as [`next_page`] writes it.
fn mark(query: &FormData) -> Mark {
    let text = query.text("before");
    let numbers: Vec<i64> = text.split('.').filter_map(|part| part.parse().ok()).collect();
    match numbers.as_slice() {
        [pos, at, seq] => Mark { pos: *pos, at: Timestamp::from_micros(*at), seq: *seq },
        _ => Mark::NEWEST,
    }
}

fn next_page(conditions: &[Condition], last: &Line) -> String {
    let before = format!("{}.{}.{}", last.pos, last.at.micros(), last.seq);
    let pairs = Condition::pairs(conditions).into_iter().chain([("before", before.as_str())]);
    format!("{HOME}{}", ui::query_string(pairs))
}

/// What this person sees of the clients among the entries; of one who is not in the answer nothing.
///
/// # Errors
/// The database's.
pub(in crate::journal) async fn readable(
    cx: &mut Cx,
    lines: &[Line],
) -> Result<BTreeMap<ClientId, Groups>, Error> {
    let clients: BTreeSet<ClientId> = lines.iter().filter_map(|line| line.client).collect();
    if !cx.principal().has("client.read") {
        return Ok(BTreeMap::new());
    }
    let clients: Vec<ClientId> = clients.into_iter().collect();
    let owners: BTreeMap<ClientId, Owner> = queries::owners(&mut cx.db, &clients).await?;
    let principal = cx.principal();
    Ok(owners
        .into_iter()
        .filter(|(_, owner)| principal.reaches("client.read", *owner))
        .map(|(id, owner)| (id, principal.sees(owner)))
        .collect())
}

fn filter(cx: &Cx, conditions: Vec<Condition>) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut people = active_staff(cx, None);
    for condition in conditions.iter().filter(|c| c.field == "actor") {
        if !people.iter().any(|o| o.value == condition.value) {
            let name = condition.value.parse().map_or("", |id| directory.staff_name(id, l.lang));
            let name = if name.is_empty() { condition.value.as_str() } else { name };
            people.push(Opt::new(condition.value.clone(), name));
        }
    }
    let field = |name: &str, value: FilterValue| FilterField {
        name: name.to_owned(),
        label: l.t(&format!("admin-journal-{name}")),
        operators: vec![Opt::new("is", l.t("admin-filter-is"))],
        value,
    };
    let fields = vec![
        field("actor", FilterValue::Choice(people)),
        field("client", FilterValue::Text),
        field("entity", FilterValue::Text),
    ];
    FilterBar::new("journal-filter", fields, conditions).render(l)
}

fn table(
    cx: &Cx,
    (lines, added): (&[Line], &[AddedField]),
    readable: &BTreeMap<ClientId, Groups>,
    next: Option<String>,
) -> Markup {
    let l = &cx.l;
    let none =
        ui::empty("book-open", &l.t("admin-journal-none"), &l.t("admin-journal-none-words"), None);
    let mut table = Table::new("journal", l.t("admin-journal"))
        .column(Column::number(l.t("admin-journal-pos")))
        .column(Column::text(l.t("admin-journal-when")))
        .column(Column::text(l.t("admin-journal-who")))
        .column(Column::text(l.t("admin-journal-what")))
        .column(Column::text(l.t("admin-journal-changes")).wide())
        .empty(none);
    for line in lines {
        let groups = match line.client {
            Some(client) => readable.get(&client).copied(),
            None => Some(Groups::all()),
        };
        table = table.row(row(cx, (line, added), groups));
    }
    if let Some(next) = next {
        let words = l.t("admin-newest-first");
        table = table.pager(Pager { previous: None, next: Some(next), words });
    }
    table.render(l)
}

fn row(cx: &Cx, (line, added): (&Line, &[AddedField]), groups: Option<Groups>) -> Row {
    let is_open = groups.is_some();
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let who = line
        .actor
        .map_or_else(|| l.t("admin-system"), |id| directory.staff_name(id, l.lang).to_owned());
    let pos = match line.pos {
        0 => Cell::markup(ui::dot(Tone::Attention, &l.t("admin-journal-unsealed"))),
        pos => Cell::number(l, pos),
    };
    let channel = lookups(l, &["admin-channel"], &line.channel);
    let who = html! {
        div { (who) br; span.quiet { (channel) " · " (line.node) } }
    };
    let what = html! {
        div {
            span title=(line.command) { (lookups(l, &["command"], &line.command)) } br;
            a.quiet href=(filtered("entity", line.entity_id)) { (entity_word(l, &line.entity)) }
            @if let Some(client) = line.client.filter(|_| is_open) {
                " · " a.quiet href={ "/clients/" (client) } { (l.t("admin-journal-card")) }
            } @else if let Some(client) = line.client {
                " · " a.quiet href=(filtered("client", client.uuid())) { (l.t("admin-journal-same-client")) }
            }
        }
    };
    let when = html! { span.num title=(line.at) { (l.datetime(line.at)) } };
    Row::new(line.seq)
        .cell(pos)
        .cell(Cell::markup(when))
        .cell(Cell::markup(who))
        .cell(Cell::markup(what))
        .cell(Cell::markup(change_lines(cx, added, (&line.entity, &line.changes), groups)))
}

fn filtered(name: &str, id: Uuid) -> String {
    format!("{HOME}?{name}={id}")
}
