//! Actions on the chosen records: their fields, putting them away, bringing them back, and taking them out as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode};
use kernel::{RecordId, Refusals};
use maud::{Markup, html};
use spine::Error;
use web::ui::{BulkAction, Field as Control, Opt};
use web::{Answer, Cx, FormData};

use super::views::viewed;
use super::{Kind, export, home, kind};
use crate::fields::model::{Field, FieldKind, Object};
use crate::fields::{self, Linked, control};
use crate::list::SheetKind;
use crate::list::chosen::{Dialog, back, chosen, dialog, nobody, safe_back};
use crate::objects::commands::{ArchiveRecords, EditRecords};
use crate::objects::list::Asked;

/// What may be done with the chosen rows of a list.
pub(super) fn actions(cx: &Cx, object: &Object, archived: bool) -> Vec<BulkAction> {
    let l = &cx.l;
    let place = |what: &str| format!("{}/{what}", home(object));
    let mut actions = Vec::new();
    if cx.principal().has("record.edit") && archived {
        let label = l.t("field-restore");
        actions.push(BulkAction::dialog(place("bulk/restore"), "undo-2", label));
    } else if cx.principal().has("record.edit") {
        actions.push(BulkAction::dialog(place("bulk/edit"), "pencil", l.t("records-edit")));
        actions.push(BulkAction::dialog(place("bulk/archive"), "trash-2", l.t("field-archive")));
    }
    if cx.principal().has("record.export") {
        actions.push(BulkAction::post(place("export"), "download", l.t("list-bulk-export")));
    }
    actions
}

/// One of the dialogs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Edit,
    Archive,
    Restore,
}

impl Action {
    const fn word(self) -> &'static str {
        match self {
            Action::Edit => "edit",
            Action::Archive => "archive",
            Action::Restore => "restore",
        }
    }
    const fn label(self) -> &'static str {
        match self {
            Action::Edit => "records-edit",
            Action::Archive => "field-archive",
            Action::Restore => "field-restore",
        }
    }
}

const NOBODY: (&str, &str, &str) =
    ("database", "records-nobody-chosen", "records-nobody-chosen-words");

async fn form(
    cx: Cx,
    key: &str,
    headers: &HeaderMap,
    query: Option<String>,
    action: Action,
) -> Answer {
    let kind = kind(&cx, key).await?;
    let sent = FormData::parse(&query.unwrap_or_default());
    let title = cx.l.t(action.label());
    if sent.all("id").is_empty() {
        return Ok(nobody(&cx, &viewed(&cx, &kind.object), &title, NOBODY));
    }
    let back = back(headers, &home(&kind.object));
    let content = markup(&cx, &kind, (&sent, &back), action, &Refusals::default())?;
    Ok(cx.page(&title, &content))
}

pub(super) async fn edit_form(
    cx: Cx,
    Path(key): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answer {
    form(cx, &key, &headers, query, Action::Edit).await
}

pub(super) async fn archive_form(
    cx: Cx,
    Path(key): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answer {
    form(cx, &key, &headers, query, Action::Archive).await
}

pub(super) async fn restore_form(
    cx: Cx,
    Path(key): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answer {
    form(cx, &key, &headers, query, Action::Restore).await
}

fn markup(
    cx: &Cx,
    kind: &Kind,
    (sent, back): (&FormData, &str),
    action: Action,
    refusals: &Refusals,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let list = viewed(cx, &kind.object);
    let count = chosen::<RecordId>(sent)?.len();
    let about = Dialog {
        title: l.t(action.label()),
        action: format!("{}/bulk/{}", home(&kind.object), action.word()),
        submit: l.t(if action == Action::Edit { "fields-save" } else { action.label() }),
        list: &list,
        sent,
        back,
        refusals,
        count: l.ta("records-chosen", &[("n", count.into())]),
    };
    let fields = match action {
        Action::Edit => html! {
            p.quiet { (l.t("records-bulk-words")) }
            div.form-grid { @for field in &kind.fields { (one(cx, field, sent, refusals)) } }
            (emptied(cx, &kind.fields, sent))
        },
        Action::Archive => html! { p.quiet { (l.t("records-bulk-archive-words")) } },
        Action::Restore => html! {},
    };
    Ok(dialog(cx, &about, &fields))
}

/// The control of a field that may be left alone.
fn one(cx: &Cx, field: &Field, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let value = fields::typed(sent, &field.key);
    if field.kind() == FieldKind::Flag {
        // a box could not say "leave it"
        let options = [("", "list-unchanged"), ("1", "client-yes"), ("0", "client-no")];
        let options = options.map(|(value, label)| Opt::new(value, l.t(label))).to_vec();
        let label = field.spec.shown_label(l.lang).to_owned();
        return Control::select(field.key.clone(), label, options)
            .value(value)
            .error(cx.field_error(refusals, &field.key))
            .render(l);
    }
    let mut free = field.clone();
    free.spec.required = false;
    control(cx, &free, &value, &Linked::new(), refusals)
}

/// The fields that are to be emptied.
fn emptied(cx: &Cx, fields: &[Arc<Field>], sent: &FormData) -> Markup {
    let free: Vec<&Arc<Field>> = fields.iter().filter(|f| !f.spec.required).collect();
    html! {
        @if !free.is_empty() {
            details.narrowing open[!sent.all("clear").is_empty()] {
                summary { (cx.l.t("records-bulk-clear")) }
                fieldset.field.radios {
                    legend { (cx.l.t("records-bulk-clear-words")) }
                    @for field in free {
                        label.check-line {
                            input type="checkbox" name="clear" value=(field.key)
                                checked[sent.all("clear").contains(&field.key)];
                            span { (field.spec.shown_label(cx.l.lang)) }
                        }
                    }
                }
            }
        }
    }
}

/// What was filled, and what is to be emptied.
fn values(kind: &Kind, sent: &FormData) -> BTreeMap<String, String> {
    let one = |field: &Arc<Field>| {
        let typed = fields::typed(sent, &field.key);
        let is_said = !typed.is_empty() || sent.all("clear").contains(&field.key);
        is_said.then(|| (field.key.clone(), typed))
    };
    kind.fields.iter().filter_map(one).collect()
}

async fn act(cx: Cx, key: String, sent: FormData, action: Action) -> Answer {
    let kind = kind(&cx, &key).await?;
    let record_ids = chosen(&sent)?;
    let id = sent.command_id()?;
    let outcome = match action {
        Action::Edit => {
            let command = EditRecords { object: key, record_ids, values: values(&kind, &sent) };
            cx.execute(id, &command).await
        }
        Action::Archive | Action::Restore => {
            let archived = action == Action::Archive;
            cx.execute(id, &ArchiveRecords { object: key, record_ids, archived }).await
        }
    };
    let home = home(&kind.object);
    let back = safe_back(sent.raw("back"), &home);
    match outcome {
        Ok(_) => {
            let flash = match action {
                Action::Edit => "flash-records-saved",
                Action::Archive => "flash-records-archived",
                Action::Restore => "flash-records-restored",
            };
            Ok(cx.done(back, flash))
        }
        Err(Error::Refused(refusals)) => {
            let content = markup(&cx, &kind, (&sent, back), action, &refusals)?;
            let title = cx.l.t(action.label());
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &content))
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn edit(cx: Cx, Path(key): Path<String>, sent: FormData) -> Answer {
    act(cx, key, sent, Action::Edit).await
}

pub(super) async fn archive(cx: Cx, Path(key): Path<String>, sent: FormData) -> Answer {
    act(cx, key, sent, Action::Archive).await
}

pub(super) async fn restore(cx: Cx, Path(key): Path<String>, sent: FormData) -> Answer {
    act(cx, key, sent, Action::Restore).await
}

/// `POST …/export`: the chosen records as a workbook.
pub(super) async fn selected(cx: Cx, Path(key): Path<String>, sent: FormData) -> Answer {
    let kind = kind(&cx, &key).await?;
    let ids: Vec<RecordId> = chosen(&sent)?;
    let texts: Vec<String> = ids.iter().map(RecordId::to_string).collect();
    let filter = format!("id={}", texts.join(","));
    let mut asked = Asked::read(&cx, (kind.object, kind.fields), &[]).map_err(Error::Refused)?;
    asked.ids = Some(ids);
    let form = SheetKind::of(&sent.text("format"));
    Ok(Box::pin(export::answer(cx, asked, form, filter)).await?)
}
