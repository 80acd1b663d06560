//! All regions with their branches, and all teams, on one page.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use kernel::{BranchId, Refusals, TeamId};
use maud::{Markup, html};
use spine::Error;
use spine::org::{Branch, Region, Team};
use web::ui::{self, Button, Cell, Column, Menu, MenuItem, PageHeader, Panel, Row, Table, Tone};
use web::{Answer, Cx};

use super::HOME;
use crate::pages::summary;

/// Active staff by branch and by team.
#[derive(Default)]
struct People {
    branches: BTreeMap<BranchId, i64>,
    teams: BTreeMap<TeamId, i64>,
}

fn people(cx: &Cx) -> People {
    let mut people = People::default();
    for member in cx.app.services.directory.get().staff.values().filter(|s| s.active) {
        if let Some(branch) = member.branch_id {
            *people.branches.entry(branch).or_default() += 1;
        }
        if let Some(team) = member.team_id {
            *people.teams.entry(team).or_default() += 1;
        }
    }
    people
}

pub(super) async fn list(cx: Cx) -> Answer {
    let body = markup(&cx, &Refusals::default());
    Ok(cx.page(&cx.l.t("admin-branches"), &body))
}

/// The page again, with why something on it was refused; other outcomes of a button on it as they are.
pub(super) fn after_button(cx: &Cx, outcome: Result<(), Error>) -> Answer {
    match outcome {
        Ok(()) => Ok(cx.done(HOME, "flash-admin-saved")),
        Err(Error::Refused(refusals)) => {
            let body = markup(cx, &refusals);
            let title = cx.l.t("admin-branches");
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &body))
        }
        Err(other) => Err(other.into()),
    }
}

fn markup(cx: &Cx, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let people = people(cx);
    let mut regions: Vec<&Region> = directory.regions.values().collect();
    regions.sort_by(|a, b| a.code.cmp(&b.code));
    let menu = Menu::new("new-place", l.t("admin-branches-new-other"))
        .item(dialog("/admin/regions/new", "globe", l.t("admin-region-new")))
        .item(dialog("/admin/teams/new", "users", l.t("admin-team-new")));
    let add = Button::primary(l.t("admin-branch-new")).icon("plus").dialog("/admin/branches/new");
    let mut header =
        PageHeader::new(l.t("admin-branches")).lead(html! { (l.t("admin-branches-lead")) });
    if !regions.is_empty() {
        header = header.primary(add);
    }
    html! {
        (header.other(menu.render()).render(l))
        (summary(cx, refusals))
        div.stack id="places" data-live="kind:region kind:branch kind:team kind:staff" data-live-src=(HOME) {
            @if regions.is_empty() { (no_regions(cx)) }
            @for region in regions { (region_panel(cx, region, &people)) }
            (teams_panel(cx, &people))
        }
    }
}

fn dialog(src: &str, icon: &'static str, label: String) -> MenuItem {
    MenuItem::Dialog { src: src.to_owned(), icon, label }
}

fn no_regions(cx: &Cx) -> Markup {
    let l = &cx.l;
    let add = Button::primary(l.t("admin-region-new")).icon("plus").dialog("/admin/regions/new");
    ui::empty("globe", &l.t("admin-branches-none"), &l.t("admin-branches-none-words"), Some(add))
}

fn region_panel(cx: &Cx, region: &Region, people: &People) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut branches: Vec<&Branch> =
        directory.branches.values().filter(|b| b.region_id == region.id).collect();
    branches.sort_by(|a, b| (a.archived, &a.code).cmp(&(b.archived, &b.code)));
    let href = format!("/admin/branches/new?region={}", region.id);
    let add = Button::secondary(l.t("admin-branch-new")).icon("plus").dialog(href);
    let none = ui::empty(
        "landmark",
        &l.t("admin-region-empty"),
        &l.t("admin-region-empty-words"),
        Some(add),
    );
    let mut table = Table::new(format!("region-{}", region.id), region.shown_name(l.lang))
        .column(Column::text(l.t("admin-branch-name")).wide())
        .column(Column::text(l.t("admin-code")))
        .column(Column::text(l.t("admin-branch-address")).wide())
        .column(Column::text(l.t("admin-branch-zone")))
        .column(Column::text(l.t("admin-branch-mode")))
        .column(Column::number(l.t("admin-staff")))
        .empty(none);
    for branch in branches {
        let count = people.branches.get(&branch.id).copied().unwrap_or(0);
        table = table.row(branch_row(cx, branch, count));
    }
    let edit = Button::quiet(l.t("admin-edit"))
        .icon("pencil")
        .dialog(format!("/admin/regions/{}", region.id));
    Panel::new(format!("{} · {}", region.shown_name(l.lang), region.code))
        .icon("globe")
        .actions(edit.render())
        .flush()
        .render(&table.render(l))
}

fn branch_row(cx: &Cx, branch: &Branch, people: i64) -> Row {
    let l = &cx.l;
    let href = format!("/admin/branches/{}", branch.id);
    let name = html! {
        a href=(href) data-dialog-src=(href) { (branch.shown_name(l.lang)) }
        @if branch.archived { " " (ui::badge(Tone::Neutral, &l.t("admin-archived"))) }
    };
    let address = match branch.address.as_str() {
        "" => Cell::none(l),
        text => Cell::text(text),
    };
    Row::new(branch.id)
        .cell(Cell::markup(name))
        .cell(Cell::quiet(&branch.code))
        .cell(address)
        .cell(Cell::quiet(&branch.zone))
        .cell(Cell::text(l.t(&format!("admin-mode-{}", branch.mode))))
        .cell(Cell::number(l, people))
        .actions(row_menu(cx, branch.id, &href, branch.archived))
}

/// What can be done with a branch or team: edit it, take it out of use, or back into use.
fn row_menu(cx: &Cx, id: impl ToString, href: &str, archived: bool) -> Markup {
    let l = &cx.l;
    let (key, icon, value) = match archived {
        true => ("admin-unarchive", "undo-2", "0"),
        false => ("admin-archive", "folder-open", "1"),
    };
    Menu::dots(format!("menu-{}", id.to_string()), l.t("ui-actions"))
        .item(dialog(href, "pencil", l.t("admin-edit")))
        .item(MenuItem::Post {
            action: format!("{href}/archived"),
            values: vec![
                ("_id".to_owned(), cx.form_id()),
                ("archived".to_owned(), value.to_owned()),
            ],
            icon,
            label: l.t(key),
        })
        .render()
}

fn teams_panel(cx: &Cx, people: &People) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let place = |t: &Team| {
        t.branch_id.map_or_else(
            || l.t("admin-head-office"),
            |b| directory.branch_name(b, l.lang).to_owned(),
        )
    };
    let mut teams: Vec<&Team> = directory.teams.values().collect();
    teams.sort_by_cached_key(|t| (t.archived, place(t), t.shown_name(l.lang).to_lowercase()));
    let add = Button::secondary(l.t("admin-team-new")).icon("plus").dialog("/admin/teams/new");
    let none = ui::empty(
        "users",
        &l.t("admin-teams-none"),
        &l.t("admin-teams-none-words"),
        Some(add.clone()),
    );
    let mut table = Table::new("teams", l.t("admin-teams"))
        .column(Column::text(l.t("admin-team-name")).wide())
        .column(Column::text(l.t("admin-staff-branch")))
        .column(Column::number(l.t("admin-staff")))
        .empty(none);
    for team in teams {
        let href = format!("/admin/teams/{}", team.id);
        let name = html! {
            a href=(href) data-dialog-src=(href) { (team.shown_name(l.lang)) }
            @if team.archived { " " (ui::badge(Tone::Neutral, &l.t("admin-archived"))) }
        };
        table = table.row(
            Row::new(team.id)
                .cell(Cell::markup(name))
                .cell(Cell::text(place(team)))
                .cell(Cell::number(l, people.teams.get(&team.id).copied().unwrap_or(0)))
                .actions(row_menu(cx, team.id, &href, team.archived)),
        );
    }
    Panel::new(l.t("admin-teams"))
        .icon("users")
        .actions(add.render())
        .flush()
        .render(&table.render(l))
}
