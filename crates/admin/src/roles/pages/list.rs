//! All roles, and a new one as a copy of another.

use std::collections::BTreeMap;

use axum::response::Response;
use kernel::{Refusals, RoleId};
use maud::html;
use spine::Error;
use spine::org::Role;
use spine::org::edit::SaveRole;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Opt, PageHeader, Row, Table, Tone, form_row,
};
use web::{Answer, Cx, FormData};

use super::HOME;
use crate::pages::{asked, dialog, dialog_refused, summary};

fn by_name<'a>(cx: &Cx, roles: &'a BTreeMap<RoleId, Role>) -> Vec<&'a Role> {
    let mut all: Vec<&Role> = roles.values().collect();
    all.sort_by_cached_key(|r| (r.shown_name(cx.l.lang).to_lowercase(), r.id));
    all
}

pub(super) async fn list(cx: Cx) -> Answer {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut holders: BTreeMap<RoleId, i64> = BTreeMap::new();
    for role in directory.staff.values().filter(|s| s.active).flat_map(|s| &s.roles) {
        *holders.entry(*role).or_default() += 1;
    }
    let mut table = Table::new("roles", l.t("admin-roles"))
        .column(Column::text(l.t("admin-role-name")).wide())
        .column(Column::text(l.t("admin-role-origin")))
        .column(Column::number(l.t("admin-role-grants")))
        .column(Column::number(l.t("admin-role-holders")))
        .live("kind:role kind:staff", HOME);
    for role in by_name(&cx, &directory.roles) {
        let origin = match role.built_in {
            true => ui::dot(Tone::Neutral, &l.t("admin-role-built-in")),
            false => ui::dot(Tone::Info, &l.t("admin-role-own")),
        };
        let grants = i64::try_from(role.grants.len()).unwrap_or(0);
        let people = holders.get(&role.id).copied().unwrap_or(0);
        table = table.row(
            Row::new(role.id)
                .href(format!("{HOME}/{}", role.id))
                .cell(Cell::text(role.shown_name(l.lang)))
                .cell(Cell::markup(origin))
                .cell(Cell::number(l, grants))
                .cell(Cell::number(l, people)),
        );
    }
    let add = Button::primary(l.t("admin-role-new")).icon("plus").dialog("/admin/roles/new");
    let body = html! {
        (PageHeader::new(l.t("admin-roles")).lead(html! { (l.t("admin-roles-lead")) }).primary(add).render(l))
        (table.render(l))
    };
    Ok(cx.page(&l.t("admin-roles"), &body))
}

pub(super) async fn new(cx: Cx) -> Answer {
    let given = asked(&cx);
    Ok(form(&cx, &given, None))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    let directory = cx.app.services.directory.get();
    let mut refusals = Refusals::default();
    let from: Option<RoleId> = sent.id("from", &mut refusals);
    let from = from.and_then(|id| directory.roles.get(&id));
    let grants = from.map(|r| r.grants.clone());
    let command = SaveRole {
        role_id: None,
        name: sent.text("name"),
        name_en: sent.text("name_en"),
        grants: grants.unwrap_or_default(),
        second_factor: from.map(|r| r.second_factor),
        original: None,
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(id) => Ok(cx.done(&format!("{HOME}/{id}"), "flash-admin-role-added")),
        Err(Error::Refused(found)) => Ok(form(&cx, &sent, Some(&found))),
        Err(other) => Err(other.into()),
    }
}

fn form(cx: &Cx, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let named = by_name(cx, &directory.roles);
    let named = named.iter().map(|r| Opt::new(r.id.to_string(), r.shown_name(l.lang)));
    let empty = Opt::new("", l.t("admin-role-from-nothing"));
    let roles: Vec<Opt> = std::iter::once(empty).chain(named).collect();
    let line = |name: &str, key: &str| {
        let error = cx.field_error(refusals, name);
        Field::text(name, l.t(key)).value(given.text(name)).required().error(error)
    };
    let fields = html! {
        (summary(cx, refusals))
        (form_row(&[
            line("name", "admin-name-ru").render(l),
            line("name_en", "admin-name-en").render(l),
        ]))
        (Field::select("from", l.t("admin-role-from"), roles).value(given.text("from"))
            .hint(l.t("admin-role-from-hint")).error(cx.field_error(refusals, "from")).render(l))
    };
    let body = Form::post("/admin/roles/new")
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-role-add"))
        .cancel(HOME)
        .render(l, &fields);
    let title = l.t("admin-role-new");
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}
