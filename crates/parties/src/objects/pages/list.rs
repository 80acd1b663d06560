//! The list of a kind of record: filter, order, columns, file.

use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{ClientId, Refusals};
use maud::{Markup, html};
use web::ui::{
    self, Button, Cell, Column, FilterBar, Menu, MenuItem, Opt, PageHeader, Pager, Panel, Row,
    SortDirection, State, Table, column_chooser,
};
use web::{Answer, Cx, FormData};

use super::{Kind, bulk, home, kind, views};
use crate::fields::model::{Field, Object};
use crate::fields::{self, Linked};
use crate::list::{filter_fields, pairs_of, query_of, shown_conditions};
use crate::objects::list::{Asked, Order, place_text};
use crate::objects::queries::{self, Page, Record};

pub(super) type Pairs = Vec<(String, String)>;

/// The address without the place, and without what `but` names.
pub(super) fn kept(pairs: &Pairs, but: &[&str]) -> Pairs {
    let is_kept = |(name, value): &&(String, String)| {
        name != "after" && !but.contains(&name.as_str()) && !value.is_empty()
    };
    let conditions = ["field", "op", "value"];
    let is_condition = |name: &str| conditions.contains(&name) && !but.contains(&name);
    let all = pairs.iter().filter(|pair| is_kept(pair) || is_condition(&pair.0));
    all.cloned().collect()
}

fn href(object: &Object, pairs: &Pairs) -> String {
    match query_of(pairs) {
        query if query.is_empty() => home(object),
        query => format!("{}?{query}", home(object)),
    }
}

pub(super) async fn page(mut cx: Cx, Path(key): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let Kind { object, fields } = kind(&cx, &key).await?;
    let pairs = pairs_of(&query.unwrap_or_default());
    let asked = match Asked::read(&cx, (Arc::clone(&object), fields.clone()), &pairs) {
        Ok(asked) => asked,
        Err(refusals) => return Ok(unclear(&cx, (&object, &fields), &pairs, &refusals)),
    };
    let mut db = if asked.asks_for_all() { cx.db.clone() } else { cx.db.long() };
    let found = queries::page(&mut db, &cx, &asked, "record.read").await?;
    let columns = columns(&asked.fields, &pairs);
    let linked = fields::linked(&cx, &columns, found.rows.iter().map(|r| &r.custom)).await?;
    let tabs = views::tabs(&mut cx, &object, &pairs).await?;
    let name = object.spec.many(cx.l.lang).to_owned();
    let content = html! {
        (header(&cx, &object))
        (tabs.bar)
        (bar(&cx, &asked, (&columns, &tabs.menu), &pairs))
        (Panel::new("").flush().render(&table(&cx, &asked, &found, (&columns, &linked), &pairs)))
    };
    Ok(cx.page(&name, &content))
}

fn header(cx: &Cx, object: &Object) -> Markup {
    let l = &cx.l;
    let mut header = PageHeader::new(object.spec.many(l.lang));
    let may_import = cx.app.nav.iter().any(|n| n.permission == "import.run")
        && cx.principal().has("import.run")
        && cx.principal().has("record.edit");
    if may_import {
        let href = format!("/imports/new?mapping=record:{}", object.key);
        let button = Button::secondary(l.t("list-import")).icon("upload").href(href);
        header = header.other(html! { (button) });
    }
    if cx.principal().has("record.edit")
        && object.spec.client_link != crate::fields::model::ClientLink::Required
    {
        let new = Button::primary(l.t("records-new")).icon("plus");
        header = header.primary(new.href(format!("{}/new", home(object))));
    }
    header.render(l)
}

/// The columns of the address, else those the administrator has put into the list.
fn columns(fields: &[Arc<Field>], pairs: &Pairs) -> Vec<Arc<Field>> {
    let chosen = pairs.iter().find(|(name, _)| name == "cols").map(|(_, value)| value.as_str());
    let is_shown = |f: &&Arc<Field>| match chosen {
        Some(keys) => keys.split(',').any(|key| key == f.key),
        None => f.spec.listed,
    };
    fields.iter().filter(is_shown).map(Arc::clone).collect()
}

fn bar(cx: &Cx, asked: &Asked, (columns, more): (&[Arc<Field>], &Markup), pairs: &Pairs) -> Markup {
    let (l, object) = (&cx.l, &*asked.object);
    let options: Vec<Opt> =
        asked.fields.iter().map(|f| Opt::new(f.key.clone(), f.spec.shown_label(l.lang))).collect();
    let shown: Vec<&str> = columns.iter().map(|f| f.key.as_str()).collect();
    let query = query_of(&kept(pairs, &[]));
    let action = format!("{}/columns", home(object));
    let end = html! {
        (more)
        (column_chooser(l, "records-columns", &action, &[("query", query.as_str())], &options, &shown))
        @if cx.principal().has("record.export") {
            (export(cx, object, pairs))
        }
    };
    conditions(cx, object, &asked.fields, pairs)
        .later(format!("{}/filter?{query}", home(object)))
        .end(end)
        .render(l)
}

fn export(cx: &Cx, object: &Object, pairs: &Pairs) -> Markup {
    let l = &cx.l;
    let link = |format: &str, label: String| {
        let mut pairs = kept(pairs, &["cols"]);
        pairs.push(("format".to_owned(), format.to_owned()));
        let href = format!("{}/export?{}", home(object), query_of(&pairs));
        MenuItem::Link { href, icon: "download", label }
    };
    let max = l.int(i64::try_from(kernel::limits::EXPORT_ROWS_MAX).unwrap_or(i64::MAX));
    Menu::new("records-export", l.t("list-export"))
        .item(MenuItem::Heading(l.ta("records-export-words", &[("max", max.into())])))
        .item(link("xlsx", l.t("list-export-xlsx")))
        .item(link("csv", l.t("list-export-csv")))
        .render()
}

fn conditions(cx: &Cx, object: &Object, fields: &[Arc<Field>], pairs: &Pairs) -> FilterBar {
    let _ = object;
    let search = pairs.iter().find(|(name, _)| name == "q").map_or("", |(_, value)| value.as_str());
    let mut bar = FilterBar::new("records-bar", filter_fields(cx, fields), shown_conditions(pairs))
        .search(search, cx.l.t("records-search"));
    for (name, value) in kept(pairs, &["q", "field", "op", "value"]) {
        bar = bar.keep(name, value);
    }
    bar
}

/// `GET …/filter`: the builder alone.
pub(super) async fn builder(cx: Cx, Path(key): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let Kind { object, fields } = kind(&cx, &key).await?;
    let pairs = pairs_of(&query.unwrap_or_default());
    let form = conditions(&cx, &object, &fields, &pairs).action(home(&object)).form(&cx.l);
    let title = cx.l.t("list-filter-title");
    if cx.is_fragment {
        return Ok(cx.part(&form));
    }
    let header =
        PageHeader::new(&title).crumb(home(&object), object.spec.many(cx.l.lang).to_owned());
    Ok(cx.page(&title, &html! { (header.render(&cx.l)) (Panel::new("").render(&form)) }))
}

/// `POST …/columns`: the same list with other columns; writes nothing.
pub(super) async fn choose_columns(cx: Cx, Path(key): Path<String>, sent: FormData) -> Answer {
    let Kind { object, fields } = kind(&cx, &key).await?;
    let mut pairs = kept(&pairs_of(sent.raw("query")), &["cols"]);
    let wanted = fields.iter().filter(|f| sent.all("col").contains(&f.key));
    let keys: Vec<&str> = wanted.map(|f| f.key.as_str()).collect();
    // no column at all is a choice, too
    let keys = if keys.is_empty() { "none".to_owned() } else { keys.join(",") };
    pairs.push(("cols".to_owned(), keys));
    Ok(Redirect::to(&href(&object, &pairs)).into_response())
}

fn unclear(
    cx: &Cx,
    (object, fields): (&Object, &[Arc<Field>]),
    pairs: &Pairs,
    refusals: &Refusals,
) -> Response {
    let words = cx.refusal_words(refusals.0.iter());
    let clear = href(object, &kept(pairs, &["field", "op", "value"]));
    let state = State::new("filter", cx.l.t("list-unclear"), words.join(" "))
        .action(Button::secondary(cx.l.t("list-clear-filter")).href(clear));
    let content = html! {
        (header(cx, object))
        (conditions(cx, object, fields, pairs).render(&cx.l))
        (Panel::new("").flush().render(&state.render()))
    };
    let name = object.spec.many(cx.l.lang);
    cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, name, &content)
}

fn table(
    cx: &Cx,
    asked: &Asked,
    found: &Page,
    (columns, linked): (&[Arc<Field>], &Linked),
    pairs: &Pairs,
) -> Markup {
    let (l, object) = (&cx.l, &asked.object);
    let none = ui::empty("database", &l.t("records-none"), &l.t("records-none-words"), None);
    let mut table = Table::new("records", object.spec.many(l.lang))
        .live("kind:custom_record", href(object, pairs))
        .empty(none)
        .column(head(asked, pairs, Column::text(object.spec.one(l.lang)).wide(), "title"));
    if object.spec.client_link != crate::fields::model::ClientLink::None {
        table = table.column(Column::text(l.t("records-client")).wide());
    }
    for field in columns {
        let column = Column::text(field.spec.shown_label(l.lang));
        let column =
            if field.is_sortable() { head(asked, pairs, column, &field.key) } else { column };
        table = table.column(column);
    }
    table = table.column(head(asked, pairs, Column::text(l.t("records-updated")), "updated"));
    for action in bulk::actions(cx, object, asked.archived) {
        table = table.bulk(action);
    }
    for record in &found.rows {
        table = table.row(row(cx, object, record, (columns, linked)));
    }
    if let Some(next) = &found.next {
        let mut pairs = kept(pairs, &[]);
        pairs.push(("after".to_owned(), place_text(next)));
        let words = l.ta("list-rows", &[("n", found.rows.len().into())]);
        table = table.pager(Pager { previous: None, next: Some(href(object, &pairs)), words });
    }
    table.render(l)
}

fn head(asked: &Asked, pairs: &Pairs, column: Column, word: &str) -> Column {
    let now = asked.sort_text();
    let is_now = now.trim_start_matches('-') == word;
    let begins_down = matches!(asked.order, Order::Updated) && is_now && !asked.descending;
    let down = if is_now { !asked.descending } else { word == "updated" } || begins_down;
    let mut pairs = kept(pairs, &["sort"]);
    pairs.push(("sort".to_owned(), format!("{}{word}", if down { "-" } else { "" })));
    let sorted = is_now.then_some(if asked.descending {
        SortDirection::Descending
    } else {
        SortDirection::Ascending
    });
    column.sort(href(&asked.object, &pairs), sorted)
}

fn row(
    cx: &Cx,
    object: &Object,
    record: &Record,
    (columns, linked): (&[Arc<Field>], &Linked),
) -> Row {
    let l = &cx.l;
    let mut row = Row::new(record.id)
        .href(format!("{}/{}", home(object), record.id))
        .cell(Cell::text(record.title.clone()));
    if object.spec.client_link != crate::fields::model::ClientLink::None {
        row = row.cell(match &record.client_name {
            Some(name) => Cell::text(name),
            None => Cell::none(l),
        });
    }
    for field in columns {
        row = row.cell(match record.custom.get(&field.key) {
            Some(text) => Cell::text(fields::shown(cx, field, text, linked)),
            None => Cell::none(l),
        });
    }
    row.cell(Cell::ago(l, record.updated_at))
}

/// The client of an address, when one is named.
pub(super) fn client_of(pairs: &Pairs) -> Option<ClientId> {
    let found = pairs.iter().find(|(name, _)| name == "client");
    found.and_then(|(_, value)| value.parse().ok())
}
