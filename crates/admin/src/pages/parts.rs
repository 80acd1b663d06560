//! Parts all administration pages share: dialogs, choices from the organisation, one-button forms.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{BranchId, Refusals, TeamId, UserId};
use maud::{Markup, html};
use spine::org::StaffMember;
use web::i18n::L;
use web::ui::{self, Button, Condition, Opt};
use web::{Cx, FormData};

/// The query of the asked address.
pub(crate) fn asked(cx: &Cx) -> FormData {
    FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query))
}

/// The conditions of a filter bar: every `field` goes with the `op` and `value` of its place.
pub(crate) fn conditions(query: &FormData) -> Vec<Condition> {
    let (operators, values) = (query.all("op"), query.all("value"));
    query
        .all("field")
        .iter()
        .enumerate()
        .filter(|(_, field)| !field.is_empty())
        .map(|(at, field)| Condition {
            field: field.clone(),
            operator: operators.get(at).cloned().unwrap_or_default(),
            value: values.get(at).cloned().unwrap_or_default(),
        })
        .collect()
}

/// A page that is opened as a dialog.
pub(crate) fn dialog(cx: &Cx, title: &str, body: &Markup) -> Response {
    dialog_with(cx, StatusCode::OK, title, body)
}

/// The same after a refusal.
pub(crate) fn dialog_refused(cx: &Cx, title: &str, body: &Markup) -> Response {
    dialog_with(cx, StatusCode::UNPROCESSABLE_ENTITY, title, body)
}

fn dialog_with(cx: &Cx, status: StatusCode, title: &str, body: &Markup) -> Response {
    cx.page_with_status(status, title, &ui::dialog_fragment(&cx.l, title, body))
}

/// What was refused of a form as a whole.
pub(crate) fn summary(cx: &Cx, refusals: &Refusals) -> Markup {
    ui::error_summary(&cx.l, &cx.refusal_words(refusals.general()))
}

/// A form that asks a page anew: nothing is changed by it.
pub(crate) fn get_form(action: &str, submit: String, body: &Markup) -> Markup {
    html! {
        form.form method="get" action=(action) {
            div.form-body { (body) }
            div.form-actions { (Button::primary(submit).submit()) }
        }
    }
}

/// A form of one button.
pub(crate) fn post_button(
    cx: &Cx,
    action: &str,
    values: &[(&str, &str)],
    button: Button,
) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="_id" value=(cx.form_id());
            @for (name, value) in values { input type="hidden" name=(name) value=(value); }
            (button.submit())
        }
    }
}

/// The text key of a stored key: dots and underscores become dashes.
fn text_key(prefix: &str, key: &str) -> String {
    format!("{prefix}-{}", key.replace(['.', '_'], "-"))
}

/// The same in one go, as words; the key itself when no room has words for it.
pub(crate) fn lookups(l: &L, prefixes: &[&str], key: &str) -> String {
    let found = prefixes.iter().map(|p| text_key(p, key)).find(|k| l.texts.has(l.lang, k));
    found.map_or_else(|| key.to_owned(), |k| l.t(&k))
}

/// Everybody who works here, by name.
pub(crate) fn active_staff(cx: &Cx, but: Option<UserId>) -> Vec<Opt> {
    let directory = cx.app.services.directory.get();
    let lang = cx.l.lang;
    let mut people: Vec<&StaffMember> =
        directory.staff.values().filter(|s| s.active && Some(s.id) != but).collect();
    people.sort_by_cached_key(|s| (s.shown_name(lang).to_lowercase(), s.id));
    let place = |s: &StaffMember| s.branch_id.map_or("", |b| directory.branch_name(b, lang));
    people
        .into_iter()
        .map(|s| {
            let label = match place(s) {
                "" => s.shown_name(lang).to_owned(),
                branch => format!("{} · {branch}", s.shown_name(lang)),
            };
            Opt::new(s.id.to_string(), label)
        })
        .collect()
}

/// Branches in use, and `kept` even when it is not; `none` heads the list.
pub(crate) fn branch_options(cx: &Cx, kept: Option<BranchId>, none: Option<String>) -> Vec<Opt> {
    let directory = cx.app.services.directory.get();
    let mut branches: Vec<_> =
        directory.branches.values().filter(|b| !b.archived || Some(b.id) == kept).collect();
    branches.sort_by(|a, b| a.code.cmp(&b.code));
    let label = |b: &spine::org::Branch| format!("{} · {}", b.code, b.shown_name(cx.l.lang));
    let named = branches.iter().map(|b| Opt::new(b.id.to_string(), label(b)));
    none.into_iter().map(|words| Opt::new("", words)).chain(named).collect()
}

/// Teams in use with their branch, and `kept` even when it is not; `none` heads the list.
pub(crate) fn team_options(cx: &Cx, kept: Option<TeamId>, none: String) -> Vec<Opt> {
    let directory = cx.app.services.directory.get();
    let lang = cx.l.lang;
    let mut teams: Vec<(String, TeamId)> = directory
        .teams
        .values()
        .filter(|t| !t.archived || Some(t.id) == kept)
        .map(|t| {
            let branch = t.branch_id.map_or("", |b| directory.branch_name(b, lang));
            let label = match branch {
                "" => t.shown_name(lang).to_owned(),
                branch => format!("{branch} · {}", t.shown_name(lang)),
            };
            (label, t.id)
        })
        .collect();
    teams.sort();
    let named = teams.into_iter().map(|(label, id)| Opt::new(id.to_string(), label));
    std::iter::once(Opt::new("", none)).chain(named).collect()
}
