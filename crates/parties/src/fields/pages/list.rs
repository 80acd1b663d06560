//! The fields of the bank's own.

use std::sync::Arc;

use maud::{Markup, html};
use web::ui::{self, Button, Cell, Column, PageHeader, Row, Tab, Table, Tone};
use web::{Answer, Cx, FormData};

use super::{HOME, object};
use crate::fields::CLIENT;
use crate::fields::definitions;
use crate::fields::model::{Field, IndexState};

pub(super) async fn page(cx: Cx) -> Answer {
    let l = &cx.l;
    let query = FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query));
    let is_away = query.raw("show") == "archived";
    let definitions = definitions(&cx.app.services, cx.now()).await?;
    let asked = query.opt("object").unwrap_or_else(|| CLIENT.to_owned());
    let object = definitions.objects().find(|o| o.key == asked && o.is_active());
    let known = cx.app.services.bus.fieldable();
    let own = known.iter().find(|one| one.key == asked).map_or(CLIENT, |one| one.key);
    let key = object.map_or(own, |o| o.key.as_str());
    let add = Button::primary(l.t("fields-add")).icon("plus");
    let add = add.dialog(format!("/admin/fields/new?object={key}"));
    let mut header = PageHeader::new(l.t("fields-title"))
        .lead(html! { (l.t("fields-lead")) })
        .primary(add.clone());
    let new = Button::secondary(l.t("objects-add")).icon("database").dialog("/admin/objects/new");
    header = header.other(html! {
        @if let Some(object) = object.filter(|_| !is_away) {
            (Button::secondary(l.t("objects-edit")).icon("pencil").dialog(format!("/admin/objects/{}", object.id)))
        }
        (new)
    });
    let place = |key: &str| format!("{HOME}?object={key}");
    let mut tabs: Vec<Tab> = known
        .iter()
        .map(|one| Tab::new(place(one.key), l.t(one.label), !is_away && key == one.key))
        .collect();
    for one in definitions.objects().filter(|o| o.is_active()) {
        let is_now = !is_away && object.is_some_and(|o| o.id == one.id);
        tabs.push(Tab::new(place(&one.key), one.spec.many(l.lang), is_now));
    }
    tabs.push(Tab::new(format!("{HOME}?show=archived"), l.t("fields-archived"), is_away));
    let wanted =
        |f: &&Arc<Field>| if is_away { !f.is_active() } else { f.is_active() && f.object == key };
    let rows: Vec<&Arc<Field>> = definitions.all().filter(wanted).collect();
    let body = html! {
        (header.render(l))
        (ui::tabs(&l.t("fields-title"), &tabs))
        @if let Some(object) = object.filter(|_| !is_away) {
            p { a href={ "/objects/" (object.key) } { (l.t("objects-see-list")) } " · " code { (object.key) } }
        }
        (table(&cx, &rows, (!is_away).then_some(add)))
        @if is_away { (object::archived(&cx, &definitions)) }
    };
    Ok(cx.page(&l.t("fields-title"), &body))
}

/// Fields as a table; `add` stands where there is none.
fn table(cx: &Cx, fields: &[&Arc<Field>], add: Option<Button>) -> Markup {
    let l = &cx.l;
    let none = match add {
        None => ui::empty("inbox", &l.t("fields-none-archived"), "", None),
        add => ui::empty("list-checks", &l.t("fields-none"), &l.t("fields-none-words"), add),
    };
    let mut table = Table::new("fields", l.t("fields-title"))
        .column(Column::text(l.t("field-def-label")).wide())
        .column(Column::text(l.t("field-def-kind")))
        .column(Column::text(l.t("field-def-key")))
        .column(Column::text(l.t("fields-where")).wide())
        .column(Column::text(l.t("fields-changed")))
        .live("kind:custom_field", cx.path.clone())
        .empty(none);
    for field in fields {
        let kind = field.kind().key().replace('_', "-");
        table = table.row(
            Row::new(field.id)
                .href(format!("{HOME}/{}", field.id))
                .cell(Cell::text(field.spec.shown_label(l.lang)))
                .cell(Cell::text(l.t(&format!("field-kind-{kind}"))))
                .cell(Cell::markup(html! { code { (field.key) } }))
                .cell(Cell::markup(marks(cx, field)))
                .cell(Cell::ago(l, field.updated_at)),
        );
    }
    table.render(l)
}

/// Where a field is found beside the form and the card.
pub(super) fn marks(cx: &Cx, field: &Field) -> Markup {
    let l = &cx.l;
    let spec = &field.spec;
    html! {
        @if spec.required { (ui::tag(&l.t("field-mark-required"))) " " }
        @if spec.listed { (ui::tag(&l.t("field-mark-listed"))) " " }
        @match field.index_state {
            IndexState::Ready => { (ui::tag(&l.t("field-mark-filter"))) " " },
            IndexState::Building => { (ui::badge_with_icon(Tone::Info, "loader-circle", &l.t("field-mark-building"))) " " },
            IndexState::None => {},
        }
        @if spec.searchable { (ui::tag(&l.t("field-mark-search"))) " " }
        @if !spec.roles.is_empty() { (ui::badge_with_icon(Tone::Neutral, "eye-off", &l.t("field-mark-roles"))) }
    }
}
