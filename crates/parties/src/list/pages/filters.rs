//! The bar above the list: search, conditions, columns, export, page size.

use std::sync::Arc;

use axum::extract::RawQuery;
use maud::{Markup, html};
use web::ui::{
    Condition, FilterBar, FilterField, FilterValue, Menu, MenuItem, Opt, PageHeader, Panel,
    column_chooser,
};
use web::{Answer, ColumnKind, Cx};

use super::rows::{Asked, added, branches, managers};
use super::{list_href, pairs_of, query_of};
use crate::client::kind_word;
use crate::client::model::{ClientKind, PreferredChannel, Role, Segment, Status};
use crate::fields::model::{Field as Added, FieldKind};
use crate::list::model::{
    Address, Column, FIELDS, Field, Own, PAGE_SIZES, PRODUCTS, Raw, all, ops_of,
};

/// Where the builder of conditions answers.
pub(super) const BUILDER: &str = "/clients/filter";

/// The bar of a list; `asked` is none when its conditions were not understood.
pub(super) fn bar(
    cx: &Cx,
    address: &Address,
    added: &[Arc<Added>],
    asked: Option<&Asked>,
    more: &Markup,
) -> Markup {
    let l = &cx.l;
    // only chips need the words of fields and values; the builder has its own page
    let fields = if address.conditions.is_empty() { Vec::new() } else { fields(cx, added) };
    let end = html! {
        (more)
        @if let Some(asked) = asked {
            (columns(cx, asked))
            @if cx.principal().has("client.export") { (export(cx, address)) }
        }
        (sizes(cx, address))
    };
    let query = query_of(&address.list_pairs());
    let builder = if query.is_empty() { BUILDER.to_owned() } else { format!("{BUILDER}?{query}") };
    conditions(cx, address, fields).later(builder).end(end).render(l)
}

/// `GET /clients/filter`: the builder alone, for the list's panel or as a page.
pub(super) async fn builder(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let address = Address::parse(&pairs_of(&query.unwrap_or_default()));
    let added = added(&cx).await?;
    let form = conditions(&cx, &address, fields(&cx, &added)).action("/clients").form(&cx.l);
    let title = cx.l.t("list-filter-title");
    if cx.is_fragment {
        return Ok(cx.part(&form));
    }
    let header =
        PageHeader::new(&title).crumb(list_href(&address.list_pairs()), cx.l.t("nav-clients"));
    let panel = Panel::new("").render(&form);
    Ok(cx.page(&title, &html! { (header.render(&cx.l)) (panel) }))
}

/// Search and conditions of an address, and what of it a new filter keeps.
fn conditions(cx: &Cx, address: &Address, fields: Vec<FilterField>) -> FilterBar {
    let raw = |c: &Raw| Condition {
        field: c.field.clone(),
        operator: c.op.clone(),
        value: c.value.clone(),
    };
    let conditions = address.conditions.iter().map(raw).collect();
    let mut bar = FilterBar::new("clients-bar", fields, conditions)
        .search(address.search.as_str(), cx.l.t("list-search"));
    for (name, value) in address.kept_pairs() {
        bar = bar.keep(name, value);
    }
    if address.size != kernel::limits::PAGE_ROWS {
        bar = bar.keep("size", address.size.to_string());
    }
    bar
}

fn columns(cx: &Cx, asked: &Asked) -> Markup {
    let name = |column: &&Column| column.key() != "name";
    let options: Vec<Opt> = all(&cx.app.columns, &asked.added)
        .iter()
        .filter(name)
        .map(|column| Opt::new(column.key(), column.words(&cx.l)))
        .collect();
    let shown: Vec<&str> = asked.columns.iter().map(Column::key).collect();
    let query = query_of(&asked.address.list_pairs());
    let keep = [("query", query.as_str())];
    column_chooser(&cx.l, "clients-columns", "/clients/columns", &keep, &options, &shown)
}

fn export(cx: &Cx, address: &Address) -> Markup {
    let l = &cx.l;
    let link = |format: &str, label: String| {
        let mut pairs = address.view_pairs();
        pairs.push(("format".to_owned(), format.to_owned()));
        let href = format!("/clients/export?{}", query_of(&pairs));
        MenuItem::Link { href, icon: "download", label }
    };
    let max = l.int(i64::try_from(kernel::limits::EXPORT_ROWS_MAX).unwrap_or(i64::MAX));
    Menu::new("clients-export", l.t("list-export"))
        .item(MenuItem::Heading(l.ta("list-export-words", &[("max", max.into())])))
        .item(link("xlsx", l.t("list-export-xlsx")))
        .item(link("csv", l.t("list-export-csv")))
        .items(cx.app.contact_format.map(|format| link(format.ending, l.t("list-export-cards"))))
        .render()
}

fn sizes(cx: &Cx, address: &Address) -> Markup {
    let l = &cx.l;
    let words = |size: usize| l.ta("list-page-size", &[("n", size.into())]);
    let items = PAGE_SIZES.into_iter().filter(|size| *size != address.size).map(|size| {
        let other = Address { size, ..address.clone() };
        let href = list_href(&other.list_pairs());
        MenuItem::Link { href, icon: "table-2", label: words(size) }
    });
    Menu::new("clients-size", words(address.size)).items(items).render()
}

/// The fields one may filter by.
fn fields(cx: &Cx, added: &[Arc<Added>]) -> Vec<FilterField> {
    let l = &cx.l;
    let sees_holdings = cx.principal().has("holding.read");
    let own = FIELDS.iter().filter(|(own, _, _)| sees_holdings || *own != Own::Product);
    let own = own.map(|(own, key, label)| {
        field(cx, key, l.t(label), &Field::Own(*own), own_value(cx, *own))
    });
    let extra = cx.app.columns.iter().map(|column| {
        let value = match column.kind {
            ColumnKind::Date | ColumnKind::Instant => FilterValue::Date,
            ColumnKind::Text | ColumnKind::Number => FilterValue::None,
        };
        field(cx, column.key, l.t(column.label), &Field::Extra(*column), value)
    });
    own.chain(extra).chain(added_filters(cx, added)).collect()
}

/// The fields the bank has added that have an index.
pub(in crate::list) fn added_filters<'a>(
    cx: &'a Cx,
    added: &'a [Arc<Added>],
) -> impl Iterator<Item = FilterField> + 'a {
    added.iter().filter(|f| f.is_filterable()).map(move |f| {
        let label = f.spec.shown_label(cx.l.lang).to_owned();
        field(cx, &f.key, label, &Field::Added(Arc::clone(f)), added_value(cx, f))
    })
}

/// What a field the bank has added is compared with.
fn added_value(cx: &Cx, field: &Added) -> FilterValue {
    let english = cx.l.lang == kernel::Lang::En;
    match field.kind() {
        FieldKind::Text | FieldKind::Url | FieldKind::Email | FieldKind::Phone => FilterValue::Text,
        FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => {
            FilterValue::Number
        }
        FieldKind::Date | FieldKind::DateTime => FilterValue::Date,
        FieldKind::Choice | FieldKind::Choices => {
            let words = field.spec.options.iter().map(|o| {
                let label = if english && !o.label_en.is_empty() { &o.label_en } else { &o.label };
                Opt::new(o.key.clone(), label)
            });
            FilterValue::Choice(words.collect())
        }
        FieldKind::Staff => {
            let me = Opt::new("me", cx.l.t("list-me"));
            let people = managers(cx, "client.read").into_iter();
            let people = people.map(|(id, name)| Opt::new(id.to_string(), name));
            FilterValue::Choice(std::iter::once(me).chain(people).collect())
        }
        FieldKind::Flag | FieldKind::Client | FieldKind::Record | FieldKind::LongText => {
            FilterValue::None
        }
    }
}

fn field(cx: &Cx, key: &str, label: String, field: &Field, value: FilterValue) -> FilterField {
    let operators = ops_of(field)
        .iter()
        .map(|op| Opt::new(op.key(), cx.l.t(&format!("list-op-{}", op.key()))))
        .collect();
    FilterField { name: key.to_owned(), label, operators, value }
}

fn own_value(cx: &Cx, own: Own) -> FilterValue {
    let l = &cx.l;
    let keyed = |prefix: &str, keys: Vec<&'static str>| {
        let option = |key: &'static str| Opt::new(key, l.t(&format!("{prefix}-{key}")));
        FilterValue::Choice(keys.into_iter().map(option).collect())
    };
    match own {
        Own::Kind => FilterValue::Choice(
            ClientKind::ALL.iter().map(|k| Opt::new(k.key(), kind_word(l, *k))).collect(),
        ),
        Own::Segment => keyed("choice-segment", Segment::ALL.iter().map(|s| s.key()).collect()),
        Own::Status => keyed("choice-status", Status::ALL.iter().map(|s| s.key()).collect()),
        Own::Role => keyed("list-role", Role::ALL.iter().map(|r| r.key()).collect()),
        Own::Channel => keyed(
            "choice-preferred-channel",
            PreferredChannel::ALL.iter().map(|c| c.key()).collect(),
        ),
        Own::Product => keyed("list-product", PRODUCTS.to_vec()),
        Own::Branch => {
            let reached = branches(cx, "client.read").into_iter();
            let named = reached.map(|(id, name)| Opt::new(id.to_string(), name));
            FilterValue::Choice(named.chain([Opt::new("none", l.t("list-no-branch"))]).collect())
        }
        Own::Manager => {
            let me = cx.principal().user_id;
            let others = managers(cx, "client.read").into_iter().filter(|(id, _)| Some(*id) != me);
            let mut options =
                vec![Opt::new("me", l.t("list-me")), Opt::new("none", l.t("list-nobody"))];
            options.extend(others.map(|(id, name)| Opt::new(id.to_string(), name)));
            FilterValue::Choice(options)
        }
        Own::BirthMonth => FilterValue::Choice(
            (1..=12).map(|n| Opt::new(n.to_string(), l.t(&format!("list-month-{n}")))).collect(),
        ),
        Own::Age => FilterValue::Number,
        Own::City | Own::Employer => FilterValue::Text,
        Own::Since | Own::Created | Own::Updated => FilterValue::Date,
        Own::Phone | Own::Email => FilterValue::None,
    }
}
