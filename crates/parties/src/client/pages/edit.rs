//! Editing a client: one form of all fields (or one group), refusals at the fields, conflicts as a choice.

use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use kernel::{ClientId, Refusals};
use maud::{Markup, html};
use spine::secrecy::Group;
use spine::{Conflict, Error};
use web::i18n::L;
use web::ui::{ConflictBy, ConflictField, Field, Form, Input, Opt, conflict_chooser};
use web::{Answer, Cx, FormData};

use super::words::{card_href, client_title, field_label, field_name, shown_any};
use crate::client::ClientField;
use crate::client::commands::{EditClient, FieldEdit};
use crate::client::fields::{FieldDef, FieldInput, fields_of};
use crate::client::model::ClientKind;
use crate::client::queries::{self, ClientHead, FieldTexts};
use crate::contacts::frame::date_input;
use crate::fields;
use crate::fields::model::Field as Added;

/// Prefix of the hidden field that carries a value as the form was opened with it.
const ORIGINAL: &str = "was_";

pub(super) async fn form(
    mut cx: Cx,
    Path(id): Path<ClientId>,
    RawQuery(query): RawQuery,
) -> Answer {
    let (head, stored) = load(&mut cx, id).await?;
    let group = FormData::parse(&query.unwrap_or_default()).text("group");
    let shown = Shown { group: &group, typed: &stored, original: &stored };
    let content = form_markup(&cx, &head, &shown, &Refusals::default()).await?;
    Ok(cx.page(&cx.l.t("client-edit"), &content))
}

async fn load(cx: &mut Cx, id: ClientId) -> Result<(ClientHead, FieldTexts), Error> {
    let principal = Arc::clone(&cx.ctx.principal);
    let head = queries::head(&mut cx.db, &principal, id).await?;
    principal.require_over("client.edit", head.owner())?;
    let stored = queries::fields(&mut cx.db, id, cx.app.currency).await?;
    for group in [Group::Identity, Group::Service, Group::History] {
        cx.reads(head.owner(), group);
    }
    let stored = queries::seen_fields(stored, &head);
    Ok((head, stored))
}

pub(super) async fn send(mut cx: Cx, Path(id): Path<ClientId>, sent: FormData) -> Answer {
    let group = sent.text("group");
    let edits = edits_of(&sent);
    let command = EditClient { client_id: id, edits, source: "clerk".to_owned() };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => {
            // a group is edited from the page of all details
            let page = if group.is_empty() { "" } else { "/details" };
            Ok(cx.done(&format!("{}{page}", card_href(id)), "flash-client-saved"))
        }
        Err(Error::Refused(refusals)) => {
            let (head, _) = load(&mut cx, id).await?;
            let (typed, original) = typed_of(&command.edits);
            let shown = Shown { group: &group, typed: &typed, original: &original };
            let content = form_markup(&cx, &head, &shown, &refusals).await?;
            let title = cx.l.t("client-edit");
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &content))
        }
        Err(Error::Conflict(conflict)) => {
            let content = conflict_markup(&cx, (id, &group), &command.edits, &conflict).await?;
            let title = cx.l.t("client-edit");
            Ok(cx.page_with_status(StatusCode::CONFLICT, &title, &content))
        }
        Err(other) => Err(other.into()),
    }
}

/// Every field that came with its original.
fn edits_of(sent: &FormData) -> Vec<FieldEdit> {
    sent.pairs()
        .filter_map(|(name, original)| {
            let key = name.strip_prefix(ORIGINAL)?;
            Some(FieldEdit {
                field: key.to_owned(),
                original: original.to_owned(),
                value: fields::typed(sent, key),
            })
        })
        .collect()
}

fn typed_of(edits: &[FieldEdit]) -> (FieldTexts, FieldTexts) {
    let side = |pick: fn(&FieldEdit) -> &String| {
        edits.iter().map(|e| (e.field.clone(), pick(e).clone())).collect::<FieldTexts>()
    };
    (side(|e| &e.value), side(|e| &e.original))
}

/// What a form shows: one group of fields or all, as typed and as they were drawn.
struct Shown<'a> {
    group: &'a str,
    typed: &'a FieldTexts,
    original: &'a FieldTexts,
}

/// The group of the fields the bank has added.
pub(super) const ADDED: &str = "added";

/// The form: values as typed, originals hidden beside them.
async fn form_markup(
    cx: &Cx,
    head: &ClientHead,
    shown: &Shown<'_>,
    refusals: &Refusals,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let Shown { group, typed, original } = *shown;
    let is_asked = |of: &str| group.is_empty() || of == group;
    // what is hidden is not in the form, and so stays as it is
    let defs: Vec<&FieldDef> = fields_of(head.kind)
        .filter(|f| is_asked(f.group) && queries::sees_field(head, f.key))
        .collect();
    let added = added_of(cx, head.kind, is_asked(ADDED)).await?;
    let linked = fields::linked(cx, &added, [typed, original].into_iter()).await?;
    let general = cx.refusal_words(refusals.general());
    let mut last_group = "";
    let text = |of: &FieldTexts, key: &str| of.get(key).cloned().unwrap_or_default();
    let body = html! {
        @if !general.is_empty() { (web::ui::error_summary(l, &general)) }
        div.form-grid {
            @for def in &defs {
                @if def.group != last_group {
                    h3.form-group { (l.t(&format!("group-{}", def.group))) }
                    ({ last_group = def.group; "" })
                }
                input type="hidden" name={ (ORIGINAL) (def.key) }
                    value=(original.get(def.key).map(String::as_str).unwrap_or(""));
                (input(cx, def, typed.get(def.key).map(String::as_str).unwrap_or(""), refusals))
            }
            @if !added.is_empty() { h3.form-group { (l.t("group-added")) } }
            @for field in &added {
                input type="hidden" name={ (ORIGINAL) (field.key) } value=(text(original, &field.key));
                (fields::control(cx, field, &text(typed, &field.key), &linked, refusals))
            }
        }
    };
    let href = card_href(head.id);
    let form = Form::post(format!("{href}/edit"))
        .hidden("_id", cx.form_id())
        .hidden("group", group)
        .draft(format!("client-{}-{group}", head.id))
        .submit(l.t("client-save"))
        .cancel(href);
    let title = l.ta("client-edit-of", &[("name", client_title(l, head).into())]);
    Ok(web::ui::dialog_fragment(l, &title, &form.render(l, &body)))
}

/// The bank's own fields of a kind of client; none where they are not asked for.
pub(super) async fn added_of(
    cx: &Cx,
    kind: ClientKind,
    are_asked: bool,
) -> Result<Vec<Arc<Added>>, Error> {
    if !are_asked {
        return Ok(Vec::new());
    }
    let definitions = fields::definitions(&cx.app.services, cx.now()).await?;
    let added = definitions.of_clients(cx.principal()).filter(|f| f.is_of(kind));
    Ok(added.map(Arc::clone).collect())
}

/// The control of one field.
pub(super) fn input(cx: &Cx, def: &FieldDef, value: &str, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let label = field_label(l, def.key);
    let mut control = match def.input {
        FieldInput::Text | FieldInput::Okved | FieldInput::Country => Field::text(def.key, label),
        FieldInput::Note => Field::new(def.key, label, Input::Textarea { rows: 4 }).full(),
        FieldInput::Date => Field::new(def.key, label, Input::Date).narrow(),
        FieldInput::Choice(words) => Field::select(def.key, label, options(l, def, words)),
        FieldInput::Count(_) => Field::new(def.key, label, Input::Digits).narrow(),
        FieldInput::Amount => {
            let currency = cx.app.currency.symbol().to_owned();
            Field::new(def.key, label, Input::Money { currency }).narrow()
        }
        FieldInput::Flag => Field::checkbox(def.key, label, value == "1"),
    };
    if def.input != FieldInput::Flag {
        let shown = match def.input {
            // what is stored as ISO is shown as people write it; what was mistyped stays as typed
            FieldInput::Date => {
                value.parse().map_or_else(|_| value.to_owned(), |d| date_input(Some(d)))
            }
            _ => value.to_owned(),
        };
        control = control.value(shown);
    }
    if def.is_obligatory() {
        control = control.required();
    }
    control.error(cx.field_error(refusals, def.key)).render(l)
}

fn options(l: &L, def: &FieldDef, words: &[&str]) -> Vec<Opt> {
    let mut all = Vec::new();
    if !def.is_obligatory() {
        all.push(Opt::new("", l.t("client-not-chosen")));
    }
    let key = def.key.replace('_', "-");
    all.extend(words.iter().map(|w| Opt::new(*w, l.t(&format!("choice-{key}-{w}")))));
    all
}

/// The choice of mine, theirs or the original for each field both changed. What is sent again carries
/// *their* value as the original, so that the choice is made knowingly.
async fn conflict_markup(
    cx: &Cx,
    (id, group): (ClientId, &str),
    edits: &[FieldEdit],
    conflict: &Conflict,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let definitions = fields::definitions(&cx.app.services, cx.now()).await?;
    let added: Vec<Arc<Added>> = definitions.of_clients(cx.principal()).map(Arc::clone).collect();
    let sides: Vec<FieldTexts> = conflict
        .fields
        .iter()
        .flat_map(|f| {
            [&f.mine, &f.theirs].map(|text| FieldTexts::from([(f.field.clone(), text.clone())]))
        })
        .collect();
    let linked = fields::linked(cx, &added, sides.iter()).await?;
    let directory = cx.app.services.directory.get();
    let mut hidden: Vec<(String, String)> =
        vec![("_id".to_owned(), cx.form_id()), ("group".to_owned(), group.to_owned())];
    for edit in edits {
        let theirs = conflict.fields.iter().find(|f| f.field == edit.field);
        let original = theirs.map_or(&edit.original, |f| &f.theirs);
        hidden.push((format!("{ORIGINAL}{}", edit.field), original.clone()));
        if theirs.is_none() {
            hidden.push((edit.field.clone(), edit.value.clone()));
        }
    }
    let known = |key: &str| ClientField::known(&definitions, key);
    let words = |key: &str, text: &str| match known(key) {
        Some(def) if !text.is_empty() => shown_any(cx, &def, text, &linked),
        _ => text.to_owned(),
    };
    let fields: Vec<ConflictField> = conflict
        .fields
        .iter()
        .map(|f| ConflictField {
            name: f.field.clone(),
            label: known(&f.field).map_or_else(String::new, |def| field_name(l, &def)),
            mine: f.mine.clone(),
            theirs: f.theirs.clone(),
            original: f.original.clone(),
            words: Some([&f.mine, &f.theirs, &f.original].map(|text| words(&f.field, text))),
        })
        .collect();
    let first = conflict.fields.first();
    let by = ConflictBy {
        who: first.and_then(|f| f.theirs_by).map_or_else(
            || l.t("client-changes-system"),
            |u| directory.staff_name(u, l.lang).to_owned(),
        ),
        at: first.and_then(|f| f.theirs_at).unwrap_or(cx.now()),
    };
    let hidden: Vec<(&str, &str)> = hidden.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let chooser = conflict_chooser(l, &format!("{}/edit", card_href(id)), &hidden, &by, &fields);
    Ok(web::ui::dialog_fragment(l, &l.t("client-edit"), &chooser))
}
