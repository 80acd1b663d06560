//! The form of a field: what most fields need in front, the rest folded.

use axum::http::StatusCode;
use kernel::{Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Field as Control, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::sent::spec_of;
use super::{HOME, dialog};
use crate::client::kind_word;
use crate::client::model::ClientKind;
use crate::fields::CLIENT;
use crate::fields::commands::AddField;
use crate::fields::model::FieldKind;

pub(super) async fn new(cx: Cx) -> Answer {
    let start = [("field_kind", "text"), ("indexed", "1"), ("listed", "1")];
    let query = FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query));
    let object = query.opt("object").unwrap_or_else(|| CLIENT.to_owned());
    let start = start.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let start = start.into_iter().chain([("object".to_owned(), object)]);
    let typed = FormData::from_pairs(start);
    let body = new_markup(&cx, &typed, &Refusals::default());
    Ok(dialog(&cx, StatusCode::OK, &cx.l.t("fields-add"), &body))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let spec = spec_of(&sent, &[], &mut refusals);
    let object = sent.opt("object").unwrap_or_else(|| CLIENT.to_owned());
    let command = AddField { object, key: sent.opt("key"), spec };
    let outcome = match refusals.into_result() {
        Ok(()) => cx.execute(sent.command_id()?, &command).await,
        Err(refusals) => Err(refusals.into()),
    };
    match outcome {
        Ok(id) => Ok(cx.done(&format!("{HOME}/{id}"), "flash-field-added")),
        Err(Error::Refused(refusals)) => {
            let body = new_markup(&cx, &sent, &refusals);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(dialog(&cx, status, &cx.l.t("fields-add"), &body))
        }
        Err(other) => Err(other.into()),
    }
}

fn new_markup(cx: &Cx, typed: &FormData, refusals: &Refusals) -> Markup {
    Form::post("/admin/fields/new")
        .hidden("_id", cx.form_id())
        .hidden("object", typed.raw("object"))
        .submit(cx.l.t("fields-add-submit"))
        .cancel(HOME)
        .render(&cx.l, &fields(cx, (typed.raw("object"), typed), refusals, true))
}

/// Refusals of the folded part: it is opened when one of them stands there.
const FOLDED: [&str; 13] = [
    "of_object",
    "position",
    "key",
    "label_en",
    "hint",
    "min",
    "max",
    "chars_max",
    "mask",
    "decimals",
    "currency",
    "unit",
    "roles",
];

/// The fields of the form; the key is asked once, when the field is new.
pub(super) fn fields(
    cx: &Cx,
    (object, typed): (&str, &FormData),
    refusals: &Refusals,
    is_new: bool,
) -> Markup {
    let l = &cx.l;
    let own = cx.app.services.bus.fieldable().iter().find(|one| one.key == object);
    // an object without a list or a search has no use for the ticks that are about them
    let is_offered = |name: &str| match name {
        "listed" | "indexed" => own.is_none_or(|one| one.has_list),
        "searchable" => own.is_none_or(|one| one.find.is_some()),
        _ => true,
    };
    // a kind that cannot be is a refusal of the command at `kind`, of the form at `field_kind`
    let error = |name: &str| cx.field_error(refusals, name);
    let kinds = FieldKind::ALL
        .iter()
        .map(|k| Opt::new(k.key(), l.t(&format!("field-kind-{}", k.key().replace('_', "-")))));
    let general: Vec<&Refusal> = refusals.general().collect();
    let is_folded = |r: &Refusal| r.field.as_deref().is_some_and(|f| FOLDED.contains(&f));
    let tick = |name: &str| {
        Control::checkbox(name, l.t(&format!("field-def-{name}")), typed.is_set(name))
            .value("1")
            .hint(l.t(&format!("field-def-{name}-hint")))
            .error(error(name))
            .render(l)
    };
    html! {
        (ui::error_summary(l, &cx.refusal_words(general.into_iter())))
        (form_row(&[
            Control::text("label", l.t("field-def-label")).value(typed.raw("label")).required()
                .attribute("autofocus", "").error(error("label")).render(l),
            Control::select("field_kind", l.t("field-def-kind"), kinds.collect())
                .value(typed.raw("field_kind")).error(error("field_kind").or(error("kind"))).render(l),
        ]))
        (Control::new("options", l.t("field-def-options"), Input::Textarea { rows: 4 })
            .value(typed.raw("options")).hint(l.t("field-def-options-hint")).error(error("options")).full().render(l))
        @for name in ["required", "listed", "indexed", "searchable"] {
            @if is_offered(name) { (tick(name)) }
        }
        details.narrowing open[refusals.0.iter().any(is_folded)] {
            summary { (l.t("fields-more")) }
            (more(cx, (object, typed), refusals, is_new))
        }
    }
}

fn more(cx: &Cx, (object, typed): (&str, &FormData), refusals: &Refusals, is_new: bool) -> Markup {
    let l = &cx.l;
    let line = |name: &str| {
        Control::text(name, l.t(&format!("field-def-{}", name.replace('_', "-"))))
            .value(typed.raw(name))
            .error(cx.field_error(refusals, name))
    };
    html! {
        (line("of_object").hint(l.t("field-def-of-object-hint")).render(l))
        @if is_new { (line("key").hint(l.t("field-def-key-hint")).render(l)) }
        (line("label_en").render(l))
        (line("hint").render(l))
        (form_row(&[line("min").narrow().render(l), line("max").narrow().render(l)]))
        (form_row(&[
            line("unit").narrow().hint(l.t("field-def-unit-hint")).render(l),
            line("decimals").narrow().render(l),
            line("currency").narrow().hint(l.t("field-def-currency-hint")).render(l),
        ]))
        (form_row(&[
            line("chars_max").narrow().render(l),
            line("mask").hint(l.t("field-def-mask-hint")).render(l),
        ]))
        @if object == CLIENT {
            (boxes("client_kinds", &l.t("field-def-client-kinds"), &l.t("field-def-client-kinds-hint"), typed,
                ClientKind::ALL.iter().map(|k| (k.key().to_owned(), kind_word(l, *k))).collect()))
        }
        (role_boxes(cx, typed))
        @if !is_new { (line("position").narrow().render(l)) }
    }
}

/// Who sees it: a box for each role.
pub(super) fn role_boxes(cx: &Cx, typed: &FormData) -> Markup {
    let l = &cx.l;
    boxes("roles", &l.t("field-def-roles"), &l.t("field-def-roles-hint"), typed, roles(cx))
}

fn roles(cx: &Cx) -> Vec<(String, String)> {
    let directory = cx.app.services.directory.get();
    let mut roles: Vec<(String, String)> = directory
        .roles
        .values()
        .map(|r| (r.key.clone(), r.shown_name(cx.l.lang).to_owned()))
        .collect();
    roles.sort_by(|a, b| a.1.cmp(&b.1));
    roles
}

fn boxes(
    name: &str,
    legend: &str,
    hint: &str,
    typed: &FormData,
    all: Vec<(String, String)>,
) -> Markup {
    let chosen = typed.all(name);
    html! {
        fieldset.token-rights {
            legend { (legend) }
            p.hint { (hint) }
            @for (key, label) in all {
                label.check-line {
                    input type="checkbox" name=(name) value=(key) checked[chosen.contains(&key)];
                    span { (label) }
                }
            }
        }
    }
}
