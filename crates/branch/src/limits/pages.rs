//! The limits at the centre: a list and a form; and what remains to a person today at a branch.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Currency, Money, Refusal, Refusals};
use maud::{Markup, html};
use spine::authority::commands::{DropLimit, SaveLimit};
use spine::authority::{ANY, EDIT, Limit, queries};
use spine::bundle::commands::PUBLISH;
use spine::{Error, Offline};
use uuid::Uuid;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Opt, PageHeader, Panel, Row, Table, form_row,
};
use web::{Access, Answer, Cx, FormData, Routes};

use crate::parts::{deed_words, dialog, summary};

const LIMITS: Access = Access::Needs(EDIT);
const HOME: &str = "/admin/limits";
/// Hundredths of a percent.
const PERCENT: i64 = 100;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/limits", LIMITS, list)
        .get("/admin/limits/new", LIMITS, new)
        .post("/admin/limits/new", LIMITS, save)
        .get("/admin/limits/{id}", LIMITS, edit)
        .post("/admin/limits/{id}/drop", LIMITS, drop_limit)
}

/// The limits are said at the centre: a branch has no such pages.
fn at_centre(cx: &Cx) -> Result<(), Error> {
    if cx.app.services.bus.is_at_branch() { Err(Error::NotFound) } else { Ok(()) }
}

/// What a limit is for, in words.
fn command_words(cx: &Cx, command: &str) -> String {
    if command == ANY { cx.l.t("branch-limit-any-command") } else { deed_words(cx, command) }
}

fn role_words(cx: &Cx, role: &str) -> String {
    let directory = cx.app.services.directory.get();
    let known = directory.roles.values().find(|known| known.key == role);
    known.map_or_else(|| cx.l.t("branch-limit-any-role"), |r| r.shown_name(cx.l.lang).to_owned())
}

async fn list(mut cx: Cx) -> Answer {
    at_centre(&cx)?;
    let l = cx.l.clone();
    let add = Button::primary(l.t("branch-limit-new")).icon("plus").dialog("/admin/limits/new");
    let words = l.t("branch-limits-none-words");
    let none = ui::empty("scale", &l.t("branch-limits-none"), &words, Some(add.clone()));
    let mut table = Table::new("limits", l.t("branch-limits"))
        .column(Column::text(l.t("branch-limit-command")).wide())
        .column(Column::text(l.t("branch-limit-role")))
        .column(Column::number(l.t("branch-limit-floor")))
        .column(Column::number(l.t("branch-limit-client-day")))
        .column(Column::number(l.t("branch-limit-person-day")))
        .column(Column::number(l.t("branch-limit-lift")))
        .live("kind:offline_limit", HOME)
        .empty(none);
    for kept in queries::limits(&mut cx.db).await? {
        let limit = &kept.limit;
        let money = |minor| Cell::text(l.money(Money::new(minor, limit.currency)));
        let drop = html! {
            form method="post" action={ (HOME) "/" (kept.id) "/drop" } {
                input type="hidden" name="_id" value=(cx.form_id());
                (Button::quiet(l.t("branch-limit-drop")).icon("trash-2").submit().render())
            }
        };
        table = table.row(
            Row::new(kept.id)
                .href(format!("{HOME}/{}", kept.id))
                .cell(Cell::text(command_words(&cx, &limit.command)))
                .cell(Cell::text(role_words(&cx, &limit.role)))
                .cell(money(limit.floor_minor))
                .cell(money(limit.client_day_minor))
                .cell(money(limit.person_day_minor))
                .cell(limit.lift_minor.map_or_else(|| Cell::none(&l), money))
                .actions(drop),
        );
    }
    let lead = html! { (l.t("branch-limits-lead")) };
    let mut header = PageHeader::new(l.t("branch-limits")).lead(lead).primary(add);
    if cx.ctx.principal.has(PUBLISH) {
        let publish = Button::secondary(l.t("branch-limits-publish")).icon("send");
        header = header.other(publish.href("/admin/strategy/publish").render());
    }
    let body = html! { (header.render(&l)) (table.render(&l)) };
    Ok(cx.page(&l.t("branch-limits"), &body))
}

async fn new(cx: Cx) -> Answer {
    at_centre(&cx)?;
    let usual = Limit {
        command: ANY.to_owned(),
        role: String::new(),
        currency: cx.app.currency,
        floor_minor: 300_000,
        threshold_minor: 100_000,
        pick_bp: 500,
        pick_max_bp: 5_000,
        lower_count: 3,
        upper_count: 5,
        client_day_minor: 1_000_000,
        person_day_minor: 10_000_000,
        lift_minor: None,
    };
    Ok(form(&cx, &as_typed(&usual), None))
}

async fn edit(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    at_centre(&cx)?;
    let all = queries::limits(&mut cx.db).await?;
    let kept = all.into_iter().find(|kept| kept.id == id).ok_or(Error::NotFound)?;
    Ok(form(&cx, &as_typed(&kept.limit), None))
}

async fn save(cx: Cx, sent: FormData) -> Answer {
    let outcome = match wanted(&sent) {
        Ok(limit) => cx.execute(sent.command_id()?, &SaveLimit { limit }).await.map(|_| ()),
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(HOME, "flash-branch-limit-saved")),
        Err(Error::Refused(refusals)) => Ok(form(&cx, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

async fn drop_limit(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &DropLimit { limit_id: id }).await?;
    Ok(cx.done(HOME, "flash-branch-limit-dropped"))
}

fn wanted(sent: &FormData) -> Result<Limit, Refusals> {
    let mut refusals = Refusals::default();
    let currency: Option<Currency> = sent.text("currency").to_uppercase().parse().ok();
    let currency = currency.unwrap_or_else(|| {
        refusals.push(Refusal::field("not-a-choice", "currency"));
        Currency::RUB
    });
    let mut sum = |name: &str| match sent.money(name, currency, &mut refusals) {
        Some(money) => Some(money.minor),
        None => {
            if sent.opt(name).is_none() && name != "lift" {
                refusals.push(Refusal::field("required", name));
            }
            None
        }
    };
    let floor_minor = sum("floor").unwrap_or(0);
    let threshold_minor = sum("threshold").unwrap_or(0);
    let client_day_minor = sum("client_day").unwrap_or(0);
    let person_day_minor = sum("person_day").unwrap_or(0);
    let lift_minor = sum("lift");
    let mut number = |name: &str| {
        sent.text(name).parse::<i64>().unwrap_or_else(|_| {
            refusals.push(Refusal::field("not-a-whole-number", name));
            0
        })
    };
    let limit = Limit {
        command: sent.text("command"),
        role: sent.text("role"),
        currency,
        floor_minor,
        threshold_minor,
        pick_bp: number("pick").saturating_mul(PERCENT),
        pick_max_bp: number("pick_max").saturating_mul(PERCENT),
        lower_count: number("lower"),
        upper_count: number("upper"),
        client_day_minor,
        person_day_minor,
        lift_minor,
    };
    refusals.into_result().map(|()| limit)
}

fn as_typed(limit: &Limit) -> FormData {
    let sum = |minor: i64| Money::new(minor, limit.currency).plain();
    let pairs = [
        ("command", limit.command.clone()),
        ("role", limit.role.clone()),
        ("currency", limit.currency.to_string()),
        ("floor", sum(limit.floor_minor)),
        ("threshold", sum(limit.threshold_minor)),
        ("pick", (limit.pick_bp / PERCENT).to_string()),
        ("pick_max", (limit.pick_max_bp / PERCENT).to_string()),
        ("lower", limit.lower_count.to_string()),
        ("upper", limit.upper_count.to_string()),
        ("client_day", sum(limit.client_day_minor)),
        ("person_day", sum(limit.person_day_minor)),
        ("lift", limit.lift_minor.map(sum).unwrap_or_default()),
    ];
    FormData::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)))
}

fn form(cx: &Cx, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let body = Form::post("/admin/limits/new")
        .hidden("_id", cx.form_id())
        .submit(l.t("branch-limit-save"))
        .cancel(HOME)
        .render(l, &fields(cx, given, refused.unwrap_or(&none)));
    let status = refused.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    dialog(cx, status, &l.t("branch-limit"), &body)
}

fn fields(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let with = |field: Field, name: &str| {
        field.value(given.text(name)).error(cx.field_error(refusals, name)).render(l)
    };
    let currency = given.text("currency");
    let sum = |name: &str, key: &str| {
        let input = Input::Money { currency: currency.clone() };
        with(Field::new(name, l.t(key), input), name)
    };
    let number = |name: &str, key: &str| with(Field::new(name, l.t(key), Input::Digits), name);
    let directory = cx.app.services.directory.get();
    let roles = directory.roles.values().map(|r| Opt::new(r.key.clone(), r.shown_name(l.lang)));
    let any_role = std::iter::once(Opt::new("", l.t("branch-limit-any-role")));
    let roles: Vec<Opt> = any_role.chain(roles).collect();
    html! {
        (summary(cx, refusals))
        (with(Field::select("command", l.t("branch-limit-command"), commands(cx)), "command"))
        (form_row(&[
            with(Field::select("role", l.t("branch-limit-role"), roles), "role"),
            with(Field::text("currency", l.t("branch-limit-currency")).required(), "currency"),
        ]))
        (form_row(&[sum("floor", "branch-limit-floor"), sum("lift", "branch-limit-lift")]))
        p.quiet { (l.t("branch-limit-floor-words")) }
        (form_row(&[
            sum("client_day", "branch-limit-client-day"),
            sum("person_day", "branch-limit-person-day"),
        ]))
        (form_row(&[sum("threshold", "branch-limit-threshold"), number("pick", "branch-limit-pick"),
            number("pick_max", "branch-limit-pick-max")]))
        p.quiet { (l.t("branch-limit-pick-words")) }
        (form_row(&[number("lower", "branch-limit-lower"), number("upper", "branch-limit-upper")]))
    }
}

/// Commands that have a floor, and all others together.
fn commands(cx: &Cx) -> Vec<Opt> {
    let with_floor = cx.app.services.bus.commands().filter(|c| c.offline == Offline::Floor);
    let mut named: Vec<(String, &str)> =
        with_floor.map(|c| (deed_words(cx, c.name), c.name)).collect();
    named.sort();
    let any = std::iter::once(Opt::new(ANY, cx.l.t("branch-limit-any-command")));
    any.chain(named.into_iter().map(|(words, name)| Opt::new(name, words))).collect()
}

/// What a person may do today at this branch without asking, and what remains of it.
///
/// # Errors
/// The database's.
pub(crate) async fn today_part(cx: &mut Cx) -> Result<Markup, Error> {
    let directory = cx.app.services.directory.get();
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let now = cx.now();
    let all = queries::today(&mut cx.db, &directory, &principal, now).await?;
    if all.is_empty() {
        return Ok(html! {});
    }
    let l = &cx.l;
    let mut table = Table::new("limits-today", l.t("branch-limits-today"))
        .column(Column::text(l.t("branch-limit-command")).wide())
        .column(Column::number(l.t("branch-limit-floor")))
        .column(Column::number(l.t("branch-limit-client-day")))
        .column(Column::number(l.t("branch-limit-person-day")))
        .column(Column::number(l.t("branch-limit-left")))
        .column(Column::number(l.t("branch-limit-lift")));
    for (n, today) in all.iter().enumerate() {
        let money = |money| Cell::text(l.money(money));
        table = table.row(
            Row::new(n)
                .cell(Cell::text(command_words(cx, &today.command)))
                .cell(money(today.floor))
                .cell(money(today.client_day))
                .cell(money(today.person_day))
                .cell(money(today.left))
                .cell(today.lift.map_or_else(|| Cell::none(l), money)),
        );
    }
    let panel = Panel::new(l.t("branch-limits-today")).icon("scale").flush();
    Ok(panel.live("line", cx.path.clone()).id("limits-today-panel").render(&table.render(l)))
}
