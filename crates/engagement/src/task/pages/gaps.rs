//! The report of active clients without a dated next step, by branch and manager, and who they are.

use axum::extract::RawQuery;
use kernel::{BranchId, UserId, limits};
use maud::{Markup, html};
use web::ui::{self, Button, Cell, Column, PageHeader, Pager, Row, Table, Tone};
use web::{Answer, Cx, FormData};

use crate::parts;
use crate::task::counted;
use crate::task::queries::{self, Gap, GapClient};

/// The word for "nobody" and "no branch" in addresses.
const NONE: &str = "none";

pub(super) async fn page(cx: Cx) -> Answer {
    let l = cx.l.clone();
    let counted = counted::gaps(&cx).await?;
    let mut gaps = counted.gaps.as_ref().clone();
    gaps.sort_by_key(|g| (std::cmp::Reverse((g.vip_without_step, g.without_step)), g.manager_id));
    let sum = |of: fn(&Gap) -> i64| gaps.iter().map(of).sum::<i64>();
    let (clients, without, vip) =
        (sum(|g| g.clients), sum(|g| g.without_step), sum(|g| g.vip_without_step));
    let table = Table::new("gaps", l.t("task-gaps"))
        .column(Column::text(l.t("task-gap-manager")).wide())
        .column(Column::text(l.t("task-gap-branch")))
        .column(Column::number(l.t("task-gap-clients")))
        .column(Column::number(l.t("task-gap-without")))
        .column(Column::number(l.t("task-gap-share")))
        .column(Column::number(l.t("task-gap-vip")))
        .rows(
            gaps.iter()
                .filter(|g| g.without_step > 0)
                .take(limits::PAGE_ROWS_MAX)
                .map(|g| row(&cx, g)),
        )
        .sums(vec![
            None,
            None,
            Some(html! { (l.int(clients)) }),
            Some(html! { (l.int(without)) }),
            Some(html! { (l.percent(share(without, clients))) }),
            Some(html! { (l.int(vip)) }),
        ])
        .empty(ui::empty(
            "circle-check",
            &l.t("task-gaps-empty"),
            &l.t("task-gaps-empty-words"),
            None,
        ));
    let content = html! {
        (PageHeader::new(l.t("task-gaps")).crumb("/tasks", l.t("nav-tasks"))
            .lead(html! {
                (l.t("task-gaps-words"))
                @if counted.at != cx.now() {
                    " " (l.ta("task-gaps-at", &[("at", l.datetime(counted.at).into())]))
                }
            })
            .render(&l))
        (table.render(&l))
    };
    Ok(cx.page(&l.t("task-gaps"), &content))
}

/// A share in basis points, rounded to tenths of a percent; nothing of nothing is nothing.
fn share(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { (part.saturating_mul(1_000) + whole / 2) / whole * 10 }
}

fn row(cx: &Cx, gap: &Gap) -> Row {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let manager = match gap.manager_id {
        Some(id) => directory.staff_name(id, l.lang).to_owned(),
        None => l.t("task-gap-nobody"),
    };
    let branch = gap.branch_id.map(|b| directory.branch_name(b, l.lang).to_owned());
    let word = |id: Option<String>| id.unwrap_or_else(|| NONE.to_owned());
    let query = ui::query_string([
        ("branch", word(gap.branch_id.map(|b| b.to_string())).as_str()),
        ("manager", word(gap.manager_id.map(|m| m.to_string())).as_str()),
    ]);
    let row = Row::new(format!(
        "{}-{}",
        word(gap.branch_id.map(|b| b.to_string())),
        word(gap.manager_id.map(|m| m.to_string()))
    ))
    .href(format!("/no-next-step/clients{query}"))
    .cell(Cell::text(manager))
    .cell(branch.map_or_else(|| Cell::none(l), Cell::quiet))
    .cell(Cell::number(l, gap.clients))
    .cell(Cell::number(l, gap.without_step))
    .cell(Cell::text(l.percent(share(gap.without_step, gap.clients))))
    .cell(Cell::number(l, gap.vip_without_step));
    if gap.vip_without_step > 0 { row.tone(Tone::Attention) } else { row }
}

pub(super) async fn clients(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let l = cx.l.clone();
    let sent = FormData::parse(&query.unwrap_or_default());
    let branch: Option<BranchId> = choice(&sent.text("branch"))?;
    let manager: Option<UserId> = choice(&sent.text("manager"))?;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let limit = i64::try_from(limits::PAGE_ROWS).unwrap_or(50);
    let after = (sent.text("after"), sent.text("after_id").parse().ok());
    let mut rows =
        queries::gap_clients(&mut cx.db, &principal, (branch, manager), after, limit + 1).await?;
    let has_more = rows.len() > limits::PAGE_ROWS;
    rows.truncate(limits::PAGE_ROWS);
    let next = rows.last().filter(|_| has_more).map(|last| {
        let id = last.client.id.to_string();
        let pairs = [
            ("branch", sent.raw("branch")),
            ("manager", sent.raw("manager")),
            ("after", last.sort_name.as_str()),
            ("after_id", id.as_str()),
        ];
        format!("/no-next-step/clients{}", ui::query_string(pairs))
    });
    let words = l.ta("task-rows", &[("n", rows.len().into())]);
    let title = match manager {
        Some(_) => parts::staff_name(&cx, manager),
        None => l.t("task-gap-nobody"),
    };
    let table = Table::new("gap-clients", l.t("task-gaps"))
        .column(Column::text(l.t("task-client")).wide())
        .column(Column::text(l.t("column-last-contact")))
        .rows(rows.iter().map(|r| client_row(&cx, r)))
        .pager(Pager { previous: None, next, words });
    let content = html! {
        (PageHeader::new(&title).crumb("/no-next-step", l.t("task-gaps")).render(&l))
        (table.render(&l))
    };
    Ok(cx.page(&title, &content))
}

fn choice<T: std::str::FromStr>(word: &str) -> Result<Option<T>, spine::Error> {
    if word == NONE { Ok(None) } else { parts::id(word).map(Some) }
}

fn client_row(cx: &Cx, gap: &GapClient) -> Row {
    let l = &cx.l;
    let client = &gap.client;
    let name: Markup = html! {
        (parts::client_name(l, client)) @if client.is_vip() { " " (parts::vip_mark(l)) }
    };
    let last = gap.last_contact_at.map_or_else(|| Cell::none(l), |at| Cell::ago(l, at));
    let row = Row::new(client.id)
        .href(format!("/clients/{}", client.id))
        .cell(Cell::markup(name))
        .cell(last);
    if !cx.principal().reaches("task.write", client.owner()) {
        return row;
    }
    let src = format!("/tasks/new?client={}", client.id);
    row.actions(html! { (Button::quiet(l.t("task-add")).icon("plus").dialog(src)) })
}
