//! The steps of scripts that were left out in the visits of a day: a part of its report.

use kernel::{BranchId, Timestamp, UserId};
use maud::{Markup, html};
use spine::Error;
use web::Cx;
use web::i18n::L;
use web::ui::{self, Cell, Column, Panel, Row, Table};

use crate::desk::model::THEME_CHANGED;
use crate::desk::queries::{self, LeftOutRow, ThemeRow};

/// Those of a branch and clerk within two instants, the latest ones, so many at most; whether there are more.
pub(super) async fn part(
    cx: &mut Cx,
    whose: (Option<BranchId>, Option<UserId>),
    (within, most): ((Timestamp, Timestamp), usize),
) -> Result<(Markup, bool), Error> {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = queries::left_out(&mut cx.db, &principal, whose, (within, limit)).await?;
    let has_more = rows.len() > most;
    rows.truncate(most);
    let themes = match rows.is_empty() {
        true => Vec::new(),
        false => queries::themes(&mut cx.db).await?,
    };
    let l = &cx.l;
    let mut panel = Panel::new(l.t("desk-left-out")).flush();
    if has_more {
        panel = panel.footer(html! { (l.ta("desk-left-out-first", &[("n", most.into())])) });
    }
    Ok((panel.render(&table(cx, &rows, &themes)), has_more))
}

/// Why a step was left out, in words.
fn why(l: &L, reason: &str) -> String {
    match reason {
        THEME_CHANGED => l.t("visit-left-out-theme"),
        words => words.to_owned(),
    }
}

fn table(cx: &Cx, rows: &[LeftOutRow], themes: &[ThemeRow]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let what = |row: &LeftOutRow| {
        let theme = row.theme_id.and_then(|id| themes.iter().find(|t| t.id == id));
        theme.map_or_else(
            || row.step.clone(),
            |t| format!("{} · {}", t.shown_name(l.lang), row.step),
        )
    };
    let lines = rows.iter().map(|row| {
        Row::new(row.id)
            .cell(Cell::text(web::format::time(l, row.at)))
            .cell(Cell::text(&row.ticket))
            .cell(Cell::text(directory.staff_name(row.clerk_id, l.lang)))
            .cell(Cell::text(what(row)))
            .cell(Cell::text(why(l, &row.reason)))
    });
    Table::new("desk-left-out", l.t("desk-left-out"))
        .column(Column::text(l.t("operation-at")))
        .column(Column::text(l.t("visit-ticket")))
        .column(Column::text(l.t("operation-clerk")))
        .column(Column::text(l.t("desk-left-out-step")).wide())
        .column(Column::text(l.t("desk-left-out-reason")).wide())
        .rows(lines)
        .empty(ui::empty("clipboard-check", &l.t("desk-left-out-none"), "", None))
        .render(l)
}
