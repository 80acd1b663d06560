//! How a client and his facts are put into words, the same on every page.

use kernel::ClientId;
use maud::Markup;
use web::Cx;
use web::i18n::L;
use web::ui::{self, Tone};

use crate::client::ClientField;
use crate::client::fields::{FieldDef, FieldInput};
use crate::client::model::{ClientKind, Segment, Status};
use crate::client::queries::ClientHead;
use crate::fields::{self, Linked};

/// The name of a client, or what he is and his number when the bank holds no name.
pub(crate) fn client_title(l: &L, head: &ClientHead) -> String {
    if head.display_name.is_empty() { nameless(l, head) } else { head.display_name.clone() }
}

fn nameless(l: &L, head: &ClientHead) -> String {
    l.ta("client-nameless", &[("number", (&head.number).into())])
}

pub(crate) fn card_href(id: ClientId) -> String {
    format!("/clients/{id}")
}

pub(crate) fn kind_word(l: &L, kind: ClientKind) -> String {
    l.t(&format!("client-kind-{}", kind.key().replace('_', "-")))
}

pub(crate) fn segment_badge(l: &L, segment: Segment) -> Markup {
    let word = l.t(&format!("choice-segment-{}", segment.key()));
    match segment {
        Segment::Vip => ui::badge_with_icon(Tone::Attention, "crown", &word),
        Segment::Premium => ui::badge_with_icon(Tone::Info, "star", &word),
        Segment::Mass | Segment::Sme | Segment::Corporate => ui::tag(&word),
    }
}

pub(super) fn status_badge(l: &L, status: Status) -> Option<Markup> {
    let word = l.t(&format!("choice-status-{}", status.key()));
    match status {
        Status::Active => None,
        Status::Prospect => Some(ui::badge(Tone::Info, &word)),
        Status::Closed => Some(ui::badge(Tone::Danger, &word)),
    }
}

/// A canonical text as people read it.
pub(crate) fn shown(l: &L, def: &FieldDef, text: &str, currency: kernel::Currency) -> String {
    match def.input {
        FieldInput::Date => text.parse().map_or_else(|_| text.to_owned(), |d| l.date(d)),
        FieldInput::Choice(_) => l.t(&format!("choice-{}-{text}", def.key.replace('_', "-"))),
        FieldInput::Amount => {
            kernel::Money::parse(text, currency).map_or_else(|_| text.to_owned(), |m| l.money(m))
        }
        FieldInput::Count(_) => text.parse().map_or_else(|_| text.to_owned(), |n| l.int(n)),
        FieldInput::Flag => l.t(if text == "1" { "client-yes" } else { "client-no" }),
        FieldInput::Text | FieldInput::Note | FieldInput::Country | FieldInput::Okved => {
            text.to_owned()
        }
    }
}

/// The name of a field, whoever made it.
pub(crate) fn field_name(l: &L, def: &ClientField) -> String {
    match def {
        ClientField::Own(def) => field_label(l, def.key),
        ClientField::Added(field) => field.spec.shown_label(l.lang).to_owned(),
    }
}

/// A canonical text of any field as people read it.
pub(crate) fn shown_any(cx: &Cx, def: &ClientField, text: &str, linked: &Linked) -> String {
    match def {
        ClientField::Own(def) => shown(&cx.l, def, text, cx.app.currency),
        ClientField::Added(field) => fields::shown(cx, field, text, linked),
    }
}

/// The name of a field of the product.
pub(crate) fn field_label(l: &L, key: &str) -> String {
    l.t(&format!("field-{}", key.replace('_', "-")))
}

/// A source word as people read it: `import:berka` → `Feed “berka”`.
pub(super) fn source_word(l: &L, source: &str) -> String {
    match source.split_once(':') {
        Some(("import", feed)) => l.ta("source-import", &[("feed", feed.into())]),
        _ => l.t(&format!("source-{source}")),
    }
}
