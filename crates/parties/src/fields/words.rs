//! Values in words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::{ClientId, RecordId};
use spine::Error;
use uuid::Uuid;
use web::i18n::L;
use web::{Cx, FormData};

use super::definitions;
use super::model::{Field, FieldKind};
use super::queries::{self, Doc, Named};
use crate::objects;

/// The clients and records that values speak of, as far as the reader may see them.
pub(crate) type Linked = BTreeMap<Uuid, Named>;

/// Reads the clients and records that the values of these documents speak of, in one statement for each kind.
///
/// # Errors
/// The database's.
pub(crate) async fn linked<'a>(
    cx: &Cx,
    fields: &[Arc<Field>],
    docs: impl Iterator<Item = &'a Doc>,
) -> Result<Linked, Error> {
    let links: Vec<&Arc<Field>> = fields
        .iter()
        .filter(|f| matches!(f.kind(), FieldKind::Client | FieldKind::Record))
        .collect();
    if links.is_empty() {
        return Ok(Linked::new());
    }
    let (mut clients, mut records) = (BTreeSet::new(), BTreeSet::new());
    for doc in docs {
        for field in &links {
            let id = doc.get(&field.key).and_then(|text| text.parse::<Uuid>().ok());
            match field.kind() {
                FieldKind::Client => clients.extend(id.map(ClientId::from)),
                _ => records.extend(id.map(RecordId::from)),
            }
        }
    }
    let mut db = cx.db.clone();
    let clients: Vec<ClientId> = clients.into_iter().collect();
    let mut linked = queries::named(&mut db, cx.principal(), &clients).await?;
    if !records.is_empty() {
        let definitions = definitions(&cx.app.services, cx.now()).await?;
        let kinds: Vec<_> = definitions.objects_of(cx.principal()).map(Arc::clone).collect();
        let ids: Vec<RecordId> = records.into_iter().collect();
        linked.extend(objects::queries::named(&mut db, cx.principal(), &kinds, &ids).await?);
    }
    Ok(linked)
}

fn client_words(l: &L, named: &Named) -> String {
    if named.name.is_empty() {
        l.ta("client-nameless", &[("number", (&named.number).into())])
    } else {
        named.name.clone()
    }
}

pub(super) fn option_words<'a>(l: &L, field: &'a Field, key: &'a str) -> &'a str {
    let option = field.spec.options.iter().find(|o| o.key == key);
    option.map_or(key, |o| match l.lang {
        kernel::Lang::En if !o.label_en.is_empty() => &o.label_en,
        _ => &o.label,
    })
}

fn number_words(l: &L, text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("−", digits),
        None => ("", whole),
    };
    let whole = digits.parse().map_or_else(|_| digits.to_owned(), |n: i64| l.int(n));
    let point = if l.lang == kernel::Lang::Ru { "," } else { "." };
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}{point}{fraction}"),
    }
}

/// A value as people read it.
pub(crate) fn shown(cx: &Cx, field: &Field, text: &str, linked: &Linked) -> String {
    let l = &cx.l;
    let unit = |number: String| match field.spec.unit.as_str() {
        "" => number,
        unit => format!("{number}\u{a0}{unit}"),
    };
    match field.kind() {
        FieldKind::Text | FieldKind::LongText | FieldKind::Email | FieldKind::Url => {
            text.to_owned()
        }
        FieldKind::Integer | FieldKind::Decimal => unit(number_words(l, text)),
        FieldKind::Percent => format!("{}\u{a0}%", number_words(l, text)),
        FieldKind::Money => {
            let currency = field.spec.currency(cx.app.currency);
            let money = kernel::Money::parse(text, currency);
            money.map_or_else(|_| text.to_owned(), |m| l.money(m))
        }
        FieldKind::Date => text.parse().map_or_else(|_| text.to_owned(), |d| l.date(d)),
        FieldKind::DateTime => moment_words(l, text),
        FieldKind::Flag => l.t(if text == "1" { "client-yes" } else { "client-no" }),
        FieldKind::Choice => option_words(l, field, text).to_owned(),
        FieldKind::Choices => {
            let words: Vec<&str> = text.split(',').map(|key| option_words(l, field, key)).collect();
            words.join(", ")
        }
        FieldKind::Phone => web::format::phone(text),
        FieldKind::Client | FieldKind::Record => {
            let named = text.parse().ok().and_then(|id: Uuid| linked.get(&id));
            named.map_or_else(|| l.t("field-client-hidden"), |named| client_words(l, named))
        }
        FieldKind::Staff => {
            let directory = cx.app.services.directory.get();
            let name = text.parse().map_or("", |id| directory.staff_name(id, l.lang));
            if name.is_empty() { text.to_owned() } else { name.to_owned() }
        }
    }
}

fn moment_words(l: &L, text: &str) -> String {
    let Some((day, time)) = text.split_once('T') else { return text.to_owned() };
    day.parse().map_or_else(|_| text.to_owned(), |d| format!("{}, {time}", l.date(d)))
}

/// A value as a file carries it, so that it is read again as the same: plain numbers, ISO days, words of lists
/// as people read them, clients by their number.
pub(crate) fn csv_text(cx: &Cx, field: &Field, text: &str, linked: &Linked) -> String {
    match field.kind() {
        FieldKind::Client | FieldKind::Record => {
            let named = text.parse().ok().and_then(|id: Uuid| linked.get(&id));
            named.map_or_else(String::new, |named| named.number.clone())
        }
        FieldKind::Flag | FieldKind::Choice | FieldKind::Choices | FieldKind::Staff => {
            shown(cx, field, text, linked)
        }
        _ => text.to_owned(),
    }
}

/// What a form sent for a field; several ticked words are one text.
pub(crate) fn typed(sent: &FormData, key: &str) -> String {
    match sent.all(key) {
        [one] => one.trim().to_owned(),
        many => many.iter().filter(|v| !v.is_empty()).cloned().collect::<Vec<_>>().join(","),
    }
}
