//! The list itself.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Refusals;
use maud::{Markup, html};
use spine::{Error, Scope};
use web::ui::{
    self, BulkAction, Button, Column as Head, Density, PageHeader, Pager, Panel, Row,
    SortDirection, State, Table,
};
use web::{Answer, Cx};

use super::rows::{Asked, Beside, MATCHES_MAX, added};
use super::{cells, filters, list_href, pairs_of, views};
use crate::list::model::{Address, Column, Sort, Turn};
use crate::list::queries::{self, ListRow, Page};

pub(super) async fn page(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let address = Address::parse(&pairs_of(&query.unwrap_or_default()));
    let mut asked = match Asked::read(&cx, address.clone()).await {
        Ok(asked) => asked,
        Err(Error::Refused(refusals)) => return unclear(&mut cx, &address, &refusals).await,
        Err(other) => return Err(other.into()),
    };
    let matches = asked.matches(&cx).await?;
    let found = read(&mut cx, &mut asked, matches.as_deref()).await?;
    let beside = Beside::read(&cx, &mut cx.db.clone(), &asked.columns, &found.rows).await?;
    let tabs = views::tabs(&mut cx, &asked.address).await?;
    let is_cut = matches.is_some_and(|ids| ids.len() >= MATCHES_MAX);
    let content = html! {
        (header(&cx))
        (tabs.bar)
        (filters::bar(&cx, &asked.address, &asked.added, Some(&asked), &tabs.menu))
        (Panel::new("").flush().render(&table(&cx, &asked, &found, &beside, is_cut)))
    };
    Ok(cx.page(&cx.l.t("nav-clients"), &content))
}

/// Reads the page; before the first row there is always the first page, never a short one.
async fn read(
    cx: &mut Cx,
    asked: &mut Asked,
    ids: Option<&[kernel::ClientId]>,
) -> Result<Page, Error> {
    // a condition that fits few of many clients may read for long
    let mut db = if asked.tests.is_empty() { cx.db.clone() } else { cx.db.long() };
    let extras = asked.extras();
    let found = queries::page(&mut db, &asked.ask(cx, ids, &extras)).await?;
    if matches!(asked.address.turn, Turn::Before(_)) && !found.has_more {
        asked.address.turn = Turn::First;
        return Ok(queries::page(&mut db, &asked.ask(cx, ids, &extras)).await?);
    }
    Ok(found)
}

/// Conditions that were not understood: they are named, and nobody is shown.
async fn unclear(
    cx: &mut Cx,
    address: &Address,
    refusals: &Refusals,
) -> Result<Response, web::Failure> {
    let tabs = views::tabs(cx, address).await?;
    let added = added(cx).await?;
    let words = cx.refusal_words(refusals.0.iter());
    let clear = list_href(&address.kept_pairs());
    let state = State::new("filter", cx.l.t("list-unclear"), words.join(" "))
        .action(Button::secondary(cx.l.t("list-clear-filter")).href(clear));
    let content = html! {
        (header(cx))
        (tabs.bar)
        (filters::bar(cx, address, &added, None, &tabs.menu))
        (Panel::new("").flush().render(&state.render()))
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(cx.page_with_status(status, &cx.l.t("nav-clients"), &content))
}

fn header(cx: &Cx) -> Markup {
    let l = &cx.l;
    let mut header = PageHeader::new(l.t("nav-clients")).lead(html! { (scope_words(cx)) });
    if let Some(href) = import_href(cx) {
        let button = Button::secondary(l.t("list-import")).icon("upload").href(href);
        header = header.other(html! { (button) });
    }
    if cx.principal().has("client.create") {
        header = header.primary(Button::primary(l.t("list-new")).icon("plus").href("/clients/new"));
    }
    header.render(l)
}

/// Whose clients "all" are.
fn scope_words(cx: &Cx) -> String {
    let (l, principal) = (&cx.l, cx.principal());
    let directory = cx.app.services.directory.get();
    match principal.scope("client.read") {
        None | Some(Scope::Own) => l.t("list-scope-own"),
        Some(Scope::Team) => l.t("list-scope-team"),
        Some(Scope::Branch) => {
            let name = principal.branch_id.map_or("", |id| directory.branch_name(id, l.lang));
            l.ta("list-scope-branch", &[("name", name.into())])
        }
        Some(Scope::Region) => {
            let region = principal.region_id.and_then(|id| directory.regions.get(&id));
            let name = region.map_or("", |region| region.shown_name(l.lang));
            l.ta("list-scope-region", &[("name", name.into())])
        }
        Some(Scope::Bank) => l.t("list-scope-bank"),
    }
}

/// Where clients are imported, when such a room is in the house and open to the person.
fn import_href(cx: &Cx) -> Option<&'static str> {
    let nav = cx.app.nav.iter().find(|n| n.permission == "import.run");
    nav.filter(|n| cx.principal().has(n.permission)).map(|n| n.href)
}

fn table(cx: &Cx, asked: &Asked, found: &Page, beside: &Beside, is_cut: bool) -> Markup {
    let l = &cx.l;
    let address = &asked.address;
    let mut table = Table::new("clients", l.t("nav-clients"))
        .density(density(cx))
        .live("kind:client", list_href(&address.page_pairs()))
        .empty(empty(cx, address));
    if !found.rows.is_empty() || address.turn != Turn::First {
        table = table.pager(pager(cx, address, found, is_cut));
    }
    for column in &asked.columns {
        table = table.column(head(cx, address, column));
    }
    for row in &found.rows {
        table = table.row(line(cx, asked, row, beside));
    }
    for action in bulk(cx) {
        table = table.bulk(action);
    }
    table.render(l)
}

fn density(cx: &Cx) -> Density {
    let directory = cx.app.services.directory.get();
    let me = cx.principal().user_id.and_then(|id| directory.staff.get(&id));
    me.map_or(Density::Compact, |member| Density::from_code(&member.density))
}

fn head(cx: &Cx, address: &Address, column: &Column) -> Head {
    let head = Head::text(column.words(&cx.l));
    let head = if column.key() == "name" { head.wide() } else { head };
    let Some(key) = column.sort() else { return head };
    let now = (address.sort.key == key).then_some(address.sort.descending);
    let descending = now.map_or(key.descends_first(), |descending| !descending);
    let next = Sort { key, descending };
    let sorted =
        now.map(
            |descending| {
                if descending { SortDirection::Descending } else { SortDirection::Ascending }
            },
        );
    let other = Address { sort: next, ..address.clone() };
    head.sort(list_href(&other.list_pairs()), sorted)
}

fn line(cx: &Cx, asked: &Asked, row: &ListRow, beside: &Beside) -> Row {
    let id = row.head.id;
    let mut line = Row::new(id).href(format!("/clients/{id}"));
    for cell in cells::cells(cx, &asked.columns, row, beside) {
        line = line.cell(cell);
    }
    if cx.principal().reaches("client.edit", row.head.owner()) {
        let src = format!("/clients/{id}/edit");
        let edit = ui::icon_button("pencil", &cx.l.t("client-edit"), &[("data-dialog-src", &src)]);
        line = line.actions(edit);
    }
    line
}

fn bulk(cx: &Cx) -> Vec<BulkAction> {
    let l = &cx.l;
    let may = |permission: &str| cx.principal().has(permission);
    let mut actions = Vec::new();
    if may("client.assign") {
        let label = l.t("list-bulk-assign");
        actions.push(BulkAction::dialog("/clients/bulk/assign", "user-check", label));
    }
    if may("client.edit") {
        let label = l.t("list-bulk-segment");
        actions.push(BulkAction::dialog("/clients/bulk/segment", "tag", label));
    }
    if may("client.export") {
        actions.push(BulkAction::post("/clients/export", "download", l.t("list-bulk-export")));
        if cx.app.contact_format.is_some() {
            let label = l.t("list-bulk-cards");
            actions.push(BulkAction::post("/clients/export/cards", "id-card", label));
        }
    }
    actions
}

fn pager(cx: &Cx, address: &Address, found: &Page, is_cut: bool) -> Pager {
    let turned = |turn: Turn| list_href(&Address { turn, ..address.clone() }.page_pairs());
    let first = found.rows.first().map(|row| row.cursor.clone());
    let last = found.rows.last().map(|row| row.cursor.clone());
    let (has_previous, has_next) = match &address.turn {
        Turn::First => (false, found.has_more),
        Turn::After(_) => (true, found.has_more),
        Turn::Before(_) => (found.has_more, true),
    };
    let previous = has_previous.then(|| first.map_or(Turn::First, Turn::Before)).map(turned);
    let next = last.filter(|_| has_next).map(|cursor| turned(Turn::After(cursor)));
    let words = if is_cut {
        cx.l.ta("list-best-matches", &[("n", MATCHES_MAX.into())])
    } else {
        cx.l.ta("list-rows", &[("n", found.rows.len().into())])
    };
    Pager { previous, next, words }
}

/// Nobody in the book yet, or nobody who fits.
fn empty(cx: &Cx, address: &Address) -> Markup {
    let l = &cx.l;
    if !address.asks_for_all() {
        let clear = list_href(&address.kept_pairs());
        let button = Button::secondary(l.t("list-clear-filter")).icon("x").href(clear);
        return ui::empty(
            "search",
            &l.t("list-none-fit"),
            &l.t("list-none-fit-words"),
            Some(button),
        );
    }
    let new = cx
        .principal()
        .has("client.create")
        .then(|| Button::primary(l.t("list-new")).icon("plus").href("/clients/new"));
    let mut state = State::new("users", l.t("list-none"), l.t("list-none-words"));
    if let Some(href) = import_href(cx) {
        let import = Button::secondary(l.t("list-import")).icon("upload").href(href);
        state = state.details(html! { (import) });
    }
    if let Some(button) = new {
        state = state.action(button);
    }
    state.render()
}
