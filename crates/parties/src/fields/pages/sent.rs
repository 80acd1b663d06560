//! What a form says of a field.

use kernel::{Refusal, Refusals};
use web::FormData;

use crate::client::model::ClientKind;
use crate::fields::model::{Field, FieldKind, FieldOption, FieldSpec, options_of};

/// Reads the form. `known` are the options the field has already: they keep their keys.
pub(super) fn spec_of(
    sent: &FormData,
    known: &[FieldOption],
    refusals: &mut Refusals,
) -> FieldSpec {
    let kind = FieldKind::from_key(&sent.text("field_kind"));
    if kind.is_none() {
        refusals.push(Refusal::field("not-a-choice", "field_kind"));
    }
    let kind = kind.unwrap_or(FieldKind::Text);
    let mut count = |name: &str| {
        let text = sent.opt(name)?;
        let count = text.parse::<u32>().ok();
        if count.is_none() {
            refusals.push(Refusal::field("not-a-count", name).arg("max", u32::MAX));
        }
        count
    };
    let (chars_max, decimals) = (count("chars_max"), count("decimals"));
    let many = |name: &str| -> Vec<String> {
        let texts = sent.all(name).iter().flat_map(|text| text.split(','));
        texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    };
    FieldSpec {
        label: sent.text("label"),
        label_en: sent.text("label_en"),
        hint: sent.text("hint"),
        options: if kind.has_options() {
            options_of(sent.raw("options"), known)
        } else {
            Vec::new()
        },
        required: sent.is_set("required"),
        listed: sent.is_set("listed"),
        searchable: sent.is_set("searchable"),
        indexed: sent.is_set("indexed"),
        min: sent.opt("min").map(|text| limit(kind, text)),
        max: sent.opt("max").map(|text| limit(kind, text)),
        chars_max,
        mask: sent.opt("mask"),
        decimals,
        currency: sent.opt("currency").map(|code| code.to_uppercase()),
        unit: sent.text("unit"),
        of_object: sent.opt("of_object"),
        client_kinds: many("client_kinds").iter().filter_map(|k| ClientKind::from_key(k)).collect(),
        roles: many("roles"),
        ..FieldSpec::new("", kind)
    }
}

/// A day as people write it becomes an ISO day; what is none stays, to be refused.
fn limit(kind: FieldKind, text: String) -> String {
    if kind != FieldKind::Date {
        return text;
    }
    let year = kernel::Date::constant(2000, 1, 1);
    kernel::parse_date(&text, year).map_or(text, |day| day.to_string())
}

/// The form of a field as it stands.
pub(super) fn form_of(field: &Field) -> FormData {
    let mut pairs = vec![("position".to_owned(), field.position.to_string())];
    for (name, value) in crate::fields::commands::words(&field.spec) {
        match name {
            "client_kinds" | "roles" => {
                let many = value.split(", ").filter(|word| !word.is_empty());
                pairs.extend(many.map(|word| (name.to_owned(), word.to_owned())));
            }
            _ => pairs.push((name.to_owned(), value)),
        }
    }
    FormData::from_pairs(pairs)
}
