//! Rules as a table of yes and no: for one role, every level and relation; and where two sets of rules differ.

use std::sync::Arc;

use maud::{Markup, html};
use spine::secrecy::{Act, Decider, Group, Level, Nature, Relation, Rules, What, Who};
use web::Cx;
use web::icons::icon_labelled;
use web::ui::{Cell, Column, Panel, Row, Table, Tone};

use super::{HOME, group_words, level_words, relation_words};

/// Differences listed; more are counted.
const LISTED: usize = 100;

/// Keys of all roles of the bank with their names, in the order of the names.
pub(super) fn roles(cx: &Cx) -> Vec<(String, String)> {
    let directory = cx.app.services.directory.get();
    let mut roles: Vec<(String, String)> = directory
        .roles
        .values()
        .map(|role| (role.key.clone(), role.shown_name(cx.l.lang).to_owned()))
        .collect();
    roles.sort_by(|a, b| a.1.cmp(&b.1));
    roles
}

/// What two sets of rules answer to people of one role.
fn both(rules: &Arc<Rules>, before: &Arc<Rules>, role: &str) -> (Decider, Decider) {
    let who = Who { roles: vec![role.to_owned()], ..Who::default() };
    (Decider::new(Arc::clone(rules), who.clone()), Decider::new(Arc::clone(before), who))
}

/// The roles to compare: each that a rule names, and one that stands for all the others.
fn compared(cx: &Cx, rules: &Rules, before: &Rules) -> Vec<(String, String)> {
    let texts: Vec<&str> =
        rules.list().iter().chain(before.list()).map(|rule| rule.text.as_str()).collect();
    let is_named = |key: &str| texts.iter().any(|text| text.contains(&format!("\"{key}\"")));
    let (named, others): (Vec<_>, Vec<_>) =
        roles(cx).into_iter().partition(|(key, _)| is_named(key));
    let rest = others.first().map(|_| (String::new(), cx.l.t("admin-secrecy-other-roles")));
    named.into_iter().chain(rest).collect()
}

const fn what(level: Level, relation: Relation, nature: Nature) -> What {
    What { level, relation, nature, is_opened: false }
}

/// What one role sees, level by level; where the rules in force answer otherwise the cell is marked.
pub(super) fn of_role(
    cx: &Cx,
    version: uuid::Uuid,
    role: &str,
    rules: &Arc<Rules>,
    before: &Arc<Rules>,
) -> Markup {
    let l = &cx.l;
    let (now, was) = both(rules, before, role);
    let mut table = Table::new("secrecy-matrix", l.t("admin-secrecy-matrix"))
        .column(Column::text(l.t("admin-secrecy-level")))
        .column(Column::text(l.t("admin-secrecy-relation")));
    for group in Group::ALL.iter().copied() {
        table = table.column(Column::text(group_words(l, group)));
    }
    table = table.column(Column::text(l.t("admin-secrecy-glass")));
    for level in Level::ALL.iter().copied() {
        for relation in Relation::ALL.iter().copied() {
            let what = what(level, relation, Nature::Natural);
            let mut row = Row::new(format!("{}-{}", level.key(), relation.key()))
                .cell(Cell::text(level_words(l, level)))
                .cell(Cell::quiet(relation_words(l, relation)));
            let groups = Group::ALL.iter().copied().map(Act::Read);
            for act in groups.chain([Act::BreakGlass]) {
                let (now, was) = (answer(&now, act, what), answer(&was, act, what));
                row = row.cell(Cell::markup(mark(cx, now, was)));
            }
            table = table.row(row);
        }
    }
    let choice = html! {
        nav.inline-actions aria-label=(l.t("admin-secrecy-role")) {
            @for (key, name) in roles(cx) {
                a.btn.quiet href={ (HOME) "/" (version) "?role=" (key) "#matrix" }
                    aria-current=[(key == role).then_some("true")] {
                    @if key == role { strong { (name) } } @else { (name) }
                }
            }
        }
    };
    Panel::new(l.t("admin-secrecy-matrix"))
        .id("matrix")
        .icon("columns-3")
        .flush()
        .footer(choice)
        .render(&table.render(l))
}

fn answer(decider: &Decider, act: Act, what: What) -> bool {
    decider.allows(Act::Find, what) && decider.allows(act, what)
}

fn mark(cx: &Cx, now: bool, was: bool) -> Markup {
    let l = &cx.l;
    let (name, word) =
        if now { ("check", "admin-secrecy-seen") } else { ("eye-off", "secrecy-hidden-cell") };
    let shown = icon_labelled(name, &l.t(word));
    html! {
        @if now == was { (shown) }
        @else { mark title=(l.t("admin-secrecy-changed")) { (shown) } }
    }
}

/// Everything that two sets of rules answer differently to people of one role.
pub(super) fn changes(cx: &Cx, rules: &Arc<Rules>, before: &Arc<Rules>) -> Markup {
    let l = &cx.l;
    let mut table = Table::new("secrecy-changes", l.t("admin-secrecy-changes"))
        .column(Column::text(l.t("admin-secrecy-role")))
        .column(Column::text(l.t("admin-secrecy-level")))
        .column(Column::text(l.t("admin-secrecy-relation")))
        .column(Column::text(l.t("admin-secrecy-what")).wide())
        .column(Column::text(l.t("admin-secrecy-becomes")));
    let mut count = 0;
    for (role, name) in compared(cx, rules, before) {
        let (after, now) = both(rules, before, &role);
        for what in What::all().into_iter().filter(|what| !what.is_opened) {
            for act in Act::all() {
                let is_allowed = answer(&after, act, what);
                if is_allowed == answer(&now, act, what) {
                    continue;
                }
                count += 1;
                if count > LISTED {
                    continue;
                }
                let tone = if is_allowed { Tone::Attention } else { Tone::Info };
                table = table.row(
                    Row::new(count)
                        .tone(tone)
                        .cell(Cell::text(name.clone()))
                        .cell(Cell::text(level_words(l, what.level)))
                        .cell(Cell::quiet(relation_words(l, what.relation)))
                        .cell(Cell::text(act_words(cx, act, what.nature)))
                        .cell(Cell::text(l.t(if is_allowed {
                            "admin-secrecy-allowed"
                        } else {
                            "admin-secrecy-denied"
                        }))),
                );
            }
        }
    }
    let body = if count == 0 {
        html! { p.quiet { (l.t("admin-secrecy-no-changes")) } }
    } else {
        table.render(l)
    };
    let words = l.ta("admin-secrecy-changes-n", &[("n", count.into())]);
    Panel::new(l.t("admin-secrecy-changes"))
        .icon("scale")
        .footer(html! { span.quiet { (words) } })
        .render(&body)
}

/// What is done, of what.
pub(super) fn act_words(cx: &Cx, act: Act, nature: Nature) -> String {
    let l = &cx.l;
    let verb = l.t(&format!("admin-secrecy-act-{}", act.verb().replace('_', "-")));
    let group = act.group().map(|group| group_words(l, group));
    let nature = (nature == Nature::Legal).then(|| l.t("admin-secrecy-legal"));
    [Some(verb), group, nature].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
