//! What a role may do: permissions down, scopes across.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{Refusals, RoleId};
use maud::{Markup, html};
use spine::org::Role;
use spine::org::edit::{DeleteRole, SaveRole};
use spine::{Error, Scope};
use web::ui::{
    self, Field, Form, Menu, MenuItem, PageHeader, Panel, Tone, error_summary, form_row,
};
use web::{Answer, Cx, FormData};

use super::HOME;
use crate::pages::{as_drawn, choose, lookups, originals};
use crate::roles::model::{Line, catalogue};

/// What the form's field of a permission is called.
const GRANT: &str = "grant:";
/// The check box of a required second factor.
const FACTOR: &str = "second_factor";

/// What stands in the form.
struct Typed {
    name: String,
    name_en: String,
    grants: BTreeMap<String, Scope>,
    second_factor: bool,
}

impl Typed {
    fn of(role: &Role) -> Self {
        Self {
            name: role.name.clone(),
            name_en: role.name_en.clone(),
            grants: role.grants.clone(),
            second_factor: role.second_factor,
        }
    }
    /// What was sent; a built-in role shows no fields for its names.
    fn sent(role: &Role, sent: &FormData) -> Self {
        let grants = sent.pairs().filter_map(|(name, value)| {
            Some((name.strip_prefix(GRANT)?.to_owned(), Scope::from_key(value)?))
        });
        Self {
            name: sent.opt("name").unwrap_or_else(|| kept(role.built_in, &role.name)),
            name_en: sent.opt("name_en").unwrap_or_else(|| kept(role.built_in, &role.name_en)),
            grants: grants.collect(),
            second_factor: sent.is_set(FACTOR),
        }
    }
    fn command(&self, id: RoleId) -> SaveRole {
        SaveRole {
            role_id: Some(id),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            grants: self.grants.clone(),
            second_factor: Some(self.second_factor),
            original: None,
        }
    }
    fn values(&self, role: &Role) -> Vec<(String, String)> {
        let names = [("name", &self.name), ("name_en", &self.name_en)];
        let names = names.into_iter().filter(|_| !role.built_in);
        let grants = self.grants.iter();
        let grants = grants.map(|(key, scope)| (format!("{GRANT}{key}"), scope.key().to_owned()));
        // a role without any right was drawn too
        let drawn = std::iter::once(("drawn".to_owned(), "1".to_owned()));
        let factor = self.second_factor.then(|| (FACTOR.to_owned(), "on".to_owned()));
        names
            .map(|(name, text)| (name.to_owned(), text.clone()))
            .chain(grants)
            .chain(drawn)
            .chain(factor)
            .collect()
    }
}

pub(super) async fn show(cx: Cx, Path(id): Path<RoleId>) -> Answer {
    let directory = cx.app.services.directory.get();
    let role = directory.roles.get(&id).ok_or(Error::NotFound)?;
    let typed = Typed::of(role);
    let waiting = cx.waiting_strip(id.uuid(), &format!("{HOME}/{id}")).await?;
    let body = page(&cx, role, (&typed, Some(&typed)), &Refusals::default());
    let body = html! { @if let Some(waiting) = &waiting { (waiting) } (body) };
    Ok(cx.page(role.shown_name(cx.l.lang), &body))
}

pub(super) async fn save(cx: Cx, Path(id): Path<RoleId>, sent: FormData) -> Answer {
    let directory = cx.app.services.directory.get();
    let role = directory.roles.get(&id).ok_or(Error::NotFound)?;
    let typed = Typed::sent(role, &sent);
    let drawn = as_drawn(&sent).map(|drawn| Typed::sent(role, &drawn));
    let original = drawn.as_ref().map(|drawn| Box::new(drawn.command(id)));
    let command = SaveRole { original, ..typed.command(id) };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(&format!("{HOME}/{id}"), "flash-admin-saved")),
        Err(Error::Refused(refusals)) => {
            Ok(refused(&cx, role, (&typed, drawn.as_ref()), &refusals))
        }
        Err(Error::Conflict(conflict)) => {
            let action = format!("{HOME}/{id}");
            Ok(choose(&cx, role.shown_name(cx.l.lang), &action, "role", &sent, &conflict))
        }
        Err(other) => Err(other.into()),
    }
}

fn kept(built_in: bool, name: &str) -> String {
    if built_in { name.to_owned() } else { String::new() }
}

fn refused(
    cx: &Cx,
    role: &Role,
    sides: (&Typed, Option<&Typed>),
    refusals: &Refusals,
) -> axum::response::Response {
    let body = page(cx, role, sides, refusals);
    cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, role.shown_name(cx.l.lang), &body)
}

pub(super) async fn delete(cx: Cx, Path(id): Path<RoleId>, sent: FormData) -> Answer {
    let directory = cx.app.services.directory.get();
    let role = directory.roles.get(&id).ok_or(Error::NotFound)?;
    match cx.execute(sent.command_id()?, &DeleteRole { role_id: id }).await {
        Ok(()) => Ok(cx.done(HOME, "flash-admin-role-deleted")),
        Err(Error::Refused(refusals)) => {
            let typed = Typed::of(role);
            Ok(refused(&cx, role, (&typed, Some(&typed)), &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

/// The matrix as typed, with what it was when it was first drawn.
fn page(
    cx: &Cx,
    role: &Role,
    (typed, original): (&Typed, Option<&Typed>),
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let action = format!("{HOME}/{}", role.id);
    let mut menu = Menu::dots("role-menu", l.t("ui-actions")).item(MenuItem::Dialog {
        src: format!("{HOME}/new?from={}", role.id),
        icon: "copy",
        label: l.t("admin-role-copy"),
    });
    if !role.built_in {
        menu = menu.item(MenuItem::Line).item(MenuItem::Post {
            action: format!("{action}/delete"),
            values: vec![("_id".to_owned(), cx.form_id())],
            icon: "trash-2",
            label: l.t("admin-role-delete"),
        });
    }
    let mark = match role.built_in {
        true => ui::badge(Tone::Neutral, &l.t("admin-role-built-in")),
        false => ui::badge(Tone::Info, &l.t("admin-role-own")),
    };
    let form = Form::post(action)
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-save"))
        .cancel(HOME)
        .render(
            l,
            &html! {
                @if let Some(original) = original { (originals(original.values(role))) }
                (fields(cx, role, typed, refusals))
            },
        );
    html! {
        (PageHeader::new(role.shown_name(l.lang)).crumb(HOME, l.t("admin-roles")).marks(mark)
            .lead(html! { (holders(cx, role)) }).other(menu.render()).render(l))
        (Panel::new("").render(&form))
    }
}

/// Who has the role, in a few words.
fn holders(cx: &Cx, role: &Role) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let people = directory.staff.values().filter(|s| s.active && s.roles.contains(&role.id));
    let number = people.count();
    let query =
        ui::query_string([("field", "role"), ("op", "is"), ("value", &role.id.to_string())]);
    let words = l.ta("admin-role-people", &[("n", number.into())]);
    html! {
        @if cx.principal().has("admin.staff") { a href={ "/admin/staff" (query) } { (words) } }
        @else { (words) }
    }
}

fn fields(cx: &Cx, role: &Role, typed: &Typed, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let asked = cx.app.routes.iter().map(|r| r.access);
    let asked = asked.chain(cx.app.services.bus.commands().map(|c| c.permission));
    let groups = catalogue(asked, &directory.roles);
    let messages: Vec<String> = cx.refusal_words(
        refusals
            .0
            .iter()
            .filter(|r| role.built_in || !matches!(r.field.as_deref(), Some("name" | "name_en"))),
    );
    let line = |name: &str, key: &str, value: &str| {
        Field::text(name, l.t(key))
            .value(value)
            .required()
            .error(cx.field_error(refusals, name))
            .render(l)
    };
    html! {
        (error_summary(l, &messages))
        @if !role.built_in {
            (form_row(&[
                line("name", "admin-name-ru", &typed.name),
                line("name_en", "admin-name-en", &typed.name_en),
            ]))
        }
        (Field::checkbox(FACTOR, l.t("admin-role-factor"), typed.second_factor)
            .hint(l.t("admin-role-factor-hint")).render(l))
        div.table-scroll tabindex="0" role="region" aria-label=(l.t("admin-role-matrix")) {
            table.table.matrix {
                caption.hidden { (l.t("admin-role-matrix")) }
                thead { tr {
                    th scope="col" { (l.t("admin-role-permission")) }
                    th.check scope="col" { (l.t("scope-none")) }
                    @for scope in Scope::ALL { th.check scope="col" { (l.t(&format!("scope-{}", scope.key()))) } }
                } }
                @for (group, lines) in &groups {
                    tbody {
                        tr { th.matrix-group scope="rowgroup" colspan="7" { strong { (lookups(l, &["permission-group"], group)) } } }
                        @for line in lines { (matrix_row(cx, line, typed.grants.get(&line.key).copied())) }
                    }
                }
            }
        }
        p.hint { (l.t("admin-role-hint")) }
    }
}

fn matrix_row(cx: &Cx, line: &Line, held: Option<Scope>) -> Markup {
    let l = &cx.l;
    let name = format!("{GRANT}{}", line.key);
    let label = lookups(l, &["permission"], &line.key);
    let radio = |value: &str, checked: bool| {
        let word = l.t(&format!("scope-{}", if value.is_empty() { "none" } else { value }));
        html! {
            td.check data-label=(word) {
                input type="radio" name=(name) value=(value) checked[checked]
                    aria-label={ (label) ": " (word) };
            }
        }
    };
    html! {
        tr {
            th scope="row" title=(line.key) { (label) }
            (radio("", held.is_none()))
            @for scope in Scope::ALL {
                @if line.scoped || scope == Scope::Bank || held == Some(scope) {
                    (radio(scope.key(), held == Some(scope)))
                } @else { td.check {} }
            }
        }
    }
}
