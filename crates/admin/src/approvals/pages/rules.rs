//! The rules: which commands wait for a second person.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Money, Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use spine::approval::commands::{DropRule, SaveRule};
use spine::approval::{Rule, may_wait};
use uuid::Uuid;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Opt, PageHeader, Row, Table, form_row,
};
use web::{Answer, Cx, FormData};

use super::RULES_HOME;
use crate::pages::{asked, branch_options, dialog, dialog_refused, lookups, post_button, summary};

/// Hours a request stays open when nobody says otherwise.
const HOURS: &str = "24";

pub(super) async fn list(cx: Cx) -> Answer {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let add = Button::primary(l.t("approval-rule-new")).icon("plus");
    let add = add.dialog(format!("{RULES_HOME}/new"));
    let none =
        ui::empty("shield-check", &l.t("approval-rules-none"), &l.t("approval-rules-words"), None);
    let mut table = Table::new("approval-rules", l.t("approval-rules"))
        .column(Column::text(l.t("approval-rule-command")).wide())
        .column(Column::text(l.t("approval-rule-when")).wide())
        .column(Column::text(l.t("approval-rule-checker")).wide())
        .column(Column::number(l.t("approval-rule-hours")))
        .live("kind:approval_rule", RULES_HOME)
        .empty(none);
    for rule in directory.rules.values().flatten() {
        let drop = Button::quiet(l.t("approval-rule-drop")).icon("trash-2");
        table = table.row(
            Row::new(rule.id)
                .href(format!("{RULES_HOME}/{}", rule.id))
                .cell(Cell::text(cx.command_words(&rule.command)))
                .cell(Cell::text(conditions(&cx, rule)))
                .cell(Cell::text(lookups(l, &["permission"], &rule.checker)))
                .cell(Cell::number(l, rule.hours))
                .actions(post_button(&cx, &format!("{RULES_HOME}/{}/drop", rule.id), &[], drop)),
        );
    }
    let body = html! {
        (PageHeader::new(l.t("approval-rules")).lead(html! { (l.t("approval-rules-lead")) }).primary(add).render(l))
        (table.render(l))
    };
    Ok(cx.page(&l.t("approval-rules"), &body))
}

/// What a rule names, in words.
fn conditions(cx: &Cx, rule: &Rule) -> String {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut parts = Vec::new();
    if let Some(field) = &rule.field {
        let word = lookups(l, &["field"], field);
        parts.push(l.ta("approval-when-field", &[("field", word.into())]));
    }
    if let Some(amount) = rule.amount {
        parts.push(l.ta("approval-when-amount", &[("amount", l.money(amount).into())]));
    }
    if let Some(branch) = rule.branch_id {
        parts.push(directory.branch_name(branch, l.lang).to_owned());
    }
    if let Some(region) = rule.region_id.and_then(|r| directory.regions.get(&r)) {
        parts.push(region.shown_name(l.lang).to_owned());
    }
    if let Some(role) = &rule.maker_role {
        let role = directory.roles.values().find(|r| r.key == *role);
        let name = role.map_or("", |r| r.shown_name(l.lang)).to_owned();
        parts.push(l.ta("approval-when-role", &[("role", name.into())]));
    }
    if parts.is_empty() { l.t("approval-when-always") } else { parts.join(" · ") }
}

pub(super) async fn new(cx: Cx) -> Answer {
    let mut pairs: Vec<(String, String)> =
        asked(&cx).pairs().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    pairs.push(("hours".to_owned(), HOURS.to_owned()));
    Ok(form(&cx, None, &FormData::from_pairs(pairs), None))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    send(cx, None, sent).await
}

pub(super) async fn edit(cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let directory = cx.app.services.directory.get();
    let rule = directory.rules.values().flatten().find(|r| r.id == id).ok_or(Error::NotFound)?;
    let text = |id: Option<String>| id.unwrap_or_default();
    let given = FormData::from_pairs([
        ("command".to_owned(), rule.command.clone()),
        ("field".to_owned(), text(rule.field.clone())),
        ("amount".to_owned(), text(rule.amount.map(|a| a.plain()))),
        ("branch".to_owned(), text(rule.branch_id.map(|b| b.to_string()))),
        ("region".to_owned(), text(rule.region_id.map(|r| r.to_string()))),
        ("role".to_owned(), text(rule.maker_role.clone())),
        ("checker".to_owned(), rule.checker.clone()),
        ("hours".to_owned(), rule.hours.to_string()),
    ]);
    Ok(form(&cx, Some(id), &given, None))
}

pub(super) async fn save(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    send(cx, Some(id), sent).await
}

async fn send(cx: Cx, id: Option<Uuid>, sent: FormData) -> Answer {
    let outcome = match command(&cx, id, &sent) {
        Ok(command) => cx.execute(sent.command_id()?, &command).await.map(|_| ()),
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(RULES_HOME, "flash-approval-rule-saved")),
        Err(Error::Refused(refusals)) => Ok(form(&cx, id, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

fn command(cx: &Cx, rule_id: Option<Uuid>, sent: &FormData) -> Result<SaveRule, Refusals> {
    let mut refusals = Refusals::default();
    let command = sent.text("command");
    let mut known = cx.app.services.bus.commands();
    if !known.any(|c| c.name == command && may_wait(c.permission)) {
        refusals.push(Refusal::field("required", "command"));
    }
    let checker = sent.text("checker");
    if !checkers(cx).iter().any(|o| o.value == checker) {
        refusals.push(Refusal::field("required", "checker"));
    }
    let amount = match sent.opt("amount").map(|text| Money::parse(&text, cx.app.currency)) {
        None => None,
        Some(Ok(amount)) => Some(amount),
        Some(Err(_)) => {
            refusals.push(Refusal::field("not-an-amount", "amount"));
            None
        }
    };
    let hours = sent.text("hours").parse().unwrap_or_else(|_| {
        let max = spine::approval::HOURS_MAX;
        refusals.push(Refusal::field("approval-hours", "hours").arg("max", max));
        0
    });
    let (branch_id, region_id) =
        (sent.id("branch", &mut refusals), sent.id("region", &mut refusals));
    refusals.into_result()?;
    Ok(SaveRule {
        rule_id,
        command,
        field: sent.opt("field"),
        amount,
        branch_id,
        region_id,
        maker_role: sent.opt("role"),
        checker,
        hours,
    })
}

pub(super) async fn drop_rule(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &DropRule { rule_id: id }).await?;
    Ok(cx.done(RULES_HOME, "flash-approval-rule-dropped"))
}

/// Commands that may wait, by their words.
fn commands(cx: &Cx) -> Vec<Opt> {
    let named = cx.app.services.bus.commands().filter(|c| may_wait(c.permission));
    sorted(cx, named.map(|c| (c.name.to_owned(), cx.command_words(c.name))).collect())
}

/// Permissions a second person may be asked to have.
fn checkers(cx: &Cx) -> Vec<Opt> {
    let mut keys: Vec<&str> = cx.app.services.bus.commands().map(|c| c.permission).collect();
    keys.extend(cx.app.routes.iter().map(|r| r.access).filter(|a| a.contains('.')));
    keys.retain(|p| !matches!(*p, "system" | "app.use"));
    keys.sort_unstable();
    keys.dedup();
    sorted(cx, keys.iter().map(|k| ((*k).to_owned(), lookups(&cx.l, &["permission"], k))).collect())
}

fn sorted(cx: &Cx, mut pairs: Vec<(String, String)>) -> Vec<Opt> {
    pairs.sort_by_cached_key(|(key, words)| (words.to_lowercase(), key.clone()));
    let first = Opt::new("", cx.l.t("admin-choose"));
    std::iter::once(first).chain(pairs.into_iter().map(|(k, words)| Opt::new(k, words))).collect()
}

fn form(cx: &Cx, id: Option<Uuid>, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let action = id.map_or_else(|| format!("{RULES_HOME}/new"), |id| format!("{RULES_HOME}/{id}"));
    let body = Form::post(action)
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-save"))
        .cancel(RULES_HOME)
        .render(l, &fields(cx, given, refused.unwrap_or(&none)));
    let title = l.t(if id.is_some() { "approval-rule-edit" } else { "approval-rule-new" });
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}

fn fields(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let any = || Opt::new("", l.t("approval-any"));
    let select = |name: &str, key: &str, options: Vec<Opt>| {
        Field::select(name, l.t(key), options)
            .value(given.text(name))
            .error(cx.field_error(refusals, name))
    };
    let regions = directory.regions.values().map(|r| (r.id.to_string(), r.shown_name(l.lang)));
    let roles = directory.roles.values().map(|r| (r.key.clone(), r.shown_name(l.lang)));
    let options = |pairs: Vec<(String, &str)>| -> Vec<Opt> {
        std::iter::once(any()).chain(pairs.into_iter().map(|(k, w)| Opt::new(k, w))).collect()
    };
    let currency = cx.app.currency.symbol().to_owned();
    html! {
        (summary(cx, refusals))
        (select("command", "approval-rule-command", commands(cx)).required().render(l))
        (select("checker", "approval-rule-checker", checkers(cx)).required()
            .hint(l.t("approval-rule-checker-hint")).render(l))
        (form_row(&[
            Field::text("field", l.t("approval-rule-field")).value(given.text("field"))
                .hint(l.t("approval-rule-field-hint")).error(cx.field_error(refusals, "field")).render(l),
            Field::new("amount", l.t("approval-rule-amount"), Input::Money { currency })
                .value(given.text("amount")).error(cx.field_error(refusals, "amount")).render(l),
        ]))
        (form_row(&[
            select("branch", "approval-rule-branch", branch_options(cx, None, Some(l.t("approval-any")))).render(l),
            select("region", "approval-rule-region", options(regions.collect())).render(l),
        ]))
        (select("role", "approval-rule-role", options(roles.collect())).render(l))
        (Field::new("hours", l.t("approval-rule-hours"), Input::Digits).value(given.text("hours")).required()
            .error(cx.field_error(refusals, "hours")).render(l))
    }
}
