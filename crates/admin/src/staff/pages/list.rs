//! The staff list.

use std::collections::BTreeMap;

use kernel::limits::PAGE_ROWS;
use kernel::{Date, UserId};
use maud::{Markup, html};
use spine::org::StaffMember;
use web::i18n::L;
use web::ui::{
    self, Button, Cell, Column, Condition, FilterBar, FilterField, FilterValue, Opt, PageHeader,
    Pager, Row, Tab, Table, Tone,
};
use web::{Answer, Cx, FormData};

use super::person_href;
use crate::pages::{asked, branch_options, conditions};
use crate::staff::model::{Page, Wanted, page};
use crate::staff::queries::{self, ListFacts};

pub(super) async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let query = asked(&cx);
    let directory = cx.app.services.directory.get();
    let wanted = wanted(&query);
    let people: Vec<&StaffMember> = directory.staff.values().filter(|s| wanted.fits(s)).collect();
    let after: Option<UserId> = query.text("after").parse().ok();
    let shown = page(people, l.lang, after, PAGE_ROWS);
    let ids: Vec<UserId> = shown.rows.iter().map(|s| s.id).collect();
    let facts = queries::list_facts(&mut cx.db, &ids).await?;
    let add = Button::primary(l.t("admin-staff-add")).icon("user-plus").href("/admin/staff/new");
    let body = html! {
        (PageHeader::new(l.t("admin-staff")).lead(html! { (l.t("admin-staff-lead")) }).primary(add).render(&l))
        (tabs(&cx, &query))
        (filter(&cx, &query))
        (table(&cx, &query, &shown, &facts))
    };
    Ok(cx.page(&l.t("admin-staff"), &body))
}

fn wanted(query: &FormData) -> Wanted {
    let mut wanted = Wanted {
        words: query.text("q").to_lowercase().split_whitespace().map(str::to_owned).collect(),
        active: match query.raw("state") {
            "all" => None,
            "dismissed" => Some(false),
            _ => Some(true),
        },
        ..Wanted::default()
    };
    for condition in conditions(query) {
        match condition.field.as_str() {
            "branch" => wanted.branch = condition.value.parse().ok(),
            "role" => wanted.role = condition.value.parse().ok(),
            _ => {}
        }
    }
    wanted
}

/// The address of the list with another value of one parameter; a new choice starts at the first page.
fn address(query: &FormData, name: &str, value: &str) -> String {
    let found = conditions(query);
    let q = query.text("q");
    let state = query.text("state");
    let mut pairs = vec![("q", q.as_str()), ("state", state.as_str())];
    pairs.retain(|(key, value)| *key != name && !value.is_empty());
    pairs.extend(Condition::pairs(&found));
    if !value.is_empty() {
        pairs.push((name, value));
    }
    format!("/admin/staff{}", ui::query_string(pairs))
}

fn tabs(cx: &Cx, query: &FormData) -> Markup {
    let current = match query.raw("state") {
        "dismissed" => "dismissed",
        "all" => "all",
        _ => "",
    };
    let tab = |state: &str, key: &str| {
        Tab::new(address(query, "state", state), cx.l.t(key), state == current)
    };
    ui::tabs(
        &cx.l.t("admin-staff-states"),
        &[
            tab("", "admin-staff-state-active"),
            tab("dismissed", "admin-staff-state-dismissed"),
            tab("all", "admin-staff-state-all"),
        ],
    )
}

fn filter(cx: &Cx, query: &FormData) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let roles = directory.roles.values().map(|r| Opt::new(r.id.to_string(), r.shown_name(l.lang)));
    let field = |name: &str, key: &str, options: Vec<Opt>| FilterField {
        name: name.to_owned(),
        label: l.t(key),
        operators: vec![Opt::new("is", l.t("admin-filter-is"))],
        value: FilterValue::Choice(options),
    };
    let fields = vec![
        field("branch", "admin-staff-branch", branch_options(cx, None, None)),
        field("role", "admin-staff-role", roles.collect()),
    ];
    let bar = FilterBar::new("staff", fields, conditions(query))
        .search(query.text("q"), l.t("admin-staff-find"));
    match query.text("state").as_str() {
        "" => bar.render(l),
        state => bar.keep("state", state).render(l),
    }
}

fn table(
    cx: &Cx,
    query: &FormData,
    shown: &Page<&StaffMember>,
    facts: &BTreeMap<UserId, ListFacts>,
) -> Markup {
    let l = &cx.l;
    let empty = ui::empty(
        "users-round",
        &l.t("admin-staff-none"),
        &l.t("admin-staff-none-words"),
        Some(Button::secondary(l.t("ui-reset")).href("/admin/staff")),
    );
    let mut table = Table::new("staff-list", l.t("admin-staff"))
        .column(Column::text(l.t("admin-staff-name")).wide())
        .column(Column::text(l.t("admin-staff-login")))
        .column(Column::text(l.t("admin-staff-branch")))
        .column(Column::text(l.t("admin-staff-roles")).wide())
        .column(Column::text(l.t("admin-staff-state")))
        .column(Column::text(l.t("admin-staff-seen")))
        .live("kind:staff", cx.path.clone())
        .empty(empty);
    for member in &shown.rows {
        table = table.row(row(cx, member, facts.get(&member.id)));
    }
    let last = shown.first + shown.rows.len().saturating_sub(1);
    let words = l.ta("admin-rows", &[("first", shown.first.into()), ("last", last.into())]);
    let key = |id: Option<UserId>| id.map(|i| i.to_string()).unwrap_or_default();
    let to = |after: &str| address(query, "after", after);
    if shown.previous.is_some() || shown.next.is_some() {
        table = table.pager(Pager {
            previous: shown.previous.map(|id| to(&key(id))),
            next: shown.next.map(|id| to(&key(Some(id)))),
            words,
        });
    }
    table.render(l)
}

fn row(cx: &Cx, member: &StaffMember, facts: Option<&ListFacts>) -> Row {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let name = member.shown_name(l.lang);
    let named = html! { span.with-avatar { (ui::avatar(name)) span { (name) } } };
    let branch = member
        .branch_id
        .map_or_else(|| l.t("admin-head-office"), |b| directory.branch_name(b, l.lang).to_owned());
    let seen = facts.and_then(|f| f.seen_at);
    let locked = facts.and_then(|f| f.locked_until).is_some_and(|t| t > cx.now());
    let deputy = (directory.acting_for(member.id, l.today) != member.id)
        .then(|| directory.staff_name(directory.acting_for(member.id, l.today), l.lang).to_owned());
    Row::new(member.id)
        .href(person_href(member.id))
        .cell(Cell::markup(named).title(facts.map_or(String::new(), |f| f.email.clone())))
        .cell(Cell::quiet(&member.login))
        .cell(Cell::text(branch))
        .cell(Cell::text(directory.role_names(member.id, l.lang)))
        .cell(Cell::markup(state_mark(l, member.active, locked, deputy.as_deref())))
        .cell(seen.map_or_else(|| Cell::none(l), |at| Cell::ago(l, at)))
}

/// The state of a person in one mark: dismissed before locked before away.
pub(super) fn state_mark(l: &L, active: bool, locked: bool, deputy: Option<&str>) -> Markup {
    match (active, locked, deputy) {
        (false, _, _) => ui::dot(Tone::Neutral, &l.t("admin-staff-dismissed")),
        (true, true, _) => ui::badge_with_icon(Tone::Danger, "lock", &l.t("admin-staff-locked")),
        (true, false, Some(deputy)) => html! {
            span title=(l.ta("admin-staff-away-deputy", &[("name", deputy.into())])) {
                (ui::badge_with_icon(Tone::Attention, "plane", &l.t("admin-staff-away")))
            }
        },
        (true, false, None) => ui::dot(Tone::Good, &l.t("admin-staff-works")),
    }
}

/// Days as people write them: `23.11.2026 – 30.11.2026`, or "since" when there is no end.
pub(crate) fn days(l: &L, from: Date, until: Date) -> String {
    if until.year() >= 9999 {
        return l.ta("admin-since", &[("date", l.date(from).into())]);
    }
    format!("{} – {}", l.date(from), l.date(until))
}
