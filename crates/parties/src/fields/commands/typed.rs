//! Reading what was typed for the fields of one record, with other people's changes merged.

use std::sync::Arc;

use kernel::{Currency, Refusal, Refusals, Timestamp, UserId};
use spine::{Error, FieldEdit, Merge, Work};

use super::values::resolve;
use crate::fields::model::{Definitions, Field, FieldKind};
use crate::fields::queries::Doc;

/// What is stored of the record, and who wrote it last.
pub(crate) struct Stored<'a> {
    pub(crate) doc: &'a Doc,
    pub(crate) by: Option<UserId>,
    pub(crate) at: Timestamp,
}

/// The document as it becomes, and the fields that change. All refusals are gathered; fields that two people
/// changed differently are a conflict. A new record (nothing stored) needs its required fields.
///
/// # Errors
/// The database's; [`Error::Conflict`].
pub(crate) async fn read_typed(
    w: &mut Work<'_>,
    (definitions, object): (&Definitions, &str),
    stored: Option<Stored<'_>>,
    edits: &[FieldEdit],
    refusals: &mut Refusals,
) -> Result<(Doc, Vec<Arc<Field>>), Error> {
    let env = crate::client::env(w.ctx)?;
    let ctx = w.ctx;
    let is_new = stored.is_none();
    let (by, at) = stored.as_ref().map_or((None, ctx.now), |one| (one.by, one.at));
    let mut doc = stored.map(|one| one.doc.clone()).unwrap_or_default();
    let mut changed = Vec::new();
    let mut merge = Merge::new(by, at);
    let seen: Vec<&Arc<Field>> = definitions.seen(object, &ctx.principal).collect();
    for edit in edits {
        let Some(field) = seen.iter().find(|f| f.key == edit.field) else {
            refusals.push(Refusal::field("field-unknown", &edit.field));
            continue;
        };
        let theirs = doc.get(&field.key).cloned().unwrap_or_default();
        let mine = match field.parse(&edit.value, env) {
            Ok(Some(text)) if text != theirs => {
                resolve(w, field, (&text, &theirs)).await?.map(Some)
            }
            read => read,
        };
        let mine = match mine {
            Ok(mine) => mine.unwrap_or_default(),
            Err(refusal) => {
                refusals.push(refusal);
                continue;
            }
        };
        let taken = merge.text(&field.key, &field.tidy(&edit.original), &mine, &theirs);
        if taken == theirs {
            continue;
        }
        if let Some(amount) = amount(field, &taken, env.currency) {
            w.at_stake(amount);
        }
        match taken.is_empty() {
            true => drop(doc.remove(&field.key)),
            false => drop(doc.insert(field.key.clone(), taken)),
        }
        changed.push(Arc::clone(field));
    }
    if is_new {
        let is_named = |f: &&&Arc<Field>| edits.iter().any(|e| e.field == f.key);
        for field in seen.iter().filter(|f| f.spec.required && !is_named(f)) {
            refusals.push(Refusal::field("required", &field.key));
        }
    }
    if refusals.0.is_empty() {
        merge.finish()?;
    }
    Ok((doc, changed))
}

fn amount(field: &Field, text: &str, own: Currency) -> Option<kernel::Money> {
    let is_money = field.kind() == FieldKind::Money;
    is_money.then(|| kernel::Money::parse(text, field.spec.currency(own)).ok()).flatten()
}
