//! Who looks like the client that is being typed.

use std::collections::BTreeMap;

use kernel::ClientId;
use maud::{Markup, html};
use spine::Error;
use web::icons::icon;
use web::ui::{Field, Input};
use web::{Answer, Cx, FormData};

use super::words::{chance, facts, masked, reasons};
use crate::client::model::ClientKind;
use crate::client::{client_title, field};
use crate::contacts::frame::card;
use crate::identity::queries::{self, Side};
use crate::identity::record::{RECORD_FIELDS, Record};

/// Cards offered at once.
const OFFERED: usize = 5;

/// What a form says so far.
pub(crate) struct Typed<'a> {
    pub(crate) kind: ClientKind,
    pub(crate) form: &'a FormData,
    /// Kinds of numbers the form offers.
    pub(crate) numbers: Vec<String>,
}

pub(super) async fn part(cx: Cx, sent: FormData) -> Answer {
    let kind = ClientKind::from_key(&sent.text("kind")).unwrap_or(ClientKind::Person);
    let pack = crate::client::pack(&cx.ctx)?;
    let subject = kind.subject();
    let numbers = pack
        .identifiers
        .iter()
        .filter(|known| subject.is_some_and(|s| known.applies_to.contains(&s)))
        .map(|known| known.kind.clone())
        .collect();
    let content = typed_part(&cx, &Typed { kind, form: &sent, numbers }, None).await?;
    Ok(cx.part(&content))
}

/// The cards that look like what is typed, and, when the form was refused for them, the field for the
/// reason to create one more. Empty when there are none.
pub(crate) async fn typed_part(
    cx: &Cx,
    typed: &Typed<'_>,
    refused: Option<&str>,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let pack = crate::client::pack(&cx.ctx)?;
    let mut db = cx.db.clone();
    let alike = queries::find_alike(&mut db, pack, &[record(cx, typed)?]).await?;
    if alike.is_empty() {
        return Ok(html! {});
    }
    let ids: Vec<ClientId> = alike.iter().take(OFFERED).map(|a| a.client_id).collect();
    let sides: BTreeMap<ClientId, Side> = queries::sides(&mut db, cx.principal(), &ids).await?;
    let why = typed.form.raw("despite_duplicates");
    Ok(html! {
        div.summary.attention role="status" {
            (icon("users"))
            div {
                strong { (l.ta("duplicate-typed", &[("n", alike.len().into())])) }
                ul {
                    @for one in alike.iter().take(OFFERED) {
                        @if let Some(side) = sides.get(&one.client_id) {
                            li {
                                (chance(l, one.likeness.probability_ppm)) " "
                                @if let Some(head) = side.head() {
                                    a href=(card(head.id)) target="_blank" rel="noopener" {
                                        (client_title(l, head))
                                    }
                                    " " span.quiet { (facts(cx, head)) }
                                    br; (reasons(l, &one.likeness.reasons))
                                } @else {
                                    span.quiet { (masked(cx, side).unwrap_or_default()) }
                                }
                            }
                        }
                    }
                }
                @if refused.is_some() || !why.is_empty() {
                    (Field::new("despite_duplicates", l.t("duplicate-despite"), Input::Text)
                        .value(why).hint(l.t("duplicate-despite-hint")).full()
                        .error(refused.map(str::to_owned)).render(l))
                }
            }
        }
    })
}

/// What can be read so far; what cannot is left out, and refused when the form is sent.
fn record(cx: &Cx, typed: &Typed<'_>) -> Result<Record, Error> {
    let pack = crate::client::pack(&cx.ctx)?;
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for key in RECORD_FIELDS {
        let Some(def) = field(key).filter(|f| f.kinds.contains(&typed.kind)) else { continue };
        if let Ok(Some(text)) = def.parse(typed.form.raw(key), cx.l.today, cx.app.currency) {
            texts.insert(key, text);
        }
    }
    let mut record = Record::new(pack, None, typed.kind, |key| texts.get(key).map(String::as_str));
    if let Ok(phone) = jurisdiction::parse_phone(typed.form.raw("phone"), &pack.phone_region) {
        record.add_contact("phone", &phone.e164);
    }
    if let Ok(mail) = jurisdiction::parse_email(typed.form.raw("email")) {
        record.add_contact("email", &mail.normalised);
    }
    if let Some(subject) = typed.kind.subject() {
        for kind in &typed.numbers {
            let checked =
                jurisdiction::validate_identifier_for(pack, kind, subject, typed.form.raw(kind));
            if let Ok(checked) = checked {
                record.add_number(kind, &checked.normalised, false);
            }
        }
    }
    Ok(record)
}
