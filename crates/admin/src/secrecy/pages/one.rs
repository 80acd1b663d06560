//! One version: its rules in words, what is wrong with it, its cases, what it changes; editing, testing and
//! releasing it.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use kernel::Refusals;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::commands::{DropPolicy, EditPolicy, ReleasePolicy, TestPolicy};
use spine::secrecy::queries::{self, State, Version};
use spine::secrecy::{Rules, failed, parse_cases};
use uuid::Uuid;
use web::icons::icon;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Kv, PageHeader, Panel, Row, Table, Tone,
};
use web::{Answer, Cx, FormData};

use super::versions::{name, state_mark};
use super::{HOME, matrix, rule_words};
use crate::pages::{post_button, summary};

/// Role whose table is shown when none is asked for.
const FIRST_ROLE: &str = "operator";

pub(super) async fn page(cx: Cx, Path(id): Path<Uuid>, RawQuery(query): RawQuery) -> Answer {
    let version = found(&cx, id).await?;
    let query = FormData::parse(&query.unwrap_or_default());
    show(&cx, &version, &query, &Refusals::default())
}

async fn found(cx: &Cx, id: Uuid) -> Result<Version, Error> {
    queries::one(&mut cx.db.clone(), id).await?.ok_or(Error::NotFound)
}

fn show(cx: &Cx, version: &Version, sent: &FormData, refusals: &Refusals) -> Answer {
    let l = &cx.l;
    let may_change = cx.principal().has("secrecy.change");
    let title = name(cx, version);
    let mut parts = vec![facts(cx, version)];
    match Rules::read(&version.text) {
        Ok(rules) => {
            let rules = std::sync::Arc::new(rules);
            let before = std::sync::Arc::clone(&cx.app.services.directory.get().secrecy.rules);
            parts.push(cases(cx, version, &rules));
            parts.push(list(cx, &rules));
            if version.state != State::Released {
                parts.push(matrix::changes(cx, &rules, &before));
            }
            let role = sent.opt("role").unwrap_or_else(|| FIRST_ROLE.to_owned());
            parts.push(matrix::of_role(cx, version.id, &role, &rules, &before));
        }
        Err(faults) => parts.push(wrong(cx, &faults.0)),
    }
    if may_change && version.state.is_open() {
        parts.push(form(cx, version, sent, refusals));
    } else {
        parts.push(source(cx, version));
    }
    let body = html! {
        (PageHeader::new(title.clone()).crumb(HOME, l.t("admin-secrecy"))
            .marks(state_mark(cx, version.state))
            .other(html! { @if may_change { (actions(cx, version)) } }).render(l))
        (summary(cx, refusals))
        (ui::stack(&parts))
    };
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(cx.page_with_status(status, &title, &body))
}

fn actions(cx: &Cx, version: &Version) -> Markup {
    let l = &cx.l;
    let href = format!("{HOME}/{}", version.id);
    let count = version.version.to_string();
    let release = || {
        let button = Button::primary(l.t("admin-secrecy-release")).icon("check");
        post_button(cx, &format!("{href}/release"), &[("version", &count)], button)
    };
    let test = || {
        let button = Button::secondary(l.t("admin-secrecy-test")).icon("play");
        post_button(cx, &format!("{href}/test"), &[], button)
    };
    let drop = || {
        let button = Button::quiet(l.t("admin-secrecy-drop")).icon("trash-2");
        post_button(cx, &format!("{href}/drop"), &[], button)
    };
    match version.state {
        State::Draft => html! { (drop()) (test()) },
        State::Tested => html! { (drop()) (test()) (release()) },
        State::Past => html! { (release()) },
        State::Released => html! {},
    }
}

fn facts(cx: &Cx, version: &Version) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let who = |id: Option<kernel::UserId>| {
        id.map_or_else(|| l.t("admin-system"), |id| directory.staff_name(id, l.lang).to_owned())
    };
    let made = format!("{} · {}", who(version.made_by), l.datetime(version.made_at));
    let mut kv = Kv::new("secrecy-version").text(l.t("admin-secrecy-made-by"), &made);
    if let Some(base) = version.base_number {
        kv = kv.text(l.t("admin-secrecy-base"), &base.to_string());
    }
    if let Some(at) = version.released_at {
        let released = format!("{} · {}", who(version.released_by), l.datetime(at));
        kv = kv.text(l.t("admin-secrecy-released-by"), &released);
    }
    let words = match version.state {
        State::Draft => "admin-secrecy-next-test",
        State::Tested => "admin-secrecy-next-release",
        State::Released => "admin-secrecy-in-force",
        State::Past => "admin-secrecy-next-again",
    };
    Panel::new(l.t("admin-secrecy-version"))
        .icon("shield-check")
        .footer(html! { p.quiet { (l.t(words)) } })
        .render(&kv.render(l))
}

/// What the engine says is wrong.
fn wrong(cx: &Cx, faults: &[spine::secrecy::Fault]) -> Markup {
    let l = &cx.l;
    let body = html! {
        div.summary.danger role="alert" {
            (icon("circle-alert"))
            div {
                p { (l.t("admin-secrecy-wrong")) }
                ul {
                    @for fault in faults {
                        li {
                            @if let Some(line) = fault.line { (l.ta("admin-secrecy-line", &[("n", line.into())])) " " }
                            @if let Some(rule) = &fault.rule { strong { (rule) } ": " }
                            (fault.words)
                        }
                    }
                }
            }
        }
    };
    Panel::new(l.t("admin-secrecy-problems")).icon("circle-alert").render(&body)
}

/// The cases: how many, and those that come out otherwise.
fn cases(cx: &Cx, version: &Version, rules: &Rules) -> Markup {
    let l = &cx.l;
    let panel = Panel::new(l.t("admin-secrecy-cases")).icon("list-checks");
    let cases = match parse_cases(&version.cases) {
        Ok(cases) => cases,
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(|f| f.line.to_string()).collect();
            let words = l.ta("admin-secrecy-cases-unclear", &[("lines", lines.join(", ").into())]);
            return panel.render(&html! { p { (ui::badge(Tone::Danger, &words)) } });
        }
    };
    let failed = failed(rules, &cases);
    let (n, bad) = (cases.len(), failed.len());
    let body = html! {
        @if failed.is_empty() {
            p { (ui::badge(Tone::Good, &l.ta("admin-secrecy-cases-pass", &[("n", n.into())]))) }
        } @else {
            p { (ui::badge(Tone::Danger, &l.ta("admin-secrecy-cases-fail", &[("n", n.into()), ("bad", bad.into())]))) }
            ul.plain {
                @for one in &failed {
                    li {
                        (l.ta("admin-secrecy-line", &[("n", one.case.line.into())])) " "
                        code { (version.cases.lines().nth(one.case.line.saturating_sub(1)).unwrap_or_default()) }
                        @if !one.rules.is_empty() { " " span.quiet { (one.rules.join(", ")) } }
                    }
                }
            }
        }
        details { summary { (l.t("admin-secrecy-cases-show")) } pre { (version.cases) } }
    };
    panel.render(&body)
}

/// The rules in words.
fn list(cx: &Cx, rules: &Rules) -> Markup {
    let l = &cx.l;
    let mut table = Table::new("secrecy-rules", l.t("admin-secrecy-rules"))
        .column(Column::text(l.t("admin-secrecy-effect")))
        .column(Column::text(l.t("admin-secrecy-words")).wide())
        .column(Column::text(l.t("admin-secrecy-rule")));
    for rule in rules.list() {
        let (tone, word) = if rule.allows {
            (Tone::Good, "admin-secrecy-allows")
        } else {
            (Tone::Danger, "admin-secrecy-forbids")
        };
        let words = html! {
            div.cell-lines.wrap {
                div { (rule_words(l, rule)) }
                details { summary { (l.t("admin-secrecy-as-written")) } pre { (rule.text) } }
            }
        };
        table = table.row(
            Row::new(&rule.id)
                .cell(Cell::markup(ui::dot(tone, &l.t(word))))
                .cell(Cell::markup(words))
                .cell(Cell::quiet(format!("#{}", rule.id))),
        );
    }
    Panel::new(l.t("admin-secrecy-rules"))
        .icon("list")
        .flush()
        .footer(html! { p.quiet { (l.t("admin-secrecy-combine")) } })
        .render(&table.render(l))
}

fn source(cx: &Cx, version: &Version) -> Markup {
    let l = &cx.l;
    let body =
        html! { details { summary { (l.t("admin-secrecy-as-written")) } pre { (version.text) } } };
    Panel::new(l.t("admin-secrecy-text")).icon("file-text").render(&body)
}

fn form(cx: &Cx, version: &Version, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let value = |name: &str, stored: &str| match sent.opt("_id") {
        Some(_) => sent.raw(name).to_owned(),
        None => stored.to_owned(),
    };
    let area = |name: &str, label: String, rows: u16, stored: &str| {
        Field::new(name, label, Input::Textarea { rows: rows.into() })
            .value(value(name, stored))
            .full()
            .attribute("spellcheck", "false")
            .error(cx.field_error(refusals, name))
            .render(l)
    };
    let body = html! {
        (Field::text("title", l.t("admin-secrecy-title")).value(value("title", &version.title))
            .required().full().error(cx.field_error(refusals, "title")).render(l))
        (area("text", l.t("admin-secrecy-text"), 24, &version.text))
        (area("cases", l.t("admin-secrecy-cases"), 12, &version.cases))
        p.quiet { (l.t("admin-secrecy-cases-hint")) }
    };
    let form = Form::post(format!("{HOME}/{}", version.id))
        .hidden("_id", cx.form_id())
        .hidden("version", version.version.to_string())
        .submit(l.t("admin-secrecy-save"));
    Panel::new(l.t("admin-secrecy-edit")).icon("pencil").render(&form.render(l, &body))
}

pub(super) async fn edit(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    let command = EditPolicy {
        policy_id: id,
        version: sent.text("version").parse().unwrap_or(0),
        title: sent.text("title"),
        text: sent.raw("text").to_owned(),
        cases: sent.raw("cases").to_owned(),
    };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    finish(&cx, id, &sent, outcome, "flash-secrecy-saved").await
}

pub(super) async fn test(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    let outcome = cx.execute(sent.command_id()?, &TestPolicy { policy_id: id }).await;
    finish(&cx, id, &FormData::default(), outcome, "flash-secrecy-tested").await
}

pub(super) async fn release(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    let version = sent.text("version").parse().unwrap_or(0);
    let command = ReleasePolicy { policy_id: id, version };
    let outcome = cx.execute(sent.command_id()?, &command).await.map(drop);
    finish(&cx, id, &FormData::default(), outcome, "flash-secrecy-released").await
}

pub(super) async fn throw_away(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    match cx.execute(sent.command_id()?, &DropPolicy { policy_id: id }).await {
        Ok(()) => Ok(cx.done(HOME, "flash-secrecy-dropped")),
        Err(Error::Refused(refusals)) => {
            let version = found(&cx, id).await?;
            show(&cx, &version, &FormData::default(), &refusals)
        }
        Err(error) => Err(error.into()),
    }
}

async fn finish(
    cx: &Cx,
    id: Uuid,
    sent: &FormData,
    outcome: Result<(), Error>,
    flash: &str,
) -> Answer {
    match outcome {
        Ok(()) => Ok(cx.done(&format!("{HOME}/{id}"), flash)),
        Err(Error::Refused(refusals)) => {
            let version = found(cx, id).await?;
            show(cx, &version, sent, &refusals)
        }
        Err(error) => Err(error.into()),
    }
}
