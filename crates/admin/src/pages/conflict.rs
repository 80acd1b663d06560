//! Two administrators edited one thing: mine, theirs and the original of every field both changed.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{BranchId, RegionId, RoleId, TeamId};
use maud::{Markup, html};
use spine::Conflict;
use web::ui::{self, ConflictBy, ConflictField};
use web::{Cx, FormData};

use super::parts::lookups;

/// Before the name of a field: the hidden field with its value as the form was drawn.
const WAS: &str = "was_";

/// The hidden fields with what the form was drawn with. A form drawn again after a refusal passes on what
/// it was sent, or it would take what others saved meanwhile for what this person saw.
pub(crate) fn originals<T: AsRef<str>>(values: impl IntoIterator<Item = (T, String)>) -> Markup {
    html! {
        @for (name, value) in values { input type="hidden" name={ (WAS) (name.as_ref()) } value=(value); }
    }
}

/// The form as it was drawn, from the hidden fields it sent back; none when it sent none.
pub(crate) fn as_drawn(sent: &FormData) -> Option<FormData> {
    let pairs: Vec<(String, String)> = sent
        .pairs()
        .filter_map(|(name, value)| Some((name.strip_prefix(WAS)?.to_owned(), value.to_owned())))
        .collect();
    (!pairs.is_empty()).then(|| FormData::from_pairs(pairs))
}

/// The choice between the sides. What is sent again carries *their* value as the original, so that the
/// choice is made knowingly; everything else that was typed goes along unseen.
pub(crate) fn choose(
    cx: &Cx,
    title: &str,
    action: &str,
    entity: &str,
    sent: &FormData,
    conflict: &Conflict,
) -> Response {
    let l = &cx.l;
    let theirs = |name: &str| conflict.fields.iter().find(|f| f.field == name);
    let mut hidden: Vec<(String, String)> = vec![("_id".to_owned(), cx.form_id())];
    hidden.extend(conflict.fields.iter().map(|f| (format!("{WAS}{}", f.field), f.theirs.clone())));
    let is_chosen = |name: &str| theirs(name.strip_prefix(WAS).unwrap_or(name)).is_some();
    for (name, _) in sent.pairs().filter(|(name, _)| *name != "_id" && !is_chosen(name)) {
        hidden.extend(sent.all(name).iter().map(|value| (name.to_owned(), value.clone())));
    }
    let fields: Vec<ConflictField> = conflict
        .fields
        .iter()
        .map(|f| ConflictField {
            name: f.field.clone(),
            label: field_words(cx, entity, &f.field),
            mine: f.mine.clone(),
            theirs: f.theirs.clone(),
            original: f.original.clone(),
            words: Some([&f.mine, &f.theirs, &f.original].map(|v| value_words(cx, &f.field, v))),
        })
        .collect();
    let directory = cx.app.services.directory.get();
    let first = conflict.fields.first();
    let by = ConflictBy {
        who: first.and_then(|f| f.theirs_by).map_or_else(
            || l.t("admin-system"),
            |user| directory.staff_name(user, l.lang).to_owned(),
        ),
        at: first.and_then(|f| f.theirs_at).unwrap_or(cx.now()),
    };
    let hidden: Vec<(&str, &str)> = hidden.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let chooser = ui::conflict_chooser(l, action, &hidden, &by, &fields);
    let body = ui::dialog_fragment(l, title, &chooser);
    cx.page_with_status(StatusCode::CONFLICT, title, &body)
}

fn field_words(cx: &Cx, entity: &str, field: &str) -> String {
    match field.strip_prefix("grant:") {
        Some(permission) => lookups(&cx.l, &["permission"], permission),
        None => lookups(&cx.l, &[&format!("field-{entity}"), "field"], field),
    }
}

/// A value as people read it: places and roles by their names, scopes and choices in words.
fn value_words(cx: &Cx, field: &str, value: &str) -> String {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    match field {
        "branch" if value.is_empty() => l.t("admin-head-office"),
        "branch" => value
            .parse::<BranchId>()
            .map_or_else(|_| value.to_owned(), |id| directory.branch_name(id, l.lang).to_owned()),
        "team" => {
            let team = value.parse::<TeamId>().ok().and_then(|id| directory.teams.get(&id));
            team.map_or("", |t| t.shown_name(l.lang)).to_owned()
        }
        "region" => {
            let region = value.parse::<RegionId>().ok().and_then(|id| directory.regions.get(&id));
            region.map_or("", |r| r.shown_name(l.lang)).to_owned()
        }
        "roles" => {
            let roles = value.split(' ').filter_map(|id| id.parse::<RoleId>().ok());
            let roles = roles.filter_map(|id| directory.roles.get(&id));
            roles.map(|r| r.shown_name(l.lang)).collect::<Vec<_>>().join(", ")
        }
        "lang" | "mode" => lookups(l, &[&format!("value-{field}")], value),
        grant if grant.starts_with("grant:") => {
            lookups(l, &["scope"], if value.is_empty() { "none" } else { value })
        }
        _ => value.to_owned(),
    }
}
