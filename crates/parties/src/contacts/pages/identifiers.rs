//! Documents and official numbers, with whether they still hold. Whoever may not change the client sees
//! the last four characters only.

use jurisdiction::{IdentifierKind, Pack, Verdict};
use kernel::{ClientId, Date};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::ui::{self, Kv, Panel, Tone};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::frame::{self, Seen, card, plus};
use crate::client;
use crate::client::queries::ClientHead;
use crate::contacts::model::masked;
use crate::contacts::queries::{self, Identifier};

/// A document whose last day is nearer than this is marked (days).
const ENDS_SOON_DAYS: i64 = 90;

/// By what a client is known.
pub(super) struct IdentifiersPanel;

impl CardPanel for IdentifiersPanel {
    fn key(&self) -> &'static str {
        "identifiers"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Rail
    }
    fn order(&self) -> u32 {
        30
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(async move { panel(cx, client.id).await })
    }
}

async fn panel(cx: &Cx, client: ClientId) -> Result<Option<Markup>, Error> {
    let l = &cx.l;
    let Seen { head, may_edit, is_hidden, mut db } =
        frame::seen(cx, client, Group::Documents).await?;
    if head.kind.subject().is_none() {
        return Ok(None);
    }
    if is_hidden {
        let panel = Panel::new(l.t("contacts-papers")).id("panel-identifiers").icon("id-card");
        return Ok(Some(panel.render(&ui::hidden(l, Group::Documents, client))));
    }
    let pack = client::pack(&cx.ctx)?;
    let all = queries::identifiers(&mut db, client).await?;
    let mut list = Kv::new("identifiers");
    for one in &all {
        list = list
            .line(kind_name(cx, &one.kind), value_markup(cx, pack, &head, one, may_edit))
            .from_source(frame::source_mark(cx, &one.origin));
        if may_edit {
            list = list.edit(format!("{}/identifiers/{}/edit", card(client), one.id));
        }
    }
    let add = format!("{}/identifiers/new", card(client));
    let body = html! {
        @if all.is_empty() { (frame::nothing(&l.t("contacts-papers-none"), None)) } @else { (list.render(l)) }
        @if !all.is_empty() && !may_edit { p.quiet { (l.t("contacts-papers-masked")) } }
    };
    let mut panel = Panel::new(l.t("contacts-papers"))
        .id("panel-identifiers")
        .icon("id-card")
        .live(format!("client:{client}"), format!("{}/panel/identifiers", card(client)));
    if may_edit {
        panel = panel.actions(plus(&l.t("contacts-papers-add"), &add));
    }
    Ok(Some(panel.render(&body)))
}

pub(super) fn kind_name(cx: &Cx, kind: &str) -> String {
    let key = format!("id-kind-{kind}");
    if cx.l.texts.has(cx.l.lang, &key) { cx.l.t(&key) } else { kind.to_owned() }
}

fn value_markup(
    cx: &Cx,
    pack: &Pack,
    head: &ClientHead,
    one: &Identifier,
    may_edit: bool,
) -> Markup {
    let l = &cx.l;
    let display = jurisdiction::validate_identifier(pack, &one.kind, &one.value)
        .map_or_else(|_| one.value.clone(), |checked| checked.display);
    let issue = if may_edit { issue_words(cx, one) } else { String::new() };
    html! {
        span {
            span.num title=(issue) { @if may_edit { (display) } @else { (masked(&display)) } }
            @if may_edit { (ui::copy_button(l, &one.value)) }
            @if let Some((tone, words)) = state_of(cx, pack, head, one) { " " (ui::badge(tone, &words)) }
            @if !issue.is_empty() { br; span.quiet { (issue) } }
        }
    }
}

/// `issued 12.03.2010 · OVD of …, 770-001`.
fn issue_words(cx: &Cx, one: &Identifier) -> String {
    let mut parts = Vec::new();
    if let Some(day) = one.issued_on {
        parts.push(cx.l.ta("contacts-issued", &[("date", cx.l.date(day).into())]));
    }
    parts.extend([&one.issued_by, &one.issuer_code].into_iter().filter(|t| !t.is_empty()).cloned());
    parts.join(" · ")
}

/// Whether a document holds today: what it says itself, else what the law says about its kind.
fn state_of(cx: &Cx, pack: &Pack, head: &ClientHead, one: &Identifier) -> Option<(Tone, String)> {
    let l = &cx.l;
    let by_law = law(pack.identifier(&one.kind), head, one, l.today);
    if by_law.as_ref().is_some_and(|v| v.verdict == Verdict::IssuedTooYoung) {
        return Some((Tone::Attention, l.t("contacts-paper-too-young")));
    }
    if let Some(last) = one.valid_until.or(by_law.and_then(|v| v.valid_until)) {
        let day = l.date(last);
        let left = l.today.until(last).map_or(0, |span| i64::from(span.get_days()));
        return Some(if last < l.today {
            (Tone::Danger, l.ta("contacts-paper-expired", &[("date", day.into())]))
        } else if left <= ENDS_SOON_DAYS {
            (Tone::Attention, l.ta("contacts-paper-until", &[("date", day.into())]))
        } else {
            (Tone::Neutral, l.ta("contacts-paper-until", &[("date", day.into())]))
        });
    }
    (one.certainty == "unchecked").then(|| (Tone::Neutral, l.t("contacts-paper-unchecked")))
}

fn law(
    kind: Option<&IdentifierKind>,
    head: &ClientHead,
    one: &Identifier,
    today: Date,
) -> Option<jurisdiction::Validity> {
    let rule = kind?.validity.as_ref()?;
    Some(jurisdiction::document_validity(rule, head.birth_date?, one.issued_on?, today))
}
