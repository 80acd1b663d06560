//! Values of the bank's own fields that two people changed: mine, theirs or the original, field by field.

use std::sync::Arc;

use maud::Markup;
use spine::{Conflict, Error, FieldEdit};
use web::Cx;
use web::ui::{ConflictBy, ConflictField, conflict_chooser};

use crate::fields::model::Field;
use crate::fields::queries::Doc;
use crate::fields::{linked, shown};

/// Before the name of a field: the hidden field with its value as the form was drawn.
pub(crate) const WAS: &str = "was_";

/// Who changed the same meanwhile, and when.
pub(crate) fn by(cx: &Cx, conflict: &Conflict) -> ConflictBy {
    let directory = cx.app.services.directory.get();
    let told = conflict.fields.iter().find(|f| f.theirs_at.is_some());
    let name = told.and_then(|f| f.theirs_by).map(|id| directory.staff_name(id, cx.l.lang));
    let who = match (name.filter(|name| !name.is_empty()), told) {
        (Some(name), _) => name.to_owned(),
        // a feed or a job
        (None, Some(_)) => cx.l.t("client-changes-system"),
        (None, None) => cx.l.t("own-somebody"),
    };
    ConflictBy { who, at: told.and_then(|f| f.theirs_at).unwrap_or(cx.now()) }
}

/// The choice between them; what only one person changed travels along unseen.
///
/// # Errors
/// The database's.
pub(crate) async fn chooser(
    cx: &Cx,
    known: &[Arc<Field>],
    (edits, conflict): (&[FieldEdit], &Conflict),
    by: &ConflictBy,
    action: &str,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let mut hidden: Vec<(String, String)> = vec![("_id".to_owned(), cx.form_id())];
    for edit in edits {
        let theirs = conflict.fields.iter().find(|f| f.field == edit.field);
        let original = theirs.map_or(&edit.original, |f| &f.theirs);
        hidden.push((format!("{WAS}{}", edit.field), original.clone()));
        if theirs.is_none() {
            hidden.push((edit.field.clone(), edit.value.clone()));
        }
    }
    let side = |f: &spine::FieldConflict| {
        [&f.mine, &f.theirs, &f.original].map(|text| Doc::from([(f.field.clone(), text.clone())]))
    };
    let sides: Vec<Doc> = conflict.fields.iter().flat_map(side).collect();
    let linked = linked(cx, known, sides.iter()).await?;
    let of = |key: &str| known.iter().find(|f| f.key == key);
    let words = |key: &str, text: &str| match of(key) {
        Some(field) if !text.is_empty() => shown(cx, field, text, &linked),
        _ => text.to_owned(),
    };
    let one = |f: &spine::FieldConflict| ConflictField {
        name: f.field.clone(),
        label: of(&f.field).map_or("", |field| field.spec.shown_label(l.lang)).to_owned(),
        mine: f.mine.clone(),
        theirs: f.theirs.clone(),
        original: f.original.clone(),
        words: Some([&f.mine, &f.theirs, &f.original].map(|text| words(&f.field, text))),
    };
    let fields: Vec<ConflictField> = conflict.fields.iter().map(one).collect();
    let hidden: Vec<(&str, &str)> = hidden.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    Ok(conflict_chooser(l, action, &hidden, by, &fields))
}
