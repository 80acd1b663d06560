//! The panel of the client card.

use crate::parts::deed_words;
use kernel::ClientId;
use maud::{Markup, html};
use spine::Error;
use spine::authority::{GRANT, PreApproval, State, queries};
use spine::secrecy::Group;
use web::ui::{Button, Cell, Column, Panel, Row, Table, Tone, badge, empty};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

/// Who works at the desk: he uses what was approved.
const SERVE: &str = "desk.serve";

pub(super) struct Approvals;

impl CardPanel for Approvals {
    fn key(&self) -> &'static str {
        "pre-approvals"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        28
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(render(cx, client))
    }
}

async fn render(cx: &Cx, client: CardClient) -> Result<Option<Markup>, Error> {
    let may_grant =
        !cx.app.services.bus.is_at_branch() && cx.principal().reaches(GRANT, client.owner);
    let is_his = may_grant || cx.principal().has(SERVE);
    if !is_his || !cx.reads(client.owner, Group::Holdings) {
        return Ok(None);
    }
    let all = queries::pre_approvals(&mut cx.db.clone(), client.id).await?;
    if all.is_empty() && !may_grant {
        return Ok(None);
    }
    let l = &cx.l;
    let home = format!("/clients/{}", client.id);
    let mut panel = Panel::new(l.t("pre-approvals"))
        .icon("badge-check")
        .id("panel-pre-approvals")
        .flush()
        .live(format!("client:{}", client.id), format!("{home}/panel/pre-approvals"));
    if may_grant {
        let add = Button::quiet(l.t("pre-approval-new")).icon("plus");
        panel = panel.actions(add.dialog(format!("{home}/pre-approvals/new")).render());
    }
    Ok(Some(panel.render(&table(cx, client.id, (&all, may_grant)))))
}

fn table(cx: &Cx, client: ClientId, (all, may_grant): (&[PreApproval], bool)) -> Markup {
    let l = &cx.l;
    let lead = l.t("pre-approvals-lead");
    let none = empty("badge-check", &l.t("pre-approvals-none"), &lead, None);
    let mut table = Table::new("pre-approvals", l.t("pre-approvals"))
        .column(Column::text(l.t("pre-approval-command")).wide())
        .column(Column::number(l.t("pre-approval-amount")))
        .column(Column::text(l.t("pre-approval-until")))
        .column(Column::text(l.t("pre-approval-by")))
        .column(Column::text(l.t("pre-approval-state")))
        .empty(none);
    let directory = cx.app.services.directory.get();
    // what counts first
    for one in all.iter().rev() {
        let state = one.state(cx.now());
        let by = one.granted_by.map(|id| directory.staff_name(id, l.lang).to_owned());
        let mut row = Row::new(one.id)
            .cell(Cell::text(deed_words(cx, &one.command)))
            .cell(Cell::money(l, one.amount))
            .cell(Cell::text(l.datetime(one.until)))
            .cell(by.map_or_else(|| Cell::none(l), Cell::text))
            .cell(Cell::markup(mark(cx, state)));
        if may_grant && state == State::Open {
            let withdraw = Button::quiet(l.t("pre-approval-withdraw")).icon("undo-2");
            let path = format!("/clients/{client}/pre-approvals/{}/withdraw", one.id);
            row = row.actions(html! { (withdraw.dialog(path).render()) });
        }
        table = table.row(row);
    }
    table.render(l)
}

fn mark(cx: &Cx, state: State) -> Markup {
    let tone = match state {
        State::Open => Tone::Good,
        State::Used | State::Expired => Tone::Neutral,
        State::Withdrawn => Tone::Attention,
    };
    badge(tone, &cx.l.t(&format!("pre-approval-state-{}", state.key())))
}
