//! Values as they stand on a page, and the controls they are typed into.

use kernel::Refusals;
use maud::{Markup, html};
use uuid::Uuid;
use web::Cx;
use web::i18n::L;
use web::icons::icon;
use web::ui::{Field as Control, Input, Opt};

use super::model::{Field, FieldKind};
use super::words::{Linked, option_words, shown};

/// A value as it stands on a page: addresses and clients lead there.
pub(crate) fn markup(cx: &Cx, field: &Field, text: &str, linked: &Linked) -> Markup {
    let words = shown(cx, field, text, linked);
    match field.kind() {
        FieldKind::Url => {
            html! { a href=(text) rel="noopener noreferrer" target="_blank" { (words) } }
        }
        FieldKind::Email => html! { a href={ "mailto:" (text) } { (words) } },
        FieldKind::Phone => html! { a href={ "tel:" (text) } { (words) } },
        FieldKind::Client | FieldKind::Record => {
            let named = text.parse().ok().and_then(|id: Uuid| linked.get(&id));
            match named {
                Some(named) => html! { a href=(named.href) { (words) } },
                None => html! { span.quiet { (words) } },
            }
        }
        _ => html! { (words) },
    }
}

/// The control of a field.
pub(crate) fn control(
    cx: &Cx,
    field: &Field,
    value: &str,
    linked: &Linked,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let label = field.spec.shown_label(l.lang).to_owned();
    let error = cx.field_error(refusals, &field.key);
    if field.kind() == FieldKind::Choices {
        return boxes(l, field, value, error);
    }
    let name = field.key.clone();
    let mut control = match field.kind() {
        FieldKind::Text | FieldKind::Url => Control::text(name, label),
        FieldKind::LongText => Control::new(name, label, Input::Textarea { rows: 4 }).full(),
        FieldKind::Integer | FieldKind::Decimal | FieldKind::Percent => {
            Control::text(name, with_unit(field, label)).attribute("inputmode", "decimal").narrow()
        }
        FieldKind::Money => {
            let currency = field.spec.currency(cx.app.currency).symbol().to_owned();
            Control::new(name, label, Input::Money { currency }).narrow()
        }
        FieldKind::Date => Control::new(name, label, Input::Date).narrow(),
        FieldKind::DateTime => Control::new(name, label, Input::DateTime).narrow(),
        FieldKind::Flag => Control::checkbox(name, label, value == "1"),
        FieldKind::Choice | FieldKind::Choices => {
            Control::select(name, label, options(l, field, value))
        }
        FieldKind::Phone => Control::new(name, label, Input::Phone),
        FieldKind::Email => Control::new(name, label, Input::Email),
        FieldKind::Client | FieldKind::Record => Control::text(name, label),
        FieldKind::Staff => Control::select(name, label, staff(cx, field, value)),
    };
    if field.kind() != FieldKind::Flag {
        control = control.value(in_form(field, value, linked));
    }
    if let Some(hint) = hint(l, field) {
        control = control.hint(hint);
    }
    if field.spec.required {
        control = control.required();
    }
    control.error(error).render(l)
}

fn with_unit(field: &Field, label: String) -> String {
    match (field.kind(), field.spec.unit.as_str()) {
        (FieldKind::Percent, _) => format!("{label}, %"),
        (_, "") => label,
        (_, unit) => format!("{label}, {unit}"),
    }
}

/// What stands in the control: days as people write them, a client by his number.
fn in_form(field: &Field, value: &str, linked: &Linked) -> String {
    match field.kind() {
        FieldKind::Date => value
            .parse()
            .map_or_else(|_| value.to_owned(), |day| crate::contacts::frame::date_input(Some(day))),
        FieldKind::Client | FieldKind::Record => {
            let named = value.parse().ok().and_then(|id: Uuid| linked.get(&id));
            named.map_or_else(|| value.to_owned(), |named| named.number.clone())
        }
        _ => value.to_owned(),
    }
}

fn hint(l: &L, field: &Field) -> Option<String> {
    if !field.spec.hint.is_empty() {
        return Some(field.spec.hint.clone());
    }
    match (field.kind(), &field.spec.mask) {
        (FieldKind::Client, _) => Some(l.t("field-client-hint")),
        (FieldKind::Record, _) => Some(l.t("field-record-hint")),
        (_, Some(mask)) => Some(l.ta("field-mask-hint", &[("mask", mask.into())])),
        _ => None,
    }
}

/// The words of a list, those put away only where they stand.
fn options(l: &L, field: &Field, value: &str) -> Vec<Opt> {
    let in_use = field.spec.options.iter().filter(|o| !o.archived || o.key == value);
    let words = in_use.map(|o| Opt::new(o.key.clone(), option_words(l, field, &o.key)));
    std::iter::once(Opt::new("", l.t("client-not-chosen"))).chain(words).collect()
}

fn staff(cx: &Cx, _: &Field, value: &str) -> Vec<Opt> {
    let directory = cx.app.services.directory.get();
    let mut people: Vec<(String, String)> = directory
        .staff
        .values()
        .filter(|s| s.active || s.id.to_string() == value)
        .map(|s| (s.shown_name(cx.l.lang).to_owned(), s.id.to_string()))
        .collect();
    people.sort();
    let people = people.into_iter().map(|(name, id)| Opt::new(id, name));
    std::iter::once(Opt::new("", cx.l.t("client-not-chosen"))).chain(people).collect()
}

/// Several words of a list: a box for each.
fn boxes(l: &L, field: &Field, value: &str, error: Option<String>) -> Markup {
    let chosen: Vec<&str> = value.split(',').collect();
    let in_use = field.spec.options.iter();
    let in_use = in_use.filter(|o| !o.archived || chosen.contains(&o.key.as_str()));
    html! {
        fieldset.field.radios.invalid[error.is_some()] {
            legend { (field.spec.shown_label(l.lang))
                @if field.spec.required { span.required title=(l.t("ui-required")) { "*" } } }
            @for option in in_use {
                label.check-line {
                    input type="checkbox" name=(field.key) value=(option.key)
                        checked[chosen.contains(&option.key.as_str())];
                    span { (option_words(l, field, &option.key)) }
                }
            }
            @if !field.spec.hint.is_empty() { div.hint { (field.spec.hint) } }
            @if let Some(error) = &error { div.error { (icon("circle-alert")) span { (error) } } }
        }
    }
}
