//! Why somebody may or may not: a person, a client, and every action with the rules that decide.

use axum::extract::RawQuery;
use maud::{Markup, html};
use spine::secrecy::{Act, Decision};
use spine::{Error, Owner, Principal};
use web::ui::{self, Cell, Column, Field, PageHeader, Panel, Row, Table, Tone};
use web::{Answer, Cx, FormData};

use super::matrix::act_words;
use super::{HOME, level_words, relation_words, rule_words};
use crate::pages::{active_staff, get_form, lookups};
use crate::secrecy::queries::{self, Named};

/// Rights over clients that are told of beside the rules.
const RIGHTS: [&str; 8] = [
    "client.read",
    "client.edit",
    "client.export",
    "client.merge",
    "client.secrecy",
    "holding.read",
    "interaction.read",
    "secrecy.break_glass",
];

pub(super) async fn page(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let l = &cx.l;
    let asked = FormData::parse(&query.unwrap_or_default());
    let mut client = asked.text("client");
    let mut parts = Vec::new();
    if !asked.text("staff").is_empty() && !client.is_empty() {
        let found = found(&cx, &client).await?;
        // links name the client by his id, people by his number
        client = found.as_ref().map_or(client, |found| found.number.clone());
        parts = answer(&cx, &asked, found);
    }
    parts.insert(0, form(&cx, &asked, &client));
    let title = l.t("admin-secrecy-explain");
    let body = html! {
        (PageHeader::new(title.clone()).crumb(HOME, l.t("admin-secrecy"))
            .lead(html! { (l.t("admin-secrecy-explain-lead")) }).render(l))
        (ui::stack(&parts))
    };
    Ok(cx.page(&title, &body))
}

fn form(cx: &Cx, asked: &FormData, client: &str) -> Markup {
    let l = &cx.l;
    let body = html! {
        (Field::select("staff", l.t("admin-secrecy-person"), active_staff(cx, None))
            .value(asked.raw("staff")).required().render(l))
        (Field::text("client", l.t("admin-secrecy-client")).value(client)
            .hint(l.t("admin-secrecy-client-hint")).required().render(l))
    };
    Panel::new("").render(&get_form(&format!("{HOME}/explain"), l.t("admin-secrecy-ask"), &body))
}

/// The client that is asked about, as far as who explains may know of him.
async fn found(cx: &Cx, asked: &str) -> Result<Option<Named>, Error> {
    let client = queries::client(&mut cx.db.clone(), asked).await?;
    Ok(client.filter(|c| cx.principal().reaches("client.read", c.owner)))
}

fn answer(cx: &Cx, asked: &FormData, client: Option<Named>) -> Vec<Markup> {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let person = asked.text("staff").parse().ok().and_then(|id| directory.principal(id));
    let (Some(person), Some(client)) = (person, client) else {
        let none = l.t("admin-secrecy-nobody");
        return vec![ui::empty("search", &none, &l.t("admin-secrecy-nobody-words"), None)];
    };
    vec![rules(cx, person, &client), rights(cx, person, client.owner), second(cx, person)]
}

fn rules(cx: &Cx, person: &Principal, client: &Named) -> Markup {
    let l = &cx.l;
    let Some(what) = person.what(client.owner) else { return html! {} };
    let decider = person.decider();
    let mut table = Table::new("secrecy-explained", l.t("admin-secrecy-explain"))
        .column(Column::text(l.t("admin-secrecy-what")))
        .column(Column::text(l.t("admin-secrecy-answer")))
        .column(Column::text(l.t("admin-secrecy-because")).wide());
    for act in Act::all() {
        let decision = decider.explain(act, what);
        let (tone, word) = if decision.is_allowed {
            (Tone::Good, "admin-secrecy-allowed")
        } else {
            (Tone::Danger, "admin-secrecy-denied")
        };
        table = table.row(
            Row::new(act_words(cx, act, what.nature))
                .cell(Cell::text(act_words(cx, act, what.nature)))
                .cell(Cell::markup(ui::dot(tone, &l.t(word))))
                .cell(Cell::markup(because(cx, person, &decision))),
        );
    }
    let name = if client.name.is_empty() { &client.number } else { &client.name };
    let words = l.ta(
        "admin-secrecy-explained",
        &[
            ("who", person.shown_name(l.lang).into()),
            ("client", name.into()),
            ("level", level_words(l, what.level).into()),
            ("relation", relation_words(l, what.relation).into()),
        ],
    );
    Panel::new(l.t("admin-secrecy-rules"))
        .icon("scale")
        .flush()
        .footer(html! { p.quiet { (words) } })
        .render(&table.render(l))
}

fn because(cx: &Cx, person: &Principal, decision: &Decision) -> Markup {
    let l = &cx.l;
    html! {
        div.cell-lines.wrap {
        @if decision.rules.is_empty() { span.quiet { (l.t("admin-secrecy-nothing-allows")) } }
        @for id in &decision.rules {
            @if let Some(rule) = person.decider().rules().rule(id) {
                div { (rule_words(l, rule)) " " span.quiet { "#" (id) } }
            }
        }
        }
    }
}

/// What roles give: the scope of each right, and whether it reaches this client in the end.
fn rights(cx: &Cx, person: &Principal, owner: Owner) -> Markup {
    let l = &cx.l;
    let mut table = Table::new("secrecy-rights", l.t("admin-secrecy-rights"))
        .column(Column::text(l.t("admin-secrecy-right")).wide())
        .column(Column::text(l.t("admin-secrecy-scope")))
        .column(Column::text(l.t("admin-secrecy-reaches")));
    for right in RIGHTS {
        let scope = person.scope(right);
        let reaches = person.reaches(right, owner);
        let row_reaches = person.reaches(right, Owner { client: None, ..owner });
        let (tone, word) = match (reaches, row_reaches) {
            (true, _) => (Tone::Good, "admin-secrecy-allowed"),
            (false, true) => (Tone::Danger, "admin-secrecy-denied-by-rules"),
            (false, false) => (Tone::Neutral, "admin-secrecy-out-of-reach"),
        };
        table = table.row(
            Row::new(right)
                .cell(Cell::text(lookups(l, &["permission"], right)))
                .cell(match scope {
                    Some(scope) => Cell::quiet(lookups(l, &["scope"], scope.key())),
                    None => Cell::none(l),
                })
                .cell(Cell::markup(ui::dot(tone, &l.t(word)))),
        );
    }
    Panel::new(l.t("admin-secrecy-rights")).icon("users").flush().render(&table.render(l))
}

/// Commands this person may not carry out alone.
fn second(cx: &Cx, person: &Principal) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let asks = |rule: &spine::approval::Rule| {
        rule.maker_role.as_ref().is_none_or(|role| person.roles.contains(role))
    };
    let commands: Vec<String> = directory
        .rules
        .iter()
        .filter(|(_, rules)| rules.iter().any(asks))
        .map(|(command, _)| cx.command_words(command))
        .collect();
    let body = html! {
        @if commands.is_empty() { p.quiet { (l.t("admin-secrecy-second-none")) } }
        @else { ul.plain { @for command in &commands { li { (command) } } } }
    };
    Panel::new(l.t("admin-secrecy-second")).icon("user-check").render(&body)
}
