//! The list of sign-ins out of the ordinary, newest first.

use kernel::Timestamp;
use kernel::limits::PAGE_ROWS;
use maud::{Markup, html};
use spine::org::Mark;
use uuid::Uuid;
use web::ui::{
    self, Cell, Column, Condition, FilterBar, FilterField, FilterValue, Opt, PageHeader, Pager,
    Row, Table, Tone,
};
use web::{Access, Answer, Cx, FormData, Routes};

use super::queries::{self, Line, Wanted};
use crate::pages::{active_staff, asked, conditions, lookups};

const HOME: &str = "/admin/sign-ins";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get_lagging(HOME, Access::Needs("journal.read"), list)
}

async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let query = asked(&cx);
    let conditions = conditions(&query);
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50) + 1;
    let mut lines = match wanted(&conditions) {
        Some(wanted) => queries::page(&mut cx.db, wanted, place(&query), limit).await?,
        None => Vec::new(),
    };
    let has_more = lines.len() > PAGE_ROWS;
    lines.truncate(PAGE_ROWS);
    let body = html! {
        (PageHeader::new(l.t("admin-sign-ins")).lead(html! { (l.t("admin-sign-ins-lead")) }).render(&l))
        (filter(&cx, conditions.clone()))
        (table(&cx, &lines, lines.last().filter(|_| has_more).map(|last| next(&conditions, last))))
    };
    Ok(cx.page(&l.t("admin-sign-ins"), &body))
}

/// What the conditions ask for; none when one of them names nothing there is.
fn wanted(conditions: &[Condition]) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    for condition in conditions {
        match condition.field.as_str() {
            "staff" => wanted.staff = Some(condition.value.parse().ok()?),
            "kind" => wanted.kind = Some(Mark::from_key(&condition.value)?),
            _ => return None,
        }
    }
    Some(wanted)
}

/// `before=MICROS.ID`, as [`next`] writes it.
fn place(query: &FormData) -> (Timestamp, Uuid) {
    let text = query.text("before");
    let (at, id) = text.split_once('.').unwrap_or_default();
    match (at.parse(), id.parse()) {
        (Ok(at), Ok(id)) => (Timestamp::from_micros(at), id),
        _ => (Timestamp::from_micros(i64::MAX), Uuid::nil()),
    }
}

fn next(conditions: &[Condition], last: &Line) -> String {
    let before = format!("{}.{}", last.at.micros(), last.id);
    let mut pairs = Condition::pairs(conditions);
    pairs.push(("before", &before));
    format!("{HOME}{}", ui::query_string(pairs))
}

fn filter(cx: &Cx, conditions: Vec<Condition>) -> Markup {
    let l = &cx.l;
    let field = |name: &str, key: &str, options: Vec<Opt>| FilterField {
        name: name.to_owned(),
        label: l.t(key),
        operators: vec![Opt::new("is", l.t("admin-filter-is"))],
        value: FilterValue::Choice(options),
    };
    let kinds = Mark::ALL.iter().map(|mark| Opt::new(mark.key(), words(cx, mark.key()))).collect();
    let fields = vec![
        field("kind", "admin-sign-in-kind", kinds),
        field("staff", "admin-sign-in-who", active_staff(cx, None)),
    ];
    FilterBar::new("sign-ins", fields, conditions).render(l)
}

fn words(cx: &Cx, kind: &str) -> String {
    lookups(&cx.l, &["value-mark"], kind)
}

fn table(cx: &Cx, lines: &[Line], next: Option<String>) -> Markup {
    let l = &cx.l;
    let none = ui::empty(
        "shield-check",
        &l.t("admin-sign-ins-none"),
        &l.t("admin-sign-ins-none-words"),
        None,
    );
    let mut table = Table::new("sign-ins", l.t("admin-sign-ins"))
        .column(Column::text(l.t("admin-sign-in-at")))
        .column(Column::text(l.t("admin-sign-in-kind")).wide())
        .column(Column::text(l.t("admin-sign-in-who")))
        .column(Column::text(l.t("admin-sign-in-address")))
        .column(Column::text(l.t("admin-sign-in-device")))
        .live("kind:sign_in", cx.path.clone())
        .empty(none);
    for line in lines {
        table = table.row(row(cx, line));
    }
    if let Some(next) = next {
        let words = l.t("admin-newest-first");
        table = table.pager(Pager { previous: None, next: Some(next), words });
    }
    table.render(l)
}

fn row(cx: &Cx, line: &Line) -> Row {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let tone = match Mark::from_key(&line.kind) {
        Some(
            Mark::AfterFailures | Mark::Dismissed | Mark::PasskeyCounter | Mark::TokenNewAddress,
        ) => Tone::Danger,
        Some(Mark::NewDevice | Mark::NewAddress | Mark::UnusualHour | Mark::RecoveryCode) => {
            Tone::Attention
        }
        None => Tone::Neutral,
    };
    let name = line.staff.map(|id| directory.staff_name(id, l.lang).to_owned());
    let token = line.token_name.as_ref().filter(|_| line.token.is_some());
    let who = html! {
        div {
            @if let (Some(id), Some(name)) = (line.staff, &name) {
                @if cx.principal().has("admin.staff") { a href={ "/admin/staff/" (id) } { (name) } }
                @else { (name) }
            }
            @if let Some(token) = token {
                @if name.is_some() { br; }
                span.quiet { (l.ta("admin-sign-in-token", &[("name", token.as_str().into())])) }
            }
        }
    };
    let text = |text: &str| if text.is_empty() { Cell::none(l) } else { Cell::text(text) };
    Row::new(line.id)
        .cell(Cell::markup(html! { span.num { (l.datetime(line.at)) } }))
        .cell(Cell::markup(ui::dot(tone, &words(cx, &line.kind))))
        .cell(Cell::markup(who))
        .cell(text(&line.address))
        .cell(text(&line.device))
}
