//! The tills of clerks: one's own on the desk, those of a branch in its day, and the form by which cash goes to one or comes back.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{BranchId, Currency, Refusal, Refusals, UserId};
use maud::{Markup, html};
use spine::Error;
use uuid::Uuid;
use web::ui::{self, Button, Cell, Column, Field, Form, Opt, Panel, Row, Table, Tone, form_row};
use web::{Answer, Cx, FormData};

use super::desk::branch;
use super::operation::currencies;
use crate::desk::commands::MoveTillCash;
use crate::desk::model::TILL_KINDS;
use crate::desk::queries::{self, OperationsOf, Till};
use crate::parts;

const FORM: &str = "/desk/till/new";
const DAY: &str = "/desk/day";
/// Rows of a day at most: clerks by currencies.
const TILLS_MAX: usize = 500;
/// Columns of sums, in the order of [`Till::sums`].
const SUMS: [&str; 4] =
    ["desk-till-allocation", "desk-cash-in", "desk-cash-out", "desk-till-settlement"];

/// One's own till by currency, on the desk; nothing when nothing was moved.
pub(super) async fn strip(cx: &mut Cx, of: &OperationsOf) -> Result<Markup, Error> {
    let (tills, _) = read(cx, of).await?;
    if tills.is_empty() {
        return Ok(html! {});
    }
    let l = &cx.l;
    let mut table =
        Table::new("desk-till", l.t("desk-till")).column(Column::text(l.t("operation-currency")));
    table = with_sums(cx, table);
    for till in &tills {
        let row = Row::new(till.currency).cell(Cell::text(till.currency.code()));
        table = table.row(sums(cx, row, till));
    }
    Ok(html! { (table.render(l)) p.quiet { (l.t("desk-till-since")) } })
}

/// The tills of a day by clerk and currency; whoever may move cash does it from here.
pub(super) async fn panel(cx: &mut Cx, of: &OperationsOf) -> Result<Markup, Error> {
    let (tills, has_more) = read(cx, of).await?;
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut table = Table::new("desk-tills", l.t("desk-tills"))
        .column(Column::text(l.t("operation-clerk")))
        .column(Column::text(l.t("desk-day-branch")))
        .column(Column::text(l.t("operation-currency")))
        .empty(ui::empty("wallet", &l.t("desk-tills-none"), &l.t("desk-tills-none-words"), None));
    table = with_sums(cx, table);
    for (n, till) in tills.iter().enumerate() {
        let row = Row::new(n)
            .cell(Cell::text(directory.staff_name(till.clerk_id, l.lang)))
            .cell(Cell::text(directory.branch_name(till.branch_id, l.lang)))
            .cell(Cell::text(till.currency.code()));
        table = table.row(sums(cx, row, till));
    }
    let mut panel = Panel::new(l.t("desk-tills")).icon("wallet").id("desk-day-tills").flush();
    panel = panel.footer(html! {
        (l.t("desk-till-since"))
        @if has_more { " " (l.ta("desk-tills-first", &[("n", TILLS_MAX.into())])) }
    });
    if cx.principal().has("desk.till") && branch(cx).is_ok() {
        let button = Button::secondary(l.t("desk-till-move")).icon("wallet").dialog(FORM);
        panel = panel.actions(button.render());
    }
    Ok(panel.render(&table.render(l)))
}

/// Those within reach, and whether there are more.
async fn read(cx: &mut Cx, of: &OperationsOf) -> Result<(Vec<Till>, bool), Error> {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let limit = i64::try_from(TILLS_MAX).unwrap_or(500) + 1;
    let mut tills = queries::tills(&mut cx.db, &principal, of, limit).await?;
    let has_more = tills.len() > TILLS_MAX;
    tills.truncate(TILLS_MAX);
    Ok((tills, has_more))
}

fn with_sums(cx: &Cx, table: Table) -> Table {
    let table = SUMS.iter().fold(table, |table, key| table.column(Column::number(cx.l.t(key))));
    table.column(Column::number(cx.l.t("desk-till-net")))
}

/// The sums of a till, and what is left: a till that gave more than it had stands out.
fn sums(cx: &Cx, row: Row, till: &Till) -> Row {
    let l = &cx.l;
    let cell = |sum: kernel::Money| match sum.minor {
        0 => Cell::none(l),
        _ => Cell::money(l, sum),
    };
    let row = till.sums().into_iter().fold(row, |row, sum| row.cell(cell(sum)));
    let net = till.net();
    row.cell(match net.minor < 0 {
        true => Cell::markup(ui::badge(Tone::Danger, &l.money(net))),
        false => Cell::money(l, net),
    })
}

pub(super) async fn form(cx: Cx) -> Answer {
    let sent = FormData::default();
    Ok(show(&cx, StatusCode::OK, &sent, &Refusals::default())?)
}

/// What was typed as a command; what cannot be read goes to `refusals`.
fn typed(cx: &Cx, sent: &FormData, refusals: &mut Refusals) -> Result<Option<MoveTillCash>, Error> {
    let own = currencies(cx)?.first().copied().unwrap_or(Currency::RUB);
    let currency = sent.text("currency").parse().unwrap_or(own);
    let amount = sent.money("amount", currency, refusals);
    let is_readable = refusals.of("amount").is_none();
    let clerk_id: Option<UserId> = sent.id("clerk_id", refusals);
    if clerk_id.is_none() && refusals.of("clerk_id").is_none() {
        refusals.push(Refusal::field("required", "clerk_id"));
    }
    let command = MoveTillCash {
        // without a clerk it is refused below and goes nowhere
        clerk_id: clerk_id.unwrap_or_else(|| Uuid::nil().into()),
        kind: sent.text("kind"),
        currency,
        amount_minor: amount.map_or(0, |amount| amount.minor),
        reference: sent.text("reference"),
    };
    let mut wrong = Refusals::default();
    command.check(&mut wrong);
    wrong.0.retain(|refusal| is_readable || refusal.field.as_deref() != Some("amount"));
    refusals.0.extend(wrong.0);
    Ok(refusals.0.is_empty().then_some(command))
}

pub(super) async fn save(cx: Cx, sent: FormData) -> Answer {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let mut refusals = Refusals::default();
    let Some(command) = typed(&cx, &sent, &mut refusals)? else {
        return Ok(show(&cx, status, &sent, &refusals)?);
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(DAY, "flash-till-moved")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, status, &sent, &refusals)?),
        Err(other) => Err(other.into()),
    }
}

/// Whoever of the branch serves visitors, but for the person himself.
fn clerks(cx: &Cx, branch: BranchId) -> Vec<Opt> {
    let directory = cx.app.services.directory.get();
    let me = cx.principal().user_id;
    let serves = |id: UserId| directory.principal(id).is_some_and(|p| p.has("desk.serve"));
    let mut staff: Vec<_> = directory
        .staff
        .values()
        .filter(|s| s.active && s.branch_id == Some(branch) && serves(s.id))
        .filter(|s| me.is_none_or(|me| !directory.is_same_person(me, s.id)))
        .map(|s| (s.shown_name(cx.l.lang).to_owned(), s.id))
        .collect();
    staff.sort();
    let none = Opt::new("", cx.l.t("till-clerk-choose"));
    std::iter::once(none)
        .chain(staff.into_iter().map(|(name, id)| Opt::new(id.to_string(), name)))
        .collect()
}

fn show(
    cx: &Cx,
    status: StatusCode,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let branch = branch(cx)?;
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let kinds = parts::word_options(l, "till-kind-", &TILL_KINDS, None);
    let money = currencies(cx)?.iter().map(|c| Opt::new(c.code(), c.code())).collect();
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (Field::select("clerk_id", l.t("operation-clerk"), clerks(cx, branch))
            .value(sent.text("clerk_id")).required().error(error("clerk_id")).render(l))
        (Field::select("kind", l.t("operation-kind"), kinds).value(sent.text("kind")).error(error("kind")).render(l))
        (form_row(&[
            Field::text("amount", l.t("operation-amount")).value(sent.raw("amount"))
                .attribute("inputmode", "decimal").attribute("autocomplete", "off").required()
                .error(error("amount")).render(l),
            Field::select("currency", l.t("operation-currency"), money).value(sent.text("currency")).render(l),
        ]))
        (Field::text("reference", l.t("operation-reference")).value(sent.raw("reference"))
            .attribute("autocomplete", "off").error(error("reference")).render(l))
    };
    let form = Form::post(FORM)
        .hidden("_id", if sent.is_set("_id") { sent.text("_id") } else { cx.form_id() })
        .submit(l.t("till-save"))
        .cancel(DAY);
    let (title, back) = (l.t("desk-till-move"), l.t("nav-desk-day"));
    Ok(parts::dialog(cx, status, &title, (DAY, &back), &form.render(l, &body)))
}
