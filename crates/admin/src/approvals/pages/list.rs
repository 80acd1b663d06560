//! What waits for this person's decision, and what he asked for himself.

use kernel::Timestamp;
use kernel::limits::PAGE_ROWS;
use maud::Markup;
use spine::approval::{Approval, State, queries};
use uuid::Uuid;
use web::i18n::L;
use web::ui::{self, Cell, Column, PageHeader, Pager, Row, Tab, Table, Tone};
use web::{Answer, Cx};

use super::HOME;
use crate::pages::asked;

pub(super) async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let query = asked(&cx);
    let is_mine = query.raw("show") == "mine";
    let mark = query.text("mark");
    let mark = mark.split_once('_').and_then(|(at, id)| {
        Some((Timestamp::from_micros(at.parse().ok()?), id.parse::<Uuid>().ok()?))
    });
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50) + 1;
    let mut rows = if is_mine {
        let mark = mark.unwrap_or((Timestamp::from_micros(i64::MAX), Uuid::max()));
        let me = cx.principal().user_id.ok_or(spine::Error::NotFound)?;
        queries::made_by(&mut cx.db, me, mark, limit).await?
    } else {
        let mark = mark.unwrap_or((Timestamp::from_micros(0), Uuid::nil()));
        let directory = cx.app.services.directory.get();
        let (principal, today) = (std::sync::Arc::clone(&cx.ctx.principal), cx.today_utc());
        queries::to_decide(&mut cx.db, &directory, &principal, today, mark, limit).await?
    };
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let next = rows.last().filter(|_| has_more).map(|last| {
        let mark = format!("{}_{}", last.made_at.micros(), last.id);
        let show = if is_mine { "mine" } else { "" };
        format!("{HOME}{}", ui::query_string([("show", show), ("mark", &mark)]))
    });
    let body = maud::html! {
        (PageHeader::new(l.t("approvals")).lead(maud::html! { (l.t("approvals-lead")) }).render(&l))
        (ui::tabs(&l.t("approvals"), &[
            Tab::new(HOME, l.t("approvals-to-decide"), !is_mine),
            Tab::new(format!("{HOME}?show=mine"), l.t("approvals-mine"), is_mine),
        ]))
        (table(&cx, &rows, is_mine, next))
    };
    Ok(cx.page(&l.t("approvals"), &body))
}

fn table(cx: &Cx, rows: &[Approval], is_mine: bool, next: Option<String>) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let words = if is_mine { "approvals-mine-none" } else { "approvals-none" };
    let none = ui::empty("user-check", &l.t(words), &l.t("approvals-none-words"), None);
    let mut table = Table::new("approvals", l.t("approvals"))
        .column(Column::text(l.t("approval-what")).wide())
        .column(Column::text(l.t("approval-maker")))
        .column(Column::text(l.t("approval-since")))
        .column(Column::text(l.t("approval-until")))
        .column(Column::text(l.t("approval-state")).wide())
        .live("kind:approval", cx.path.clone())
        .empty(none);
    for approval in rows {
        let maker = approval.maker_id.map(|id| directory.staff_name(id, l.lang).to_owned());
        table = table.row(
            Row::new(approval.id)
                .href(format!("{HOME}/{}", approval.id))
                .cell(Cell::text(cx.command_words(&approval.command)))
                .cell(Cell::text(maker.unwrap_or_else(|| l.t("admin-system"))))
                .cell(Cell::ago(l, approval.made_at))
                .cell(Cell::text(l.datetime(approval.expires_at)))
                .cell(Cell::markup(state_mark(l, approval.state))),
        );
    }
    if let Some(next) = next {
        table =
            table.pager(Pager { previous: None, next: Some(next), words: l.t("admin-by-date") });
    }
    table.render(l)
}

/// The state of a request.
pub(super) fn state_mark(l: &L, state: State) -> Markup {
    match state {
        State::Waiting => {
            ui::badge_with_icon(Tone::Attention, "hourglass", &l.t("approval-state-waiting"))
        }
        State::Approved => ui::dot(Tone::Good, &l.t("approval-state-approved")),
        State::Declined => ui::dot(Tone::Danger, &l.t("approval-state-declined")),
        State::Withdrawn => ui::dot(Tone::Neutral, &l.t("approval-state-withdrawn")),
        State::Expired => ui::dot(Tone::Neutral, &l.t("approval-state-expired")),
    }
}
