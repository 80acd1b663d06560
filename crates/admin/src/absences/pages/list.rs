//! Everybody's absences.

use axum::extract::Path;
use kernel::limits::PAGE_ROWS;
use maud::{Markup, html};
use spine::org::edit::CancelAbsence;
use uuid::Uuid;
use web::ui::{self, Button, Cell, Column, PageHeader, Pager, Row, Tab, Table, Tone};
use web::{Answer, Cx, FormData};

use super::HOME;
use crate::absences::queries::{self, Absence};
use crate::pages::{asked, post_button};
use crate::staff::days;

pub(super) async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let query = asked(&cx);
    let is_over = query.raw("show") == "over";
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50) + 1;
    let mark = query.text("mark");
    let mark = mark.split_once('_').and_then(|(day, id)| Some((day.to_owned(), id.parse().ok()?)));
    let mut rows = if is_over {
        let mark = mark.unwrap_or_else(|| ("9999-99".to_owned(), Uuid::max()));
        queries::over(&mut cx.db, l.today, mark, limit).await?
    } else {
        let mark = mark.unwrap_or_else(|| (String::new(), Uuid::nil()));
        queries::ahead(&mut cx.db, l.today, mark, limit).await?
    };
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let next = rows.last().filter(|_| has_more).map(|last| {
        let day = if is_over { last.until } else { last.from };
        let mark = format!("{day}_{}", last.id);
        let show = if is_over { "over" } else { "" };
        format!("{HOME}{}", ui::query_string([("show", show), ("mark", &mark)]))
    });
    let add = Button::primary(l.t("admin-absence-plan")).icon("plus").dialog("/admin/absences/new");
    let body = html! {
        (PageHeader::new(l.t("admin-absences")).lead(html! { (l.t("admin-absences-lead")) }).primary(add).render(&l))
        (ui::tabs(&l.t("admin-absences"), &[
            Tab::new(HOME, l.t("admin-absences-ahead"), !is_over),
            Tab::new(format!("{HOME}?show=over"), l.t("admin-absences-over"), is_over),
        ]))
        (table(&cx, "absences", &rows, HOME, next))
    };
    Ok(cx.page(&l.t("admin-absences"), &body))
}

/// Absences as a table; those that are not over can be called off at `home`/ID/cancel.
pub(super) fn table(
    cx: &Cx,
    id: &str,
    rows: &[Absence],
    home: &str,
    next: Option<String>,
) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let none =
        ui::empty("plane", &l.t("admin-absences-none"), &l.t("admin-absences-none-words"), None);
    let mut table = Table::new(id, l.t("admin-absences"))
        .column(Column::text(l.t("admin-absence-who")).wide())
        .column(Column::text(l.t("admin-absence-days")))
        .column(Column::text(l.t("admin-absence-deputy")))
        .column(Column::text(l.t("admin-absence-reason")).wide())
        .column(Column::text(l.t("admin-absence-state")))
        .live("kind:absence", cx.path.clone())
        .empty(none);
    for absence in rows {
        let reason = match absence.reason.as_str() {
            "" => Cell::none(l),
            text => Cell::text(text),
        };
        let mut row = Row::new(absence.id)
            .cell(Cell::text(directory.staff_name(absence.staff, l.lang)))
            .cell(Cell::text(days(l, absence.from, absence.until)))
            .cell(Cell::text(directory.staff_name(absence.deputy, l.lang)))
            .cell(reason)
            .cell(Cell::markup(state_mark(cx, absence)));
        let works = directory.staff.get(&absence.staff).is_some_and(|s| s.active);
        let may = home == HOME || cx.principal().user_id == Some(absence.staff);
        if absence.until >= l.today && works && may {
            let button = Button::quiet(l.t("admin-absence-cancel")).icon("x");
            row =
                row.actions(post_button(cx, &format!("{home}/{}/cancel", absence.id), &[], button));
        }
        table = table.row(row);
    }
    if let Some(next) = next {
        let words = l.t("admin-by-date");
        table = table.pager(Pager { previous: None, next: Some(next), words });
    }
    table.render(l)
}

fn state_mark(cx: &Cx, absence: &Absence) -> Markup {
    let l = &cx.l;
    if absence.until < l.today {
        ui::dot(Tone::Neutral, &l.t("admin-absence-is-over"))
    } else if absence.from <= l.today {
        ui::badge_with_icon(Tone::Attention, "plane", &l.t("admin-absence-is-now"))
    } else {
        ui::dot(Tone::Info, &web::format::relative_day(l, absence.from))
    }
}

pub(super) async fn cancel(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &CancelAbsence { absence_id: id }).await?;
    Ok(cx.done(HOME, "flash-admin-absence-cancelled"))
}
